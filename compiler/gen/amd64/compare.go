package amd64

import (
	"math"

	asm "slul/asm/amd64"
	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// compare.go selects comparisons, whose result is a condition of the flags, and the jumps
// of traps.

var conds = [...]asm.Cond{
	ir.EQ: asm.CondE, ir.NE: asm.CondNE,
	ir.SLT: asm.CondL, ir.SLE: asm.CondLE, ir.SGT: asm.CondG, ir.SGE: asm.CondGE,
	ir.ULT: asm.CondB, ir.ULE: asm.CondBE, ir.UGT: asm.CondA, ir.UGE: asm.CondAE,
}

// unsigned gives the condition on numbers that are never negative.
var unsigned = [...]ir.Cond{
	ir.EQ: ir.EQ, ir.NE: ir.NE, ir.SLT: ir.ULT, ir.SLE: ir.ULE, ir.SGT: ir.UGT, ir.SGE: ir.UGE,
	ir.ULT: ir.ULT, ir.ULE: ir.ULE, ir.UGT: ir.UGT, ir.UGE: ir.UGE,
}

// test sets the flags by v, a W, and gives the condition that says that it is not 0 (or,
// when want is false, that it is). A comparison that is used here alone vanishes in it.
func (s *selector) test(v *ir.Value, want bool) (*mach.Inst, uint8) {
	if v.Op == ir.OpCmp && s.isSingle(v) {
		cond := v.Cond
		if !want {
			cond = cond.Not()
		}
		return s.compare(v.Args[0], v.Args[1], cond)
	}
	cond := ir.NE
	if !want {
		cond = ir.EQ
	}
	return s.compareZero(v, cond)
}

// compare sets the flags by a and b.
func (s *selector) compare(a, b *ir.Value, cond ir.Cond) (*mach.Inst, uint8) {
	if _, ok := constant(a); ok {
		a, b, cond = b, a, cond.Swap()
	}
	wide := a.Type == ir.L
	c, ok := constant(b)
	if !ok {
		return s.compareTwo(a, b, cond)
	}
	if a.Op == ir.OpCmp && s.isSingle(a) && c == 0 && (cond == ir.EQ || cond == ir.NE) {
		return s.test(a, cond == ir.NE)
	}
	for (cond == ir.EQ || cond == ir.NE) && a.Op == ir.OpAdd && a.Check == ir.Wrap && s.isSingle(a) {
		by, ok := constant(a.Args[1])
		if !ok {
			break
		}
		a, c, b = a.Args[0], c-by, nil // x + by == c
		if !wide {
			c = int64(int32(c))
		}
	}
	if b == nil && !isImm(c) {
		b = &ir.Value{Op: ir.OpConst, Type: a.Type, Imm: c}
	}
	c, cond = easier(c, cond)
	if c == 0 {
		return s.compareZero(a, cond)
	}
	if a.Op == ir.OpLoad8 && s.mayMove(a) && 0 < c && c <= math.MaxUint8 {
		return s.inst(oCmp8, false, s.loaded(a), mach.I(int64(int8(c)))), uint8(conds[unsigned[cond]])
	}
	second := mach.I(c)
	if !isImm(c) {
		second = mach.R(s.reg(b), mach.Use)
	}
	return s.inst(oCmp, wide, s.memOrReg(a), second), uint8(conds[cond])
}

// nextTo gives, for a condition on (x, c), the one on (x, c+by) that says the same.
var nextTo = [ir.UGE + 1]struct {
	to ir.Cond
	by int64
}{
	ir.SLT: {ir.SLE, -1}, ir.SGE: {ir.SGT, -1}, ir.SLE: {ir.SLT, 1}, ir.SGT: {ir.SGE, 1},
	ir.ULT: {ir.ULE, -1}, ir.UGE: {ir.UGT, -1},
}

// easier moves a constant by one, with the condition, when that makes it 0 or lets it fit
// one byte.
func easier(c int64, cond ir.Cond) (int64, ir.Cond) {
	h := nextTo[cond]
	n := c + h.by
	isByte := func(c int64) bool { return c == int64(int8(c)) }
	switch {
	case c == 1 && cond == ir.ULT:
		return 0, ir.EQ
	case c == 1 && cond == ir.UGE:
		return 0, ir.NE
	case h.by != 0 && c != 0 && isByte(n) && (n == 0 || !isByte(c)): // so nothing wraps
		return n, h.to
	}
	return c, cond
}

// compareZero sets the flags by v against 0.
func (s *selector) compareZero(v *ir.Value, cond ir.Cond) (*mach.Inst, uint8) {
	wide := v.Type == ir.L
	code := uint8(conds[cond])
	switch cond { // the same by the sign, which more operations leave in the flags
	case ir.SLT:
		code = uint8(asm.CondS)
	case ir.SGE:
		code = uint8(asm.CondNS)
	}
	isEqual := cond == ir.EQ || cond == ir.NE
	if v.Op == ir.OpAnd && s.isSingle(v) {
		a, b := v.Args[0], v.Args[1]
		if _, ok := constant(a); ok {
			a, b = b, a
		}
		if c, ok := constant(b); ok && (isImm(c) || wide && uint64(c) <= math.MaxUint32 && isEqual) {
			if wide && c >= 0 && c <= math.MaxUint32 && (isEqual || c <= math.MaxInt32) {
				// The upper half is masked away: look at the lower one alone. Its sign
				// bit is not the sign, so only what cannot see that may use it.
				return s.inst(oTest, false, mach.RM(s.reg(a), mach.Use), mach.I(int64(int32(c)))), code
			}
			return s.inst(oTest, wide, mach.RM(s.reg(a), mach.Use), mach.I(c)), code
		}
		if _, ok := constant(b); !ok {
			return s.inst(oTest, wide, mach.RM(s.reg(a), mach.Use), mach.R(s.reg(b), mach.Use)), code
		}
	}
	if v.Op == ir.OpLoad8 && s.mayMove(v) {
		// A byte's sign bit is not the sign of the value, hence unsigned.
		return s.inst(oCmp8, false, s.loaded(v), mach.I(0)), uint8(conds[unsigned[cond]])
	}
	if s.foldsLoad(v) {
		return s.inst(oCmp, wide, s.loaded(v), mach.I(0)), code
	}
	r := s.reg(v)
	return s.inst(oTest, wide, mach.RM(r, mach.Use), mach.I(-1)), code
}

// compareTwo compares what is no constant.
func (s *selector) compareTwo(a, b *ir.Value, cond ir.Cond) (*mach.Inst, uint8) {
	wide := a.Type == ir.L
	if a.Op == ir.OpLoad8 && b.Op == ir.OpLoad8 {
		if !s.mayMove(b) {
			a, b, cond = b, a, cond.Swap()
		}
		if s.mayMove(b) {
			return s.inst(oCmp8, false, mach.R(s.reg(a), mach.Use), s.loaded(b)), uint8(conds[unsigned[cond]])
		}
	}
	if s.foldsLoad(a) && !s.foldsLoad(b) {
		return s.inst(oCmp, wide, s.loaded(a), mach.R(s.reg(b), mach.Use)), uint8(conds[cond])
	}
	return s.inst(oCmp, wide, mach.RM(s.reg(a), mach.Use), s.memOrReg(b)), uint8(conds[cond])
}

// check gives the jump behind checked arithmetic, nil when it wraps. Between numbers that are not negative a
// difference cannot overflow, only be negative.
func (s *selector) check(v *ir.Value) *mach.Inst {
	if v.Check == ir.Wrap {
		return nil
	}
	cond := asm.CondO
	if v.Check == ir.Nonneg && (v.Op == ir.OpSub || v.Op == ir.OpNeg) {
		cond = asm.CondS
	}
	return s.trap(v, uint8(cond))
}

// trap jumps to where v's trap is reported.
func (s *selector) trap(v *ir.Value, cond uint8) *mach.Inst {
	i := s.inst(oTrap, false)
	i.Cond, i.Trap = cond, v.Pos.Line<<4|int32(v.Trap)
	return i
}
