package syntax

import (
	"strings"
	"testing"
)

// TestTables: every kind, operator and type has its word.
func TestTables(t *testing.T) {
	for k := range numKinds {
		if kindTable[k] == "" {
			t.Errorf("token kind %d has no spelling", k)
		}
	}
	for k := firstKeyword; k <= lastKeyword; k++ {
		word := kindTable[k]
		if got, ok := keyword(word); got != k || !ok {
			t.Errorf("%s is no keyword: those with one first letter stand together", word)
		}
		if got, ok := keywordInCapitals(strings.ToUpper(word)); got != k || !ok {
			t.Errorf("%s is no keyword in capitals", word)
		}
		for _, other := range []string{word + "x", word[:1] + strings.ToUpper(word[1:])} {
			_, is := keyword(other)
			if _, capitals := keywordInCapitals(other); is || capitals {
				t.Errorf("%s is a keyword", other)
			}
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
