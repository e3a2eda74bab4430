package amd64

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	neutral "slul/asm"
	asm "slul/asm/amd64"
	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// emit.go writes allocated code out: jumps between blocks, the stubs of traps, and the
// assembler's instructions.

type emitter struct {
	*asm.Asm
	f      *ir.Func
	m      *mach.Func
	frame  frame
	first  asm.Local           // the label of block 0
	end    asm.Local           // the label of the last return, when there are several
	traps  []int32             // numbers of the stubs, in order of appearance
	stubs  map[int32]asm.Local // their labels
	pushed int64               // how far rsp is below its usual place
	slow   bool                // whether its time does not matter
	ends   int                 // returns still to be written
	pos    ir.Pos
}

// emitters are used again: they grow to what the largest functions need.
var emitters = sync.Pool{New: func() any { return newEmitter(asm.NewTrusted()) }}

func newEmitter(a *asm.Asm) *emitter { return &emitter{Asm: a, stubs: map[int32]asm.Local{}} }

// mostStubs is how many stubs a map may have had that is emptied rather than thrown away: emptying
// takes as long as there is room in it.
const mostStubs = 100

// begin makes e ready for a function.
func (e *emitter) begin(f *ir.Func, m *mach.Func) {
	e.Reset()
	e.f, e.m, e.ends, e.pos, e.traps = f, m, 0, ir.Pos{}, e.traps[:0]
	if len(e.stubs) > mostStubs {
		e.stubs = map[int32]asm.Local{}
	}
	clear(e.stubs)
	e.frame.lay(f, m)
	e.first = e.NewLabels(m.NumBlockIDs(), func(k int) string { return "b" + strconv.Itoa(k) })
	e.end = e.NewLabels(1, func(int) string { return "leave" })
}

// emit gives the code of f from its allocated form; with list, the list of its instructions as
// well, each decoded again.
func emit(f *ir.Func, m *mach.Func, list bool) (*neutral.Code, error) {
	var e *emitter
	if list {
		e = newEmitter(asm.New())
	} else {
		e = emitters.Get().(*emitter)
		defer emitters.Put(e)
	}
	e.begin(f, m)
	for _, b := range m.Blocks {
		peep(b)
	}
	blocks := skipEmpty(m.Blocks)
	e.line(f.Pos)
	if first := startCopy(f, blocks[0]); first != nil {
		e.Op(asm.MOVQ, asm.Reg(first.Args[0].Reg), asm.RSP)
		blocks[0].Insts = blocks[0].Insts[1:]
	}
	e.frame.enter(e.Asm)
	for _, b := range blocks {
		if b.Insts[len(b.Insts)-1].Op == oRet {
			e.ends++
		}
	}
	for n, b := range blocks {
		var next *mach.Block
		if n+1 < len(blocks) {
			next = blocks[n+1]
		}
		e.block(b, next)
	}
	if err := e.writeStubs(); err != nil {
		return nil, err
	}
	return e.Assemble()
}

// startCopy gives the copy of the stack pointer at a start function's head: made before
// the frame it is a plain move.
func startCopy(f *ir.Func, entry *mach.Block) *mach.Inst {
	if !f.Start || len(entry.Insts) == 0 {
		return nil
	}
	i := entry.Insts[0]
	if i.Op != mach.OpCopy || i.Args[0].Kind != mach.KReg || i.Args[1].Kind != mach.KAddr || i.Args[1].Place != mach.Incoming {
		return nil
	}
	return i
}

// skipEmpty leaves out blocks that only jump, and leads the edges to them on. The list is what is
// left of blocks.
func skipEmpty(blocks []*mach.Block) []*mach.Block {
	final := func(b *mach.Block) *mach.Block {
		for n := 0; n < len(blocks) && len(b.Insts) == 1 && b.Insts[0].Op == mach.OpJump; n++ {
			b = b.Succs[0]
		}
		return b
	}
	kept := blocks[:0]
	for n, b := range blocks {
		for k, s := range b.Succs {
			b.Succs[k] = final(s)
		}
		if n == 0 || final(b) == b {
			kept = append(kept, b)
		}
	}
	return kept
}

