// Package tiny makes the small programs that tests and benchmarks run: code
// through asm, files through elfimage and stubgen. None of them needs a compiler,
// a C library or a linker, so they test the start of a program and nothing else.
//
//	image.go     from code to a file: with stub and loader, or plain static
//	programs.go  programs that exit, print, copy, die of a signal
//	relocated.go programs with addresses in their data, imports and .bss
//	static.go    the static ELF file that is the floor of every start
package tiny
