package ir

import "sync"

// pass_cse.go computes nothing twice: a value for which an equal one was made in a
// dominating block is replaced by that. Pure values, checks and loads of fixed memory
// are found anywhere above; other loads as long as nothing on any way between may have
// changed the memory. Constants and addresses of symbols stay where they are
// used: making them again costs less than a register.

// valueKey is equal for values that compute the same. Arguments are numbers: equal
// constants have equal ones, though they are different values.
type valueKey struct {
	op      Op
	t       Type
	cond    Cond
	check   Check
	mem     MemSet
	a, b, c int32
	epoch   int32 // loads of memory that may change: a number of its state
	imm     int64
}

// hash mixes what tells most values apart.
func (k *valueKey) hash() uint32 {
	const odd = 0x9e3779b97f4a7c15 // 2^64 by the golden ratio
	h := uint64(k.op) | uint64(k.t)<<8 | uint64(k.cond)<<16 | uint64(k.check)<<24 | uint64(uint32(k.epoch))<<32
	h = (h ^ uint64(uint32(k.a)) ^ uint64(uint32(k.b))<<32) * odd
	h = (h ^ h>>29 ^ uint64(k.imm) ^ uint64(uint32(k.c))<<40) * odd
	return uint32(h >> 32)
}

// epochs is the state of each MemSet: a larger number after each change.
type epochs [numSets]int32

type sharer struct {
	d       *domTree
	r       *replacements
	numbers valueTable // of constants and addresses
	symbols map[string]int32
	num     []int32  // by value ID
	at      valueKey // of the value at hand
	table   valueTable
	epochs  epochs        // the state of memory here
	last    int32         // of all numbers in them
	ends    []epochs      // by block ID: at its end
	blocks  []blockChange // by block ID
	search  int32         // the last one of changedBetween
	work    []*Block      // of changedBetween
	stack   []shareFrame
	dropped []*Value // traps that were asked above
}

// blockChange is what changedBetween knows of a block.
type blockChange struct {
	sets    uint32 // that it may change
	isKnown bool
	search  int32 // the last one that met it
}

// mostSymbols is how many names the next function clears; a larger table is given up.
const mostSymbols = 256

// sharers are used again: their tables grow to what the largest functions need.
var sharers = sync.Pool{New: func() any { return new(sharer) }}

func shareEqual(f *Func) {
	s := sharers.Get().(*sharer)
	defer sharers.Put(s)
	s.begin(f)
	s.walk(f.Blocks[0])
	if len(s.dropped) > 0 {
		isDropped := zeroed(f.space().marks, f.nextID)
		for _, v := range s.dropped {
			isDropped[v.ID] = true
		}
		f.space().marks = isDropped
		f.keep(func(v *Value) bool { return v.Op != OpTrapIf || !isDropped[v.ID] })
	}
	s.r.apply()
}

// begin makes s ready for f.
func (s *sharer) begin(f *Func) {
	s.numbers.cut(0)
	s.table.cut(0)
	if s.symbols == nil || len(s.symbols) > mostSymbols {
		s.symbols = map[string]int32{}
	}
	clear(s.symbols)
	*s = sharer{d: f.dominators(), r: f.replacements(), numbers: s.numbers, symbols: s.symbols, table: s.table, num: zeroed(s.num, f.nextID),
		ends: s.ends, blocks: zeroed(s.blocks, f.nextBlk), work: s.work, stack: s.stack, dropped: s.dropped[:0]}
	if f.nextBlk > len(s.ends) { // what is in it does not matter
		s.ends = make([]epochs, f.nextBlk+f.nextBlk/4)
	}
}

type shareFrame struct {
	b     *Block
	next  int
	above int // entries of the table before the block
}

// walk goes down the dominator tree; what a block adds to the table is taken out again
// behind it.
func (s *sharer) walk(top *Block) {
	enter := func(b *Block) {
		s.stack = append(s.stack, shareFrame{b: b, above: s.table.size()})
		s.visit(b)
	}
	s.stack = s.stack[:0]
	enter(top)
	for len(s.stack) > 0 {
		fr := &s.stack[len(s.stack)-1]
		if kids := s.d.kids(fr.b); fr.next < len(kids) {
			fr.next++
			enter(kids[fr.next-1])
			continue
		}
		s.table.cut(fr.above)
		s.stack = s.stack[:len(s.stack)-1]
	}
}