// label is that of a block's first instruction.
func (e *emitter) label(b *mach.Block) asm.Local { return e.first + asm.Local(b.ID) }

func (e *emitter) line(pos ir.Pos) {
	if pos.Line != 0 && pos != e.pos {
		e.pos = pos
		e.Line(int(pos.File), int(pos.Line))
	}
}

func (e *emitter) block(b, next *mach.Block) {
	e.Here(e.label(b))
	e.slow = b.Cold || slices.ContainsFunc(b.Insts, func(i *mach.Inst) bool { return i.Op == oSyscall })
	for _, i := range b.Insts {
		e.line(i.Pos)
		switch i.Op {
		case mach.OpJump:
			e.jump(b.Succs[0], next)
		case mach.OpBranch:
			yes, no := b.Succs[0], b.Succs[1]
			cond := asm.Cond(i.Cond)
			if yes == next {
				yes, no, cond = no, yes, cond.Not()
			}
			if yes != no {
				e.Op(asm.Jcc(cond), e.label(yes))
			}
			e.jump(no, next)
		default:
			e.inst(i)
		}
	}
}

// jump goes to b, unless it follows anyway. A return as short as the jump takes its place.
func (e *emitter) jump(b, next *mach.Block) {
	switch {
	case b == next:
	case len(b.Insts) == 1 && b.Insts[0].Op == oRet && e.frame.leaveBytes() <= 1:
		e.leave(rcx, asm.RET)
	default:
		e.Op(asm.JMP, e.label(b))
	}
}

// stub gives the label of the stub that reports a trap.
func (e *emitter) stub(trap int32) asm.Local {
	l, known := e.stubs[trap]
	if !known {
		l = e.NewLabels(1, func(int) string { return "trap" + strconv.Itoa(int(trap)) })
		e.stubs[trap] = l
		e.traps = append(e.traps, trap)
	}
	return l
}

// writeStubs writes what the traps jump to: all load their number, and the last one calls.
func (e *emitter) writeStubs() error {
	if len(e.traps) == 0 {
		return nil
	}
	if e.f.TrapSym == "" {
		return fmt.Errorf("traps, but no symbol to call for them")
	}
	last := e.NewLabels(1, func(int) string { return "trap" })
	for n, t := range e.traps {
		e.Here(e.stubs[t])
		e.line(ir.Pos{File: e.f.Pos.File, Line: t >> 4})
		e.Op(asm.MOVL, asm.RDI, asm.Imm(t))
		if n+1 < len(e.traps) {
			e.Op(asm.JMP, last)
		}
	}
	e.Here(last)
	if !e.frame.even {
		e.Op(asm.PUSH, asm.RAX)
	}
	e.Op(asm.CALL, asm.Sym{Name: e.f.TrapSym})
	return nil
}

// put adds an instruction.
func (e *emitter) put(op asm.Op, args ...mach.Operand) {
	e.Begin(op)
	for k := range args {
		e.operand(&args[k])
	}
	e.End()
}

// operand adds an operand to the instruction that was begun.
func (e *emitter) operand(o *mach.Operand) {
	switch {
	case o.Kind == mach.KReg:
		e.Reg(asm.Reg(o.Reg))
	case o.Kind == mach.KImm:
		e.Imm(o.Imm)
	case o.Place == mach.AtSym:
		e.Sym(e.m.Syms[o.Num], o.Imm)
	default:
		e.Mem(e.frame.address(o, e.pushed))
	}
}

// pick gives the operation for the width.
func pick(wide bool, l, q asm.Op) asm.Op {
	if wide {
		return q
	}
	return l
}

