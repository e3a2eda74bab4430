package ir_test

import (
	"errors"
	"testing"

	"slul/compiler/check"
	"slul/compiler/core"
	"slul/compiler/ir"
	"slul/compiler/ir/irtest"
	"slul/compiler/syntax"
	"slul/tests/samples"
)

// facts parses and checks a program with the core library.
func facts(t testing.TB, name, source string) *check.Info {
	t.Helper()
	info, errs := check.Check(coreFiles(t), []*syntax.File{parseFile(t, name, []byte(source))})
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	return info
}

// coreFiles parses the core library.
func coreFiles(t testing.TB) (files []*syntax.File) {
	t.Helper()
	for _, s := range core.Sources() {
		files = append(files, parseFile(t, s.Name, s.Text))
	}
	return files
}

func parseFile(t testing.TB, name string, text []byte) *syntax.File {
	t.Helper()
	f, errs := syntax.Parse(name, text)
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	return f
}

// build lowers a program; optimised or as it comes from lowering.
func build(t testing.TB, name, source string, optimise bool) *ir.Module {
	t.Helper()
	m, err := ir.Build(facts(t, name, source), "x86_64")
	if err != nil {
		t.Fatal(err)
	}
	if err := ir.Verify(m); err != nil {
		t.Fatal(err)
	}
	if optimise {
		if err := ir.OptimizeChecked(m, nil); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// run runs a module from its first instruction to its exit.
func run(t testing.TB, m *ir.Module, args ...string) samples.Outcome {
	t.Helper()
	x := irtest.New(m)
	x.Steps = 20_000_000
	l := irtest.NewLinux(x)
	_, _, err := x.Call("_start", irtest.EntryStack(x, append([]string{"program"}, args...)...))
	var exit *irtest.Exit
	if !errors.As(err, &exit) {
		t.Fatalf("%v\n%s%s%v", err, l.Stdout.String(), l.Stderr.String(), m)
	}
	return samples.Outcome{Stdout: l.Stdout.String(), Stderr: l.Stderr.String(), Status: int(exit.Status)}
}
