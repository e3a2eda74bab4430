package clib

import (
	"bytes"
	"strings"
	"testing"

	"slul/rtld/elftest"
	"slul/tests/launch"
	"slul/tests/need"
)

// TestMissingVersion links against a library that has a version, and starts with one that has not. The
// loader says which version, of which file, before anything runs.
func TestMissingVersion(t *testing.T) {
	for _, linker := range linkers {
		t.Run(linker, func(t *testing.T) {
			need.Tool(t, "ld."+linker)
			p := newPlace(t)
			p.write(t, "lib.c", []byte("int f(void) { return 42; }\n"))
			p.write(t, "main.c", []byte("int f(void);\nvoid _start(void) { __asm__ volatile(\"syscall\" : : \"a\"(231), \"D\"(f())); }\n"))
			cc := func(args ...string) {
				t.Helper()
				p.do(t, "gcc", append([]string{"-nostdlib", "-shared", "-fPIC", "-O1", "-fuse-ld=" + linker, "-L.", "-Wl,-rpath,$ORIGIN"}, args...)...)
			}
			version := func(name string) {
				t.Helper()
				p.write(t, "map", []byte(name+" { global: f; local: *; };\n"))
				cc("-o", "libv.so", "lib.c", "-Wl,--version-script=map", "-Wl,-soname,libv.so")
			}
			version("LIB_2")
			cc("-o", "prog.so", "main.c", "-lv")
			prog := p.wrap(t, "prog.so", "prog")
			passes(t, launch.Spec{Path: prog, Args: []string{prog}})

			version("LIB_1")
			r := launch.Run(t, launch.Spec{Path: prog, Args: []string{prog}})
			want := "needs version LIB_2, which is not in " + p.dir + "/libv.so" + elftest.Cure(prog)
			if r.Exit != 127 || len(r.Stdout) > 0 || bytes.Count(r.Stderr, []byte("\n")) != 1 || !strings.HasSuffix(string(r.Stderr), want) {
				t.Errorf("exit %d, fd 2 %q, want 127 and %q", r.Exit, r.Stderr, want)
			}
		})
	}
}
