package ir

import "testing"

// TestOverlaps: the relation goes both ways, and everything overlaps itself and MemAny.
func TestOverlaps(t *testing.T) {
	for a := range MemSet(numSets) {
		if a.overlaps()>>a&1 == 0 || a.overlaps()&1 == 0 {
			t.Errorf("%d: %b", a, a.overlaps())
		}
		for b := range MemSet(numSets) {
			if a.overlaps()>>b&1 != b.overlaps()>>a&1 {
				t.Errorf("%d and %d", a, b)
			}
		}
	}
	if fieldSet(8, 24) == fieldSet(8, 8) || fieldSet(4, 8) == fieldSet(8, 8) || fieldSet(4, 8) != fieldSet(4, 12) {
		t.Error("offsets")
	}
}
