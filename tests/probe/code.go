package probe

// The probe itself, in machine code: a program that writes down how it was started
// and ends with status Status. It uses no memory but its stack below the rsp of its
// start, so what lies above is what it was given.
//
// The dump goes to fd 1, or to the end of the file that the environment variable
// PROBE_TO names. See dump.go for the form.
//
// Registers that are kept: rbx the dump's descriptor, rbp the register block,
// r12 a counter, r13 the buffer of bufSize bytes, r14 the auxiliary vector.

import (
	"encoding/binary"

	"slul/asm"
	. "slul/asm/amd64"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

const (
	// Status is the probe's exit status: no other program of these tests has it.
	Status = 42
	// MaxFD is the highest descriptor that the probe looks at.
	MaxFD = 1100
	// Output is the environment variable that says where the dump goes.
	Output = "PROBE_TO"

	headerSize   = 24  // name, number, length
	statSize     = 144 // struct stat of x86-64
	fdRecordSize = 3*8 + statSize
	bufSize      = 4096
	blockSize    = 8 * regCount
)

// fileNames are the files of /proc/self that are dumped, by number.
var fileNames = [...]string{"maps", "cmdline", "environ", "comm", "status", "auxv", "limits"}

// Code assembles the probe.
func Code() *asm.Code {
	a := New()
	a.Label(tiny.Start)
	saveRegisters(a)
	chooseOutput(a)
	registers(a)
	descriptors(a)
	identity(a)
	for i, name := range fileNames {
		a.Op(LEAQ, RDI, Label(name))
		a.Op(MOVL, RSI, Imm(i))
		a.Op(CALL, Label("file"))
	}
	auxiliary(a)
	stack(a)
	a.Op(MOVL, RDI, Imm(Status))
	tiny.Call(a, unix.SYS_EXIT_GROUP)

	recordRoutine(a)
	fileRoutine(a)
	for _, name := range fileNames {
		a.String(name, []byte("/proc/self/"+name+"\x00"))
	}
	a.String("exe", []byte("/proc/self/exe\x00"))
	return tiny.Must(a)
}

// saveRegisters pushes the register block and takes a buffer below it.
func saveRegisters(a *Asm) {
	for r := R15; r >= RAX; r-- {
		a.Op(PUSH, r)
	}
	a.Op(LEAQ, RSI, Mem{Base: RSP, Disp: -64}) // movsb shows the direction flag: rdi moves by 1 or −1
	a.Op(LEAQ, RDI, Mem{Base: RSP, Disp: -128})
	a.Op(MOVQ, RAX, RDI)
	a.Op(MOVSB)
	a.Op(SUBQ, RDI, RAX)
	a.Op(PUSH, RDI)
	a.Op(CLD)
	a.Op(MOVQ, RBP, RSP)
	a.Op(SUBQ, RSP, Imm(bufSize))
	a.Op(MOVQ, R13, RSP)
}

// chooseOutput leaves the descriptor in rbx and the auxiliary vector in r14.
func chooseOutput(a *Asm) {
	name := binary.LittleEndian.Uint64([]byte(Output))
	a.Op(MOVL, RBX, Imm(1))
	a.Op(MOVQ, RCX, Mem{Base: RBP, Disp: blockSize})                            // argc
	a.Op(LEAQ, R14, Mem{Base: RBP, Index: RCX, Scale: 8, Disp: blockSize + 16}) // envp
	a.Op(MOVQ, R12, Imm(name))
	a.Label("environment")
	a.Op(MOVQ, RDI, Mem{Base: R14})
	a.Op(ADDQ, R14, Imm(8))
	a.Op(TESTQ, RDI, RDI)
	a.Op(JE, Label("chosen"))
	a.Op(CMPQ, Mem{Base: RDI}, R12) // 8 bytes past any string of the stack are still on it
	a.Op(JNE, Label("environment"))
	a.Op(CMPB, Mem{Base: RDI, Disp: 8}, Imm('='))
	a.Op(JNE, Label("environment"))
	a.Op(ADDQ, RDI, Imm(9))
	a.Op(MOVL, RSI, Imm(unix.O_WRONLY|unix.O_APPEND))
	tiny.Call(a, unix.SYS_OPEN)
	a.Op(MOVL, RBX, RAX)
	a.Op(JMP, Label("environment"))
	a.Label("chosen")
}

// record adds a record: its number is in rsi, its bytes are at r8, its length in rdx.
func record(a *Asm, name string) {
	var tag [8]byte
	copy(tag[:], name)
	a.Op(MOVQ, RDI, Imm(binary.LittleEndian.Uint64(tag[:])))
	a.Op(CALL, Label("record"))
}

// number adds a record without bytes whose number is in rsi.
func number(a *Asm, name string) {
	a.Op(XORL, RDX, RDX)
	record(a, name)
}

func registers(a *Asm) {
	a.Op(LEAQ, RSI, Label(tiny.Start))
	number(a, "entry")
	a.Op(MOVL, RSI, RBX)
	number(a, "out")
	a.Op(MOVQ, R8, RBP)
	a.Op(MOVL, RDX, Imm(blockSize))
	record(a, "regs")
	for _, base := range []struct {
		name string
		code int // of arch_prctl(2)
	}{{"fs", archGetFS}, {"gs", archGetGS}} {
		a.Op(MOVL, RDI, Imm(base.code))
		a.Op(MOVQ, RSI, R13)
		tiny.Call(a, unix.SYS_ARCH_PRCTL)
		a.Op(MOVQ, RSI, Mem{Base: R13})
		number(a, base.name)
	}
}

// descriptors tries every number from 0 to MaxFD.
func descriptors(a *Asm) {
	fcntl := func(command int) {
		a.Op(MOVL, RDI, R12)
		a.Op(MOVL, RSI, Imm(command))
		tiny.Call(a, unix.SYS_FCNTL)
	}
	a.Op(XORL, R12, R12)
	a.Label("descriptor")
	fcntl(unix.F_GETFD)
	a.Op(TESTQ, RAX, RAX)
	a.Op(JS, Label("closed"))
	a.Op(MOVQ, Mem{Base: R13}, RAX)
	fcntl(unix.F_GETFL)
	a.Op(MOVQ, Mem{Base: R13, Disp: 8}, RAX)
	a.Op(MOVL, RDI, R12)
	a.Op(XORL, RSI, RSI)
	a.Op(MOVL, RDX, Imm(unix.SEEK_CUR))
	tiny.Call(a, unix.SYS_LSEEK)
	a.Op(MOVQ, Mem{Base: R13, Disp: 16}, RAX)
	a.Op(MOVL, RDI, R12)
	a.Op(LEAQ, RSI, Mem{Base: R13, Disp: 24})
	tiny.Call(a, unix.SYS_FSTAT)
	a.Op(MOVL, RSI, R12)
	a.Op(MOVQ, R8, R13)
	a.Op(MOVL, RDX, Imm(fdRecordSize))
	record(a, "fd")
	a.Label("closed")
	a.Op(INCL, R12)
	a.Op(CMPL, R12, Imm(MaxFD))
	a.Op(JBE, Label("descriptor"))
}

// identity asks the kernel who this process is.
func identity(a *Asm) {
	tiny.Call(a, unix.SYS_GETPID)
	a.Op(MOVL, RSI, RAX)
	number(a, "pid")

	a.Op(MOVL, RDI, Imm(unix.PR_GET_NAME))
	a.Op(MOVQ, RSI, R13)
	tiny.Call(a, unix.SYS_PRCTL)
	a.Op(MOVQ, R8, R13)
	a.Op(MOVL, RDX, Imm(16))
	record(a, "comm")

	a.Op(LEAQ, RDI, Label("exe"))
	a.Op(MOVQ, RSI, R13)
	a.Op(MOVL, RDX, Imm(bufSize))
	tiny.Call(a, unix.SYS_READLINK)
	a.Op(TESTQ, RAX, RAX)
	a.Op(JS, Label("no link")) // no /proc
	a.Op(MOVQ, R8, R13)
	a.Op(MOVL, RDX, RAX)
	record(a, "exe")
	a.Label("no link")
}

// auxiliary follows the two addresses of the auxiliary vector that need not point
// into the stack: AT_EXECFN and AT_PHDR.
func auxiliary(a *Asm) {
	a.Op(MOVL, RDI, Imm(atExecfn))
	a.Op(CALL, Label("auxiliary"))
	a.Op(TESTQ, RAX, RAX)
	a.Op(JE, Label("no path"))
	a.Op(MOVQ, R8, RAX)
	a.Op(MOVQ, RSI, RAX)
	a.Op(MOVQ, RDX, Imm(-1))
	a.Label("length")
	a.Op(INCQ, RDX)
	a.Op(CMPB, Mem{Base: R8, Index: RDX}, Imm(0))
	a.Op(JNE, Label("length"))
	record(a, "execfn")
	a.Label("no path")

	a.Op(MOVL, RDI, Imm(atPhnum))
	a.Op(CALL, Label("auxiliary"))
	a.Op(IMUL3L, R12, RAX, Imm(phdrSize))
	a.Op(MOVL, RDI, Imm(atPhdr))
	a.Op(CALL, Label("auxiliary"))
	a.Op(MOVQ, R8, RAX)
	a.Op(MOVQ, RSI, RAX)
	a.Op(MOVL, RDX, R12)
	record(a, "phdr")
	a.Op(JMP, Label("stack"))

	// auxiliary: the value of type rdi in rax, or 0.
	a.Label("auxiliary")
	a.Op(MOVQ, RSI, R14)
	a.Label("pair")
	a.Op(MOVQ, RAX, Mem{Base: RSI, Disp: 8})
	a.Op(CMPQ, Mem{Base: RSI}, RDI)
	a.Op(JE, Label("found"))
	a.Op(ADDQ, RSI, Imm(16))
	a.Op(CMPQ, Mem{Base: RSI, Disp: -16}, Imm(0))
	a.Op(JNE, Label("pair"))
	a.Op(XORL, RAX, RAX)
	a.Label("found")
	a.Op(RET)
}

const (
	atPhdr   = 3 // types of the auxiliary vector: getauxval(3)
	atPhnum  = 5
	atExecfn = 31
	phdrSize = 56

	archGetFS = 0x1003 // arch_prctl(2), asm/prctl.h
	archGetGS = 0x1004
)

// stack writes page by page, as a write that meets the end of memory inside a page
// may write nothing at all.
func stack(a *Asm) {
	a.Label("stack")
	a.Op(LEAQ, R12, Mem{Base: RBP, Disp: blockSize})
	a.Op(MOVQ, RSI, R12)
	a.Op(MOVQ, R8, R12)
	a.Op(XORL, RDX, RDX)
	a.Op(MOVQ, R9, Imm(-1)) // the length that the header shows
	a.Op(MOVQ, RDI, Imm(binary.LittleEndian.Uint64([]byte("stack\x00\x00\x00"))))
	a.Op(CALL, Label("header"))
	a.Label("page")
	a.Op(MOVL, RDI, RBX)
	a.Op(MOVQ, RSI, R12)
	a.Op(MOVL, RDX, R12)
	a.Op(ANDL, RDX, Imm(4095))
	a.Op(NEGL, RDX)
	a.Op(ADDL, RDX, Imm(4096))
	tiny.Call(a, unix.SYS_WRITE)
	a.Op(TESTQ, RAX, RAX)
	a.Op(JLE, Label("done"))
	a.Op(ADDQ, R12, RAX)
	a.Op(JMP, Label("page"))
	a.Label("done")
}

// recordRoutine is the routine behind record. header writes the header alone, with
// the length from r9.
func recordRoutine(a *Asm) {
	a.Label("record")
	a.Op(MOVQ, R9, RDX)
	a.Op(CALL, Label("header"))
	a.Op(MOVL, RDI, RBX)
	a.Op(MOVQ, RSI, R8)
	a.Op(MOVQ, RDX, R9)
	tiny.Call(a, unix.SYS_WRITE)
	a.Op(RET)

	a.Label("header")
	a.Op(PUSH, R9)
	a.Op(PUSH, RSI)
	a.Op(PUSH, RDI)
	a.Op(MOVL, RDI, RBX)
	a.Op(MOVQ, RSI, RSP)
	a.Op(MOVL, RDX, Imm(headerSize))
	tiny.Call(a, unix.SYS_WRITE)
	a.Op(ADDQ, RSP, Imm(headerSize))
	a.Op(RET)
}

// fileRoutine dumps the file whose path is at rdi as pieces with the number rsi; a
// file that cannot be opened has none.
func fileRoutine(a *Asm) {
	a.Label("file")
	a.Op(PUSH, RSI)
	a.Op(XORL, RSI, RSI)
	tiny.Call(a, unix.SYS_OPEN)
	a.Op(MOVL, R12, RAX)
	a.Op(TESTL, RAX, RAX)
	a.Op(JS, Label("file end"))
	a.Label("piece")
	a.Op(MOVL, RDI, R12)
	a.Op(MOVQ, RSI, R13)
	a.Op(MOVL, RDX, Imm(bufSize))
	tiny.Call(a, unix.SYS_READ)
	a.Op(TESTQ, RAX, RAX)
	a.Op(JLE, Label("file read"))
	a.Op(MOVQ, RSI, Mem{Base: RSP})
	a.Op(MOVQ, R8, R13)
	a.Op(MOVQ, RDX, RAX)
	record(a, "file")
	a.Op(JMP, Label("piece"))
	a.Label("file read")
	a.Op(MOVL, RDI, R12)
	tiny.Call(a, unix.SYS_CLOSE)
	a.Label("file end")
	a.Op(POP, RSI)
	a.Op(RET)
}
