// Package measure starts programs and tells what that cost.
//
//	spawn.go    the program that starts the programs, in machine code
//	measure.go  programs -> samples: Run
//	place.go    where they run: one CPU; what is cold
//	count.go    system calls of one start; instructions, where the machine counts them
//
// A time is that from just before vfork to just after wait4: what whoever starts the
// program waits for. All programs of one Run are started in turn, round after round, so
// that the times of a round belong together and their ratios are worth more than
// they are.
package measure

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"slul/tests/tiny"
)

// Program is what is started. Its first argument is its path.
type Program struct {
	Name string // in messages
	Path string
	Args []string // behind the path; none is empty
}

// Options say how.
type Options struct {
	Rounds int      // how often each program is started; 1 to MaxRounds
	Warm   int      // rounds before these, which do not count; 0: 5
	Pin    bool     // stay on one CPU, before all others there if we may
	Env    []string // of all programs; nothing is inherited
	Cold   bool     // drop the kernel's caches before each start; only root can

	// Twice starts each program twice in a row, and only the second start counts: what
	// runs after a large program would else pay for the caches that it left.
	Twice bool
}

// Samples are what the starts of one program cost, in the order of the rounds.
type Samples struct {
	Times  []int64  // ns, start to end
	CPU    []int64  // ns that CPUs worked for it, to a µs
	Faults []uint64 // page faults
}

const (
	maxStart = 10 * time.Second // far more than the mean of any run
	warmUp   = 5

	// MaxRounds is as many as one argument has bytes.
	MaxRounds = 100000
)

// Check says what is wrong with the options, before anything is made.
func (o *Options) Check() error {
	if o.Rounds < 1 || o.Rounds > MaxRounds {
		return fmt.Errorf("%d rounds are not 1 to %d", o.Rounds, MaxRounds)
	}
	return nil
}

// Run starts each program as often as there are rounds. A program that does not end
// with status 0 is an error. dir is a folder for the spawner.
func Run(dir string, programs []Program, o Options) ([]Samples, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if o.Twice {
		double := make([]Program, 0, 2*len(programs))
		for _, p := range programs {
			double = append(double, p, p)
		}
		programs = double
	}
	skip := o.Warm
	switch {
	case o.Cold:
		skip = 0
	case skip == 0:
		skip = warmUp
	}
	raw, err := spawn(dir, programs, o.Rounds+skip, o)
	if err != nil {
		return nil, err
	}
	records := make([]record, len(raw)/recordSize)
	if err := binary.Read(bytes.NewReader(raw), binary.NativeEndian, records); err != nil {
		return nil, err
	}
	all := make([]Samples, len(programs))
	for i, r := range records {
		k := i % len(programs)
		if r.Status != 0 {
			return nil, fmt.Errorf("%s ended with wait status %#x", programs[k].Name, r.Status)
		}
		if i < skip*len(programs) {
			continue
		}
		s := &all[k]
		s.Times = append(s.Times, int64(r.Nanoseconds))
		s.CPU = append(s.CPU, int64(r.CPU)*1000)
		s.Faults = append(s.Faults, r.Faults)
	}
	if len(records) != (o.Rounds+skip)*len(programs) {
		return nil, errors.New("the spawner did not finish")
	}
	if !o.Twice {
		return all, nil
	}
	var seconds []Samples
	for i := 1; i < len(all); i += 2 {
		seconds = append(seconds, all[i])
	}
	return seconds, nil
}

// LeastFaults is the least number of page faults of a start: what the machine does beside
// it, and where the kernel puts the stack, can only add some.
func (s *Samples) LeastFaults() *uint64 {
	least := slices.Min(s.Faults)
	return &least
}

// spawn runs the spawner and gives all that it wrote.
func spawn(dir string, programs []Program, rounds int, o Options) ([]byte, error) {
	cmd, err := command(dir, programs, rounds, o.Env)
	if err != nil {
		return nil, err
	}
	in, out, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	defer out.Close()
	drop, err := openDrop(o.Cold)
	if err != nil {
		return nil, err
	}
	defer drop.Close()
	cmd.ExtraFiles = []*os.File{results - 3: out, before - 3: drop}
	if o.Pin {
		unpin, err := pinned()
		if err != nil {
			return nil, err
		}
		defer unpin()
		undo, _ := first()
		defer undo()
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

// command writes the spawner into dir and gives its command line.
func command(dir string, programs []Program, rounds int, env []string) (*exec.Cmd, error) {
	alone()
	path := filepath.Join(dir, "spawn")
	if err := os.WriteFile(path, tiny.Static(spawner()), 0o755); err != nil {
		return nil, err
	}
	cmd := exec.Command(path, strings.Repeat("1", rounds))
	for i, p := range programs {
		if i > 0 {
			cmd.Args = append(cmd.Args, "")
		}
		cmd.Args = append(append(cmd.Args, p.Path), p.Args...)
		for _, arg := range p.Args {
			if arg == "" {
				return nil, fmt.Errorf("%s: an empty argument", p.Name)
			}
		}
	}
	cmd.Env = append([]string{}, env...)
	cmd.Stderr = os.Stderr
	return cmd, nil
}
