package start

// Shared objects of other tool chains, made executable by wrap, run through stub and
// loader. What is in them and how they are linked: stubgen/testdata/wrap.

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/stubgen"
	"slul/tests/launch"
	"slul/tests/need"
)

const wrapData = "../../stubgen/testdata/wrap"

// variant is a line of variants.txt.
type variant struct {
	name, compiler, entry string
	flags                 []string
}

func variants(t *testing.T) (list []variant) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(wrapData, "variants.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0][0] == '#' {
			continue
		}
		v := variant{name: words[0], compiler: words[1]}
		for _, w := range words[2:] {
			if name, ok := strings.CutPrefix(w, "@"); ok {
				v.entry = name
			} else {
				v.flags = append(v.flags, w)
			}
		}
		list = append(list, v)
	}
	if len(list) < 8 {
		t.Fatalf("%d variants", len(list))
	}
	return list
}

// object compiles whole.c in this way.
func (v variant) object(t *testing.T) []byte {
	t.Helper()
	need.Tool(t, v.compiler)
	for _, f := range v.flags {
		if linker, ok := strings.CutPrefix(f, "-fuse-ld="); ok {
			need.Tool(t, "ld."+linker)
		}
	}
	out := filepath.Join(t.TempDir(), "whole.so")
	args := slices.Concat(strings.Fields("-g -O1 -fPIC -shared -nostdlib -fno-stack-protector -DZEROS=20000"),
		v.flags, []string{"-o", out, filepath.Join(wrapData, "whole.c")})
	if text, err := exec.Command(v.compiler, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", v.compiler, err, text)
	}
	so, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return so
}

// wrapped writes the program that wrap makes of an object.
func (p place) wrapped(t *testing.T, name string, v variant) string {
	t.Helper()
	prog, err := stubgen.Wrap(v.object(t), stubgen.WrapOptions{Entry: v.entry, Rtld: p.rtld})
	if err != nil {
		t.Fatal(err)
	}
	return p.write(t, name, prog, 0o755)
}

func TestWrapped(t *testing.T) {
	p := newPlace(t)
	for _, v := range variants(t) {
		t.Run(v.name, func(t *testing.T) {
			prog := p.wrapped(t, v.name, v)
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
		})
	}
}

// Debug information survives: gdb finds the functions of a wrapped program and their lines.
func TestWrappedInDebugger(t *testing.T) {
	gdb := need.Tool(t, "gdb")
	p := newPlace(t)
	prog := p.wrapped(t, "debugged", variant{compiler: "gcc"})
	cmd := exec.Command(gdb, "-nx", "-batch", "-ex", "set auto-load off", "-ex", "info line twice", "-ex", "list twice",
		"-ex", "ptype begin", "-ex", "disassemble _start", prog)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "DEBUGINFOD_URLS=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("gdb: %v\n%s", err, out)
	}
	for _, want := range []string{"of \"../../stubgen/testdata/wrap/whole.c\" starts at address", "return 2 * n;", "void (word *)", "call "} {
		if !strings.Contains(string(out), want) {
			t.Errorf("gdb does not say %q:\n%s", want, out)
		}
	}
}
