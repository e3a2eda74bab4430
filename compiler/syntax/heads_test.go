package syntax_test

import (
	"fmt"
	"testing"

	"slul/compiler/core"
	"slul/compiler/syntax"
)

// bodies gives the bodies of a file's funcs and ctors.
func bodies(list []syntax.Decl) (found []*syntax.Block) {
	for _, d := range list {
		switch d := d.(type) {
		case *syntax.FuncDecl:
			found = append(found, d.Body)
		case *syntax.CtorDecl:
			found = append(found, d.Body)
		case *syntax.ClassDecl:
			found = append(found, bodies(d.Members)...)
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

// TestHeads: core whose bodies are left out, and read later in any order, is the same tree as core that
// is read at once; and what is left out has the right place.
func TestHeads(t *testing.T) {
	funcs := 0
	var parser syntax.Heads
	for _, s := range core.Sources() {
		whole, _ := syntax.Parse(s.Name, s.Text)
		heads, errs := parser.Parse(s.Name, s.Text)
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		want, got := bodies(whole.Decls), bodies(heads.Decls)
		if len(want) != len(got) {
			t.Fatalf("%s: %d bodies, not %d", s.Name, len(got), len(want))
		}
		for i := len(got) - 1; i >= 0; i-- {
			if len(got[i].Stmts) > 0 || got[i].Pos() != want[i].Pos() || got[i].EndPos != want[i].EndPos {
				t.Errorf("%s: a body at %v to %v with %d statements: not left out, or not the one at %v to %v", s.Name, got[i].Pos(), got[i].EndPos, len(got[i].Stmts), want[i].Pos(), want[i].EndPos)
			}
			for range 2 {
				if errs := heads.Read(got[i]); len(errs) > 0 {
					t.Fatal(errs)
				}
			}
			funcs++
		}
		if a, b := tree(heads), tree(whole); a != b {
			t.Errorf("%s: another tree:\n%s", s.Name, firstDifference([]byte(a), []byte(b)))
		}
	}
	if funcs < 200 {
		t.Errorf("%d bodies", funcs)
	}
}
