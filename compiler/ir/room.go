package ir

import "slul/compiler/slab"

// room.go has the memory that a function's values, their arguments and its blocks are made in. It
// lives about as long as the function.

type room struct {
	values slab.Of[Value]
	args   slab.Of[*Value]
	blocks slab.Of[Block]
	edges  slab.Of[*Block]
}

// looseBlock makes a block that is not in the function's list yet. Most have two successors and
// predecessors at most.
func (f *Func) looseBlock() *Block {
	b := f.room.blocks.One()
	b.ID = f.nextBlk
	b.Succs, b.Preds = f.room.edges.List(2)[:0], f.room.edges.List(2)[:0]
	f.nextBlk++
	return b
}
