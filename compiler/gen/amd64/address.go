package amd64

import (
	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// address.go folds sums into addresses: base + index·scale + constant.

// term is one summand.
type term struct {
	v     *ir.Value
	scale uint8
}

// terms are the summands that an address has at most.
type terms struct {
	list [2]term
	n    int
}

// sum gives v, an addition, as an address. As such it is KMem; the caller who wants its
// value says KAddr.
func (s *selector) sum(v *ir.Value) mach.Operand {
	return s.address(v, 0, true)
}

// at gives the memory at v + imm.
func (s *selector) at(v *ir.Value, imm int64) mach.Operand {
	return s.address(v, imm, false)
}

func (s *selector) address(v *ir.Value, imm int64, open bool) mach.Operand {
	a := mach.Operand{Kind: mach.KMem, Imm: imm}
	sum := terms{list: [2]term{{v, 1}}, n: 1}
	for n := 0; n < sum.n; n++ {
		for s.expand(&sum, n, &a.Imm, open) {
		}
		open = false
	}
	terms := sum.list[:sum.n]
	for n, t := range terms {
		if t.v.Op == ir.OpSlot && t.scale == 1 {
			a.Place, a.Num = mach.AtLocal, s.facts.of[t.v.ID].local
			terms = append(terms[:n], terms[n+1:]...)
			break
		}
	}
	if len(terms) == 1 && terms[0].v.Op == ir.OpAddr && terms[0].scale == 1 && a.Place == mach.AtReg && isImm(terms[0].v.Imm+a.Imm) {
		a.Place, a.Num = mach.AtSym, s.m.NewSym(terms[0].v.Sym)
		a.Imm += terms[0].v.Imm
		return a
	}
	for _, t := range terms {
		r := s.reg(t.v)
		switch {
		case t.scale == 1 && a.Reg == mach.NoReg && a.Place == mach.AtReg:
			a.Reg = r
		default:
			a.Index, a.Scale = r, t.scale
		}
	}
	if a.Reg == mach.NoReg && a.Place == mach.AtReg && a.Index != mach.NoReg && a.Scale == 2 {
		a.Reg, a.Scale = a.Index, 1
	}
	return a
}

// expand opens summand n up, if that can be done and fits, and says whether it did. open
// lets it do so although the term has other users.
func (s *selector) expand(sum *terms, n int, imm *int64, open bool) bool {
	t := &sum.list[n]
	v := t.v
	if v.Op == ir.OpZextW || v.Op == ir.OpTrunc {
		// Only the low half counts in a sum of 32 bits, and a ZextW stops the sum below it.
		return false
	}
	if v.Op != ir.OpAdd && v.Op != ir.OpSub && v.Op != ir.OpShl || v.Check != ir.Wrap {
		return false
	}
	rest := v.Args[0]
	c, isConst := constant(v.Args[1])
	if first, ok := constant(v.Args[0]); ok && !isConst && v.Op == ir.OpAdd {
		c, isConst, rest = first, true, v.Args[1]
	}
	if v.Op == ir.OpSub {
		c = -c
	}
	if isConst && !isImm(c) && open && v.Op == ir.OpAdd {
		isConst = false // a sum of two registers
	}
	switch {
	case !open && !s.mayFold(v, isConst):
		return false
	case v.Op == ir.OpShl:
		if !isConst || c < 1 || c > 3 || t.scale != 1 || sum.n < 2 {
			return false
		}
		for _, other := range sum.list[:sum.n] {
			if other.scale != 1 {
				return false
			}
		}
		*t = term{v.Args[0], 1 << c}
		return true
	case isConst:
		if !isImm(c) || !isImm(*imm+c*int64(t.scale)) {
			return false
		}
		*imm += c * int64(t.scale)
		t.v = rest
		return true
	case v.Op == ir.OpAdd && sum.n < 2 && t.scale == 1:
		t.v = v.Args[0]
		sum.list[1] = term{v.Args[1], 1}
		sum.n = 2
		return true
	}
	return false
}

// mayFold says whether v may become part of an address: when it is needed for nothing
// else, or is only a constant away from what is needed anyway, or a scale, or an address of few
// loads and stores that all stand near.
func (s *selector) mayFold(v *ir.Value, isConst bool) bool {
	return s.isSingle(v) || isConst && (s.facts.isAddress(v) || s.facts.of[v.ID].scaled) ||
		s.facts.isAddress(v) && v.Op == ir.OpAdd && s.facts.isNear(v)
}
