// Package asm turns instructions into bytes and bytes into instructions. It is
// the only importer of golang-asm (encoding) and x/arch (decoding).
//
// This folder holds what all CPUs share (asm.go); each CPU has a folder of its
// own with its registers, its operations, an assembler of type Asm that ends in a
// *Code, and a decoder. Nothing leaves an assembler that was not decoded again
// and compared with what was asked for; but of the code of a code generator
// (NewTrusted) only when it is listed, and in tests: every build would pay for it.
//
//	amd64   x86-64
//
// # What a CPU's folder gives
//
//	New, NewTrusted, Asm.Op (or Begin, an operand each, End), Label, NewLabels, Here, String, Line, Depth, Assemble
//	Reg, Mem, Imm, Label, Local, Sym; Op and its table
//	Decode, DecodeAll, Inst with Text
//
// The names are the same everywhere and the types are not: a code generator knows
// its CPU, and only the generator's neighbours (listings, the ELF writer, the
// linker) see nothing but Code, Item and Fixup. A CPU whose instructions have
// several PC-relative fields (arm64: call 26 bits, page 21 bits, low 12 bits; and
// so riscv64) adds its FixupKinds to asm.go, where the psABI's sums stand beside
// them, and its table of operations; nothing in Code changes.
//
// # arm64, when it comes
//
// The library's arm64 assembler (span7) takes its first Prog for the TEXT
// directive and skips it, and pads the end of a function to 16 bytes: so the
// folder puts an obj.ATEXT in front and cuts the result at the offset of the
// closing label. It makes its constant pool behind the
// code; strings are therefore placed by the assembler's own data words, and
// constants that need the pool are refused. x/arch/arm64/arm64asm is the decoder.
//
// # The library's habits
//
// golang-asm is Go's own assembler as a library. It prints a diagnostic and drops
// the instruction: here the diagnostics are the error of Assemble. It pads jumps
// to 32-byte lines unless told that the code is hand-written. Most of what it does
// for an instruction is the same for the next: amd64 hands it one instruction at a
// time, keeps the bytes for when the instruction comes again, and lays out jumps
// by itself, by the library's rule and with the library's bytes. Its package objabi
// looks at GOARM, GOMIPS, GOMIPS64 and GOPPC64 when the program starts, and ends it
// with "Invalid GOARM value" and the like when one of them has a value that only a
// newer Go knows; nothing of ours can run before that.
package asm
