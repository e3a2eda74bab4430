package ir

import "slices"

// pass_unroll.go puts the turns of a loop one behind the other when it is known that there are
// few of them and that they are short:
//
//	for i in 0..4 ... text[at + i] ...
//
// The number of the loop is then a constant in each, and what is checked of one turn is known
// in the next. The loop itself is left with nothing to do: fold and straighten take it away.

const (
	unrollTurns  = 8
	unrollValues = 72 // of all turns
	unrollBlocks = 6  // of one
)

func unroll(f *Func) {
	d := f.dominators()
	changed := false
	for _, head := range slices.Clone(d.heads) {
		before := enteredFrom(head, d)
		if before == nil || head.Cold || len(head.Preds) != 2 {
			continue
		}
		turns := f.turnsOf(head, before)
		if turns == 0 {
			continue
		}
		if blocks := f.shortLoop(head, d, turns); blocks != nil {
			f.layOut(head, before, blocks, turns)
			d, changed = f.dominators(), true
		}
	}
	if changed {
		simplifyPhis(f)
	}
}

// turnsOf gives how many turns a loop has that is tested in its head; 0 when that is not
// known, or many.
func (f *Func) turnsOf(head, before *Block) int64 {
	if head.Term != Branch || head.Ctl.Op != OpCmp || head.Ctl.Block != head {
		return 0
	}
	test := head.Ctl
	i, limit := test.Args[0], test.Args[1]
	if test.Cond != ULT && test.Cond != SLT || i.Op != OpPhi || i.Block != head || limit.Op != OpConst {
		return 0
	}
	in := head.predIndex(before)
	from, next := i.Args[in], i.Args[1-in]
	if from.Op != OpConst || next.Op != OpAdd || next.Args[0] != i || !isConst(next.Args[1], 1) || from.Imm < 0 {
		return 0
	}
	if n := limit.Imm - from.Imm; 0 < n && n <= unrollTurns {
		return n
	}
	return 0
}

// shortLoop gives the blocks of the loop in the function's order, if it has no loop inside, no
// call, and is short enough for so many turns.
func (f *Func) shortLoop(head *Block, d *domTree, turns int64) (blocks []*Block) {
	inside := f.loopOf(head, d)
	if len(inside.list) > unrollBlocks || inside.has(head.Succs[0]) == inside.has(head.Succs[1]) {
		return nil
	}
	size := 0
	for _, b := range f.Blocks {
		if !inside.has(b) {
			continue
		}
		blocks = append(blocks, b)
		for _, v := range b.Values {
			switch v.Op {
			case OpCall, OpCallAt, OpSyscall, OpSlot, OpSetArena, OpCopyMem, OpFillMem:
				return nil
			}
			if v.Op != OpPhi && !isCheap(v) {
				size++
			}
		}
		for _, p := range b.Preds {
			if b != head && d.dominates(b, p) {
				return nil
			}
		}
	}
	if int64(size)*turns > unrollValues {
		return nil
	}
	return blocks
}

// layOut puts copies of all turns in front of the loop.
func (f *Func) layOut(head, before *Block, blocks []*Block, turns int64) {
	r := &reached{defs: map[*Value]map[*Block]*Value{}, blocks: map[*Block]bool{}}
	for _, b := range blocks {
		r.blocks[b] = true
		for _, v := range b.Values {
			r.defs[v] = map[*Block]*Value{b: v}
		}
	}
	in := head.predIndex(before)
	latch := head.Preds[1-in]
	at := before
	for range turns {
		now := map[*Value]*Value{}
		for _, v := range head.phis() {
			now[v] = v.Args[in]
		}
		place, fresh := f.copyTurn(head, blocks, now)
		first := place[head]
		first.Preds = []*Block{at}
		at.Succs[slices.Index(at.Succs, head)] = first
		f.insertBehind(at, fresh...)
		at = place[latch]
		head.Preds[in] = at
		for _, v := range head.phis() {
			v.Args[in] = standIn(v.Args[1-in], now)
		}
		r.note(now, place)
	}
	repairUses(f, r.defs, func(b *Block) bool { return r.blocks[b] })
}

// copyTurn copies the blocks of a loop, without the phis of its head: now has what stands for
// them, and learns of all others. The copies go on to the head, as the loop does, and out;
// who comes to the first of them is not said.
func (f *Func) copyTurn(head *Block, blocks []*Block, now map[*Value]*Value) (place map[*Block]*Block, fresh []*Block) {
	place = map[*Block]*Block{}
	for _, b := range blocks {
		n := f.looseBlock()
		n.Cold, n.Pos, n.Term = b.Cold, b.Pos, b.Term
		place[b] = n
		fresh = append(fresh, n)
		for _, v := range b.Values {
			if v.Op != OpPhi || b != head {
				now[v] = f.copyTo(n, v)
			}
		}
	}
	for _, b := range blocks {
		n := place[b]
		for _, w := range n.Values {
			w.Args = mapped(w.Args, now)
		}
		n.Ctl, n.Ctl2 = standIn(b.Ctl, now), standIn(b.Ctl2, now)
		if b != head {
			for _, p := range b.Preds {
				n.Preds = append(n.Preds, place[p])
			}
		}
		for _, s := range b.Succs {
			switch {
			case s == head:
				n.Succs = append(n.Succs, s)
			case place[s] != nil:
				n.Succs = append(n.Succs, place[s])
			default:
				n.Succs = append(n.Succs, s)
				for _, v := range s.phis() {
					v.Args = append(v.Args, standIn(v.Args[s.predIndex(b)], now))
				}
				s.Preds = append(s.Preds, n)
			}
		}
	}
	return place, fresh
}
