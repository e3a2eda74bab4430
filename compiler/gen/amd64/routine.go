package amd64

import (
	neutral "slul/asm"
	asm "slul/asm/amd64"
)

// routine.go writes the routines on blocks of memory that core calls by name, where a
// string instruction would not be fast. They take and give what functions do, and are only
// linked where they are reached. routine_scan.go has those that only read.
//
//	mem.move  rdi to, rsi from, rdx bytes     the blocks may overlap
//	mem.set   rdi to, esi byte, rdx bytes
//	mem.same  rdi a, rsi b, rdx bytes         -> rax: how many are equal from the start on
//	mem.seek  rdi from, rsi bytes, edx byte   -> rax: how many stand before the first such byte
//
// Nothing outside of the blocks is read or written. Small blocks are covered by a first and
// a last piece that overlap. Large ones are done with AVX2 where the CPU and the kernel have
// it; what they have is asked once (CPUID is slow, and very slow in virtual machines), and
// kept in the arena, at cpuWord.

// cpuWord is where an arena has what is known of the CPU: see core/arena.slunsafe.
const cpuWord = 56

// Bits of that word.
const (
	cpuKnown = 1
	cpuAVX2  = 2
	cpuERMS  = 4 // rep movsb and rep stosb are fast
)

// From how many bytes on `rep movsb` and `rep stosb` are faster than loops, and to how many:
// what `rep movsb` copies in the second-level cache it does better, beyond that not. Measured
// on AMD Zen 4; Intel's manual (Optimization Reference Manual, 3.7.6) says about the same.
const (
	repMoveLeast = 4096
	repMoveMost  = 1 << 19
	repSetLeast  = 2048
)

const cpuRoutine = "mem.cpu"

// Routines are the routines by name.
var Routines = map[string]func() (*neutral.Code, error){
	"mem.move": moveRoutine, "mem.set": setRoutine, "mem.same": sameRoutine, "mem.seek": seekRoutine,
	cpuRoutine: askCPU,
}

func mem(base asm.Reg, disp int32) asm.Mem { return asm.Mem{Base: base, Disp: disp} }

func indexed(base, index asm.Reg, disp int32) asm.Mem {
	return asm.Mem{Base: base, Index: index, Scale: 1, Disp: disp}
}

// askCPU finds out what the CPU has, puts the word into the arena at hand and the run block,
// and gives it in rax. Changes no other register but rcx.
func askCPU() (*neutral.Code, error) {
	a := asm.New()
	for _, r := range []asm.Reg{asm.RBX, asm.RDX, asm.RSI} {
		a.Op(asm.PUSH, r)
	}
	a.Op(asm.MOVL, asm.RSI, asm.Imm(cpuKnown))
	a.Op(asm.XORL, asm.RAX, asm.RAX)
	a.Vec(asm.CPUID)
	a.Op(asm.CMPL, asm.RAX, asm.Imm(7)) // the highest leaf
	a.Op(asm.JB, asm.Label("known"))
	a.Op(asm.MOVL, asm.RAX, asm.Imm(1))
	a.Vec(asm.CPUID)
	a.Op(asm.PUSH, asm.RCX)
	a.Op(asm.MOVL, asm.RAX, asm.Imm(7))
	a.Op(asm.XORL, asm.RCX, asm.RCX)
	a.Vec(asm.CPUID)
	a.Op(asm.POP, asm.RCX)
	a.Op(asm.BTL, asm.RBX, asm.Imm(9)) // ERMS
	a.Op(asm.JAE, asm.Label("avx"))
	a.Op(asm.ORL, asm.RSI, asm.Imm(cpuERMS))
	a.Label("avx")
	a.Op(asm.BTL, asm.RBX, asm.Imm(5)) // AVX2
	a.Op(asm.JAE, asm.Label("known"))
	a.Op(asm.ANDL, asm.RCX, asm.Imm(1<<27|1<<28)) // OSXSAVE and AVX
	a.Op(asm.CMPL, asm.RCX, asm.Imm(1<<27|1<<28))
	a.Op(asm.JNE, asm.Label("known"))
	a.Op(asm.XORL, asm.RCX, asm.RCX)
	a.Vec(asm.XGETBV)
	a.Op(asm.ANDL, asm.RAX, asm.Imm(6)) // the kernel saves xmm and ymm
	a.Op(asm.CMPL, asm.RAX, asm.Imm(6))
	a.Op(asm.JNE, asm.Label("known"))
	a.Op(asm.ORL, asm.RSI, asm.Imm(cpuAVX2))
	a.Label("known")
	a.Op(asm.MOVL, asm.RAX, asm.RSI)
	a.Op(asm.MOVQ, mem(asm.R15, cpuWord), asm.RAX)
	a.Op(asm.MOVQ, asm.RCX, mem(asm.R15, 0))
	a.Op(asm.TESTB, asm.RCX, asm.Imm(7)) // odd: this is the run block
	a.Op(asm.JNE, asm.Label("out"))
	a.Op(asm.MOVQ, mem(asm.RCX, cpuWord), asm.RAX)
	a.Label("out")
	for _, r := range []asm.Reg{asm.RSI, asm.RDX, asm.RBX} {
		a.Op(asm.POP, r)
	}
	a.Op(asm.RET)
	return a.Assemble()
}

