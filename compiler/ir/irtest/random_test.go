package irtest

import (
	"errors"
	"fmt"
	"testing"

	"slul/compiler/ir"
)

// outcome is all that a run shows: the results, or how it ended.
func outcome(t *testing.T, m *ir.Module, args []int64) string {
	t.Helper()
	x := New(m)
	n, second, err := x.Call(RandomName, args...)
	var trap *Trap
	switch {
	case err == nil:
		return fmt.Sprintf("%#x %d", n, second)
	case errors.As(err, &trap):
		return trap.Error()
	case errors.Is(err, ErrSteps):
		return "steps"
	}
	t.Fatalf("%v\n%v", err, m)
	return ""
}

var inputs = [][]int64{{0, 0, 0, 0}, {1, -1, 1 << 40, -5}, {-1 << 31, 1<<31 - 1, -1 << 63, 1<<63 - 1}, {77, 12345, 99, 1 << 33}}

// seeds is how many random modules the tests below look at.
func seeds(t *testing.T) uint64 {
	if testing.Short() {
		return 100
	}
	return 250
}

func TestRandomIsValid(t *testing.T) {
	ended := 0
	for seed := range seeds(t) {
		m := Random(seed, 60)
		if err := ir.Verify(m); err != nil {
			t.Fatalf("seed %d: %v\n%v", seed, err, m)
		}
		if m.String() != Random(seed, 60).String() {
			t.Fatalf("seed %d: not the same twice", seed)
		}
		if out := outcome(t, m, inputs[1]); out[0] == '0' {
			ended++
		}
	}
	if n := int(seeds(t)); ended < n/3 {
		t.Errorf("only %d of %d modules end without a trap", ended, n)
	}
}

func TestRandomPrintParse(t *testing.T) {
	for seed := range seeds(t) / 4 {
		text := Random(seed, 60).String()
		m, err := ir.Parse(text)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := ir.Verify(m); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if again := m.String(); again != text {
			t.Fatalf("seed %d: printed\n%s\nread back\n%s", seed, text, again)
		}
	}
}

// TestRandomPasses runs every module before and after each single pass, and after all.
func TestRandomPasses(t *testing.T) {
	for _, pass := range append(ir.PassNames(), "all") {
		t.Run(pass, func(t *testing.T) {
			changed := 0
			for seed := range seeds(t) {
				m, opt := Random(seed, 60), Random(seed, 60)
				comparePass(t, seed, pass, m, opt)
				if m.String() != opt.String() {
					changed++
				}
			}
			if t.Logf("%d modules changed", changed); changed < 5 && pass != "cold" {
				t.Errorf("only %d modules were changed: the test shows little", changed)
			}
		})
	}
}

func comparePass(t *testing.T, seed uint64, pass string, m, opt *ir.Module) {
	t.Helper()
	var err error
	if pass == "all" {
		err = ir.OptimizeChecked(opt, nil)
	} else if err = ir.RunPass(opt, pass); err == nil {
		err = ir.Verify(opt)
	}
	if err != nil {
		t.Fatalf("seed %d: %v\n%v\nnow\n%v", seed, err, m, opt)
	}
	for _, in := range inputs {
		want, got := outcome(t, m, in), outcome(t, opt, in)
		if want != got && want != "steps" {
			t.Fatalf("seed %d on %v: %s, was %s\n%v\nnow\n%v", seed, in, got, want, m, opt)
		}
	}
}
