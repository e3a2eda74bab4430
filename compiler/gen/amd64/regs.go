package amd64

import (
	asm "slul/asm/amd64"
	"slul/compiler/gen/mach"
)

// The physical registers of package mach have asm's numbers.
const (
	rax = mach.Reg(asm.RAX)
	rcx = mach.Reg(asm.RCX)
	rdx = mach.Reg(asm.RDX)
	rbx = mach.Reg(asm.RBX)
	rsp = mach.Reg(asm.RSP)
	rbp = mach.Reg(asm.RBP)
	rsi = mach.Reg(asm.RSI)
	rdi = mach.Reg(asm.RDI)
	r8  = mach.Reg(asm.R8)
	r9  = mach.Reg(asm.R9)
	r10 = mach.Reg(asm.R10)
	r11 = mach.Reg(asm.R11)
	r12 = mach.Reg(asm.R12)
	r13 = mach.Reg(asm.R13)
	r14 = mach.Reg(asm.R14)
	r15 = mach.Reg(asm.R15)
)

// arena is the register of the current arena.
const arena = r15

var (
	// psABI 3.2.3, figure 3.4.
	paramRegs = []mach.Reg{rdi, rsi, rdx, rcx, r8, r9}
	// psABI A.2.1: number in rax, arguments in these.
	syscallRegs = []mach.Reg{rdi, rsi, rdx, r10, r8, r9}

	calleeSaved = mach.Set(rbx, rbp, r12, r13, r14)
	callerSaved = mach.Set(rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11)
)

// CPU describes the registers and names for package mach. Registers that need no prefix
// come first, those that calls leave alone last: each of them used is saved and restored.
var CPU = mach.CPU{
	RegNames: []string{"", "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"},
	OpNames: opNames[mach.FirstOp:],
	CondNames: []string{"o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np",
		"l", "ge", "le", "g"},
	Allocatable: []mach.Reg{rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11, rbx, rbp, r14, r12, r13},
	CalleeSaved: calleeSaved,
}
