package amd64

import (
	neutral "slul/asm"
	asm "slul/asm/amd64"
)

// routine_scan.go has the routines that look for something: mem.same for the first bytes
// that differ, mem.seek for a byte. Both go on at rax, which counts the bytes that are done.

// scan is what the two have in common.
type scan struct {
	length asm.Reg // of the block
	// mask puts into ecx a bit for each of the 16 or 32 bytes at rax, set where the search
	// ends, and the zero flag says whether there is none.
	mask func(a *asm.Asm, w wide)
	// part puts into a vector what AVX says of the one at rax+at; join is how several are
	// seen at once: all bytes are ff, or none is, where the search goes on.
	part func(a *asm.Asm, into asm.Vec, at int32)
	join asm.VecOp
}

// found ends with the place of the lowest bit of ecx behind rax.
func found(a *asm.Asm, label string, w wide) {
	a.Label(label)
	a.Op(asm.BSFL, asm.RCX, asm.RCX)
	a.Op(asm.ADDQ, asm.RAX, asm.RCX)
	w.ret(a)
}

// steps looks at one vector after the other, and at the last one of the block, which may
// overlap the one before. The block has at least one.
func (s *scan) steps(a *asm.Asm, w wide) {
	a.Op(asm.LEAQ, asm.R8, mem(s.length, -w.size)) // the last place
	a.Op(asm.CMPQ, asm.RAX, asm.R8)
	a.Op(asm.JAE, asm.Label(w.name+"last"))
	a.Label(w.name + "step")
	s.mask(a, w)
	a.Op(asm.JNE, asm.Label(w.name+"found"))
	a.Op(asm.ADDQ, asm.RAX, asm.Imm(int64(w.size)))
	a.Op(asm.CMPQ, asm.RAX, asm.R8)
	a.Op(asm.JB, asm.Label(w.name+"step"))
	a.Label(w.name + "last")
	a.Op(asm.MOVQ, asm.RAX, asm.R8)
	s.mask(a, w)
	a.Op(asm.JNE, asm.Label(w.name+"found"))
	a.Op(asm.MOVQ, asm.RAX, s.length)
	w.ret(a)
	found(a, w.name+"found", w)
}

// rounds looks at four vectors at once while there are that many.
func (s *scan) rounds(a *asm.Asm) {
	a.Op(asm.LEAQ, asm.R9, mem(s.length, -128))
	a.Op(asm.CMPQ, s.length, asm.Imm(128))
	a.Op(asm.JB, asm.Label("avxsteps"))
	a.Label("round")
	for k := range int32(4) {
		s.part(a, asm.Vec(4+k), 32*k)
	}
	a.Vec(s.join, asm.Vec(4), asm.Vec(4), asm.Vec(5))
	a.Vec(s.join, asm.Vec(6), asm.Vec(6), asm.Vec(7))
	a.Vec(s.join, asm.Vec(4), asm.Vec(4), asm.Vec(6))
	a.Vec(asm.VPMOVMSKB, asm.RCX, asm.Vec(4))
	if s.join == asm.VPAND {
		a.Op(asm.INCL, asm.RCX)
	} else {
		a.Op(asm.TESTL, asm.RCX, asm.RCX)
	}
	a.Op(asm.JNE, asm.Label("avxsteps"))
	a.Op(asm.ADDQ, asm.RAX, asm.Imm(128))
	a.Op(asm.CMPQ, asm.RAX, asm.R9)
	a.Op(asm.JBE, asm.Label("round"))
	a.Op(asm.CMPQ, asm.RAX, s.length)
	a.Op(asm.JNE, asm.Label("avxsteps"))
	avx.ret(a)
	a.Label("avxsteps")
	s.steps(a, avx)
}

// large chooses between SSE and AVX for blocks of 16 bytes or more. Smaller ones than
// askLeast do not pay for asking what the CPU has; rax is 0 before and behind.
func (s *scan) large(a *asm.Asm, forAVX func()) {
	const askLeast = 256
	a.Op(asm.CMPQ, s.length, asm.Imm(32))
	a.Op(asm.JA, asm.Label("32"))
	s.mask(a, sse) // the first 16 and the last
	a.Op(asm.JNE, asm.Label("ssefound"))
	a.Op(asm.LEAQ, asm.RAX, mem(s.length, -16))
	s.mask(a, sse)
	a.Op(asm.JNE, asm.Label("ssefound"))
	a.Op(asm.MOVQ, asm.RAX, s.length)
	a.Op(asm.RET)
	a.Label("32")
	a.Op(asm.MOVL, asm.RCX, mem(asm.R15, cpuWord))
	a.Op(asm.TESTL, asm.RCX, asm.RCX)
	a.Op(asm.JNE, asm.Label("asked"))
	a.Op(asm.CMPQ, s.length, asm.Imm(askLeast))
	a.Op(asm.JB, asm.Label("sse"))
	a.Op(asm.PUSH, asm.RAX)
	a.Op(asm.CALL, asm.Sym{Name: cpuRoutine})
	a.Op(asm.MOVL, asm.RCX, asm.RAX)
	a.Op(asm.POP, asm.RAX)
	a.Label("asked")
	a.Op(asm.TESTB, asm.RCX, asm.Imm(cpuAVX2))
	a.Op(asm.JE, asm.Label("sse"))
	if forAVX != nil {
		forAVX()
	}
	s.rounds(a)
	a.Label("sse")
	s.steps(a, sse)
}

