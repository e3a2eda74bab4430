package elfimage

import (
	"bytes"
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/asm"
	"slul/tests/golden"
)

// exit42 is a whole program: mov edi, 42; mov eax, 60 (exit); syscall.
var exit42 = []byte{0xbf, 42, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05}

// jumpStub stands for a real stub, which stubgen makes: it jumps to the start of
// .text, the next multiple of 16, so that the kernel alone can run the file:
// lea rax, [rip+21]; and rax, -16; jmp rax.
var jumpStub = []byte{0x48, 0x8d, 0x05, 21, 0, 0, 0, 0x48, 0x83, 0xe0, 0xf0, 0xff, 0xe0}

// example is an image of the test table.
type example struct {
	name  string
	image Image
}

// examples are the kinds of file that the tests look at, small and whole.
func examples() []example {
	program := Image{
		Machine: uint16(elf.EM_X86_64), Stub: jumpStub, Entry: "entry", MinRtld: 1, Text: exit42,
		Symbols: []Symbol{{Name: "entry", Section: Text, Size: 12, Func: true}},
		Files:   []string{"Exit.slul"},
		Lines:   []Line{{Off: 0, Line: 3}, {Off: 5, Line: 4}, {Off: 10, Line: 90}},
	}
	with := func(change func(*Image)) Image {
		im := program
		im.Symbols = append([]Symbol(nil), program.Symbols...)
		change(&im)
		return im
	}
	return []example{
		{"text", program},
		{"text_stripped", with(func(im *Image) { im.Strip = true })},
		{"nostub", with(func(im *Image) { im.Stub = nil })},
		{"rodata", with(withRodata)},
		{"separate", with(func(im *Image) { withRodata(im); im.Separate = true })},
		{"large", with(func(im *Image) {
			withRodata(im)
			im.Text = append(im.Text, make([]byte, 5000)...)
		})},
		{"bss", with(func(im *Image) {
			im.BssSize = 10000
			im.Symbols = append(im.Symbols, Symbol{Name: "arena", Section: Bss, Off: 16, Size: 8})
		})},
		{"imports", with(withImports)},
		{"imports_stripped", with(func(im *Image) { withImports(im); im.Strip = true })},
		{"relro", with(func(im *Image) { withImports(im); withRelro(im); im.BssSize = 8 })},
		{"relr", with(func(im *Image) {
			withRelro(im)
			im.Relr, im.Relro = true, make([]byte, 40)
			im.Fixups = append(im.Fixups, Fixup{Relro, asm.Fixup{Off: 28, Kind: asm.Abs64, Sym: "entry"}})
		})},
		{"runpath", with(func(im *Image) { withImports(im); im.Runpath = "$ORIGIN:/usr/lib/words" })},
		{"notes", with(withNotes)},
		{"notes_stripped", with(func(im *Image) { withNotes(im); im.Strip = true })},
		{"tight", with(func(im *Image) { withRodata(im); im.Stub, im.TextAlign, im.RodataAlign = nil, 1, 1 })},
		{"interp", with(func(im *Image) { withImports(im); withNotes(im); im.Stub, im.Interp = nil, "/lib/slulrtld-x86_64.so.1" })},
		{"signpost", with(func(im *Image) { withRodata(im); im.Stub, im.Signpost = nil, jumpStub })},
		{"library", library()},
	}
}

func withRodata(im *Image) {
	im.Rodata = []byte("Hello, world\n")
	im.Text = append([]byte{0x48, 0x8d, 0x35, 0, 0, 0, 0}, exit42...) // lea rsi, [rip+hello]
	im.Symbols = append(im.Symbols, Symbol{Name: "hello", Section: Rodata, Size: 13})
	im.Symbols[0].Size = uint64(len(im.Text))
	im.Fixups = []Fixup{{Text, asm.Fixup{Off: 3, Kind: asm.PC32, Sym: "hello", Add: -4}}}
}

