package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"slul/tests/need"
)

const ticking = `service CommandMain "test"
giveme
    @Console console
    @Clock clock
end
entry main
code
    long !last = clock.now_nanos
    for i in 0..1000
        arena
            long now = clock.now_nanos
            assert now >= last
            last = now
        end
    end
    console.print "{} {}" clock.now_seconds last
end
`

// TestClock: the clock is the system's, and is read without system calls where the kernel
// gives a vDSO.
func TestClock(t *testing.T) {
	prog := build(t, ticking)
	before := time.Now().Unix()
	out, err := exec.Command(prog).CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	fields := strings.Fields(string(out))
	seconds, _ := strconv.ParseInt(fields[0], 10, 64)
	if seconds < before || seconds > time.Now().Unix() {
		t.Errorf("%d seconds, expected %d or a little more", seconds, before)
	}
	strace := need.Tool(t, "strace")
	log := filepath.Join(t.TempDir(), "log")
	if out, err := exec.Command(strace, "-o", log, prog).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	traced, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	maps, err := os.ReadFile("/proc/self/maps")
	need.That(t, err == nil && strings.Contains(string(maps), "[vdso]"), "this kernel gives no vDSO")
	if n := strings.Count(string(traced), "clock_gettime"); n > 0 {
		t.Errorf("%d system calls to read the clock", n)
	}
}
