package amd64

import (
	neutral "slul/asm"
	asm "slul/asm/amd64"
)

// routine_move.go has mem.move. `rep movsb` pays nowhere: on AMD Zen 4 it takes up to 40 %
// longer than rounds of AVX2 between 2 KiB and 512 KiB, and as long above.

// moves copies the vectors at the places, of which the first were read already; all are read
// before any is written. It goes up: a CPU puts writes to one line together when they follow
// each other.
func (w wide) moves(a *asm.Asm, at []place, already int) {
	for k, p := range at {
		if k >= already {
			a.Vec(w.load, asm.Vec(k), p.of(asm.RSI))
		}
	}
	for k, p := range at {
		a.Vec(w.store, p.of(asm.RDI), asm.Vec(k))
	}
	w.ret(a)
}

func moveRoutine() (*neutral.Code, error) {
	a := asm.New()
	from64(a, func() {
		a.Vec(avx.load, asm.Vec(0), mem(asm.RSI, 0)) // before the jump: then it costs less
	}, func(at []place) { avx.moves(a, at, 1) })
	line(a, 1, "below64")
	from16(a, func(at []place) { sse.moves(a, at, 0) })
	a.Label("without") // a short jump reaches no further, and a long one is too much for a line
	jump(a, asm.JMP, "64sse")
	line(a, 2, "above128")
	avx.above128(a, func(at []place) { avx.moves(a, at, 1) })
	avx.moveMany(a)
	a.Label("below16")
	below16(a, func() { // the first, the middle and the last, which may be the same
		a.Op(asm.MOVZXB, asm.RAX, mem(asm.RSI, 0))
		a.Op(asm.MOVZXB, asm.RCX, indexed(asm.RSI, asm.RDX, -1))
		a.Op(asm.MOVL, asm.R8, asm.RDX)
		a.Op(asm.SHRL, asm.R8, asm.Imm(1))
		a.Op(asm.MOVZXB, asm.R9, indexed(asm.RSI, asm.R8, 0))
		a.Op(asm.MOVB, mem(asm.RDI, 0), asm.RAX)
		a.Op(asm.MOVB, indexed(asm.RDI, asm.R8, 0), asm.R9)
		a.Op(asm.MOVB, indexed(asm.RDI, asm.RDX, -1), asm.RCX)
	}, func(mov asm.Op, size int32) {
		a.Op(mov, asm.RAX, mem(asm.RSI, 0))
		a.Op(mov, asm.RCX, indexed(asm.RSI, asm.RDX, -size))
		a.Op(mov, mem(asm.RDI, 0), asm.RAX)
		a.Op(mov, indexed(asm.RDI, asm.RDX, -size), asm.RCX)
	})
	from64SSE(a, "64sse")
	sse.upTo(a, asm.RDX, 4, 15, func(half int32) { sse.moves(a, sse.ends(asm.RDX, half), 0) })
	moveSSE(a)
	return atLine(a)
}

// moveSSE copies more than one vector, one after the other: few CPUs are without AVX2, and
// this is short. The last one is read first and written last, or the first when the copy
// goes down.
func moveSSE(a *asm.Asm) {
	a.Op(asm.MOVQ, asm.RCX, asm.RDI)
	a.Op(asm.SUBQ, asm.RCX, asm.RSI)
	a.Op(asm.CMPQ, asm.RCX, asm.RDX)
	jump(a, asm.JB, "ssedown")
	a.Vec(asm.MOVUPS, asm.Vec(1), indexed(asm.RSI, asm.RDX, -16))
	a.Op(asm.LEAQ, asm.R8, indexed(asm.RDI, asm.RDX, -16))
	a.Label("sseup")
	a.Vec(asm.MOVUPS, asm.Vec(0), mem(asm.RSI, 0))
	a.Vec(asm.MOVUPSTO, mem(asm.RDI, 0), asm.Vec(0))
	a.Op(asm.ADDQ, asm.RSI, asm.Imm(16))
	a.Op(asm.ADDQ, asm.RDI, asm.Imm(16))
	a.Op(asm.CMPQ, asm.RDI, asm.R8)
	jump(a, asm.JB, "sseup")
	a.Vec(asm.MOVUPSTO, mem(asm.R8, 0), asm.Vec(1))
	a.Op(asm.RET)
	a.Label("ssedown")
	a.Vec(asm.MOVUPS, asm.Vec(1), mem(asm.RSI, 0))
	a.Label("ssedownward")
	a.Vec(asm.MOVUPS, asm.Vec(0), indexed(asm.RSI, asm.RDX, -16))
	a.Vec(asm.MOVUPSTO, indexed(asm.RDI, asm.RDX, -16), asm.Vec(0))
	a.Op(asm.SUBQ, asm.RDX, asm.Imm(16))
	a.Op(asm.CMPQ, asm.RDX, asm.Imm(16))
	jump(a, asm.JA, "ssedownward")
	a.Vec(asm.MOVUPSTO, mem(asm.RDI, 0), asm.Vec(1))
	a.Op(asm.RET)
}

