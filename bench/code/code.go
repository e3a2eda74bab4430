// Package code measures what the compiler's code is worth: programs that compute, each
// in several languages, and how core copies, fills and compares memory.
//
//	code.go     Run: what is asked for -> a result
//	kernels.go  the programs of tests/kernels
//	memory.go   copying, filling, comparing, beside the C library
package code

import (
	"fmt"

	"slul/bench/measure"
	"slul/bench/result"
)

// Options say what is measured.
type Options struct {
	measure.Options
	Version string   // of this tool, for the result
	Only    []string // kernels, or Memory; all when empty
	Rtld    string   // our loader
	Max     int      // the largest size of Memory; no limit when 0
}

func (o *Options) sizes() (list []int) {
	for _, n := range sizes {
		if o.Max == 0 || n <= o.Max {
			list = append(list, n)
		}
	}
	return list
}

const slul = "slul"

// job is a run that is being prepared.
type job struct {
	dir, rtld string
	o         Options
	r         *result.Result
	programs  []measure.Program
	memory    []memory
}
