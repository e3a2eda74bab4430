package tests

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestStackWithoutRecursion: funcs that do not call themselves, but are many or have large
// frames, end in a trap and not in a signal where the stack is too small for them. The
// limits (KiB) go from what not even the first fits to what is enough.
func TestStackWithoutRecursion(t *testing.T) {
	for _, c := range []struct{ funcs, locals int }{
		{160, 40}, // many frames of some hundred bytes
		{3, 500},  // few of several pages
		{12, 2},   // what fits always
		{20, 200}, // many of several pages
	} {
		prog := build(t, chain(c.funcs, c.locals))
		ends := map[int]int{}
		for _, limit := range []int{20, 32, 64, 80, 100, 130, 200, 400} {
			for _, depth := range []string{"1", "100000000"} {
				cmd := exec.Command("sh", "-c", fmt.Sprintf("ulimit -S -s %d; exec %s %s", limit, prog, depth))
				out, _ := cmd.CombinedOutput() // the status is looked at below
				status := cmd.ProcessState.ExitCode()
				ends[status]++
				switch {
				case status == 0 && depth == "1":
				case status == 70 && isStackTrap.Match(out):
				default:
					t.Errorf("%d funcs of %d locals, %d KiB, depth %s: status %d, %s", c.funcs, c.locals, limit, depth, status, out)
				}
			}
		}
		if ends[0] == 0 || ends[70] == 0 {
			t.Errorf("%d funcs of %d locals: %v", c.funcs, c.locals, ends)
		}
	}
}

var isStackTrap = regexp.MustCompile(`^slul: trap: stack at Test\.slul:\d+\n$`)

// chain is a program of funcs that call each other in a row, each with so many locals that
// live across the call, below one that calls itself as often as the argument says.
func chain(funcs, locals int) string {
	var b strings.Builder
	b.WriteString("service CommandMain \"test\"\ngiveme\n    @Console console\n    Args args\nend\n")
	for f := range funcs {
		fmt.Fprintf(&b, "func f%d int a returns int\ncode\n", f)
		for i := range locals {
			fmt.Fprintf(&b, "    int v%d = a * %d mod 1009\n", i, i+3)
		}
		if f == 0 {
			b.WriteString("    int r = args.length\n")
		} else {
			fmt.Fprintf(&b, "    int r = f%d ((a + 1) mod 1009)\n", f-1)
		}
		b.WriteString("    int !s = r mod 1009\n")
		for i := range locals {
			fmt.Fprintf(&b, "    s = (s + v%d) mod 1009\n", i)
		}
		b.WriteString("    return s\nend\n")
	}
	fmt.Fprintf(&b, `func again int a returns int
code
    if a == 0
        return f%d 3
    end
    return again (a - 1) + a mod 3
end
entry main
code
    console.print "{}" (again (args[0].parse_int else 0))
end
`, funcs-1)
	return b.String()
}
