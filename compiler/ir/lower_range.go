package ir

import (
	"math"

	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_range.go lowers conversions between integer types and checks of ranges.

// extend changes the width of a value that fits, or whose low half is asked for.
func (g *fn) extend(v *Value, from, to *check.Type) *Value {
	switch {
	case v.Type == typeOf(to):
		return v
	case v.Type == L:
		return g.low32(v)
	case isSigned(from):
		return g.value(OpSextW, L, v)
	}
	x := g.value(OpZextW, L, v)
	x.Nonneg = true
	return x
}

// low32 is the lower half of a value.
func (g *fn) low32(v *Value) *Value {
	switch {
	case v.Type == W:
		return v
	case v.Op == OpConst:
		return g.konst(W, v.Imm)
	}
	return g.value(OpTrunc, W, v)
}

// convert changes a value to another integer type and traps when it does not fit.
func (g *fn) convert(x *Value, from, to *check.Type) *Value {
	g.checkBetween(x, from, valuesOf(to))
	return g.extend(x, from, to)
}

// inRange checks a value before it goes into a variable with a range.
func (g *fn) inRange(e syntax.Expr, x *Value, v *check.Var) *Value {
	if v.Range != nil && !g.l.info.InRange(e) {
		g.checkBetween(x, v.Type, values{v.Range.Low, uint64(v.Range.High), v.Range.High < 0 && isSigned(v.Type)})
	}
	return x
}

// values is all numbers from low to high; high is below zero as a signed number when
// isBelow is set.
type values struct {
	low     int64
	high    uint64
	isBelow bool
}

// valuesOf is the numbers of an integer type.
func valuesOf(t *check.Type) values {
	switch t.Kind {
	case check.Bool:
		return values{0, 1, false}
	case check.Byte:
		return values{0, math.MaxUint8, false}
	case check.Int, check.EnumKind:
		return values{0, math.MaxInt32, false}
	case check.SignedInt:
		return values{math.MinInt32, math.MaxInt32, false}
	case check.Long:
		return values{0, math.MaxInt64, false}
	case check.SignedLong:
		return values{math.MinInt64, math.MaxInt64, false}
	case check.Wuint32:
		return values{0, math.MaxUint32, false}
	}
	return values{0, math.MaxUint64, false}
}

// checkBetween traps when x, of type t, is not in r. It compares no more than it must.
func (g *fn) checkBetween(x *Value, t *check.Type, r values) {
	all := valuesOf(t)
	below, above := ULT, UGT
	if isSigned(t) {
		below, above = SLT, SGT
	}
	isLow := r.low > all.low
	isHigh := r.isBelow || r.high < all.high
	switch {
	case isLow && isHigh && r.low != 0: // the difference wraps when x is below
		x = g.wrap(OpSub, x, g.konst(x.Type, r.low))
		g.trapIf(TrapRange, UGT, x, g.konst(x.Type, int64(r.high)-r.low))
	case isLow && isHigh:
		g.trapIf(TrapRange, UGT, x, g.konst(x.Type, int64(r.high)))
	case isLow:
		g.trapIf(TrapRange, below, x, g.konst(x.Type, r.low))
	case isHigh:
		g.trapIf(TrapRange, above, x, g.konst(x.Type, int64(r.high)))
	}
}
