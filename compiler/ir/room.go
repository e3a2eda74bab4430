package ir

import (
	"sync"

	"slul/compiler/slab"
)

// room.go has the memory that values, their arguments and blocks are made in. It belongs to whoever
// works on functions, one after the other, and is lent to each for that time.

type room struct {
	values slab.Stream[Value]
	lists  slab.Stream[*Value]
	blocks slab.Stream[Block]
	edges  slab.Stream[*Block]
}

var rooms = sync.Pool{New: func() any { return new(room) }}

// withRoom lends f a room while do works on it.
func (f *Func) withRoom(do func(f *Func)) {
	f.room = rooms.Get().(*room)
	do(f)
	rooms.Put(f.room)
	f.room = nil
}

// space is the function's room; one of its own if nobody has lent it one.
func (f *Func) space() *room {
	if f.room == nil {
		f.room = new(room)
	}
	return f.room
}

// looseBlock makes a block that is not in the function's list yet. Most have two successors and
// predecessors at most.
func (f *Func) looseBlock() *Block {
	r := f.space()
	b := r.blocks.One()
	b.Succs, b.Preds = r.edges.List(2)[:0], r.edges.List(2)[:0]
	b.ID = int32(f.nextBlk)
	f.nextBlk++
	return b
}
