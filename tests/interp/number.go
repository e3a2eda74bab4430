package interp

import (
	"math/big"

	"slul/compiler/check"
	"slul/compiler/syntax"
)

// width is the bits of a number, and whether it has values below zero or wraps around.
type width struct {
	bits          uint
	signed, wraps bool
}

// widths says of each type of numbers what docs/language.md does. Arithmetic on bytes is
// that of int.
var widths = map[check.TypeKind]width{
	check.Byte: {8, false, false}, check.Int: {32, false, false}, check.SignedInt: {32, true, false},
	check.Long: {64, false, false}, check.SignedLong: {64, true, false},
	check.Wuint32: {32, false, true}, check.Wuint64: {64, false, true},
}

// limits are the least and the greatest value of a type.
func limits(t *check.Type) (low, high *big.Int) {
	one := big.NewInt(1)
	w := widths[t.Kind]
	low = new(big.Int)
	switch {
	case w.signed:
		high = new(big.Int).Lsh(one, w.bits-1)
		low.Neg(high)
	case w.wraps || t.Kind == check.Byte:
		high = new(big.Int).Lsh(one, w.bits)
	default:
		high = new(big.Int).Lsh(one, w.bits-1)
	}
	return low, high.Sub(high, one)
}

func fits(t *check.Type, n *big.Int) bool {
	low, high := limits(t)
	return low.Cmp(n) <= 0 && n.Cmp(high) <= 0
}

// number is a scalar of type t as a number.
func number(t *check.Type, x value) *big.Int {
	n := x.(int64)
	if t.Kind == check.Wuint64 && n < 0 {
		return new(big.Int).SetUint64(uint64(n))
	}
	return big.NewInt(n)
}

// bits is a number as a scalar.
func bits(n *big.Int) value {
	if n.IsInt64() {
		return n.Int64()
	}
	return int64(n.Uint64())
}

// arith is x op y of type t; a shift has the type of what is shifted.
func (f *frame) arith(op syntax.Op, t, left *check.Type, x, y *big.Int) *big.Int {
	r := new(big.Int)
	switch op {
	case syntax.OpAdd:
		r.Add(x, y)
	case syntax.OpSub:
		r.Sub(x, y)
	case syntax.OpMul:
		r.Mul(x, y)
	case syntax.OpDiv, syntax.OpMod:
		if y.Sign() == 0 {
			f.stop("division")
		}
		if op == syntax.OpDiv {
			r.Quo(x, y)
		} else {
			r.Rem(x, y)
		}
	case syntax.OpBand:
		r.And(x, y)
	case syntax.OpBor:
		r.Or(x, y)
	case syntax.OpBxor:
		r.Xor(x, y)
	case syntax.OpShl, syntax.OpShr:
		t = left
		if y.Cmp(big.NewInt(int64(widths[t.Kind].bits))) >= 0 {
			f.stop("shift")
		}
		if op == syntax.OpShl {
			r.Lsh(x, uint(y.Uint64()))
		} else {
			r.Rsh(x, uint(y.Uint64()))
		}
	default:
		panic("bug: interp: operator " + op.String())
	}
	return f.settled(t, r)
}

// settled is a result of type t: it wraps around, or the program stops.
func (f *frame) settled(t *check.Type, n *big.Int) *big.Int {
	if w := widths[t.Kind]; w.wraps {
		return n.And(n, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), w.bits), big.NewInt(1)))
	}
	if !fits(t, n) {
		f.stop("overflow")
	}
	return n
}
