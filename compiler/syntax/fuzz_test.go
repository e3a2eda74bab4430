package syntax_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"slul/compiler/syntax"
)

// seed adds all sources, right and wrong ones.
func seed(f *testing.F) {
	for name, src := range sources(f) {
		f.Add(filepath.Base(name), src)
	}
	fails, _ := filepath.Glob("testdata/fail/*")
	for _, name := range fails {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(filepath.Base(name), src)
	}
}

// inFile says whether pos is a place of src.
func inFile(pos syntax.Pos, src []byte) bool {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	lines := bytes.Split(src, []byte("\n"))
	if pos == (syntax.Pos{}) {
		return true
	}
	if pos.Line < 1 || int(pos.Line) > len(lines) {
		return false
	}
	return pos.Col >= 1 && int(pos.Col) <= len([]rune(string(lines[pos.Line-1])))+1
}

// FuzzScan: tokens are in order and lie in the file, and the scanner comes to its end.
func FuzzScan(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, name string, src []byte) {
		tokens, errs := syntax.Tokens(name, src)
		last := syntax.Pos{}
		for i := range tokens {
			if tokens[i].Pos.Before(last) {
				t.Fatalf("token %v before %v", tokens[i], last)
			}
			if !inFile(tokens[i].Pos, src) {
				t.Fatalf("token %v outside of the file", tokens[i])
			}
			last = tokens[i].Pos
		}
		checkErrors(t, errs, src)
	})
}

func checkErrors(t *testing.T, errs syntax.Errors, src []byte) {
	t.Helper()
	for i, e := range errs {
		if !inFile(e.Pos, src) {
			t.Fatalf("%v: outside of the file", e)
		}
		if i > 0 && e.Pos.Before(errs[i-1].Pos) {
			t.Fatalf("%v: not in order", e)
		}
	}
	var out bytes.Buffer
	errs.Print(&out, 10)
}

// FuzzParse: any text gives a tree or mistakes, never a crash; what has no mistakes
// prints, and the print is stable.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, name string, src []byte) {
		file, errs := syntax.Parse(name, src)
		checkErrors(t, errs, src)
		if len(errs) == 0 {
			syntax.Dump(file)
			checkPrint(t, name, src)
		}
	})
}
