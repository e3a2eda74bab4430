package amd64

import (
	neutral "slul/asm"
	asm "slul/asm/amd64"
)

// routine_set.go has mem.set.

// repSetLeast is from how many bytes on `rep stosb` is no slower than rounds, where it is said
// to be fast: measured on AMD Zen 4.
const repSetLeast = 4096

// eight is a byte eight times, when it is multiplied by the byte.
const eight = 0x0101010101010101

// sets writes vectors to the places, going up, without the first that were written already.
func (w wide) sets(a *asm.Asm, at []place, already int) {
	for _, p := range at[already:] {
		a.Vec(w.store, p.of(asm.RDI), asm.Vec(0))
	}
	w.ret(a)
}

func setRoutine() (*neutral.Code, error) {
	a := asm.New()
	spread := func() { // the byte in all bytes of rsi
		a.Op(asm.MOVZXB, asm.RSI, asm.RSI)
		a.Op(asm.MOVQ, asm.RCX, asm.Imm(eight))
		a.Op(asm.IMULQ, asm.RSI, asm.RCX)
	}
	sixteen := func() { // and of the first register
		a.Vec(asm.MOVQX, asm.Vec(0), asm.RSI)
		a.Vec(asm.PUNPCKLQDQ, asm.Vec(0), asm.Vec(0))
	}
	from64(a, func() {
		a.Vec(asm.MOVQX, asm.Vec(0), asm.RSI)
		a.Vec(asm.VPBROADCASTB, asm.Vec(0), asm.Vec(0))
		a.Vec(avx.store, mem(asm.RDI, 0), asm.Vec(0)) // as in moveRoutine
	}, func(at []place) { avx.sets(a, at, 1) })
	line(a, 3, "below64")
	spread()
	from16(a, func(at []place) {
		sixteen()
		sse.sets(a, at, 0)
	})
	line(a, 1, "below16")
	below16(a, func() {
		a.Op(asm.MOVL, asm.R8, asm.RDX)
		a.Op(asm.SHRL, asm.R8, asm.Imm(1))
		a.Op(asm.MOVB, mem(asm.RDI, 0), asm.RSI)
		a.Op(asm.MOVB, indexed(asm.RDI, asm.R8, 0), asm.RSI)
		a.Op(asm.MOVB, indexed(asm.RDI, asm.RDX, -1), asm.RSI)
	}, func(mov asm.Op, size int32) {
		a.Op(mov, mem(asm.RDI, 0), asm.RSI)
		a.Op(mov, indexed(asm.RDI, asm.RDX, -size), asm.RSI)
	})
	line(a, 12, "above128")
	avx.above128(a, func(at []place) { avx.sets(a, at, 1) })
	avx.setMany(a)
	from64SSE(a, "without")
	spread()
	sixteen()
	sse.upTo(a, asm.RDX, 4, 0, func(half int32) { sse.sets(a, sse.ends(asm.RDX, half), 0) })
	a.Op(asm.LEAQ, asm.R8, indexed(asm.RDI, asm.RDX, -16)) // as in moveSSE
	a.Label("sseround")
	a.Vec(asm.MOVUPSTO, mem(asm.RDI, 0), asm.Vec(0))
	a.Op(asm.ADDQ, asm.RDI, asm.Imm(16))
	a.Op(asm.CMPQ, asm.RDI, asm.R8)
	jump(a, asm.JB, "sseround")
	a.Label("sseend")
	a.Vec(asm.MOVUPSTO, mem(asm.R8, 0), asm.Vec(0))
	a.Op(asm.RET)
	return atLine(a)
}

// setMany fills more than eight vectors, of which the first is done.
func (w wide) setMany(a *asm.Asm) {
	four := 4 * w.size
	a.Op(asm.CMPQ, asm.RDX, asm.Imm(repSetLeast))
	jump(a, asm.JAE, w.label("rep"))
	a.Label(w.label("loop"))
	a.Op(asm.LEAQ, asm.R8, indexed(asm.RDI, asm.RDX, -four))
	a.Op(asm.ORQ, asm.RDI, asm.Imm(int64(w.size-1)))
	a.Op(asm.INCQ, asm.RDI)
	a.Label(w.label("round"))
	for k := range int32(4) {
		a.Vec(w.store, mem(asm.RDI, k*w.size), asm.Vec(0))
	}
	a.Op(asm.ADDQ, asm.RDI, asm.Imm(int64(four)))
	a.Op(asm.CMPQ, asm.RDI, asm.R8)
	jump(a, asm.JB, w.label("round"))
	for k := range int32(4) {
		a.Vec(w.store, mem(asm.R8, k*w.size), asm.Vec(0))
	}
	w.ret(a)
	a.Label(w.label("rep"))
	a.Op(asm.TESTB, mem(asm.R15, cpuWord), asm.Imm(cpuERMS))
	jump(a, asm.JE, w.label("loop"))
	a.Op(asm.MOVL, asm.RAX, asm.RSI)
	a.Op(asm.MOVQ, asm.RCX, asm.RDX)
	a.Op(asm.REPSTOSB)
	w.ret(a)
}
