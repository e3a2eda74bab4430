package interp_test

import (
	"errors"
	"testing"

	"slul/compiler/check"
	"slul/compiler/core"
	"slul/compiler/syntax"
	"slul/tests/interp"
	"slul/tests/samples"
)

// facts checks a program with the core library.
func facts(t testing.TB, name, source string) *check.Info {
	t.Helper()
	var coreFiles []*syntax.File
	for _, s := range core.Sources() {
		coreFiles = append(coreFiles, parse(t, s.Name, s.Text))
	}
	info, errs := check.Check(coreFiles, []*syntax.File{parse(t, name, []byte(source))})
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	return info
}

func parse(t testing.TB, name string, text []byte) *syntax.File {
	t.Helper()
	f, errs := syntax.Parse(name, text)
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestSamples: the interpreter does with the programs of tests/samples what these say.
func TestSamples(t *testing.T) {
	done := 0
	for _, s := range samples.All(t) {
		info := facts(t, s.File, s.Source)
		for _, r := range s.Runs {
			got, err := interp.Run(info, r.Args, 10_000_000)
			var lacks interp.Unsupported
			if errors.As(err, &lacks) {
				t.Logf("%s: %v", s.File, err)
				continue
			}
			if err != nil || samples.Outcome(got) != r.Outcome {
				t.Errorf("%s %q: %v\ngot  %+v\nwant %+v", s.File, r.Args, err, got, r.Outcome)
			}
			done++
		}
	}
	if done < 60 {
		t.Errorf("only %d runs were compared", done)
	}
}
