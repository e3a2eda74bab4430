// Package start tests how programs start: stub, hand-over, loader, and what the
// program then finds (docs/startup.md). Nearly all of it looks through the eyes of
// the probe (package tests/probe), which needs neither compiler nor linker; package
// tests/launch makes the callers.
//
//	kit_test.go        a place with a loader and programs; running and refusing
//	trace_test.go      a process under ptrace
//	check_test.go      what every program must find: registers, vectors, memory
//	stub_test.go       the stub alone, with the probe as its loader
//	readonly_test.go   the stub writes no memory: run with all of it read-only
//	handover_test.go   descriptors, decoys, limits, shapes of files
//	names_test.go      comm, AT_EXECFN, arguments, environment, layout, signals
//	setid_test.go      set-user-ID and set-group-ID programs
//	modes_test.go      one table over all ways to start a program
//	table_test.go      the table of docs/start-modes.md; what each way costs
//	every_test.go      a test for each way in which a program with rights can be started
//	script_test.go     programs behind a "#!" line
//	sec_test.go        the table of attacks on loaders; sec_caller_test.go, sec_files_test.go, sec_world_test.go
//	process_test.go    states of the process: limits, mounts, filters, signals, tools
//	shrink_test.go     files that are cut while they are being loaded
//	path_test.go       where libraries are looked for, and traces
//	c_test.go          programs and libraries in C
//	refuse_test.go     starts that must fail, with one line
//	explicit_test.go   the loader called by name
//	status_test.go     exit status, signals, input and output
//	cost_test.go       system calls of a start
//	wrap_test.go       shared objects of other tool chains
//	tools_test.go      readelf, objdump, nm, strip, file, debug/elf
//	compiled_test.go   the examples, as the compiler writes them
//
// Some tests need root, or tools such as strace and gcc: package tests/need.
package start
