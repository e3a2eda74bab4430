package ir

import "slices"

// pass_arrange.go adds up in the order in which summands are known. In a loop like
//
//	t = h + rotations of e + k[i] + w[i];  e = d + t
//
// the next turn waits for e: h, k[i] and w[i], which do not wait for it, are added first, and
// what is known last comes last. The same with `bxor band bor`.
//
// Of the numbers of a loop only those are waited for that are made anew from one turn to the
// next, not what counts, and not what was another number of the loop a turn ago. Only sums of
// W are changed: others are addresses, whose form matters more.

// How many steps a value comes behind what it is made of.
var stepsOf = map[Op]int{OpMul: 3, OpLoad8: 4, OpLoad16: 4, OpLoad32: 4, OpLoad64: 4, OpDiv: 12, OpRem: 12, OpUDiv: 12, OpURem: 12}

func arrange(f *Func) {
	d := f.dominators()
	isCounted := false
	for _, head := range d.heads {
		before := outside(head, d)
		if before == nil || len(head.Preds) != 2 || head.Cold {
			continue
		}
		inside := f.loopOf(head, d)
		hasLoop := false
		for _, b := range inside.list {
			for _, p := range b.Preds {
				hasLoop = hasLoop || b != head && d.dominates(b, p)
			}
		}
		if hasLoop {
			continue
		}
		if !isCounted {
			f.CountUses()
			isCounted = true
		}
		o := &arranger{f: f, head: head, latch: 1 - head.predIndex(before), inside: inside, late: map[*Value]int{}}
		for _, b := range f.Blocks {
			if inside.has(b) && !b.Cold {
				o.block(b)
			}
		}
	}
}

// arranger looks at one loop that has no other inside.
type arranger struct {
	f      *Func
	head   *Block
	latch  int // the predecessor of head where turns end
	inside *blockSet
	late   map[*Value]int // see lateness
}

func (o *arranger) block(b *Block) {
	parts := map[*Value]bool{} // of a larger sum
	for _, v := range b.Values {
		if isOrdered(v) {
			for _, x := range v.Args {
				if isPart(x, v) {
					parts[x] = true
				}
			}
		}
	}
	if len(parts) == 0 {
		return
	}
	old := b.Values
	b.Values = make([]*Value, 0, len(old))
	for _, v := range old {
		if isOrdered(v) && !parts[v] {
			o.sum(b, v)
		}
		b.Values = append(b.Values, v)
	}
}

// isOrdered says whether v is a sum of the kinds that are put in order.
func isOrdered(v *Value) bool {
	return v.Type == W && v.Check == Wrap && (v.Op == OpAdd || v.Op == OpXor || v.Op == OpAnd || v.Op == OpOr)
}

// isPart says whether x, an argument of the sum v, is a sum for v alone.
func isPart(x, v *Value) bool {
	return x.Op == v.Op && isOrdered(x) && x.Uses == 1 && x.Block == v.Block
}

// sum puts the summands of v in order, and new sums of all but the last one into b.
func (o *arranger) sum(b *Block, v *Value) {
	var list []*Value
	var add func(x *Value)
	add = func(x *Value) {
		for _, a := range x.Args {
			if isPart(a, v) {
				add(a)
			} else {
				list = append(list, a)
			}
		}
	}
	add(v)
	if len(list) < 3 {
		return
	}
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(x, y *Value) int { return o.lateness(x) - o.lateness(y) })
	if slices.Equal(list, sorted) {
		return
	}
	if sorted[0].Op == OpConst { // stands better on the right
		sorted[0], sorted[1] = sorted[1], sorted[0]
	}
	sum := sorted[0]
	for _, x := range sorted[1 : len(sorted)-1] {
		w := o.f.newValue(v.Op, W, sum, x)
		w.Block, w.Pos, w.Uses = b, v.Pos, 1
		b.Values = append(b.Values, w)
		sum = w
	}
	v.Args = []*Value{sum, sorted[len(sorted)-1]}
}

// lateness is how many steps v comes behind what the turn waits for; 0 when it does not wait.
func (o *arranger) lateness(v *Value) int {
	if !o.inside.has(v.Block) {
		return 0
	}
	if n, ok := o.late[v]; ok {
		return n
	}
	o.late[v] = 0 // ends the search at the numbers of the loop
	n := 0
	if v.Op == OpPhi && v.Block == o.head {
		if o.isWaitedFor(v) {
			n = 1
		}
	} else {
		for _, a := range v.Args {
			n = max(n, o.lateness(a))
		}
		if n > 0 {
			n += max(stepsOf[v.Op], 1)
		}
	}
	o.late[v] = n
	return n
}

// isWaitedFor says whether a number of the loop is made anew on every turn.
func (o *arranger) isWaitedFor(v *Value) bool {
	next := v.Args[o.latch]
	switch {
	case !o.inside.has(next.Block), next.Op == OpPhi && next.Block == o.head:
		return false
	case next.Op == OpAdd && next.Args[0] == v && (isCheap(next.Args[1]) || !o.inside.has(next.Args[1].Block)):
		return false
	}
	return true
}
