package syntax_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"slul/compiler/core"
	"slul/compiler/syntax"
	"slul/tests/golden"
)

// sources gives all well-formed sources: the samples, the examples, core, the dumps'.
func sources(t testing.TB) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	for _, pattern := range []string{"testdata/samples/*.slul*", "testdata/dump/*.slul*", "testdata/print/*.slul", "../../examples/*/*.slul", "../../examples/tools/*/*.slul", "../../examples/modules/*/*.slul"} {
		names, _ := filepath.Glob(pattern)
		if len(names) == 0 {
			t.Fatalf("no files %s", pattern)
		}
		for _, name := range names {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = src
		}
	}
	for _, s := range core.Sources() {
		all["core/"+s.Name] = s.Text
	}
	return all
}

// TestSamples: the sample programs of the language, and all others that we have, parse.
func TestSamples(t *testing.T) {
	for name, src := range sources(t) {
		if _, errs := syntax.Parse(name, src); len(errs) > 0 {
			t.Errorf("%v", errs)
		}
	}
}

// TestDump compares tokens and trees with their goldens.
func TestDump(t *testing.T) {
	names, _ := filepath.Glob("testdata/dump/*.slul*")
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tokens, errs := syntax.Tokens(name, src)
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		base := strings.TrimSuffix(strings.TrimSuffix(name, ".slunsafe"), ".slul")
		golden.Compare(t, base+".tokens", syntax.DumpTokens(tokens))
		f, errs := syntax.Parse(name, src)
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, base+".ast", syntax.Dump(f))
	}
}

// TestPrint compares printed samples with their goldens.
func TestPrint(t *testing.T) {
	names, _ := filepath.Glob("testdata/print/*.slul")
	if len(names) == 0 {
		t.Fatal("no files in testdata/print")
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, errs := syntax.Parse(name, src)
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, strings.TrimSuffix(name, ".slul")+".golden", string(syntax.Print(f)))
	}
}

// TestPrintKeeps: what is printed means the same, keeps its comments, and printing it
// again changes nothing. Sources in the canonical layout already stay as they are.
func TestPrintKeeps(t *testing.T) {
	for name, src := range sources(t) {
		checkPrint(t, name, src)
	}
	for _, s := range core.Sources() {
		f, _ := syntax.Parse(s.Name, s.Text)
		if got := syntax.Print(f); !bytes.Equal(got, s.Text) {
			t.Errorf("core/%s is not in the canonical layout:\n%s", s.Name, firstDifference(got, s.Text))
		}
	}
}

var (
	places   = regexp.MustCompile(`\d+:\d+`)
	comments = regexp.MustCompile(`(?m)^ *Comments: .*\n`)
	fileLine = regexp.MustCompile(`(?m)^File .*\n`)
)

// shape is the tree without places and comments.
func shape(f *syntax.File) string {
	s := comments.ReplaceAllString(syntax.Dump(f), "")
	return places.ReplaceAllString(fileLine.ReplaceAllString(s, ""), "")
}

func commentText(f *syntax.File) string {
	var words []string
	for _, c := range f.Comments {
		words = append(words, strings.Fields(c.Text)...)
	}
	return strings.Join(words, " ")
}

// checkPrint checks the laws of the printer on one source that parses.
func checkPrint(t *testing.T, name string, src []byte) {
	t.Helper()
	f, errs := syntax.Parse(name, src)
	if len(errs) > 0 {
		return
	}
	once := syntax.Print(f)
	g, errs := syntax.Parse(name, once)
	if err := errs.Err(); err != nil {
		t.Errorf("%s: printed text has mistakes: %v\n%s", name, err, once)
		return
	}
	if a, b := shape(f), shape(g); a != b {
		t.Errorf("%s: printed text means something else:\n%s", name, firstDifference([]byte(a), []byte(b)))
	}
	if a, b := commentText(f), commentText(g); a != b {
		t.Errorf("%s: comments changed:\n%s", name, firstDifference([]byte(a), []byte(b)))
	}
	if twice := syntax.Print(g); !bytes.Equal(once, twice) {
		t.Errorf("%s: printing twice differs:\n%s", name, firstDifference(once, twice))
	}
}

// firstDifference shows the first lines that differ.
func firstDifference(a, b []byte) string {
	x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return "- " + x[i] + "\n+ " + y[i]
		}
	}
	return "one is longer"
}
