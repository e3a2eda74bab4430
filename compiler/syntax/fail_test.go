package syntax_test

import (
	"os"
	"path/filepath"
	"testing"

	"slul/compiler/syntax"
	"slul/compiler/syntax/marktest"
)

// TestFail parses programs that each break one rule; the file's name says which. The
// marks in them say what is reported where, and nothing else may be.
func TestFail(t *testing.T) {
	files, _ := filepath.Glob("testdata/fail/*")
	if len(files) < 60 {
		t.Fatalf("only %d files in testdata/fail", len(files))
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_, errs := syntax.Parse(name, src)
			marktest.Compare(t, src, errs)
		})
	}
}
