package amd64

import asm "slul/asm/amd64"

// routine_short.go has what mem.move and mem.set do first, with blocks of rdx bytes:
//
//	64 to 128  from64    in the line that they begin
//	16 to 63   from16    in the line behind it, "below64", the same on all CPUs
//	to 15      below16
//	to 256     above128  then more; without AVX2 all from 64 on from from64SSE on

// from64 does blocks of 64 to 128 bytes by AVX2, which first begins and rest ends. Here, and
// where it leads to, rdx is 64 less: numbers that are compared and added need one byte then, and
// all fits into a line.
func from64(a *asm.Asm, first func(), rest func(at []place)) {
	a.Label("begin")
	a.Op(asm.SUBQ, asm.RDX, asm.Imm(64))
	jump(a, asm.JB, "below64")
	a.Op(asm.TESTB, mem(asm.R15, cpuWord), asm.Imm(cpuAVX2))
	jump(a, asm.JE, "without")
	first()
	a.Op(asm.CMPQ, asm.RDX, asm.Imm(64))
	jump(a, asm.JA, "above128")
	rest(append(avx.row(asm.NoReg, 0, 2), avx.row(asm.RDX, 0, 2)...))
}

// from64SSE begins blocks of 64 bytes or more when AVX2 is not there, or not known to be:
// where from64 leads to, or to a jump to here.
func from64SSE(a *asm.Asm, label string) {
	a.Label(label)
	a.Op(asm.ADDQ, asm.RDX, asm.Imm(64))
	withoutAVX(a, asm.RDX)
}

// from16 does blocks of 16 to 63 bytes by SSE: four pieces, of which the second is the first
// again, and the third the fourth, where two are enough. Changes rax and rcx.
func from16(a *asm.Asm, body func(at []place)) {
	a.Op(asm.CMPL, asm.RDX, asm.Imm(16-64))
	jump(a, asm.JL, "below16")
	a.Op(asm.MOVL, asm.RAX, asm.RDX)
	a.Op(asm.ANDL, asm.RAX, asm.Imm(32))
	a.Op(asm.SHRL, asm.RAX, asm.Imm(1)) // 16 from 32 bytes on
	a.Op(asm.MOVQ, asm.RCX, asm.RDX)
	a.Op(asm.SUBQ, asm.RCX, asm.RAX)
	body([]place{{asm.NoReg, 0}, {asm.RAX, 0}, {asm.RCX, 64 - 16}, {asm.RDX, 64 - 16}})
}

// above128 does blocks of 129 to 256 bytes, of which the first vector is done.
func (w wide) above128(a *asm.Asm, body func(at []place)) {
	a.Op(asm.ADDQ, asm.RDX, asm.Imm(64))
	w.upTo(a, asm.RDX, 4, 0, func(half int32) { body(w.ends(asm.RDX, half)) })
}

// below16 has blocks of less than 16 bytes done by few, for 1 to 3, or by two, for two words
// that may overlap. It begins at that label.
func below16(a *asm.Asm, few func(), two func(mov asm.Op, size int32)) {
	a.Op(asm.ADDL, asm.RDX, asm.Imm(64))
	a.Op(asm.CMPL, asm.RDX, asm.Imm(8))
	jump(a, asm.JAE, "8")
	a.Op(asm.CMPL, asm.RDX, asm.Imm(4))
	jump(a, asm.JAE, "4")
	a.Op(asm.TESTL, asm.RDX, asm.RDX)
	jump(a, asm.JE, "0")
	few()
	a.Label("0")
	a.Op(asm.RET)
	for _, k := range []struct {
		label string
		mov   asm.Op
		size  int32
	}{{"4", asm.MOVL, 4}, {"8", asm.MOVQ, 8}} {
		a.Label(k.label)
		two(k.mov, k.size)
		a.Op(asm.RET)
	}
}
