package check_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestErrorsPage: docs/errors.md shows messages that the compiler has: each is in a mark
// of testdata/fail, up to the names in it.
func TestErrorsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	var marks strings.Builder
	files, _ := filepath.Glob("testdata/fail/*.slul")
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
