package rtld_test

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"slul/rtld/elftest"
	"slul/rtld/image"
)

// The built image against damaged files: each gives one line on fd 2 and exit code 127,
// never a signal, a hang, or a byte of the program run.

// loader writes the image to a temporary folder.
func loader(t testing.TB) string {
	t.Helper()
	b, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "slulrtld")
	if err := os.WriteFile(path, b, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// result is how a process ended.
type result struct {
	status      int // exit code, −1 for a signal
	out, stderr string
}

// run starts the loader with args and waits for its end. A minute is far more than it
// can need: it stands for "it hangs".
func run(t testing.TB, path string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var out, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if ctx.Err() != nil {
		t.Fatalf("%v hangs", args)
	}
	status := cmd.ProcessState.ExitCode()
	if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		status = -1
	}
	return result{status, out.String(), stderr.String()}
}

// refused wants one line with these words, nothing else, and the status.
func (r result) refused(t testing.TB, status int, words ...string) {
	t.Helper()
	if r.status != status || r.out != "" {
		t.Errorf("status %d, fd 1 %q; want status %d and nothing", r.status, r.out, status)
	}
	if !strings.HasPrefix(r.stderr, "slulrtld: ") || strings.Count(r.stderr, "\n") != 1 || !strings.HasSuffix(r.stderr, "\n") {
		t.Errorf("not one line: %q", r.stderr)
	}
	for _, w := range words {
		if !strings.Contains(r.stderr, w) {
			t.Errorf("the line %q does not say %q", r.stderr, w)
		}
	}
}

