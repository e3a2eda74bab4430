package syntax_test

import (
	"fmt"
	"testing"

	"slul/compiler/core"
	"slul/compiler/syntax"
)

// funcs gives the funcs of a file.
func funcs(list []syntax.Decl) (found []*syntax.FuncDecl) {
	for _, d := range list {
		switch d := d.(type) {
		case *syntax.FuncDecl:
			found = append(found, d)
		case *syntax.ClassDecl:
			found = append(found, funcs(d.Members)...)
		}
	}
	return found
}

// tree is the declarations of a file with the ends of all nodes.
func tree(f *syntax.File) string {
	text := syntax.Dump(&syntax.File{Decls: f.Decls})
	for _, d := range f.Decls {
		syntax.Walk(d, func(n syntax.Node) bool {
			text += fmt.Sprintln(n.Pos(), n.End())
			return true
		})
	}
	return text
}

// TestHeads: core whose funcs are left out, and read later in any order, is the same tree as core that
// is read at once; and what is left out has the right place.
func TestHeads(t *testing.T) {
	seen := 0
	var parser syntax.Heads
	for _, s := range core.Sources() {
		whole, _ := syntax.Parse(s.Name, s.Text)
		heads, errs := parser.Parse(s.Name, s.Text)
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		want, got := funcs(whole.Decls), funcs(heads.Decls)
		if len(want) != len(got) {
			t.Fatalf("%s: %d funcs, not %d", s.Name, len(got), len(want))
		}
		for i := len(got) - 1; i >= 0; i-- {
			d, w := got[i], want[i]
			if d.Params != nil || d.Result != nil || len(d.Body.Stmts) > 0 || d.Name.Name != w.Name.Name || d.Sigils != w.Sigils || d.Pos() != w.Pos() || d.End() != w.End() {
				t.Errorf("%s: %s at %v to %v was not left out, or is not %s at %v to %v", s.Name, d.Name.Name, d.Pos(), d.End(), w.Name.Name, w.Pos(), w.End())
			}
			for range 2 {
				if errs := heads.Read(d); len(errs) > 0 {
					t.Fatal(errs)
				}
			}
			seen++
		}
		if a, b := tree(heads), tree(whole); a != b {
			t.Errorf("%s: another tree:\n%s", s.Name, firstDifference([]byte(a), []byte(b)))
		}
	}
	if seen < 200 {
		t.Errorf("%d funcs", seen)
	}
}
