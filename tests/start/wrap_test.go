package start

// Shared objects of other tool chains, made executable by wrap, run through stub and
// loader. What is in them and how they are linked: stubgen/wraptest.

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"slul/elfimage"
	"slul/stubgen"
	"slul/stubgen/wraptest"
	"slul/tests/launch"
	"slul/tests/need"
)

// wrapped writes the program that wrap makes of an object.
func (p place) wrapped(t *testing.T, name string, v wraptest.Variant, start elfimage.Start) string {
	t.Helper()
	o := stubgen.WrapOptions{Entry: v.Entry, Rtld: p.rtld, Start: start}
	if start == elfimage.StartNone {
		o.Rtld = ""
	}
	prog, err := stubgen.Wrap(v.Object(t), o)
	if err != nil {
		t.Fatal(err)
	}
	return p.write(t, name, prog, 0o755)
}

func TestWrapped(t *testing.T) {
	p := newPlace(t)
	for _, v := range wraptest.Variants(t) {
		t.Run(v.Name, func(t *testing.T) {
			prog := p.wrapped(t, v.Name, v, elfimage.StartRt0)
			check := func(what, path string, args ...string) {
				t.Helper()
				r := launch.Run(t, launch.Spec{Path: path, Args: args})
				if r.Exit != 0 || string(r.Stdout) != "ok 3 last\n" || len(r.Stderr) > 0 {
					t.Errorf("%s: %s", what, describe(r))
				}
			}
			check("by its name", prog, prog, "x", "last")
			check("through the loader", p.rtld, "slulrtld", prog, "x", "last")
			if out, err := exec.Command(need.Tool(t, "strip"), prog).CombinedOutput(); err != nil || len(out) > 0 {
				t.Fatalf("strip: %v: %s", err, out)
			}
			check("stripped", prog, prog, "x", "last")

			prog = p.wrapped(t, v.Name, v, elfimage.StartInterp)
			check("PT_INTERP", prog, prog, "x", "last")
			check("PT_INTERP, through the loader", p.rtld, "slulrtld", prog, "x", "last")
			prog = p.wrapped(t, v.Name, v, elfimage.StartNone)
			check("without a start", p.rtld, "slulrtld", prog, "x", "last")
		})
	}
}

// Debug information survives: gdb finds the functions of a wrapped program and their lines.
func TestWrappedInDebugger(t *testing.T) {
	gdb := need.Tool(t, "gdb")
	p := newPlace(t)
	prog := p.wrapped(t, "debugged", wraptest.Variant{Compiler: "gcc"}, elfimage.StartRt0)
	cmd := exec.Command(gdb, "-nx", "-batch", "-ex", "set auto-load off", "-ex", "info line twice", "-ex", "list twice",
		"-ex", "ptype begin", "-ex", "disassemble _start", prog)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "DEBUGINFOD_URLS=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("gdb: %v\n%s", err, out)
	}
	for _, want := range []string{"of \"whole.c\" starts at address", "return 2 * n;", "void (word *)", "call "} {
		if !strings.Contains(string(out), want) {
			t.Errorf("gdb does not say %q:\n%s", want, out)
		}
	}
}
