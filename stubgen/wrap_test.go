package stubgen

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/elfimage"
	"slul/stubgen/wraptest"
	"slul/tests/need"
)

// Wrap is shown objects of several compilers and linkers (wraptest), files
// that are none, and noise. What the loader makes of wrapped objects is tested in
// tests/.

func TestWrapVariants(t *testing.T) {
	for _, v := range wraptest.Variants(t) {
		t.Run(v.Name, func(t *testing.T) {
			so := v.Object(t)
			absent := filepath.Join(t.TempDir(), "absent")
			out, err := Wrap(so, WrapOptions{Entry: v.Entry, Rtld: absent})
			if err != nil {
				t.Fatal(err)
			}
			checkWrapped(t, so, out, absent)
			checkEntry(t, out, so, v)
			checkTools(t, so, out, absent)
		})
	}
}

// checkWrapped: all of the object is there and where it was; in front is a stub.
func checkWrapped(t *testing.T, so, out []byte, rtld string) *elfimage.File {
	t.Helper()
	old, err := elfimage.Parse(so)
	if err != nil {
		t.Fatal(err)
	}
	f, err := elfimage.Parse(out)
	if err != nil {
		t.Fatal(err)
	}
	if f.Start != elfimage.StartRt0 || f.Segments[0].Type != elfimage.PT_SLUL {
		t.Fatalf("start=%s, first program header %v", f.Start, f.Segments[0].Type)
	}
	if w := binary.LittleEndian.Uint32(out[64:]); w != elfimage.PT_SLUL {
		t.Errorf("word at 64 is %#x", w)
	}
	if s, err := Verify(Targets[0], f.Stub); err != nil || s.RTLD != rtld {
		t.Errorf("stub: %v, %v", s, err)
	}
	for _, s := range old.Segments {
		if s.Type == elf.PT_PHDR {
			continue
		}
		if !slices.Contains(f.Segments, s) && !slices.Contains(spare, s.Type) {
			t.Errorf("program header %v is gone or changed", s)
		}
		a, b := bytes.Clone(so[s.Off:][:s.Filesz]), bytes.Clone(out[s.Off:][:s.Filesz])
		if s.Off == 0 { // the ELF header and the program headers
			n := min(len(a), int(elfimage.EhdrSize+elfimage.PhdrSize*binary.LittleEndian.Uint16(so[56:])))
			clear(a[:n])
			clear(b[:n])
		}
		if !bytes.Equal(a, b) {
			t.Errorf("contents of %v changed", s.Type)
		}
	}
	checkLoads(t, f)
	return f
}

// checkLoads: in order, apart from each other, never writable and executable.
func checkLoads(t *testing.T, f *elfimage.File) {
	t.Helper()
	end := uint64(0)
	for _, s := range f.Segments {
		if s.Type != elf.PT_LOAD {
			continue
		}
		if s.Vaddr&^(wrapPage-1) < end {
			t.Errorf("PT_LOAD at %#x begins before %#x", s.Vaddr, end)
		}
		if s.Vaddr%wrapPage != s.Off%wrapPage {
			t.Errorf("PT_LOAD: address %#x and offset %#x differ within a page", s.Vaddr, s.Off)
		}
		if s.Flags&(elf.PF_W|elf.PF_X) == elf.PF_W|elf.PF_X {
			t.Errorf("PT_LOAD at %#x is writable and executable", s.Vaddr)
		}
		end = alignUp(s.Vaddr+s.Memsz, wrapPage)
	}
}

// checkEntry: the note names the function that the caller, or the object, chose.
func checkEntry(t *testing.T, out, so []byte, v wraptest.Variant) {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(so))
	if err != nil {
		t.Fatal(err)
	}
	name := "_start"
	if strings.Contains(strings.Join(v.Flags, " "), "commence") {
		name = "commence"
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(symbols, func(s elf.Symbol) bool { return s.Name == name })
	p, err := elfimage.Parse(out)
	if err != nil || i < 0 {
		t.Fatal(err, i)
	}
	if p.Program.Entry != symbols[i].Value {
		t.Errorf("entry %#x, expected %s at %#x", p.Program.Entry, name, symbols[i].Value)
	}
}