func withImports(im *Image) {
	im.Text = append([]byte{0xff, 0x15, 0, 0, 0, 0, 0xff, 0x15, 0, 0, 0, 0}, exit42...) // call [rip+split_words]; call [rip+count_words]
	im.Symbols = append(im.Symbols,
		Symbol{Name: "split_words", Func: true}, Symbol{Name: "count_words", Func: true}, Symbol{Name: "maybe", Weak: true})
	im.Fixups = []Fixup{
		{Text, asm.Fixup{Off: 2, Kind: asm.PC32, Sym: "split_words", Add: -4}},
		{Text, asm.Fixup{Off: 8, Kind: asm.PC32, Sym: "count_words", Add: -4}},
	}
	im.Needed = []string{"words.so"}
}

func withRelro(im *Image) {
	im.Relro = make([]byte, 24)
	im.Symbols = append(im.Symbols, Symbol{Name: "table", Section: Relro, Size: 24})
	im.Fixups = append(im.Fixups,
		Fixup{Relro, asm.Fixup{Off: 16, Kind: asm.Abs64, Sym: "entry", Add: 2}},
		Fixup{Relro, asm.Fixup{Off: 0, Kind: asm.Abs64, Sym: "table"}})
}

func withNotes(im *Image) {
	im.Notes = []Note{
		{Section: ".note.slul-module", Owner: Owner, Type: 1, Desc: []byte("name wc\nversion 1.0.0\n")},
		ServiceNote([]Service{sampleService}),
		{Section: ".note.slul-module", Owner: Owner, Type: 2, Desc: []byte("api")},
	}
}

func library() Image {
	im := Image{Machine: uint16(elf.EM_X86_64), Soname: "words.so"}
	for _, name := range []string{"split_words", "count_words", "join", "trim", "upper", "lower", "pad", "is_space", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"} {
		im.Symbols = append(im.Symbols, Symbol{Name: name, Section: Text, Off: uint64(len(im.Text)), Size: 1, Func: true, Export: true})
		im.Text = append(im.Text, 0xc3)
	}
	im.Symbols = append(im.Symbols, Symbol{Name: "hidden", Section: Text, Size: 1, Func: true}, Symbol{Name: "core_trap", Func: true})
	return im
}

// TestLayout compares the map of every example with its golden file.
func TestLayout(t *testing.T) {
	for _, e := range examples() {
		t.Run(e.name, func(t *testing.T) {
			golden.Compare(t, filepath.Join("testdata", e.name+".map"), elfmap(t, mustBytes(t, &e.image)))
		})
	}
}

// elfmap is what inspect says, then sections and symbols as debug/elf sees them.
func elfmap(t *testing.T, b []byte) string {
	f, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	var w strings.Builder
	if err := f.Describe("").WriteText(&w); err != nil {
		t.Fatal(err)
	}
	e, err := elf.NewFile(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range e.Sections[min(1, len(e.Sections)):] {
		fmt.Fprintf(&w, "section   %-14s %-9s %-19s file %#6x + %#-6x memory %#6x align %d\n", s.Name,
			strings.TrimPrefix(s.Type.String(), "SHT_"), strings.ReplaceAll(s.Flags.String(), "SHF_", ""), s.Offset, s.Size, s.Addr, s.Addralign)
	}
	symbols, err := e.Symbols()
	if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
		t.Fatal(err)
	}
	for _, s := range symbols {
		fmt.Fprintf(&w, "symbol    %#6x + %-3d %v %v %s\n", s.Value, s.Size, elf.ST_BIND(s.Info), elf.ST_TYPE(s.Info), s.Name)
	}
	return w.String()
}

// TestSize: what the smallest program costs. "hello" has 300 bytes to spare.
func TestSize(t *testing.T) {
	im := examples()[1].image
	im.Stub = make([]byte, 170)
	im.Notes = []Note{ServiceNote([]Service{sampleService})}
	im.Text, im.Rodata = slices.Concat(exit42, make([]byte, 270)), make([]byte, 30)
	if n := len(mustBytes(t, &im)); n > 1024 {
		t.Errorf("%d bytes, at most 1024", n)
	}
}

// TestSameBytes: the order of symbols and fixups, and the run, mean nothing.
func TestSameBytes(t *testing.T) {
	for _, e := range examples() {
		want := mustBytes(t, &e.image)
		for range 5 {
			im := e.image
			im.Symbols, im.Fixups = slices.Clone(im.Symbols), slices.Clone(im.Fixups)
			rand.Shuffle(len(im.Symbols), func(i, j int) { im.Symbols[i], im.Symbols[j] = im.Symbols[j], im.Symbols[i] })
			rand.Shuffle(len(im.Fixups), func(i, j int) { im.Fixups[i], im.Fixups[j] = im.Fixups[j], im.Fixups[i] })
			if !bytes.Equal(mustBytes(t, &im), want) {
				t.Errorf("%s: other bytes in another order", e.name)
			}
		}
	}
}

