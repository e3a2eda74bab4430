package ir

import "slices"

// pass_version.go makes two of a counted loop: one without the checks that cannot fail when
// they do not fail for the last number, and the loop as it was, in cold code. In
//
//	for i in from..n   ... a[i * n + k] ...
//
// an index made of numbers that are not negative by + and *, and by - of constants, grows with i. In front of the
// loop its exact value for i = n - 1 is compared with the length, and where that is too
// large the loop with all its checks runs, and stops at the right turn.
//
// A short loop without checks does two turns in one (pass_twice.go); the loop that stays does
// the last of an odd number.
//
// Needs loops that are tested at the end of their turns (invert). It makes functions larger,
// so it comes last.

const (
	versionMost   = 60 // values of a loop that is doubled
	versionTests  = 5  // comparisons in front of it
	versionLeast  = 2  // checks that have to go
	versionBits   = 63 // of exact values
	versionBlocks = 12
)

func version(f *Func) {
	d := f.dominators()
	changed := false
	for _, head := range slices.Clone(d.heads) {
		if head.Cold || !d.reached(head) {
			continue
		}
		l := f.countedLoop(head, d)
		if l == nil || !l.plan() {
			continue
		}
		l.divide()
		d, changed = f.dominators(), true
	}
	if changed {
		simplifyPhis(f)
	}
}

// counted is a loop whose number i goes up by one, and is below limit at the start of each
// turn but perhaps the first.
type counted struct {
	f            *Func
	d            *domTree
	head, before *Block
	blocks       []*Block // in the function's order
	inside       *blockSet
	i, from      *Value
	limit        *Value

	gone   []*Value // checks that the tests in front make sure of
	tests  []bound
	double bool // the loop without checks does two turns in one
}

// bound says that the exact value of v for the last number must be below the W limit, or,
// without one, below 2^31.
type bound struct{ v, limit *Value }

// countedLoop gives the loop with that first block, if it is counted, has no loop inside
// and nothing that a doubled loop should not have.
func (f *Func) countedLoop(head *Block, d *domTree) *counted {
	before := outside(head, d)
	if before == nil || len(head.Preds) != 2 {
		return nil
	}
	l := &counted{f: f, d: d, head: head, before: before}
	latch := head.Preds[1-head.predIndex(before)]
	if latch.Term != Branch || latch.Ctl.Op != OpCmp {
		return nil
	}
	test := latch.Ctl
	if test.Cond != ULT && test.Cond != SLT || latch.Succs[0] != head || test.Args[0].Type != W {
		return nil
	}
	next := test.Args[0]
	if next.Op != OpAdd || !isConst(next.Args[1], 1) || !next.Nonneg {
		return nil
	}
	l.i, l.limit = next.Args[0], test.Args[1]
	if l.i.Op != OpPhi || l.i.Block != head || l.i.Args[head.predIndex(latch)] != next || !l.i.Nonneg {
		return nil
	}
	l.from = l.i.Args[head.predIndex(before)]
	l.inside = f.loopOf(head, d)
	if len(l.inside.list) > versionBlocks || !l.isSame(l.limit) || !l.isNonneg(l.limit) {
		return nil
	}
	size := 0
	for _, b := range f.Blocks {
		if !l.inside.has(b) {
			continue
		}
		l.blocks = append(l.blocks, b)
		for _, v := range b.Values {
			if !isCheap(v) {
				size++
			}
			if v.Op == OpCall || v.Op == OpCallAt || v.Op == OpSyscall || v.Op == OpSlot {
				return nil
			}
		}
		for _, p := range b.Preds {
			if b != head && d.dominates(b, p) { // an inner loop
				return nil
			}
		}
	}
	if size > versionMost {
		return nil
	}
	return l
}

// isSame says whether v is the same on every turn.
func (l *counted) isSame(v *Value) bool { return v.Op == OpConst || !l.inside.has(v.Block) }

func (l *counted) isNonneg(v *Value) bool {
	return v.Nonneg || v.Op == OpConst && v.Imm >= 0
}

// plan finds the checks that can go and what has to be asked for them.
func (l *counted) plan() bool {
	covered := map[*Value]bool{} // by the test of a sum that they go into
	for _, b := range l.blocks {
		for _, v := range b.Values {
			if v.Op != OpTrapIf || v.Cond != UGE || v.Args[0].Type != W || !l.isSame(v.Args[1]) || !l.isNonneg(v.Args[1]) {
				continue
			}
			if bits, grows := l.grows(v.Args[0]); grows && bits <= versionBits {
				l.gone = append(l.gone, v)
				l.ask(bound{v.Args[0], v.Args[1]})
				l.cover(v.Args[0], covered)
			}
		}
	}
	for _, b := range l.blocks {
		for _, v := range b.Values {
			if v.Check != Nonneg || v.Type != W {
				continue
			}
			if bits, grows := l.grows(v); grows && bits <= versionBits {
				l.gone = append(l.gone, v)
				if !covered[v] {
					l.ask(bound{v, nil})
				}
			}
		}
	}
	l.double = l.isShort()
	return len(l.gone) >= versionLeast && len(l.tests) < versionTests
}

