package ir

import (
	"math"
	"math/bits"
	"slices"
)

// ranges.go says between which numbers a value lies, as a signed and as an unsigned
// number of its type. removeChecks asks.

// interval holds all numbers that a value may have; both views are true at once.
type interval struct {
	slo, shi int64
	ulo, uhi uint64
}

// fullRange is all numbers of a type.
func fullRange(t Type) interval {
	if t == W {
		return interval{math.MinInt32, math.MaxInt32, 0, math.MaxUint32}
	}
	return interval{math.MinInt64, math.MaxInt64, 0, math.MaxUint64}
}

func constRange(t Type, n int64) interval {
	return interval{n, n, zext(t, n), zext(t, n)}
}

// unsignedRange is the numbers lo..hi.
func unsignedRange(t Type, lo, hi uint64) interval {
	iv := fullRange(t)
	iv.ulo, iv.uhi = lo, hi
	return iv.agree()
}

func signedRange(t Type, lo, hi int64) interval {
	iv := fullRange(t)
	iv.slo, iv.shi = lo, hi
	return iv.agree()
}

func (iv interval) isEmpty() bool { return iv.slo > iv.shi || iv.ulo > iv.uhi }

// agree carries what one view knows into the other, where both count alike: from 0 up
// to the greatest signed number. fullRange's signed end of the type is not known here,
// so it uses that the unsigned view of a number >= 0 is the number itself.
func (iv interval) agree() interval {
	if iv.isEmpty() {
		return iv
	}
	if iv.slo >= 0 {
		iv.ulo, iv.uhi = max(iv.ulo, uint64(iv.slo)), min(iv.uhi, uint64(iv.shi))
	}
	if iv.shi >= 0 && iv.uhi <= uint64(iv.shi) {
		iv.slo, iv.shi = max(iv.slo, int64(iv.ulo)), int64(iv.uhi)
	}
	return iv
}

func (iv interval) and(o interval) interval {
	return interval{max(iv.slo, o.slo), min(iv.shi, o.shi), max(iv.ulo, o.ulo), min(iv.uhi, o.uhi)}.agree()
}

// orderTo gives the orders that a number in iv can have to one in o.
func (iv interval) orderTo(o interval) order {
	possible := func(below, touch, above bool) (m uint8) {
		if below {
			m |= less
		}
		if touch {
			m |= equal
		}
		if above {
			m |= greater
		}
		return m
	}
	return order{
		possible(iv.slo < o.shi, iv.slo <= o.shi && o.slo <= iv.shi, iv.shi > o.slo),
		possible(iv.ulo < o.uhi, iv.ulo <= o.uhi && o.ulo <= iv.uhi, iv.uhi > o.ulo),
	}.and(order{anyOrder, anyOrder})
}

// where keeps the numbers that can fulfil the condition against one in o.
func (iv interval) where(c Cond, o interval) interval {
	switch c {
	case EQ:
		return iv.and(o)
	case NE:
		if o.ulo == o.uhi {
			iv = iv.without(o)
		}
	case SLT:
		if o.shi != math.MinInt64 {
			iv.shi = min(iv.shi, o.shi-1)
		}
	case SLE:
		iv.shi = min(iv.shi, o.shi)
	case SGT:
		if o.slo != math.MaxInt64 {
			iv.slo = max(iv.slo, o.slo+1)
		}
	case SGE:
		iv.slo = max(iv.slo, o.slo)
	case ULT:
		if o.uhi != 0 {
			iv.uhi = min(iv.uhi, o.uhi-1)
		}
	case ULE:
		iv.uhi = min(iv.uhi, o.uhi)
	case UGT:
		if o.ulo != math.MaxUint64 {
			iv.ulo = max(iv.ulo, o.ulo+1)
		}
	case UGE:
		iv.ulo = max(iv.ulo, o.ulo)
	}
	return iv.agree()
}

// without takes the one number of o away where it is an end. Of a number above the
// greatest signed one only the unsigned view may know that it is one.
func (iv interval) without(o interval) interval {
	if iv.ulo == o.ulo && iv.ulo < iv.uhi {
		iv.ulo++
	}
	if iv.uhi == o.ulo && iv.ulo < iv.uhi {
		iv.uhi--
	}
	if o.slo != o.shi {
		return iv
	}
	if iv.slo == o.slo && iv.slo < iv.shi {
		iv.slo++
	}
	if iv.shi == o.slo && iv.slo < iv.shi {
		iv.shi--
	}
	return iv
}

