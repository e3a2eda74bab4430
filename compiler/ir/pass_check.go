package ir

import "sync"

// pass_check.go removes checks that cannot fail: traps, overflow checks and branches
// whose outcome follows from constants, from the ranges of values, and from what was
// compared, or survived a trap, in the blocks that dominate them.
//
// Knowledge grows on the way down the dominator tree and is taken back on the way up.
// It has two forms: a range for a value (ranges.go), and for a pair of values the
// orders that are still possible.

// Orders that two values may have to each other.
const (
	less     = 1 << iota // a < b
	equal                // a = b
	greater              // a > b
	anyOrder = less | equal | greater
)

// order holds the possible orders as signed and as unsigned numbers.
type order struct{ signed, unsigned uint8 }

// orders is the possible orders when a condition holds.
var orders = [...]order{
	EQ: {equal, equal}, NE: {less | greater, less | greater},
	SLT: {less, less | greater}, SLE: {less | equal, anyOrder}, SGT: {greater, less | greater}, SGE: {greater | equal, anyOrder},
	ULT: {less | greater, less}, ULE: {anyOrder, less | equal}, UGT: {less | greater, greater}, UGE: {anyOrder, greater | equal},
}

func (o order) and(p order) order {
	o = order{o.signed & p.signed, o.unsigned & p.unsigned}
	if o.signed&equal == 0 || o.unsigned&equal == 0 {
		o.signed &^= equal
		o.unsigned &^= equal
	}
	if o.signed == equal || o.unsigned == equal {
		return order{equal, equal}
	}
	return o
}

// implies says whether the condition holds in every order that is possible.
func (o order) implies(c Cond) bool {
	p := orders[c]
	switch c {
	case EQ, NE:
		return o.signed&^p.signed == 0 || o.unsigned&^p.unsigned == 0
	case SLT, SLE, SGT, SGE:
		return o.signed&^p.signed == 0
	}
	return o.unsigned&^p.unsigned == 0
}

func (o order) swapped() order {
	swap := func(m uint8) uint8 {
		return m&equal | m&less<<2 | m&greater>>2
	}
	return order{swap(o.signed), swap(o.unsigned)}
}

// prover walks over one function.
type prover struct {
	f      *Func
	d      *domTree
	known  []knowledge      // by value ID; constants that are made on the way have none
	pairs  map[uint64]order // by pairKey
	sums   []sum
	undo   []note
	stack  []proverFrame
	seen   []*Value // of moves
	gone   []bool   // by value ID
	isGone bool     // some are

	noRanges bool // what was learnt of ranges does not hold where they are asked for
}

// knowledge is what was learnt of a value.
type knowledge struct {
	ranged   interval // narrower than what the value itself says
	hasRange bool
	hasPair  bool  // was compared
	sums     int32 // how many additions of it have not overflowed
	newest   int32 // 1 + the place in sums of the newest of them
}

// sum is an addition of a value that has not overflowed.
type sum struct {
	v      *Value
	before int32 // 1 + the place of the one before it
}

// note says how to forget what was learnt.
type note struct {
	kind noteKind
	had  bool // something older was known
	v    *Value
	iv   interval // noteRange
	key  uint64   // notePair
	old  order
}

type noteKind uint8

const (
	noteRange noteKind = iota
	notePair
	noteSum
)

type proverFrame struct {
	b    *Block
	next int
	undo int
}

// provers are used again.
var provers = sync.Pool{New: func() any { return &prover{pairs: map[uint64]order{}} }}

func removeChecks(f *Func) {
	p := provers.Get().(*prover)
	defer provers.Put(p)
	if len(p.pairs) > 0 { // all is taken back at the end, but after a panic
		p.pairs = map[uint64]order{}
	}
	p.f, p.d, p.isGone = f, f.dominators(), false
	p.known, p.gone = zeroed(p.known, f.nextID), zeroed(p.gone, f.nextID)
	p.sums, p.undo, p.stack = p.sums[:0], p.undo[:0], p.stack[:0]
	p.walk()
	if p.isGone {
		f.keep(func(v *Value) bool { return int(v.ID) >= len(p.gone) || !p.gone[v.ID] })
	}
}

func (p *prover) walk() {
	enter := func(b *Block) {
		p.stack = append(p.stack, proverFrame{b: b, undo: len(p.undo)})
		p.visit(b)
	}
	enter(p.f.Blocks[0])
	for len(p.stack) > 0 {
		fr := &p.stack[len(p.stack)-1]
		if kids := p.d.kids(fr.b); fr.next < len(kids) {
			fr.next++
			enter(kids[fr.next-1])
			continue
		}
		p.takeBack(fr.undo)
		p.stack = p.stack[:len(p.stack)-1]
	}
}

