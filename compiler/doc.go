// Package compiler is the list of the compiler's stages: it takes the path of a SLUL
// program and options, and leaves the bytes of a finished file. docs/pipeline.md is
// the same road with pictures.
//
// The files in reading order:
//
//	compiler.go  Build and Check: the stages, one call each
//	source.go    a path -> the module's source files
//	modules.go   `use` -> the interfaces of other modules; deps.index
//	reach.go     drops the funcs that the program does not lead to
//	link.go      what is reached from the first instruction -> text, constants, symbols
//	stack.go     how much of the stack funcs need between two questions
//	service.go   the service -> .note.slul-entry
//	library.go   what other modules ask for: needs, and the notes of modules
//	lock.go      api lines and deps.index, as they should be
//	dump.go      -d=: what each stage leaves, as text
//	errors.go    what a stage refuses, and the exit code that names the stage
package compiler
