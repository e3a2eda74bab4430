package amd64

import (
	"cmp"
	"slices"

	asm "slul/asm/amd64"
	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// frame.go lays out the stack of a function and writes its beginning and end.
//
//	Incoming  +8…   parameters on the stack
//	          +0    return address (a start function has none: argc)
//	                saved registers
//	                frame objects, each a multiple of 16 bytes and so aligned
//	                spill slots
//	rsp ->          arguments for calls

// page is what the kernel keeps unmapped below a stack at least.
const page = 4096

// frame is the layout; offsets are from rsp. Its lists serve the next one.
type frame struct {
	saved  []mach.Reg
	size   int64   // what is subtracted from rsp behind the saves
	spills int64   // offset of slot 0
	locals []int64 // offsets
	order  []int   // of placeLocals
	entry  int64   // where rsp was at entry
	start  bool
	even   bool // rsp is a multiple of 16 in the body
	bare   bool // nothing was done to rsp, and calls that do not return may be jumps
}

// lay lays out the frame of m, whose registers are allocated.
func (k *frame) lay(f *ir.Func, m *mach.Func) {
	*k = frame{saved: k.saved[:0], locals: k.locals, order: k.order, start: f.Start, spills: m.OutBytes}
	calls, last := false, false // last: those that do not return
	for _, b := range m.Blocks {
		for n, i := range b.Insts {
			switch {
			case i.Op == oCallAt:
				calls = true
			case i.Op != oCall:
			case b.Insts[n+1].Op == oStop:
				last = true
			default:
				calls = true
			}
		}
	}
	if !f.Start && !f.NoReturn {
		for _, r := range []mach.Reg{rbx, rbp, r12, r13, r14} {
			if m.Used.Has(r) {
				k.saved = append(k.saved, r)
			}
		}
	}
	above := int64(8 * len(k.saved)) // between entry and the frame proper
	odd := above
	if !f.Start {
		odd += 8 // the return address
	}
	k.size = m.OutBytes + 8*int64(m.Spills)
	k.placeLocals(m.Locals)
	k.size = (k.size + 7) &^ 7
	k.bare = last && !calls && k.size == 0 && len(k.saved) == 0 && !f.Start
	if calls || last && !k.bare || len(m.Locals) > 0 {
		k.size += (k.size + odd) & 8
	}
	k.even = (k.size+odd)%16 == 0
	k.entry = k.size + above
}

// placeLocals lays out the frame objects, small ones first, because near ones are reached
// with shorter instructions.
func (k *frame) placeLocals(sizes []int64) {
	k.order, k.locals = grown(k.order, len(sizes)), grown(k.locals, len(sizes))
	for n := range k.order {
		k.order[n] = n
	}
	slices.SortStableFunc(k.order, func(x, y int) int { return cmp.Compare(sizes[x], sizes[y]) })
	for _, n := range k.order {
		k.size = (k.size + 15) &^ 15
		k.locals[n] = k.size
		k.size += sizes[n]
	}
}

// enter writes the beginning. A frame of several pages is touched page by page, so that
// it cannot step over the unmapped page below a stack. The kernel lets the first stack of
// a process grow by itself and keeps 256 pages free below it (stack_guard_gap), so the
// start function does so only when it is larger than 64 KiB.
func (k *frame) enter(a *asm.Asm) {
	for _, r := range k.saved {
		a.Save(asm.Reg(r))
	}
	size := k.size
	if size > page && !(k.start && size <= 16*page) {
		const unrolled = 4
		if pages := size / page; pages <= unrolled {
			for range pages {
				a.Op(asm.SUBQ, asm.RSP, asm.Imm(page))
				touch(a)
			}
		} else {
			a.Op(asm.LEAQ, asm.R11, asm.Mem{Base: asm.RSP, Disp: int32(-pages * page)})
			a.Label("probe")
			a.Op(asm.SUBQ, asm.RSP, asm.Imm(page))
			touch(a)
			a.Op(asm.CMPQ, asm.RSP, asm.R11)
			a.Op(asm.JNE, asm.Label("probe"))
		}
		size %= page
	}
	grow(a, size)
	a.Depth(k.entry)
}

// touch writes to the lowest word of the stack without changing it.
func touch(a *asm.Asm) { a.Op(asm.ORL, asm.Mem{Base: asm.RSP}, asm.Imm(0)) }

// grow moves the stack pointer down. Two pushes are shorter than a subtraction.
func grow(a *asm.Asm, size int64) {
	switch {
	case size == 0:
	case size <= 16:
		for ; size > 0; size -= 8 {
			a.Op(asm.PUSH, asm.RAX)
		}
	case size == 128: // −128 fits a byte, 128 does not
		a.Op(asm.ADDQ, asm.RSP, asm.Imm(-128))
	default:
		a.Op(asm.SUBQ, asm.RSP, asm.Imm(size))
	}
}

// leaveBytes is the length of what leave writes.
func (k *frame) leaveBytes() (n int64) {
	switch {
	case k.size == 0:
	case k.size <= 16:
		n = k.size / 8
	case k.size <= 128:
		n = 4
	default:
		n = 7
	}
	for _, r := range k.saved {
		n++
		if r >= r8 {
			n++
		}
	}
	return n
}

// leave writes the end, up to the return or jump. scratch may be destroyed.
func (k *frame) leave(a *asm.Asm, scratch mach.Reg) {
	switch size := k.size; {
	case size == 0:
	case size <= 16:
		for ; size > 0; size -= 8 {
			a.Op(asm.POP, asm.Reg(scratch))
		}
	case size == 128:
		a.Op(asm.SUBQ, asm.RSP, asm.Imm(-128))
	default:
		a.Op(asm.ADDQ, asm.RSP, asm.Imm(size))
	}
	for n := len(k.saved) - 1; n >= 0; n-- {
		a.Op(asm.POP, asm.Reg(k.saved[n]))
	}
}

// address gives the assembler's form of a KMem or KAddr operand that is no symbol; pushed is how
// far rsp is below its usual place.
func (k *frame) address(o *mach.Operand, pushed int64) asm.Mem {
	m := asm.Mem{Base: asm.RSP, Index: asm.Reg(o.Index), Scale: o.Scale}
	off := pushed
	switch o.Place {
	case mach.AtReg:
		m.Base = asm.Reg(o.Reg)
		off = 0
	case mach.AtLocal:
		off += k.locals[o.Num]
	case mach.AtSpill:
		off += k.spills + 8*int64(o.Num)
	case mach.Incoming:
		off += k.entry
	}
	m.Disp = int32(off + o.Imm)
	if m.Scale <= 1 && (m.Base == asm.RBP || m.Base == asm.R13) && m.Disp == 0 &&
		m.Index != asm.NoReg && m.Index != asm.RBP && m.Index != asm.R13 {
		m.Base, m.Index = m.Index, m.Base // these two as base need a displacement
	}
	return m
}
