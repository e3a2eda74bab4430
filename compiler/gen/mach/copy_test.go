package mach

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// place gives operand n: registers first, then slots.
func place(n, regs int, role Role) Operand {
	if n < regs {
		return R(Reg(n+1), role)
	}
	return Operand{Kind: KMem, Place: AtSpill, Num: int32(n - regs)}
}

func key(o Operand) string {
	if o.Kind == KReg {
		return fmt.Sprint("r", o.Reg)
	}
	return fmt.Sprint("s", o.Num)
}

// TestSequence runs random parallel copies one step at a time. Wide and narrow values
// are 64-bit numbers; a narrow one counts by its low half, and its upper half is zero in
// a register and junk in a slot.
func TestSequence(t *testing.T) {
	const regs, slots = 5, 3
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		state, want := map[string]uint64{}, map[string]uint64{}
		narrow := map[string]bool{}
		for n := range regs + slots {
			k := key(place(n, regs, Use))
			state[k] = r.Uint64()
			if narrow[k] = r.IntN(3) == 0; narrow[k] && n < regs {
				state[k] &= 0xffffffff
			}
		}
		copied := &Inst{Op: OpCopy}
		for _, n := range r.Perm(regs + slots)[:1+r.IntN(regs+slots)] {
			to, from := place(n, regs, Def), place(r.IntN(regs+slots), regs, Use)
			if r.IntN(6) == 0 {
				from = I(r.Int64())
			}
			wideTo := r.IntN(3) > 0
			if from.Kind == KImm {
				to.Wide, from.Wide = wideTo, wideTo
				want[key(to)] = uint64(from.Imm)
			} else {
				to.Wide = wideTo && (!narrow[key(from)] || to.Kind == KMem && from.Kind == KReg)
				from.Wide = wideTo
				want[key(to)] = state[key(from)]
				if narrow[key(from)] {
					want[key(to)] &= 0xffffffff
				}
			}
			if !wideTo {
				want[key(to)] &= 0xffffffff
			}
			copied.Args = append(copied.Args, to, from)
		}
		wide := map[string]bool{}
		for k := 0; k < len(copied.Args); k += 2 {
			wide[key(copied.Args[k])] = copied.Args[k+1].Wide
		}
		before := fmt.Sprint(copied.Args)
		scratch := NoReg
		if r.IntN(2) == 0 {
			scratch = regs + 1
		}
		for _, i := range NewFunc("f", &testCPU).sequence(nil, copied, scratch) {
			run(state, i)
		}
		for k, n := range want {
			got := state[k]
			if !wide[k] {
				got &= 0xffffffff
			}
			if got != n {
				t.Fatalf("%s holds %#x, want %#x, after %s", k, got, n, before)
			}
		}
	}
}

// run does what a CPU does for a plain copy.
func run(state map[string]uint64, i *Inst) {
	to := key(i.Args[0])
	switch i.Op {
	case OpSwap:
		from := key(i.Args[1])
		state[to], state[from] = state[from], state[to]
	case OpClear:
		state[to] &= 0xffffffff
	case OpCopy:
		x := uint64(i.Args[1].Imm)
		if i.Args[1].Kind != KImm {
			x = state[key(i.Args[1])]
		}
		switch {
		case i.Wide || i.Args[0].Kind == KMem && i.Args[1].Kind == KMem:
			state[to] = x
		case i.Args[0].Kind == KMem:
			state[to] = state[to]&^0xffffffff | x&0xffffffff
		default:
			state[to] = x & 0xffffffff
		}
	}
}
