// Package irtest runs IR without a CPU and makes random functions, for tests: of
// lowering and the passes here, of the code generators in compiler/gen.
//
//	machine.go  Machine: runs a module's functions value by value
//	memory.go   the memory that it has
//	arena.go    and that it has no more
//	linux.go    enough system calls for programs that print
//	random.go   Random: functions by seed that end and are defined everywhere
//
// The machine is strict. Whatever IR leaves undefined, and whatever a value promises
// (Nonneg, Fixed) and does not keep, is an error and not a number.
package irtest
