package ir

import "slices"

// pass_walk.go lets addresses walk. Where a load or store of a loop is at
//
//	object + (row * n + i) * 4        i goes up by the same on every turn
//
// the part that stays the same is worked out in front of the loop. What is left is either
// a number of the loop times 1, 2, 4 or 8, which the CPU adds by itself, or becomes an
// address that goes on by a step on every turn, in place of a multiplication.
//
// Sums and products of numbers that are not negative, without a check, are exact: what the
// check asked is known by now (checks, version). So they are the same in 64 bits.

const (
	walkTerms    = 6 // summands of an address
	walkPointers = 4 // addresses of one loop that get a register of their own
)

func walk(f *Func) {
	d := f.dominators()
	var loops []*Block // first blocks, inner loops behind those around them
	for _, head := range d.heads {
		if head.Term != TermNone && !head.Cold && len(head.Preds) == 2 && outside(head, d) != nil {
			loops = append(loops, head)
		}
	}
	if len(loops) == 0 {
		return
	}
	needed := f.needed()
	done := map[*Value]bool{} // loads and stores of inner loops
	for _, head := range slices.Backward(loops) {
		w := &walker{f: f, c: &carrier{head: head, above: outside(head, d), d: d}, inside: f.loopOf(head, d),
			needed: needed}
		w.latch = head.Preds[1-head.predIndex(w.c.above)]
		for _, b := range f.Blocks {
			if !w.inside.has(b) || !slices.ContainsFunc(b.Values, func(v *Value) bool { return v.Op.hasOffset() }) {
				continue
			}
			for _, v := range slices.Clone(b.Values) {
				if v.Op.hasOffset() && !done[v] {
					done[v] = true
					if !b.Cold {
						w.access(v)
					}
				}
			}
		}
		if w.c.place != nil && w.c.place != w.c.above {
			d = f.dominators()
		}
	}
}

// needed says, by value ID, what is worked out not only to load or store there.
func (f *Func) needed() []bool {
	r := f.space()
	needed, work := zeroed(r.marks, f.nextID), r.work[:0]
	need := func(list ...*Value) {
		for _, v := range list {
			if v != nil && !needed[v.ID] {
				needed[v.ID] = true
				work = append(work, v)
			}
		}
	}
	for _, b := range f.Blocks {
		need(b.Ctl, b.Ctl2)
		for _, v := range b.Values {
			switch {
			case v.Op.hasOffset():
				need(v.Args[1:]...)
			case v.Op == OpPhi || v.HasEffect():
				need(v.Args...)
			}
		}
	}
	for len(work) > 0 {
		v := work[len(work)-1]
		work = work[:len(work)-1]
		if !v.Op.hasOffset() {
			need(v.Args...)
		}
	}
	r.marks, r.work = needed, work
	return needed
}

// walker looks at one loop.
type walker struct {
	f        *Func
	c        *carrier // finds the place in front of the loop
	latch    *Block   // where the turns end
	inside   *blockSet
	needed   []bool
	pointers []pointer

	terms []walkTerm // of the address at hand
	imm   int64
	gains bool // something is not worked out on every turn any more
}

// pointer is an address that goes on by a step on every turn: a phi, and what it is the sum of.
type pointer struct {
	phi          *Value
	same, moving []walkTerm
}

// walkTerm is a summand of an address: of * by * times, where a W stands for its 64 bits
// without a sign. by is nil for 1, and the same on every turn.
type walkTerm struct {
	of, by *Value
	times  int64
}

// access gives the load or store v a better address, if there is one.
func (w *walker) access(v *Value) {
	a := v.Args[0]
	if w.isSame(a) || a.Op == OpPhi {
		return
	}
	w.terms, w.imm, w.gains = nil, v.Imm, false
	if !w.expand(a, walkTerm{times: 1}) || !w.gains || !fits32(w.imm) {
		return
	}
	var same, moving []walkTerm
	for _, t := range w.terms {
		if w.isSame(t.of) {
			same = append(same, t)
		} else {
			moving = append(moving, t)
		}
	}
	switch {
	case len(moving) == 0 || len(same) == 0:
	case len(moving) == 1 && moving[0].by == nil && isScale(moving[0].times):
		if !w.isSimple(a) {
			w.rebuild(v, same, moving[0])
		}
	case w.c.d.dominates(v.Block, w.latch) || v.Block == w.latch:
		w.follow(v, same, moving)
	}
}

func isScale(n int64) bool { return n == 1 || n == 2 || n == 4 || n == 8 }

