package syntax

import "testing"

// TestTables: every kind, operator and type has its word.
func TestTables(t *testing.T) {
	for k := range numKinds {
		if kindTable[k] == "" {
			t.Errorf("token kind %d has no spelling", k)
		}
	}
	for o, name := range opNames {
		if name == "" {
			t.Errorf("operator %d has no spelling", o)
		}
	}
	for k, name := range typeKindNames {
		if name == "" {
			t.Errorf("type kind %d has no name", k)
		}
	}
	if len(typeKindNames) != int(TypeC)+1 || len(opNames) != int(OpNot)+1 {
		t.Error("a table is too short")
	}
	for i, a := range opTable {
		for _, b := range opTable[i+1:] {
			if len(a.text) < len(b.text) && b.text[:len(a.text)] == a.text {
				t.Errorf("operator %q hides %q", a.text, b.text)
			}
		}
	}
}
