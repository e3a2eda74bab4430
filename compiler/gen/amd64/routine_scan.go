package amd64

import (
	neutral "slul/asm"
	asm "slul/asm/amd64"
)

// routine_scan.go has the routines that look for something: mem.same for the first bytes
// that differ, mem.seek for a byte. In loops rax counts the bytes that are done.

// scan is what the two have in common.
type scan struct {
	length asm.Reg // of the block
	pad    int     // before blocks of more than two vectors
	// mask puts into ecx a bit for each byte of the vector at a place, set where the search
	// ends, and the zero flag says whether there is none.
	mask func(a *asm.Asm, w wide, p place)
	// two clears the zero flag when the search ends in the first 16 bytes or the last.
	two func(a *asm.Asm)
	// none clears the zero flag when the search ends in one of the vectors, by AVX.
	none func(a *asm.Asm, ps []place)
}

// all ends with the length of the block: nothing was found.
func (s *scan) all(a *asm.Asm, w wide) {
	a.Op(asm.MOVQ, asm.RAX, s.length)
	w.ret(a)
}

// found ends with the place of the lowest bit of ecx behind rax.
func found(a *asm.Asm, w wide) {
	a.Label(w.label("found"))
	a.Op(asm.BSFL, asm.RCX, asm.RCX)
	a.Op(asm.ADDQ, asm.RAX, asm.RCX)
	w.ret(a)
}

// steps looks at one vector after the other from rax on, and at the last one of the block,
// which may overlap the one before. The block has at least one.
func (s *scan) steps(a *asm.Asm, w wide) {
	a.Label(w.label("steps"))
	a.Op(asm.LEAQ, asm.R8, mem(s.length, -w.size)) // the last place
	a.Op(asm.CMPQ, asm.RAX, asm.R8)
	jump(a, asm.JAE, w.label("last"))
	a.Label(w.label("step"))
	s.mask(a, w, place{asm.RAX, 0})
	jump(a, asm.JNE, w.label("found"))
	a.Op(asm.ADDQ, asm.RAX, asm.Imm(int64(w.size)))
	a.Op(asm.CMPQ, asm.RAX, asm.R8)
	jump(a, asm.JB, w.label("step"))
	a.Label(w.label("last"))
	a.Op(asm.MOVQ, asm.RAX, asm.R8)
	s.mask(a, w, place{asm.RAX, 0})
	jump(a, asm.JNE, w.label("found"))
	s.all(a, w)
	found(a, w)
}

// many looks at blocks of more than one vector: the first by itself, as the search often
// ends there; then the others, several at a time. When these have what is looked for, second
// or steps finds out where.
func (s *scan) many(a *asm.Asm) {
	const size = 32
	all := func(ps []place, steps string) {
		s.none(a, ps)
		jump(a, asm.JNE, steps)
		s.all(a, avx)
	}
	a.Op(asm.XORL, asm.RAX, asm.RAX)
	s.mask(a, avx, place{asm.NoReg, 0})
	jump(a, asm.JNE, "avxfound")
	a.Op(asm.CMPQ, s.length, asm.Imm(4*size))
	jump(a, asm.JA, "avxabove4")
	avx.upTo(a, s.length, 1, s.pad, func(half int32) {
		a.Op(asm.LEAQ, asm.RAX, mem(s.length, -size))
		s.mask(a, avx, place{s.length, -size})
		jump(a, asm.JNE, "avxfound")
		s.all(a, avx)
	})
	all(avx.ends(s.length, 2)[1:], "avxsecond")
	a.Label("avxabove4")
	s.none(a, avx.row(asm.NoReg, size, 3))
	jump(a, asm.JNE, "avxsecond")
	a.Op(asm.CMPQ, s.length, asm.Imm(8*size))
	jump(a, asm.JA, "avxabove8")
	a.Label("avxfour")
	all(avx.row(s.length, -4*size, 4), "avxsteps")
	a.Label("avxtwo")
	all(avx.row(s.length, -2*size, 2), "avxsteps")
	s.rounds(a)
}

// second finds out where the search ends behind the first vector.
func (s *scan) second(a *asm.Asm) {
	a.Label("avxsecond")
	a.Op(asm.MOVL, asm.RAX, asm.Imm(int64(avx.size)))
	s.steps(a, avx)
}

