// Package startup measures what the start of a program costs: a hello of ours in every
// way that it can be started, beside what a user would take instead, and beside the
// floors that nobody can go below.
//
//	startup.go  Run: programs -> result
//	ways.go     the table of programs, and our own
//	least.go    the least that their starts could cost
//	others.go   those of other tool chains
//	binfmt.go   starts through binfmt_misc
//
// The floors are made by this package too, so they are the same on every machine:
//
//	floor1   a static file that only exits: one execve
//	floor2   a stub that starts floor1 as if it were the loader: two
//	least    hello, by a loader that does nothing but what cannot be left out
package startup

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"slul/bench/measure"
	"slul/bench/result"
)

// Options say what is measured.
type Options struct {
	measure.Options
	Version string   // of this tool, for the result
	Only    []string // names of ways; all when empty. The floors are always there
	Rtld    string   // another loader than the embedded one, for comparisons
}

// kit is what ways are made with.
type kit struct {
	dir, rtld string
	o         Options
	made      int // files of C programs, which are numbered
	undoes    []func()
}

func (k *kit) path(name string) string { return filepath.Join(k.dir, name) }

// undo is called at the end, the last first.
func (k *kit) undo(f func()) { k.undoes = append(k.undoes, f) }

func (k *kit) end() {
	for _, f := range slices.Backward(k.undoes) {
		f()
	}
	k.undoes = nil
}

// program writes a file, unless an error came with it.
func (k *kit) program(name string, data []byte, err error) (measure.Program, error) {
	p := measure.Program{Name: name, Path: k.path(name)}
	if err != nil {
		return p, fmt.Errorf("%s: %w", name, err)
	}
	return p, os.WriteFile(p.Path, data, 0o755)
}

// Run makes all programs in dir and starts them.
func Run(dir string, o Options) (*result.Result, error) {
	rtld, err := measure.WriteLoader(dir, o.Rtld)
	if err != nil {
		return nil, err
	}
	k := &kit{dir: dir, o: o, rtld: rtld}
	defer k.end()
	stop := onSignal(k.end)
	defer stop()
	r := result.New("startup", o.Version, dir)
	r.Rounds, r.Clock = o.Rounds, result.Started
	r.Bases = []string{floor1, floor2, glibcStatic, glibcDynamic}
	r.Groups = []result.Group{
		{Name: floors, What: "a static file that only exits; the same behind a stub", Common: true},
		{Name: least, What: "our hello, started by a loader that only maps it and jumps", Common: true},
		{Name: ours, What: "programs of this tool chain"},
		{Name: others, What: "hello by other means", Common: true},
	}
	list, err := k.all(r)
	if err != nil {
		return nil, err
	}
	if o.Cold {
		r.Clock = "that from before vfork to after wait4, with the kernel's caches dropped before each start"
		if r.Machine.Virtual {
			r.Notes = append(r.Notes, "the host of this virtual machine has a cache of the disk that is never cold")
		}
	}
	o.Twice = !o.Cold
	samples, err := measure.Run(dir, list, o.Options)
	if err != nil {
		return nil, err
	}
	for i := range r.Rows {
		r.Rows[i].Times, r.Rows[i].Faults = samples[i].Times, samples[i].LeastFaults()
	}
	r.Finish()
	return r, nil
}

// all makes the programs and begins their rows.
func (k *kit) all(r *result.Result) (list []measure.Program, err error) {
	only := slices.Clone(k.o.Only)
	counted := true
	for _, w := range ways {
		if i := slices.Index(only, w.name); i >= 0 {
			only = slices.Delete(only, i, i+1)
		} else if len(k.o.Only) > 0 && w.group != floors {
			continue
		}
		if k.o.Cold && !w.cold {
			r.Skipped = append(r.Skipped, w.name+": others use its files, so they are not cold")
			continue
		}
		p, err := w.make(k)
		if err == nil {
			err = try(p, w.quiet)
		}
		if err != nil {
			if w.must {
				return nil, fmt.Errorf("%s: %w", w.name, err)
			}
			r.Skipped = append(r.Skipped, fmt.Sprintf("%s: %v", w.name, err))
			continue
		}
		row := result.Row{Group: w.group, Name: w.name, Ours: w.group == ours, Bytes: size(p)}
		calls, err := measure.Calls(p)
		if err != nil {
			return nil, err
		}
		row.Calls = &calls
		if counted {
			n, err := measure.Instructions(k.dir, p, 20)
			if errors.Is(err, measure.ErrNotCounted) {
				counted = false
				r.Notes = append(r.Notes, "instructions are "+err.Error())
			} else if err != nil {
				return nil, err
			} else {
				row.Instructions = &n
			}
		}
		r.Rows, list = append(r.Rows, row), append(list, p)
	}
	if len(only) > 0 {
		return nil, fmt.Errorf("there is no way %q to start a program", only[0])
	}
	return list, nil
}

// size is that of the file that is made for the program: the last word that is one.
func size(p measure.Program) int64 {
	path := p.Path
	if len(p.Args) > 0 {
		path = p.Args[len(p.Args)-1]
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// try runs a program once: it must say what it should.
func try(p measure.Program, quiet bool) error {
	cmd := exec.Command(p.Path, p.Args...)
	cmd.Env = []string{}
	want := said
	if quiet {
		want = ""
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err == nil && string(out) != want {
		err = fmt.Errorf("it says %q", out)
	}
	if line, _, _ := bytes.Cut(errs.Bytes(), []byte("\n")); err != nil && len(line) > 0 {
		err = fmt.Errorf("%w: %s", err, line)
	}
	return err
}

// onSignal undoes what has been done to the machine when the user ends the run.
func onSignal(end func()) (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGHUP)
	go func() {
		if s, ok := <-signals; ok {
			end()
			os.Exit(128 + int(s.(unix.Signal)))
		}
	}()
	return func() { signal.Stop(signals); close(signals) }
}
