package ir

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// randomGraph makes a function of blocks with edges at random; some are not reached.
func randomGraph(r *rand.Rand) *Func {
	f := &Func{Name: "graph"}
	n := 1 + r.IntN(14)
	for range n {
		f.NewBlock()
	}
	for _, b := range f.Blocks {
		to := func() *Block { return f.Blocks[min(1+r.IntN(n), n-1)] }
		b.Term = Stop
		if n == 1 {
			continue
		}
		switch k := r.IntN(8); {
		case k < 3:
			b.Term = Jump
			b.AddEdge(to())
		case k < 7:
			x, y := to(), to()
			if x != y {
				b.Term, b.Ctl = Branch, f.NewValue(b, OpConst, W)
				b.AddEdge(x)
				b.AddEdge(y)
			}
		}
	}
	return f
}

// reachedWithout is what the entry reaches when nothing goes through a block.
func (f *Func) reachedWithout(without *Block) map[*Block]bool {
	seen := map[*Block]bool{}
	work := []*Block{f.Blocks[0]}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if b != without && !seen[b] {
			seen[b] = true
			work = append(work, b.Succs...)
		}
	}
	return seen
}

// TestDominators compares dominators, loops and the sets of their blocks with what they are by
// definition.
func TestDominators(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	loops := 0
	for round := range 2000 {
		f := randomGraph(r)
		d := f.dominators()
		all := f.reachedWithout(nil)
		if len(d.order) != len(all) {
			t.Fatalf("round %d: %d blocks in order, %d reached", round, len(d.order), len(all))
		}
		looped := map[*Block]bool{}
		for _, a := range f.Blocks {
			without := f.reachedWithout(a)
			isHead := false
			for _, b := range f.Blocks {
				want := all[a] && all[b] && !without[b]
				if d.dominates(a, b) != want {
					t.Fatalf("round %d: %v dominates %v: %v\n%v", round, a, b, !want, f)
				}
				if want && b != a && (d.num[a.ID] >= d.num[b.ID] || d.idom[b.ID] == nil || !d.dominates(a, d.idom[b.ID])) {
					t.Fatalf("round %d: order or idom of %v\n%v", round, b, f)
				}
				isHead = isHead || want && slices.Contains(b.Succs, a)
			}
			if slices.Contains(d.heads, a) != isHead {
				t.Fatalf("round %d: %v begins a loop: %v\n%v", round, a, !isHead, f)
			}
			if !isHead {
				continue
			}
			loops++
			in := f.loopOf(a, d)
			for _, b := range f.Blocks {
				// b comes to a latch without going through a
				want := b == a || d.dominates(a, b) && f.comesTo(b, a, d)
				if all[b] && in.has(b) != want {
					t.Fatalf("round %d: %v is in the loop of %v: %v\n%v", round, b, a, !want, f)
				}
				if want {
					looped[b] = true
				}
			}
		}
		in, turns := f.inLoops(), f.turns()
		for b := range all {
			if looped[b] && !turns.has(int32(slices.Index(f.Blocks, b))) {
				t.Fatalf("round %d: %v is in a loop, and lies in no turn\n%v", round, b, f)
			}
			if in.has(b) != looped[b] {
				t.Fatalf("round %d: %v is in a loop: %v\n%v", round, b, in.has(b), f)
			}
		}
	}
	if loops < 500 {
		t.Errorf("only %d loops", loops)
	}
}

// comesTo says whether a way leads from b to a predecessor of head that head dominates, without
// head on it.
func (f *Func) comesTo(b, head *Block, d *domTree) bool {
	seen := map[*Block]bool{}
	work := []*Block{b}
	for len(work) > 0 {
		x := work[len(work)-1]
		work = work[:len(work)-1]
		if x == head || seen[x] {
			continue
		}
		seen[x] = true
		if slices.Contains(x.Succs, head) && d.dominates(head, x) {
			return true
		}
		work = append(work, x.Succs...)
	}
	return false
}

// TestEdgesChanged: who changes an edge and does not say so is found by the verifier.
func TestEdgesChanged(t *testing.T) {
	m, err := Parse(`func f(v0 W) -> W {
b0:
    branch v0 b1 b2
b1: from b0
    return v0
b2: from b0
    return v0
}
`)
	if err != nil {
		t.Fatal(err)
	}
	f := m.Funcs[0]
	f.dominators()
	if err := VerifyFunc(f); err != nil {
		t.Fatal(err)
	}
	f.Blocks[0].Succs[0], f.Blocks[0].Succs[1] = f.Blocks[0].Succs[1], f.Blocks[0].Succs[0]
	if err := VerifyFunc(f); err == nil || !strings.Contains(err.Error(), "nobody said so") {
		t.Errorf("%v", err)
	}
	f.edgesChanged()
	if err := VerifyFunc(f); err != nil {
		t.Error(err)
	}
}
