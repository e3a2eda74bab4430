package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"slul/tests/built"
	"slul/tests/need"
)

// TestClock: the time is right, never goes back, and is read without a system call where
// the kernel lends the code for that.
func TestClock(t *testing.T) {
	strace := need.Tool(t, "strace")
	path, err := built.New(t).Program(t, "Time.slul", `service CommandMain "time"
giveme
    @Clock clock
    @Console console
end
entry main
code
    long !last = 0
    for i in 0..1000
        long now = clock.now_nanos
        assert now >= last
        last = now
    end
    console.print "{}" clock.now_seconds
end
`)
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "log")
	out, err := exec.Command(strace, "-e", "trace=clock_gettime", "-o", log, path).Output()
	if err != nil {
		t.Fatal(err)
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if age := time.Since(time.Unix(seconds, 0)); err != nil || age < 0 || age > time.Minute {
		t.Errorf("%q: %v ago, %v", out, age, err)
	}
	calls, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	source, _ := os.ReadFile("/sys/devices/system/clocksource/clocksource0/current_clocksource")
	maps, _ := os.ReadFile("/proc/self/maps")
	if s := strings.TrimSpace(string(source)); (s == "tsc" || s == "kvm-clock") && strings.Contains(string(maps), "[vdso]") && strings.Contains(string(calls), "clock_gettime") {
		t.Errorf("the kernel lends its clock, but was asked: %.300s", calls)
	}
}
