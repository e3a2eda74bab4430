package debug

import (
	"os"
	"path/filepath"
	"testing"

	"slul/compiler"
	"slul/elfimage"
)

// TestLibrary: a library written in SLUL has names and lines of its own for gdb, without
// the tags of its symbols, and a backtrace goes through it into the program.
func TestLibrary(t *testing.T) {
	for _, start := range []elfimage.Start{elfimage.StartRt0, elfimage.StartInterp} {
		t.Run(string(start), func(t *testing.T) { testLibrary(t, start) })
	}
}

func testLibrary(t *testing.T, start elfimage.Start) {
	k := newKit(t)
	o := compiler.Options{Rtld: k.rtld, Interfaces: []string{"../../examples/modules"}, Runpath: "$ORIGIN", Start: string(start)}
	freq, err := compiler.Build("../../examples/modules/freq", o)
	if err != nil {
		t.Fatal(err)
	}
	libraries, err := compiler.Libraries(freq, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(libraries, freq) {
		k.write(p.Name, p.File)
	}
	if err := os.WriteFile(filepath.Join(k.dir, "text"), []byte("a b a\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	k.gdb([]string{"set breakpoint pending on", "break 'words.count_words'", "run <text", "bt", "info symbol $pc", "finish", "continue"}, []string{"./freq"},
		`^Breakpoint 1, words.count_words \(\) at words/toplevels.slul:\d+$`,
		`^#0  words.count_words \(\) at words/toplevels.slul:\d+$`,
		`^#1  .* in Freq.main \(\) at Freq.slul:\d+$`,
		`^#2  .* in _start \(\) at Freq.slul:\d+$`,
		`^words.count_words in section .text of .*/words.so$`,
		`^Freq.main \(\) at Freq.slul:\d+$`,
		`^   2 a$`)
}
