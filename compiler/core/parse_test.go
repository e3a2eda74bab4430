package core_test

import (
	"bytes"
	"testing"

	"slul/compiler/core"
	"slul/compiler/syntax"
)

func TestParses(t *testing.T) {
	sources := core.Sources()
	if len(sources) == 0 {
		t.Fatal("no files")
	}
	for _, s := range sources {
		if _, errs := syntax.Parse(s.Name, s.Text); len(errs) > 0 {
			var b bytes.Buffer
			errs.Print(&b, 0)
			t.Errorf("%s", b.String())
		}
	}
}
