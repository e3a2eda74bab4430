package main

// From programs to numbers: the spawner runs them, its records are sorted.

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

// stat is what is known of one program: times in µs.
type stat struct {
	Min    float64 `json:"min_us"`
	Median float64 `json:"median_us"`
	P90    float64 `json:"p90_us"`
	Faults uint64  `json:"page_faults"` // median
}

const (
	maxStart  = 200 * time.Millisecond // far more than the mean of any start
	warmUp    = 5                      // rounds that are not counted
	maxRounds = 100000                 // as many as one argument has bytes
)

// measure starts each program as often as there are rounds.
func measure(dir string, programs []program, o options) ([]stat, error) {
	rounds := o.rounds
	if rounds < 1 || rounds > maxRounds {
		return nil, fmt.Errorf("%d rounds are not 1 to %d", rounds, maxRounds)
	}
	raw, err := spawn(dir, programs, rounds+warmUp, o.pin)
	if err != nil {
		return nil, err
	}
	if len(raw) != (rounds+warmUp)*len(programs)*recordSize {
		return nil, errors.New("the spawner did not finish")
	}
	times := make([][]float64, len(programs))
	faults := make([][]uint64, len(programs))
	for i := range len(raw) / recordSize {
		k := i % len(programs)
		word := func(n int) uint64 { return binary.LittleEndian.Uint64(raw[i*recordSize+8*n:]) }
		if word(1) != 0 {
			return nil, fmt.Errorf("%s ended with wait status %#x", programs[k].name, word(1))
		}
		if i < warmUp*len(programs) {
			continue
		}
		times[k] = append(times[k], float64(word(0))/1000)
		faults[k] = append(faults[k], word(2))
	}
	stats := make([]stat, len(programs))
	for k := range programs {
		slices.Sort(times[k])
		slices.Sort(faults[k])
		stats[k] = stat{Min: times[k][0], Median: times[k][rounds/2], P90: times[k][rounds*9/10], Faults: faults[k][rounds/2]}
	}
	return stats, nil
}

// spawn runs the spawner and gives all that it wrote.
func spawn(dir string, programs []program, rounds int, pin bool) ([]byte, error) {
	path := filepath.Join(dir, "spawn")
	if err := os.WriteFile(path, tiny.Static(spawner()), 0o755); err != nil {
		return nil, err
	}
	cmd := exec.Command(path, strings.Repeat("1", rounds))
	for _, p := range programs {
		cmd.Args = append(cmd.Args, p.path)
	}
	cmd.Stderr = os.Stderr
	in, out, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	cmd.ExtraFiles = []*os.File{out}
	if pin {
		unpin, err := pinned()
		if err != nil {
			return nil, err
		}
		defer unpin()
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	out.Close()
	limit := 10*time.Second + time.Duration(rounds*len(programs))*maxStart
	timer := time.AfterFunc(limit, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	raw, err := io.ReadAll(in)
	err = errors.Join(err, cmd.Wait())
	if !timer.Stop() {
		err = fmt.Errorf("a program did not end: given up after %v", limit)
	}
	return raw, err
}

// pinned keeps this thread, and so the children that it starts, on one of the CPUs
// that it may use: the last, as the first ones serve interrupts.
func pinned() (undo func(), err error) {
	runtime.LockOSThread()
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return nil, err
	}
	for cpu := range 8 * len(before) * 8 {
		if before.IsSet(cpu) {
			one.Zero()
			one.Set(cpu)
		}
	}
	undo = func() {
		unix.SchedSetaffinity(0, &before)
		runtime.UnlockOSThread()
	}
	return undo, unix.SchedSetaffinity(0, &one)
}
