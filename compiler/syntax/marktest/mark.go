// Package marktest compares mistakes with the marks in a source file that say which are
// expected:
//
//	x = y         # ERROR "part of the message"
//
// A mark means its own line; with one `^` per line (ERROR^, ERROR^^) a line above, for
// places where no comment can stand; with `<` the end of the file.
package marktest

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"slul/compiler/syntax"
)

var mark = regexp.MustCompile(`# ERROR(\^*|<) "((?:[^"]|\\")*)"`)

// Dir checks all files of testdata/fail, at least so many: each breaks one rule, its name
// says which, and refuse gives the mistakes of one file.
func Dir(t *testing.T, least int, refuse func(t *testing.T, name string, src []byte) syntax.Errors) {
	t.Helper()
	files, _ := filepath.Glob("testdata/fail/*")
	if len(files) < least {
		t.Fatalf("only %d files in testdata/fail", len(files))
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			Compare(t, src, refuse(t, name, src))
		})
	}
}

// Compare fails the test unless each mark of src has its mistake and each mistake its
// mark.
func Compare(t *testing.T, src []byte, errs syntax.Errors) {
	t.Helper()
	want := make(map[int32][]string)
	lines := bytes.Split(src, []byte("\n"))
	marks := 0
	for i, text := range lines {
		for _, m := range mark.FindAllStringSubmatch(string(text), -1) {
			line := i + 1 - strings.Count(m[1], "^")
			if m[1] == "<" {
				line = len(lines)
			}
			want[int32(line)] = append(want[int32(line)], strings.ReplaceAll(m[2], `\"`, `"`))
			marks++
		}
	}
	if marks == 0 {
		t.Error("no mark in this file")
	}
	for _, e := range errs {
		if !take(want, e) {
			t.Errorf("unexpected: %v", e)
		}
	}
	for line, texts := range want {
		for _, text := range texts {
			t.Errorf("line %d: nothing says %q", line, text)
		}
	}
}

// take removes the mark that e fulfils.
func take(want map[int32][]string, e *syntax.Error) bool {
	list := want[e.Pos.Line]
	for i, text := range list {
		if strings.Contains(e.Msg, text) {
			want[e.Pos.Line] = append(list[:i:i], list[i+1:]...)
			return true
		}
	}
	return false
}
