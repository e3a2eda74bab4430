package ir

import (
	"sync"

	"slul/compiler/slab"
)

// room.go has the memory that values, their arguments and blocks are made in, and what passes need
// for a time. It belongs to whoever works on functions, one after the other, and is lent to each
// for that time.

type room struct {
	values slab.Stream[Value]
	lists  slab.Stream[*Value]
	blocks slab.Stream[Block]
	edges  slab.Stream[*Block]

	tree     domTree
	replaced replacements
	loop     blockSet // of loopOf
	inLoops  blockSet
	marks    []bool // by value ID
	work     []*Value
	out      []*Value // the new list of a block
	places   []int32  // by block ID, from 1, of those met so far
	turns    turns
}

var rooms = sync.Pool{New: func() any { return new(room) }}

// withRoom lends f a room while do works on it.
func (f *Func) withRoom(do func(f *Func)) {
	r := rooms.Get().(*room)
	r.tree.of, f.room = nil, r
	do(f)
	f.room = nil
	rooms.Put(r)
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
	edges := r.edges.List(4)
	b.Succs, b.Preds = edges[0:0:2], edges[2:2:4]
	b.ID = int32(f.nextBlk)
	f.nextBlk++
	return b
}

// setValues makes out, which lies in the room, the list of a block.
func (r *room) setValues(b *Block, out []*Value) {
	r.out = out[:0]
	if len(out) > cap(b.Values) {
		b.Values = r.lists.Copy(out)
		return
	}
	old := b.Values
	b.Values = append(old[:0], out...)
	if len(out) < len(old) {
		clear(old[len(out):])
	}
}

// zeroed gives n zeros, in the memory of list if it is large enough.
func zeroed[T any](list []T, n int) []T {
	if n > cap(list) {
		return make([]T, n, n+n/4)
	}
	list = list[:n]
	clear(list)
	return list
}

// extended is list with zeros behind it, n in all.
func extended[T any](list []T, n int) []T {
	for len(list) < n {
		var zero T
		list = append(list, zero)
	}
	return list
}

// blockSet is a set of blocks of a function.
type blockSet struct {
	in   []bool // by block ID
	list []*Block
}

func (s *blockSet) reset(f *Func) { s.in, s.list = zeroed(s.in, f.nextBlk), s.list[:0] }

func (s *blockSet) has(b *Block) bool { return int(b.ID) < len(s.in) && s.in[b.ID] }

// add says whether b is new.
func (s *blockSet) add(b *Block) bool {
	if s.has(b) {
		return false
	}
	s.in = extended(s.in, int(b.ID)+1)
	s.in[b.ID] = true
	s.list = append(s.list, b)
	return true
}
