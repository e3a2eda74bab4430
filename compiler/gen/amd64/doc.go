// Package amd64 makes x86-64 code from IR.
//
// What is odd about this CPU, as far as it matters here:
//   - Most operations overwrite their first operand. LEA does not: it adds up to two
//     registers and a constant into a third, and leaves the flags alone.
//   - Any one operand may be in memory; so a spilled value often needs no load.
//   - A write to 32 bits of a register clears the upper half: zero extension is free
//     behind most instructions. IR leaves the upper half of a W undefined; see clean in
//     values.go for where it is known to be zero.
//   - Division works on rdx:rax, shifts by a register count in cl, string copies on
//     rdi, rsi and rcx; a system call destroys rcx and r11.
//   - rsp and r12 as base cost a byte, rbp and r13 too; r8 to r15 cost a prefix, which
//     64-bit operations have anyway.
//   - The flags carry overflow, so a checked addition is the addition and one jump.
//
// Calls: rdi rsi rdx rcx r8 r9, then the stack; results in rax and rdx; rbx rbp r12 r13
// r14 survive; r15 is the current arena, in every function, and never allocated.
// rsp is a multiple of 16 at every call (System V psABI x86-64, chapter 3.2).
//
// Files in reading order: regs.go, target.go (the stages), ops.go (instructions),
// values.go (what is known of IR values), isel.go and address.go (selection), compare.go,
// memory.go, call.go (parameters, calls, results), frame.go (the stack), emit.go and
// peep.go (writing out).
package amd64
