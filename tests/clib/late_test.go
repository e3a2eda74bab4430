package clib

import (
	"os"
	"path/filepath"
	"testing"

	"slul/tests/launch"
	"slul/tests/need"
)

// TestServices runs programs that ask the loader for more once they run. What they check:
// testdata/late/main.c.
func TestServices(t *testing.T) {
	source, err := filepath.Abs("testdata/late")
	if err != nil {
		t.Fatal(err)
	}
	for _, linker := range linkers {
		t.Run(linker, func(t *testing.T) {
			t.Parallel()
			need.Tool(t, "ld."+linker)
			p := newPlace(t)
			if err := os.Symlink("slulrtld", filepath.Join(p.dir, "slulrtld-x86_64.so.1")); err != nil {
				t.Fatal(err)
			}
			cc := func(args ...string) {
				t.Helper()
				p.do(t, "gcc", append([]string{"-nostdlib", "-fno-stack-protector", "-ffreestanding", "-Wall", "-Werror", "-O1", "-fuse-ld=" + linker,
					"-L.", "-Wl,-rpath,$ORIGIN", "-Wl,--allow-shlib-undefined"}, args...)...)
			}
			library := func(name string, args ...string) {
				t.Helper()
				cc(append([]string{"-shared", "-fPIC", "-o", "lib" + name + ".so", source + "/" + name + ".c"}, args...)...)
			}
			library("dep")
			library("other")
			library("late", "-ldep")
			library("bad", "-lother")
			library("big")
			cc("-shared", "-fPIC", "-o", "weak.so", source+"/main.c", "-DWEAK")
			cc("-shared", "-fPIC", "-o", "linked.so", source+"/main.c", "-Wl,-z,defs", "-l:slulrtld-x86_64.so.1")
			cc("-pie", "-fPIE", "-o", "pie", source+"/main.c", "-Wl,--export-dynamic", "-l:slulrtld-x86_64.so.1", "-Wl,--dynamic-linker="+p.rtld)
			for _, prog := range []string{p.wrap(t, "weak.so", "weak"), p.wrap(t, "linked.so", "linked"), filepath.Join(p.dir, "pie")} {
				passes(t, launch.Spec{Path: prog, Args: []string{prog, "", "last"}})
			}
		})
	}
}

// TestIsSecure asks whether the caller is to be believed, as a plain program and with more rights than the
// caller has.
func TestIsSecure(t *testing.T) {
	p := newPlace(t)
	need.SetID(t, p.dir)
	source, err := filepath.Abs("testdata/late/secure.c")
	if err != nil {
		t.Fatal(err)
	}
	p.do(t, "gcc", "-nostdlib", "-shared", "-fPIC", "-fno-stack-protector", "-O1", "-o", "secure.so", source)
	prog := p.wrap(t, "secure.so", "secure")
	for dir := p.dir; dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	const user = 65534
	for mode, want := range map[os.FileMode]int{0o755: 42, os.ModeSetuid | 0o755: 43} {
		if err := os.Chmod(prog, mode); err != nil {
			t.Fatal(err)
		}
		if r := launch.Run(t, launch.Spec{Path: prog, Args: []string{prog}, User: user}); r.Exit != want {
			t.Errorf("mode %v: exit %d, want %d; fd 2: %s", mode, r.Exit, want, r.Stderr)
		}
	}
}
