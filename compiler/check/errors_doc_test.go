package check_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"slul/compiler/check"
	"slul/compiler/syntax"
)

// TestErrorsPage: docs/errors.md shows messages that the compiler has: each is in a mark
// of testdata/fail, or in the script about modules, up to the names in it.
func TestErrorsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	var marks strings.Builder
	files, _ := filepath.Glob("testdata/fail/*.slul")
	files = append(files, "../../tests/testdata/script/modules_refused.txtar")
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		marks.Write(src)
	}
	row := regexp.MustCompile("(?m)^\\| ``(.*?)`` \\|")
	messages := row.FindAllStringSubmatch(string(page), -1)
	if len(messages) < 25 {
		t.Fatalf("only %d messages on the page", len(messages))
	}
	for _, m := range messages {
		text := strings.TrimSpace(m[1])
		if !strings.Contains(marks.String(), text) {
			t.Errorf("no file in testdata/fail shows %q", text)
		}
	}
}

// TestErrorsCompared: what the page shows beside rustc's and Elm's messages is what is said
// of the programs in testdata/compare.
func TestErrorsCompared(t *testing.T) {
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("testdata/compare/*.slul")
	if len(files) < 10 {
		t.Fatalf("only %d files", len(files))
	}
	for _, path := range files {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, errs := syntax.Parse(filepath.Base(path), src)
		if len(errs) == 0 {
			_, errs = check.Check(coreFiles(t), []*syntax.File{file})
		}
		var said strings.Builder
		errs.Print(&said, 0)
		want := "\n"
		for line := range strings.Lines(said.String()) {
			want += "    " + line
		}
		if len(errs) != 1 || !strings.Contains(string(page), want+"\nrustc:\n") {
			t.Errorf("the page does not show:\n%s", want)
		}
	}
}
