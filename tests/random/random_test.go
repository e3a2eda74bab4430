package random

import (
	"flag"
	"testing"

	"slul/tests/built"
)

var (
	programs = flag.Int("programs", 25, "how many random programs are compiled and run")
	seed     = flag.Uint64("seed", 1, "seed of the first")
)

// TestRandom compiles programs and runs each of their entries through stub and loader.
func TestRandom(t *testing.T) {
	chain := built.New(t)
	runs, traps := 0, 0
	for n := range uint64(*programs) {
		p := New(*seed + n)
		prog, err := chain.Program(t, "Random.slul", p.Source)
		if err != nil {
			t.Errorf("seed %d is refused: %v\n%s", *seed+n, err, p.Source)
			continue
		}
		for entry := range Entries {
			for k := range Runs {
				want, ok := p.Run(entry, k)
				if !ok {
					continue
				}
				args := p.Args(entry, k)
				var got Outcome
				got.Stdout, got.Stderr, got.Status = built.Run(t, prog, args...)
				if got != want {
					t.Errorf("seed %d %q: got %+v\nwant %+v\n%s", *seed+n, args, got, want, p.Source)
				}
				runs++
				traps += want.Status / 70
			}
		}
	}
	t.Logf("%d runs, %d ended in a trap", runs, traps)
	if runs == 0 || traps == runs || traps == 0 {
		t.Error("nothing was compared, or only one way to end")
	}
}