func (e *emitter) inst(i *mach.Inst) {
	op := pick(i.Wide, ops[i.Op].l, ops[i.Op].q)
	switch i.Op {
	case mach.OpCopy:
		e.copy(i)
	case mach.OpSwap:
		e.swap(i.Args[0], i.Args[1])
	case mach.OpClear:
		e.clear(i.Args[0])
	case oLea:
		e.lea(i)
	case oTest:
		e.test(i)
	case oAdd, oSub:
		e.addSub(i, op)
	case oImul3:
		e.put(op, i.Args[0], i.Args[1], i.Args[2])
	case oNeg, oNot, oSwap, oIdiv, oDiv:
		e.put(op, i.Args[0])
	case oSet:
		e.put(asm.SETcc(asm.Cond(i.Cond)), i.Args[0])
	case oTrap:
		e.Op(asm.Jcc(asm.Cond(i.Cond)), e.stub(i.Trap))
	case oCdq, oRepMovs, oRepStos, oSyscall:
		e.put(op)
	case oCall:
		to := i.Args[callee(i)]
		call, jump := e.transfers(to)
		if e.frame.bare {
			call = jump // then the stack is as at entry, which is as at a call
		}
		e.put(call, to)
	case oCallAt:
		e.put(asm.CALL, mach.R(i.Args[0].Reg, mach.Use))
	case oTail:
		to := i.Args[callee(i)]
		_, jump := e.transfers(to)
		e.leave(rax, jump, to)
	case oRet:
		e.ret()
	case oStop:
	default:
		e.put(op, i.Args[0], i.Args[1])
	}
}

// transfers is how a function is called and jumped to: one of another module through the
// slot that the loader puts its address into.
func (e *emitter) transfers(to mach.Operand) (call, jump asm.Op) {
	if ir.IsForeign(e.m.Syms[to.Num]) {
		return asm.CALLIND, asm.JMPIND
	}
	return asm.CALL, asm.JMP
}

// ret writes the end of the function; where that is long, only the last one in full.
func (e *emitter) ret() {
	e.ends--
	if e.ends > 0 && e.frame.leaveBytes() > 2 {
		e.Op(asm.JMP, e.end)
		return
	}
	if e.ends == 0 {
		e.Here(e.end)
	}
	e.leave(rcx, asm.RET)
}

// leave takes the frame down and leaves the function by op. What follows is the body again.
func (e *emitter) leave(scratch mach.Reg, op asm.Op, args ...mach.Operand) {
	e.frame.leave(e.Asm, scratch)
	e.put(op, args...)
	e.Depth(e.frame.entry)
}

// callee is the index of the operand that names a called function.
func callee(i *mach.Inst) int {
	for k, a := range i.Args {
		if a.Kind == mach.KAddr {
			return k
		}
	}
	panic("bug: amd64: emit: a call of nothing")
}

// addSub knows inc, dec, and that −128 is shorter than 128.
func (e *emitter) addSub(i *mach.Inst, op asm.Op) {
	first, second := i.Args[0], i.Args[1]
	if second.Kind == mach.KImm {
		c := second.Imm
		if i.Op == oSub {
			c = -c
		}
		switch {
		case c == 1:
			e.put(pick(i.Wide, asm.INCL, asm.INCQ), first)
			return
		case c == -1:
			e.put(pick(i.Wide, asm.DECL, asm.DECQ), first)
			return
		case second.Imm == 128 && !i.Flags:
			op = pick(i.Wide, asm.SUBL, asm.SUBQ)
			if i.Op == oSub {
				op = pick(i.Wide, asm.ADDL, asm.ADDQ)
			}
			second.Imm = -128
		}
	}
	e.put(op, first, second)
}

// lea is left where an addition would not do; without anything to add it is a move.
func (e *emitter) lea(i *mach.Inst) {
	d, a := i.Args[0], i.Args[1]
	if a.Place == mach.AtReg && a.Index == mach.NoReg && a.Imm == 0 {
		if a.Reg != d.Reg || !i.Wide { // 32 bits clear the upper half
			e.put(pick(i.Wide, asm.MOVL, asm.MOVQ), d, mach.R(a.Reg, mach.Use))
		}
		return
	}
	op := pick(i.Wide || a.Place == mach.AtSym, asm.LEAL, asm.LEAQ)
	e.put(op, d, a)
}

// test of a register by itself, or by a mask; masks below 128 look at one byte.
func (e *emitter) test(i *mach.Inst) {
	first, second := i.Args[0], i.Args[1]
	l, q := asm.TESTL, asm.TESTQ
	switch {
	case second.Kind == mach.KImm && second.Imm == -1 && first.Kind == mach.KReg:
		second = first
	case second.Kind == mach.KImm && second.Imm == -1:
		second.Imm, l, q = 0, asm.CMPL, asm.CMPQ
	case second.Kind == mach.KImm && 0 <= second.Imm && second.Imm < 128:
		l, q = asm.TESTB, asm.TESTB
	}
	e.put(pick(i.Wide, l, q), first, second)
}