// damages are the rows of docs/loader.md, "Damaged files", by number.
var damages = []struct {
	row    int
	name   string
	change func(f *elftest.File)
	want   string // of the line
}{
	{2, "magic", func(f *elftest.File) { f.Header.Ident[0] = 0x7e }, "e_ident="},
	{2, "class 32", func(f *elftest.File) { f.Header.Ident[4] = 1 }, "EI_CLASS=1"},
	{2, "big-endian", func(f *elftest.File) { f.Header.Ident[5] = 2 }, "EI_DATA=2"},
	{2, "EI_VERSION 0", func(f *elftest.File) { f.Header.Ident[6] = 0 }, "unknown ELF version: e_version=1"},
	{2, "e_version 2", func(f *elftest.File) { f.Header.Version = 2 }, "e_version=2"},
	{3, "AArch64", func(f *elftest.File) { f.Header.Machine = 183 }, "made for AArch64, this loader is for x86-64: e_machine=183"},
	{3, "unknown machine", func(f *elftest.File) { f.Header.Machine = 0xfff0 }, "made for another machine"},
	{4, "NONE", func(f *elftest.File) { f.Header.Type = 0 }, "e_type=0"},
	{4, "REL", func(f *elftest.File) { f.Header.Type = 1 }, "e_type=1"},
	{4, "CORE", func(f *elftest.File) { f.Header.Type = 4 }, "e_type=4"},
	{5, "EXEC", func(f *elftest.File) { f.Header.Type = 2 }, "e_type=2"},
	{6, "e_phentsize 32", func(f *elftest.File) { f.Header.Phentsize = 32 }, "e_phentsize=32"},
	{6, "e_phentsize 0", func(f *elftest.File) { f.Header.Phentsize = 0 }, "e_phentsize=0"},
	{7, "e_phnum 0", func(f *elftest.File) { f.Header.Phnum = 0 }, "e_phnum=0"},
	{7, "PN_XNUM", func(f *elftest.File) { f.Header.Phnum = 0xffff }, "e_phnum=65535"},
	{7, "table over 64 KiB", func(f *elftest.File) { f.Header.Phnum = 1171; f.Body = append(f.Body, make([]byte, 80000)...) }, "e_phnum=1171"},
	{8, "e_phoff past the end", func(f *elftest.File) { f.Header.Phoff = 1 << 20 }, "e_phoff=0x100000"},
	{8, "e_phoff wraps", func(f *elftest.File) { f.Header.Phoff = ^uint64(7) }, "e_phoff=0xfffffffffffffff8"},
	{8, "e_phoff unaligned", func(f *elftest.File) { f.Header.Phoff = 65 }, "e_phoff=0x41"},
	{8, "table straddles the end", func(f *elftest.File) { f.Header.Phoff = elftest.Size - 8 }, "bad program headers: e_phoff="},

	{12, "no PT_LOAD", func(f *elftest.File) { f.Progs[elftest.Text].Type = 0; f.Progs[elftest.RW].Type = 0 }, "nothing to load"},
	{13, "filesz over memsz", func(f *elftest.File) { f.Progs[elftest.RW].Memsz = 0x1000 }, "p_filesz=0x1400"},
	{14, "memsz 2^62", func(f *elftest.File) { f.Progs[elftest.RW].Memsz = 1 << 62 }, "p_memsz=0x4000000000000000"},
	{14, "memsz 2^47", func(f *elftest.File) { f.Progs[elftest.RW].Memsz = 1 << 47 }, "no address space: bytes="},
	{14, "vaddr+memsz wraps", func(f *elftest.File) { f.Progs[elftest.RW].Vaddr = ^uint64(0xfff) }, "segment too large"},
	{14, "span over the address space", func(f *elftest.File) {
		f.Progs[elftest.Stack] = f.Progs[elftest.RW]
		f.Progs[elftest.Stack].Vaddr = 1 << 55
	}, "no address space"},
	{15, "data past the end", func(f *elftest.File) { f.Progs[elftest.RW].Filesz = 0x2000 }, "outside the file: p_offset=0x1000"},
	{15, "offset past the end", func(f *elftest.File) { f.Progs[elftest.RW].Off = 1 << 40 }, "p_offset=0x10000000000"},
	{15, "offset+filesz wraps", func(f *elftest.File) { f.Progs[elftest.RW].Off = ^uint64(0xfff) }, "outside the file"},
	{16, "p_align 3", func(f *elftest.File) { f.Progs[elftest.RW].Align = 3 }, "p_align=0x3"},
	{17, "p_align 2^48", func(f *elftest.File) { f.Progs[elftest.RW].Align = 1 << 48 }, "no address space"},
	{17, "p_align 2^63", func(f *elftest.File) { f.Progs[elftest.RW].Align = 1 << 63 }, "p_align=0x8000000000000000"},
	{18, "not congruent", func(f *elftest.File) { f.Progs[elftest.RW].Vaddr += 8 }, "p_vaddr=0x2008"},
	{19, "overlap", func(f *elftest.File) { f.Progs[elftest.RW].Vaddr = 0; f.Progs[elftest.RW].Off = 0 }, "segments overlap"},
	{19, "overlap by bytes", func(f *elftest.File) {
		f.Progs[elftest.Text].Memsz = 0x2010
		f.Progs[elftest.Text].Filesz = 0x2010
	}, "segments overlap"},
	{20, "page shared by RX and RW", func(f *elftest.File) {
		f.Progs[elftest.RW].Off, f.Progs[elftest.RW].Vaddr = 0x1400, 0x1400
		f.Progs[elftest.RW].Filesz = 0x1000
		f.Progs[elftest.Text].Filesz, f.Progs[elftest.Text].Memsz = 0x1200, 0x1200
	}, "segments share a page: p_vaddr=0x1400"},
	{20, "page shared by two places of the file", func(f *elftest.File) {
		f.Progs[elftest.Stack] = f.Progs[elftest.RW]
		s := &f.Progs[elftest.Stack]
		s.Off, s.Vaddr, s.Filesz, s.Memsz = 0xa00, 0x4a00, 0x100, 0x100
	}, "segments share a page: p_vaddr="},
	{24, "writable and executable", func(f *elftest.File) { f.Progs[elftest.RW].Flags = 7 }, "p_flags=7"},
	{24, "writable text", func(f *elftest.File) { f.Progs[elftest.Text].Flags = 3 }, "p_flags=3"},
	{26, "PT_INTERP empty", interp(func(p *[]byte) { *p = nil }), "p_filesz=0"},
	{26, "PT_INTERP only NUL", interp(func(p *[]byte) { *p = []byte{0} }), "p_filesz=1"},
	{26, "PT_INTERP unterminated", interp(func(p *[]byte) { *p = []byte("/lib/x") }), "interpreter name"},
	{26, "PT_INTERP too long", interp(func(p *[]byte) { *p = bytes.Repeat([]byte{'/'}, 5000) }), "p_filesz=5000"},
	{27, "PT_TLS align 3", tls(func(s *elf.Prog64) { s.Align = 3 }), "p_align=0x3"},
	{27, "PT_TLS filesz over memsz", tls(func(s *elf.Prog64) { s.Memsz = 4 }), "p_filesz=0x8"},
	{27, "PT_TLS memsz 2^62", tls(func(s *elf.Prog64) { s.Memsz = 1 << 62 }), "p_memsz=4611686018427387904"},
	{27, "PT_TLS outside", tls(func(s *elf.Prog64) { s.Vaddr = 0x10000 }), "segment outside the image: p_vaddr=0x10000"},
	{27, "PT_TLS outside the file", tls(func(s *elf.Prog64) { s.Off = 1 << 40 }), "segment outside the file"},
	{27, "two PT_TLS", func(f *elftest.File) { tls(func(*elf.Prog64) {})(f); f.Progs[elftest.Relro] = f.Progs[elftest.Stack] }, "two segments of one kind"},
	{28, "RELRO outside", func(f *elftest.File) { f.Progs[elftest.Relro].Vaddr = 1 << 40 }, "segment outside the image: p_vaddr="},
	{28, "RELRO over text", func(f *elftest.File) { f.Progs[elftest.Relro].Vaddr = 0 }, "segment outside the image: p_vaddr="},
	{28, "RELRO wraps", func(f *elftest.File) { f.Progs[elftest.Relro].Memsz = ^uint64(0) }, "segment outside the image: p_vaddr="},

	{32, "segment outside the image", func(f *elftest.File) { f.Progs[elftest.Dynamic].Vaddr = 1 << 30 }, "segment outside the image: p_vaddr=0x40000000"},
	{32, "PT_DYNAMIC outside the file", func(f *elftest.File) { f.Progs[elftest.Dynamic].Filesz = 1 << 40 }, "outside the file"},
	{32, "PT_DYNAMIC straddles the end", func(f *elftest.File) { f.Progs[elftest.Dynamic].Vaddr = 0x4700 }, "segment outside the image: p_vaddr="},
	{33, "two DT_RELA", func(f *elftest.File) { f.Add(7, elftest.RelaAt) }, "given twice: DT_RELA=0x700"},
	{33, "two PT_DYNAMIC", func(f *elftest.File) { f.Progs[elftest.Stack] = f.Progs[elftest.Dynamic] }, "two segments of one kind"},
	{34, "DT_STRTAB outside", func(f *elftest.File) { f.Set(5, 1<<40) }, "DT_STRTAB=0x10000000000"},
	{34, "DT_RELA outside", func(f *elftest.File) { f.Set(7, 1<<40) }, "DT_RELA="},
	{34, "DT_JMPREL outside", func(f *elftest.File) { f.Set(23, 0x4fff) }, "DT_JMPREL="},
	{34, "DT_RELR outside", func(f *elftest.File) { f.Set(36, ^uint64(0)) }, "DT_RELR="},
	{34, "DT_SYMTAB outside", func(f *elftest.File) { f.Set(6, 1<<50) }, "table outside the image: DT_SYMTAB"},
	{35, "DT_STRSZ too small", func(f *elftest.File) { f.Set(10, 3); f.Rela[1].Info = 3<<32 | 6 }, "damaged table: DT_STRTAB"},
	{35, "DT_STRSZ 2^60", func(f *elftest.File) { f.Set(10, 1<<60) }, "DT_STRTAB="},
	{36, "DT_SYMENT", func(f *elftest.File) { f.Set(11, 16) }, "DT_SYMENT=0x10"},
	{36, "DT_RELAENT", func(f *elftest.File) { f.Set(9, 16) }, "DT_RELAENT=0x10"},
	{36, "DT_RELRENT", func(f *elftest.File) { f.Set(37, 4) }, "DT_RELRENT=0x4"},
	{36, "DT_RELASZ odd", func(f *elftest.File) { f.Set(8, 25) }, "DT_RELASZ=0x19"},
	{36, "DT_RELRSZ odd", func(f *elftest.File) { f.Set(35, 12) }, "DT_RELRSZ=0xc"},
	{36, "DT_REL", func(f *elftest.File) { f.Add(17, elftest.RelaAt) }, "not supported"},
	{36, "DT_PLTREL", func(f *elftest.File) { f.Set(20, 17) }, "DT_PLTREL=0x11"},
	{36, "DT_TEXTREL", func(f *elftest.File) { f.Add(22, 0) }, "not supported"},
	{36, "DF_TEXTREL", func(f *elftest.File) { f.Add(30, 4) }, "DT_FLAGS=0x4"},
	{40, "r_offset outside", func(f *elftest.File) { f.Rela[0].Off = 1 << 40 }, "address=0x10000000000"},
	{40, "r_offset in text", func(f *elftest.File) { f.Rela[0].Off = elftest.CodeAt }, "not writable"},
	{40, "r_offset straddles the end", func(f *elftest.File) { f.Rela[0].Off = 0x47fc }, "address=0x47fc"},
	{40, "r_offset wraps", func(f *elftest.File) { f.Rela[0].Off = ^uint64(3) }, "not writable"},
	{41, "symbol index out of range", func(f *elftest.File) { f.Rela[1].Info = 4<<32 | 6 }, "r_sym=4"},
	{41, "symbol index 2^32-1", func(f *elftest.File) { f.Rela[1].Info = 0xffffffff<<32 | 6 }, "r_sym=4294967295"},
	{42, "unknown type", func(f *elftest.File) { f.Rela[0].Info = 77 }, "r_type=77"},
	{42, "COPY", func(f *elftest.File) { f.Rela[1].Info = 1<<32 | 5 }, "no library has self to copy"},
	{42, "type 2^32-1", func(f *elftest.File) { f.Rela[0].Info = 0xffffffff }, "r_type=4294967295"},
	{43, "DT_RELASZ 2^40", func(f *elftest.File) { f.Set(8, 24<<40) }, "DT_RELA="},
	{43, "DT_RELA in .bss that is all but endless", func(f *elftest.File) {
		f.Progs[elftest.Stack] = elf.Prog64{Type: 1, Flags: 4, Vaddr: 1 << 20, Memsz: 1 << 45}
		f.Set(7, 1<<20)
		f.Set(8, 24<<40)
	}, "DT_RELA=0x100000"},
	{43, "DT_RELASZ without DT_RELA", func(f *elftest.File) { f.Dyn[5].Tag = 0x6ffffff9 }, "incomplete table: DT_RELASZ"},
	{44, "RELR bitmap first", func(f *elftest.File) { f.Relr[0] = 3 }, "bad address: DT_RELR=0x1"},
	{44, "RELR unaligned", func(f *elftest.File) { f.Relr[0] = elftest.Words + 2 }, "DT_RELR="},
	{44, "RELR outside", func(f *elftest.File) { f.Relr[0] = 1 << 40 }, "address=0x10000000000"},
	{44, "RELR runs past the segment", func(f *elftest.File) { f.Relr = []uint64{0x47f0, ^uint64(0)} }, "address=0x4800"},
	{44, "RELR in text", func(f *elftest.File) { f.Relr[0] = elftest.CodeAt }, "not writable"},
	{46, "undefined", func(f *elftest.File) { f.Rela[1].Info = 3<<32 | 6 }, "undefined symbols: strong: slul"},
	{46, "two undefined", func(f *elftest.File) {
		f.Rela[1].Info = 3<<32 | 6
		f.Sym[2] = f.Sym[3]
		f.Sym[2].Name = 18
	}, "undefined symbols: another strong: slul"},
	{46, "name outside", func(f *elftest.File) { f.Rela[1].Info = 3<<32 | 6; f.Sym[3].Name = 1 << 30 }, "bad string: offset=0x40000000"},
	{49, "DT_NEEDED", func(f *elftest.File) { f.Add(1, 26) }, "libraries not found: libx.so (for "},
	{49, "DT_NEEDED outside", func(f *elftest.File) { f.Add(1, 1<<20) }, "bad string: offset="},
	{50, "DT_INIT outside", func(f *elftest.File) { f.Add(12, 1<<40) }, "not in code: DT_INIT=0x10000000000"},
	{50, "DT_INIT in data", func(f *elftest.File) { f.Add(12, elftest.Data) }, "not in code: DT_INIT"},
	{50, "DT_INIT_ARRAY outside", func(f *elftest.File) { f.Set(25, 1<<40) }, "DT_INIT_ARRAY="},
	{50, "DT_INIT_ARRAYSZ odd", func(f *elftest.File) { f.Set(27, 7) }, "DT_INIT_ARRAYSZ=0x7"},
	{50, "DT_INIT_ARRAYSZ huge", func(f *elftest.File) { f.Set(27, 1<<60) }, "DT_INIT_ARRAY="},
	{50, "constructor in data", func(f *elftest.File) { f.Rela[4].Addend = elftest.Data }, "function not in code: address=0x2000"},

	{58, "newer loader", func(f *elftest.File) { f.Note[9] = 2 }, "needs loader version 2"},
	{58, "note outside", func(f *elftest.File) { f.Progs[elftest.Slul].Off = 1 << 40 }, "outside the file"},
	{58, "note short", func(f *elftest.File) { f.Progs[elftest.Slul].Filesz = 43 }, "too short: p_filesz=43"},
	{58, "note contents short", func(f *elftest.File) { f.Note[1] = 20 }, "too short"},
	{58, "note owner", func(f *elftest.File) { f.Note[3]++ }, "not of SLUL"},
	{58, "note type", func(f *elftest.File) { f.Note[2] = 5 }, "n_type=5"},
	{58, "note format", func(f *elftest.File) { f.Note[5] = 2 }, "format=2"},
	{58, "entry outside", func(f *elftest.File) { f.Note[8] = 1 }, "entry point not in code: entry=0x1"},
	{58, "entry in data", func(f *elftest.File) { f.Note[7] = elftest.Data }, "entry=0x2000"},
}