// cpu puts what is known of the CPU into eax; it asks when that is nothing yet.
func cpu(a *asm.Asm) {
	a.Op(asm.MOVL, asm.RAX, mem(asm.R15, cpuWord))
	a.Op(asm.TESTL, asm.RAX, asm.RAX)
	a.Op(asm.JNE, asm.Label("cpu"))
	a.Op(asm.PUSH, asm.RAX) // the stack at calls is a multiple of 16
	a.Op(asm.CALL, asm.Sym{Name: cpuRoutine})
	a.Op(asm.POP, asm.RCX)
	a.Label("cpu")
}

// wide is a size of vector: 16 bytes by SSE, or 32 by AVX.
type wide struct {
	name        string
	size        int32
	load, store asm.VecOp
	clear       bool // the upper halves must be zero when others use SSE again
}

var (
	sse = wide{"sse", 16, asm.MOVUPS, asm.MOVUPSTO, false}
	avx = wide{"avx", 32, asm.VMOVDQU, asm.VMOVDQUTO, true}
)

func (w wide) ret(a *asm.Asm) {
	if w.clear {
		a.Vec(asm.VZEROUPPER)
	}
	a.Op(asm.RET)
}

// moves copies count vectors from the start of the block and as many from its end; all are
// read before any is written.
func (w wide) moves(a *asm.Asm, count int32) {
	for k := range count {
		a.Vec(w.load, asm.Vec(k), mem(asm.RSI, k*w.size))
		a.Vec(w.load, asm.Vec(count+k), indexed(asm.RSI, asm.RDX, -(k+1)*w.size))
	}
	for k := range count {
		a.Vec(w.store, mem(asm.RDI, k*w.size), asm.Vec(k))
		a.Vec(w.store, indexed(asm.RDI, asm.RDX, -(k+1)*w.size), asm.Vec(count+k))
	}
	w.ret(a)
}

