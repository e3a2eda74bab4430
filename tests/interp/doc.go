// Package interp runs checked programs by walking their typed trees, for tests: what a
// program does by the facts of package check, beside what the compiled file does. It
// shares nothing with lowering, the passes, the code generator or the unsafe part of the
// core library, and is as plain as can be: numbers are big.Int, containers are Go's own.
//
//	interp.go   programs, frames, traps
//	stmt.go     statements
//	expr.go     expressions and calls
//	number.go   arithmetic and its limits
//	object.go   what is made, and its parts
//	library.go  the members of strings, Bytes, List and Map
//	format.go   formats
//
// Input and output are the console's print, write and error, and the arguments. A
// program that asks for more ends with Unsupported.
package interp
