package start

// slulrtld [--argv0 NAME] PROGRAM [ARGUMENT…]: the loader as a command.

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/tests/launch"
	"slul/tests/need"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

func TestExplicit(t *testing.T) {
	p := newPlace(t)
	prog := p.probe(t, "prog")
	runslul := filepath.Join(p.dir, "runslul")
	if err := os.Symlink("slulrtld", runslul); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		exec string
		args []string // behind the loader's own name
		want []string
		comm string
	}{
		{"plain", p.rtld, []string{prog}, []string{prog}, "prog"},
		{"as runslul", runslul, []string{prog, "x"}, []string{prog, "x"}, "prog"},
		{"arguments", p.rtld, []string{prog, "--help", "", "y z"}, []string{prog, "--help", "", "y z"}, "prog"},
		{"relative", p.rtld, []string{"./prog", "1"}, []string{"./prog", "1"}, "prog"},
		{"no slash is a path too", p.rtld, []string{"prog"}, []string{"prog"}, "prog"},
		{"argv0", p.rtld, []string{"--argv0", "name", prog, "1"}, []string{"name", "1"}, "prog"},
		{"argv0 even", p.rtld, []string{"--argv0", "name", prog, "1", "2"}, []string{"name", "1", "2"}, "prog"},
		{"argv0 empty", p.rtld, []string{"--argv0", "", prog}, []string{""}, "prog"},
		{"argv0 like an option", p.rtld, []string{"--argv0", "--help", prog}, []string{"--help"}, "prog"},
		{"two dashes", p.rtld, []string{"--", prog, "1"}, []string{prog, "1"}, "prog"},
		{"argv0, two dashes", p.rtld, []string{"--argv0", "n", "--", prog, "1"}, []string{"n", "1"}, "prog"},
	}
	for _, test := range tests {
		for _, env := range [][]string{nil, {"A=1"}, {"A=1", "B=2"}} {
			t.Run(fmt.Sprintf("%s %d", test.name, len(env)), func(t *testing.T) {
				s := launch.Spec{Path: test.exec, Args: slices.Concat([]string{"called"}, test.args), Env: env, Dir: p.dir,
					Open: []launch.File{{FD: 7, Path: prog, Flags: unix.O_RDONLY}}}
				d := run(t, s)
				if !slices.Equal(d.Args, test.want) || !slices.Equal(d.Env, env) {
					t.Errorf("args %q, env %q", d.Args, d.Env)
				}
				if d.Comm != test.comm {
					t.Errorf("comm %q, want %q", d.Comm, test.comm)
				}
				checkRegisters(t, d)
				checkMemory(t, d)
				descriptors(t, d, s, false)
			})
		}
	}
}

func TestExplicitManyArguments(t *testing.T) {
	p := newPlace(t)
	prog := p.probe(t, "prog")
	var many []string
	for i := range 100_000 {
		many = append(many, fmt.Sprint(i))
	}
	for _, args := range [][]string{many, many[1:]} { // odd and even: the words move differently
		s := launch.Spec{Path: p.rtld, Args: slices.Concat([]string{"rtld", "--argv0", "a", prog}, args), Env: []string{"A=1", "B=2"}}
		d := run(t, s)
		if !slices.Equal(d.Args, slices.Concat([]string{"a"}, args)) || !slices.Equal(d.Env, s.Env) {
			t.Errorf("%d arguments, env %q", len(d.Args), d.Env)
		}
		checkRegisters(t, d)
	}
}

// As the interpreter of a script the loader finds what is left of argv[0], which the
// kernel took away, on the stack where it works itself.
func TestExplicitScript(t *testing.T) {
	p := newPlace(t)
	prog := p.probe(t, "prog")
	script := p.write(t, "script", []byte("#!"+p.rtld+" "+prog+"\n"), 0o755)
	for n := 0; n <= 120_000; n += 4000 {
		d := run(t, launch.Spec{Path: script, Args: []string{strings.Repeat("A", n), "x"}})
		if want := []string{prog, script, "x"}; !slices.Equal(d.Args, want) {
			t.Errorf("argv[0] of %d bytes: args %q, want %q", n, d.Args, want)
		}
		checkRegisters(t, d)
	}
}

