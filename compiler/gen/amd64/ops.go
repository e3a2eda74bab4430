package amd64

import (
	asm "slul/asm/amd64"
	"slul/compiler/gen/mach"
)

// ops.go lists the operations that selection makes. Args stand in Intel's order. Flags
// are not operands: selection puts nothing between an operation and the reader of its
// flags but copies of registers, and no flags live from one block to another.
const (
	oMov8 mach.Op = mach.FirstOp + iota // memory from register or constant
	oMov16
	oMov   // memory, or register from memory: 32 or 64 bits
	oZext8 // register from memory or register
	oZext16
	oZext32
	oSext32 // 64 bits from 32
	oLea    // register from an address: also every addition that need not trap
	oAdd    // from here to oXor: Args[0] is read and written
	oSub
	oImul
	oAnd
	oOr
	oXor
	oImul3 // register from register or memory times a constant
	oNeg
	oNot
	oShl // by a constant, or by rcx
	oShr
	oSar
	oRor
	oSwap // the bytes of a register in the other order
	oCmp
	oCmp8
	oTest
	oSet  // low byte of a register that was 0
	oTrap // jump to the stub for Inst.Trap when Cond holds
	oCdq  // rdx = sign of rax; Wide: cqo
	oIdiv
	oDiv
	oRepMovs
	oRepStos
	oCall
	oCallAt
	oTail // a call as a jump: leaves the function
	oSyscall
	oRet
	oStop // nothing comes here
	numOps
)

// opInfo tells how an operation is written and what it does to the flags.
type opInfo struct {
	name   string
	l, q   asm.Op // at 32 and 64 bits; badOp where emit.go does it by hand
	writes bool   // changes flags; counts as all of them
	reads  bool
}

var ops = [numOps]opInfo{
	oMov8:    {name: "mov8", l: asm.MOVB, q: asm.MOVB},
	oMov16:   {name: "mov16", l: asm.MOVW, q: asm.MOVW},
	oMov:     {name: "mov", l: asm.MOVL, q: asm.MOVQ},
	oZext8:   {name: "zext8", l: asm.MOVZXB, q: asm.MOVZXB},
	oZext16:  {name: "zext16", l: asm.MOVZXW, q: asm.MOVZXW},
	oZext32:  {name: "zext32", l: asm.MOVL, q: asm.MOVL},
	oSext32:  {name: "sext32", l: asm.MOVSXLQ, q: asm.MOVSXLQ},
	oLea:     {name: "lea", l: asm.LEAL, q: asm.LEAQ},
	oAdd:     {name: "add", l: asm.ADDL, q: asm.ADDQ, writes: true},
	oSub:     {name: "sub", l: asm.SUBL, q: asm.SUBQ, writes: true},
	oImul:    {name: "imul", l: asm.IMULL, q: asm.IMULQ, writes: true},
	oAnd:     {name: "and", l: asm.ANDL, q: asm.ANDQ, writes: true},
	oOr:      {name: "or", l: asm.ORL, q: asm.ORQ, writes: true},
	oXor:     {name: "xor", l: asm.XORL, q: asm.XORQ, writes: true},
	oImul3:   {name: "imul3", l: asm.IMUL3L, q: asm.IMUL3Q, writes: true},
	oNeg:     {name: "neg", l: asm.NEGL, q: asm.NEGQ, writes: true},
	oNot:     {name: "not", l: asm.NOTL, q: asm.NOTQ},
	oShl:     {name: "shl", l: asm.SHLL, q: asm.SHLQ, writes: true},
	oShr:     {name: "shr", l: asm.SHRL, q: asm.SHRQ, writes: true},
	oSar:     {name: "sar", l: asm.SARL, q: asm.SARQ, writes: true},
	oRor:     {name: "ror", l: asm.RORL, q: asm.RORQ, writes: true},
	oSwap:    {name: "swap", l: asm.BSWAPL, q: asm.BSWAPQ},
	oCmp:     {name: "cmp", l: asm.CMPL, q: asm.CMPQ, writes: true},
	oCmp8:    {name: "cmp8", l: asm.CMPB, q: asm.CMPB, writes: true},
	oTest:    {name: "test", l: asm.TESTL, q: asm.TESTQ, writes: true},
	oSet:     {name: "set?", reads: true},
	oTrap:    {name: "trap?", reads: true},
	oCdq:     {name: "cdq", l: asm.CDQ, q: asm.CQO},
	oIdiv:    {name: "idiv", l: asm.IDIVL, q: asm.IDIVQ, writes: true},
	oDiv:     {name: "div", l: asm.DIVL, q: asm.DIVQ, writes: true},
	oRepMovs: {name: "repmovs", l: asm.REPMOVSB, q: asm.REPMOVSB},
	oRepStos: {name: "repstos", l: asm.REPSTOSB, q: asm.REPSTOSB},
	oCall:    {name: "call", writes: true},
	oCallAt:  {name: "callat", writes: true},
	oTail:    {name: "tail", writes: true},
	oSyscall: {name: "syscall", l: asm.SYSCALL, q: asm.SYSCALL, writes: true},
	oRet:     {name: "ret", writes: true},
	oStop:    {name: "stop", writes: true},
}

var opNames = func() (names [numOps]string) {
	for op, info := range ops {
		names[op] = info.name
	}
	return names
}()