func (s *sharer) visit(b *Block) {
	if idom := s.d.idom[b.ID]; idom != nil {
		s.epochs = s.ends[idom.ID]
		s.change(s.changedBetween(idom, b))
	}
	k := &s.at
	for _, v := range b.Values {
		if v.Op != OpPhi && s.r.count > 0 {
			s.r.useIn(v)
		}
		if s.key(v, k) {
			if e, found := s.table.entry(k); found {
				s.replace(v, e.v)
			} else {
				e.v = v
			}
		}
		s.change(v.changes())
		if s.stored(v, k) { // who reads it now need not
			e, _ := s.table.entry(k)
			e.v = v.Args[1]
		}
	}
	s.ends[b.ID] = s.epochs
}

// change notes that the parts of memory in sets have changed.
func (s *sharer) change(sets uint32) {
	if sets == 0 {
		return
	}
	s.last++
	for n := range s.epochs {
		if sets>>n&1 != 0 {
			s.epochs[n] = s.last
		}
	}
}

// stored makes k the key of the load that would give what the store v has just written.
func (s *sharer) stored(v *Value, k *valueKey) bool {
	op, t := OpLoad64, L
	switch {
	case v.Op == OpStore64:
	case v.Op == OpStore32 && v.Args[1].Type == W:
		op, t = OpLoad32, W
	default:
		return false
	}
	*k = valueKey{op: op, t: t, imm: v.Imm, mem: v.Mem, epoch: s.epochs[v.Mem], a: s.number(v.Args[0])}
	return true
}

// mostBetween bounds the search of changedBetween.
const mostBetween = 40

// changedBetween gives the parts of memory that change on some way from the end of above,
// which dominates b, to the start of b.
func (s *sharer) changedBetween(above, b *Block) (sets uint32) {
	s.search++
	seen := 0
	work := append(s.work[:0], b.Preds...)
	for len(work) > 0 {
		p := work[len(work)-1]
		work = work[:len(work)-1]
		if p == above || s.blocks[p.ID].search == s.search {
			continue
		}
		s.blocks[p.ID].search = s.search
		seen++
		if seen > mostBetween {
			sets = allSets
			break
		}
		if sets |= s.changes(p); sets == allSets {
			break
		}
		work = append(work, p.Preds...)
	}
	s.work = work
	return sets
}

// changes gives the parts of memory that a block may change.
func (s *sharer) changes(b *Block) uint32 {
	c := &s.blocks[b.ID]
	if !c.isKnown {
		c.isKnown = true
		for _, v := range b.Values {
			c.sets |= v.changes()
		}
	}
	return c.sets
}

// replace lets w, made above, stand for the equal v.
func (s *sharer) replace(v, w *Value) {
	if v.Op == OpTrapIf {
		s.dropped = append(s.dropped, v)
		return
	}
	s.r.set(v, w)
}

// key makes k the key of v, if that may be shared. It gives v its number.
func (s *sharer) key(v *Value, k *valueKey) bool {
	if v.Op == OpConst || v.Op == OpAddr {
		*k = valueKey{op: v.Op, t: v.Type, imm: v.Imm}
		if v.Op == OpAddr {
			k.a = s.symbol(v.Sym)
		}
		e, seen := s.numbers.entry(k)
		if !seen {
			e.number = -int32(s.numbers.size())
		}
		s.num[v.ID] = e.number
		return false
	}
	s.num[v.ID] = v.ID + 1
	isLoad := v.Op.flags()&loads != 0
	if v.Op != OpTrapIf && v.Check == Wrap && !isLoad && !v.isPure() {
		return false
	}
	*k = valueKey{op: v.Op, t: v.Type, cond: v.Cond, check: v.Check, imm: v.Imm}
	switch {
	case isLoad && v.Fixed:
		k.mem, k.epoch = MemAny, -1
	case isLoad:
		k.mem, k.epoch = v.Mem, s.epochs[v.Mem]
	}
	args := [3]int32{}
	for i, a := range v.Args {
		args[i] = s.number(a)
	}
	if v.Op.Commutes() && args[0] > args[1] {
		args[0], args[1] = args[1], args[0]
	}
	k.a, k.b, k.c = args[0], args[1], args[2]
	return true
}

// symbol is a number for each name.
func (s *sharer) symbol(name string) int32 {
	n, known := s.symbols[name]
	if !known {
		n = int32(len(s.symbols))
		s.symbols[name] = n
	}
	return n
}

func (s *sharer) number(v *Value) int32 {
	if n := s.num[v.ID]; n != 0 {
		return n
	}
	return v.ID + 1 // of a loop's later block: only phis name those
}