// TestInputKept: Bytes leaves the Image as it was.
func TestInputKept(t *testing.T) {
	for _, e := range examples() {
		before := fmt.Sprint(e.image)
		mustBytes(t, &e.image)
		if fmt.Sprint(e.image) != before {
			t.Errorf("%s: Bytes changed its input", e.name)
		}
	}
}

// TestStripKeepsAddresses: what is loaded is the same with Strip, byte for byte,
// but for the three header fields that tell of sections.
func TestStripKeepsAddresses(t *testing.T) {
	for _, e := range examples() {
		im := e.image
		im.Strip = false
		whole := mustBytes(t, &im)
		im.Strip = true
		small := mustBytes(t, &im)
		for _, b := range [][]byte{whole, small} {
			clear(b[40:48]) // e_shoff
			clear(b[60:64]) // e_shnum, e_shstrndx
		}
		if !bytes.HasPrefix(whole, small) {
			t.Errorf("%s: the stripped file is not the front of the whole one", e.name)
		}
	}
}

// TestRuns lets the kernel start the examples that need no loader.
func TestRuns(t *testing.T) {
	for _, e := range examples() {
		if len(e.image.Needed) > 0 || e.image.Entry == "" {
			continue
		}
		cmd := exec.Command(write(t, mustBytes(t, &e.image)))
		if cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 42 {
			t.Errorf("%s: %v, expected exit status 42", e.name, cmd.ProcessState)
		}
	}
}

