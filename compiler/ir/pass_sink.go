package ir

import "slices"

// pass_sink.go moves what is needed on one way only down to that way: a value whose users
// all lie behind a branch is worked out there. It never moves into a loop, and nothing that
// can be seen moves. What two ways need stays where they part.
//
// An address that loads and stores of its own block need, and others behind a branch, is
// worked out in both places: the CPU adds by itself for the first.
//
// Needs to be behind the last hoist, which moves values up.

// nearMost is how many loads and stores add an address by themselves.
const nearMost = 2

func sink(f *Func) {
	d := f.dominators()
	if len(d.order) < 3 {
		return
	}
	s := &sinker{f: f, d: d, loops: make([][]*Block, f.nextBlk), to: make([]*Block, f.nextID), near: map[*Value][]*Value{}}
	s.findLoops()
	f.CountUses()
	for n := len(d.order) - 1; n >= 0; n-- { // users before what they use
		s.block(d.order[n])
	}
}

type sinker struct {
	f     *Func
	d     *domTree
	loops [][]*Block          // by block ID: the first blocks of the loops that it is in
	to    []*Block            // by value ID: the nearest block that dominates all uses met so far
	near  map[*Value][]*Value // of an address: the loads and stores of its block, which are not among these uses
}

func (s *sinker) findLoops() {
	for _, head := range s.d.order {
		if outside := len(head.Preds); outside < 2 {
			continue
		}
		isLoop := false
		for _, p := range head.Preds {
			isLoop = isLoop || s.d.reached(p) && s.d.dominates(head, p)
		}
		if !isLoop {
			continue
		}
		for b := range s.f.loopOf(head, s.d) {
			s.loops[b.ID] = append(s.loops[b.ID], head)
		}
	}
}

// block sinks values of b, the last first.
func (s *sinker) block(b *Block) {
	for _, t := range b.Succs {
		for _, v := range t.phis() {
			s.use(v.Args[t.predIndex(b)], b)
		}
	}
	for _, v := range []*Value{b.Ctl, b.Ctl2} {
		if v != nil {
			s.use(v, b)
		}
	}
	kept := len(b.Values)
	for n := len(b.Values) - 1; n >= 0; n-- {
		v := b.Values[n]
		at := b
		if s.maySink(v, b) {
			at = s.target(v, b)
			if at != b && at.hasCall() && !s.isKept(v, b) {
				at = b
			}
		}
		stays := v
		if at != b {
			stays = s.forNear(v)
			s.move(v, at)
		}
		if stays != nil {
			kept--
			b.Values[kept] = stays
			s.uses(stays, b)
		}
		if stays != v {
			s.uses(v, at)
		}
	}
	b.Values = append(b.Values[:0], b.Values[kept:]...)
}

// uses notes what v, in b, is made of.
func (s *sinker) uses(v *Value, b *Block) {
	if v.Op == OpPhi {
		return
	}
	for n, a := range v.Args {
		if n == 0 && v.Op.hasOffset() && a.Block == b && a.Op == OpAdd && a.Check == Wrap {
			s.near[a] = append(s.near[a], v)
		} else {
			s.use(a, b)
		}
	}
}

// forNear gives what the loads and stores of its block have in place of the address v, which
// sinks; nil when there are none.
func (s *sinker) forNear(v *Value) *Value {
	near := s.near[v]
	if len(near) == 0 {
		return nil
	}
	w := *v
	w.ID, w.Args = int32(s.f.nextID), slices.Clone(v.Args)
	s.f.nextID++
	s.to = append(s.to, nil)
	for _, user := range near {
		user.Args[0] = &w
	}
	return &w
}

func (s *sinker) use(v *Value, b *Block) {
	if s.to[v.ID] == nil {
		s.to[v.ID] = b
	} else {
		s.to[v.ID] = s.d.meet(s.to[v.ID], b)
	}
}

// maySink says whether v, of b, can be worked out later, and no more registers are taken then:
// what it is made of is there all the same, for another user or the next turn of a loop.
func (s *sinker) maySink(v *Value, b *Block) bool {
	if v.Op.info().flags&pure == 0 || v.HasEffect() || isCheap(v) || s.to[v.ID] == nil || len(s.near[v]) > nearMost {
		return false
	}
	for _, a := range v.Args {
		if !s.isThere(a, b) {
			return false
		}
	}
	return true
}

// isThere says whether an operand of a value of b is there behind b all the same. What an
// address scales or extends is, when that is which it scales or extends.
func (s *sinker) isThere(a *Value, b *Block) bool {
	switch {
	case s.isAlsoElsewhere(a, b):
		return true
	case a.Op == OpZextW || a.Op == OpShl && a.Args[1].Op == OpConst:
		return s.isThere(a.Args[0], b)
	}
	return false
}

// isAlsoElsewhere says whether an operand of a value of b is there for others than that.
func (s *sinker) isAlsoElsewhere(a *Value, b *Block) bool {
	return isCheap(a) || a.Uses > 1 || !s.isInLoopsOf(b, a.Block)
}

// isKept says whether all operands of v are there for others. Where a call lies between uses
// of v that matters: one register is kept over it, and not one for each operand.
func (s *sinker) isKept(v *Value, b *Block) bool {
	for _, a := range v.Args {
		if !s.isAlsoElsewhere(a, b) {
			return false
		}
	}
	return true
}

func (b *Block) hasCall() bool {
	return slices.ContainsFunc(b.Values, func(v *Value) bool { return v.Op == OpCall || v.Op == OpCallAt })
}

// target is the last block on the way to the uses of v, from b, that is in no loop that b is
// not in.
func (s *sinker) target(v *Value, b *Block) *Block {
	t := s.to[v.ID]
	for t != b && !s.isInLoopsOf(t, b) {
		t = s.d.idom[t.ID]
	}
	return t
}

func (s *sinker) isInLoopsOf(t, b *Block) bool {
	for _, head := range s.loops[t.ID] {
		found := false
		for _, h := range s.loops[b.ID] {
			found = found || h == head
		}
		if !found {
			return false
		}
	}
	return true
}

// move puts v behind the phis of b. A constant comes along.
func (s *sinker) move(v *Value, b *Block) {
	n := len(b.phis())
	list := make([]*Value, 0, len(b.Values)+2)
	list = append(list, b.Values[:n]...)
	for i, a := range v.Args {
		if isCheap(a) && a.Block != b {
			w := *a
			w.ID, w.Block = int32(s.f.nextID), b
			s.f.nextID++
			s.to = append(s.to, nil)
			v.Args[i] = &w
			list = append(list, &w)
		}
	}
	v.Block = b
	list = append(list, v)
	b.Values = append(list, b.Values[n:]...)
}
