package ir_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// expected is one run that the head of a file in testdata/run asks for: lines that
// begin with
//
//	#?  arguments; begins a run (without one, the file is run once)
//	#>  a line on standard output
//	#!  a line on standard error
//	#=  the exit status, when it is not 0
type expected struct {
	args []string
	ran
}

func readExpected(t *testing.T, text string) (runs []expected) {
	t.Helper()
	runs = []expected{{}}
	first := true
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		if len(line) < 2 || line[0] != '#' {
			break
		}
		rest := strings.TrimPrefix(line[2:], " ")
		now := &runs[len(runs)-1]
		switch line[1] {
		case '?':
			if !first {
				runs = append(runs, expected{})
				now = &runs[len(runs)-1]
			}
			first = false
			for _, a := range strings.Fields(rest) {
				now.args = append(now.args, strings.Trim(a, `"`))
			}
		case '>':
			now.stdout += rest + "\n"
		case '!':
			now.stderr += rest + "\n"
		case '=':
			n, err := strconv.ParseInt(rest, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			now.status = n
		}
	}
	return runs
}

// TestRun runs each program of testdata/run as it comes from lowering, and optimised.
func TestRun(t *testing.T) {
	files, _ := filepath.Glob("testdata/run/*.slul")
	if len(files) == 0 {
		t.Fatal("no programs")
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		base := filepath.Base(path)
		name := strings.ToUpper(base[:1]) + base[1:]
		for i, want := range readExpected(t, string(text)) {
			t.Run(base+"/"+strconv.Itoa(i), func(t *testing.T) {
				for _, optimise := range []bool{false, true} {
					m := build(t, name, string(text), optimise)
					if got := run(t, m, want.args...); got != want.ran {
						t.Errorf("optimised %v\ngot  %+v\nwant %+v", optimise, got, want.ran)
					}
				}
			})
		}
	}
}