// ask notes a test. Of two that are a constant apart the larger is enough.
func (l *counted) ask(t bound) {
	of, more := apart(t.v)
	for n, u := range l.tests {
		if x, c := apart(u.v); x == of && t.limit == u.limit {
			if more > c {
				l.tests[n] = t
			}
			return
		}
	}
	l.tests = append(l.tests, t)
}

// apart gives x and c for a value that is x + c.
func apart(v *Value) (x *Value, c int64) {
	if v.Op == OpAdd && v.Args[1].Op == OpConst {
		return v.Args[0], v.Args[1].Imm
	}
	return v, 0
}

// cover notes that v and the summands that it is made of are below what v is below.
func (l *counted) cover(v *Value, covered map[*Value]bool) {
	if l.isSame(v) || v == l.i {
		return
	}
	covered[v] = true
	if _, c := apart(v); c < 0 { // the summand is larger
		return
	}
	if v.Op == OpAdd {
		l.cover(v.Args[0], covered)
		l.cover(v.Args[1], covered)
	}
}

// grows says whether v is made of i and of what is the same on every turn, none of them
// negative, by + and *, and how many bits its exact value can have.
func (l *counted) grows(v *Value) (bits int, ok bool) {
	switch {
	case v == l.i:
		return 31, true
	case l.isSame(v):
		return 31, v.Type == W && l.isNonneg(v)
	case isLess(v):
		return l.grows(v.Args[0])
	case v.Type != W || v.Check != Nonneg && (v.Op != OpAdd || !v.Nonneg) || v.Op != OpAdd && v.Op != OpMul:
		return 0, false
	}
	x, ok := l.grows(v.Args[0])
	y, ok2 := l.grows(v.Args[1])
	if v.Op == OpMul {
		return x + y, ok && ok2
	}
	return max(x, y) + 1, ok && ok2
}

// isLess says whether v is x - c, and known not to be negative.
func isLess(v *Value) bool {
	x, c := apart(v)
	return c < 0 && v.Type == W && v.Check == Wrap && v.Nonneg && x.Nonneg
}

// ---- Two loops ----

// divide makes the second loop and the tests that choose between the two.
func (l *counted) divide() {
	now, place := l.clone()
	slow := place[l.head]
	in := l.head.predIndex(l.before)

	// tests, each in a block of its own: all right goes on to the next
	first := l.f.looseBlock()
	last := l.before
	at := first
	var testBlocks []*Block
	conds, limitLess1 := l.conditions(first)
	for n, c := range conds {
		testBlocks = append(testBlocks, at)
		at.Term, at.Ctl, at.Pos = Branch, c, l.head.Pos
		at.Values, c.Block = append(at.Values, c), at
		next := l.head
		if n+1 < len(conds) {
			next = l.f.looseBlock()
		}
		at.Succs = []*Block{next, slow}
		slow.Preds = append(slow.Preds, at)
		if next == l.head {
			l.head.Preds[in] = at
		} else {
			next.Preds = []*Block{at}
		}
		at = next
	}
	first.Preds = []*Block{last}
	last.Succs[slices.Index(last.Succs, l.head)] = first
	for _, v := range slow.phis() { // from each test what came from before
		enter := v.Args[in]
		v.Args = slices.Delete(slices.Clone(v.Args), in, in+1)
		for range testBlocks {
			v.Args = append(v.Args, enter)
		}
	}
	slow.Preds = slices.Delete(slow.Preds, in, in+1)
	fresh := slices.Clone(testBlocks)
	for _, b := range l.blocks {
		fresh = append(fresh, place[b])
	}
	l.f.insertBehind(l.before, fresh...)

	l.leave(now, place)
	for _, v := range l.gone {
		if v.Op != OpTrapIf {
			v.Check, v.Trap, v.Nonneg = Wrap, TrapNone, true
		}
	}
	l.f.keep(func(v *Value) bool { return v.Op != OpTrapIf || !slices.Contains(l.gone, v) })
	r := &reached{defs: map[*Value]map[*Block]*Value{}, blocks: map[*Block]bool{}}
	for _, b := range l.blocks {
		for _, v := range b.Values {
			r.defs[v] = map[*Block]*Value{b: v}
		}
	}
	r.note(now, place)
	if l.double {
		l.twice(r, now, slow, limitLess1)
	}
	repairUses(l.f, r.defs, func(b *Block) bool { return l.inside.has(b) || r.blocks[b] })
}