func TestExplicitTexts(t *testing.T) {
	p := newPlace(t)
	for _, test := range []struct{ option, starts string }{{"--help", "usage: slulrtld "}, {"--version", "slulrtld "}} {
		r := launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"slulrtld", test.option}})
		if r.Exit != 0 || !strings.HasPrefix(string(r.Stdout), test.starts) || !strings.HasSuffix(string(r.Stdout), "\n") || len(r.Stderr) > 0 {
			t.Errorf("%s: %s", test.option, describe(r))
		}
	}
}

func TestExplicitRefuses(t *testing.T) {
	p := newPlace(t)
	prog := p.probe(t, "prog")
	raw, err := os.ReadFile(prog)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(filepath.Join(p.dir, "fifo"), 0o644); err != nil {
		t.Fatal(err)
	}
	write := func(name string, data []byte) string { return p.write(t, name, data, 0o755) }
	tests := []struct {
		name   string
		args   []string
		status int
		words  []string
	}{
		{"no program", nil, 127, nil},
		{"empty name", []string{""}, 127, nil},
		{"unknown option", []string{"--wrong", prog}, 127, []string{"--wrong"}},
		{"option without value", []string{"--argv0"}, 127, []string{"--argv0"}},
		{"no such file", []string{"/no/such/file"}, 127, []string{"/no/such/file"}},
		{"not a directory", []string{prog + "/x"}, 127, nil},
		{"directory", []string{p.dir}, 127, nil},
		{"fifo", []string{filepath.Join(p.dir, "fifo")}, 127, nil},
		{"device", []string{os.DevNull}, 127, nil},
		{"itself", []string{p.rtld}, 127, nil},
		{"empty file", []string{write("empty", nil)}, 127, nil},
		{"4 bytes", []string{write("four", raw[:4])}, 127, nil},
		{"header only", []string{write("header", raw[:64])}, 127, nil},
		{"half", []string{write("half", raw[:len(raw)/8])}, 127, nil},
		{"text", []string{write("text", []byte(strings.Repeat("text\n", 100)))}, 127, nil},
		{"strange name", []string{write("a\nb\x1bc", []byte("x"))}, 127, []string{"a?b?c"}},
		{"long name", []string{"/" + strings.Repeat("x", 100000)}, 127, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := launch.Run(t, launch.Spec{Path: p.rtld, Args: slices.Concat([]string{"slulrtld"}, test.args)})
			refused(t, r, test.status, append(test.words, "slulrtld: ")...)
		})
	}
}

// The loader gives no rights: a set-user-ID program started through it by name runs
// as its caller, and a loader that is itself set-user-ID runs nothing.
func TestExplicitSetID(t *testing.T) {
	p := newPlace(t)
	need.SetID(t, p.dir)
	prog := p.setID(t, 0, 0, 0o755|os.ModeSetuid)
	d := run(t, launch.Spec{Path: p.rtld, Args: []string{"slulrtld", prog}, User: nobody})
	if got := d.Status("Uid"); got != strings.TrimSpace(strings.Repeat(fmt.Sprintf("%d\t", nobody), 4)) {
		t.Errorf("user ids %q", got)
	}
	if err := os.Chmod(p.rtld, 0o755|os.ModeSetuid); err != nil {
		t.Fatal(err)
	}
	decoy := p.program(t, "decoy", tiny.Print(decoyText, 0))
	refused(t, launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"slulrtld", decoy}, User: nobody}), 126)
}

// An unreadable program is refused as unreadable here, too.
func TestExplicitUnreadable(t *testing.T) {
	need.Root(t)
	p := newPlace(t)
	prog := p.probe(t, "prog")
	if err := os.Chmod(prog, 0o711); err != nil {
		t.Fatal(err)
	}
	refused(t, launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"slulrtld", prog}, User: nobody}), 126, "EACCES")
}
