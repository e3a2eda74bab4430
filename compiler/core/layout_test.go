package core_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"slul/compiler/check"
	"slul/compiler/core"
	"slul/compiler/syntax"
	"slul/tests/golden"
)

// runConstants are the constants of core that say where things lie in the run block, in
// arenas and in chunks.
var runConstants = []string{"run_size", "buffer_size", "buffer_at", "chunk_size", "chunk_head", "arena_size"}

// TestLayout: programs and libraries each have their own copy of core and hand each other
// its objects, so all must agree on where the fields lie, whatever compiled them. When this
// file changes, what was built before does not fit what is built then, and the loader cannot
// tell: the profile in compiler/library.go (and in the loader) must get another name.
func TestLayout(t *testing.T) {
	var files []*syntax.File
	for _, s := range core.Sources() {
		f, errs := syntax.Parse(s.Name, s.Text)
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info, errs := check.Check(files, nil)
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, class := range info.Classes {
		text := fmt.Sprintf("%s %d bytes", class.Name, class.Size)
		for _, v := range class.Fields {
			text += fmt.Sprintf(", %d %s %s", v.Index, v.Type, v.Name)
		}
		lines = append(lines, text)
	}
	for _, f := range files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *syntax.ConstDecl:
				if slices.Contains(runConstants, d.Name.Name) {
					value, _ := info.Const(d.Value)
					lines = append(lines, fmt.Sprintf("const %s %d", d.Name.Name, value.Bits))
				}
			case *syntax.EnumDecl:
				text := "enum " + d.Name.Name
				for _, v := range d.Values {
					text += " " + v.Name.Name
				}
				lines = append(lines, text)
			}
		}
	}
	slices.Sort(lines)
	golden.Compare(t, "testdata/layout.golden", strings.Join(lines, "\n")+"\n")
}
