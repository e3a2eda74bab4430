package amd64

import (
	"slul/asm"
	. "slul/asm/amd64"
)

// signpost is what a file says that the kernel has started by itself.
const signpost = "slul: this file needs a loader: runslul FILE, or slul binfmt register\n"

// Signpost assembles what stands in the stub's place in a file that has no way to be
// started by the kernel alone: one line for whoever tried, and the end.
func Signpost() (*asm.Code, error) {
	a := New()
	a.Op(MOVL, RDI, Imm(stderr))
	a.Op(LEAQ, RSI, Label("text"))
	a.Op(MOVL, RDX, Imm(len(signpost)))
	a.Op(MOVL, RAX, Imm(sysWrite))
	a.Op(SYSCALL)
	a.Op(MOVL, RDI, Imm(exitStatus))
	a.Op(MOVL, RAX, Imm(sysExitGroup))
	a.Op(SYSCALL)
	a.String("text", []byte(signpost))
	return a.Assemble()
}
