package mach

import "slices"

// rewrite.go puts the result of allocation into the instructions.

// rewrite replaces registers by their places, brings reloads and stores into the blocks,
// and makes parallel copies plain.
func (a *allocator) rewrite() {
	for _, b := range a.f.Blocks {
		var out []*Inst
		for _, i := range b.Insts {
			for _, c := range i.before {
				out = a.finish(out, c)
			}
			out = a.finish(out, i)
			for _, c := range i.after {
				out = a.finish(out, c)
			}
			i.before, i.after = nil, nil
		}
		b.Insts = dropKnown(out)
	}
}

// finish appends i in its last form to out.
func (a *allocator) finish(out []*Inst, i *Inst) []*Inst {
	if i.Op == OpDead {
		return out
	}
	if i.Op == OpCopy {
		for k := 0; k < len(i.Args); k += 2 {
			to, from := &i.Args[k], &i.Args[k+1]
			// A narrow register may be stored whole in a wide home: where the upper half
			// counts, it is zero. A narrow home has no upper half at all.
			wide := a.isWide(*to)
			to.Wide = wide && (a.isWide(*from) || to.Kind == KMem && from.Kind == KReg)
			from.Wide = wide
		}
	}
	i.eachReg(func(r *Reg, role Role) {
		if r.IsVirtual() {
			*r = a.of(*r).reg
		}
		if role&Def != 0 {
			a.f.Used |= Set(*r)
		}
	})
	a.f.Used |= i.Clobbers
	if i.Op != OpCopy {
		return append(out, i)
	}
	scratch := NoReg
	if len(i.Args) > 4 {
		scratch = a.freeAt(i)
	}
	seq := a.f.sequence(i, scratch)
	for _, c := range seq {
		if c.Op == OpSwap {
			for _, o := range c.Args {
				if o.Kind == KReg {
					a.f.Used |= Set(o.Reg)
				}
			}
		}
		if scratch != NoReg && c.Op == OpCopy && c.Args[0].Kind == KReg && c.Args[0].Reg == scratch {
			a.f.Used |= Set(scratch)
		}
	}
	return append(out, seq...)
}

// freeAt gives a register that holds nothing where i is, and that costs no saving; NoReg
// when there is none.
func (a *allocator) freeAt(i *Inst) Reg {
	here := []span{{i.at - writeAt, i.at + step - 1}}
	for _, r := range a.f.CPU.Allocatable {
		if a.f.CPU.CalleeSaved.Has(r) && !a.used.Has(r) || overlap(here, a.fixed[r]) {
			continue
		}
		if at := firstAfter(a.taken[r], here[0].from); at == len(a.taken[r]) || a.taken[r][at].from >= here[0].to {
			return r
		}
	}
	return NoReg
}

// isWide says whether a side of a copy has 64 bits; what is not a virtual register or
// its home goes by the other side.
func (a *allocator) isWide(o Operand) bool {
	switch {
	case o.Kind == KReg && o.Reg.IsVirtual():
		return a.of(o.Reg).wide
	case o.Kind == KMem && o.Place == AtSpill:
		return o.Wide
	}
	return true
}

// dropKnown leaves out copies between registers that are known to be equal, because one
// was copied to the other before and neither has changed.
func dropKnown(insts []*Inst) []*Inst {
	type pair struct {
		a, b Reg
		wide bool
	}
	var known []pair
	kept := insts[:0]
	for _, i := range insts {
		isMove := i.Op == OpCopy && i.Args[0].Kind == KReg && i.Args[1].Kind == KReg
		if isMove && slices.ContainsFunc(known, func(p pair) bool {
			to, from := i.Args[0].Reg, i.Args[1].Reg
			return (p.a == to && p.b == from || p.b == to && p.a == from) && (p.wide || !i.Wide)
		}) {
			continue
		}
		kept = append(kept, i)
		written := i.Clobbers
		i.eachReg(func(r *Reg, role Role) {
			if role&Def != 0 || i.Op == OpSwap {
				written |= Set(*r)
			}
		})
		known = slices.DeleteFunc(known, func(p pair) bool { return written.Has(p.a) || written.Has(p.b) })
		if isMove {
			known = append(known, pair{i.Args[0].Reg, i.Args[1].Reg, i.Wide})
		}
	}
	return kept
}
