// A freestanding program for the tests of shrink, with the loader's own stand-ins.

#include "textflag.h"

// func entry0()
// Calls start with the kernel's stack pointer and ends with what it returns.
TEXT ·entry0(SB), NOSPLIT|NOFRAME, $0
	MOVQ	SP, AX
	LEAQ	-8192(SP), R14 // somewhere in the loader's state, which the kernel has zeroed
	SUBQ	$32, SP
	ANDQ	$~15, SP
	XORPS	X15, X15
	MOVQ	AX, 0(SP)
	CALL	·start(SB)
	MOVQ	8(SP), DI
	MOVL	$231, AX
	SYSCALL
	CALL	slul∕rtld·trap(SB)
	CALL	slul∕rtld·moveBytes(SB)
	CALL	slul∕rtld·clearBytes(SB)
	CALL	slul∕rtld·equalBytes(SB)
