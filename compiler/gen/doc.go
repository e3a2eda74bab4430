// Package gen turns one function of IR into machine code for a target. It holds the
// table of targets; the work is done in
//
//	gen/mach   the form with registers that all CPUs share, and register allocation
//	gen/amd64  x86-64: instruction selection, calls, writing out
//
// docs/targets.md says how to add a CPU.
package gen
