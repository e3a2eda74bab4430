// Package core holds the core library, in SLUL, and gives its source to the driver.
// It is compiled with every program; only what the program reaches is linked.
//
// The files in reading order:
//
//	toplevels.slul    what programs see by name: enums, is_digit, string_parse_int
//	run.slunsafe      the run block, console output, the end of the program
//	arena.slunsafe    where objects live
//	bits.slunsafe     rotations
//	bytes.slunsafe, list.slunsafe, map.slunsafe
//	stream.slunsafe, console.slunsafe, file.slunsafe, network.slunsafe, process.slunsafe,
//	clock.slunsafe    what programs are given, and the errors of the kernel
//	options.slunsafe  "param"
//	stack.slunsafe    how far recursion may go
//	format.slunsafe   numbers and fields with a width
//	trap.slunsafe     the message of a trap
//	string.slunsafe   string == string
//	args.slunsafe     the command line as strings
//	sys.slunsafe      system calls, per CPU
//
// A class here is a class for programs too, and its funcs are members of its objects; a
// func that is called string_NAME is the member NAME of strings. All other funcs of
// .slunsafe files are called by the code that lowering makes, never by name from a
// program. A generic class calls what it holds Element and Key: words of 64 bits. A func
// that "fails" with the enum Trap makes the program trap at the line of its call.
//
// In these files WUINT64 and UNSAFE_addr are one type under two names, every integer
// widens to it (a SIGNED LONG by its bits), loads give it and stores take it; nothing on
// the way of a program that only prints can trap, so the trap messages are linked only
// into programs that have a check.
package core