// interp puts a PT_INTERP with this content behind the file.
func interp(change func(p *[]byte)) func(f *elftest.File) {
	return func(f *elftest.File) {
		name := []byte("/lib/slulrtld-x86_64.so.1\x00")
		change(&name)
		s := &f.Progs[elftest.Stack]
		s.Type, s.Off, s.Filesz = 3, uint64(len(f.Body)), uint64(len(name))
		f.Body = append(f.Body, name...)
	}
}

// accepted are changes that the loader must not mind: the program runs and finds all
// as it should be.
var accepted = []struct {
	row    int
	name   string
	change func(f *elftest.File)
}{
	{0, "undamaged", func(f *elftest.File) {}},
	{11, "program headers in no PT_LOAD", func(f *elftest.File) {
		f.Header.Phoff = uint64(len(f.Body))
		f.Body = append(f.Body, make([]byte, elftest.Phnum*56)...)
		var b bytes.Buffer
		binary.Write(&b, binary.LittleEndian, f.Progs)
		copy(f.Body[f.Header.Phoff:], b.Bytes())
	}},
	{7, "table of 60 KiB", func(f *elftest.File) {
		const n = 1100
		f.Header.Phoff, f.Header.Phnum = uint64(len(f.Body)), n
		f.Body = append(f.Body, make([]byte, n*56)...)
		var b bytes.Buffer
		binary.Write(&b, binary.LittleEndian, f.Progs)
		copy(f.Body[int(f.Header.Phoff)+(n-elftest.Phnum)*56:], b.Bytes())
	}},
	{16, "p_align 0 and 1", func(f *elftest.File) { f.Progs[elftest.Text].Align = 0; f.Progs[elftest.RW].Align = 1 }},
	{17, "p_align 2 MiB", func(f *elftest.File) { f.Progs[elftest.RW].Align = 1 << 21 }},
	{21, "out of order", func(f *elftest.File) {
		p := f.Progs
		p[elftest.Text], p[elftest.RW] = p[elftest.RW], p[elftest.Text]
	}},
	{22, "p_memsz 0", func(f *elftest.File) { f.Progs[elftest.Stack].Type = 1 }},
	{22, "guard without permissions", func(f *elftest.File) {
		s := &f.Progs[elftest.Stack]
		s.Type, s.Flags, s.Vaddr, s.Memsz = 1, 0, 0x9000, 0x1000
	}},
	{22, "guard with file bytes", func(f *elftest.File) {
		s := &f.Progs[elftest.Stack]
		s.Type, s.Flags, s.Vaddr, s.Filesz, s.Memsz = 1, 0, 0x9000, 0x10, 0x1000
	}},
	{22, "filesz 0", func(f *elftest.File) {
		s := &f.Progs[elftest.Stack]
		s.Type, s.Flags, s.Vaddr, s.Memsz = 1, 6, 0x9010, 0x3000
	}},
	{20, "bss in the last page of data", func(f *elftest.File) {
		s := &f.Progs[elftest.Stack]
		f.Progs[elftest.RW].Memsz = 0x1400
		s.Type, s.Flags, s.Off, s.Vaddr, s.Memsz = 1, 6, 0, elftest.Bss, 0x1400
	}},
	{20, "two segments in one page of the file", func(f *elftest.File) {
		s := &f.Progs[elftest.Stack]
		f.Progs[elftest.RW].Filesz, f.Progs[elftest.RW].Memsz = 0x1008, 0x1008
		s.Type, s.Flags, s.Off, s.Vaddr, s.Filesz, s.Memsz = 1, 6, 0x2010, 0x3010, 0x3f0, 0x17f0
	}},
	{23, "bss behind read-only text", func(f *elftest.File) { f.Progs[elftest.Text].Filesz = 0xf00 }},
	{28, "RELRO unaligned", func(f *elftest.File) { f.Progs[elftest.Relro].Memsz = 0xff0 }},
	{28, "RELRO in the middle", func(f *elftest.File) {
		f.Progs[elftest.Relro].Vaddr += 0x10
		f.Progs[elftest.Relro].Memsz -= 0x10
	}},
	{29, "executable PT_GNU_STACK", func(f *elftest.File) { f.Progs[elftest.Stack].Flags = 7 }},
	{30, "PT_NOTE of 1 GB", func(f *elftest.File) {
		s := &f.Progs[elftest.Stack]
		s.Type, s.Off, s.Filesz = 4, 1<<30, 1<<30
	}},
	{26, "PT_INTERP", interp(func(*[]byte) {})},
	{32, "no DT_NULL", func(f *elftest.File) {
		f.Dyn = f.Dyn[:len(f.Dyn)-1]
		f.Progs[elftest.Dynamic].Filesz = uint64(len(f.Dyn)) * 16
	}},
	{33, "unknown and negative tags", func(f *elftest.File) {
		for _, tag := range []uint64{^uint64(0), 1 << 63, 0x80000000, 0x6ffffef4, 0x6000000d, 0x70000000, 0x7fffffff, 38, 63, 64} {
			f.Add(tag, 0xdead)
			f.Add(tag, 0xbeef)
		}
	}},
	{40, "unaligned RELA", func(f *elftest.File) {
		f.Rela = append(f.Rela[:5:5], f.Rela[5])
		f.Rela[4].Off = elftest.Words + 0x41
		f.Set(25, elftest.Words+0x41)
	}},
	{42, "R_X86_64_NONE", func(f *elftest.File) { f.Rela[3].Info = 0 }},
	{45, "IRELATIVE", func(f *elftest.File) { f.Rela[0].Info = 37 }},
	{45, "IFUNC symbol", func(f *elftest.File) { f.Sym[1].Info = 1<<4 | 10 }},
	{50, "constructors 0 and -1", func(f *elftest.File) {
		binary.LittleEndian.PutUint64(f.Body[elftest.DataAt+0x448:], ^uint64(0))
		f.Set(27, 24)
	}},
	{50, "DT_PREINIT_ARRAY", func(f *elftest.File) {
		f.Set(25, 0)
		f.Set(27, 0)
		f.Add(32, elftest.Words+0x40)
		f.Add(33, 8)
	}},
	{50, "DT_INIT", func(f *elftest.File) {
		init := uint64(f.Rela[4].Addend)
		f.Set(25, 0)
		f.Set(27, 0)
		f.Add(12, init)
	}},
}

