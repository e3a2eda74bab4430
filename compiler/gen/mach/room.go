package mach

import (
	"sync"

	"slul/compiler/slab"
)

// room.go has the memory of a function in machine form. All of it is free when the function is
// written out, and serves the next one.

type room struct {
	insts     slab.Of[Inst]
	operands  slab.Of[Operand]
	blocks    slab.Of[Block]
	edges     slab.Of[*Block]
	intervals slab.Of[interval]
}

var rooms = sync.Pool{New: func() any { return new(room) }}

// NewFunc makes an empty function.
func NewFunc(name string, cpu *CPU) *Func {
	return &Func{Name: name, CPU: cpu, room: rooms.Get().(*room)}
}

// Free gives the memory of f back. Neither f nor any of its instructions may be used any more.
func (f *Func) Free() {
	r := f.room
	f.room, f.Blocks = nil, nil
	r.insts.Reset()
	r.operands.Reset()
	r.blocks.Reset()
	r.edges.Reset()
	r.intervals.Reset()
	rooms.Put(r)
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
