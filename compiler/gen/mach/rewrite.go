package mach

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
		b.Insts = out
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
			to.Wide = a.isWide(*to) && a.isWide(*from)
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
	seq := sequence(i)
	for _, c := range seq {
		if c.Op == OpSwap {
			for _, o := range c.Args {
				if o.Kind == KReg {
					a.f.Used |= Set(o.Reg)
				}
			}
		}
	}
	return append(out, seq...)
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
