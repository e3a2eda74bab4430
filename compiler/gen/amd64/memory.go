package amd64

import (
	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// memory.go selects loads, stores and block operations.

// mayMove says whether the load v may be done by the instruction that is selected now:
// nobody else needs it, and nothing between them changes memory.
func (s *selector) mayMove(v *ir.Value) bool {
	return s.isSingle(v) && s.facts.of[v.ID].ahead == s.now
}

// loaded is the memory that v reads.
func (s *selector) loaded(v *ir.Value) mach.Operand { return s.at(v.Args[0], v.Imm) }

func (s *selector) load(v *ir.Value, d mach.Reg) {
	op := oMov
	switch v.Op {
	case ir.OpLoad8:
		op = oZext8
	case ir.OpLoad16:
		op = oZext16
	}
	s.emit(s.inst(op, v.Op == ir.OpLoad64, mach.R(d, mach.Def), s.loaded(v)))
}

func (s *selector) store(v *ir.Value) {
	op, bits := oMov, 64
	switch v.Op {
	case ir.OpStore8:
		op, bits = oMov8, 8
	case ir.OpStore16:
		op, bits = oMov16, 16
	case ir.OpStore32:
		bits = 32
	}
	if op == oMov && s.update(v) {
		return
	}
	x := v.Args[1]
	var from mach.Operand
	if c, ok := constant(x); ok {
		c = c << (64 - bits) >> (64 - bits)
		from = mach.I(c)
		if !isImm(c) {
			from = mach.R(s.reg(x), mach.Use)
		}
	} else {
		from = mach.R(s.reg(x), mach.Use)
	}
	s.emit(s.inst(op, bits == 64, s.at(v.Args[0], v.Imm), from))
}

// updates are the operations that can change memory.
var updates = [...]mach.Op{ir.OpAdd: oAdd, ir.OpSub: oSub, ir.OpAnd: oAnd, ir.OpOr: oOr, ir.OpXor: oXor}

// update selects `add [m], x` and its like for a store of what was just loaded from the
// same place and changed; it says whether it did.
func (s *selector) update(v *ir.Value) bool {
	x := v.Args[1]
	if int(x.Op) >= len(updates) || updates[x.Op] == 0 || !s.isSingle(x) || x.Check != ir.Wrap {
		return false
	}
	op := updates[x.Op]
	wide := v.Op == ir.OpStore64
	load, other := x.Args[0], x.Args[1]
	same := func(l *ir.Value) bool {
		return (l.Op == ir.OpLoad64 && wide || l.Op == ir.OpLoad32 && l.Type == ir.W && !wide) &&
			x.Type == l.Type && l.Args[0] == v.Args[0] && l.Imm == v.Imm && s.mayMove(l)
	}
	if !same(load) && x.Op.Commutes() {
		load, other = other, load
	}
	if !same(load) {
		return false
	}
	from := mach.Operand{}
	if c, ok := constant(other); ok && isImm(c) {
		from = mach.I(c)
	} else {
		from = mach.R(s.reg(other), mach.Use)
	}
	s.emit(s.inst(op, wide, s.at(v.Args[0], v.Imm), from))
	return true
}

// unrolled is the number of bytes up to which plain moves are shorter than setting up
// three registers for a string operation.
const unrolled = 16

func (s *selector) copyMem(v *ir.Value) {
	if n, ok := constant(v.Args[2]); ok && 0 <= n && n <= unrolled {
		// All is read before anything is written: nothing overlaps, but nobody need prove it.
		var loads, stores []*mach.Inst
		to, from := s.at(v.Args[0], 0), s.at(v.Args[1], 0)
		for _, c := range chunks(n) {
			r := s.m.NewVirtual(c.wide)
			loads = append(loads, s.inst(c.load, c.wide, mach.R(r, mach.Def), shifted(from, c.at)))
			stores = append(stores, s.inst(c.store, c.wide, shifted(to, c.at), mach.R(r, mach.Use)))
		}
		s.emit(append(loads, stores...)...)
		return
	}
	s.emit(
		s.inst(mach.OpCopy, false,
			mach.R(rdi, mach.Def), s.copied(v.Args[0]),
			mach.R(rsi, mach.Def), s.copied(v.Args[1]),
			mach.R(rcx, mach.Def), s.copied(v.Args[2])),
		s.inst(oRepMovs, false, mach.R(rdi, mach.UseDef), mach.R(rsi, mach.UseDef), mach.R(rcx, mach.UseDef)))
}

func (s *selector) fillMem(v *ir.Value) {
	n, okN := constant(v.Args[2])
	c, okC := constant(v.Args[1])
	if okN && okC && 0 <= n && n <= unrolled {
		every := int64(uint64(uint8(c)) * 0x0101010101010101)
		to := s.at(v.Args[0], 0)
		var r mach.Operand
		var insts []*mach.Inst
		for _, k := range chunks(n) {
			from := mach.I(every << (64 - 8*k.size) >> (64 - 8*k.size))
			if !isImm(from.Imm) {
				if r.Kind == 0 {
					r = mach.R(s.m.NewVirtual(true), mach.Use)
					insts = append(insts, s.m.Copy(r.Reg, mach.I(every)))
				}
				from = r
			}
			insts = append(insts, s.inst(k.store, k.wide, shifted(to, k.at), from))
		}
		s.emit(insts...)
		return
	}
	s.emit(
		s.inst(mach.OpCopy, false,
			mach.R(rdi, mach.Def), s.copied(v.Args[0]),
			mach.R(rax, mach.Def), s.copied(v.Args[1]),
			mach.R(rcx, mach.Def), s.copied(v.Args[2])),
		s.inst(oRepStos, false, mach.R(rdi, mach.UseDef), mach.R(rcx, mach.UseDef), mach.R(rax, mach.Use)))
}

// chunk is one move of a small block.
type chunk struct {
	at, size    int64
	wide        bool
	load, store mach.Op
}

// chunks cuts n bytes into moves of 8, 4, 2 and 1.
func chunks(n int64) (list []chunk) {
	for at := int64(0); at < n; {
		switch left := n - at; {
		case left >= 8:
			list = append(list, chunk{at, 8, true, oMov, oMov})
		case left >= 4:
			list = append(list, chunk{at, 4, false, oMov, oMov})
		case left >= 2:
			list = append(list, chunk{at, 2, false, oZext16, oMov16})
		default:
			list = append(list, chunk{at, 1, false, oZext8, oMov8})
		}
		at += list[len(list)-1].size
	}
	return list
}

// shifted is the memory n bytes behind a.
func shifted(a mach.Operand, n int64) mach.Operand {
	a.Imm += n
	return a
}