// rounds looks at blocks of more than eight vectors, of which four are done, by four at a
// time; at the end by as many as are needed, one, two or four.
func (s *scan) rounds(a *asm.Asm) {
	const size = 32
	a.Label("avxabove8")
	a.Op(asm.MOVL, asm.RAX, asm.RDI) // to the last place up to four where rdi+rax is a multiple
	a.Op(asm.ANDL, asm.RAX, asm.Imm(size-1))
	a.Op(asm.NEGQ, asm.RAX)
	a.Op(asm.SUBQ, asm.RAX, asm.Imm(-4*size))
	a.Op(asm.LEAQ, asm.R9, mem(s.length, -4*size)) // rounds stop behind here
	a.Label("avxround")
	s.none(a, avx.row(asm.RAX, 0, 4))
	jump(a, asm.JNE, "avxsteps")
	a.Op(asm.SUBQ, asm.RAX, asm.Imm(-4*size)) // fits into a byte
	a.Op(asm.CMPQ, asm.RAX, asm.R9)
	jump(a, asm.JB, "avxround")
	a.Op(asm.MOVQ, asm.RCX, s.length)
	a.Op(asm.SUBQ, asm.RCX, asm.RAX)
	a.Op(asm.CMPL, asm.RCX, asm.Imm(size))
	jump(a, asm.JBE, "avxsteps")
	a.Op(asm.CMPL, asm.RCX, asm.Imm(2*size))
	jump(a, asm.JBE, "avxtwo")
	jump(a, asm.JMP, "avxfour")
}

// pair looks at 16 to 32 bytes: the first 16 and the last, at once.
func (s *scan) pair(a *asm.Asm) {
	s.two(a)
	jump(a, asm.JNE, "there") // near: the code is to fit into a line
	s.all(a, sse)
	a.Label("there")
	jump(a, asm.JMP, "byone")
}

// byOne looks at blocks of more than one vector by SSE.
func (s *scan) byOne(a *asm.Asm) {
	a.Label("byone")
	a.Op(asm.XORL, asm.RAX, asm.RAX)
	s.steps(a, sse)
}

