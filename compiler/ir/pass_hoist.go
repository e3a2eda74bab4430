package ir

// pass_hoist.go moves values that are the same on every turn of a loop in front of it.
// Only values of the loop's first block move, up to the first check, call or store: they
// are computed whenever the block in front runs, so nothing comes before the check that
// makes it sound (an address in bounds, a divisor that is not 0).

func hoist(f *Func) {
	d := f.dominators()
	for _, head := range d.order {
		before := enteredFrom(head, d)
		if before == nil {
			continue
		}
		kept := head.Values[:0]
		checked := false
		for _, v := range head.Values {
			checked = checked || v.HasEffect()
			if checked || !v.isPure() || isCheap(v) || !madeAbove(v, head, d) {
				kept = append(kept, v)
				continue
			}
			for i, a := range v.Args {
				if a.Block == head { // a constant: the one above is its own
					v.Args[i] = f.copyTo(before, a)
				}
			}
			v.Block = before
			before.Values = append(before.Values, v)
		}
		clear(head.Values[len(kept):])
		head.Values = kept
	}
}

// enteredFrom gives the block in front of a loop with the first block head: its only
// predecessor that is not inside, if that goes nowhere else. It is nil for other blocks.
func enteredFrom(head *Block, d *domTree) (before *Block) {
	isLoop := false
	for _, p := range head.Preds {
		switch {
		case d.reached(p) && d.dominates(head, p):
			isLoop = true
		case before != nil || p.Term != Jump:
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

// madeAbove says whether the arguments of v are known in front of the loop.
func madeAbove(v *Value, head *Block, d *domTree) bool {
	for _, a := range v.Args {
		if a.Block == head && !isCheap(a) || !d.dominates(a.Block, head) {
			return false
		}
	}
	return true
}

// isCheap says whether a value is made again rather than kept in a register.
func isCheap(v *Value) bool { return v.Op == OpConst || v.Op == OpAddr }
