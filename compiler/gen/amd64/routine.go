package amd64

import (
	"fmt"

	neutral "slul/asm"
	asm "slul/asm/amd64"
)

// routine.go begins the routines on blocks of memory that core calls by name, where a
// string instruction would not be fast. They take and give what functions do, and are only
// linked where they are reached.
//
//	mem.move  rdi to, rsi from, rdx bytes     the blocks may overlap        routine_move.go
//	mem.set   rdi to, esi byte, rdx bytes                                   routine_set.go
//	mem.same  rdi a, rsi b, rdx bytes         -> rax: how many are equal    routine_scan.go
//	                                             from the start on
//	mem.seek  rdi from, rsi bytes, edx byte   -> rax: how many stand        routine_scan.go
//	                                             before the first such byte
//	mem.cpu   finds out what the CPU has                                    routine_cpu.go
//
// Nothing outside of the blocks is read or written. Small blocks, and those up to eight
// vectors, are covered by pieces from the start and from the end that overlap, without a
// loop. Small ones are the same on all CPUs, up to 63 bytes or 32; larger ones have two forms,
// SSE and AVX2. Wider vectors do not pay: AVX-512's registers 16 to 31 save the VZEROUPPER, but
// each instruction is two bytes longer, and takes as long in all (measured on AMD Zen 4).
//
// A call of a routine that stays in one line of the cache takes as long as a call of nothing:
// call and return are what takes time, 9 cycles on AMD Zen 4 where a place calls several
// routines in turn, or from far. There a second line, jumped to or not, takes one cycle more,
// and further jumps one or two. So it matters most what the first line does, and its 64 bytes
// decide how that is said.

// Routines are the routines by name.
var Routines = map[string]func() (*neutral.Code, error){
	"mem.move": moveRoutine, "mem.set": setRoutine, "mem.same": sameRoutine, "mem.seek": seekRoutine,
	cpuRoutine: askCPU,
}

func mem(base asm.Reg, disp int32) asm.Mem { return asm.Mem{Base: base, Disp: disp} }

func indexed(base, index asm.Reg, disp int32) asm.Mem {
	return asm.Mem{Base: base, Index: index, Scale: 1, Disp: disp}
}

// wide is a form: a size of vector, how one is read and written.
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

func (w wide) label(name string) string { return w.name + name }

func (w wide) ret(a *asm.Asm) {
	if w.clear {
		a.Vec(asm.VZEROUPPER)
	}
	a.Op(asm.RET)
}

// jump goes to the label on a condition.
func jump(a *asm.Asm, op asm.Op, label string) { a.Op(op, asm.Label(label)) }

// upTo does blocks of up to 2·half vectors by body, which is given half; the code for larger
// ones follows, behind a pad as of line.
func (w wide) upTo(a *asm.Asm, length asm.Reg, half int32, pad int, body func(half int32)) {
	larger := fmt.Sprint(w.name, "above", 2*half)
	a.Op(asm.CMPQ, length, asm.Imm(int64(2*half*w.size)))
	jump(a, asm.JA, larger)
	body(half)
	line(a, pad, larger)
}

// line begins a line of the cache with a label that is jumped to and whose code fits into one;
// pad is the bytes that are left of the line before it: TestLines says how many.
func line(a *asm.Asm, pad int, label string) {
	for range pad {
		a.Op(asm.INT3)
	}
	a.Label(label)
}

// lineSize is the size of a line.
const lineSize = 64

// atLine assembles a routine that is to begin a line.
func atLine(a *asm.Asm) (*neutral.Code, error) {
	code, err := a.Assemble()
	if err == nil {
		code.Align = lineSize
	}
	return code, err
}

// place is where a piece stands in the block: index+disp, or disp when there is no index.
type place struct {
	index asm.Reg
	disp  int32
}

func (p place) of(base asm.Reg) asm.Mem {
	if p.index == asm.NoReg {
		return mem(base, p.disp)
	}
	return indexed(base, p.index, p.disp)
}

// row is count vectors from the index on.
func (w wide) row(index asm.Reg, from, count int32) (ps []place) {
	for k := range count {
		ps = append(ps, place{index, from + k*w.size})
	}
	return ps
}

// ends are half of the vectors from the start of the block and as many from its end.
func (w wide) ends(length asm.Reg, half int32) []place {
	return append(w.row(asm.NoReg, 0, half), w.row(length, -half*w.size, half)...)
}
