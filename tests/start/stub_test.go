package start

// The first half of the protocol alone: a program's stub starts a "loader" that is
// the probe as a plain static file, and the probe shows what the stub handed over.

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/stubgen"
	"slul/tests/launch"
	"slul/tests/probe"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

// note is the offset of R for P = 0 (docs/startup.md).
const note = 0x534C5500

func TestStubHandsOver(t *testing.T) {
	p := placeWith(t, tiny.Static(probe.Code()))
	prog := p.program(t, "prog", tiny.Exit(1))
	progDev, progIno := fileID(t, prog)
	rtldDev, rtldIno := fileID(t, p.rtld)
	out, env := p.output(t)

	tests := []struct {
		name  string
		open  []int // descriptors open on /dev/null besides 0, 1, 2
		close []int
		want  [2]int // P and R
	}{
		{"plain", nil, nil, [2]int{3, 4}},
		{"no stdin", nil, []int{0}, [2]int{0, 3}},
		{"only stdout", nil, []int{0, 2}, [2]int{0, 2}},
		{"none", nil, []int{0, 1, 2}, [2]int{0, 1}},
		{"a hole", []int{3, 5, 6, 7}, nil, [2]int{4, 8}},
		{"up to 1000", upTo(3, 1000), nil, [2]int{1001, 1002}},
		{"all but 500", slices.Concat(upTo(3, 499), upTo(501, 1000)), nil, [2]int{500, 1001}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := launch.Spec{Path: prog, Args: []string{"./prog", "", "x y"}, Env: []string{env, "=odd", "noequals"}, Close: test.close}
			for _, fd := range test.open {
				s.Open = append(s.Open, launch.File{FD: fd, Path: os.DevNull, Flags: unix.O_RDWR})
			}
			if err := os.Truncate(out, 0); err != nil {
				t.Fatal(err)
			}
			d := runTo(t, s, out)
			if !slices.Equal(d.Args, s.Args) || !slices.Equal(d.Env, s.Env) {
				t.Errorf("args %q, env %q", d.Args, d.Env)
			}
			if want := fmt.Sprintf("/dev/fd/%d", test.want[1]); d.ExecFn != want {
				t.Errorf("AT_EXECFN is %q, want %q", d.ExecFn, want)
			}
			prog, rtld := d.FDs[test.want[0]], d.FDs[test.want[1]]
			if prog.Dev != progDev || prog.Ino != progIno || prog.CloseOnExec || prog.Flags&unix.O_ACCMODE != unix.O_RDONLY {
				t.Errorf("P is %+v", prog)
			}
			if rtld.Dev != rtldDev || rtld.Ino != rtldIno || rtld.Pos != note+int64(test.want[0]) {
				t.Errorf("R is %+v, want offset %#x", rtld, note+test.want[0])
			}
			if want := 3 - len(test.close) + len(test.open) + 3; len(d.FDs) != want { // P, R, the dump
				t.Errorf("%d descriptors, want %d", len(d.FDs), want)
			}
		})
	}
}

func upTo(first, last int) (list []int) {
	for fd := first; fd <= last; fd++ {
		list = append(list, fd)
	}
	return list
}

// Without /proc the first open fails; its errno reaches the loader in R's offset.
func TestStubWithoutProc(t *testing.T) {
	p := inRoot(t, tiny.Static(probe.Code()))
	p.program(t, "prog", tiny.Exit(1))
	d := run(t, launch.Spec{Root: p.dir, Path: "/prog", Args: []string{"prog"}})
	if r, ok := d.FDs[3]; !ok || d.ExecFn != "/dev/fd/3" || r.Pos != note-int64(unix.ENOENT) {
		t.Errorf("execfn %q, R is %+v", d.ExecFn, r)
	}
}

// What the stub itself says: one line and status 127.
func TestStubRefuses(t *testing.T) {
	p := placeWith(t, tiny.Static(tiny.Print("wrong", 0)))
	line := stubgen.Message(p.rtld)
	prog := p.program(t, "prog", tiny.Exit(1))
	s := launch.Spec{Path: prog, Args: []string{"prog"}}
	check := func(name string, prepare func(t *testing.T), change func(*launch.Spec)) {
		t.Run(name, func(t *testing.T) {
			p.write(t, "slulrtld", tiny.Static(tiny.Print("wrong", 0)), 0o755)
			s := s
			if prepare != nil {
				prepare(t)
			}
			if change != nil {
				change(&s)
			}
			refused(t, launch.Run(t, s), 127, line)
		})
	}
	remove := func(t *testing.T) {
		if err := os.RemoveAll(p.rtld); err != nil {
			t.Fatal(err)
		}
	}
	check("loader missing", remove, nil)
	check("loader is a directory", func(t *testing.T) {
		remove(t)
		if err := os.Mkdir(p.rtld, 0o755); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(p.rtld) })
	}, nil)
	check("loader is no program", func(t *testing.T) { p.write(t, "slulrtld", []byte("text\n"), 0o755) }, nil)
	check("loader is empty", func(t *testing.T) { p.write(t, "slulrtld", nil, 0o755) }, nil)
	check("loader not executable", func(t *testing.T) { p.write(t, "slulrtld", tiny.Static(tiny.Exit(0)), 0o644) }, nil)
	check("dangling link", func(t *testing.T) {
		remove(t)
		if err := os.Symlink(filepath.Join(p.dir, "nothing"), p.rtld); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(p.rtld) })
	}, nil)
	check("no descriptor at all", nil, func(s *launch.Spec) { s.Limits = map[int]uint64{unix.RLIMIT_NOFILE: 3} })
	check("one descriptor", nil, func(s *launch.Spec) { s.Limits = map[int]uint64{unix.RLIMIT_NOFILE: 4} })
}

// A message that cannot be written changes nothing about the status.
func TestStubWithoutStderr(t *testing.T) {
	p := placeWith(t, nil)
	s := launch.Spec{Path: p.program(t, "prog", tiny.Exit(1)), Args: []string{"prog"}, Close: []int{0, 1, 2}}
	if r := launch.Run(t, s); r.Exit != 127 || len(r.Stderr)+len(r.Stdout) > 0 {
		t.Error(describe(r))
	}
	s.Close = nil
	s.Open = []launch.File{{FD: 2, Path: "/dev/full", Flags: unix.O_WRONLY}}
	if r := launch.Run(t, s); r.Exit != 127 {
		t.Error(describe(r))
	}
}

// A loader path of any length works, and is in the message whole.
func TestStubLongPath(t *testing.T) {
	p := placeWith(t, nil)
	p.rtld = filepath.Join(p.dir, strings.Repeat("long/", 500), "slulrtld")
	r := launch.Run(t, launch.Spec{Path: p.program(t, "prog", tiny.Exit(1)), Args: []string{"prog"}})
	refused(t, r, 127, stubgen.Message(p.rtld))
	if err := os.MkdirAll(filepath.Dir(p.rtld), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.rtld, tiny.Static(tiny.Print("there\n", 3)), 0o755); err != nil {
		t.Fatal(err)
	}
	r = launch.Run(t, launch.Spec{Path: filepath.Join(p.dir, "prog"), Args: []string{"prog"}})
	if r.Exit != 3 || string(r.Stdout) != "there\n" {
		t.Error(describe(r))
	}
}
