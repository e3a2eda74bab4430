// Package rtld is the loader: given the fd of a SLUL program, it leaves that program
// running. docs/loader.md says what it does and how Go can be this without its runtime;
// docs/startup.md draws the stack and registers at each hand-over.
//
// The package is compiled twice: by rtld/shrink, with the tag slulrtld, into the
// finished loader, and by go test on the host. It imports unsafe and nothing else.
//
// Files in reading order:
//
//	entry_amd64.s         the way in and out; stand-ins for the runtime's routines
//	start.go              the stages, and the structures that they fill
//	block.go, auxv.go     what the kernel left on the stack, read and mended in place
//	secure.go             secure mode: who decides, what is removed from the environment
//	mode.go, explicit.go  how the loader was started; its own options
//	find.go, name.go      the program's path and name
//	header.go, segments.go  the checks before anything is mapped
//	mapping.go            reservation, segments, and view, through which all else is read
//	dynamic.go, symbol.go, reloc.go, construct.go  linking
//	fault.go, buffer.go   complaints
//	elf.go, sys.go, memory.go  the few constants, system calls and unsafe functions
//
// Differences between CPUs are in the files that end in _amd64.
//
// Methods of report end the process, so the code behind them may rely on what they
// checked. Addresses of memory are uintptr; addresses and offsets of a file are uint64.
package rtld