// copy writes a plain copy between registers, spill slots and what needs no place.
func (e *emitter) copy(i *mach.Inst) {
	to, from := i.Args[0], i.Args[1]
	mov := pick(i.Wide, asm.MOVL, asm.MOVQ)
	toMem := to.Kind == mach.KMem
	switch {
	case from.Kind == mach.KImm:
		e.constant(to, from.Imm, i)
	case from.Kind == mach.KAddr && toMem:
		e.Op(asm.PUSH, asm.RAX)
		e.pushed = 8
		e.put(asm.LEAQ, mach.R(rax, mach.Def), from)
		e.put(asm.MOVQ, to, mach.R(rax, mach.Use))
		e.pushed = 0
		e.Op(asm.POP, asm.RAX)
	case from.Kind == mach.KAddr:
		if from.Place != mach.AtSym {
			if m := e.frame.address(&from, 0); m.Disp == 0 && m.Index == asm.NoReg {
				e.put(asm.MOVQ, to, mach.R(mach.Reg(m.Base), mach.Use))
				return
			}
		}
		e.put(asm.LEAQ, to, from)
	case from.Kind == mach.KMem && toMem:
		e.put(asm.PUSH, from)
		e.put(asm.POP, to) // which adds 8 to rsp before it looks at the address
	default:
		e.put(mov, to, from)
	}
}

// constant writes c to a register or slot, as i says.
func (e *emitter) constant(to mach.Operand, c int64, i *mach.Inst) {
	wide := i.Wide
	switch {
	case to.Kind == mach.KReg && c == 0 && !i.Flags:
		e.put(asm.XORL, to, to)
	case to.Kind == mach.KReg && e.slow && c == int64(int8(c)) && (wide || c >= 0):
		e.put(asm.PUSH, mach.I(c)) // 3 bytes instead of 5
		e.put(asm.POP, to)
	case to.Kind == mach.KReg && wide && c == -1 && !i.Flags:
		e.put(asm.ORQ, to, mach.I(-1)) // 4 bytes instead of 7
	case to.Kind == mach.KReg && (wide || c != int64(uint32(c))):
		e.put(asm.MOVQ, to, mach.I(c))
	case !wide:
		e.put(asm.MOVL, to, mach.I(int64(int32(c))))
	case isImm(c):
		e.put(asm.MOVQ, to, mach.I(c))
	default:
		high := to
		high.Imm += 4
		e.put(asm.MOVL, to, mach.I(int64(int32(c))))
		e.put(asm.MOVL, high, mach.I(c>>32))
	}
}

// clear makes the upper half of a register or slot zero.
func (e *emitter) clear(o mach.Operand) {
	if o.Kind == mach.KReg {
		e.put(asm.MOVL, o, o)
		return
	}
	o.Imm += 4
	e.put(asm.MOVL, o, mach.I(0))
}

// swap exchanges registers and slots.
func (e *emitter) swap(a, b mach.Operand) {
	if a.Kind == mach.KMem && b.Kind == mach.KMem {
		e.put(asm.PUSH, a)
		e.pushed = 8
		e.put(asm.PUSH, b)
		e.put(asm.POP, a)
		e.pushed = 0
		e.put(asm.POP, b)
		return
	}
	e.put(asm.XCHGQ, a, b)
}

// listing is the text of the last stage: offset, bytes, instruction.
func listing(name string, code *neutral.Code) string {
	var s strings.Builder
	fmt.Fprintf(&s, "func %s %d bytes\n", name, len(code.Bytes))
	for _, i := range code.Items {
		fmt.Fprintf(&s, "%4x  %-24x %s\n", i.Off, code.Bytes[i.Off:i.Off+i.Size], i.Text)
	}
	for _, x := range code.Fixups {
		fmt.Fprintf(&s, "      %4x %s%+d\n", x.Off, x.Sym, x.Add)
	}
	return s.String()
}