// isSame says whether v is the same on every turn.
func (w *walker) isSame(v *Value) bool { return isCheap(v) || !w.inside.has(v.Block) }

// isSimple says whether the address has the form that rebuild would give it.
func (w *walker) isSimple(a *Value) bool {
	if a.Op != OpAdd || !w.isSame(a.Args[0]) {
		return false
	}
	x := a.Args[1]
	if x.Op == OpShl {
		x = x.Args[0]
	}
	if x.Op == OpZextW {
		x = x.Args[0]
	}
	_, ok := w.step(x)
	return ok
}

// step says by what v, a number of the loop, becomes larger on every turn. A W is exact:
// it is never negative.
func (w *walker) step(v *Value) (by *Value, ok bool) {
	if v.Op != OpPhi || v.Block != w.c.head {
		return nil, false
	}
	next := v.Args[w.c.head.predIndex(w.latch)]
	if next.Op != OpAdd || next.Args[0] != v || !w.isSame(next.Args[1]) {
		return nil, false
	}
	by = next.Args[1]
	if v.Type == L {
		return by, true
	}
	return by, v.Nonneg && next.Nonneg && (by.Op == OpConst || by.Nonneg)
}

// expand adds v * t.by * t.times to the terms, in as many summands as it has. It says
// whether all of them are the same on every turn or numbers of the loop.
func (w *walker) expand(v *Value, t walkTerm) bool {
	if v.Op == OpConst {
		return (v.Type == L || v.Imm >= 0) && w.constant(v.Imm, t)
	}
	if _, ok := w.step(v); ok || w.isSame(v) {
		t.of = v
		return w.add(t)
	}
	if v.Type == W && !v.Nonneg {
		return false
	}
	if (v.Type == W || v.Op == OpMul) && !w.needed[v.ID] { // others are added by the CPU
		w.gains = true
	}
	both := func(times int64) bool {
		u := t
		u.times *= times
		return w.expand(v.Args[0], t) && w.expand(v.Args[1], u)
	}
	isExact := func(x *Value) bool { return v.Type == L || x.Nonneg || x.Op == OpConst && x.Imm >= 0 }
	switch v.Op {
	case OpZextW:
		return w.expand(v.Args[0], t)
	case OpAdd:
		if v.Check != Wrap || !isExact(v.Args[0]) {
			return false
		}
		if c := v.Args[1]; c.Op == OpConst { // also one below zero
			return w.expand(v.Args[0], t) && w.constant(c.Imm, t)
		}
		return isExact(v.Args[1]) && both(1)
	case OpSub:
		return v.Check == Wrap && isExact(v.Args[0]) && isExact(v.Args[1]) && both(-1)
	case OpShl:
		if c := v.Args[1]; c.Op == OpConst && 0 <= c.Imm && c.Imm < 16 && isExact(v.Args[0]) {
			t.times <<= c.Imm
			return w.expand(v.Args[0], t)
		}
	case OpMul:
		x, y := v.Args[0], v.Args[1]
		if !w.isSame(y) {
			x, y = y, x
		}
		switch {
		case v.Check != Wrap || !isExact(x) || !isExact(y) || !w.isSame(y):
		case y.Op == OpConst:
			t.times *= y.Imm
			return w.expand(x, t)
		case t.by == nil:
			t.by = y
			return w.expand(x, t)
		}
	}
	return false
}

// constant adds n * t.by * t.times.
func (w *walker) constant(n int64, t walkTerm) bool {
	t.times *= n
	switch {
	case t.by == nil:
		w.imm += t.times
	case t.times != 0:
		return w.add(walkTerm{of: t.by, times: t.times})
	}
	return true
}

func (w *walker) add(t walkTerm) bool {
	if len(w.terms) == walkTerms {
		return false
	}
	w.terms = append(w.terms, t)
	return true
}

// rebuild makes the address of v what is the same on every turn, and a number of the loop.
func (w *walker) rebuild(v *Value, same []walkTerm, moving walkTerm) {
	g := &reducer{f: w.f, v: v}
	var base *Value
	if first := same[0]; len(same) == 1 && first.by == nil && first.times == 1 && first.of.Type == L {
		base = g.value64(first.of)
	} else {
		front := w.front()
		base = w.sum(front, same)
		w.settle(front)
	}
	x := g.value64(moving.of)
	if moving.times > 1 {
		x = g.value(OpShl, L, x, g.konst(W, int64(log2(uint64(moving.times)))))
	}
	v.Args[0], v.Imm = g.value(OpAdd, L, base, x), w.imm
	at := slices.Index(v.Block.Values, v)
	v.Block.Values = slices.Insert(v.Block.Values, at, g.out...)
}

