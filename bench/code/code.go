// Package code measures what the compiler's code is worth: programs that compute, each
// in several languages, and how core copies, fills and compares memory.
//
//	code.go     Run: what is asked for -> a result
//	kernels.go  the programs of tests/kernels
//	memory.go   copying, filling, comparing by programs, beside the C library
//	routines.go core's routines for that themselves, beside the C library's
package code

import (
	"fmt"
	"slices"

	"slul/bench/measure"
	"slul/bench/result"
	"slul/tests/kernels"
)

// Options say what is measured.
type Options struct {
	measure.Options
	Version string   // of this tool, for the result
	Only    []string // kernels, Memory or Routines; all when empty
	Max     int      // the largest size of Memory and Routines; no limit when 0
}

func (o *Options) sizes() (list []int) {
	for _, n := range sizes {
		if o.Max == 0 || n <= o.Max {
			list = append(list, n)
		}
	}
	return list
}

// slul is the name of our rows.
const slul = "slul"

// Memory is the name of all that memory.go measures.
const Memory = "memory"

// Routines is the name of all that routines.go measures.
const Routines = "routines"

// Names lists what can be measured.
func Names() []string { return append(slices.Clone(kernels.Standard), Memory, Routines) }

// job is a run that is being prepared.
type job struct {
	dir      string
	o        Options
	r        *result.Result
	programs []measure.Program
	kernels  []kernel
	memory   []point
}

// Run makes all programs in dir and runs them in turn.
func Run(dir string, o Options) (*result.Result, error) {
	for _, name := range o.Only {
		if !slices.Contains(Names(), name) {
			return nil, fmt.Errorf("there is no %q to measure", name)
		}
	}
	j := &job{dir: dir, o: o, r: result.New("code", o.Version, dir)}
	j.r.Rounds, j.r.Clock = o.Rounds, "that for which a CPU worked"
	j.r.Bases = []string{kernels.Base, glibc}
	if err := kernels.Prepare(dir); err != nil {
		return nil, err
	}
	if err := j.addKernels(); err != nil {
		return nil, err
	}
	if j.has(Memory) {
		if err := j.addMemory(); err != nil {
			return nil, err
		}
	}
	o.Warm = 1
	samples, err := measure.Run(dir, j.programs, o.Options)
	if err != nil {
		return nil, err
	}
	j.finishKernels(samples)
	j.finishMemory(samples)
	if j.has(Routines) {
		if err := j.measureRoutines(); err != nil {
			return nil, err
		}
	}
	j.r.Finish()
	j.addMeans()
	return j.r, nil
}

func (j *job) has(name string) bool { return len(j.o.Only) == 0 || slices.Contains(j.o.Only, name) }