// ---- The range of a value ----

// rangeDepth bounds how far rangeOf looks into the arguments of arguments.
const rangeDepth = 5

func (p *prover) rangeOf(v *Value) interval { return p.rangeAt(v, rangeDepth) }

func (p *prover) rangeAt(v *Value, depth int) interval {
	iv := fullRange(v.Type)
	if v.Op == OpConst {
		return constRange(v.Type, v.Imm)
	}
	if depth > 0 {
		iv = p.opRange(v, depth-1)
	}
	if v.Nonneg {
		iv.slo = max(iv.slo, 0)
		iv = iv.agree()
	}
	if !p.noRanges && int(v.ID) < len(p.known) && p.known[v.ID].hasRange {
		if both := iv.and(p.known[v.ID].ranged); !both.isEmpty() {
			return both
		}
	}
	return iv
}

// opRange is what the op and its arguments say.
func (p *prover) opRange(v *Value, depth int) interval {
	full := fullRange(v.Type)
	arg := func(i int) interval { return p.rangeAt(v.Args[i], depth) }
	switch v.Op {
	case OpCmp:
		return unsignedRange(W, 0, 1)
	case OpLoad8:
		return unsignedRange(v.Type, 0, math.MaxUint8)
	case OpLoad16:
		return unsignedRange(v.Type, 0, math.MaxUint16)
	case OpLoad32:
		return unsignedRange(v.Type, 0, math.MaxUint32)
	case OpZextW:
		a := arg(0)
		return unsignedRange(L, a.ulo, a.uhi)
	case OpSextW:
		a := arg(0)
		return signedRange(L, a.slo, a.shi)
	case OpTrunc:
		if a := arg(0); a.uhi <= math.MaxUint32 {
			return unsignedRange(W, a.ulo, a.uhi)
		}
	case OpAnd:
		return unsignedRange(v.Type, 0, min(arg(0).uhi, arg(1).uhi))
	case OpShr:
		if k := v.Args[1]; k.Op == OpConst && k.Imm >= 0 && k.Imm < int64(v.Type.Bits()) {
			a := arg(0)
			return unsignedRange(v.Type, a.ulo>>k.Imm, a.uhi>>k.Imm)
		}
	case OpUDiv:
		a, d := arg(0), arg(1)
		return unsignedRange(v.Type, a.ulo/max(d.uhi, 1), a.uhi/max(d.ulo, 1))
	case OpURem:
		a, d := arg(0), arg(1)
		if d.uhi > 0 {
			return unsignedRange(v.Type, 0, min(a.uhi, d.uhi-1))
		}
	case OpAdd, OpSub, OpMul:
		return sumRange(v, arg(0), arg(1))
	case OpPhi:
		return p.phiRange(v, depth)
	}
	return full
}

// phiRange is the range of what comes into a phi. Of the arguments that come round a loop
// it is enough to know that they only go up, or only down, from the phi itself.
func (p *prover) phiRange(v *Value, depth int) interval {
	full := fullRange(v.Type)
	iv := interval{math.MaxInt64, math.MinInt64, math.MaxUint64, 0}
	up, down := false, false
	for _, a := range v.Args {
		p.seen = p.seen[:0]
		switch p.moves(a, v) {
		case stays:
			continue
		case ascends:
			up = true
			continue
		case descends:
			down = true
			continue
		}
		r := p.rangeBefore(a, v, min(depth, 1))
		iv = interval{min(iv.slo, r.slo), max(iv.shi, r.shi), min(iv.ulo, r.ulo), max(iv.uhi, r.uhi)}
	}
	if iv.isEmpty() || up && down {
		return full
	}
	if up || down { // moves knows of numbers that are not negative, and iv may have others
		iv.ulo, iv.uhi = full.ulo, full.uhi
	}
	if up {
		iv.shi = full.shi
	}
	if down {
		iv.slo = full.slo
	}
	return iv.agree()
}

// rangeBefore is the range of a phi's argument. What was learnt on the way here holds for
// the argument's newest value, which is that of the phi only if no loop lies between.
func (p *prover) rangeBefore(a, phi *Value, depth int) interval {
	if a.Op != OpConst && (a.Block == phi.Block || !p.d.dominates(a.Block, phi.Block)) {
		before := p.noRanges
		p.noRanges = true
		iv := p.rangeAt(a, depth)
		p.noRanges = before
		return iv
	}
	return p.rangeAt(a, depth)
}

