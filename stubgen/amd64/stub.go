package amd64

import (
	"slul/asm"
	. "slul/asm/amd64" // instructions read better without a name in front
)

// The stub, instruction by instruction. Given a loader's path, it leaves the code
// with its strings; nothing in it is written at run time.

// System call numbers: arch/x86/entry/syscalls/syscall_64.tbl.
const (
	sysWrite     = 1
	sysOpen      = 2
	sysLseek     = 8
	sysExitGroup = 231
	sysExecveat  = 322
)

const (
	oRDONLY     = 0      // open(2)
	seekSet     = 0      // lseek(2)
	atEmptyPath = 0x1000 // openat(2), AT_EMPTY_PATH
	stderr      = 2
	exitStatus  = 127 // "cannot start", as shells say it

	// offsetNote is what the file offset of R says to the loader, with P added.
	offsetNote = 0x534C5500
)

// The strings, in the order in which they lie. The loader's path is the middle of the
// message as well, and its NUL is the empty path of execveat. The message is short of a
// name in front: the aim of 160 bytes leaves room for the cause or for who says it.
const (
	exePath = "/proc/self/exe\x00"
	cure    = ": slul install\n"
	cause   = "no "
)

// Message is what the stub writes to stderr when it cannot start the loader at rtld.
func Message(rtld string) string { return cause + rtld + cure }

// Stub assembles the stub that starts the loader at path rtld.
//
// Registers that live long: ebp = 2, at the end 1, from which small numbers are made;
// ebx = P, the program's fd; edi = the path while files are opened, then R, the
// loader's fd.
func Stub(rtld string) (*asm.Code, error) {
	a := New()

	// P = open("/proc/self/exe", O_RDONLY)
	a.Op(XORL, RSI, RSI)                     // esi = O_RDONLY
	a.Op(LEAL, RBP, Mem{Base: RSI, Disp: 2}) // ebp = 2, here and later
	a.Op(LEAQ, RDI, Label("exe"))            // rdi = "/proc/self/exe"
	a.Op(MOVL, RAX, RBP)                     // eax = open
	a.Op(SYSCALL)                            // rdi, rsi and rbp survive
	a.Op(XCHGL, RBX, RAX)                    // ebx = P, or -errno: the loader will say it

	// R = open(rtld, O_RDONLY)
	a.Op(LEAQ, RDI, Mem{Base: RDI, Disp: int32(len(exePath + cure + cause))}) // rdi = rtld
	a.Op(MOVL, RAX, RBP)                                                      // eax = open
	a.Op(SYSCALL)
	a.Op(XCHGL, RDI, RAX) // edi = R, or -errno: then execveat fails with EBADF

	// lseek(R, offsetNote + P, SEEK_SET)
	a.Op(LEAL, RAX, Mem{Base: RBP, Disp: sysLseek - 2}) // eax = lseek
	a.Op(CDQ)                                           // edx = SEEK_SET, as eax is positive
	a.Op(LEAL, RSI, Mem{Base: RBX, Disp: offsetNote})   // esi = offset; below 2^32 for any P
	a.Op(SYSCALL)

	// execveat(R, "", argv, envp, AT_EMPTY_PATH)
	a.Op(POP, RAX)                                                 // rax = argc: read, not written
	a.Op(MOVQ, RDX, RSP)                                           // rdx = argv
	a.Op(LEAQ, R10, Mem{Base: RDX, Index: RAX, Scale: 8, Disp: 8}) // r10 = envp, behind argv's null word
	a.Op(MOVL, R8, Imm(atEmptyPath))                               // r8d = flags
	a.Op(LEAQ, RSI, Label("empty"))                                // rsi = "", the NUL of rtld
	a.Op(MOVL, RAX, Imm(sysExecveat))
	a.Op(SYSCALL) // when it succeeds, this image is gone

	// write(2, cause rtld)
	text := int32(len(cause + rtld))
	a.Op(LEAQ, RSI, Mem{Base: RSI, Disp: -text})    // rsi = the message
	a.Op(LEAL, RDX, Mem{Base: RBP, Disp: text - 2}) // edx = its size
	a.Op(MOVL, RDI, RBP)                            // edi = 2
	a.Op(DECL, RBP)                                 // ebp = 1
	a.Op(MOVL, RAX, RBP)                            // eax = write
	a.Op(SYSCALL)

	// write(2, cure)
	const rest = int32(len(cure))
	a.Op(LEAQ, RSI, Mem{Base: RSI, Disp: -rest})    // rsi = the cure, in front of the cause
	a.Op(LEAL, RDX, Mem{Base: RBP, Disp: rest - 1}) // edx = its size
	a.Op(XCHGL, RBP, RAX)                           // eax = write; ebp is not needed again
	a.Op(SYSCALL)

	// exit_group(127)
	a.Op(LEAL, RDI, Mem{Base: RDX, Disp: exitStatus - rest})         // edi = 127
	a.Op(LEAL, RAX, Mem{Base: RDI, Disp: sysExitGroup - exitStatus}) // eax = exit_group
	a.Op(SYSCALL)

	a.String("exe", []byte(exePath))
	a.String("cure", []byte(cure))
	a.String("cause", []byte(cause))
	a.String("rtld", []byte(rtld))
	a.String("empty", []byte{0})
	return a.Assemble()
}
