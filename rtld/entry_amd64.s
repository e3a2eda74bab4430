// The handful of instructions that Go cannot say: the way in, the way out, the
// system call, the call into a program's constructors, and the three routines of
// the Go runtime that compiled code cannot do without.
//
// docs/startup.md draws registers and stack at the way in and the way out.
//
// What is called here of Go takes its arguments in rax, rbx, rcx, rdi and gives its result in rax, for
// rtld/shrink puts the function itself in the place of the wrapper that the linker would call. The
// caller leaves a word at rsp for each argument, and rbp is kept (Go's ABIInternal).

#include "textflag.h"

// What lies below the kernel's block while the loader runs:
//
//	rsp at entry -> argc, argv, envp, auxv (the kernel's block)
//	- hotSize       what the loader always needs of its state (start.go); not always zero:
//	                fs/binfmt_script.c takes argv[0] off the stack and leaves its bytes there
//	rsp ->          the loader's frames: rtld/shrink proves that maxStack bytes are enough
//	                page bound: frames and hot share a page
//	                the rest of the state, which is rarely touched
//
// r14 points baseOffset bytes into hot wherever Go code runs (rtld/shrink, base.go).
#define hotSize 2648
#define zeroSize 1640
#define maxStack 1440
#define baseOffset 128
#define secureAt 64
#define programAt 248
#define fixedState 40 // of state and busy in the variable fixed
#define fixedBusy 48

// func entry0()
// The ELF entry point. Needs nothing but rsp; never returns. There is no g: the only
// code that would read one, the stack checks, is dropped by rtld/shrink.
TEXT ·entry0(SB), NOSPLIT|NOFRAME, $0
	MOVQ	SP, BX
	LEAQ	-(hotSize+maxStack)(SP), DI
	ANDQ	$~4095, DI
	LEAQ	maxStack(DI), DI
	MOVQ	DI, SP
	LEAQ	baseOffset(DI), R14
	MOVL	$(zeroSize/8), CX
	XORL	AX, AX
	REP;	STOSQ
	XORPS	X15, X15 // Go's zero
	MOVQ	BX, AX
	LEAQ	·entry0(SB), BX
	SUBQ	$16, SP
	CALL	·prepare(SB)
	LEAQ	baseOffset(AX), R14
	CALL	·find(SB)
	LEAQ	baseOffset(AX), R14
	CALL	·run(SB)
	// run never returns. What follows is never run either: it keeps the
	// routines in the linked file that only the post-linker refers to.
	CALL	·trap(SB)
	CALL	·sysRegs(SB)
	CALL	·moveBytes(SB)
	CALL	·clearBytes(SB)
	CALL	·equalBytes(SB)
	CALL	·apiLoad(SB)
	CALL	·apiSymbol(SB)
	CALL	·apiError(SB)
	CALL	·apiSecure(SB)
	CALL	·apiProgram(SB)
	CALL	·tlsGetAddr(SB)
	CALL	·badAt(SB)
	CALL	·badNameAt(SB)
	CALL	·refusedAt(SB)
	CALL	·dieAt(SB)

// Where the text of a message stands behind the call that never comes back (rtld/shrink, message.go).
TEXT ·badAt(SB), NOSPLIT|NOFRAME, $0
	POPQ	AX
	JMP	·bad(SB)

TEXT ·badNameAt(SB), NOSPLIT|NOFRAME, $0
	POPQ	AX
	JMP	·badName(SB)

TEXT ·refusedAt(SB), NOSPLIT|NOFRAME, $0
	POPQ	AX
	JMP	·refused(SB)

TEXT ·dieAt(SB), NOSPLIT|NOFRAME, $0
	POPQ	AX
	JMP	·die(SB)

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

// func enter(sp, pc, finish uintptr)
// Leaves the loader: rsp = sp, rip = pc, rdx = finish, everything else zero, direction flag
// clear. pc passes through the word below sp, which belongs to nobody.
TEXT ·enter(SB), NOSPLIT|NOFRAME, $0-24
	MOVQ	sp+0(FP), AX
	MOVQ	pc+8(FP), CX
	MOVQ	finish+16(FP), DX
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

// func callC(fn, argc, argv, envp uintptr) uintptr
// Calls a function of the program by the psABI's convention (section 3.2.2:
// rsp 16-byte aligned at the call; xmm15 is not kept).
TEXT ·callC(SB), NOSPLIT|NOFRAME, $0-40
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
	MOVQ	AX, ret+32(FP)
	XORPS	X15, X15
	CLD
	RET

// What others call: by the psABI's convention, on their stack.

// func apiLoad() and its like, which C code calls with up to two arguments. Each has its number in
// eax; serve keeps what a C function must keep, and holds the lock.
TEXT ·apiLoad(SB), NOSPLIT|NOFRAME, $0
	XORL	AX, AX // serviceLoad
	JMP	·serve(SB)

TEXT ·apiSymbol(SB), NOSPLIT|NOFRAME, $0
	MOVL	$1, AX // serviceSymbol
	JMP	·serve(SB)