func sameRoutine() (*neutral.Code, error) {
	a := asm.New()
	s := &scan{
		length: asm.RDX,
		mask: func(a *asm.Asm, w wide, p place) {
			a.Vec(w.load, asm.Vec(0), p.of(asm.RDI))
			switch w {
			case sse:
				a.Vec(asm.MOVUPS, asm.Vec(1), p.of(asm.RSI))
				a.Vec(asm.PCMPEQB, asm.Vec(0), asm.Vec(1))
				a.Vec(asm.PMOVMSKB, asm.RCX, asm.Vec(0))
				a.Op(asm.XORL, asm.RCX, asm.Imm(0xffff))
			case avx:
				a.Vec(asm.VPCMPEQB, asm.Vec(0), asm.Vec(0), p.of(asm.RSI))
				a.Vec(asm.VPMOVMSKB, asm.RCX, asm.Vec(0))
				a.Op(asm.XORL, asm.RCX, asm.Imm(-1))
			}
		},
		two: func(a *asm.Asm) {
			for k, p := range sse.ends(asm.RDX, 1) {
				a.Vec(asm.MOVUPS, asm.Vec(2*k), p.of(asm.RDI))
				a.Vec(asm.MOVUPS, asm.Vec(2*k+1), p.of(asm.RSI))
				a.Vec(asm.PCMPEQB, asm.Vec(2*k), asm.Vec(2*k+1))
			}
			a.Vec(asm.PAND, asm.Vec(0), asm.Vec(2))
			a.Vec(asm.PMOVMSKB, asm.RCX, asm.Vec(0))
			a.Op(asm.XORL, asm.RCX, asm.Imm(0xffff))
		},
		none: func(a *asm.Asm, ps []place) {
			for k, p := range ps {
				v := asm.Vec(min(k, 1))
				a.Vec(asm.VMOVDQU, v, p.of(asm.RDI))
				a.Vec(asm.VPCMPEQB, v, v, p.of(asm.RSI))
				if k > 0 {
					a.Vec(asm.VPAND, asm.Vec(0), asm.Vec(0), v)
				}
			}
			a.Vec(asm.VPMOVMSKB, asm.RCX, asm.Vec(0))
			a.Op(asm.INCL, asm.RCX)
		},
	}
	begin(a, asm.RDX)
	s.many(a)
	a.Label("small") // here it fits into a line
	a.Op(asm.CMPL, asm.RDX, asm.Imm(16))
	jump(a, asm.JB, "below")
	s.pair(a)
	s.second(a)
	a.Label("below")
	a.Op(asm.XORL, asm.RAX, asm.RAX)
	for _, k := range []struct {
		label, next string
		mov, xor    asm.Op
		size        int32
	}{{"8", "4", asm.MOVQ, asm.XORQ, 8}, {"4", "2", asm.MOVL, asm.XORL, 4}} {
		a.Label(k.label)
		a.Op(asm.CMPL, asm.RDX, asm.Imm(int64(k.size)))
		jump(a, asm.JB, k.next)
		a.Op(k.mov, asm.RCX, mem(asm.RDI, 0))
		a.Op(k.xor, asm.RCX, mem(asm.RSI, 0))
		jump(a, asm.JNE, "differ")
		a.Op(asm.LEAQ, asm.RAX, mem(asm.RDX, -k.size))
		a.Op(k.mov, asm.RCX, indexed(asm.RDI, asm.RAX, 0))
		a.Op(k.xor, asm.RCX, indexed(asm.RSI, asm.RAX, 0))
		jump(a, asm.JNE, "differ")
		a.Op(asm.MOVQ, asm.RAX, asm.RDX)
		a.Op(asm.RET)
	}
	a.Label("2") // 2 or 3: the first two and the last
	a.Op(asm.CMPL, asm.RDX, asm.Imm(2))
	jump(a, asm.JB, "1")
	a.Op(asm.MOVZXW, asm.RCX, mem(asm.RDI, 0))
	a.Op(asm.MOVZXW, asm.R8, mem(asm.RSI, 0))
	a.Op(asm.XORL, asm.RCX, asm.R8)
	jump(a, asm.JNE, "differ")
	a.Label("1")
	a.Op(asm.TESTL, asm.RDX, asm.RDX)
	jump(a, asm.JE, "end")
	a.Op(asm.LEAQ, asm.RAX, mem(asm.RDX, -1))
	a.Op(asm.MOVZXB, asm.RCX, indexed(asm.RDI, asm.RAX, 0))
	a.Op(asm.CMPB, asm.RCX, indexed(asm.RSI, asm.RAX, 0))
	jump(a, asm.JNE, "end")
	a.Op(asm.MOVQ, asm.RAX, asm.RDX)
	a.Op(asm.RET)
	a.Label("differ")
	a.Op(asm.BSFQ, asm.RCX, asm.RCX)
	a.Op(asm.SHRL, asm.RCX, asm.Imm(3))
	a.Op(asm.ADDQ, asm.RAX, asm.RCX)
	a.Label("end")
	a.Op(asm.RET)
	line(a, 14, "sse") // for "ssestep"
	withoutAVX(a, asm.RDX)
	s.byOne(a)
	return atLine(a)
}

func seekRoutine() (*neutral.Code, error) {
	a := asm.New()
	// What is sought stands in all bytes of one register, the second.
	s := &scan{
		length: asm.RSI,
		mask: func(a *asm.Asm, w wide, p place) {
			switch w {
			case sse:
				a.Vec(asm.MOVUPS, asm.Vec(0), p.of(asm.RDI))
				a.Vec(asm.PCMPEQB, asm.Vec(0), asm.Vec(1))
				a.Vec(asm.PMOVMSKB, asm.RCX, asm.Vec(0))
			case avx:
				a.Vec(asm.VPCMPEQB, asm.Vec(0), asm.Vec(1), p.of(asm.RDI))
				a.Vec(asm.VPMOVMSKB, asm.RCX, asm.Vec(0))
			}
			a.Op(asm.TESTL, asm.RCX, asm.RCX)
		},
		two: func(a *asm.Asm) {
			for k, p := range sse.ends(asm.RSI, 1) {
				a.Vec(asm.MOVUPS, asm.Vec(2*k), p.of(asm.RDI))
				a.Vec(asm.PCMPEQB, asm.Vec(2*k), asm.Vec(1))
			}
			a.Vec(asm.POR, asm.Vec(0), asm.Vec(2))
			a.Vec(asm.PMOVMSKB, asm.RCX, asm.Vec(0))
			a.Op(asm.TESTL, asm.RCX, asm.RCX)
		},
		none: func(a *asm.Asm, ps []place) {
			for k, p := range ps {
				v := asm.Vec(2 + min(k, 1))
				a.Vec(asm.VPCMPEQB, v, asm.Vec(1), p.of(asm.RDI))
				if k > 0 {
					a.Vec(asm.VPOR, asm.Vec(2), asm.Vec(2), v)
				}
			}
			a.Vec(asm.VPMOVMSKB, asm.RCX, asm.Vec(2))
			a.Op(asm.TESTL, asm.RCX, asm.RCX)
		},
	}
	spread := func() {
		a.Op(asm.MOVZXB, asm.RDX, asm.RDX)
		a.Op(asm.MOVQ, asm.RCX, asm.Imm(eight))
		a.Op(asm.IMULQ, asm.RDX, asm.RCX)
		a.Vec(asm.MOVQX, asm.Vec(1), asm.RDX)
		a.Vec(asm.PUNPCKLQDQ, asm.Vec(1), asm.Vec(1))
	}
	begin(a, asm.RSI)
	a.Vec(asm.MOVQX, asm.Vec(1), asm.RDX)
	a.Vec(asm.VPBROADCASTB, asm.Vec(1), asm.Vec(1))
	s.many(a)
	s.second(a)
	line(a, 23, "small")
	a.Op(asm.CMPL, asm.RSI, asm.Imm(16))
	jump(a, asm.JB, "below")
	spread()
	s.pair(a)
	a.Label("below")
	seekBelow16(a, spread)
	line(a, 16, "sse") // for "ssestep"
	withoutAVX(a, asm.RSI)
	spread()
	s.byOne(a)
	return atLine(a)
}

