package start

// What a start costs in system calls, counted between the second exec and the
// program's first one.

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slul/elfimage"
	"slul/tests/need"
	"slul/tests/tiny"
)

// maxCalls is the most that the loader may need for a program without libraries.
const maxCalls = 14

// loaderCalls runs a program under strace and gives the system calls between the
// second exec and the first call of a kind that only the program makes. The program
// must end with this status.
func loaderCalls(t *testing.T, prog, last string, status int) []string {
	t.Helper()
	strace := need.Tool(t, "strace")
	log := filepath.Join(t.TempDir(), "log")
	cmd := exec.Command(strace, "-o", log, prog)
	if out, err := cmd.CombinedOutput(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != status {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var calls []string
	execs := 0
	for line := range strings.Lines(string(text)) {
		name, _, ok := strings.Cut(line, "(")
		switch {
		case !ok:
		case name == "execve" || name == "execveat":
			execs++
		case execs == 2 && name == last:
			return calls
		case execs == 2:
			calls = append(calls, strings.TrimSpace(line))
		}
	}
	t.Fatalf("the program's first call, %s, is not in:\n%s", last, text)
	return nil
}

func TestSystemCalls(t *testing.T) {
	p := newPlace(t)
	shapes := []struct {
		name   string
		change func(*elfimage.Image)
	}{
		{"one segment", func(*elfimage.Image) {}},
		{"with bss", func(im *elfimage.Image) { im.BssSize = 10000 }},
		{"separate, with bss", func(im *elfimage.Image) { im.Rodata, im.Separate, im.BssSize = make([]byte, 100), true, 10000 }},
	}
	for _, shape := range shapes {
		t.Run(shape.name, func(t *testing.T) {
			calls := loaderCalls(t, p.program(t, "prog", tiny.Exit(7), shape.change), "exit_group", 7)
			t.Logf("%d calls:\n%s", len(calls), strings.Join(calls, "\n"))
			if len(calls) > maxCalls {
				t.Errorf("%d system calls in the loader, %d are allowed", len(calls), maxCalls)
			}
			if len(calls) == 0 {
				t.Error("no system call at all: nothing was measured")
			}
		})
	}
}

// Looking up a name below /proc/self makes an inode for each of its parts, which must
// go again when the process ends: readlink("/proc/self/fd/3") is 12 to 16 µs of the some
// 28 µs that the loader adds to a start of two execs. fstat and stat, which show that
// argv[0] leads to the program, are 2 µs. So the link is for starts where it does not.
func TestNoProcLookup(t *testing.T) {
	p := newPlace(t)
	for _, call := range loaderCalls(t, p.program(t, "prog", tiny.Exit(7)), "exit_group", 7) {
		if strings.Contains(call, "/proc/") {
			t.Errorf("a program that was called by its path: %s", call)
		}
	}
}
