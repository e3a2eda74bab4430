package ir

import (
	"math"
	"testing"
)

// TestWhereKeeps asks that where takes no number away that fulfils the condition.
func TestWhereKeeps(t *testing.T) {
	ends := []int64{math.MinInt32, math.MinInt32 + 1, -2, -1, 0, 1, 2, math.MaxInt32 - 1, math.MaxInt32}
	holds := func(iv interval, n int64) bool {
		u := zext(W, n)
		return iv.slo <= n && n <= iv.shi && iv.ulo <= u && u <= iv.uhi
	}
	var all []interval
	for _, lo := range ends {
		for _, hi := range ends {
			if lo <= hi {
				all = append(all, signedRange(W, lo, hi))
			}
			if zext(W, lo) <= zext(W, hi) {
				all = append(all, unsignedRange(W, zext(W, lo), zext(W, hi)))
			}
		}
	}
	for _, a := range all {
		for _, b := range all {
			for c := range condNames {
				kept := a.where(Cond(c), b)
				for _, x := range ends {
					for _, y := range ends {
						o := constRange(W, x).orderTo(constRange(W, y))
						if holds(a, x) && holds(b, y) && o.implies(Cond(c)) && !holds(kept, x) {
							t.Fatalf("%v where %v %v: %v lost %d against %d", a, Cond(c), b, kept, x, y)
						}
					}
				}
			}
		}
	}
}
