package ir

import "slices"

// pass_hoist.go moves values that are the same on every turn of a loop in front of it.
// Only values of the loop's first block move: they are computed whenever the block in
// front runs. A check moves when all effects before it have moved, so that nothing is
// seen of a turn that it stops. Behind a check that stays, or another effect, only what
// needs no check to be sound goes on moving: see carrier.

func hoist(f *Func) {
	d := f.dominators()
	for _, head := range slices.Clone(d.heads) {
		c := &carrier{head: head, above: outside(head, d), d: d}
		if c.above == nil {
			continue
		}
		if slices.ContainsFunc(head.Values, func(v *Value) bool { return v.Op.flags()&loads != 0 && !v.Fixed }) {
			c.changed = changesIn(f.loopOf(head, d))
		}
		kept := head.Values[:0]
		for _, v := range head.Values {
			if !c.mayMove(v) || isCheap(v) {
				c.pass(v)
				kept = append(kept, v)
				continue
			}
			to := c.landing(f)
			for i, a := range v.Args {
				if a.Block == head { // a constant: the one above is its own
					v.Args[i] = f.copyTo(to, a)
				}
			}
			v.Block = to
			to.Values = append(to.Values, v)
		}
		clear(head.Values[len(kept):])
		head.Values = kept
		if c.place != nil && c.place != c.above {
			d = f.dominators() // with the new block
		}
	}
}

// changesIn gives the parts of memory that the blocks may change.
func changesIn(blocks *blockSet) (sets uint32) {
	for _, b := range blocks.list {
		for _, v := range b.Values {
			sets |= v.changes()
		}
	}
	return sets
}

// carrier decides what of a loop's first block can be computed before the loop.
type carrier struct {
	head, above *Block // what is known at the end of above is the same on every turn
	place       *Block // where values go: above, or a block between; nil until it is asked for
	d           *domTree
	changed     uint32 // parts of memory that the loop changes
	stopped     bool   // an effect stays
	asked       []*Value
}

// landing gives the block that values move to. Where above goes elsewhere too, it is a new
// one on the way to the loop.
func (c *carrier) landing(f *Func) *Block {
	if c.place != nil {
		return c.place
	}
	c.place = c.above
	if c.above.Term != Jump {
		b := f.looseBlock()
		b.Term, b.Pos, b.Cold = Jump, c.above.Pos, c.head.Cold
		b.Preds, b.Succs = []*Block{c.above}, []*Block{c.head}
		c.above.Succs[slices.Index(c.above.Succs, c.head)] = b
		c.head.Preds[c.head.predIndex(c.above)] = b
		f.insertBehind(c.above, b)
		c.place = b
	}
	return c.place
}

// pass notes that v stays.
func (c *carrier) pass(v *Value) {
	if v.Op == OpPhi || !v.HasEffect() || c.passesFirst(v) {
		return
	}
	c.stopped = true
	if v.Op == OpTrapIf {
		c.ask(v, 0)
	}
}

// passesFirst says whether the check of v is sure to be passed on the first turn: what stands
// behind it is then reached, and may stop the program before the loop.
func (c *carrier) passesFirst(v *Value) bool {
	if v.Check == Wrap || v.Op != OpAdd && v.Op != OpSub {
		return false
	}
	isZero := func(x *Value) bool {
		for _, from := range []*Block{c.place, c.above} {
			if x.Op == OpPhi && x.Block == c.head && from != nil && c.head.predIndex(from) >= 0 {
				return isConst(x.Args[c.head.predIndex(from)], 0)
			}
		}
		return false
	}
	return isZero(v.Args[1]) || v.Op == OpAdd && isZero(v.Args[0])
}

// ask notes the values that a check is about.
func (c *carrier) ask(v *Value, depth int) {
	for _, a := range v.Args {
		if a.Op != OpConst && !slices.Contains(c.asked, a) {
			c.asked = append(c.asked, a)
			if a.Op != OpPhi && depth < 4 {
				c.ask(a, depth+1)
			}
		}
	}
}

// mayMove says whether v gives the same, and is sound, in front of the loop.
func (c *carrier) mayMove(v *Value) bool {
	if v.Op == OpPhi || !c.madeAbove(v) {
		return false
	}
	isLoad := v.Op.flags()&loads != 0 && !v.Fixed
	switch {
	case v.Op == OpArena || v.Op == OpStack:
		return false
	case isLoad && c.changed>>v.Mem&1 != 0:
		return false
	case v.Op == OpTrapIf || v.Check != Wrap:
		return !c.stopped
	case !isLoad && !v.isPure():
		return false
	case !c.stopped:
		return true
	}
	// A check that stays may be what makes v sound.
	switch v.Op {
	case OpDiv, OpRem, OpUDiv, OpURem, OpShl, OpShr, OpSar:
		return v.Args[1].Op == OpConst && v.Args[1].Imm > 0 && !v.Nonneg
	case OpLoad8, OpLoad16, OpLoad32, OpLoad64:
		// The object is there, unless a check asked whether it is; a part at a fixed place
		// of it then is too.
		a := v.Args[0]
		isObject := a.Op == OpParam || a.Op == OpPhi || a.Op == OpCall || a.Op == OpAddr || a.Op == OpLoad64
		return isObject && !slices.Contains(c.asked, a) && (v.Fixed || v.Mem >= memWord)
	}
	return !v.Nonneg
}

// outside gives the only predecessor of a loop with the first block head that is not
// inside. It is nil for other blocks, and for loops that are entered from several.
func outside(head *Block, d *domTree) (before *Block) {
	isLoop := false
	for _, p := range head.Preds {
		switch {
		case d.dominates(head, p):
			isLoop = true
		case before != nil:
			return nil
		default:
			before = p
		}
	}
	if !isLoop {
		return nil
	}
	return before
}

// enteredFrom is outside where that goes nowhere else.
func enteredFrom(head *Block, d *domTree) *Block {
	if b := outside(head, d); b != nil && b.Term == Jump {
		return b
	}
	return nil
}

// madeAbove says whether the arguments of v are known in front of the loop.
func (c *carrier) madeAbove(v *Value) bool {
	for _, a := range v.Args {
		if isCheap(a) && a.Block == c.head {
			continue
		}
		if a.Block != c.place && (a.Block == c.head || !c.d.dominates(a.Block, c.above)) {
			return false
		}
	}
	return true
}

// isCheap says whether a value is made again rather than kept in a register.
func isCheap(v *Value) bool { return v.Op == OpConst || v.Op == OpAddr }
