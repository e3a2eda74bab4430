package main

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// initMost is how many bytes a package of ours may allocate before main: what stands in its tables.
// Patterns, of which one takes some 10 KB, are made when they are used.
const initMost = 20_000

// TestInit: no command pays for what others need. Go itself says what each package allocates.
func TestInit(t *testing.T) {
	c := exec.Command(os.Args[0], "-test.run=^$")
	c.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace strings.Builder
	c.Stderr = &trace
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	seen := false
	for _, m := range regexp.MustCompile(`(?m)^init (slul/\S+) .* (\d+) bytes, `).FindAllStringSubmatch(trace.String(), -1) {
		seen = seen || m[1] == "slul/compiler/check"
		if n, _ := strconv.Atoi(m[2]); n > initMost {
			t.Errorf("%s allocates %d bytes before main: at most %d", m[1], n, initMost)
		}
	}
	if !seen {
		t.Errorf("no line of a package that has tables:\n%s", trace.String())
	}
}
