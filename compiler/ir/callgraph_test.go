package ir

import (
	"math/rand/v2"
	"path/filepath"
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

// TestSummaries: what is noted of functions as passes leave them is what they are, and what comes out
// is what the passes make one by one.
func TestSummaries(t *testing.T) {
	files, _ := filepath.Glob("testdata/pass/*.ir")
	names := 0
	for _, path := range files {
		text := readFile(t, path)
		m, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		Optimize(m)
		for _, f := range m.Funcs {
			noted := f.sum
			if !noted.isKnown || !noted.hasForm {
				t.Fatalf("%s: nothing is known of %s", path, f.Name)
			}
			f.changed()
			m.callGraph()
			loops := f.inLoops()
			if len(noted.named) != len(f.sum.named) {
				t.Fatalf("%s: %s names %v, noted were %v", path, f.Name, f.sum.named, noted.named)
			}
			for n, now := range f.sum.named {
				was := noted.named[n]
				if was.name != now.name || was.block != now.block || was.isOnce && loops.has(f.Blocks[now.block]) {
					t.Errorf("%s: %s names %v, noted was %v", path, f.Name, now, was)
				}
				names++
			}
			if f.noteForm(); f.sum.form != noted.form {
				t.Errorf("%s: %s is %v, noted was %v", path, f.Name, f.sum.form, noted.form)
			}
		}
		checked, _ := Parse(text)
		if err := OptimizeChecked(checked, nil); err != nil {
			t.Fatal(err)
		}
		if got, want := m.String(), checked.String(); got != want {
			t.Errorf("%s: all at once\n%s\none by one\n%s", path, got, want)
		}
	}
	if names < 10 {
		t.Errorf("only %d names", names)
	}
}
