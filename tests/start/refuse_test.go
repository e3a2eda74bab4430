package start

// Starts that cannot be: one line, the right one, and 126 or 127.

import (
	"os"
	"path/filepath"
	"testing"

	"slul/elfimage"
	"slul/stubgen"
	"slul/tests/launch"
	"slul/tests/need"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

func TestLoaderMissing(t *testing.T) {
	p := newPlace(t)
	prog := p.probe(t, "prog")
	s := launch.Spec{Path: prog, Args: []string{"prog"}}
	if err := os.Chmod(p.rtld, 0o644); err != nil {
		t.Fatal(err)
	}
	refused(t, launch.Run(t, s), 127, stubgen.Message(p.rtld))
	if err := os.Remove(p.rtld); err != nil {
		t.Fatal(err)
	}
	refused(t, launch.Run(t, s), 127, stubgen.Message(p.rtld))
}

// Execute permission without read permission: the stub cannot open its own file.
func TestUnreadable(t *testing.T) {
	need.Root(t)
	p := newPlace(t)
	prog := p.probe(t, "prog")
	if err := os.Chmod(prog, 0o711); err != nil {
		t.Fatal(err)
	}
	r := launch.Run(t, launch.Spec{Path: prog, Args: []string{"prog"}, User: nobody})
	refused(t, r, 126, "prog: ", "must be readable")
	// a caller cannot make it run something else instead
	p.program(t, "decoy", tiny.Print(decoyText, 1))
	r = launch.Run(t, launch.Spec{Path: prog, Args: []string{filepath.Join(p.dir, "decoy")}, User: nobody})
	refused(t, r, 126, "must be readable")
}

// Without /proc the name by which it was called has to lead to a SLUL program.
func TestWithoutProc(t *testing.T) {
	p := inRoot(t, loader(t))
	p.probe(t, "prog")
	p.probe(t, "bin/tool")
	p.write(t, "text", []byte("no program\n"), 0o755)
	p.write(t, "static", tiny.Static(tiny.Print(decoyText, 0)), 0o755)
	tests := []struct {
		name, exec, dir string
		args, env       []string
		runs            bool
		comm            string
	}{
		{"absolute", "/prog", "", []string{"/prog", "x"}, nil, true, "prog"},
		{"relative", "./prog", "", []string{"./prog", "x"}, nil, true, "prog"},
		{"relative from elsewhere", "../prog", "/bin", []string{"../prog"}, nil, true, "prog"},
		{"PATH", "/bin/tool", "", []string{"tool"}, []string{"PATH=/usr/bin:/bin"}, true, "tool"},
		{"no PATH", "/bin/tool", "", []string{"tool"}, nil, false, ""},
		{"not along PATH", "/bin/tool", "", []string{"tool"}, []string{"PATH=/usr/bin"}, false, ""},
		{"login shell", "/bin/tool", "", []string{"-tool"}, []string{"PATH=/bin"}, false, ""},
		{"no such file", "/prog", "", []string{"/other"}, nil, false, ""},
		{"text", "/prog", "", []string{"/text"}, nil, false, ""},
		{"other program", "/prog", "", []string{"/static"}, nil, false, ""},
		{"directory", "/prog", "", []string{"/bin"}, nil, false, ""},
		{"empty", "/prog", "", []string{""}, nil, false, ""},
		{"argc 0", "/prog", "", nil, nil, false, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := launch.Spec{Root: p.dir, Dir: test.dir, Path: test.exec, Args: test.args, Env: test.env}
			if !test.runs {
				refused(t, launch.Run(t, s), 127)
				return
			}
			d := run(t, s)
			checkRegisters(t, d)
			checkVectors(t, d, s)
			if d.Comm != test.comm {
				t.Errorf("comm %q, want %q", d.Comm, test.comm)
			}
			if len(d.FDs) != 3 {
				t.Errorf("descriptors %+v", d.FDs)
			}
		})
	}
	r := launch.Run(t, launch.Spec{Root: p.dir, Path: "/prog", Args: []string{"/nothing"}})
	refused(t, r, 127, "/proc")
}

// A program that needs more memory than its limit allows. The kernel itself maps a
// file before its stub runs, so this shows in explicit mode only.
func TestMemoryLimit(t *testing.T) {
	p := newPlace(t)
	prog := p.program(t, "prog", tiny.Exit(0), func(im *elfimage.Image) { im.BssSize = 1 << 30 })
	r := launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"slulrtld", prog},
		Limits: map[int]uint64{unix.RLIMIT_AS: 64 << 20}})
	refused(t, r, 127, prog+": no address space: bytes=10737")
}

// When fd 2 is closed or full there is no line, but the same status.
func TestNowhereToComplain(t *testing.T) {
	p := newPlace(t)
	s := launch.Spec{Path: p.rtld, Args: []string{"slulrtld", "/no/such/file"}, Close: []int{2}}
	if r := launch.Run(t, s); r.Exit != 127 {
		t.Error(describe(r))
	}
	s.Close, s.Open = nil, []launch.File{{FD: 2, Path: "/dev/full", Flags: unix.O_WRONLY}}
	if r := launch.Run(t, s); r.Exit != 127 {
		t.Error(describe(r))
	}
}
