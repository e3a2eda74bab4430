package tiny

// Small programs, each one thing. Registers and system calls as in syscall(2):
// number in rax, arguments in rdi rsi rdx r10 r8 r9, result in rax, rcx and r11 lost.

import (
	"fmt"

	"slul/asm"
	. "slul/asm/amd64"

	"golang.org/x/sys/unix"
)

// Start is the label of every program's first instruction.
const Start = "_start"

// Call adds a system call whose arguments are in place.
func Call(a *Asm, number int) {
	a.Op(MOVL, RAX, Imm(number))
	a.Op(SYSCALL)
}

// Word is what lies at a place in memory, as an argument of CallWith.
type Word Mem

// CallWith makes a system call with arguments in the order of its man page: numbers, registers, words; of
// memory and labels the address is meant.
func CallWith(a *Asm, number int, args ...any) {
	for i, reg := range []Reg{RDI, RSI, RDX, R10, R8, R9}[:len(args)] {
		switch arg := args[i].(type) {
		case int:
			a.Op(MOVQ, reg, Imm(arg))
		case Reg:
			a.Op(MOVQ, reg, arg)
		case Word:
			a.Op(MOVQ, reg, Mem(arg))
		case Arg:
			a.Op(LEAQ, reg, arg)
		default:
			panic(fmt.Sprintf("bug: %T as an argument", arg))
		}
	}
	Call(a, number)
}

// Must is the assembled code; the programs are constants, so an error is a bug of the test.
func Must(a *Asm) *asm.Code {
	c, err := a.Assemble()
	if err != nil {
		panic("bug: " + err.Error())
	}
	return c
}

// Exit ends with a status and does nothing else.
func Exit(status int) *asm.Code {
	a := New()
	a.Label(Start)
	exit(a, status)
	return Must(a)
}

func exit(a *Asm, status int) {
	a.Op(MOVL, RDI, Imm(status))
	Call(a, unix.SYS_EXIT_GROUP)
}

// Print writes a text to fd 1 and ends with a status.
func Print(text string, status int) *asm.Code {
	a := New()
	a.Label(Start)
	a.Op(MOVL, RDI, Imm(1))
	a.Op(LEAQ, RSI, Label("text"))
	a.Op(MOVL, RDX, Imm(len(text)))
	Call(a, unix.SYS_WRITE)
	exit(a, status)
	a.String("text", []byte(text))
	return Must(a)
}

// Copy writes fd 0 to fd 1 until the end, through 4096 bytes of its stack, and ends
// with 0, or with 1 after an error of write.
func Copy() *asm.Code {
	a := New()
	a.Label(Start)
	a.Op(SUBQ, RSP, Imm(4096))
	a.Label("more")
	a.Op(XORL, RDI, RDI)
	a.Op(MOVQ, RSI, RSP)
	a.Op(MOVL, RDX, Imm(4096))
	Call(a, unix.SYS_READ)
	a.Op(TESTQ, RAX, RAX)
	a.Op(JLE, Label("end"))
	a.Op(MOVL, RDI, Imm(1))
	a.Op(MOVQ, RSI, RSP)
	a.Op(MOVQ, RDX, RAX)
	Call(a, unix.SYS_WRITE)
	a.Op(TESTQ, RAX, RAX)
	a.Op(JG, Label("more"))
	exit(a, 1)
	a.Label("end")
	exit(a, 0)
	return Must(a)
}

// Flood writes its own text to fd 1 without end; only a signal or an error of write
// (then status 1) stops it.
func Flood() *asm.Code {
	a := New()
	a.Label(Start)
	a.Op(MOVL, RDI, Imm(1))
	a.Op(LEAQ, RSI, Label("text"))
	a.Op(MOVL, RDX, Imm(8))
	Call(a, unix.SYS_WRITE)
	a.Op(TESTQ, RAX, RAX)
	a.Op(JG, Label(Start))
	exit(a, 1)
	a.String("text", []byte("flooded\n"))
	return Must(a)
}

// Kill sends itself a signal; when that does not end it, its status is 1.
func Kill(signal int) *asm.Code {
	a := New()
	a.Label(Start)
	Call(a, unix.SYS_GETPID)
	a.Op(MOVL, RDI, RAX)
	a.Op(MOVL, RSI, Imm(signal))
	Call(a, unix.SYS_KILL)
	exit(a, 1)
	return Must(a)
}

// Fault reads address 8, which is never mapped.
func Fault() *asm.Code {
	a := New()
	a.Label(Start)
	a.Op(MOVL, RAX, Imm(8))
	a.Op(MOVQ, RAX, Mem{Base: RAX})
	exit(a, 1)
	return Must(a)
}
