// Package amd64 is the assembler and the disassembler for x86-64: given
// operations with operands, it leaves an *asm.Code; given bytes, it leaves
// instructions in a small neutral form.
//
// What is odd about this CPU, as far as a user of the package meets it:
//   - Instructions are 1 to 15 bytes long, and one operation has several
//     encodings: the assembler takes the shortest (imm8, disp8, short jumps,
//     mov to eax of a 32-bit constant).
//   - A write to a 32-bit register clears the upper half of the 64-bit one, so
//     MOVQ of a constant below 2^32 becomes MOVL. Writes of 8 and 16 bits leave
//     the rest as it was: loads are therefore MOVZX and MOVSX.
//   - Two operands: the first is also the destination. At most one is memory.
//   - RSP cannot be an index. RBP and R13 as base cost a displacement byte, RSP
//     and R12 a SIB byte.
//   - Shifts by a register take CL only; DIV and IDIV use RDX:RAX; MUL, too.
//   - SYSCALL destroys RCX and R11.
//   - Data is addressed relative to the end of the instruction (RIP), which may
//     lie behind the field by an immediate: the fixup's addend says how far.
//
// Registers have one name each (RAX … R15); the operation says how many bytes
// of it are meant: MOVL RAX is `mov eax`. Operands stand in Intel's order,
// destination first.
//
// Files in reading order: operand.go (registers, addresses, constants),
// ops.go (the table of operations), build.go (Asm: one call per instruction),
// check.go (all that can be wrong with it), encode.go (the library, and what is
// kept of its answers), assemble.go (jumps, labels, fixups), compare.go (the check
// of the result), decode.go, text.go (Intel syntax).
//
// ABI and encoding: System V psABI x86-64; Intel SDM volume 2.
//
// The library keeps tables that it fills once; after that nothing is shared, so
// different values of Asm may be used at the same time by different goroutines.
// One value may not.
package amd64