// checkTools: debuggers and binutils see the object as before, and the kernel
// starts the stub, before strip and after it.
func checkTools(t *testing.T, so, out []byte, rtld string) {
	path := filepath.Join(t.TempDir(), "prog")
	if err := elfimage.WriteFile(path, out, 0o755); err != nil {
		t.Fatal(err)
	}
	need.Quiet(t, "readelf", "-aW", path)
	if text := need.Quiet(t, "objdump", "-d", path); !strings.Contains(text, stubName) {
		t.Error("objdump does not see the stub")
	}
	checkDebug(t, so, out)
	checkStarts(t, path, rtld)
	for _, strip := range []string{"strip", "llvm-strip"} {
		t.Run(strip, func(t *testing.T) {
			need.Tool(t, strip)
			small := path + "." + strip
			need.Quiet(t, strip, "-o", small, path)
			need.Quiet(t, "readelf", "-aW", small)
			b, err := os.ReadFile(small)
			if err != nil {
				t.Fatal(err)
			}
			checkStripped(t, out, b)
			checkStarts(t, small, rtld)
		})
	}
}

// The other ways to start, of every object: the same promises, and no stub.
func TestWrapStarts(t *testing.T) {
	const rtld = "/no/such/loader"
	for _, v := range wraptest.Variants(t) {
		so := v.Object(t)
		for _, start := range []elfimage.Start{elfimage.StartInterp, elfimage.StartShebang, elfimage.StartNone} {
			t.Run(v.Name+"/"+string(start), func(t *testing.T) {
				o := WrapOptions{Entry: v.Entry, Rtld: rtld, Start: start}
				if start == elfimage.StartNone {
					o.Rtld = ""
				}
				out, err := Wrap(so, o)
				if err != nil {
					t.Fatal(err)
				}
				f, err := elfimage.Parse(out)
				if err != nil {
					t.Fatal(err)
				}
				if f.Start != start || f.Interp != o.Rtld || f.Stub != nil || f.Program.StubSize != 0 {
					t.Errorf("start %s by %q, stub of %d bytes", f.Start, f.Interp, len(f.Stub))
				}
				checkLoads(t, f)
				file := f.ELF()
				checkEntry(t, file, so, v)
				checkDebug(t, so, file)
				for _, s := range f.Segments {
					if s.Type == elf.PT_GNU_STACK && start == elfimage.StartInterp && s.Flags&elf.PF_X != 0 {
						t.Error("the kernel would make the stack executable")
					}
				}
				path := filepath.Join(t.TempDir(), "prog")
				if err := elfimage.WriteFile(path, file, 0o755); err != nil {
					t.Fatal(err)
				}
				need.Quiet(t, "readelf", "-aW", path)
				for _, strip := range []string{"strip", "llvm-strip"} {
					if strip == "strip" && moved(file) && loadedEnd(t, so)%8 != 0 {
						continue // docs/file-format.md: "Strip before wrapping"
					}
					small := path + "." + strip
					need.Quiet(t, strip, "-o", small, path)
					b, err := os.ReadFile(small)
					if err != nil {
						t.Fatal(err)
					}
					checkStripped(t, file, b)
				}
				if start != elfimage.StartInterp {
					checkSignpost(t, path)
				}
			})
		}
	}
}

// moved tells whether the program header table was appended.
func moved(file []byte) bool { return binary.LittleEndian.Uint64(file[32:]) != elfimage.EhdrSize }

// loadedEnd is the file offset behind the last byte that is loaded.
func loadedEnd(t *testing.T, so []byte) (end uint64) {
	t.Helper()
	f, err := elfimage.Parse(so)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range f.Segments {
		if s.Type == elf.PT_LOAD {
			end = max(end, s.Off+s.Filesz)
		}
	}
	return end
}

