// Package asm turns instructions into bytes and bytes into instructions. It is
// the only importer of x/arch (decoding).
//
// This folder holds what all CPUs share (asm.go); each CPU has a folder of its
// own with its registers, its operations, an assembler of type Asm that ends in a
// *Code, and a decoder. Code is decoded again and compared with what was asked for
// before it leaves an assembler, but for that of a code generator in daily use
// (NewTrusted): it is decoded whenever it is listed, and in tests.
//
//	amd64   x86-64
//
// # What a CPU's folder gives
//
//	New, NewTrusted, Asm.Op, Asm.Label, Asm.String, Asm.Line, Asm.Depth, Asm.Assemble
//	Reg, Mem, Imm, Label, Sym; Op and its table
//	Decode, DecodeAll, Inst with Text
//
// The names are the same everywhere and the types are not: a code generator knows
// its CPU, and only the generator's neighbours (listings, the ELF writer, the
// linker) see nothing but Code, Item and Fixup. A CPU whose instructions have
// several PC-relative fields (arm64: call 26 bits, page 21 bits, low 12 bits; and
// so riscv64) adds its FixupKinds to asm.go, where the psABI's sums stand beside
// them, and its table of operations; nothing in Code changes. x/arch/arm64/arm64asm
// is the decoder for arm64.
package asm
