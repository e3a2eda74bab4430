package mach

// copy.go makes a parallel copy into a sequence of plain copies and exchanges.

// sequence appends instructions to out that do what the pairs of a parallel copy say. Its operands
// are physical registers and spill slots, and as sources also constants, addresses and
// other memory. No two destinations are the same.
//
// A pair is ready when nobody else still reads its destination. When only circles are
// left, scratch takes what one member holds, or without scratch an exchange settles one
// member of a circle and leaves the rest smaller. Sources
// that are neither register nor spill slot come last: they depend on nothing that the
// copy changes.
func (f *Func) sequence(out []*Inst, i *Inst, scratch Reg) []*Inst {
	if len(i.Args) == 2 {
		return f.single(out, i)
	}
	r := &f.room.copies
	moves, rest, stay := r.moves[:0], r.rest[:0], r.stay[:0]
	for k := 0; k < len(i.Args); k += 2 {
		p := move{i.Args[k], i.Args[k+1]}
		switch {
		case !p.from.isPlace():
			rest = append(rest, p)
		case !samePlace(&p.to, &p.from):
			moves = append(moves, p)
		case p.to.Kind == KMem && p.from.Wide && !p.to.Wide:
			stay = append(stay, p.to)
		}
	}
	r.moves, r.rest, r.stay = moves, rest, stay // with what they have grown to
	add := func(op Op, wide bool, args ...Operand) {
		c := f.NewInst(op, wide, args...)
		c.Pos = i.Pos
		out = append(out, c)
	}
	emit := func(op Op, p *move) {
		add(op, p.to.Wide, p.to, p.from)
		if p.from.Wide && !p.to.Wide && (p.to.Kind == KMem || op == OpSwap) {
			add(OpClear, false, p.to)
		}
	}
	for len(moves) > 0 {
		ready := -1
	search:
		for n := range moves {
			for m := range moves {
				if m != n && samePlace(&moves[m].from, &moves[n].to) {
					continue search
				}
			}
			ready = n
			break
		}
		if ready >= 0 {
			emit(OpCopy, &moves[ready])
			moves = append(moves[:ready], moves[ready+1:]...)
			continue
		}
		if p := moves[0]; scratch != NoReg && !p.to.isMem() && !p.from.isMem() && len(moves) > 2 {
			// A circle: who waits for what p.to holds finds it in scratch.
			keep := R(scratch, Def)
			keep.Wide = true
			held := p.to
			held.Role, held.Wide = Use, true
			add(OpCopy, true, keep, held)
			for n := range moves {
				if q := &moves[n]; samePlace(&q.from, &p.to) {
					q.from.Reg = scratch
				}
			}
			continue
		}
		// A circle: after the exchange p.to is settled, and what p.to held is in p.from.
		p := moves[0]
		emit(OpSwap, &p)
		moves = moves[1:]
		kept := moves[:0]
		for _, q := range moves {
			if samePlace(&q.from, &p.to) {
				wide := q.from.Wide
				q.from = p.from
				q.from.Wide = wide
			}
			switch {
			case !samePlace(&q.to, &q.from):
				kept = append(kept, q)
			case q.from.Wide && !q.to.Wide:
				stay = append(stay, q.to)
			}
		}
		moves = kept
	}
	for n := range rest {
		emit(OpCopy, &rest[n])
	}
	for _, o := range stay {
		add(OpClear, false, o)
	}
	return out
}

// single is sequence of one pair.
func (f *Func) single(out []*Inst, i *Inst) []*Inst {
	to, from := &i.Args[0], &i.Args[1]
	isSame := from.isPlace() && samePlace(to, from)
	if !isSame {
		i.Wide = to.Wide
		out = append(out, i)
	}
	if to.Kind == KMem && from.Wide && !to.Wide {
		c := f.NewInst(OpClear, false, *to)
		c.Pos = i.Pos
		out = append(out, c)
	}
	return out
}

// move is a pair of a copy.
type move struct{ to, from Operand }

// copyRoom is the memory of sequence.
type copyRoom struct {
	moves, rest []move
	stay        []Operand // places whose value is there, but without the upper half that it needs
}

func (a *Operand) isMem() bool { return a.Kind == KMem }

// isPlace says whether a copy can both read and write a.
func (a *Operand) isPlace() bool {
	return a.Kind == KReg || a.Kind == KMem && a.Place == AtSpill
}

func samePlace(a, b *Operand) bool {
	if a.Kind != b.Kind {
		return false
	}
	if a.Kind == KReg {
		return a.Reg == b.Reg
	}
	return a.Place == AtSpill && b.Place == AtSpill && a.Num == b.Num
}