// tls makes PT_GNU_STACK a PT_TLS of 8 bytes, damaged by change.
func tls(change func(*elf.Prog64)) func(f *elftest.File) {
	return func(f *elftest.File) {
		f.Progs[elftest.Stack] = elf.Prog64{Type: uint32(elf.PT_TLS), Flags: 4, Off: elftest.DataAt, Vaddr: elftest.Data, Filesz: 8, Memsz: 8, Align: 8}
		change(&f.Progs[elftest.Stack])
	}
}

// writeChanged writes the test's program with a change, and gives its path.
func writeChanged(t *testing.T, path string, change func(f *elftest.File)) string {
	t.Helper()
	f := elftest.New()
	change(f)
	if err := os.WriteFile(path, f.Bytes(), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDamaged(t *testing.T) {
	path := loader(t)
	dir := t.TempDir()
	for i, d := range damages {
		t.Run(fmt.Sprintf("%d %s", d.row, d.name), func(t *testing.T) {
			prog := writeChanged(t, filepath.Join(dir, fmt.Sprint(i)), d.change)
			run(t, path, prog).refused(t, 127, d.want, prog+": ")
		})
	}
}

// A file without program note is started as the kernel would: at its e_entry.
func TestNoProgramNote(t *testing.T) {
	prog := writeChanged(t, filepath.Join(t.TempDir(), "prog"), func(f *elftest.File) { f.Progs[elftest.Slul].Type = 0 })
	run(t, loader(t), prog).refused(t, 127, "elftest: no loader")
}

func TestAccepted(t *testing.T) {
	path := loader(t)
	dir := t.TempDir()
	for i, d := range accepted {
		t.Run(fmt.Sprintf("%d %s", d.row, d.name), func(t *testing.T) {
			prog := writeChanged(t, filepath.Join(dir, fmt.Sprint(i)), d.change)
			if r := run(t, path, prog); r.status != elftest.Status || r.out+r.stderr != "" {
				t.Errorf("%+v, want status %d", r, elftest.Status)
			}
		})
	}
}

// Rows 1 and 9: files that are too short, and things that are no files.
func TestNoFile(t *testing.T) {
	path := loader(t)
	dir := t.TempDir()
	whole := elftest.New().Bytes()
	for _, n := range []int{0, 1, 4, 63, 64, 65, 399, 400, 0x300, 0x32b, 0x1000, 0x23ff} {
		prog := filepath.Join(dir, fmt.Sprint(n))
		if err := os.WriteFile(prog, whole[:n], 0o755); err != nil {
			t.Fatal(err)
		}
		r := run(t, path, prog)
		r.refused(t, 127, prog)
		if n < 64 && !strings.Contains(r.stderr, fmt.Sprintf("file too short: size=%d", n)+elftest.Cure(prog)) {
			t.Errorf("%d bytes: %q", n, r.stderr)
		}
	}
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{dir, fifo, "/dev/null", "/dev/zero"} {
		run(t, path, name).refused(t, 127, "not a regular file")
	}
	for _, name := range []string{"", "/no/such/file", "/no\nsuch\tfile"} {
		run(t, path, name).refused(t, 127, "ENOENT")
	}
}

// The file with each byte of its headers inverted is refused in one line, or it is
// started: then its own checks may find something, but the loader has done nothing
// that ends in a signal.
func TestEveryByte(t *testing.T) {
	path := loader(t)
	prog := filepath.Join(t.TempDir(), "prog")
	whole := elftest.New().Bytes()
	for at := range elftest.PhdrAt + elftest.Phnum*56 {
		b := bytes.Clone(whole)
		b[at] ^= 0xff
		if err := os.WriteFile(prog, b, 0o755); err != nil {
			t.Fatal(err)
		}
		if r := run(t, path, prog); r.status <= 0 || r.status > elftest.Status {
			r.refused(t, 127)
			if t.Failed() {
				t.Fatalf("byte %#x", at)
			}
		}
	}
}
