package measure

// The spawner: a program of its own, in machine code, that starts other programs one
// after the other and measures each from just before vfork to just after wait4. A Go
// process would add its threads, its fork lock and its pipe to every start.
//
//	spawn ROUNDS PROGRAM [ARG…] "" PROGRAM [ARG…] …
//
// ROUNDS is a string of one byte per round. In each round every program is started
// once, so that what else the machine does meets all of them. Before each start the
// spawner writes "3" to descriptor before: /dev/null, or where the kernel drops its
// caches. After it, record goes to descriptor results. Programs have the spawner's
// environment.

import (
	"slul/asm"
	. "slul/asm/amd64"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

const (
	results = 3 // the descriptor that records are written to
	before  = 4 // the descriptor that is written to before each start
)

// record is what one start writes.
type record struct {
	Nanoseconds uint64
	Status      uint64 // of wait4
	Faults      uint64 // ru_minflt and ru_majflt
	CPU         uint64 // ru_utime + ru_stime, µs
}

const recordSize = 4 * 8

// Places on the spawner's stack, from rsp up.
const (
	began    = 0   // struct timespec
	ended    = 16  // struct timespec
	status   = 32  // of wait4; the upper half stays 0
	dropText = 40  // "3"
	written  = 48  // struct record
	usage    = 80  // struct rusage, 144 bytes
	frame    = 224 // a multiple of 16

	utime  = usage      // struct timeval: seconds, µs
	stime  = usage + 16 // struct timeval
	minflt = usage + 8*8
	majflt = usage + 8*9
)

// spawner keeps in rbx the number of rounds left as a string, in rbp the programs, in
// r12 the one in turn, in r13 the end of all, behind which the environment begins.
func spawner() *asm.Code {
	at := func(off int32) Mem { return Mem{Base: RSP, Disp: off} }
	clock := func(a *Asm, into int32) {
		a.Op(MOVL, RDI, Imm(unix.CLOCK_MONOTONIC))
		a.Op(LEAQ, RSI, at(into))
		tiny.Call(a, unix.SYS_CLOCK_GETTIME)
	}
	a := New()
	a.Label(tiny.Start)
	a.Op(MOVQ, RBX, Mem{Base: RSP, Disp: 16}) // argv[1]
	a.Op(LEAQ, RBP, Mem{Base: RSP, Disp: 24}) // argv+2
	a.Op(SUBQ, RSP, Imm(frame))
	a.Op(XORL, RAX, RAX)
	a.Op(MOVQ, at(status), RAX)
	a.Op(MOVQ, R13, RBP) // empty words become the null words that end each argv
	a.Label("word")
	a.Op(MOVQ, RDI, Mem{Base: R13})
	a.Op(TESTQ, RDI, RDI)
	a.Op(JE, Label("prepared"))
	a.Op(ADDQ, R13, Imm(8))
	a.Op(CMPB, Mem{Base: RDI}, Imm(0))
	a.Op(JNE, Label("word"))
	a.Op(MOVQ, Mem{Base: R13, Disp: -8}, RAX)
	a.Op(JMP, Label("word"))
	a.Label("prepared")
	a.Op(MOVL, RAX, Imm('3'))
	a.Op(MOVQ, at(dropText), RAX)
	for _, fd := range []int64{results, before} { // the programs shall not have them
		a.Op(MOVL, RDI, Imm(fd))
		a.Op(MOVL, RSI, Imm(unix.F_SETFD))
		a.Op(MOVL, RDX, Imm(unix.FD_CLOEXEC))
		tiny.Call(a, unix.SYS_FCNTL)
	}

	a.Label("round")
	a.Op(CMPB, Mem{Base: RBX}, Imm(0))
	a.Op(JE, Label("end"))
	a.Op(INCQ, RBX)
	a.Op(MOVQ, R12, RBP)
	a.Label("program")
	a.Op(CMPQ, R12, R13)
	a.Op(JAE, Label("round"))

	a.Op(MOVL, RDI, Imm(before))
	a.Op(LEAQ, RSI, at(dropText))
	a.Op(MOVL, RDX, Imm(1))
	tiny.Call(a, unix.SYS_WRITE)
	clock(a, began)
	tiny.Call(a, unix.SYS_VFORK)
	a.Op(TESTL, RAX, RAX)
	a.Op(JNE, Label("parent"))
	a.Op(MOVQ, RDI, Mem{Base: R12}) // the child, on its parent's stack: reads only
	a.Op(MOVQ, RSI, R12)
	a.Op(LEAQ, RDX, Mem{Base: R13, Disp: 8})
	tiny.Call(a, unix.SYS_EXECVE)
	a.Op(MOVL, RDI, Imm(127))
	tiny.Call(a, unix.SYS_EXIT_GROUP)
	a.Label("parent")
	a.Op(MOVL, RDI, RAX)
	a.Op(LEAQ, RSI, at(status))
	a.Op(XORL, RDX, RDX)
	a.Op(LEAQ, R10, at(usage))
	tiny.Call(a, unix.SYS_WAIT4)
	clock(a, ended)

	a.Op(MOVQ, RAX, at(ended))
	a.Op(SUBQ, RAX, at(began))
	a.Op(IMUL3Q, RAX, RAX, Imm(1_000_000_000))
	a.Op(ADDQ, RAX, at(ended+8))
	a.Op(SUBQ, RAX, at(began+8))
	a.Op(MOVQ, at(written), RAX)
	a.Op(MOVL, RAX, at(status))
	a.Op(MOVQ, at(written+8), RAX)
	a.Op(MOVQ, RAX, at(minflt))
	a.Op(ADDQ, RAX, at(majflt))
	a.Op(MOVQ, at(written+16), RAX)
	a.Op(MOVQ, RAX, at(utime))
	a.Op(ADDQ, RAX, at(stime))
	a.Op(IMUL3Q, RAX, RAX, Imm(1_000_000))
	a.Op(ADDQ, RAX, at(utime+8))
	a.Op(ADDQ, RAX, at(stime+8))
	a.Op(MOVQ, at(written+24), RAX)
	a.Op(MOVL, RDI, Imm(results))
	a.Op(LEAQ, RSI, at(written))
	a.Op(MOVL, RDX, Imm(recordSize))
	tiny.Call(a, unix.SYS_WRITE)
	a.Label("next")
	a.Op(ADDQ, R12, Imm(8))
	a.Op(CMPQ, Mem{Base: R12, Disp: -8}, Imm(0))
	a.Op(JNE, Label("next"))
	a.Op(JMP, Label("program"))

	a.Label("end")
	a.Op(XORL, RDI, RDI)
	tiny.Call(a, unix.SYS_EXIT_GROUP)
	return tiny.Must(a)
}
