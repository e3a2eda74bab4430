package ir

import (
	"slices"
	"sync"
)

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
	s := sinkers.Get().(*sinker)
	defer sinkers.Put(s)
	s.begin(f)
	s.findLoops()
	f.CountUses()
	for n := len(d.order) - 1; n >= 0; n-- { // users before what they use
		s.block(d.order[n])
	}
}

type sinker struct {
	f     *Func
	d     *domTree
	loops [][]*Block  // by block ID: the first blocks of the loops that it is in
	to    []*Block    // by value ID: the nearest block that dominates all uses met so far
	near  []nearUsers // by value ID, of an address: the loads and stores of its block, which are not among these uses
	users []nearUser
}

// nearUsers is how many there are, and 1 + the place of the newest in users; nearUser has that of
// the one before.
type nearUsers struct{ count, newest int32 }
type nearUser struct {
	v      *Value
	before int32
}

// sinkers are used again.
var sinkers = sync.Pool{New: func() any { return new(sinker) }}

func (s *sinker) begin(f *Func) {
	s.f, s.d = f, f.dominators()
	s.to, s.near, s.users = zeroed(s.to, f.nextID), zeroed(s.near, f.nextID), s.users[:0]
}

func (s *sinker) findLoops() {
	if s.loops = s.loops[:0]; len(s.d.heads) == 0 {
		return
	}
	s.loops = zeroed(s.loops, s.f.nextBlk)
	for _, head := range s.d.heads {
		if len(head.Preds) < 2 {
			continue
		}
		for _, b := range s.f.loopOf(head, s.d).list {
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
	if kept > 0 {
		b.Values = slices.Delete(b.Values, 0, kept)
	}
}

// uses notes what v, in b, is made of.
func (s *sinker) uses(v *Value, b *Block) {
	if v.Op == OpPhi {
		return
	}
	for n, a := range v.Args {
		if n == 0 && v.Op.hasOffset() && a.Block == b && a.Op == OpAdd && a.Check == Wrap {
			near := &s.near[a.ID]
			s.users = append(s.users, nearUser{v, near.newest})
			*near = nearUsers{near.count + 1, int32(len(s.users))}
		} else {
			s.use(a, b)
		}
	}
}

// forNear gives what the loads and stores of its block have in place of the address v, which
// sinks; nil when there are none.
func (s *sinker) forNear(v *Value) *Value {
	near := s.near[v.ID]
	if near.count == 0 {
		return nil
	}
	w := s.copyOf(v)
	w.Args = slices.Clone(v.Args)
	for at := near.newest; at != 0; at = s.users[at-1].before {
		s.users[at-1].v.Args[0] = w
	}
	return w
}

// copyOf gives a value like v that is in no list yet.
func (s *sinker) copyOf(v *Value) *Value {
	w := s.f.space().values.One()
	*w = *v
	w.ID = int32(s.f.nextID)
	s.f.nextID++
	s.to, s.near = append(s.to, nil), append(s.near, nearUsers{})
	return w
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
	if v.Op.flags()&pure == 0 || v.HasEffect() || isCheap(v) || s.to[v.ID] == nil || s.near[v.ID].count > nearMost {
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
	if len(s.loops) == 0 {
		return true
	}
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
	list := append(s.f.space().out[:0], b.Values[:n]...)
	for i, a := range v.Args {
		if isCheap(a) && a.Block != b {
			w := s.copyOf(a)
			w.Block = b
			v.Args[i] = w
			list = append(list, w)
		}
	}
	v.Block = b
	list = append(list, v)
	s.f.space().setValues(b, append(list, b.Values[n:]...))
}
