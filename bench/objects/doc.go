// Package objects makes programs with libraries, of any size and without a C
// compiler, for whoever wants to see a loader work: tests and benchmarks. Nothing in
// them needs a C library. The program calls its libraries, they call each other, and
// the status is 0 only when every answer was right.
//
//	shape.go    Shape: how many libraries, symbols, relocations
//	library.go  one library: exports, imports, a table of addresses
//	program.go  the program, and the set of files that it is part of
//	foreign.go  the same program for a loader that PT_INTERP names
//	names.go    names as C libraries have them
//
// A set is a function of its Shape: equal Shapes give equal bytes.
package objects