func sameRoutine() (*neutral.Code, error) {
	a := asm.New()
	s := &scan{
		length: asm.RDX,
		mask: func(a *asm.Asm, w wide) {
			a.Vec(w.load, asm.Vec(0), indexed(asm.RDI, asm.RAX, 0))
			if w.clear {
				a.Vec(asm.VPCMPEQB, asm.Vec(0), asm.Vec(0), indexed(asm.RSI, asm.RAX, 0))
				a.Vec(asm.VPMOVMSKB, asm.RCX, asm.Vec(0))
				a.Op(asm.XORL, asm.RCX, asm.Imm(-1))
				return
			}
			a.Vec(asm.MOVUPS, asm.Vec(1), indexed(asm.RSI, asm.RAX, 0))
			a.Vec(asm.PCMPEQB, asm.Vec(0), asm.Vec(1))
			a.Vec(asm.PMOVMSKB, asm.RCX, asm.Vec(0))
			a.Op(asm.XORL, asm.RCX, asm.Imm(0xffff))
		},
		part: func(a *asm.Asm, into asm.Vec, at int32) {
			a.Vec(asm.VMOVDQU, into, indexed(asm.RDI, asm.RAX, at))
			a.Vec(asm.VPCMPEQB, into, into, indexed(asm.RSI, asm.RAX, at))
		},
		join: asm.VPAND,
	}
	a.Op(asm.XORL, asm.RAX, asm.RAX)
	a.Op(asm.CMPQ, asm.RDX, asm.Imm(16))
	a.Op(asm.JAE, asm.Label("16"))
	for _, k := range []struct {
		label, next string
		mov, xor    asm.Op
		size        int32
	}{{"8", "4", asm.MOVQ, asm.XORQ, 8}, {"4", "1", asm.MOVL, asm.XORL, 4}} {
		a.Label(k.label)
		a.Op(asm.CMPL, asm.RDX, asm.Imm(int64(k.size)))
		a.Op(asm.JB, asm.Label(k.next))
		a.Op(k.mov, asm.RCX, mem(asm.RDI, 0))
		a.Op(k.xor, asm.RCX, mem(asm.RSI, 0))
		a.Op(asm.JNE, asm.Label("differ"))
		a.Op(asm.LEAQ, asm.RAX, mem(asm.RDX, -k.size))
		a.Op(k.mov, asm.RCX, indexed(asm.RDI, asm.RAX, 0))
		a.Op(k.xor, asm.RCX, indexed(asm.RSI, asm.RAX, 0))
		a.Op(asm.JNE, asm.Label("differ"))
		a.Op(asm.MOVQ, asm.RAX, asm.RDX)
		a.Op(asm.RET)
	}
	a.Label("1")
	a.Op(asm.CMPQ, asm.RAX, asm.RDX)
	a.Op(asm.JE, asm.Label("end"))
	a.Op(asm.MOVZXB, asm.RCX, indexed(asm.RDI, asm.RAX, 0))
	a.Op(asm.CMPB, asm.RCX, indexed(asm.RSI, asm.RAX, 0))
	a.Op(asm.JNE, asm.Label("end"))
	a.Op(asm.INCQ, asm.RAX)
	a.Op(asm.JMP, asm.Label("1"))
	a.Label("differ")
	a.Op(asm.BSFQ, asm.RCX, asm.RCX)
	a.Op(asm.SHRL, asm.RCX, asm.Imm(3))
	a.Op(asm.ADDQ, asm.RAX, asm.RCX)
	a.Label("end")
	a.Op(asm.RET)
	a.Label("16")
	s.large(a, nil)
	return a.Assemble()
}

func seekRoutine() (*neutral.Code, error) {
	a := asm.New()
	s := &scan{
		length: asm.RSI,
		mask: func(a *asm.Asm, w wide) {
			if w.clear {
				a.Vec(asm.VPCMPEQB, asm.Vec(0), asm.Vec(1), indexed(asm.RDI, asm.RAX, 0))
				a.Vec(asm.VPMOVMSKB, asm.RCX, asm.Vec(0))
			} else {
				a.Vec(asm.MOVUPS, asm.Vec(0), indexed(asm.RDI, asm.RAX, 0))
				a.Vec(asm.PCMPEQB, asm.Vec(0), asm.Vec(1))
				a.Vec(asm.PMOVMSKB, asm.RCX, asm.Vec(0))
			}
			a.Op(asm.TESTL, asm.RCX, asm.RCX)
		},
		part: func(a *asm.Asm, into asm.Vec, at int32) {
			a.Vec(asm.VPCMPEQB, into, asm.Vec(1), indexed(asm.RDI, asm.RAX, at))
		},
		join: asm.VPOR,
	}
	a.Op(asm.XORL, asm.RAX, asm.RAX)
	a.Op(asm.CMPQ, asm.RSI, asm.Imm(16))
	a.Op(asm.JAE, asm.Label("16"))
	a.Label("1")
	a.Op(asm.CMPQ, asm.RAX, asm.RSI)
	a.Op(asm.JE, asm.Label("end"))
	a.Op(asm.CMPB, indexed(asm.RDI, asm.RAX, 0), asm.RDX)
	a.Op(asm.JE, asm.Label("end"))
	a.Op(asm.INCQ, asm.RAX)
	a.Op(asm.JMP, asm.Label("1"))
	a.Label("end")
	a.Op(asm.RET)
	a.Label("16")
	a.Op(asm.MOVZXB, asm.RDX, asm.RDX)
	a.Op(asm.MOVQ, asm.RCX, asm.Imm(0x0101010101010101))
	a.Op(asm.IMULQ, asm.RDX, asm.RCX)
	a.Vec(asm.MOVQX, asm.Vec(1), asm.RDX)
	a.Vec(asm.PUNPCKLQDQ, asm.Vec(1), asm.Vec(1))
	s.large(a, func() { a.Vec(asm.VPBROADCASTB, asm.Vec(1), asm.Vec(1)) })
	return a.Assemble()
}
