package mach

import "slices"

// rewrite.go puts the result of allocation into the instructions.

// rewrite replaces registers by their places, brings reloads and stores into the blocks,
// and makes parallel copies plain.
func (a *allocator) rewrite() {
	for _, b := range a.f.Blocks {
		out := a.out[:0]
		for _, i := range b.Insts {
			if len(a.around) == 0 {
				out = a.finish(out, i)
				continue
			}
			near := &a.around[i.at/step]
			for _, c := range near.before {
				out = a.finish(out, c)
			}
			out = a.finish(out, i)
			for _, c := range near.after {
				out = a.finish(out, c)
			}
		}
		a.out = out
		if out = a.dropKnown(out); len(out) <= len(b.Insts) {
			b.Insts = append(b.Insts[:0], out...)
		} else {
			b.Insts = a.f.List(out)
		}
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
			wide := a.isWide(to)
			to.Wide = wide && (a.isWide(from) || to.Kind == KMem && from.Kind == KReg)
			from.Wide = wide
		}
	}
	for k := range i.Args {
		o := &i.Args[k]
		if o.Reg.IsVirtual() {
			o.Reg = a.of(o.Reg).reg
		}
		if o.Index.IsVirtual() {
			o.Index = a.of(o.Index).reg
		}
		if o.writes() {
			a.f.Used |= Set(o.Reg)
		}
	}
	a.f.Used |= i.Clobbers
	if i.Op != OpCopy {
		return append(out, i)
	}
	scratch := NoReg
	if len(i.Args) > 4 {
		scratch = a.freeAt(i)
	}
	before := len(out)
	out = a.f.sequence(out, i, scratch)
	for _, c := range out[before:] {
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
	return out
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
func (a *allocator) isWide(o *Operand) bool {
	switch {
	case o.Kind == KReg && o.Reg.IsVirtual():
		return a.of(o.Reg).wide
	case o.Kind == KMem && o.Place == AtSpill:
		return o.Wide
	}
	return true
}

// pair is two registers that are known to be equal.
type pair struct {
	a, b Reg
	wide bool
}

// dropKnown leaves out copies between registers that are known to be equal, because one
// was copied to the other before and neither has changed.
func (a *allocator) dropKnown(insts []*Inst) []*Inst {
	known, among := a.known[:0], RegSet(0) // among: the registers in known, and maybe others
	kept := insts[:0]
	for _, i := range insts {
		isMove := i.Op == OpCopy && i.Args[0].Kind == KReg && i.Args[1].Kind == KReg
		if isMove && isKnown(known, i) {
			continue
		}
		kept = append(kept, i)
		written := i.Clobbers
		for k := range i.Args {
			if o := &i.Args[k]; o.writes() || i.Op == OpSwap {
				written |= Set(o.Reg, o.Index)
			}
		}
		if written&among != 0 {
			among = 0
			known = slices.DeleteFunc(known, func(p pair) bool { return written.Has(p.a) || written.Has(p.b) })
			for _, p := range known {
				among |= Set(p.a, p.b)
			}
		}
		if isMove {
			known = append(known, pair{i.Args[0].Reg, i.Args[1].Reg, i.Wide})
			among |= Set(i.Args[0].Reg, i.Args[1].Reg)
		}
	}
	a.known = known
	return kept
}

// isKnown says whether the two sides of a copy are known to be equal.
func isKnown(known []pair, i *Inst) bool {
	to, from := i.Args[0].Reg, i.Args[1].Reg
	for _, p := range known {
		if (p.a == to && p.b == from || p.b == to && p.a == from) && (p.wide || !i.Wide) {
			return true
		}
	}
	return false
}
