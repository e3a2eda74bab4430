package amd64

import (
	neutral "slul/asm"
	asm "slul/asm/amd64"
)

// routine_cpu.go finds out what the CPU has. CPUID takes 100 cycles, and several µs in a
// virtual machine, where the host has to answer: more than most programs would gain. So the
// routines count the bytes of blocks that AVX2 is for, and only ask when they are many; the
// answer is kept in the arena. Both stand in one word: see core/arena.slunsafe.

const (
	cpuWord  = 56 // in an arena: what the CPU has, 4 bytes
	cpuCount = 60 // bytes so far, while that is not known, 4 bytes
)

// Bits of what the CPU has.
const (
	cpuKnown = 1
	cpuAVX2  = 2
	cpuERMS  = 4 // rep movsb and rep stosb are fast
)

// askFrom is how many bytes are done by SSE before the CPU is asked. With AVX they would take
// 2 µs less: what is lost stays below what asking costs (7 µs in the virtual machine in which
// it was measured).
const askFrom = 1 << 18

const cpuRoutine = "mem.cpu"

// Bits of CPUID's leaf 1 (ecx) and 7 (ebx), and of XCR0: Intel SDM, volume 2, CPUID, and
// volume 1, chapter 13.3.
const (
	hasOSXSAVE, hasAVX = 1 << 27, 1 << 28
	hasAVX2, hasERMS   = 1 << 5, 1 << 9
	savesYMM           = 0x06 // with xmm
)

// askCPU finds out what the CPU has, puts the word into the arena at hand and the run block,
// and gives it in rax. Changes no other register but rcx. CPUs with AVX have leaf 7: AVX needs
// leaf 13.
func askCPU() (*neutral.Code, error) {
	a := asm.New()
	for _, r := range []asm.Reg{asm.RBX, asm.RDX, asm.RSI} {
		a.Op(asm.PUSH, r)
	}
	test := func(r asm.Reg, bits int64) { // are all of them there?
		a.Op(asm.ANDL, r, asm.Imm(bits))
		a.Op(asm.CMPL, r, asm.Imm(bits))
	}
	a.Op(asm.MOVL, asm.RSI, asm.Imm(cpuKnown))
	a.Op(asm.MOVL, asm.RAX, asm.RSI)
	a.Vec(asm.CPUID)
	test(asm.RCX, hasOSXSAVE|hasAVX)
	jump(a, asm.JNE, "known")
	a.Op(asm.MOVL, asm.RAX, asm.Imm(7))
	a.Op(asm.XORL, asm.RCX, asm.RCX)
	a.Vec(asm.CPUID)
	a.Op(asm.BTL, asm.RBX, asm.Imm(9))
	jump(a, asm.JAE, "slow")
	a.Op(asm.ORL, asm.RSI, asm.Imm(cpuERMS))
	a.Label("slow")
	a.Op(asm.BTL, asm.RBX, asm.Imm(5)) // AVX2
	jump(a, asm.JAE, "known")
	a.Op(asm.XORL, asm.RCX, asm.RCX)
	a.Vec(asm.XGETBV)
	test(asm.RAX, savesYMM)
	jump(a, asm.JNE, "known")
	a.Op(asm.ORL, asm.RSI, asm.Imm(cpuAVX2))
	a.Label("known")
	a.Op(asm.MOVL, asm.RAX, asm.RSI)
	a.Op(asm.MOVQ, mem(asm.R15, cpuWord), asm.RAX)
	a.Op(asm.MOVQ, asm.RCX, mem(asm.R15, 0))
	a.Op(asm.TESTB, asm.RCX, asm.Imm(7)) // odd: this is the run block
	jump(a, asm.JNE, "out")
	a.Op(asm.MOVQ, mem(asm.RCX, cpuWord), asm.RAX)
	a.Label("out")
	for _, r := range []asm.Reg{asm.RSI, asm.RDX, asm.RBX} {
		a.Op(asm.POP, r)
	}
	a.Op(asm.RET)
	return a.Assemble()
}

// begin leads blocks of up to 32 bytes to "small", and others to "sse" unless the CPU has
// AVX2: the code for it follows, so that no jump is taken on the way there. mem.move and
// mem.set begin by from64.
func begin(a *asm.Asm, length asm.Reg) {
	a.Label("begin")
	a.Op(asm.CMPQ, length, asm.Imm(32))
	jump(a, asm.JBE, "small")
	a.Op(asm.TESTB, mem(asm.R15, cpuWord), asm.Imm(cpuAVX2))
	jump(a, asm.JE, "sse")
}

// withoutAVX asks the CPU when it is time, and goes back to begin; else SSE is to follow.
// Changes rax and rcx.
func withoutAVX(a *asm.Asm, length asm.Reg) {
	a.Op(asm.CMPB, mem(asm.R15, cpuWord), asm.Imm(0))
	jump(a, asm.JNE, "known")
	a.Op(asm.MOVL, asm.RAX, mem(asm.R15, cpuCount))
	a.Op(asm.ADDQ, asm.RAX, length)
	a.Op(asm.MOVL, mem(asm.R15, cpuCount), asm.RAX)
	a.Op(asm.CMPQ, asm.RAX, asm.Imm(askFrom))
	jump(a, asm.JB, "known")
	a.Op(asm.PUSH, asm.RAX) // the stack at calls is a multiple of 16
	a.Op(asm.CALL, asm.Sym{Name: cpuRoutine})
	a.Op(asm.POP, asm.RAX)
	jump(a, asm.JMP, "begin")
	a.Label("known")
}