// follow gives v the address of a pointer, perhaps with something more that is the same on
// every turn.
func (w *walker) follow(v *Value, same, moving []walkTerm) {
	for _, p := range w.pointers {
		more, ok := difference(moving, p.moving)
		if !ok || len(more) > 0 {
			continue
		}
		more, ok = difference(same, p.same)
		if ok && len(more) == 0 {
			v.Args[0], v.Imm = p.phi, w.imm
			return
		}
		if ok && len(more) == 1 {
			front := w.front()
			by := w.sum(front, more)
			w.settle(front)
			g := &reducer{f: w.f, v: v}
			v.Args[0], v.Imm = g.value(OpAdd, L, p.phi, by), w.imm
			v.Block.Values = slices.Insert(v.Block.Values, slices.Index(v.Block.Values, v), g.out...)
			return
		}
	}
	if len(w.pointers) < walkPointers {
		p := pointer{w.pointer(same, moving), same, moving}
		w.pointers = append(w.pointers, p)
		v.Args[0], v.Imm = p.phi, w.imm
	}
}

// difference gives what the terms of a have more than those of b, if that can be said.
func difference(a, b []walkTerm) (more []walkTerm, ok bool) {
	more = slices.Clone(a)
	for _, t := range b {
		at := slices.IndexFunc(more, func(u walkTerm) bool {
			isAddr := t.of.Op == OpAddr && u.of.Op == OpAddr && t.of.Sym == u.of.Sym && t.of.Imm == u.of.Imm
			return (t.of == u.of || isAddr) && t.by == u.by && t.times == u.times
		})
		if at < 0 {
			return nil, false
		}
		more = slices.Delete(more, at, at+1)
	}
	return more, true
}

// pointer makes the phi that is the sum of the terms on every turn.
func (w *walker) pointer(same, moving []walkTerm) *Value {
	head := w.c.head
	in := 1 - head.predIndex(w.latch)
	g := w.front()
	start := slices.Clone(same)
	var steps []walkTerm
	for _, t := range moving {
		by, _ := w.step(t.of)
		steps = append(steps, walkTerm{by, t.by, t.times})
		t.of = t.of.Args[in]
		start = append(start, t)
	}
	first, step := w.sum(g, start), w.sum(g, steps)
	w.settle(g)

	p := w.f.newValue(OpPhi, L, nil, nil)
	p.Block, p.Pos = head, head.Pos
	p.Args[in] = first
	head.Values = slices.Insert(head.Values, 0, p)
	n := &reducer{f: w.f, v: &Value{Block: w.latch, Pos: w.latch.Pos}}
	if step.Op == OpConst {
		step = n.konst(L, step.Imm)
	}
	p.Args[1-in] = n.value(OpAdd, L, p, step)
	w.latch.Values = append(w.latch.Values, n.out...)
	return p
}

// front makes values for the place in front of the loop; settle puts them there.
func (w *walker) front() *reducer {
	to := w.c.landing(w.f)
	return &reducer{f: w.f, v: &Value{Block: to, Pos: to.Pos}}
}

func (w *walker) settle(g *reducer) { w.c.place.Values = append(w.c.place.Values, g.out...) }

// sum is the sum of the terms: a constant when all of them are.
func (w *walker) sum(g *reducer, terms []walkTerm) (sum *Value) {
	n := int64(0)
	for _, t := range terms {
		if t.of.Op == OpConst && t.by == nil {
			n += t.of.Imm * t.times
			continue
		}
		x := g.value64(t.of)
		if t.by != nil {
			x = g.value(OpMul, L, x, g.value64(t.by))
		}
		if t.times != 1 {
			x = g.value(OpMul, L, x, g.konst(L, t.times))
		}
		if sum == nil {
			sum = x
		} else {
			sum = g.value(OpAdd, L, sum, x)
		}
	}
	switch {
	case sum == nil:
		return g.konst(L, n)
	case n != 0:
		return g.value(OpAdd, L, sum, g.konst(L, n))
	}
	return sum
}

// value64 is v in 64 bits, where a W is not below zero, and a constant or address is made anew.
func (g *reducer) value64(v *Value) *Value {
	switch {
	case v.Op == OpConst:
		return g.konst(L, v.Imm)
	case v.Op == OpAddr:
		a := g.value(OpAddr, L)
		a.Sym, a.Imm = v.Sym, v.Imm
		return a
	case v.Type == W:
		return g.value(OpZextW, L, v)
	}
	return v
}
