// Package amd64 is the start-up stub of x86-64: stub.go makes it, verify.go proves
// of any bytes that they are such a stub, state.go is what the proof knows about
// registers.
//
// What is odd about this CPU here: the shortest way to a small constant is not a
// mov (5 bytes) but a lea from a register whose value is known (3 bytes); cdq
// clears edx in one byte while eax is not negative; a system call destroys rax,
// rcx and r11 and leaves everything else; pop reads argc and makes rsp argv in one
// byte.
//
// Entry state: System V psABI x86-64, "Process Initialization": argc at [rsp],
// argv from rsp+8, a null word, the environment behind it. Nothing else is relied
// upon. System calls: the kernel's arch/x86/entry/syscalls/syscall_64.tbl.
package amd64
