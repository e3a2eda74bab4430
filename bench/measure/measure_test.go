package measure

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/tests/need"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

// programs are two that end with these statuses.
func programs(t *testing.T, statuses ...int) (dir string, list []Program) {
	t.Helper()
	dir = t.TempDir()
	for i, status := range statuses {
		name := []string{"one", "two"}[i]
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, tiny.Static(tiny.Exit(status)), 0o755); err != nil {
			t.Fatal(err)
		}
		list = append(list, Program{Name: name, Path: path})
	}
	return dir, list
}

// Numbers are never compared here, only that there are some and that they belong
// together.
func TestRun(t *testing.T) {
	dir, list := programs(t, 0, 0)
	samples, err := Run(dir, list, Options{Rounds: 20, Pin: true})
	if err != nil || len(samples) != 2 {
		t.Fatal(samples, err)
	}
	for _, s := range samples {
		if len(s.Times) != 20 || len(s.CPU) != 20 || slices.Min(s.Times) <= 0 || slices.Max(s.Times) > 1e9 || slices.Min(s.Faults) == 0 {
			t.Errorf("%+v", s)
		}
	}
}

// Arguments arrive, each program's own.
func TestArguments(t *testing.T) {
	sh := need.Tool(t, "sh")
	dir, list := programs(t, 0)
	list = append(list, Program{Name: "sh", Path: sh, Args: []string{"-c", `test "$#" = 2 && test "$1$2" = ab`, "sh", "a", "b"}}, list[0])
	if _, err := Run(dir, list, Options{Rounds: 2}); err != nil {
		t.Error(err)
	}
	list[1].Args[4] = "c"
	if _, err := Run(dir, list, Options{Rounds: 2}); err == nil || err.Error() != "sh ended with wait status 0x100" {
		t.Errorf("error %v", err)
	}
	list[1].Args[4] = ""
	if _, err := Run(dir, list, Options{Rounds: 2}); err == nil || err.Error() != "sh: an empty argument" {
		t.Errorf("error %v", err)
	}
}

// Programs have the environment that they are given, and no other.
func TestEnvironment(t *testing.T) {
	t.Setenv("MEASURE_TEST", "inherited")
	sh := Program{Name: "sh", Path: need.Tool(t, "sh"), Args: []string{"-c", `test "$MEASURE_TEST" = given`}}
	if _, err := Run(t.TempDir(), []Program{sh}, Options{Rounds: 2, Env: []string{"A=b", "MEASURE_TEST=given"}}); err != nil {
		t.Error(err)
	}
	sh.Args[1] = `test -z "$MEASURE_TEST"`
	if _, err := Run(t.TempDir(), []Program{sh, sh}, Options{Rounds: 2}); err != nil {
		t.Error(err)
	}
}

// A descriptor that we inherited is not handed on.
func TestDescriptors(t *testing.T) {
	fd, err := unix.Dup(0) // without close-on-exec, as from a shell
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	sh := Program{Name: "sh", Path: need.Tool(t, "sh"), Args: []string{"-c", fmt.Sprintf("test ! -e /proc/self/fd/%d", fd)}}
	if _, err := Calls(sh); err != nil {
		t.Error(err)
	}
	if _, err := Run(t.TempDir(), []Program{sh}, Options{Rounds: 1}); err != nil {
		t.Error(err)
	}
}

// A program that fails is an error, not a fast program.
func TestRunFails(t *testing.T) {
	dir, list := programs(t, 0, 3)
	if _, err := Run(dir, list, Options{Rounds: 20, Pin: true}); err == nil || !strings.HasPrefix(err.Error(), "two ended with") {
		t.Errorf("error %v", err)
	}
	list[0].Path = filepath.Join(dir, "absent")
	if _, err := Run(dir, list, Options{Rounds: 20, Pin: true}); err == nil || !strings.HasPrefix(err.Error(), "one ended with") {
		t.Errorf("error %v", err)
	}
	for _, rounds := range []int{0, MaxRounds + 1} {
		if _, err := Run(dir, list, Options{Rounds: rounds, Pin: true}); err == nil {
			t.Errorf("%d rounds", rounds)
		}
	}
}

func TestCalls(t *testing.T) {
	_, list := programs(t, 0, 3)
	if n, err := Calls(list[0]); n != 2 || err != nil { // execve, exit_group
		t.Errorf("%d calls, %v", n, err)
	}
	if _, err := Calls(list[1]); err == nil || err.Error() != "two: wait status 0x300" {
		t.Errorf("error %v", err)
	}
	// a shell that starts one more program: its calls count as well
	sh := Program{Name: "sh", Path: need.Tool(t, "sh"), Args: []string{"-c", ":"}}
	alone, err := Calls(sh)
	if err != nil {
		t.Fatal(err)
	}
	sh.Args[1] = list[0].Path + "; " + list[0].Path
	twice, err := Calls(sh)
	if err != nil || alone < 3 || twice < alone+2*3 { // fork, execve, exit_group, and wait4
		t.Errorf("%d calls of a shell, %d of one that starts two programs; %v", alone, twice, err)
	}
}

// The counter counts the programs, not only the spawner: here page faults, which
// every kernel counts, if not those of execve itself.
func TestCount(t *testing.T) {
	dir, list := programs(t, 0)
	list = append(list, Program{Name: "sh", Path: need.Tool(t, "sh"), Args: []string{"-c", ":"}})
	var counts []uint64
	for _, p := range list {
		n, err := count(dir, p, 50, counter{unix.PERF_TYPE_SOFTWARE, unix.PERF_COUNT_SW_PAGE_FAULTS})
		need.That(t, !errors.Is(err, ErrNotCounted), "perf_event_open is not allowed")
		if err != nil {
			t.Fatal(err)
		}
		counts = append(counts, n)
	}
	if counts[0] < 1 || counts[0] > 10 || counts[1] < counts[0]+10 {
		t.Errorf("page faults of a tiny program and of sh: %d", counts)
	}
	if _, err := count(dir, list[0], 50, counter{99, 0}); !errors.Is(err, ErrNotCounted) {
		t.Errorf("an event that does not exist: %v", err)
	}
}
