package ir

import "slices"

// pass_blocks.go simplifies the graph of blocks and the phis that come of it.

// removeUnreached drops the blocks that the entry does not reach, and their edges.
func (f *Func) removeUnreached() {
	d := f.order()
	if len(d.order) == len(f.Blocks) {
		return
	}
	kept := f.Blocks[:0]
	for _, b := range f.Blocks {
		if d.reached(b) {
			kept = append(kept, b)
			continue
		}
		for _, s := range b.Succs {
			if d.reached(s) {
				s.keepPreds(d)
			}
		}
	}
	clear(f.Blocks[len(kept):])
	f.Blocks = kept
	f.edgesChanged()
}

// keepPreds takes the predecessors away that are not reached, all at once: a block may have very
// many.
func (b *Block) keepPreds(d *domTree) {
	phis, kept := b.phis(), 0
	for i, p := range b.Preds {
		if !d.reached(p) {
			continue
		}
		b.Preds[kept] = p
		for _, v := range phis {
			v.Args[kept] = v.Args[i]
		}
		kept++
	}
	b.Preds = b.Preds[:kept:kept]
	for _, v := range phis {
		v.Args = v.Args[:kept:kept]
	}
}

// simplifyPhis replaces each phi that gets only one value (and perhaps itself) by that
// value, until there is none. What lies behind is copy propagation: SSA form has no
// other copies.
func simplifyPhis(f *Func) {
	r := f.replacements()
	for changed := true; changed; {
		changed = false
		for _, b := range f.Blocks {
			for _, v := range b.Values {
				if v.Op != OpPhi {
					break
				}
				if r.has(v) {
					continue
				}
				if one := onlyArg(v, r); one != nil {
					r.set(v, one)
					changed = true
				}
			}
		}
	}
	r.apply()
}

// onlyArg gives the one value, other than v, that comes into the phi v; nil when there
// are several.
func onlyArg(v *Value, r *replacements) *Value {
	var one *Value
	for _, a := range v.Args {
		a = r.find(a)
		if a == v || a == one {
			continue
		}
		if one != nil {
			return nil
		}
		one = a
	}
	return one
}

// straighten removes what is in the way of a straight run through the blocks: branches
// that always go one way, blocks that nothing reaches, jumps to jumps, jumps to a block
// that nobody else reaches. A branch on a constant that comes in through a phi goes to
// its target at once.
func straighten(f *Func) {
	for changed := true; changed; {
		changed = false
		for _, b := range f.Blocks {
			if b.Term == Branch && b.Ctl.Op == OpConst {
				keep := 1
				if b.Ctl.Imm != 0 {
					keep = 0
				}
				b.setJump(keep)
				f.edgesChanged()
				changed = true
			}
		}
		f.removeUnreached()
		simplifyPhis(f)
		th := &threader{f: f}
		th.findOutside()
		for _, b := range f.Blocks[1:] {
			if th.thread(b) {
				f.edgesChanged()
				changed = true
			}
			if skipEmpty(f, b) {
				f.edgesChanged()
				changed = true
			}
		}
		f.removeUnreached()
		for _, b := range f.Blocks {
			for b.mergeNext(f) {
				f.edgesChanged()
				changed = true
			}
		}
		f.removeUnreached()
		simplifyPhis(f)
	}
}

// mergeNext appends the block that b jumps to, when nobody else does.
func (b *Block) mergeNext(f *Func) bool {
	if b.Term != Jump {
		return false
	}
	s := b.Succs[0]
	if s == b || len(s.Preds) != 1 || s == f.Blocks[0] {
		return false
	}
	if len(s.phis()) > 0 {
		return false // simplifyPhis takes them first
	}
	for _, v := range s.Values {
		v.Block = b
	}
	b.Values = append(b.Values, s.Values...)
	b.Term, b.Ctl, b.Ctl2, b.Succs, b.Pos = s.Term, s.Ctl, s.Ctl2, s.Succs, s.Pos
	b.Cold = b.Cold || s.Cold
	for _, t := range b.Succs {
		t.Preds[t.predIndex(s)] = b
	}
	// s is left with no way in or out
	s.Values, s.Term, s.Ctl, s.Ctl2, s.Succs, s.Preds = nil, Stop, nil, nil, nil, nil
	return true
}

// skipEmpty leads the predecessors of a block that does nothing but jump straight to
// where it jumps.
func skipEmpty(f *Func, b *Block) bool {
	if b.Term != Jump || len(b.Values) > 0 || b.Succs[0] == b {
		return false
	}
	to := b.Succs[0]
	changed := false
	for _, p := range append([]*Block(nil), b.Preds...) {
		if to.canRedirect(p, b) {
			redirect(p, b, to)
			changed = true
		}
	}
	return changed
}

