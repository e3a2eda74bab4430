package amd64

import (
	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// call.go selects what crosses the border of the function: parameters, calls, system
// calls, results.

// params copies the parameters from where the caller left them.
func (s *selector) params() {
	s.args, s.list = s.args[:0], append(s.list[:0], nil) // room for the copy of those in registers
	for n, v := range s.f.Params {
		d := s.dest(v)
		if d == mach.NoReg {
			continue
		}
		switch {
		case s.f.Start:
			s.list = append(s.list, s.m.Copy(d, mach.Operand{Kind: mach.KAddr, Place: mach.Incoming}))
		case n < len(paramRegs) && s.facts.of[v.ID].cleared:
			t := s.m.NewVirtual(false)
			s.args = append(s.args, mach.RM(t, mach.Def), mach.R(paramRegs[n], mach.Use))
			s.list = append(s.list, s.inst(oZext32, false, mach.R(d, mach.Def), mach.RM(t, mach.Use)))
		case n < len(paramRegs):
			s.args = append(s.args, mach.RM(d, mach.Def), mach.R(paramRegs[n], mach.Use))
		default:
			// The return address lies at the stack pointer, the first word above it.
			at := mach.Operand{Kind: mach.KMem, Place: mach.Incoming, Imm: 8 + 8*int64(n-len(paramRegs))}
			if s.facts.of[v.ID].cleared {
				s.list = append(s.list, s.inst(oZext32, false, mach.R(d, mach.Def), at))
				continue
			}
			s.list = append(s.list, s.m.Copy(d, at))
		}
	}
	s.pos = s.f.Pos
	if len(s.args) > 0 {
		s.list[0] = s.inst(mach.OpCopy, false, s.args...)
	}
	s.emit(s.list...)
}

// resultRegs are where a function's results are.
var resultRegs = [...]mach.Reg{rax, rdx}

// results puts what b returns into its registers.
func (s *selector) results(b *ir.Block) {
	var args [2 * len(resultRegs)]mach.Operand
	var regs [len(resultRegs)]mach.Operand
	n := 0
	for k, v := range [...]*ir.Value{b.Ctl, b.Ctl2} {
		if v != nil {
			args[2*n], args[2*n+1] = mach.R(resultRegs[k], mach.Def), s.copied(v)
			regs[n] = mach.R(resultRegs[k], mach.Use)
			n++
		}
	}
	ret := s.inst(oRet, false, regs[:n]...)
	if n == 0 {
		s.emit(ret)
		return
	}
	s.emit(s.inst(mach.OpCopy, false, args[:2*n]...), ret)
}

// arguments appends the instructions that put the arguments of a call in their places to list,
// and gives the registers that are taken.
func (s *selector) arguments(v *ir.Value) []mach.Reg {
	s.args = s.args[:0]
	for n, x := range v.Args {
		if n < len(paramRegs) {
			s.args = append(s.args, mach.R(paramRegs[n], mach.Def), s.copied(x))
			continue
		}
		at := mach.Operand{Kind: mach.KMem, Place: mach.Outgoing, Imm: 8 * int64(n-len(paramRegs))}
		from := mach.R(mach.NoReg, mach.Use)
		if c, ok := constant(x); ok && isImm(c) {
			from = mach.I(c)
		} else {
			from.Reg = s.reg(x)
		}
		s.list = append(s.list, s.inst(oMov, x.Type == ir.L, at, from))
		s.m.OutBytes = max(s.m.OutBytes, at.Imm+8)
	}
	if len(s.args) > 0 {
		s.list = append(s.list, s.inst(mach.OpCopy, false, s.args...))
	}
	return paramRegs[:len(s.args)/2]
}

// transfer appends the call or jump to a function to list: its operands are the function's
// name, what it leaves, and the registers that it reads.
func (s *selector) transfer(op mach.Op, sym string, results []mach.Operand, regs []mach.Reg) *mach.Inst {
	s.args = append(s.args[:0], s.symbol(sym, 0))
	for k := 1; k < len(results); k += 2 {
		s.args = append(s.args, mach.R(results[k].Reg, mach.Def))
	}
	for _, r := range regs {
		s.args = append(s.args, mach.R(r, mach.Use))
	}
	i := s.inst(op, false, s.args...)
	s.list = append(s.list, i)
	return i
}

// symbol is the operand for the address imm bytes behind a symbol.
func (s *selector) symbol(name string, imm int64) mach.Operand {
	return mach.Operand{Kind: mach.KAddr, Place: mach.AtSym, Num: s.m.NewSym(name), Imm: imm}
}

func (s *selector) call(v *ir.Value) {
	var results [2 * len(resultRegs)]mach.Operand // copies of them
	n := 0
	written := mach.RegSet(0)
	for k, x := range [...]*ir.Value{v, s.facts.of[v.ID].second} {
		if x == nil || s.dest(x) == mach.NoReg {
			continue
		}
		results[n], results[n+1] = mach.RM(s.dest(x), mach.Def), mach.R(resultRegs[k], mach.Use)
		written |= mach.Set(resultRegs[k])
		n += 2
	}
	s.list = s.list[:0]
	regs := s.arguments(v)
	call := s.transfer(oCall, v.Sym, results[:n], regs)
	call.Clobbers = callerSaved &^ written
	if n > 0 {
		s.list = append(s.list, s.inst(mach.OpCopy, false, results[:n]...))
	}
	s.emit(s.list...)
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
	s.now = s.facts.of[call.ID].ahead
	s.list = s.list[:0]
	s.transfer(oTail, call.Sym, nil, s.arguments(call))
	s.emit(s.list...)
	return n
}

// callAt calls code at an address, which stands in rax: no argument is passed there.
func (s *selector) callAt(v *ir.Value, d mach.Reg) {
	s.byNumber(v, d, oCallAt, paramRegs, callerSaved&^mach.Set(rax))
}

// syscall: the kernel takes the number in rax and destroys rcx and r11.
func (s *selector) syscall(v *ir.Value, d mach.Reg) {
	s.byNumber(v, d, oSyscall, syscallRegs, mach.Set(rcx, r11))
}

// byNumber calls what the first argument says, which is put into rax; the others go into regs.
func (s *selector) byNumber(v *ir.Value, d mach.Reg, op mach.Op, regs []mach.Reg, clobbers mach.RegSet) {
	s.args = append(s.args[:0], mach.R(rax, mach.Def), s.copied(v.Args[0]))
	for n, x := range v.Args[1:] {
		s.args = append(s.args, mach.R(regs[n], mach.Def), s.copied(x))
	}
	copies := s.inst(mach.OpCopy, false, s.args...)
	s.args = append(s.args[:0], mach.R(rax, mach.UseDef))
	for n := range v.Args[1:] {
		s.args = append(s.args, mach.R(regs[n], mach.Use))
	}
	call := s.inst(op, false, s.args...)
	call.Clobbers = clobbers
	var result *mach.Inst
	if s.dest(v) != mach.NoReg {
		result = s.m.Copy(d, mach.R(rax, mach.Use))
	}
	s.emit(copies, call, result)
}
