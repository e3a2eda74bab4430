package ir

// pass_check_sums.go is the part of removeChecks that knows of sums. Where row + n has not
// overflowed, row + c does not when c is at most n; and where at + 3 is at most a length,
// at + 1 is below it.

// sumsMost bounds how many sums of a value are looked at.
const sumsMost = 8

// noteSum remembers that the addition v of numbers that are not negative is exact.
func (p *prover) noteSum(v *Value) {
	for n, x := range v.Args {
		if x.Op == OpConst || n == 1 && x == v.Args[0] {
			continue
		}
		k := &p.known[x.ID]
		if k.sums == sumsMost {
			continue
		}
		p.sums = append(p.sums, sum{v, k.newest})
		k.sums++
		k.newest = int32(len(p.sums))
		p.undo = append(p.undo, note{kind: noteSum, v: x})
	}
}

// sumsOf gives the sums of v, the oldest first.
func (p *prover) sumsOf(v *Value) (list [sumsMost]*Value, count int) {
	if int(v.ID) >= len(p.known) {
		return list, 0
	}
	k := &p.known[v.ID]
	for at, n := k.newest, k.sums-1; n >= 0; n-- {
		list[n], at = p.sums[at-1].v, p.sums[at-1].before
	}
	return list, int(k.sums)
}

// other is the summand of the addition s beside x.
func other(s, x *Value) *Value {
	if s.Args[0] == x {
		return s.Args[1]
	}
	return s.Args[0]
}

// isBelowSum says whether a sum that has not overflowed has one summand of v and one that is
// not smaller than the other.
func (p *prover) isBelowSum(v *Value) bool {
	for n, x := range v.Args {
		list, count := p.sumsOf(x)
		for _, s := range list[:count] {
			if s != v && p.knownOrder(v.Args[1-n], other(s, x)).implies(ULE) {
				return true
			}
		}
	}
	return false
}

// orderBySums is what the sums say of a and b as numbers without a sign.
func (p *prover) orderBySums(a, b *Value) order {
	if below, strictly := p.isBelow(a, b, 1); below {
		return orders[weaker(ULT, strictly)]
	}
	if below, strictly := p.isBelow(b, a, 1); below {
		return orders[weaker(ULT, strictly).Swap()]
	}
	return order{anyOrder, anyOrder}
}

func weaker(c Cond, strictly bool) Cond {
	if strictly {
		return c
	}
	return ULE
}

// isExactSum says whether v is the sum of two numbers that are not negative.
func isExactSum(v *Value) bool {
	isNonneg := func(x *Value) bool { return x.Nonneg || x.Op == OpConst && x.Imm >= 0 }
	return v.Op == OpAdd && v.Nonneg && isNonneg(v.Args[0]) && isNonneg(v.Args[1])
}

// isBelow says whether x is known to be at most y, or below it, by way of a sum.
func (p *prover) isBelow(x, y *Value, depth int) (below, strictly bool) {
	// x is, or is a summand and one that is at most the other of, a sum that is at most y
	if below, strictly = p.partBelow(x, nil, x, y); below {
		return below, strictly
	}
	if isExactSum(x) {
		for n, part := range x.Args {
			if below, strictly = p.partBelow(part, x.Args[1-n], x, y); below {
				return below, strictly
			}
		}
	}
	// x is at most a summand of y
	if isExactSum(y) {
		for _, part := range y.Args {
			if o := p.knownOrder(x, part); o.implies(ULE) {
				return true, o.implies(ULT)
			}
		}
	}
	// x is below z, and y is z - 1
	if z, ok := p.smallerThan(y); ok && depth > 0 && (isConst(y.Args[1], 1) || isConst(y.Args[1], -1)) {
		if p.knownOrder(x, z).implies(ULT) {
			return true, false
		}
		if below, strictly = p.isBelow(x, z, depth-1); below && strictly {
			return true, false
		}
	}
	return false, false
}

// partBelow says whether part + rest, which is x, is at most y by way of another sum of part.
// rest is nil for nothing.
func (p *prover) partBelow(part, rest, x, y *Value) (below, strictly bool) {
	list, count := p.sumsOf(part)
	for _, s := range list[:count] {
		if s == x {
			continue
		}
		more := other(s, part)
		if rest != nil {
			o := p.knownOrder(rest, more)
			if !o.implies(ULE) {
				continue
			}
			strictly = o.implies(ULT)
		} else {
			strictly = p.rangeOf(more).ulo > 0
		}
		if s == y {
			return true, strictly
		}
		if o := p.knownOrder(s, y); o.implies(ULE) {
			return true, strictly || o.implies(ULT)
		}
	}
	return false, false
}
