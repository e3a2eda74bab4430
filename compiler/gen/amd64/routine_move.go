package amd64

import (
	neutral "slul/asm"
	asm "slul/asm/amd64"
)

// routine_move.go has mem.move. `rep movsb` pays nowhere: on AMD Zen 4 it takes up to 40 %
// longer than rounds of AVX2 between 2 KiB and 512 KiB, and as long above.

// moves copies 2·half vectors from both ends of the block, of which the first were read
// already; all are read before any is written. It goes up: a CPU puts writes to one line
// together when they follow each other.
func (w wide) moves(a *asm.Asm, half int32, already int) {
	at := w.ends(asm.RDX, half)
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
	begin(a, asm.RDX)
	a.Vec(avx.load, asm.Vec(0), mem(asm.RSI, 0)) // before the jumps: then they cost less
	avx.straight(a, asm.RDX, 4, func(half int32) { avx.moves(a, half, 1) })
	avx.moveMany(a)
	line(a, 5, "small")
	a.Op(asm.CMPL, asm.RDX, asm.Imm(16))
	jump(a, asm.JB, "below")
	sse.moves(a, 1, 0)
	a.Label("below")
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
	withoutAVX(a, asm.RDX)
	moves := func(half int32) { sse.moves(a, half, 0) }
	sse.upTo(a, asm.RDX, 2, 0, moves)
	sse.upTo(a, asm.RDX, 4, 0, moves)
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
