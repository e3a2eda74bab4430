package start

// One table over all ways in (docs/startup.md, "How the loader was started"): whichever it
// is, the program finds the same process.

import (
	"cmp"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"slul/binfmt"
	"slul/elfimage"
	"slul/stubgen"
	"slul/tests/launch"
	"slul/tests/need"
	"slul/tests/probe"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

// binfmt makes starts of programs in this place go through binfmt_misc: by our entries, that by
// magic with these flags if not "".
func (p place) binfmt(t testing.TB, s *launch.Spec, flags string) {
	t.Helper()
	need.Root(t)
	need.That(t, binfmt.HasNamespaces(), "binfmt_misc of a user namespace is of Linux 6.7")
	s.BinfmtDir = filepath.Join(p.dir, "binfmt")
	if err := os.MkdirAll(s.BinfmtDir, 0o755); err != nil {
		t.Fatal(err)
	}
	entries, err := binfmt.Ours(stubgen.Targets[0], p.rtld)
	if err != nil {
		t.Fatal(err)
	}
	s.Binfmt = nil
	for _, e := range entries {
		if e.Extension == "" && flags != "" {
			e.Flags = flags
		}
		s.Binfmt = append(s.Binfmt, e.Line())
	}
}

// way is a way to start a program, which the Spec runs by its path.
type way struct {
	name  string
	file  *tiny.Interp   // a program of another form; nil: as start says
	start elfimage.Start // "": with a stub
	prog  string         // what the file is called; "": prog
	via   func(t *testing.T, p place, s *launch.Spec)
	// what the program finds, when that is not what the Spec said
	args  func(prog string, args []string) []string
	moved bool // an argument is not where the kernel had put it

	noRights bool // set-id bits of the program do not count
}

func explicitly(words ...string) func(*testing.T, place, *launch.Spec) {
	return func(t *testing.T, p place, s *launch.Spec) {
		s.Args = slices.Concat([]string{"slulrtld"}, words, []string{s.Path}, s.Args[1:])
		s.Path = p.rtld
	}
}

// byMagic and byExtension leave only that one of our entries.
func byMagic(t *testing.T, p place, s *launch.Spec) {
	p.binfmt(t, s, "")
	s.Binfmt = s.Binfmt[:1]
}

func byExtension(t *testing.T, p place, s *launch.Spec) {
	p.binfmt(t, s, "")
	s.Binfmt = s.Binfmt[1:]
}

func byPath(prog string, args []string) []string { return slices.Concat([]string{prog}, args[1:]) }

var ways = []way{
	{name: "stub", via: func(*testing.T, place, *launch.Spec) {}},
	{name: "binfmt_misc POCF", via: func(t *testing.T, p place, s *launch.Spec) { p.binfmt(t, s, "POCF") }},
	{name: "binfmt_misc OCF", via: func(t *testing.T, p place, s *launch.Spec) { p.binfmt(t, s, "OCF") }, args: byPath},
	{name: "binfmt_misc POF, no stub", noRights: true, file: &tiny.Interp{Note: true}, via: func(t *testing.T, p place, s *launch.Spec) { p.binfmt(t, s, "POF") }},
	{name: "PT_INTERP", file: &tiny.Interp{Table: true}},
	{name: "PT_INTERP and note", file: &tiny.Interp{Table: true, Note: true}},
	{name: "PT_INTERP, ET_EXEC", file: &tiny.Interp{Table: true, At: tiny.FixedAddress}},
	{name: "PT_INTERP and note, ET_EXEC", file: &tiny.Interp{Table: true, Note: true, At: tiny.FixedAddress}},
	{name: "--start=interp", start: elfimage.StartInterp},
	{name: "--start=interp, explicit", noRights: true, start: elfimage.StartInterp, via: explicitly(), args: byPath},
	{name: "--start=interp, by magic", start: elfimage.StartInterp, via: byMagic},
	{name: "--start=shebang", noRights: true, start: elfimage.StartShebang, args: byPath},
	{name: "--start=shebang, explicit", noRights: true, start: elfimage.StartShebang, via: explicitly(), args: byPath},
	{name: "--start=none, explicit", noRights: true, start: elfimage.StartNone, via: explicitly(), args: byPath},
	{name: "--start=none, by magic", start: elfimage.StartNone, via: byMagic},
	{name: "--start=none, by extension", noRights: true, start: elfimage.StartNone, prog: "prog.slulb", via: byExtension},
	{name: "--start=none, both entries", noRights: true, start: elfimage.StartNone, prog: "prog.slulb", via: func(t *testing.T, p place, s *launch.Spec) { p.binfmt(t, s, "") }},
	{name: "by magic", via: byMagic},
	{name: "by extension", noRights: true, prog: "prog.slulb", via: byExtension},
	{name: "explicit", noRights: true, via: explicitly(), args: byPath},
	{name: "explicit --", noRights: true, via: explicitly("--"), args: byPath},
	{name: "explicit --library-path", noRights: true, via: explicitly("--library-path", "/nowhere"), args: byPath},
	{name: "explicit --argv0", noRights: true, via: explicitly("--argv0", "name"), moved: true,
		args: func(_ string, args []string) []string { return slices.Concat([]string{"name"}, args[1:]) }},
	{name: "explicit, all options", noRights: true, via: explicitly("--library-path", "/nowhere", "--argv0", "name", "--"), moved: true,
		args: func(_ string, args []string) []string { return slices.Concat([]string{"name"}, args[1:]) }},
	{name: "script", noRights: true, via: func(t *testing.T, p place, s *launch.Spec) {
		s.Path = p.write(t, "script", []byte("#!"+p.rtld+" "+s.Path+"\n"), 0o755)
	}, args: func(prog string, args []string) []string {
		return slices.Concat([]string{prog, filepath.Join(filepath.Dir(prog), "script")}, args[1:])
	}},
	{name: "nested script", noRights: true, via: func(t *testing.T, p place, s *launch.Spec) {
		script := p.write(t, "script", []byte("#!"+p.rtld+" "+s.Path+"\n"), 0o755)
		s.Path = p.write(t, "outer", []byte("#!"+script+" word\n"), 0o755)
	}, args: func(prog string, args []string) []string {
		dir := filepath.Dir(prog)
		return slices.Concat([]string{prog, filepath.Join(dir, "script"), "word", filepath.Join(dir, "outer")}, args[1:])
	}},
	{name: "nested", noRights: true, via: func(t *testing.T, p place, s *launch.Spec) {
		s.Args = slices.Concat([]string{"slulrtld", "--", p.rtld, s.Path}, s.Args[1:])
		s.Path = p.rtld
	}, args: byPath},
	{name: "nested thrice", noRights: true, via: func(t *testing.T, p place, s *launch.Spec) {
		s.Args = slices.Concat([]string{"slulrtld", p.rtld, "--library-path", "/", p.rtld, "--", s.Path}, s.Args[1:])
		s.Path = p.rtld
	}, args: byPath},
}

// program writes the probe as this way wants it, in a place.
func (w way) program(t *testing.T, p place, name string) string {
	if w.file == nil {
		return p.started(t, name, probe.Code(), w.start)
	}
	f := *w.file
	if w.via == nil {
		f.Path = p.rtld
	}
	return p.write(t, name, f.Bytes(probe.Code()), 0o755)
}

func TestWays(t *testing.T) {
	p := newPlace(t)
	vectors := []struct {
		name      string
		args, env []string
	}{
		{"odd", []string{"", "one", "two words", ""}, []string{"A=1", "", "B"}},
		{"even", []string{"", "--help", "--list"}, []string{"PATH=" + p.dir, "A=1"}},
		{"nothing", []string{""}, nil},
	}
	for _, w := range ways {
		for _, v := range vectors {
			t.Run(w.name+"/"+v.name, func(t *testing.T) {
				name := cmp.Or(w.prog, "prog")
				prog := w.program(t, p, name)
				given := slices.Clone(v.args)
				given[0] = prog
				s := launch.Spec{Path: prog, Args: given, Env: v.env,
					Open: []launch.File{{FD: 5, Path: prog, Flags: unix.O_RDONLY, Pos: 3}}}
				if w.via != nil {
					w.via(t, p, &s)
				}
				d := run(t, s)
				want := s
				want.Args = given
				if w.args != nil {
					want.Args = w.args(prog, given)
				}
				if w.moved {
					checkRegisters(t, d)
					checkAux(t, p, d, "", prog)
					checkMemory(t, d)
					if !slices.Equal(d.Args, want.Args) || !slices.Equal(d.Env, s.Env) {
						t.Errorf("args %q, env %q", d.Args, d.Env)
					}
				} else {
					checkStart(t, p, d, want, prog)
				}
				descriptors(t, d, s, false)
				if d.Comm != name {
					t.Errorf("comm is %q", d.Comm)
				}
			})
		}
	}
}

// binfmt_misc keeps the ids of a set-user-ID program with flag C, and drops them without it;
// and with flag O the program need not be readable, in both cases.
func TestWaysSetID(t *testing.T) {
	p := newPlace(t)
	need.SetID(t, p.dir)
	env := []string{"LD_SLUL_TRACE=load", "A=1", "LD_PRELOAD=x"}
	tests := []struct {
		name, flags string
		mode        os.FileMode
		secure      bool
	}{
		{"stub", "", 0o755, true},
		{"POCF", "POCF", 0o755, true},
		{"POCF, not readable", "POCF", 0o711, true},
		{"OC", "OC", 0o755, true},
		{"PF", "PF", 0o755, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			prog := p.setID(t, 0, 0, test.mode|os.ModeSetuid)
			s := launch.Spec{Path: prog, Args: []string{"anything", "x"}, Env: env, User: nobody}
			if test.flags != "" {
				p.binfmt(t, &s, test.flags)
			}
			if !test.secure {
				s.Env = env[1:] // no line on fd 2
			}
			d := run(t, s)
			want := []string{"A=1"}
			if !test.secure {
				want = s.Env
			}
			if !slices.Equal(d.Env, want) {
				t.Errorf("env %q, want %q", d.Env, want)
			}
			euid := map[bool]uint64{true: 0, false: nobody}[test.secure]
			if got, _ := d.Aux(atEUID); got != euid {
				t.Errorf("effective user id %d, want %d", got, euid)
			}
			if secure, _ := d.Aux(atSecure); secure != 0 != test.secure {
				t.Errorf("AT_SECURE is %d", secure)
			}
			checkRegisters(t, d)
			checkAux(t, p, d, "", prog)
			if d.Comm != "prog" || d.ExecFn != prog {
				t.Errorf("comm %q, AT_EXECFN %q", d.Comm, d.ExecFn)
			}
		})
	}
}