// moveMany copies more than eight vectors, in rounds of four that are written at multiples
// of the vector's size. What the rounds may overwrite before it is read, and what they leave
// over, is read first and written last: four vectors where the copy ends, one where it
// starts.
func (w wide) moveMany(a *asm.Asm) {
	four := 4 * w.size
	round := func(base, to asm.Reg, from int32) {
		for k := range int32(4) {
			a.Vec(w.load, asm.Vec(k), mem(base, from+k*w.size))
		}
		for k := range int32(4) {
			a.Vec(w.store, mem(to, from+k*w.size), asm.Vec(k))
		}
	}
	a.Op(asm.MOVQ, asm.RCX, asm.RDI)
	a.Op(asm.SUBQ, asm.RCX, asm.RSI)
	a.Op(asm.CMPQ, asm.RCX, asm.RDX)
	jump(a, asm.JB, w.label("down")) // it starts inside of what is read

	for k := range int32(4) {
		a.Vec(w.load, asm.Vec(4+k), indexed(asm.RSI, asm.RDX, -(k+1)*w.size))
	}
	a.Vec(w.load, asm.Vec(8), mem(asm.RSI, 0))
	a.Op(asm.LEAQ, asm.R8, indexed(asm.RDI, asm.RDX, -four)) // rounds stop behind here
	a.Op(asm.MOVQ, asm.R9, asm.RDI)
	a.Op(asm.SUBQ, asm.RSI, asm.RDI)
	a.Op(asm.ORQ, asm.RDI, asm.Imm(int64(w.size-1)))
	a.Op(asm.INCQ, asm.RDI) // the next multiple
	a.Op(asm.ADDQ, asm.RSI, asm.RDI)
	a.Label(w.label("upward"))
	round(asm.RSI, asm.RDI, 0)
	a.Op(asm.ADDQ, asm.RSI, asm.Imm(int64(four)))
	a.Op(asm.ADDQ, asm.RDI, asm.Imm(int64(four)))
	a.Op(asm.CMPQ, asm.RDI, asm.R8)
	jump(a, asm.JB, w.label("upward"))
	for k := range int32(4) {
		a.Vec(w.store, mem(asm.R8, four-(k+1)*w.size), asm.Vec(4+k))
	}
	a.Vec(w.store, mem(asm.R9, 0), asm.Vec(8))
	w.ret(a)

	a.Label(w.label("down"))
	a.Op(asm.TESTQ, asm.RCX, asm.RCX)
	jump(a, asm.JE, "0") // the same block
	for k := range int32(4) {
		a.Vec(w.load, asm.Vec(4+k), mem(asm.RSI, k*w.size))
	}
	a.Vec(w.load, asm.Vec(8), indexed(asm.RSI, asm.RDX, -w.size))
	a.Op(asm.LEAQ, asm.R8, indexed(asm.RDI, asm.RDX, 0))
	a.Op(asm.MOVQ, asm.R9, asm.R8)
	a.Op(asm.LEAQ, asm.R10, mem(asm.RDI, four)) // rounds stop before here
	a.Op(asm.SUBQ, asm.RSI, asm.RDI)
	a.Op(asm.DECQ, asm.R8)
	a.Op(asm.ANDQ, asm.R8, asm.Imm(int64(-w.size)))
	a.Op(asm.ADDQ, asm.RSI, asm.R8)
	a.Label(w.label("downward"))
	round(asm.RSI, asm.R8, -four)
	a.Op(asm.SUBQ, asm.RSI, asm.Imm(int64(four)))
	a.Op(asm.SUBQ, asm.R8, asm.Imm(int64(four)))
	a.Op(asm.CMPQ, asm.R8, asm.R10)
	jump(a, asm.JA, w.label("downward"))
	for k := range int32(4) {
		a.Vec(w.store, mem(asm.RDI, k*w.size), asm.Vec(4+k))
	}
	a.Vec(w.store, mem(asm.R9, -w.size), asm.Vec(8))
	w.ret(a)
}
