package amd64

import (
	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// call.go selects what crosses the border of the function: parameters, calls, system
// calls, results.

// params copies the parameters from where the caller left them.
func (s *selector) params() {
	var regs []mach.Operand
	var stack []*mach.Inst
	for n, v := range s.f.Params {
		d := s.dest(v)
		if d == mach.NoReg {
			continue
		}
		switch {
		case s.f.Start:
			stack = append(stack, s.m.Copy(d, mach.Operand{Kind: mach.KAddr, Place: mach.Incoming}))
		case n < len(paramRegs) && s.facts.cleared[v.ID]:
			t := s.m.NewVirtual(false)
			regs = append(regs, mach.RM(t, mach.Def), mach.R(paramRegs[n], mach.Use))
			stack = append(stack, s.inst(oZext32, false, mach.R(d, mach.Def), mach.RM(t, mach.Use)))
		case n < len(paramRegs):
			regs = append(regs, mach.RM(d, mach.Def), mach.R(paramRegs[n], mach.Use))
		default:
			// The return address lies at the stack pointer, the first word above it.
			at := mach.Operand{Kind: mach.KMem, Place: mach.Incoming, Imm: 8 + 8*int64(n-len(paramRegs))}
			if s.facts.cleared[v.ID] {
				stack = append(stack, s.inst(oZext32, false, mach.R(d, mach.Def), at))
				continue
			}
			stack = append(stack, s.m.Copy(d, at))
		}
	}
	s.pos = s.f.Pos
	if len(regs) > 0 {
		stack = append([]*mach.Inst{s.inst(mach.OpCopy, false, regs...)}, stack...)
	}
	s.emit(stack...)
}

// results puts what b returns into its registers.
func (s *selector) results(b *ir.Block) {
	ret := s.inst(oRet, false)
	var args []mach.Operand
	for _, x := range []struct {
		v *ir.Value
		r mach.Reg
	}{{b.Ctl, rax}, {b.Ctl2, rdx}} {
		if x.v != nil {
			args = append(args, mach.R(x.r, mach.Def), s.copied(x.v))
			ret.Args = append(ret.Args, mach.R(x.r, mach.Use))
		}
	}
	if len(args) == 0 {
		s.emit(ret)
		return
	}
	s.emit(s.inst(mach.OpCopy, false, args...), ret)
}

// arguments gives the instructions that put the arguments of a call in their places, and
// the registers that are taken.
func (s *selector) arguments(v *ir.Value) (insts []*mach.Inst, regs []mach.Reg) {
	var args []mach.Operand
	for n, x := range v.Args {
		if n < len(paramRegs) {
			args = append(args, mach.R(paramRegs[n], mach.Def), s.copied(x))
			regs = append(regs, paramRegs[n])
			continue
		}
		at := mach.Operand{Kind: mach.KMem, Place: mach.Outgoing, Imm: 8 * int64(n-len(paramRegs))}
		from := mach.R(mach.NoReg, mach.Use)
		if c, ok := constant(x); ok && isImm(c) {
			from = mach.I(c)
		} else {
			from.Reg = s.reg(x)
		}
		insts = append(insts, s.inst(oMov, x.Type == ir.L, at, from))
		s.m.OutBytes = max(s.m.OutBytes, at.Imm+8)
	}
	if len(args) > 0 {
		insts = append(insts, s.inst(mach.OpCopy, false, args...))
	}
	return insts, regs
}

// symbol is the operand for the address imm bytes behind a symbol.
func (s *selector) symbol(name string, imm int64) mach.Operand {
	return mach.Operand{Kind: mach.KAddr, Place: mach.AtSym, Num: s.m.NewSym(name), Imm: imm}
}

func (s *selector) call(v *ir.Value) {
	call := s.inst(oCall, false, s.symbol(v.Sym, 0))
	var results []mach.Operand
	written := mach.RegSet(0)
	for _, x := range []struct {
		v *ir.Value
		r mach.Reg
	}{{v, rax}, {s.facts.second[v.ID], rdx}} {
		if x.v == nil || s.dest(x.v) == mach.NoReg {
			continue
		}
		call.Args = append(call.Args, mach.R(x.r, mach.Def))
		results = append(results, mach.RM(s.dest(x.v), mach.Def), mach.R(x.r, mach.Use))
		written |= mach.Set(x.r)
	}
	call.Clobbers = callerSaved &^ written
	insts, regs := s.arguments(v)
	for _, r := range regs {
		call.Args = append(call.Args, mach.R(r, mach.Use))
	}
	insts = append(insts, call)
	if len(results) > 0 {
		insts = append(insts, s.inst(mach.OpCopy, false, results...))
	}
	s.emit(insts...)
}

// tailCall makes a jump of a call whose results are b's own and behind which nothing is
// left to do, and gives the number of values that it has dealt with. The frame is gone by
// then: no frame object may exist, because the callee might have its address.
func (s *selector) tailCall(b *ir.Block) int {
	n := 1
	values := b.Values
	if len(values) > 1 && values[len(values)-1].Op == ir.OpResult2 {
		n = 2
	}
	if len(values) < n {
		return 0
	}
	call := values[len(values)-n]
	if n == 2 && values[len(values)-1].Args[0] != call {
		return 0
	}
	if call.Op != ir.OpCall || len(call.Args) > len(paramRegs) || s.f.Start || len(s.m.Locals) > 0 {
		return 0
	}
	first, second := call, values[len(values)-1]
	if n == 1 {
		second = nil
	}
	if b.Ctl != nil && b.Ctl != first || b.Ctl2 != nil && b.Ctl2 != second {
		return 0
	}
	if b.Ctl == nil && int(call.Uses) > n-1 {
		return 0
	}
	if call.Pos.Line != 0 {
		s.pos = call.Pos
	}
	s.now = s.facts.ahead[call.ID]
	insts, regs := s.arguments(call)
	tail := s.inst(oTail, false, s.symbol(call.Sym, 0))
	for _, r := range regs {
		tail.Args = append(tail.Args, mach.R(r, mach.Use))
	}
	s.emit(append(insts, tail)...)
	return n
}

// callAt calls code at an address, which stands in rax: no argument is passed there.
func (s *selector) callAt(v *ir.Value, d mach.Reg) {
	args := []mach.Operand{mach.R(rax, mach.Def), s.copied(v.Args[0])}
	call := s.inst(oCallAt, false, mach.R(rax, mach.UseDef))
	for n, x := range v.Args[1:] {
		args = append(args, mach.R(paramRegs[n], mach.Def), s.copied(x))
		call.Args = append(call.Args, mach.R(paramRegs[n], mach.Use))
	}
	call.Clobbers = callerSaved &^ mach.Set(rax)
	insts := []*mach.Inst{s.inst(mach.OpCopy, false, args...), call}
	if s.dest(v) != mach.NoReg {
		insts = append(insts, s.m.Copy(d, mach.R(rax, mach.Use)))
	}
	s.emit(insts...)
}

// syscall: the kernel takes the number in rax and destroys rcx and r11.
func (s *selector) syscall(v *ir.Value, d mach.Reg) {
	args := []mach.Operand{mach.R(rax, mach.Def), s.copied(v.Args[0])}
	call := s.inst(oSyscall, false, mach.R(rax, mach.UseDef))
	for n, x := range v.Args[1:] {
		args = append(args, mach.R(syscallRegs[n], mach.Def), s.copied(x))
		call.Args = append(call.Args, mach.R(syscallRegs[n], mach.Use))
	}
	call.Clobbers = mach.Set(rcx, r11)
	insts := []*mach.Inst{s.inst(mach.OpCopy, false, args...), call}
	if s.dest(v) != mach.NoReg {
		insts = append(insts, s.m.Copy(d, mach.R(rax, mach.Use)))
	}
	s.emit(insts...)
}
