package check

import (
	"slices"
	"strings"
	"testing"

	"slul/compiler/core"
	"slul/compiler/syntax"
)

// coreDump is the facts of all of core, each func needed in its turn.
func coreDump(t *testing.T, parse func(string, []byte) (*syntax.File, syntax.Errors), program string, order func([]*Func)) string {
	t.Helper()
	var files, own []*syntax.File
	for _, s := range core.Sources() {
		f, errs := parse(s.Name, s.Text)
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if program != "" {
		f, _ := syntax.Parse("T.slul", []byte(program))
		own = append(own, f)
	}
	info, errs := Check(files, own)
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	if info.Sinks {
		t.Error("core formats by itself: what a program needs of it would depend on what is looked at")
	}
	list := slices.Clone(info.Funcs)
	order(list)
	for _, fn := range list {
		info.Need(fn)
	}
	var b strings.Builder
	for _, fn := range info.Funcs {
		if fn.Core {
			dumpFunc(&b, info, fn)
		}
	}
	return b.String()
}

// TestNeed: the facts of core are the same whether all of it is looked at at once or func by func, in
// whatever order.
func TestNeed(t *testing.T) {
	const program = "service CommandMain \"t\"\ngiveme\n    @Console console\n    Args args\nend\n" +
		"entry main\ncode\n    for a in args\n        console.print \"{}\" a.lower\n    end\nend\n"
	asIs := func([]*Func) {}
	want := coreDump(t, syntax.Parse, "", asIs)
	if strings.Count(want, "\nfunc ") < 200 || strings.Count(want, " noreturn\n") < 5 || strings.Count(want, " this ") < 5 {
		t.Errorf("hardly all of core:\n%s", want)
	}
	for _, order := range []func([]*Func){asIs, slices.Reverse[[]*Func]} {
		if coreDump(t, new(syntax.Heads).Parse, program, order) != want {
			t.Error("other facts than those of core as a whole")
		}
	}
}
