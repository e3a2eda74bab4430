package syntax_test

import (
	"testing"

	"slul/compiler/syntax"
	"slul/compiler/syntax/marktest"
)

// TestFail parses programs that each break one rule; the file's name says which. The
// marks in them say what is reported where, and nothing else may be.
func TestFail(t *testing.T) {
	marktest.Dir(t, 60, func(t *testing.T, name string, src []byte) syntax.Errors {
		_, errs := syntax.Parse(name, src)
		return errs
	})
}
