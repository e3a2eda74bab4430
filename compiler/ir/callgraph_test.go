package ir

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestRecursive compares recursive with what reachedFrom says of each function, over
// random graphs of all densities.
func TestRecursive(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	some := 0
	for round := range 300 {
		m := &Module{}
		count := 1 + random.IntN(12)
		for n := range count {
			f := &Func{Name: strconv.Itoa(n)}
			b := f.NewBlock()
			for range random.IntN(1 + round%4) {
				f.NewValue(b, OpCall, None).Sym = strconv.Itoa(random.IntN(count + 2)) // some are not there
			}
			m.Funcs = append(m.Funcs, f)
		}
		g := m.callGraph()
		found := g.recursive(m.Funcs)
		for _, f := range m.Funcs {
			if want := g.reachedFrom(f).has(f.Name); found[f.number] != want {
				t.Fatalf("round %d: %s: %v, expected %v", round, f.Name, found[f.number], want)
			} else if want {
				some++
			}
		}
	}
	if some < 100 {
		t.Errorf("only %d are recursive", some)
	}
}

// TestDepth: the longest way counts, circles are walked once, and names that lead nowhere
// are none.
func TestDepth(t *testing.T) {
	calls := map[string]string{"a": "bcx", "b": "c", "c": "d", "d": "b", "e": "e", "f": ""}
	m := &Module{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		f := &Func{Name: name}
		b := f.NewBlock()
		for _, to := range calls[name] {
			f.NewValue(b, OpCall, None).Sym = string(to)
		}
		m.Funcs = append(m.Funcs, f)
	}
	for from, want := range map[int]int{0: 4, 1: 3, 4: 1, 5: 1} {
		if got := m.callGraph().depth(m.Funcs[from : from+1]); got != want {
			t.Errorf("from %s: %d, expected %d", m.Funcs[from].Name, got, want)
		}
	}
}