func (p *prover) visit(b *Block) {
	if len(b.Preds) == 1 && b.Preds[0].Term == Branch {
		p.learnBranch(b.Preds[0].Ctl, b.Preds[0].Succs[0] == b)
	}
	p.learnLoop(b)
	for _, v := range b.Values {
		p.value(v)
	}
	if b.Term == Branch && b.Ctl.Op != OpConst {
		if holds, known := p.truth(b.Ctl); known {
			b.Ctl = p.constantIn(b, holds)
		}
	}
}

// constantIn makes 0 or 1 at the end of a block.
func (p *prover) constantIn(b *Block, holds bool) *Value {
	k := p.f.NewValue(b, OpConst, W)
	k.Pos = b.Pos
	if holds {
		k.Imm = 1
	}
	return k
}

// truth says whether a value is known not to be 0.
func (p *prover) truth(v *Value) (holds, known bool) {
	if v.Op == OpCmp {
		if holds, known = p.decide(v.Cond, v.Args[0], v.Args[1]); known {
			return holds, true
		}
	}
	iv := p.rangeOf(v)
	switch {
	case iv.ulo > 0:
		return true, true
	case iv.uhi == 0:
		return false, true
	}
	return false, false
}

func (p *prover) learnBranch(c *Value, taken bool) {
	if c.Op == OpCmp {
		cond := c.Cond
		if !taken {
			cond = cond.Not()
		}
		p.learn(cond, c.Args[0], c.Args[1])
	}
	iv := p.rangeOf(c)
	if taken {
		iv.ulo = max(iv.ulo, 1)
	} else {
		iv = constRange(W, 0)
	}
	p.narrow(c, iv)
}

// learnLoop learns what the test at the end of a loop's turns says of its first block, if
// that holds when the loop is entered, too: it is about the phis there then.
func (p *prover) learnLoop(b *Block) {
	if len(b.Preds) != 2 || len(b.phis()) == 0 {
		return
	}
	back, in := 0, 1
	if !p.d.dominates(b, b.Preds[back]) {
		back, in = 1, 0
	}
	q := b.Preds[back]
	if !p.d.dominates(b, q) || q.Term != Branch || q.Ctl.Op != OpCmp {
		return
	}
	cond, x, y := q.Ctl.Cond, q.Ctl.Args[0], q.Ctl.Args[1]
	if q.Succs[0] != b {
		cond = cond.Not()
	}
	var facts []*Value // pairs of which cond holds
	before := len(p.undo)
	if e := b.Preds[in]; e.Term == Branch {
		p.learnBranch(e.Ctl, e.Succs[0] == b)
	}
	for _, u := range turned(b, back, x, p.d) {
		for _, w := range turned(b, back, y, p.d) {
			first, second := entering(u, b, in), entering(w, b, in)
			if holds, known := p.decide(cond, first, second); known && holds && (u.Block == b || w.Block == b) {
				facts = append(facts, u, w)
			}
		}
	}
	p.takeBack(before)
	for n := 0; n < len(facts); n += 2 {
		p.learn(cond, facts[n], facts[n+1])
	}
}

// turned gives what is x on the next turn: phis of b that take it from predecessor back,
// or x itself when it never changes.
func turned(b *Block, back int, x *Value, d *domTree) (list []*Value) {
	if x.Op == OpConst || x.Block != b && d.dominates(x.Block, b) {
		return []*Value{x}
	}
	for _, v := range b.phis() {
		if v.Args[back] == x {
			list = append(list, v)
		}
	}
	return list
}

// entering is what v is when b is entered from predecessor in.
func entering(v *Value, b *Block, in int) *Value {
	if v.Block == b && v.Op == OpPhi {
		return v.Args[in]
	}
	return v
}

// takeBack forgets all that was learnt since there were so many notes.
func (p *prover) takeBack(notes int) {
	for len(p.undo) > notes {
		n := &p.undo[len(p.undo)-1]
		switch n.kind {
		case noteRange:
			k := &p.known[n.v.ID]
			k.ranged, k.hasRange = n.iv, n.had
		case notePair:
			if n.had {
				p.pairs[n.key] = n.old
			} else {
				delete(p.pairs, n.key)
			}
		case noteSum:
			k := &p.known[n.v.ID]
			k.sums--
			k.newest = p.sums[len(p.sums)-1].before
			p.sums = p.sums[:len(p.sums)-1]
		}
		p.undo = p.undo[:len(p.undo)-1]
	}
}

