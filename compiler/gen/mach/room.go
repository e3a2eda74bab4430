package mach

import (
	"sync"

	"slul/compiler/slab"
)

// room.go has the memory of a function in machine form, and of the work on it. All of it is free
// when the function is written out, and serves the next one.

type room struct {
	insts     slab.Of[Inst]
	operands  slab.Of[Operand]
	lists     slab.Of[*Inst]
	blocks    slab.Of[Block]
	edges     slab.Of[*Block]
	loops     slab.Of[loop]
	intervals slab.Of[interval]
	spans     slab.Of[span]

	f          Func
	locals     []int64
	wide       []bool
	syms       []string
	order, old []*Block // of a function, and what its order was before
	layout     layoutRoom
	live       liveRoom
	alloc      allocator
	copies     copyRoom
}

var rooms = sync.Pool{New: func() any { return new(room) }}

// NewFunc makes an empty function.
func NewFunc(name string, cpu *CPU) *Func {
	r := rooms.Get().(*room)
	r.f = Func{Name: name, CPU: cpu, Blocks: r.order[:0], Locals: r.locals[:0], Syms: r.syms[:0], wide: r.wide[:0], room: r}
	return &r.f
}

// Free gives the memory of f back. Neither f nor any of its instructions may be used any more.
func (f *Func) Free() {
	r := f.room
	clear(f.Syms)
	r.order, r.locals, r.syms, r.wide = f.Blocks, f.Locals, f.Syms, f.wide
	*f = Func{}
	r.insts.Reset()
	r.operands.Reset()
	r.lists.Reset()
	r.blocks.Reset()
	r.edges.Reset()
	r.loops.Reset()
	r.intervals.Reset()
	r.spans.Reset()
	rooms.Put(r)
}

// empty gives a list of n empty values, in the memory of an old one where that is enough.
func empty[T any](old []T, n int) []T {
	if cap(old) < n {
		return make([]T, n, n+n/4)
	}
	clear(old[:n])
	return old[:n]
}

// NewInst makes an instruction that is in no block yet.
func (f *Func) NewInst(op Op, wide bool, args ...Operand) *Inst {
	i := f.room.insts.One()
	i.Op, i.Wide, i.Args = op, wide, f.room.operands.Copy(args)
	return i
}

// Copy makes an OpCopy of one pair.
func (f *Func) Copy(to Reg, from Operand) *Inst {
	return f.NewInst(OpCopy, false, RM(to, Def), from)
}

// List gives a copy of a list of instructions.
func (f *Func) List(insts []*Inst) []*Inst { return f.room.lists.Copy(insts) }