// seekBelow16 looks at less than 16 bytes: at two words of 8 or 4 bytes that may overlap, side
// by side, so that the lowest bit is that of the first byte; or byte by byte.
func seekBelow16(a *asm.Asm, spread func()) {
	a.Op(asm.CMPL, asm.RSI, asm.Imm(4))
	jump(a, asm.JB, "few")
	spread()
	a.Op(asm.CMPL, asm.RSI, asm.Imm(8))
	jump(a, asm.JB, "4")
	for _, k := range []struct {
		mov  asm.Op
		size int32
	}{{asm.MOVQ, 8}, {asm.MOVL, 4}} {
		a.Op(k.mov, asm.RAX, mem(asm.RDI, 0))
		a.Op(k.mov, asm.RCX, indexed(asm.RDI, asm.RSI, -k.size))
		if k.size == 4 {
			a.Op(asm.SHLQ, asm.RCX, asm.Imm(32))
			a.Op(asm.ORQ, asm.RAX, asm.RCX)
		}
		a.Vec(asm.MOVQX, asm.Vec(0), asm.RAX)
		if k.size == 8 {
			a.Vec(asm.MOVQX, asm.Vec(2), asm.RCX)
			a.Vec(asm.PUNPCKLQDQ, asm.Vec(0), asm.Vec(2))
		}
		a.Vec(asm.PCMPEQB, asm.Vec(0), asm.Vec(1))
		a.Vec(asm.PMOVMSKB, asm.RCX, asm.Vec(0))
		if k.size == 4 {
			a.Op(asm.MOVZXB, asm.RCX, asm.RCX) // without what is behind the words
		}
		a.Op(asm.TESTL, asm.RCX, asm.RCX)
		jump(a, asm.JE, "nothing")
		a.Op(asm.BSFL, asm.RCX, asm.RCX)
		a.Op(asm.LEAQ, asm.RAX, indexed(asm.RSI, asm.RCX, -2*k.size)) // in the second word
		a.Op(asm.CMPL, asm.RCX, asm.Imm(int64(k.size)))
		a.Op(asm.CMOVQcc(asm.CondB), asm.RAX, asm.RCX)
		a.Op(asm.RET)
		if k.size == 8 {
			a.Label("nothing")
			a.Op(asm.MOVQ, asm.RAX, asm.RSI)
			a.Op(asm.RET)
			a.Label("4")
		}
	}
	a.Label("few")
	a.Op(asm.XORL, asm.RAX, asm.RAX)
	a.Label("1")
	a.Op(asm.CMPQ, asm.RAX, asm.RSI)
	jump(a, asm.JE, "end")
	a.Op(asm.CMPB, indexed(asm.RDI, asm.RAX, 0), asm.RDX)
	jump(a, asm.JE, "end")
	a.Op(asm.INCQ, asm.RAX)
	jump(a, asm.JMP, "1")
	a.Label("end")
	a.Op(asm.RET)
}