// checkSignpost: started by the kernel alone, the file says what to do.
func checkSignpost(t *testing.T, path string) {
	t.Helper()
	var errs bytes.Buffer
	cmd := exec.Command(path)
	cmd.Stderr = &errs
	cmd.Run()
	if text := errs.String(); !strings.Contains(text, "runslul FILE") || strings.Count(text, "\n") != 1 || cmd.ProcessState.ExitCode() != 127 {
		t.Errorf("%v, %q", cmd.ProcessState, text)
	}
}

// checkDebug: symbols and debug information are what they were.
func checkDebug(t *testing.T, so, out []byte) {
	t.Helper()
	read := func(b []byte) (names []string, lines string) {
		f, err := elf.NewFile(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		symbols, err := f.Symbols()
		if err != nil && f.Section(".symtab") != nil {
			t.Fatal(err)
		}
		for _, s := range symbols {
			names = append(names, fmt.Sprint(s))
		}
		for _, s := range f.Sections {
			if strings.HasPrefix(s.Name, ".debug_") {
				b, err := s.Data()
				lines += fmt.Sprintln(s.Name, len(b), err)
				lines += string(b)
			}
		}
		if _, err := f.DWARF(); err != nil && f.Section(".debug_info") != nil {
			t.Error(err)
		}
		return names, lines
	}
	names, lines := read(so)
	names2, lines2 := read(out)
	if !slices.Equal(names, names2) || lines != lines2 {
		t.Error("symbols or debug sections changed")
	}
}

// checkStripped: strip kept what is loaded, where it was.
func checkStripped(t *testing.T, out, small []byte) {
	t.Helper()
	a, err := elfimage.Parse(out)
	if err != nil {
		t.Fatal(err)
	}
	b, err := elfimage.Parse(small)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Stub, b.Stub) || *a.Program != *b.Program || a.Entry != b.Entry {
		t.Error("strip changed stub or note")
	}
	if w := binary.LittleEndian.Uint32(small[64:]); w != elfimage.PT_SLUL {
		t.Errorf("strip: word at 64 is %#x", w)
	}
	checkLoads(t, b)
	f, err := elf.NewFile(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 || s.Type == elf.SHT_NOBITS {
			continue
		}
		x, ok1 := a.Memory(s.Addr, s.Size)
		y, ok2 := b.Memory(s.Addr, s.Size)
		if !ok1 || !ok2 || !bytes.Equal(x, y) {
			t.Errorf("strip changed %s", s.Name)
		}
	}
}

// checkStarts: the kernel maps the file and runs the stub, which finds no loader.
func checkStarts(t *testing.T, path, rtld string) {
	t.Helper()
	var errs bytes.Buffer
	cmd := exec.Command(path)
	cmd.Stderr = &errs
	cmd.Run()
	if got, want := errs.String(), Message(rtld); got != want || cmd.ProcessState.ExitCode() != 127 {
		t.Errorf("%s: %v, %q; expected 127, %q", path, cmd.ProcessState, got, want)
	}
}

