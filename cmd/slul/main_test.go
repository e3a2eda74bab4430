package main

import (
	"strings"
	"testing"
)

// TestGuard: a panic is exit code 125, and asks for a report.
func TestGuard(t *testing.T) {
	var b strings.Builder
	code := guard(&b, func() int { panic("bug: link: nothing is called x") })
	if text := b.String(); code != 125 || !strings.HasPrefix(text, "slul: bug: link: nothing is called x\n") ||
		!strings.Contains(text, "please report") || !strings.Contains(text, "TestGuard") {
		t.Errorf("%d %s", code, text)
	}
	b.Reset()
	if code := guard(&b, func() int { return 3 }); code != 3 || b.Len() != 0 {
		t.Errorf("%d %q", code, b.String())
	}
}

// TestHelp: every command has a line, a text and, where it takes arguments, examples.
func TestHelp(t *testing.T) {
	for _, c := range newRoot().Commands() {
		if c.Short == "" || strings.HasSuffix(c.Short, ".") || c.Example == "" {
			t.Errorf("slul %s: %q, example %q", c.Name(), c.Short, c.Example)
		}
	}
}
