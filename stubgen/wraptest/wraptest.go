// Package wraptest makes the shared objects that tests wrap and run: one C source,
// whole.c, built by several compilers and linkers in the ways of variants.txt.
package wraptest

import (
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/tests/need"
)

//go:embed testdata/whole.c
var source []byte

//go:embed testdata/variants.txt
var table string

// Variant is a line of variants.txt.
type Variant struct {
	Name, Compiler string
	Entry          string // for wrap; empty: its own choice
	Flags          []string
}

var baseFlags = strings.Fields("-g -O1 -fPIC -shared -nostdlib -fno-stack-protector -DZEROS=20000")

// Variants gives them all.
func Variants(t testing.TB) (list []Variant) {
	t.Helper()
	for line := range strings.Lines(table) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0][0] == '#' {
			continue
		}
		v := Variant{Name: words[0], Compiler: words[1]}
		for _, w := range words[2:] {
			if name, ok := strings.CutPrefix(w, "@"); ok {
				v.Entry = name
			} else {
				v.Flags = append(v.Flags, w)
			}
		}
		list = append(list, v)
	}
	if len(list) < 8 {
		t.Fatalf("%d variants", len(list))
	}
	return list
}

// Object compiles and links the source in this way.
func (v Variant) Object(t testing.TB) []byte {
	t.Helper()
	need.Tool(t, v.Compiler)
	for _, f := range v.Flags {
		if linker, ok := strings.CutPrefix(f, "-fuse-ld="); ok {
			need.Tool(t, "ld."+linker)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "whole.c"), source, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(v.Compiler, slices.Concat(baseFlags, v.Flags, []string{"-o", "whole.so", "whole.c"})...)
	cmd.Dir = dir
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", v.Compiler, err, text)
	}
	so, err := os.ReadFile(filepath.Join(dir, "whole.so"))
	if err != nil {
		t.Fatal(err)
	}
	return so
}