// A set-user-ID program whose PT_INTERP is the loader keeps its ids, and is secure.
func TestInterpreterSetID(t *testing.T) {
	p := newPlace(t)
	need.SetID(t, p.dir)
	for _, note := range []bool{false, true} {
		prog := p.write(t, "prog", tiny.Interp{Path: p.rtld, Table: true, Note: note}.Bytes(probe.Code()), 0o755|os.ModeSetuid)
		d := run(t, launch.Spec{Path: prog, Args: []string{"x"}, User: nobody,
			Env: []string{"LD_SLUL_TRACE=load", "A=1", "LD_SLUL_LIBRARY_PATH=/x"}})
		if euid, _ := d.Aux(atEUID); euid != 0 || !slices.Equal(d.Env, []string{"A=1"}) {
			t.Errorf("note %v: effective user id %d, env %q", note, euid, d.Env)
		}
		checkRegisters(t, d)
		checkAux(t, p, d, "", prog)
	}
}

// A program header table that is not behind the ELF header is found by PT_PHDR; when that lies by less
// than a page, or is not there, the start is refused: no byte of the program runs, and nothing faults.
func TestInterpreterTableElsewhere(t *testing.T) {
	p := newPlace(t)
	file := tiny.Interp{Path: p.rtld, Table: true, Note: true}.Bytes(tiny.Exit(5))
	f, err := elfimage.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	const at = 0x2008 // not where a page begins, as the header would be looked for there
	le := binary.LittleEndian
	n := len(f.Segments) * elfimage.PhdrSize
	file = append(file, make([]byte, at+n-len(file))...)
	table := file[at:]
	copy(table, file[elfimage.EhdrSize:][:n])
	le.PutUint64(file[32:], at) // e_phoff
	phdr := -1
	for i, s := range f.Segments {
		e := table[i*elfimage.PhdrSize:]
		switch s.Type {
		case elf.PT_PHDR:
			phdr = i * elfimage.PhdrSize
			for _, off := range []int{8, 16, 24} { // p_offset, p_vaddr, p_paddr
				le.PutUint64(e[off:], at)
			}
		case elf.PT_LOAD:
			le.PutUint64(e[32:], uint64(len(file))) // p_filesz, p_memsz
			le.PutUint64(e[40:], uint64(len(file)))
		}
	}
	start := func(change func(table []byte)) launch.Result {
		changed := slices.Clone(file)
		change(changed[at:])
		return launch.Run(t, launch.Spec{Path: p.write(t, "prog", changed, 0o755), Args: []string{"x"}})
	}
	if r := start(func([]byte) {}); r.Exit != 5 || len(r.Stderr) > 0 {
		t.Fatal(describe(r))
	}
	for _, vaddr := range []uint64{0, at + 8, at - 8, elfimage.EhdrSize, 1<<64 - 8, at + 4096, at + 4095, 1 << 20, 1 << 40, 1<<47 - 4096, 1 << 56, 1 << 63} {
		t.Run(fmt.Sprintf("p_vaddr=%#x", vaddr), func(t *testing.T) {
			refused(t, start(func(table []byte) { le.PutUint64(table[phdr+16:], vaddr) }), 127, "slulrtld: ")
		})
	}
	t.Run("absent", func(t *testing.T) {
		refused(t, start(func(table []byte) { le.PutUint32(table[phdr:], uint32(elf.PT_NULL)) }), 127, "unknown program headers")
	})
}

// Without PT_PHDR, which linkers write whenever they write PT_INTERP, the ELF header in front of the program
// headers tells where the kernel has put a program.
func TestInterpreterWithoutTable(t *testing.T) {
	p := newPlace(t)
	for _, f := range []tiny.Interp{{}, {Note: true}, {At: tiny.FixedAddress}} {
		f.Path = p.rtld
		prog := p.write(t, "prog", f.Bytes(tiny.Print(decoyText, 0)), 0o755)
		if r := launch.Run(t, launch.Spec{Path: prog, Args: []string{"x"}}); r.Exit != 0 || string(r.Stdout) != decoyText {
			t.Error(describe(r))
		}
	}
}