// value looks at one value: may its check go, and what is known behind it?
func (p *prover) value(v *Value) {
	switch v.Op {
	case OpTrapIf:
		holds, known := p.decide(v.Cond, v.Args[0], v.Args[1])
		if known && !holds {
			p.gone[v.ID], p.isGone = true, true
		} else if !known {
			p.learn(v.Cond.Not(), v.Args[0], v.Args[1])
		}
	case OpAdd, OpSub, OpMul, OpNeg:
		p.arithmetic(v)
	}
}

func (p *prover) arithmetic(v *Value) {
	if v.Check == Wrap {
		return
	}
	check := v.Check
	if check == Nonneg {
		v.Nonneg = true // what was asked for holds, and stays known without the check
	}
	if p.cannotOverflow(v) {
		v.Check, v.Trap = Wrap, TrapNone
	}
	if check != Nonneg {
		return
	}
	switch v.Op {
	case OpAdd:
		p.learn(UGE, v, v.Args[0])
		p.learn(UGE, v, v.Args[1])
		p.noteSum(v)
	case OpSub:
		p.learn(UGE, v.Args[0], v.Args[1])
		p.learn(ULE, v, v.Args[0])
	}
}

// decide says whether a condition is known to hold or not to hold.
func (p *prover) decide(c Cond, a, b *Value) (holds, known bool) {
	o := p.orderOf(a, b)
	switch {
	case o.implies(c):
		return true, true
	case o.implies(c.Not()):
		return false, true
	}
	return false, false
}

// orderOf gives the orders of a and b that are possible here.
func (p *prover) orderOf(a, b *Value) order {
	if a == b {
		return order{equal, equal}
	}
	o := p.knownOrder(a, b)
	if o.unsigned&(o.unsigned-1) != 0 {
		o = o.and(p.orderBySums(a, b))
	}
	// a = x - k does not wrap and is below x; so it is below b when x is not above
	if below, ok := p.smallerThan(a); ok && below != b {
		if x := p.knownOrder(below, b); x.unsigned&greater == 0 {
			o = o.and(orders[ULT])
		}
	}
	return o
}

// knownOrder is the order of a and b by their ranges and what was compared.
func (p *prover) knownOrder(a, b *Value) order {
	if a == b {
		return order{equal, equal}
	}
	return p.rangeOf(a).orderTo(p.rangeOf(b)).and(p.pair(a, b))
}

// smallerThan gives an x that v is below, as an unsigned number: v = x - k, k > 0.
func (p *prover) smallerThan(v *Value) (x *Value, ok bool) {
	if v.Op != OpSub && v.Op != OpAdd || v.Args[1].Op != OpConst || !v.Nonneg {
		return nil, false
	}
	k := v.Args[1].Imm
	if v.Op == OpAdd {
		k = -k
	}
	return v.Args[0], k > 0 && p.rangeOf(v.Args[0]).slo >= 0
}

// pairKey is the key of two values, the one with the smaller ID first.
func pairKey(a, b *Value) uint64 { return uint64(a.ID)<<32 | uint64(b.ID) }

func (p *prover) pair(a, b *Value) order {
	if a.ID > b.ID {
		return p.pair(b, a).swapped()
	}
	if p.wasCompared(a) && p.wasCompared(b) {
		if o, ok := p.pairs[pairKey(a, b)]; ok {
			return o
		}
	}
	return order{anyOrder, anyOrder}
}

func (p *prover) wasCompared(v *Value) bool { return int(v.ID) < len(p.known) && p.known[v.ID].hasPair }

// learn notes that a condition holds from here on down.
func (p *prover) learn(c Cond, a, b *Value) {
	if a == b {
		return
	}
	ra, rb := p.rangeOf(a), p.rangeOf(b)
	p.narrow(a, ra.where(c, rb))
	p.narrow(b, rb.where(c.Swap(), ra))
	if a.Op == OpConst || b.Op == OpConst {
		return
	}
	if a.ID > b.ID {
		a, b, c = b, a, c.Swap()
	}
	key := pairKey(a, b)
	old, had := p.pairs[key]
	p.pairs[key] = p.pair(a, b).and(orders[c])
	p.known[a.ID].hasPair, p.known[b.ID].hasPair = true, true
	p.undo = append(p.undo, note{kind: notePair, key: key, old: old, had: had})
}

// narrow notes a range for a value. An empty one means that this place is never
// reached; nothing is concluded from that.
func (p *prover) narrow(v *Value, iv interval) {
	if v.Op == OpConst || iv.isEmpty() {
		return
	}
	k := &p.known[v.ID]
	p.undo = append(p.undo, note{kind: noteRange, v: v, iv: k.ranged, had: k.hasRange})
	k.ranged, k.hasRange = iv, true
}