// TestFixups looks at the fields themselves, through the addresses of debug/elf.
func TestFixups(t *testing.T) {
	var im Image
	for _, e := range examples() {
		if e.name == "relro" {
			im = e.image
		}
	}
	b := mustBytes(t, &im)
	f, err := elf.NewFile(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	text, relro, got := f.Section(".text"), f.Section(".data.rel.ro"), f.Section(".got")
	code, _ := text.Data()
	// imports by name: count_words, maybe, split_words
	for off, slot := range map[uint64]uint64{2: 2, 8: 0} {
		target := text.Addr + off + 4 + uint64(int64(int32(le.Uint32(code[off:]))))
		if target != got.Addr+8*slot {
			t.Errorf("call at %d reaches %#x, expected GOT slot %d at %#x", off, target, slot, got.Addr+8*slot)
		}
	}
	data, _ := relro.Data()
	if v := le.Uint64(data[16:]); v != text.Addr+2 {
		t.Errorf("Abs64 holds %#x, expected %#x", v, text.Addr+2)
	}
	var rela [5]elf.Rela64
	if err := binary.Read(f.Section(".rela.dyn").Open(), le, &rela); err != nil {
		t.Fatal(err)
	}
	want := [5]elf.Rela64{
		{Off: relro.Addr, Info: elf.R_INFO(0, 8), Addend: int64(relro.Addr)},
		{Off: relro.Addr + 16, Info: elf.R_INFO(0, 8), Addend: int64(text.Addr + 2)},
		{Off: got.Addr, Info: elf.R_INFO(1, 6)},
		{Off: got.Addr + 8, Info: elf.R_INFO(2, 6)},
		{Off: got.Addr + 16, Info: elf.R_INFO(3, 6)},
	}
	if rela != want {
		t.Errorf("relocations\n%x, expected\n%x", rela, want)
	}
}

func TestErrors(t *testing.T) {
	fix := func(s Section, off int, kind asm.FixupKind, sym string, add int64) func(*Image) {
		return func(im *Image) {
			im.Fixups = append(im.Fixups, Fixup{s, asm.Fixup{Off: off, Kind: kind, Sym: sym, Add: add}})
		}
	}
	symbol := func(s Symbol) func(*Image) {
		return func(im *Image) { im.Symbols = append(slices.Clone(im.Symbols), s) }
	}
	cases := []struct {
		name   string
		change func(*Image)
		want   string
	}{
		{"machine", func(im *Image) { im.Machine = 3 }, "machine 3"},
		{"undefined", fix(Text, 1, asm.PC32, "nowhere", 0), "nowhere: undefined symbol"},
		{"fixup at the end", fix(Text, 9, asm.PC32, "entry", 0), "do not lie in 12"},
		{"fixup before", fix(Text, -1, asm.PC32, "entry", 0), "do not lie in 12"},
		{"fixup kind", fix(Text, 0, 9, "entry", 0), "unknown kind 9"},
		{"fixup in bss", func(im *Image) { im.BssSize = 8; fix(Bss, 0, asm.PC32, "entry", 0)(im) }, "there are no bytes"},
		{"fixup in nothing", fix(Rodata, 0, asm.PC32, "entry", 0), "there are no bytes"},
		{"PC32 too far", fix(Text, 1, asm.PC32, "entry", 1<<31), "does not fit 32 bits"},
		{"PC32 wraps", fix(Text, 1, asm.PC32, "entry", -1<<63), "does not fit 32 bits"},
		{"absolute in code", fix(Text, 1, asm.Abs64, "entry", 0), "needs .data.rel.ro"},
		{"import in constants", func(im *Image) {
			symbol(Symbol{Name: "far"})(im)
			im.Rodata = make([]byte, 4)
			fix(Rodata, 0, asm.PC32, "far", 0)(im)
		}, "only code can reach"},
		{"import in relro", func(im *Image) {
			symbol(Symbol{Name: "far"})(im)
			im.Relro = make([]byte, 8)
			fix(Relro, 0, asm.Abs64, "far", 0)(im)
		}, "through the GOT"},
		{"defined twice", symbol(Symbol{Name: "entry", Section: Text}), "entry: defined twice"},
		{"outside", symbol(Symbol{Name: "x", Section: Text, Off: 10, Size: 3}), "lie outside .text of 12"},
		{"outside wraps", symbol(Symbol{Name: "x", Section: Text, Off: 1 << 63, Size: 1 << 63}), "lie outside"},
		{"no section", symbol(Symbol{Name: "x", Section: 9}), "section 9 does not exist"},
		{"undefined with size", symbol(Symbol{Name: "x", Size: 3}), "undefined, but with"},
		{"no name", symbol(Symbol{Section: Text}), "bad name"},
		{"no entry", func(im *Image) { im.Entry = "main" }, "entry symbol main: undefined"},
		{"entry behind code", func(im *Image) { symbol(Symbol{Name: "end", Section: Text, Off: 12})(im); im.Entry = "end" }, "at the end of .text"},
		{"entry in data", func(im *Image) { im.BssSize = 8; symbol(Symbol{Name: "b", Section: Bss})(im); im.Entry = "b" }, "expected .text"},
		{"stub of a library", func(im *Image) { im.Entry = "" }, "a stub, but no entry"},
		{"interpreter of a library", func(im *Image) { im.Stub, im.Entry, im.Interp = nil, "", "/x" }, "a stub, but no entry"},
		{"stub and interpreter", func(im *Image) { im.Interp = "/x" }, "more than one way to start"},
		{"stub and signpost", func(im *Image) { im.Signpost = jumpStub }, "more than one way to start"},
		{"script with a stub", func(im *Image) { im.Script = "/x" }, "more than one way to start"},
		{"interpreter", func(im *Image) { im.Stub, im.Interp = nil, "/x\x00" }, "PT_INTERP"},
		{"script", func(im *Image) { im.Stub, im.Signpost, im.Script = nil, jumpStub, "x" }, "not absolute"},
		{"large", func(im *Image) { im.BssSize = 1 << 40 }, "a file spans at most"},
		{"line outside", func(im *Image) { im.Lines = []Line{{Off: 13}} }, "outside"},
		{"line without file", func(im *Image) { im.Lines = []Line{{File: 1}} }, "outside"},
		{"needed", func(im *Image) { im.Needed = []string{""} }, "DT_NEEDED"},
		{"alignment", func(im *Image) { im.TextAlign = 3 }, "alignment 3"},
		{"large alignment", func(im *Image) { im.RodataAlign = 4096 }, "alignment 4096"},
		{"soname", func(im *Image) { im.Soname = "a\x00" }, "DT_SONAME"},
		{"runpath", func(im *Image) { im.Runpath = "a\x00" }, "DT_RUNPATH"},
		{"note", func(im *Image) { im.Notes = []Note{{Section: ".n"}} }, "note"},
		{"note fixup", func(im *Image) {
			im.Notes = []Note{{Section: ".n", Owner: "O", Desc: make([]byte, 4), Fixups: []asm.Fixup{{Off: 1, Sym: "entry"}}}}
		}, "do not lie in 4"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			im := examples()[0].image
			c.change(&im)
			b, err := im.Bytes()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%d bytes, error %v, expected %q", len(b), err, c.want)
			}
		})
	}
	im := examples()[0].image
	fix(Text, 1, asm.PC32, "first", 0)(&im)
	fix(Text, 5, asm.PC32, "second", 0)(&im)
	if _, err := im.Bytes(); err == nil || !strings.Contains(err.Error(), "first") || !strings.Contains(err.Error(), "second") {
		t.Errorf("%v, expected both undefined symbols", err)
	}
}

