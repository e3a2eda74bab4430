package mach

// rewrite.go puts the result of allocation into the instructions.

// rewrite replaces registers by their places, brings reloads and stores into the blocks,
// and makes parallel copies plain.
func (a *allocator) rewrite() {
	for _, b := range a.f.Blocks {
		a.out, a.known, a.among = a.out[:0], a.known[:0], 0
		for _, i := range b.Insts {
			if len(a.around) == 0 {
				a.finish(i)
				continue
			}
			near := &a.around[i.at/step]
			for _, c := range near.before {
				a.finish(c)
			}
			a.finish(i)
			for _, c := range near.after {
				a.finish(c)
			}
		}
		if len(a.out) <= len(b.Insts) {
			b.Insts = append(b.Insts[:0], a.out...)
		} else {
			b.Insts = a.f.List(a.out)
		}
	}
}

// finish appends i in its last form to the block.
func (a *allocator) finish(i *Inst) {
	switch i.Op {
	case OpDead:
	case OpCopy:
		a.finishCopy(i)
	default:
		a.place(i)
		a.append(i, a.f.use(i))
	}
}

// place replaces the registers of i by their places.
func (a *allocator) place(i *Inst) {
	for k := range i.Args {
		o := &i.Args[k]
		if o.Reg.IsVirtual() {
			o.Reg = a.of(o.Reg).reg
		}
		if o.Index.IsVirtual() {
			o.Index = a.of(o.Index).reg
		}
	}
}

// use notes that f uses the registers that i writes, which are physical, and gives them.
func (f *Func) use(i *Inst) RegSet {
	written := i.Clobbers
	for k := range i.Args {
		if o := &i.Args[k]; o.Kind == KReg && (o.Role&Def != 0 || i.Op == OpSwap) {
			written |= Set(o.Reg)
		}
	}
	f.Used |= written
	return written
}

// finishCopy is finish of a parallel copy.
func (a *allocator) finishCopy(i *Inst) {
	for k := 0; k < len(i.Args); k += 2 {
		to, from := &i.Args[k], &i.Args[k+1]
		// A narrow register may be stored whole in a wide home: where the upper half
		// counts, it is zero. A narrow home has no upper half at all.
		wide := a.isWide(to)
		to.Wide = wide && (a.isWide(from) || to.Kind == KMem && from.Kind == KReg)
		from.Wide = wide
	}
	a.place(i)
	a.f.use(i)
	scratch := NoReg
	if len(i.Args) > 4 {
		scratch = a.freeAt(i)
	}
	a.seq = a.f.sequence(a.seq[:0], i, scratch)
	for _, c := range a.seq {
		a.append(c, a.f.use(c))
	}
}

// append puts i, which writes those registers, at the end of the block; but not a copy between
// registers that are known to be equal, because one was copied to the other before and neither
// has changed.
func (a *allocator) append(i *Inst, written RegSet) {
	isMove := i.Op == OpCopy && i.Args[0].Kind == KReg && i.Args[1].Kind == KReg
	if isMove && a.isKnown(i) {
		return
	}
	a.out = append(a.out, i)
	if written&a.among != 0 {
		a.among = 0
		kept := a.known[:0]
		for _, p := range a.known {
			if !written.Has(p.a) && !written.Has(p.b) {
				kept = append(kept, p)
				a.among |= Set(p.a, p.b)
			}
		}
		a.known = kept
	}
	if isMove {
		a.known = append(a.known, pair{i.Args[0].Reg, i.Args[1].Reg, i.Wide})
		a.among |= Set(i.Args[0].Reg, i.Args[1].Reg)
	}
}

// pair is two registers that are known to be equal.
type pair struct {
	a, b Reg
	wide bool
}

// isKnown says whether the two sides of a copy are known to be equal.
func (a *allocator) isKnown(i *Inst) bool {
	to, from := i.Args[0].Reg, i.Args[1].Reg
	for _, p := range a.known {
		if (p.a == to && p.b == from || p.b == to && p.a == from) && (p.wide || !i.Wide) {
			return true
		}
	}
	return false
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
