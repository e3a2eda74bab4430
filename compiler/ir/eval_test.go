package ir

import (
	"math"
	"math/big"
	"testing"
)

var edges = []int64{0, 1, 2, 3, 7, 10, 255, 1 << 16, math.MaxInt32 - 1, math.MaxInt32, math.MaxUint32, 1 << 33, math.MaxInt64 - 1, math.MaxInt64,
	-1, -2, -7, math.MinInt32, math.MinInt32 + 1, math.MinInt64, math.MinInt64 + 1}

// TestEvalChecked compares + - * and their overflow with numbers of any size.
func TestEvalChecked(t *testing.T) {
	for _, typ := range []Type{W, L} {
		full := fullRange(typ)
		for _, x := range edges {
			for _, y := range edges {
				x, y := constBits(typ, x), constBits(typ, y)
				exact := map[Op]*big.Int{
					OpAdd: new(big.Int).Add(big.NewInt(x), big.NewInt(y)),
					OpSub: new(big.Int).Sub(big.NewInt(x), big.NewInt(y)),
					OpMul: new(big.Int).Mul(big.NewInt(x), big.NewInt(y)),
					OpNeg: new(big.Int).Neg(big.NewInt(x)),
				}
				for op, want := range exact {
					fits := want.IsInt64() && want.Int64() >= full.slo && want.Int64() <= full.shi
					n, ok := Eval(op, typ, Signed, x, y)
					if ok != fits || ok && n != want.Int64() {
						t.Errorf("%v.signed %v %d %d: got %d %v, want %v", op, typ, x, y, n, ok, want)
					}
					low := new(big.Int).And(want, new(big.Int).SetUint64(full.uhi)).Uint64()
					if n, ok := Eval(op, typ, Wrap, x, y); !ok || zext(typ, n) != low {
						t.Errorf("%v %v %d %d: got %d, want %#x", op, typ, x, y, n, low)
					}
					if _, ok := Eval(op, typ, Nonneg, x, y); x >= 0 && y >= 0 && ok != (fits && want.Sign() >= 0) {
						t.Errorf("%v.nonneg %v %d %d: %v, want %v", op, typ, x, y, ok, want)
					}
				}
			}
		}
	}
}

// TestMultiplier: x*m >> s is x/d for the numbers where it could go wrong, those around
// multiples of d, and for the greatest.
func TestMultiplier(t *testing.T) {
	for _, bits := range []uint{31, 32} {
		found := 0
		for d := uint64(3); d < 70000; d += 1 + d/50 {
			m, s, ok := multiplier(d, bits)
			if !ok {
				continue
			}
			found++
			top := uint64(1)<<bits - 1
			for _, near := range []uint64{0, d, 2 * d, top / 2 / d * d, top / d * d, top} {
				for _, x := range []uint64{near - 1, near, near + 1} {
					if x <= top && x*m>>s != x/d {
						t.Errorf("%d/%d by %d >> %d: %d", x, d, m, s, x*m>>s)
					}
				}
			}
		}
		if found < 50 {
			t.Errorf("%d bits: only %d divisors have a multiplier", bits, found)
		}
	}
}

// TestRanges: what rangeOf says of an op on two ranges holds for numbers in them.
func TestRanges(t *testing.T) {
	p := &prover{known: make([]knowledge, 2)}
	x := &Value{ID: 0, Op: OpParam, Type: W}
	y := &Value{ID: 1, Op: OpParam, Type: W}
	pick := []int64{0, 1, 5, 100, math.MaxInt32, -1, -5, math.MinInt32}
	in := func(iv interval, n int64) bool {
		return iv.slo <= n && n <= iv.shi && iv.ulo <= zext(W, n) && zext(W, n) <= iv.uhi
	}
	for _, op := range []Op{OpAdd, OpSub, OpMul, OpAnd, OpUDiv, OpURem} {
		for _, a := range pick {
			for _, b := range pick {
				for _, c := range []Cond{EQ, NE, SLT, SLE, SGT, SGE, ULT, ULE, UGT, UGE} {
					p.known[x.ID] = knowledge{ranged: fullRange(W).where(c, constRange(W, a)), hasRange: true}
					p.known[y.ID] = knowledge{ranged: constRange(W, b), hasRange: true}
					v := &Value{ID: 2, Op: op, Type: W, Args: []*Value{x, y}}
					iv := p.rangeOf(v)
					for _, k := range append(pick, a-1, a+1) {
						k := constBits(W, k)
						if n, ok := Eval(op, W, Wrap, k, b); ok && c.Holds(W, k, a) && !in(iv, n) {
							t.Errorf("x %v %d, x = %d: x %v %d = %d is not in %v", c, a, k, op, b, n, iv)
						}
					}
				}
			}
		}
	}
}
