package check

import (
	"strings"
	"testing"
)

// TestTables: every primitive has a name and a way to call it, and no name is both here
// and a later one.
func TestTables(t *testing.T) {
	if len(primNames) != int(PrimCall)+1 {
		t.Fatal("primNames is too short")
	}
	callable := map[Prim]bool{PrimFormat: true, PrimNew: true, PrimArray: true} // by words of the language
	for name, p := range prims {
		callable[p.prim] = true
		if strings.HasPrefix(name, "UNSAFE_") {
			t.Errorf("%s is known to all files", name)
		}
	}
	for name, p := range unsafePrims {
		callable[p.prim] = true
		if !strings.HasPrefix(name, "UNSAFE_") {
			t.Errorf("%s: unsafe words begin with UNSAFE_", name)
		}
	}
	for _, m := range members {
		callable[m.prim] = true
	}
	for p := PrimNone + 1; p <= PrimCall; p++ {
		if p.String() == "" || !callable[p] {
			t.Errorf("primitive %d (%s) cannot be called", p, p)
		}
	}
}

// TestJoin: the type in which two integers meet holds every value of both.
func TestJoin(t *testing.T) {
	all := []*Type{ByteType, IntType, SintType, LongType, SlongType, Wuint32Type, Wuint64Type}
	for _, a := range all {
		for _, b := range all {
			j, k := join(a, b, false), join(b, a, false)
			if j != k {
				t.Errorf("join %s %s: %v, the other way %v", a, b, j, k)
			}
			if mixed := a != b && (a.Wraps() || b.Wraps()); mixed != (j == nil) {
				t.Errorf("join %s %s: %v", a, b, j)
			}
			if j == nil {
				continue
			}
			if !widens(a, j, false) || !widens(b, j, false) {
				t.Errorf("join %s %s: %s does not hold both", a, b, j)
			}
		}
	}
}
