package mach

import "slices"

// coalesce.go makes copies vanish before registers are given out: when the two sides of
// a copy never hold different values at the same time, they become one register.

// coalesce joins registers, the most often run copies first. Needs spans; keeps them
// right, and rewrites the operands.
func (a *allocator) coalesce() {
	type pair struct {
		to, from Reg
		freq     float64
	}
	var pairs []pair
	for _, b := range a.f.Blocks {
		for _, i := range b.Insts {
			if i.Op != OpCopy {
				continue
			}
			for k := 0; k < len(i.Args); k += 2 {
				to, from := i.Args[k].Reg, i.Args[k+1].Reg
				if i.Args[k+1].Kind == KReg && to.IsVirtual() && from.IsVirtual() {
					pairs = append(pairs, pair{to, from, b.freq})
				}
			}
		}
	}
	slices.SortStableFunc(pairs, func(x, y pair) int {
		switch {
		case x.freq > y.freq:
			return -1
		case x.freq < y.freq:
			return 1
		}
		return 0
	})
	same := make([]Reg, len(a.f.wide)) // by register: the one that it has become, or 0
	find := func(v Reg) Reg {
		for same[v-FirstVirtual] != NoReg {
			v = same[v-FirstVirtual]
		}
		return v
	}
	for _, p := range pairs {
		to, from := find(p.to), find(p.from)
		if to == from || overlap(a.of(to).spans, a.of(from).spans) {
			continue
		}
		x, y := a.of(to), a.of(from)
		x.spans, y.spans = union(x.spans, y.spans), nil
		x.wide = x.wide || y.wide
		a.f.wide[to-FirstVirtual] = x.wide
		same[from-FirstVirtual] = to
	}
	for _, b := range a.f.Blocks {
		for _, i := range b.Insts {
			i.eachReg(func(r *Reg, _ Role) {
				if r.IsVirtual() {
					*r = find(*r)
				}
			})
			if i.Op == OpCopy {
				dropSame(i)
			}
		}
	}
}

// dropSame removes the pairs of a copy that do nothing.
func dropSame(i *Inst) {
	kept := i.Args[:0]
	for k := 0; k < len(i.Args); k += 2 {
		to, from := i.Args[k], i.Args[k+1]
		if from.Kind != KReg || from.Reg != to.Reg {
			kept = append(kept, to, from)
		}
	}
	i.Args = kept
	if len(kept) == 0 {
		i.Op = OpDead
	}
}
