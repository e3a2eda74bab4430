package amd64

import "slul/compiler/ir"

// live.go finds which values are needed behind a block. Most live in one block only, and cost
// nothing here; the others have numbers, and each block a set of these.

// liveness is about roots (see facts.root).
type liveness struct {
	roots []*ir.Value // those with a number, from 1
	needs []need
	words int      // in the set of one block
	sets  []uint64 // of all blocks, by ID: behind them, before them, made in them
}

// need says that a block needs the root of that number, or only its end does.
type need struct {
	block, number int32
	atEnd         bool
}

// begin forgets the function before.
func (l *liveness) begin() { l.roots, l.needs = l.roots[:0], l.needs[:0] }

// need notes that b, where root v is not made, needs it.
func (l *liveness) need(v *ir.Value, at *fact, b *ir.Block, atEnd bool) {
	if at.number == 0 {
		l.roots = append(l.roots, v)
		at.number = int32(len(l.roots))
	}
	l.needs = append(l.needs, need{b.ID, at.number, atEnd})
}

// find fills the sets. Needs all needs.
func (l *liveness) find(f *ir.Func) {
	blocks := f.NumBlockIDs()
	l.words = len(l.roots)/64 + 1
	l.sets = grown(l.sets, 3*blocks*l.words)
	clear(l.sets)
	size := blocks * l.words
	out, in, def := l.sets[:size], l.sets[size:2*size], l.sets[2*size:]
	add := func(set []uint64, block, number int) { set[block*l.words+number/64] |= 1 << (number % 64) }
	for n, v := range l.roots {
		add(def, int(v.Block.ID), n+1)
	}
	for _, x := range l.needs {
		add(in, int(x.block), int(x.number))
		if x.atEnd {
			add(out, int(x.block), int(x.number))
		}
	}
	for changed := true; changed; {
		changed = false
		for n := len(f.Blocks) - 1; n >= 0; n-- {
			b := f.Blocks[n]
			first := int(b.ID) * l.words
			for _, s := range b.Succs {
				for w := range l.words {
					if x := in[int(s.ID)*l.words+w] &^ out[first+w]; x != 0 {
						out[first+w] |= x
						in[first+w] |= x &^ def[first+w]
						changed = true
					}
				}
			}
		}
	}
}

// liveOut says whether root is needed behind b.
func (k *facts) liveOut(b *ir.Block, root *ir.Value) bool {
	at, l := &k.of[root.ID], &k.live
	n := int(at.number)
	return n != 0 && l.sets[int(b.ID)*l.words+n/64]>>(n%64)&1 != 0 || at.ends && root.Block == b
}
