package amd64

import "slul/compiler/ir"

// live.go finds which values are needed behind a block. Most live in one block only, and cost
// nothing here; the others have numbers, and each block a set of these.

// liveness is about roots (see facts.root).
type liveness struct {
	number []int32    // by value ID, from 1: of those that other blocks need
	ends   []bool     // by value ID: needed behind its own block, by a phi
	out    [][]uint64 // by block ID: the numbers that are needed behind it
}

func (l *liveness) find(f *ir.Func, root func(*ir.Value) *ir.Value) {
	l.number, l.ends = make([]int32, f.NumIDs()), make([]bool, f.NumIDs())
	count := int32(0)
	use := func(v *ir.Value, b *ir.Block) {
		if v = root(v); v.Block != b && l.number[v.ID] == 0 {
			count++
			l.number[v.ID] = count
		}
	}
	each := func(do func(v *ir.Value, b *ir.Block, atEnd bool)) {
		for _, b := range f.Blocks {
			for _, v := range b.Values {
				for k, x := range v.Args {
					if v.Op == ir.OpPhi {
						do(x, b.Preds[k], true)
					} else {
						do(x, b, false)
					}
				}
			}
			for _, x := range []*ir.Value{b.Ctl, b.Ctl2} {
				if x != nil {
					do(x, b, false)
				}
			}
		}
	}
	each(func(v *ir.Value, b *ir.Block, atEnd bool) {
		use(v, b)
		if v = root(v); atEnd && v.Block == b {
			l.ends[v.ID] = true
		}
	})
	words := int(count+64) / 64
	sets := make([]uint64, 3*len(f.Blocks)*words)
	take := func() (s []uint64) { s, sets = sets[:words:words], sets[words:]; return s }
	in, def := make([][]uint64, f.NumBlockIDs()), make([][]uint64, f.NumBlockIDs())
	l.out = make([][]uint64, f.NumBlockIDs())
	for _, b := range f.Blocks {
		in[b.ID], def[b.ID], l.out[b.ID] = take(), take(), take()
		for _, v := range b.Values {
			if n := l.number[v.ID]; n != 0 {
				def[b.ID][n/64] |= 1 << (n % 64)
			}
		}
	}
	each(func(v *ir.Value, b *ir.Block, atEnd bool) {
		v = root(v)
		n := l.number[v.ID]
		if n != 0 && atEnd {
			l.out[b.ID][n/64] |= 1 << (n % 64)
		}
		if n != 0 && v.Block != b {
			in[b.ID][n/64] |= 1 << (n % 64)
		}
	})
	for changed := true; changed; {
		changed = false
		for n := len(f.Blocks) - 1; n >= 0; n-- {
			b := f.Blocks[n]
			out := l.out[b.ID]
			for _, s := range b.Succs {
				for w, x := range in[s.ID] {
					if x &^= out[w]; x != 0 {
						out[w] |= x
						in[b.ID][w] |= x &^ def[b.ID][w]
						changed = true
					}
				}
			}
		}
	}
}

// liveOut says whether root is needed behind b.
func (k *facts) liveOut(b *ir.Block, root *ir.Value) bool {
	l := &k.live
	n := l.number[root.ID]
	return n != 0 && l.out[b.ID][n/64]>>(n%64)&1 != 0 || l.ends[root.ID] && root.Block == b
}