// motion is how a value that comes round a loop lies to the phi that it started from.
type motion uint8

const (
	stays    motion = iota
	ascends         // is it, or above it
	descends        // is it, or below it
	unknown
)

// moves says how a, made of the phi from by additions and subtractions of constants that
// do not wrap around, and by other phis, lies to it. Phis that are met again add nothing.
func (p *prover) moves(a, from *Value) motion {
	if a == from || slices.Contains(p.seen, a) {
		return stays
	}
	switch a.Op {
	case OpAdd, OpSub:
		x, k := a.Args[0], a.Args[1]
		// What is not negative before and behind has not wrapped around, by less than 2^31.
		if k.Op != OpConst || k.Imm == math.MinInt64 || !(a.Check != Wrap || a.Nonneg && x.Nonneg) {
			return unknown
		}
		step := ascends
		if (k.Imm < 0) != (a.Op == OpSub) {
			step = descends
		}
		return p.moves(x, from).with(step)
	case OpPhi:
		if len(p.seen) > 8 {
			return unknown
		}
		p.seen = append(p.seen, a)
		m := stays
		for _, x := range a.Args {
			m = m.with(p.moves(x, from))
		}
		return m
	}
	return unknown
}

// with is what is known of one step behind another, or of either.
func (m motion) with(n motion) motion {
	switch {
	case m == stays || m == n:
		return n
	case n == stays:
		return m
	}
	return unknown
}

// sumRange is the range of + - *: the exact one where no end wraps around, and for a
// checked op that part of it that survives the check.
func sumRange(v *Value, a, b interval) interval {
	full := fullRange(v.Type)
	lo, hi, exact := signedEnds(v.Op, a, b)
	if v.Check != Wrap || exact && lo >= full.slo && hi <= full.shi {
		if !exact {
			lo, hi = full.slo, full.shi
		}
		iv := full
		iv.slo, iv.shi = max(lo, full.slo), min(hi, full.shi)
		if v.Check == Nonneg {
			iv.slo = max(iv.slo, 0)
		}
		if iv.isEmpty() {
			return full
		}
		return iv.agree()
	}
	if v.Op == OpAdd {
		if s, carry := bits.Add64(a.uhi, b.uhi, 0); carry == 0 && s <= full.uhi {
			return unsignedRange(v.Type, a.ulo+b.ulo, s)
		}
	}
	if v.Op == OpSub && a.ulo >= b.uhi {
		return unsignedRange(v.Type, a.ulo-b.uhi, a.uhi-b.ulo)
	}
	return full
}

// signedEnds is the least and greatest result on signed numbers; exact is false when
// 64 bits cannot hold them.
func signedEnds(op Op, a, b interval) (lo, hi int64, exact bool) {
	at := func(x, y int64) int64 {
		n, ok := evalChecked(op, L, Signed, x, y)
		exact = exact && ok
		return n
	}
	exact = true
	switch op {
	case OpAdd:
		return at(a.slo, b.slo), at(a.shi, b.shi), exact
	case OpSub:
		return at(a.slo, b.shi), at(a.shi, b.slo), exact
	}
	w, x, y, z := at(a.slo, b.slo), at(a.slo, b.shi), at(a.shi, b.slo), at(a.shi, b.shi)
	return min(w, x, y, z), max(w, x, y, z), exact
}

// cannotOverflow says whether the check of v is sure to be passed.
func (p *prover) cannotOverflow(v *Value) bool {
	full := fullRange(v.Type)
	if v.Op == OpNeg {
		return p.rangeOf(v.Args[0]).slo > full.slo
	}
	a, b := p.rangeOf(v.Args[0]), p.rangeOf(v.Args[1])
	if v.Check == Nonneg { // both arguments are >= 0, that is the op's condition
		a.slo, b.slo = max(a.slo, 0), max(b.slo, 0)
		full.slo = 0
		if v.Op == OpSub {
			o := p.orderOf(v.Args[0], v.Args[1])
			return o.implies(UGE)
		}
		if v.Op == OpAdd && p.isBelowSum(v) {
			return true
		}
	}
	lo, hi, exact := signedEnds(v.Op, a, b)
	return exact && lo >= full.slo && hi <= full.shi
}
