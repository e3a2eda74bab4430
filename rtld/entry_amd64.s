// The handful of instructions that Go cannot say: the way in, the way out, the
// system call, the call into a program's constructors, and the three routines of
// the Go runtime that compiled code cannot do without.
//
// docs/startup.md draws registers and stack at the way in and the way out.

#include "textflag.h"

// What lies below the kernel's block while the loader runs:
//
//	rsp at entry -> argc, argv, envp, auxv (the kernel's block)
//	                the loader's frames: rtld/shrink proves that they need
//	                less than framesSize bytes
//	- framesSize    the room: roomSize bytes of stack that nobody uses,
//	                not zero after all ways in (start.go)
#define framesSize 2048
#define roomSize 11520
#define programSize 1280 // of the room, at its end; start.go

// func entry0()
// The ELF entry point. Needs nothing but rsp; never returns. There is no g: the only
// code that would read one, the stack checks, is dropped by rtld/shrink.
TEXT ·entry0(SB), NOSPLIT|NOFRAME, $0
	MOVQ	SP, AX
	LEAQ	-(framesSize+roomSize)(AX), CX
	LEAQ	·entry0(SB), DX
	SUBQ	$32, SP
	ANDQ	$~15, SP
	XORPS	X15, X15 // Go's zero
	MOVQ	AX, 0(SP)
	MOVQ	CX, 8(SP)
	MOVQ	DX, 16(SP)
	LEAQ	-(framesSize+programSize)(AX), DI
	MOVL	$(programSize/8), CX
	XORL	AX, AX
	REP;	STOSQ
	CALL	·start(SB)
	// start never returns. What follows is never run either: it keeps the
	// routines in the linked file that only the post-linker refers to.
	CALL	·trap(SB)
	CALL	·sysRegs(SB)
	CALL	·moveBytes(SB)
	CALL	·clearBytes(SB)
	CALL	·equalBytes(SB)

// func syscall6(nr, a, b, c, d, e, f uintptr) uintptr
// The kernel's answer as it is: −4095..−1 is an errno.
TEXT ·syscall6(SB), NOSPLIT|NOFRAME, $0-64
	MOVQ	nr+0(FP), AX
	MOVQ	a+8(FP), DI
	MOVQ	b+16(FP), SI
	MOVQ	c+24(FP), DX
	MOVQ	d+32(FP), R10
	MOVQ	e+40(FP), R8
	MOVQ	f+48(FP), R9
	SYSCALL
	MOVQ	AX, ret+56(FP)
	RET

// func enter(sp, pc uintptr)
// Leaves the loader: rsp = sp, rip = pc, everything else zero, direction flag
// clear. pc passes through the word below sp, which belongs to nobody.
TEXT ·enter(SB), NOSPLIT|NOFRAME, $0-16
	MOVQ	sp+0(FP), AX
	MOVQ	pc+8(FP), CX
	MOVQ	CX, -8(AX)
	LEAQ	-8(AX), SP
	XORPS	X0, X0
	XORPS	X1, X1
	XORPS	X2, X2
	XORPS	X3, X3
	XORPS	X4, X4
	XORPS	X5, X5
	XORPS	X6, X6
	XORPS	X7, X7
	XORPS	X8, X8
	XORPS	X9, X9
	XORPS	X10, X10
	XORPS	X11, X11
	XORPS	X12, X12
	XORPS	X13, X13
	XORPS	X14, X14
	XORPS	X15, X15
	XORL	AX, AX
	XORL	BX, BX
	XORL	CX, CX
	XORL	DX, DX
	XORL	SI, SI
	XORL	DI, DI
	BYTE	$0x31; BYTE $0xed // XORL BP, BP, which vet would call a mistake
	XORL	R8, R8
	XORL	R9, R9
	XORL	R10, R10
	XORL	R11, R11
	XORL	R12, R12
	XORL	R13, R13
	XORL	R14, R14
	XORL	R15, R15
	CLD
	RET

// func callC(fn, argc, argv, envp uintptr)
// Calls a constructor of the program by the psABI's convention (section 3.2.2:
// rsp 16-byte aligned at the call; xmm15 is not kept).
TEXT ·callC(SB), NOSPLIT|NOFRAME, $0-32
	MOVQ	fn+0(FP), AX
	MOVQ	argc+8(FP), DI
	MOVQ	argv+16(FP), SI
	MOVQ	envp+24(FP), DX
	PUSHQ	BP
	MOVQ	SP, BP
	ANDQ	$~15, SP
	CLD
	CALL	AX
	MOVQ	BP, SP
	POPQ	BP
	XORPS	X15, X15
	CLD
	RET

// func trap()
// Where every runtime.panic* of the compiled loader is sent: the loader's own bug, said
// with the offset in its image, which the ledger beside the image names.
TEXT ·trap(SB), NOSPLIT|NOFRAME, $0
	MOVQ	0(SP), AX
	LEAQ	·entry0(SB), CX
	ANDQ	$~4095, CX
	SUBQ	CX, AX
	SUBQ	$64, SP
	ANDQ	$~15, SP
	MOVQ	AX, 0(SP)
	LEAQ	-framesSize(SP), CX // free: the stack is never used as far as that
	MOVQ	CX, 8(SP)
	CALL	·internalError(SB)
	INT	$3

// func sysRegs()
// Stands for sys: its arguments are in the registers of ABIInternal (rax, rbx, rcx,
// rdi, rsi, r8, r9), the kernel wants rax, rdi, rsi, rdx, r10, r8, r9.
TEXT ·sysRegs(SB), NOSPLIT|NOFRAME, $0
	MOVQ	CX, DX
	XCHGQ	DX, SI // rdx = d, rsi = b
	MOVQ	DX, R10
	MOVQ	DI, DX
	MOVQ	BX, DI
	// r8 and r9 hold e and f already
	SYSCALL
	RET

// The three below stand for runtime.memmove, memclrNoHeapPointers and memequal.
// Compiled code calls them by Go's register convention (ABIInternal: rax, rbx,
// rcx in, rax out), and nothing else calls them.

// func moveBytes()
// rax = to, rbx = from, rcx = n; the two may overlap.
TEXT ·moveBytes(SB), NOSPLIT|NOFRAME, $0
	MOVQ	AX, DI
	MOVQ	BX, SI
	MOVQ	DI, DX
	SUBQ	SI, DX
	CMPQ	DX, CX
	JCS	backward // from < to < from+n
	REP;	MOVSB
	RET
backward:
	LEAQ	-1(DI)(CX*1), DI
	LEAQ	-1(SI)(CX*1), SI
	STD
	REP;	MOVSB
	CLD
	RET

// func clearBytes()
// rax = p, rbx = n.
TEXT ·clearBytes(SB), NOSPLIT|NOFRAME, $0
	MOVQ	AX, DI
	MOVQ	BX, CX
	XORL	AX, AX
	REP;	STOSB
	RET

// func equalBytes()
// rax = p, rbx = q, rcx = n; al = 1 when the bytes are the same.
TEXT ·equalBytes(SB), NOSPLIT|NOFRAME, $0
	MOVQ	AX, DI
	MOVQ	BX, SI
	CMPQ	AX, AX // n = 0: equal
	REP;	CMPSB
	SETEQ	AL
	RET
