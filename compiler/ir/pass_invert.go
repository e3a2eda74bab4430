package ir

import "slices"

// pass_invert.go tests a loop once in front of it and then at the end of each turn:
//
//	while c { body }   becomes   if c { do { body } while c }
//
// The first block of the body so is run whenever the block in front of it is, and hoist
// can move out of it what is the same on every turn: also checks, as long as nothing that
// could be seen comes before them. Only loops where it finds something are changed, for
// the test is there twice then.

// invertMost is how many values of a loop's test are copied.
const invertMost = 6

func invert(f *Func) {
	d := f.dominators()
	changed := false
	for _, head := range slices.Clone(d.heads) {
		before := enteredFrom(head, d)
		if before == nil {
			continue
		}
		l := &invertible{f: f, head: head, before: before, inside: f.loopOf(head, d)}
		if l.isFit(d) {
			l.invert()
			d, changed = f.dominators(), true
		}
	}
	if changed {
		simplifyPhis(f)
	}
}

type invertible struct {
	f            *Func
	head, before *Block
	body         *Block // the successor of head inside
	inside       *blockSet
}

// isFit says whether the loop can be inverted and gains by it.
func (l *invertible) isFit(d *domTree) bool {
	h := l.head
	if h.Term != Branch || l.inside.has(h.Succs[0]) == l.inside.has(h.Succs[1]) {
		return false
	}
	l.body = h.Succs[0]
	if !l.inside.has(l.body) {
		l.body = h.Succs[1]
	}
	if l.body == h || len(l.body.Preds) != 1 {
		return false
	}
	count := 0
	for _, v := range h.Values {
		if v.HasEffect() {
			return false
		}
		if v.Op != OpPhi && !isCheap(v) {
			count++
		}
	}
	if count > invertMost {
		return false
	}
	c := &carrier{head: l.body, above: l.before, d: d, changed: changesIn(l.inside)}
	for _, v := range l.body.Values {
		if c.mayMove(v) && !isCheap(v) {
			return true
		}
		c.pass(v)
	}
	return false
}

func (l *invertible) invert() {
	h := l.head
	in := h.predIndex(l.before)
	now := map[*Value]*Value{} // what the head's values are when one comes from before
	for _, v := range h.Values {
		if v.Op == OpPhi {
			now[v] = v.Args[in]
			continue
		}
		w := l.f.copyTo(l.before, v)
		w.Args = mapped(v.Args, now)
		now[v] = w
	}
	first := l.f.looseBlock()
	first.Term, first.Pos, first.Cold = Jump, h.Pos, l.body.Cold
	l.f.insertBehind(l.before, first)
	l.before.Term, l.before.Ctl, l.before.Pos = Branch, standIn(h.Ctl, now), h.Pos
	l.before.Succs = nil
	for _, s := range h.Succs {
		for _, v := range s.phis() {
			v.Args = append(v.Args, standIn(v.Args[s.predIndex(h)], now))
		}
		if s == l.body {
			first.AddEdge(s)
			s = first
		}
		l.before.AddEdge(s)
	}
	h.removePred(in)
	defs := map[*Value]map[*Block]*Value{}
	for _, v := range h.Values {
		defs[v] = map[*Block]*Value{h: v, l.before: now[v]}
	}
	repairUses(l.f, defs, func(*Block) bool { return false })
}

// insertBehind puts blocks that are in no list yet behind a. Edges change with that.
func (f *Func) insertBehind(a *Block, list ...*Block) {
	f.edgesChanged()
	at := slices.Index(f.Blocks, a) + 1
	f.Blocks = slices.Concat(f.Blocks[:at], list, f.Blocks[at:])
}