TEXT ·apiError(SB), NOSPLIT|NOFRAME, $0
	MOVL	$2, AX // serviceError
	JMP	·serve(SB)

// The answers of these two never change, so they need no lock, and are right in a constructor too.
TEXT ·apiSecure(SB), NOSPLIT|NOFRAME, $0
	MOVQ	·fixed+fixedState(SB), CX
	MOVBLZX	(secureAt-baseOffset)(CX), AX
	RET

TEXT ·apiProgram(SB), NOSPLIT|NOFRAME, $0
	MOVQ	·fixed+fixedState(SB), CX
	MOVQ	(programAt-baseOffset)(CX), AX
	RET

// The function that rdx holds when the program starts.
TEXT ·finish(SB), NOSPLIT|NOFRAME, $0
	MOVL	$3, AX // serviceFinish
	JMP	·serve(SB)

TEXT ·serve(SB), NOSPLIT|NOFRAME, $0
	MOVL	$1, CX
	XCHGL	CX, ·fixed+fixedBusy(SB)
	TESTL	CX, CX
	JNE	busy
	SUBQ	$48, SP
	MOVQ	BP, 40(SP)
	MOVQ	BX, 32(SP)
	MOVQ	R12, 24(SP)
	MOVQ	R13, 16(SP)
	MOVQ	R14, 8(SP)
	MOVQ	R15, 0(SP)
	MOVQ	SP, BP
	MOVQ	DI, BX
	MOVQ	SI, CX
	MOVQ	SP, DI
	SUBQ	$32, SP
	ANDQ	$~15, SP
	XORPS	X15, X15
	MOVQ	·fixed+fixedState(SB), R14
	CLD
	CALL	·service(SB)
	MOVQ	BP, SP
	JMP	·leave(SB)
busy:
	XORL	AX, AX
	RET

// Where serve ends: rax is the answer, rsp where serve kept the registers.
TEXT ·leave(SB), NOSPLIT|NOFRAME, $0
	MOVQ	0(SP), R15
	MOVQ	8(SP), R14
	MOVQ	16(SP), R13
	MOVQ	24(SP), R12
	MOVQ	32(SP), BX
	BYTE	$0x48; BYTE $0x8b; BYTE $0x6c; BYTE $0x24; BYTE $0x28 // MOVQ 40(SP), BP, which vet would call a mistake
	ADDQ	$48, SP
	MOVL	$0, ·fixed+fixedBusy(SB)
	RET

// func goBack(sp uintptr)
// Leaves service in the middle of something, with the answer 0.
TEXT ·goBack(SB), NOSPLIT|NOFRAME, $0-8
	MOVQ	sp+0(FP), SP
	XORL	AX, AX
	JMP	·leave(SB)

// func tlsGetAddr()
// __tls_get_addr: rdi points to a module number, which is the distance of its block from the thread
// pointer (tls.go), and an offset in the block.
TEXT ·tlsGetAddr(SB), NOSPLIT|NOFRAME, $0
	BYTE	$0x64; BYTE $0x48; BYTE $0x8b; BYTE $0x04; BYTE $0x25; LONG $0 // mov rax, fs:0
	ADDQ	0(DI), AX
	ADDQ	8(DI), AX
	RET

// The function of every TLS descriptor: rax points to the descriptor, whose second word is
// the offset from the thread pointer. No other register may change.
TEXT ·descriptor(SB), NOSPLIT|NOFRAME, $0
	MOVQ	8(AX), AX
	RET

TEXT ·staticDescriptor(SB), NOSPLIT|NOFRAME, $0-8
	LEAQ	·descriptor(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func debugState()
// Debuggers stop here: _dl_debug_state.
TEXT ·debugState(SB), NOSPLIT|NOFRAME, $0
	RET

TEXT ·debugStatePC(SB), NOSPLIT|NOFRAME, $0-8
	LEAQ	·debugState(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

TEXT ·finishPC(SB), NOSPLIT|NOFRAME, $0-8
	LEAQ	·finish(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// SIGBUS comes here, on whatever stack, with r14 as it was; nothing goes back, so the frames
// begin anew: what the kernel has put below the old ones may lie in the room for the message.
TEXT ·bus(SB), NOSPLIT|NOFRAME, $0
	LEAQ	-baseOffset(R14), SP
	XORPS	X15, X15
	CLD
	CALL	·busCaught(SB)
	INT	$3

TEXT ·busPC(SB), NOSPLIT|NOFRAME, $0-8
	LEAQ	·bus(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func trap()
// Where every runtime.panic* of the compiled loader is sent: the loader's own bug, said
// with the offset in its image, which the ledger beside the image names.
TEXT ·trap(SB), NOSPLIT|NOFRAME, $0
	MOVQ	0(SP), AX
	LEAQ	·entry0(SB), CX
	ANDQ	$~4095, CX
	SUBQ	CX, AX
	SUBQ	$8, SP
	ANDQ	$~15, SP
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