// reached is what the values of a loop are in its copies.
type reached struct {
	defs   map[*Value]map[*Block]*Value
	blocks map[*Block]bool // of the copies
}

// note adds a copy: what stands for the values there, and for the blocks.
func (r *reached) note(now map[*Value]*Value, place map[*Block]*Block) {
	for v, w := range now {
		if r.defs[v] != nil {
			r.defs[v][place[v.Block]] = w
		}
	}
	for _, b := range place {
		r.blocks[b] = true
	}
}

// clone copies the loop's blocks. Edges inside are copied; the head's copy has l.before as
// a predecessor until divide says who comes there, and edges out lead where they led.
func (l *counted) clone() (now map[*Value]*Value, place map[*Block]*Block) {
	now, place = map[*Value]*Value{}, map[*Block]*Block{}
	for _, b := range l.blocks {
		n := l.f.looseBlock()
		n.Cold, n.Pos, n.Term = true, b.Pos, b.Term
		place[b] = n
		for _, v := range b.Values {
			now[v] = l.f.copyTo(n, v)
		}
	}
	for _, b := range l.blocks {
		n := place[b]
		for _, w := range n.Values {
			w.Args = mapped(w.Args, now)
		}
		n.Ctl, n.Ctl2 = standIn(b.Ctl, now), standIn(b.Ctl2, now)
		for _, p := range b.Preds {
			if q := place[p]; q != nil {
				p = q
			}
			n.Preds = append(n.Preds, p)
		}
		for _, s := range b.Succs {
			if t := place[s]; t != nil {
				s = t
			}
			n.Succs = append(n.Succs, s)
		}
	}
	return now, place
}

// conditions gives what must hold for the loop without checks: that the first number is
// below the limit, for two turns in one the second, and the bounds. Their arguments are made in
// b, and the W limit - 1.
func (l *counted) conditions(b *Block) (conds []*Value, limitLess1 *Value) {
	g := &reducer{f: l.f, v: &Value{Block: b, Pos: l.head.Pos}}
	cmp := func(c Cond, x, y *Value) { // goes to the block that asks it
		v := g.value(OpCmp, W, x, y)
		g.out = g.out[:len(g.out)-1]
		v.Cond = c
		conds = append(conds, v)
	}
	if l.double {
		limitLess1 = g.value(OpAdd, W, l.copied(g, l.limit), g.konst(W, -1))
		cmp(SLT, l.copied(g, l.from), limitLess1)
	} else {
		cmp(ULT, l.copied(g, l.from), l.copied(g, l.limit))
	}
	last := g.value(OpSub, L, g.value(OpZextW, L, l.copied(g, l.limit)), g.konst(L, 1)) // when the first condition holds
	for _, t := range l.tests {
		exact := l.exact(g, t.v, last)
		if t.limit == nil {
			cmp(ULE, exact, g.konst(L, 1<<31-1))
		} else {
			cmp(ULT, exact, g.value(OpZextW, L, l.copied(g, t.limit)))
		}
	}
	b.Values = g.out
	return conds, limitLess1
}

// copied is v where the tests are: a constant of the loop is made anew.
func (l *counted) copied(g *reducer, v *Value) *Value {
	if v.Op == OpConst {
		return g.konst(v.Type, v.Imm)
	}
	return v
}

// exact is v in 64 bits when i is the L last.
func (l *counted) exact(g *reducer, v, last *Value) *Value {
	switch {
	case v == l.i:
		return last
	case v.Op == OpConst:
		return g.konst(L, v.Imm)
	case l.isSame(v):
		return g.value(OpZextW, L, l.copied(g, v))
	}
	x, y := l.exact(g, v.Args[0], last), l.exact(g, v.Args[1], last)
	return g.value(v.Op, L, x, y)
}

// leave gives the blocks behind the loop what they get from its copy.
func (l *counted) leave(now map[*Value]*Value, place map[*Block]*Block) {
	for _, b := range l.blocks {
		for _, s := range b.Succs {
			if l.inside.has(s) {
				continue
			}
			from := s.predIndex(b)
			for _, v := range s.phis() {
				v.Args = append(v.Args, standIn(v.Args[from], now))
			}
			s.Preds = append(s.Preds, place[b])
		}
	}
}
