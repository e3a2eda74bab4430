package main

// The spawner: a program of its own, in machine code, that starts other programs one
// after the other and measures each from just before vfork to just after wait4. A Go
// process would add its threads, its fork lock and its pipe to every start.
//
//	spawn ROUNDS PROGRAM…
//
// ROUNDS is a string of one byte per round. In each round every program is started
// once, so that what else the machine does meets all of them. For each start three
// words are written to descriptor results: nanoseconds, wait status, page faults.

import (
	"slul/asm"
	. "slul/asm/amd64"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

const (
	results    = 3     // the descriptor that records are written to
	recordSize = 3 * 8 // what one start writes
)

// Places on the spawner's stack, from rsp up.
const (
	began    = 0   // struct timespec
	ended    = 16  // struct timespec
	status   = 32  // of wait4; the upper half stays 0
	record   = 40  // what is written
	childArg = 64  // the child's argv: its path and a null, which is its environment as well
	usage    = 80  // struct rusage, 144 bytes; ru_minflt is its ninth word
	frame    = 224 // a multiple of 16
	minflt   = usage + 8*8
)

// spawner keeps in rbx the number of rounds left as a string, in rbp the programs, in
// r12 the one in turn, in r13 the child.
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
	a.Op(MOVQ, at(childArg+8), RAX)
	a.Op(MOVL, RDI, Imm(results)) // the programs shall not have it
	a.Op(MOVL, RSI, Imm(unix.F_SETFD))
	a.Op(MOVL, RDX, Imm(unix.FD_CLOEXEC))
	tiny.Call(a, unix.SYS_FCNTL)

	a.Label("round")
	a.Op(CMPB, Mem{Base: RBX}, Imm(0))
	a.Op(JE, Label("end"))
	a.Op(INCQ, RBX)
	a.Op(MOVQ, R12, RBP)
	a.Label("program")
	a.Op(MOVQ, RDI, Mem{Base: R12})
	a.Op(TESTQ, RDI, RDI)
	a.Op(JE, Label("round"))
	a.Op(ADDQ, R12, Imm(8))
	a.Op(MOVQ, at(childArg), RDI)

	clock(a, began)
	tiny.Call(a, unix.SYS_VFORK)
	a.Op(TESTL, RAX, RAX)
	a.Op(JNE, Label("parent"))
	a.Op(MOVQ, RDI, at(childArg)) // the child, on its parent's stack: reads only
	a.Op(LEAQ, RSI, at(childArg))
	a.Op(LEAQ, RDX, at(childArg+8))
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
	a.Op(MOVQ, at(record), RAX)
	a.Op(MOVL, RAX, at(status))
	a.Op(MOVQ, at(record+8), RAX)
	a.Op(MOVQ, RAX, at(minflt))
	a.Op(MOVQ, at(record+16), RAX)
	a.Op(MOVL, RDI, Imm(results))
	a.Op(LEAQ, RSI, at(record))
	a.Op(MOVL, RDX, Imm(recordSize))
	tiny.Call(a, unix.SYS_WRITE)
	a.Op(JMP, Label("program"))

	a.Label("end")
	a.Op(XORL, RDI, RDI)
	tiny.Call(a, unix.SYS_EXIT_GROUP)
	return tiny.Must(a)
}