// object is a shared object that needs no compiler.
func object(t testing.TB, change func(*elfimage.Image)) []byte {
	im := elfimage.Image{
		Machine: uint16(elf.EM_X86_64), Text: []byte{0x0f, 0x0b}, Rodata: []byte("data"), Soname: "object.so",
		Symbols: []elfimage.Symbol{
			{Name: "_start", Section: elfimage.Text, Size: 2, Func: true, Export: true},
			{Name: "local", Section: elfimage.Text, Off: 1, Size: 1, Func: true},
			{Name: "data", Section: elfimage.Rodata, Size: 4, Export: true},
		},
	}
	if change != nil {
		change(&im)
	}
	b, err := im.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWrapWithoutSections(t *testing.T) {
	so := object(t, func(im *elfimage.Image) { im.Strip = true })
	out, err := Wrap(so, WrapOptions{})
	if err != nil {
		t.Fatal(err)
	}
	checkWrapped(t, so, out, Targets[0].RTLD)
	if out, err := Wrap(so, WrapOptions{Entry: "local"}); err == nil {
		t.Errorf("%d bytes for a symbol that strip took away", len(out))
	}
}

// TestWrapTable: where the program headers go.
func TestWrapTable(t *testing.T) {
	so := object(t, nil)
	le := binary.LittleEndian
	t.Run("no room", func(t *testing.T) { // it has no PT_NOTE: PT_GNU_STACK alone is not enough
		out, err := Wrap(so, WrapOptions{})
		if err != nil {
			t.Fatal(err)
		}
		f := checkWrapped(t, so, out, Targets[0].RTLD)
		for _, s := range f.Segments {
			if s.Type == elf.PT_GNU_STACK {
				return
			}
		}
		t.Error("PT_GNU_STACK was given up for nothing")
	})
	t.Run("room", func(t *testing.T) {
		so := object(t, func(im *elfimage.Image) {
			im.Notes = []elfimage.Note{{Section: ".note.x", Owner: "x", Type: 1}}
		})
		out, err := Wrap(so, WrapOptions{})
		if err != nil {
			t.Fatal(err)
		}
		checkWrapped(t, so, out, Targets[0].RTLD)
		if at := le.Uint64(out[32:]); at != elfimage.EhdrSize {
			t.Errorf("e_phoff=%d, expected 64", at)
		}
	})
	t.Run("elsewhere", func(t *testing.T) { // the word at 64 is then the object's
		so := object(t, func(im *elfimage.Image) { im.Strip = true })
		for len(so)%8 != 0 {
			so = append(so, 0)
		}
		n := elfimage.PhdrSize * int(le.Uint16(so[56:]))
		le.PutUint64(so[32:], uint64(len(so)))
		so = append(so, so[elfimage.EhdrSize:][:n]...)
		le.PutUint32(so[elfimage.EhdrSize:], 0x12345678)
		out, err := Wrap(so, WrapOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if w := le.Uint32(out[elfimage.EhdrSize:]); w != 0x12345678 {
			t.Errorf("word at 64 is %#x", w)
		}
		if f, err := elfimage.Parse(out); err != nil || f.Start != elfimage.StartRt0 {
			t.Error(f, err)
		}
	})
}

// programHeader finds the first program header of a type.
func programHeader(t *testing.T, b []byte, typ elf.ProgType) int {
	le := binary.LittleEndian
	for at := int(le.Uint64(b[32:])); ; at += elfimage.PhdrSize {
		if elf.ProgType(le.Uint32(b[at:])) == typ {
			return at
		}
	}
}

func TestWrapRefuses(t *testing.T) {
	good := object(t, nil)
	le := binary.LittleEndian
	word := func(off int, v uint16) func([]byte) []byte {
		return func(b []byte) []byte { le.PutUint16(b[off:], v); return b }
	}
	wrapped, err := Wrap(good, WrapOptions{})
	if err != nil {
		t.Fatal(err)
	}
	library := object(t, func(im *elfimage.Image) { im.Symbols = im.Symbols[1:] })
	cases := []struct {
		name   string
		so     []byte
		change func([]byte) []byte
		entry  string
		want   string
	}{
		{"empty", nil, nil, "", "an empty file"},
		{"text", []byte("hello\n"), nil, "", "not an ELF file"},
		{"script", []byte("#!/bin/sh\necho\n"), nil, "", "a script"},
		{"archive", []byte("!<arch>\n"), nil, "", "an archive (.a)"},
		{"header only", good[:64], nil, "", "program header 0 lies outside the file"},
		{"short", good[:20], nil, "", "too short for an ELF header"},
		{"truncated", good[:400], nil, "", "truncated?"},
		{"sections truncated", good[:len(good)-1], nil, "", "truncated?"},
		{"32-bit", good, func(b []byte) []byte { b[4] = 1; return b }, "", "a 32-bit ELF file"},
		{"big-endian", good, func(b []byte) []byte { b[5] = 2; return b }, "", "a big-endian ELF file"},
		{"ELF version", good, func(b []byte) []byte { b[6] = 0; return b }, "", "ELF version 0"},
		{"relocatable", good, word(16, uint16(elf.ET_REL)), "", "a relocatable object (.o)"},
		{"static", good, word(16, uint16(elf.ET_EXEC)), "", "fixed addresses (ET_EXEC)"},
		{"core", good, word(16, uint16(elf.ET_CORE)), "", "a core dump"},
		{"type", good, word(16, 77), "", "type 77"},
		{"arm64", good, word(18, uint16(elf.EM_AARCH64)), "", "EM_AARCH64"},
		{"wrapped", wrapped, nil, "", "a SLUL program already"},
		{"writable code", good, func(b []byte) []byte {
			le.PutUint32(b[programHeader(t, b, elf.PT_LOAD)+4:], 7)
			return b
		}, "", "writable and executable"},
		{"far away", good, func(b []byte) []byte {
			le.PutUint64(b[programHeader(t, b, elf.PT_LOAD)+40:], 1<<62)
			return b
		}, "", "out of reach"},
		{"no load", good, func(b []byte) []byte {
			le.PutUint32(b[programHeader(t, b, elf.PT_LOAD):], uint32(elf.PT_NULL))
			return b
		}, "", "outside DT_STRTAB"},
		{"interpreter", good, func(b []byte) []byte {
			at := programHeader(t, b, elf.PT_GNU_STACK)
			le.PutUint32(b[at:], uint32(elf.PT_INTERP))
			le.PutUint64(b[at+8:], 3) // "F", the ELF header's bytes up to a NUL
			le.PutUint64(b[at+32:], 10)
			return b
		}, "", "started by its interpreter"},
		{"no entry", library, nil, "", "name the first function with --entry"},
		{"no such entry", good, nil, "main", `no symbol "main"`},
		{"data entry", good, nil, "data", `symbol "data" is no function`},
		{"e_entry outside", library, word(24, 0x9000), "", "not in an executable segment"},
		{"section names", good, word(62, 999), "", "e_shstrndx=999"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			so := bytes.Clone(c.so)
			if c.change != nil {
				so = c.change(so)
			}
			out, err := Wrap(so, WrapOptions{Entry: c.entry})
			if err == nil {
				t.Fatalf("%d bytes and no error", len(out))
			}
			if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %q, expected one line with %q", err, c.want)
			}
		})
	}
	if _, err := Wrap(good, WrapOptions{Rtld: "lib/x"}); err == nil {
		t.Error("a relative loader path was taken")
	}
	if out, err := Wrap(good, WrapOptions{Entry: "local"}); err != nil {
		t.Error(err)
	} else {
		checkWrapped(t, good, out, Targets[0].RTLD)
	}
}

