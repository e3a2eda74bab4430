package samples

import (
	"testing"

	"slul/tests/built"
)

// TestRun builds each program and runs it through stub and loader.
func TestRun(t *testing.T) {
	chain := built.New(t)
	for _, s := range All(t) {
		prog, err := chain.Program(t, s.File, s.Source)
		if err != nil {
			t.Errorf("%s: %v", s.File, err)
			continue
		}
		for _, r := range s.Runs {
			var got Outcome
			got.Stdout, got.Stderr, got.Status = built.Run(t, prog, r.Args...)
			if got != r.Outcome {
				t.Errorf("%s %q:\ngot  %+v\nwant %+v", s.File, r.Args, got, r.Outcome)
			}
		}
	}
}
