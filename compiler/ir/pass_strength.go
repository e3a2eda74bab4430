package ir

import (
	"math/bits"
	"slices"
)

// pass_strength.go replaces divisions by constants with multiplications and shifts
// (Granlund and Montgomery, "Division by Invariant Integers using Multiplication").
// Powers of two without a sign are fold's work.

// reducer makes the new values of a block in front of the division.
type reducer struct {
	f   *Func
	out []*Value
	v   *Value // the division
}

func reduceStrength(f *Func) {
	r := f.replacements()
	for _, b := range f.Blocks {
		if !slices.ContainsFunc(b.Values, isDivision) {
			continue
		}
		g := &reducer{f: f, out: f.space().out[:0]}
		for _, v := range b.Values {
			g.v = v
			if w := g.divide(); w != nil {
				r.set(v, w)
			}
			g.out = append(g.out, v)
		}
		f.space().setValues(b, g.out)
	}
	r.apply()
}

func isDivision(v *Value) bool {
	return v.Op == OpDiv || v.Op == OpRem || v.Op == OpUDiv || v.Op == OpURem
}

func (g *reducer) value(op Op, t Type, args ...*Value) *Value {
	v := g.f.newValue(op, t, args...)
	v.Block, v.Pos = g.v.Block, g.v.Pos
	g.out = append(g.out, v)
	return v
}

func (g *reducer) konst(t Type, n int64) *Value {
	v := g.value(OpConst, t)
	v.Imm = constBits(t, n)
	return v
}

// divide gives the value that stands for the division, or nil.
func (g *reducer) divide() *Value {
	v := g.v
	if !isDivision(v) {
		return nil
	}
	x, y := v.Args[0], v.Args[1]
	if y.Op != OpConst {
		return nil
	}
	var q *Value
	if v.Op == OpDiv || v.Op == OpRem {
		if y.Imm < 2 || !isPower(uint64(y.Imm)) {
			return nil
		}
		q = g.signedPower(x, log2(uint64(y.Imm)))
	} else if q = g.byMultiplying(x, zext(v.Type, y.Imm)); q == nil {
		return nil
	}
	if v.Op == OpDiv || v.Op == OpUDiv {
		q.Nonneg = v.Nonneg
		return q
	}
	rem := g.value(OpSub, v.Type, x, g.value(OpMul, v.Type, q, y))
	rem.Nonneg = v.Nonneg
	return rem
}

// signedPower is x / 2^k toward zero: 2^k - 1 is added first when x is below zero.
func (g *reducer) signedPower(x *Value, k uint) *Value {
	n := x.Type.Bits()
	sign := x
	if k > 1 {
		sign = g.value(OpSar, x.Type, x, g.konst(W, int64(n-1)))
	}
	bias := g.value(OpShr, x.Type, sign, g.konst(W, int64(n-k)))
	return g.value(OpSar, x.Type, g.value(OpAdd, x.Type, x, bias), g.konst(W, int64(k)))
}

// byMultiplying is x / d of 32-bit numbers without a sign, where a multiplier of 32
// bits is enough: x*m >> s in 64 bits with m = ceil(2^s / d). That is exact for
// x < 2^n when m*d - 2^s <= 2^(s-n).
func (g *reducer) byMultiplying(x *Value, d uint64) *Value {
	if x.Type != W || d < 3 || isPower(d) {
		return nil
	}
	n := uint(32)
	if x.Nonneg {
		n = 31
	}
	m, s, ok := multiplier(d, n)
	if !ok {
		return nil
	}
	wide := g.value(OpZextW, L, x)
	product := g.value(OpMul, L, wide, g.konst(L, int64(m)))
	return g.value(OpTrunc, W, g.value(OpShr, L, product, g.konst(W, int64(s))))
}

// multiplier gives the smallest m and s for numbers of n bits, if m has at most 32.
func multiplier(d uint64, n uint) (m uint64, s uint, ok bool) {
	for s = n; s < 64; s++ {
		hi, lo := uint64(1)<<s/d, uint64(1)<<s%d
		m = hi
		if lo != 0 {
			m++
		}
		if bits.Len64(m) > 32 {
			return 0, 0, false
		}
		if m*d-1<<s <= 1<<(s-n) {
			return m, s, true
		}
	}
	return 0, 0, false
}