// TestWrapRefusesLinked: what linkers make that is no freestanding shared object.
func TestWrapRefusesLinked(t *testing.T) {
	need.Tool(t, "gcc")
	cases := []struct{ name, flags, want string }{
		{"object", "-c", "a relocatable object (.o)"},
		{"static", "-nostdlib -static -no-pie", "fixed addresses (ET_EXEC)"},
		{"pie", "-nostdlib -pie -fPIE", `started by its interpreter "/lib64/ld-linux-x86-64.so.2"`},
		{"static pie", "-nostdlib -static-pie -fPIE", "a static PIE"},
		{"text relocations", "-nostdlib -shared -fno-pic -mcmodel=large -Wl,-z,notext", "needs text relocations"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			args := append(strings.Fields(c.flags), "-DZEROS=100", "-o", out, "wraptest/testdata/whole.c")
			if text, err := exec.Command("gcc", args...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			b, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Wrap(b, WrapOptions{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, expected %q", err, c.want)
			}
		})
	}
}

func FuzzWrap(f *testing.F) {
	f.Add(object(f, nil), "")
	f.Add(object(f, func(im *elfimage.Image) { im.Strip, im.BssSize = true, 5000 }), "_start")
	f.Add([]byte("\x7fELF\x02\x01\x01"), "x")
	f.Fuzz(func(t *testing.T, so []byte, entry string) {
		out, err := Wrap(so, WrapOptions{Entry: entry})
		if err != nil {
			return
		}
		p, err := elfimage.Parse(out)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(Targets[0], p.Stub); err != nil {
			t.Fatal(err)
		}
		if _, err := Wrap(out, WrapOptions{}); err == nil {
			t.Fatal("wrapped twice")
		}
	})
}