// TestDebugInfo reads the debug sections back with debug/dwarf.
func TestDebugInfo(t *testing.T) {
	im := examples()[0].image
	f, err := elf.NewFile(bytes.NewReader(mustBytes(t, &im)))
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.DWARF()
	if err != nil {
		t.Fatal(err)
	}
	r := d.Reader()
	unit, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	fn, err := r.Next()
	if err != nil || fn.Tag != dwarf.TagSubprogram || fn.Val(dwarf.AttrName) != "entry" {
		t.Errorf("%v, %v; expected the function entry", fn, err)
	}
	lines, err := d.LineReader(unit)
	if err != nil {
		t.Fatal(err)
	}
	text := f.Section(".text").Addr
	var got []string
	for {
		var l dwarf.LineEntry
		if err := lines.Next(&l); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(l.Address-text, " ", l.File.Name, ":", l.Line, " ", l.EndSequence))
	}
	want := []string{"0 Exit.slul:3 false", "5 Exit.slul:4 false", "10 Exit.slul:90 false", "12 Exit.slul:90 true"}
	if !slices.Equal(got, want) {
		t.Errorf("lines %q, expected %q", got, want)
	}
}

// TestLineProgram: any list of lines comes back, with large steps in both directions.
func TestLineProgram(t *testing.T) {
	im := examples()[0].image
	im.Text = make([]byte, 100000)
	im.Files = []string{"a.slul", "b.slul"}
	rng := rand.New(rand.NewPCG(1, 2))
	im.Lines = nil
	for off := 0; off < len(im.Text); off += 1 + rng.IntN(1+off/10) {
		im.Lines = append(im.Lines, Line{Off: int32(off), File: int32(rng.IntN(2)), Line: int32(1 + rng.IntN(1+off))})
	}
	f, err := elf.NewFile(bytes.NewReader(mustBytes(t, &im)))
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.DWARF()
	if err != nil {
		t.Fatal(err)
	}
	unit, _ := d.Reader().Next()
	lines, err := d.LineReader(unit)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range im.Lines {
		var l dwarf.LineEntry
		if err := lines.Next(&l); err != nil {
			t.Fatal(err)
		}
		got := Line{Off: int32(l.Address - f.Section(".text").Addr), File: int32(slices.Index(im.Files, l.File.Name)), Line: int32(l.Line)}
		if got != want {
			t.Fatalf("line %v, expected %v", got, want)
		}
	}
}

func BenchmarkBytes(b *testing.B) {
	im := examples()[0].image
	im.Text = make([]byte, 1<<20)
	for i := range 10000 {
		im.Symbols = append(im.Symbols, Symbol{Name: fmt.Sprint("f", i), Section: Text, Off: uint64(100 * i), Size: 100, Func: true})
		im.Fixups = append(im.Fixups, Fixup{Text, asm.Fixup{Off: 100 * i, Sym: fmt.Sprint("f", 9999-i)}})
		im.Lines = append(im.Lines, Line{Off: int32(100 * i), Line: int32(i)})
	}
	for b.Loop() {
		b.SetBytes(int64(len(mustBytes(b, &im))))
	}
}
