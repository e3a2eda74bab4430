package check_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slul/compiler/check"
	"slul/compiler/syntax"
)

// complete says what lowering would miss in the facts of a program without mistakes.
func complete(info *check.Info) (missing []string) {
	miss := func(f *check.Func, n syntax.Node, what string) {
		missing = append(missing, (&syntax.Error{File: f.File, Pos: n.Pos(), Msg: what}).Error())
	}
	for _, fn := range info.Funcs {
		info.Need(fn)
		var visit func(n syntax.Node) bool
		visit = func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.Label:
				if _, ok := info.Labels[n]; !ok {
					miss(fn, n, "no values")
				}
				return false
			case *syntax.Call:
				settled(info, fn, n, miss)
				if info.Call(n) != nil {
					callFacts(info, fn, n, miss, visit)
				}
				return false
			case *syntax.Member:
				settled(info, fn, n, miss)
				if info.Call(n) == nil && info.Field(n) == nil {
					miss(fn, n, "no call and no field")
				}
			case *syntax.VarStmt:
				if info.Def(n.Name) == nil {
					miss(fn, n, "no variable")
				}
				syntax.Walk(n.Value, visit)
				if n.OnError != nil {
					syntax.Walk(n.OnError.Body, visit)
				}
				return false
			case *syntax.ThisExpr: // only before the name of a func: passed on, not looked at
			case syntax.Expr:
				if settled(info, fn, n, miss) {
					return false
				}
			}
			return true
		}
		syntax.Walk(fn.Decl.Body, visit)
	}
	return missing
}

// settled says whether e needs no code; all others need a type that can be lowered.
func settled(info *check.Info, fn *check.Func, e syntax.Expr, miss func(*check.Func, syntax.Node, string)) bool {
	t := info.Type(e)
	if t == nil || t.Kind == check.Invalid || t.Kind == check.Untyped {
		miss(fn, e, "no type")
	}
	if n, ok := e.(*syntax.Name); ok && info.Use(n) == nil && info.Call(n) == nil {
		miss(fn, e, "stands for nothing")
	}
	_, known := info.Const(e)
	return known
}

// callFacts checks that each parameter has an argument.
func callFacts(info *check.Info, fn *check.Func, e syntax.Expr, miss func(*check.Func, syntax.Node, string), visit func(syntax.Node) bool) {
	call := info.Call(e)
	if call.Func != nil && len(call.Args) != len(call.Func.Params) || len(call.Eval) != len(call.Args) {
		miss(fn, e, "arguments missing")
	}
	for i, a := range call.Args {
		if a == nil {
			miss(fn, e, "an argument is missing")
			continue
		}
		if call.Func != nil {
			t := info.Type(a)
			if w := info.Widened(a); w != nil {
				t = w
			}
			want := call.Func.Params[i].Type
			isWord := want.Kind == check.Addr && want.Name != "UNSAFE_addr" // Element and Key stand for any type
			if t != want && t.Kind != check.ObjectKind && t.Kind != check.ArrayKind && !isWord {
				miss(fn, a, "is "+t.Name+", not "+want.Name)
			}
		}
		syntax.Walk(a, visit)
	}
	for _, p := range call.Format {
		if p.X == nil && p.Text == "" {
			miss(fn, e, "an empty piece")
		}
	}
}

// TestComplete: the facts of all programs without mistakes have no gaps.
func TestComplete(t *testing.T) {
	files, _ := filepath.Glob("testdata/types/*.slul")
	examples, _ := filepath.Glob("../../examples/*/*.slul")
	for _, name := range append(files, examples...) {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		info, errs := check.Check(coreFiles(t), []*syntax.File{parse(t, name, string(src))})
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		if m := complete(info); m != nil {
			t.Errorf("%s:\n%s", name, strings.Join(m, "\n"))
		}
	}
}

// FuzzCheck: any program that parses gives mistakes or complete facts, never a crash,
// and its mistakes are in order.
func FuzzCheck(f *testing.F) {
	for _, pattern := range []string{"testdata/*/*.slul", "../../examples/*/*.slul", "../../examples/tools/*/*.slul", "../syntax/testdata/samples/*.slul"} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			src, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	core := coreFiles(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		file, errs := syntax.Parse("Fuzz.slul", src)
		if len(errs) > 0 {
			return
		}
		info, errs := check.Check(core, []*syntax.File{file})
		for i := 1; i < len(errs); i++ {
			if errs[i].Pos.Before(errs[i-1].Pos) {
				t.Fatalf("%v: not in order", errs[i])
			}
		}
		check.Dump(info)
		if len(errs) == 0 {
			if m := complete(info); m != nil {
				t.Fatalf("facts are missing:\n%s", strings.Join(m, "\n"))
			}
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	src, err := os.ReadFile("../../examples/primes/Primes.slul")
	if err != nil {
		b.Fatal(err)
	}
	core, file := coreFiles(b), parse(b, "Primes.slul", string(src))
	n := len(src)
	for _, f := range core {
		n += len(f.Src)
	}
	b.SetBytes(int64(n))
	for b.Loop() {
		if _, errs := check.Check(core, []*syntax.File{file}); len(errs) > 0 {
			b.Fatal(errs)
		}
	}
}
