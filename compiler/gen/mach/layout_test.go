package mach

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestLoops compares the loops of random graphs with what defines them: the header dominates a
// block that leads back to it when nobody gets from the entry to that block without the header,
// and the loop is what reaches such a block without the header.
func TestLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	found := 0
	for range 5000 {
		f := NewFunc("f", &testCPU)
		n := 2 + r.IntN(10)
		for range n {
			f.NewBlock()
		}
		for _, b := range f.Blocks {
			for range r.IntN(3) {
				if to := f.Blocks[1+r.IntN(n-1)]; !slices.Contains(b.Succs, to) {
					b.AddEdge(to)
				}
			}
		}
		f.reorder(func(*Block) bool { return r.IntN(2) == 0 })
		inner := map[*Block]*Block{} // the header of the innermost loop
		depth := map[*Block]int32{}
		for _, h := range f.Blocks {
			var body []*Block
			for _, p := range h.Preds {
				if !reaches(f.Blocks[0], p, h) {
					for _, b := range f.Blocks {
						if reaches(b, p, h) && !slices.Contains(body, b) {
							body = append(body, b)
						}
					}
					if !slices.Contains(body, h) {
						body = append(body, h)
					}
				}
			}
			for _, b := range body {
				inner[b] = h
				depth[b]++
			}
			found += len(body)
		}
		f.findLoops()
		for _, b := range f.Blocks {
			switch l := b.loop; {
			case l == nil && inner[b] != nil, l != nil && l.header != inner[b]:
				t.Fatalf("block %d of\n%s: in the loop %v, want that of %v", b.ID, f, l, inner[b])
			case l != nil && l.depth != depth[b]:
				t.Fatalf("block %d of\n%s: depth %d, want %d", b.ID, f, l.depth, depth[b])
			}
		}
		f.Free()
	}
	if found < 1000 {
		t.Errorf("only %d blocks were in loops", found)
	}
}

// reaches says whether there is a way from one block to another that does not pass without.
func reaches(from, to, without *Block) bool {
	seen := map[*Block]bool{without: true}
	work := []*Block{from}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[b] {
			continue
		}
		if b == to {
			return true
		}
		seen[b] = true
		work = append(work, b.Succs...)
	}
	return false
}

// TestPreds: predecessors stand in the order of the edges, those on edges in their place.
func TestPreds(t *testing.T) {
	f := NewFunc("f", &testCPU)
	a, b, c, to := f.NewBlock(), f.NewBlock(), f.NewBlock(), f.NewBlock()
	for _, x := range []*Block{a, b, c} {
		x.AddEdge(to)
	}
	e := f.SplitEdge(b, 0)
	f.findPreds()
	if !slices.Equal(to.Preds, []*Block{a, e, c}) || !slices.Equal(e.Preds, []*Block{b}) || b.Succs[0] != e || e.Succs[0] != to {
		t.Errorf("predecessors %v", to.Preds)
	}
}
