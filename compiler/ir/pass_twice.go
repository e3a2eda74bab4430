package ir

import "slices"

// pass_twice.go is the part of version that lets a short loop without checks do two turns in
// one. It is entered when there are two turns at least, and left when not two are left; then
// the loop with checks does the last one, if there is one.

// Sizes of loops of which two turns become one.
const (
	twiceValues = 32
	twiceBlocks = 4
	twiceTurns  = 4 // of which it is known that there are fewer: not worth it
)

// isShort says whether the loop is short enough, without its checks.
func (l *counted) isShort() bool {
	if len(l.blocks) > twiceBlocks {
		return false
	}
	if l.limit.Op == OpConst && l.limit.Imm < twiceTurns {
		return false
	}
	size := 0
	for _, b := range l.blocks {
		size += len(b.Values)
	}
	return size-len(l.gone) <= twiceValues
}

// twice puts a second turn behind the first one. slow is the loop with checks, whose values
// now has.
func (l *counted) twice(r *reached, now map[*Value]*Value, slow *Block, limitLess1 *Value) {
	f, head := l.f, l.head
	back := 1 - head.predIndex(l.entry())
	latch := head.Preds[back]
	exit := latch.Succs[1]
	next := latch.Ctl.Args[0]

	// the second turn: where it starts, the phis of the head are what goes around
	then := map[*Value]*Value{}
	for _, v := range head.phis() {
		then[v] = v.Args[back]
	}
	place, fresh := f.copyTurn(head, l.blocks, then)
	place[head].Preds = []*Block{latch}

	// behind the second turn: on, to the last turn, or out
	end := place[latch]
	exit.removePred(exit.predIndex(end))
	last := f.looseBlock()
	last.Cold, last.Pos, last.Preds = exit.Cold, latch.Pos, []*Block{end}
	fresh = append(fresh, last)
	after := then[next] // i + 1 + 1
	after.Args = []*Value{l.i, f.constantBefore(after, 2)}
	test := func(b *Block, limit *Value, to ...*Block) {
		b.Term, b.Succs = Branch, to
		if limit.Op == OpConst {
			limit = f.copyTo(b, limit)
		}
		b.Ctl = f.NewValue(b, OpCmp, W, after, limit)
		b.Ctl.Cond, b.Ctl.Pos = ULT, latch.Pos
	}
	test(end, limitLess1, head, last)
	test(last, l.limit, slow, exit)
	for _, v := range head.phis() {
		round := v.Args[back]
		now[v].Args = append(now[v].Args, standIn(round, then))
		v.Args[back] = standIn(round, then)
	}
	slow.Preds = append(slow.Preds, last)
	for _, v := range exit.phis() {
		v.Args = append(v.Args, standIn(v.Args[exit.predIndex(latch)], then))
	}
	exit.Preds = append(exit.Preds, last)
	exit.removePred(exit.predIndex(latch))
	head.Preds[back] = end
	latch.Term, latch.Ctl, latch.Succs = Jump, nil, []*Block{place[head]}

	f.insertBehind(l.blocks[len(l.blocks)-1], fresh...)
	r.note(then, place)
	r.blocks[last] = true
}

// entry gives the block from which the loop is entered now: the last test.
func (l *counted) entry() *Block {
	for _, p := range l.head.Preds {
		if !l.inside.has(p) {
			return p
		}
	}
	panic("bug: version: a loop without an entry")
}

// constantBefore makes a constant of v's type in front of v.
func (f *Func) constantBefore(v *Value, n int64) *Value {
	k := f.newValue(OpConst, v.Type)
	k.Imm, k.Block, k.Pos = n, v.Block, v.Pos
	v.Block.Values = slices.Insert(v.Block.Values, slices.Index(v.Block.Values, v), k)
	return k
}
