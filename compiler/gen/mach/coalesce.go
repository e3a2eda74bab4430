package mach

import (
	"cmp"
	"slices"
)

// coalesce.go makes copies vanish before registers are given out: when the two sides of
// a copy never hold different values at the same time, they become one register.

// copyPair is a copy from one virtual register to another.
type copyPair struct {
	to, from Reg
	freq     float64
}

// pair notes the pairs of a copy that may vanish.
func (a *allocator) pair(i *Inst) {
	for k := 0; k < len(i.Args); k += 2 {
		to, from := i.Args[k].Reg, i.Args[k+1].Reg
		if i.Args[k+1].Kind == KReg && to.IsVirtual() && from.IsVirtual() {
			a.pairs = append(a.pairs, copyPair{to, from, i.block.freq})
		}
	}
}

// coalesce joins registers, the most often run copies first. Needs spans; keeps them
// right.
func (a *allocator) coalesce() {
	slices.SortStableFunc(a.pairs, func(x, y copyPair) int { return cmp.Compare(y.freq, x.freq) })
	a.same = empty(a.same, len(a.f.wide))
	for _, p := range a.pairs {
		to, from := a.joined(p.to), a.joined(p.from)
		if to == from || overlap(a.of(to).spans, a.of(from).spans) {
			continue
		}
		x, y := a.of(to), a.of(from)
		x.spans, y.spans = a.f.union(x.spans, y.spans), nil
		x.wide = x.wide || y.wide
		a.f.wide[to-FirstVirtual] = x.wide
		a.same[from-FirstVirtual] = to
	}
}

// joined gives the register that v has become, and shortens the way there.
func (a *allocator) joined(v Reg) Reg {
	for {
		next := a.same[v-FirstVirtual]
		if next == NoReg {
			return v
		}
		if further := a.same[next-FirstVirtual]; further != NoReg {
			a.same[v-FirstVirtual] = further
		}
		v = next
	}
}

// renameCopy renames the registers of a copy, and removes the pairs that do nothing then.
func (a *allocator) renameCopy(i *Inst) {
	kept := i.Args[:0]
	for k := 0; k < len(i.Args); k += 2 {
		to, from := &i.Args[k], &i.Args[k+1]
		for _, o := range [...]*Operand{to, from} {
			if o.Reg.IsVirtual() {
				o.Reg = a.joined(o.Reg)
			}
		}
		if from.Kind != KReg || from.Reg != to.Reg {
			kept = append(kept, *to, *from)
		}
	}
	i.Args = kept
	if len(kept) == 0 {
		i.Op = OpDead
	}
}