// below16 leads blocks of rdx < 16 bytes to few, for 1 to 3, or to two, for two words that may
// overlap; larger ones go to the label 16.
func below16(a *asm.Asm, few func(), two func(mov asm.Op, size int32)) {
	a.Op(asm.CMPQ, asm.RDX, asm.Imm(16))
	a.Op(asm.JAE, asm.Label("16"))
	a.Op(asm.CMPL, asm.RDX, asm.Imm(8))
	a.Op(asm.JAE, asm.Label("8"))
	a.Op(asm.CMPL, asm.RDX, asm.Imm(4))
	a.Op(asm.JAE, asm.Label("4"))
	a.Op(asm.TESTL, asm.RDX, asm.RDX)
	a.Op(asm.JE, asm.Label("0"))
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

func moveRoutine() (*neutral.Code, error) {
	a := asm.New()
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
	for _, k := range []struct {
		label, next string
		most        int64
	}{{"16", "32", 32}, {"32", "64", 64}, {"64", "128", 128}} {
		a.Label(k.label)
		a.Op(asm.CMPQ, asm.RDX, asm.Imm(k.most))
		a.Op(asm.JA, asm.Label(k.next))
		if k.most == 128 { // already asked?
			a.Op(asm.TESTB, mem(asm.R15, cpuWord), asm.Imm(cpuAVX2))
			a.Op(asm.JNE, asm.Label("avx64"))
		}
		sse.moves(a, int32(k.most/32))
	}
	a.Label("avx64")
	avx.moves(a, 2)
	a.Label("128")
	cpu(a)
	a.Op(asm.TESTB, asm.RAX, asm.Imm(cpuAVX2))
	a.Op(asm.JE, asm.Label("sse"))
	a.Op(asm.CMPQ, asm.RDX, asm.Imm(256))
	a.Op(asm.JA, asm.Label("avx"))
	avx.moves(a, 4)
	a.Label("avx")
	avx.moveMany(a)
	a.Label("sse")
	moveSSE(a)
	return a.Assemble()
}

// moveSSE copies more than one vector, one after the other: few CPUs are without AVX2, and
// this is short. The last one is read first and written last, or the first when the copy
// goes down.
func moveSSE(a *asm.Asm) {
	a.Op(asm.MOVQ, asm.RCX, asm.RDI)
	a.Op(asm.SUBQ, asm.RCX, asm.RSI)
	a.Op(asm.CMPQ, asm.RCX, asm.RDX)
	a.Op(asm.JB, asm.Label("ssedown"))
	a.Vec(asm.MOVUPS, asm.Vec(1), indexed(asm.RSI, asm.RDX, -16))
	a.Op(asm.LEAQ, asm.R8, indexed(asm.RDI, asm.RDX, -16))
	a.Label("sseup")
	a.Vec(asm.MOVUPS, asm.Vec(0), mem(asm.RSI, 0))
	a.Vec(asm.MOVUPSTO, mem(asm.RDI, 0), asm.Vec(0))
	a.Op(asm.ADDQ, asm.RSI, asm.Imm(16))
	a.Op(asm.ADDQ, asm.RDI, asm.Imm(16))
	a.Op(asm.CMPQ, asm.RDI, asm.R8)
	a.Op(asm.JB, asm.Label("sseup"))
	a.Vec(asm.MOVUPSTO, mem(asm.R8, 0), asm.Vec(1))
	a.Op(asm.RET)
	a.Label("ssedown")
	a.Vec(asm.MOVUPS, asm.Vec(1), mem(asm.RSI, 0))
	a.Label("ssedownward")
	a.Vec(asm.MOVUPS, asm.Vec(0), indexed(asm.RSI, asm.RDX, -16))
	a.Vec(asm.MOVUPSTO, indexed(asm.RDI, asm.RDX, -16), asm.Vec(0))
	a.Op(asm.SUBQ, asm.RDX, asm.Imm(16))
	a.Op(asm.CMPQ, asm.RDX, asm.Imm(16))
	a.Op(asm.JA, asm.Label("ssedownward"))
	a.Vec(asm.MOVUPSTO, mem(asm.RDI, 0), asm.Vec(1))
	a.Op(asm.RET)
}

// moveMany copies more than four vectors, in rounds of four that are written at multiples
// of the vector's size. What the rounds may overwrite before it is read, and what they leave
// over, is read first and written last: four vectors where the copy ends, one where it
// starts.
func (w wide) moveMany(a *asm.Asm) {
	label := func(s string) string { return w.name + s }
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
	a.Op(asm.JB, asm.Label(label("down"))) // it starts inside of what is read
	a.Op(asm.CMPQ, asm.RDX, asm.Imm(repMoveLeast))
	a.Op(asm.JB, asm.Label(label("up")))
	a.Op(asm.CMPQ, asm.RDX, asm.Imm(repMoveMost))
	a.Op(asm.JA, asm.Label(label("up")))
	a.Op(asm.TESTB, asm.RAX, asm.Imm(cpuERMS))
	a.Op(asm.JE, asm.Label(label("up")))
	a.Op(asm.NEGQ, asm.RCX)
	a.Op(asm.CMPQ, asm.RCX, asm.Imm(64)) // that near, rep movsb is slow
	a.Op(asm.JB, asm.Label(label("up")))
	a.Op(asm.MOVQ, asm.RCX, asm.RDX)
	a.Op(asm.REPMOVSB)
	a.Op(asm.RET)

	a.Label(label("up"))
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
	a.Label(label("upward"))
	round(asm.RSI, asm.RDI, 0)
	a.Op(asm.ADDQ, asm.RSI, asm.Imm(int64(four)))
	a.Op(asm.ADDQ, asm.RDI, asm.Imm(int64(four)))
	a.Op(asm.CMPQ, asm.RDI, asm.R8)
	a.Op(asm.JB, asm.Label(label("upward")))
	for k := range int32(4) {
		a.Vec(w.store, mem(asm.R8, four-(k+1)*w.size), asm.Vec(4+k))
	}
	a.Vec(w.store, mem(asm.R9, 0), asm.Vec(8))
	w.ret(a)

	a.Label(label("down"))
	a.Op(asm.TESTQ, asm.RCX, asm.RCX)
	a.Op(asm.JE, asm.Label("0")) // the same block
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
	a.Label(label("downward"))
	round(asm.RSI, asm.R8, -four)
	a.Op(asm.SUBQ, asm.RSI, asm.Imm(int64(four)))
	a.Op(asm.SUBQ, asm.R8, asm.Imm(int64(four)))
	a.Op(asm.CMPQ, asm.R8, asm.R10)
	a.Op(asm.JA, asm.Label(label("downward")))
	for k := range int32(4) {
		a.Vec(w.store, mem(asm.RDI, k*w.size), asm.Vec(4+k))
	}
	a.Vec(w.store, mem(asm.R9, -w.size), asm.Vec(8))
	w.ret(a)
}

// sets writes count vectors at the start of the block and as many at its end.
func (w wide) sets(a *asm.Asm, count int32) {
	for k := range count {
		a.Vec(w.store, mem(asm.RDI, k*w.size), asm.Vec(0))
		a.Vec(w.store, indexed(asm.RDI, asm.RDX, -(k+1)*w.size), asm.Vec(0))
	}
	w.ret(a)
}

func setRoutine() (*neutral.Code, error) {
	a := asm.New()
	a.Op(asm.MOVZXB, asm.RSI, asm.RSI)
	a.Op(asm.MOVQ, asm.RCX, asm.Imm(0x0101010101010101))
	a.Op(asm.IMULQ, asm.RSI, asm.RCX)
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
	a.Label("16")
	a.Vec(asm.MOVQX, asm.Vec(0), asm.RSI)
	a.Vec(asm.PUNPCKLQDQ, asm.Vec(0), asm.Vec(0))
	for _, k := range []struct {
		label, next string
		most        int64
	}{{"at16", "32", 32}, {"32", "64", 64}, {"64", "128", 128}} {
		a.Label(k.label)
		a.Op(asm.CMPQ, asm.RDX, asm.Imm(k.most))
		a.Op(asm.JA, asm.Label(k.next))
		sse.sets(a, int32(k.most/32))
	}
	a.Label("128")
	cpu(a)
	a.Op(asm.TESTB, asm.RAX, asm.Imm(cpuAVX2))
	a.Op(asm.JE, asm.Label("sse"))
	a.Vec(asm.VPBROADCASTB, asm.Vec(0), asm.Vec(0))
	a.Op(asm.CMPQ, asm.RDX, asm.Imm(256))
	a.Op(asm.JA, asm.Label("avx"))
	avx.sets(a, 4)
	a.Label("avx")
	avx.setMany(a)
	a.Label("sse") // as in moveSSE
	a.Op(asm.LEAQ, asm.R8, indexed(asm.RDI, asm.RDX, -16))
	a.Label("sseround")
	a.Vec(asm.MOVUPSTO, mem(asm.RDI, 0), asm.Vec(0))
	a.Op(asm.ADDQ, asm.RDI, asm.Imm(16))
	a.Op(asm.CMPQ, asm.RDI, asm.R8)
	a.Op(asm.JB, asm.Label("sseround"))
	a.Vec(asm.MOVUPSTO, mem(asm.R8, 0), asm.Vec(0))
	a.Op(asm.RET)
	return a.Assemble()
}

// setMany fills more than four vectors.
func (w wide) setMany(a *asm.Asm) {
	four := 4 * w.size
	a.Op(asm.CMPQ, asm.RDX, asm.Imm(repSetLeast))
	a.Op(asm.JB, asm.Label(w.name+"loop"))
	a.Op(asm.TESTB, asm.RAX, asm.Imm(cpuERMS))
	a.Op(asm.JE, asm.Label(w.name+"loop"))
	a.Op(asm.MOVL, asm.RAX, asm.RSI)
	a.Op(asm.MOVQ, asm.RCX, asm.RDX)
	a.Op(asm.REPSTOSB)
	w.ret(a)
	a.Label(w.name + "loop")
	a.Op(asm.LEAQ, asm.R8, indexed(asm.RDI, asm.RDX, -four))
	a.Vec(w.store, mem(asm.RDI, 0), asm.Vec(0))
	a.Op(asm.ORQ, asm.RDI, asm.Imm(int64(w.size-1)))
	a.Op(asm.INCQ, asm.RDI)
	a.Label(w.name + "round")
	for k := range int32(4) {
		a.Vec(w.store, mem(asm.RDI, k*w.size), asm.Vec(0))
	}
	a.Op(asm.ADDQ, asm.RDI, asm.Imm(int64(four)))
	a.Op(asm.CMPQ, asm.RDI, asm.R8)
	a.Op(asm.JB, asm.Label(w.name+"round"))
	for k := range int32(4) {
		a.Vec(w.store, mem(asm.R8, k*w.size), asm.Vec(0))
	}
	w.ret(a)
}