// canRedirect says whether p, which goes to b, may go to the successor to of b instead:
// when it does so already, the phis there must not tell the two ways apart.
func (to *Block) canRedirect(p, b *Block) bool {
	i := to.predIndex(p)
	if i < 0 {
		return true
	}
	j := to.predIndex(b)
	for _, v := range to.phis() {
		if v.Args[i] != v.Args[j] {
			return false
		}
	}
	return true
}

// redirect lets p go to to in place of b, which brings the same values there.
func redirect(p, b, to *Block) {
	from := to.predIndex(b)
	b.removePred(b.predIndex(p))
	if to.predIndex(p) >= 0 { // both ways of a branch: a jump now
		p.Term, p.Ctl, p.Succs = Jump, nil, []*Block{to}
		return
	}
	for i, s := range p.Succs {
		if s == b {
			p.Succs[i] = to
		}
	}
	to.Preds = append(to.Preds, p)
	for _, v := range to.phis() {
		v.Args = append(v.Args, v.Args[from])
	}
}

// threader leads predecessors past blocks whose choice they know.
type threader struct {
	f       *Func
	outside []bool // by value ID: used outside of their block other than by a phi of a successor, for the edge from there
}

// findOutside fills outside, if there is a block to be led past.
func (t *threader) findOutside() {
	if !slices.ContainsFunc(t.f.Blocks, func(b *Block) bool {
		phi, _ := b.choice()
		return phi != nil && slices.ContainsFunc(phi.Args, func(a *Value) bool { return a.Op == OpConst })
	}) {
		return
	}
	r := t.f.space()
	r.marks = zeroed(r.marks, t.f.nextID)
	t.outside = r.marks
	for _, c := range t.f.Blocks {
		for _, v := range c.Values {
			for i, a := range v.Args {
				if v.Op == OpPhi && (c.Preds[i] != a.Block || a.Block == c) || v.Op != OpPhi && a.Block != c {
					t.outside[a.ID] = true
				}
			}
		}
		if c.Ctl != nil && c.Ctl.Block != c {
			t.outside[c.Ctl.ID] = true
		}
		if c.Ctl2 != nil && c.Ctl2.Block != c {
			t.outside[c.Ctl2.ID] = true
		}
	}
}

func (t *threader) isOutside(v *Value) bool { return int(v.ID) < len(t.outside) && t.outside[v.ID] }

// thread looks at a block that only chooses its way by a phi: a predecessor that brings
// a constant knows the way. The block's values must have no users but itself and the
// phis of its successors.
func (t *threader) thread(b *Block) bool {
	phi, cmp := b.choice()
	if phi == nil {
		return false
	}
	for _, v := range b.Values {
		if t.isOutside(v) {
			return false
		}
	}
	changed := false
	for _, p := range slices.Clone(b.Preds) {
		k := phi.Args[b.predIndex(p)]
		if k.Op != OpConst {
			continue
		}
		n := k.Imm
		if cmp != nil {
			n, _ = evalConst(&Value{Op: OpCmp, Cond: cmp.Cond, Args: []*Value{k, cmp.Args[1]}})
		}
		to := b.Succs[1]
		if n != 0 {
			to = b.Succs[0]
		}
		if to != b && to.predIndex(p) < 0 {
			t.past(p, b, to, n)
			changed = true
		}
	}
	return changed
}

// choice gives the phi that a block branches on, and the comparison with a constant
// between them, if the block has nothing else but phis and constants.
func (b *Block) choice() (phi, cmp *Value) {
	if b.Term != Branch {
		return nil, nil
	}
	phi = b.Ctl
	if phi.Op == OpCmp && phi.Block == b && phi.Args[1].Op == OpConst {
		phi, cmp = phi.Args[0], phi
	}
	if phi.Op != OpPhi || phi.Block != b {
		return nil, nil
	}
	for _, v := range b.Values {
		if v.Op != OpPhi && v.Op != OpConst && v != cmp {
			return nil, nil
		}
	}
	return phi, cmp
}

// past lets p go past b to to, where b's condition is the number n. A phi of to that
// takes a value of b takes what that is when one comes from p.
func (t *threader) past(p, b, to *Block, n int64) {
	in, from := b.predIndex(p), to.predIndex(b)
	for _, v := range to.phis() {
		a := v.Args[from]
		switch {
		case a.Block != b:
		case a.Op == OpPhi:
			a = a.Args[in]
		default: // a constant, or the condition
			if a.Op == OpConst {
				n = a.Imm
			}
			k := t.f.NewValue(p, OpConst, a.Type)
			k.Imm, k.Pos = n, a.Pos
			a = k
		}
		if a.Block != p {
			t.outside = extended(t.outside, int(a.ID)+1)
			t.outside[a.ID] = true
		}
		v.Args = append(v.Args, a)
	}
	to.Preds = append(to.Preds, p)
	for i, s := range p.Succs {
		if s == b {
			p.Succs[i] = to
		}
	}
	b.removePred(in)
}
