package mach

import "slices"

// layout.go puts the blocks in order before registers are allocated: critical edges are
// split, loops are found, and each block that can falls into its successor.

// loop is a natural loop: the blocks that reach header again without leaving what header
// dominates.
type loop struct {
	header *Block
	outer  *loop
	depth  int32 // 1 for the outermost
}

// layoutRoom is the memory of layout.
type layoutRoom struct {
	seen  []bool // by Block.ID
	walk  []visit
	mark  []int32 // by Block.index: the last loop, or part of one, that was found to have the block
	body  []*Block
	loops []*loop
	cold  []*Block
}

// contains says whether b is in l or a loop inside it.
func (l *loop) contains(b *Block) bool {
	for m := b.loop; m != nil; m = m.outer {
		if m == l {
			return true
		}
	}
	return false
}

// layout splits, analyses and orders the blocks. Blocks that the entry does not reach
// vanish. Leaves Block.loop, Block.freq and Block.index.
func (f *Func) layout() {
	f.splitCritical()
	f.findPreds()
	f.reorder(func(b *Block) bool { return false })
	loops := f.findLoops()
	f.reorder(exitsFirst)
	f.coldLast()
	f.rotate(loops)
	for _, b := range f.Blocks {
		b.freq = frequency(b)
	}
}

// frequency is how often a block may run, relative to the entry.
func frequency(b *Block) float64 {
	freq := 1.0
	if b.loop != nil {
		for n := int32(0); n < b.loop.depth && n < 6; n++ {
			freq *= 8
		}
	}
	if b.Cold {
		freq /= 64
	}
	return freq
}

// splitCritical puts a block on each edge from a block with several successors to one
// with several predecessors, so that what must happen on the edge has a place.
func (f *Func) splitCritical() {
	for _, b := range f.Blocks { // without those that are appended
		if len(b.Succs) < 2 {
			continue
		}
		for k, s := range b.Succs {
			if len(s.Preds) < 2 {
				continue
			}
			e := f.SplitEdge(b, k)
			jump := f.NewInst(OpJump, false)
			jump.Pos = b.Insts[len(b.Insts)-1].Pos
			e.Insts = f.List([]*Inst{jump})
		}
	}
}

// SplitEdge puts an empty block on the edge to successor k of b. That has the block among its
// predecessors only when findPreds was there: to find the place of each alone would take long where
// there are many.
func (f *Func) SplitEdge(b *Block, k int) *Block {
	e, s := f.NewBlock(), b.Succs[k]
	e.Cold, e.onEdge = b.Cold || s.Cold, true
	e.Preds, e.Succs = append(e.Preds, b), append(e.Succs, s)
	b.Succs[k] = e
	return e
}

// findPreds makes the lists of predecessors anew, in the order in which the edges were made; a
// block on an edge stands in its place.
func (f *Func) findPreds() {
	for _, b := range f.Blocks {
		if !b.onEdge {
			b.Preds = b.Preds[:0]
		}
	}
	for _, b := range f.Blocks {
		if b.onEdge {
			continue
		}
		for _, s := range b.Succs {
			p := b
			for s.onEdge {
				p, s = s, s.Succs[0]
			}
			s.Preds = append(s.Preds, p)
		}
	}
}

// visit is a block whose successors are gone through.
type visit struct {
	b        *Block
	done     int
	backward bool
}

// reorder sorts the blocks in reverse postorder of a walk, so that the successor that it takes
// last is placed nearest. It takes them in order, or backward where that says so.
func (f *Func) reorder(backward func(b *Block) bool) {
	r := &f.room.layout
	seen := empty(r.seen, f.nextBlk)
	order := f.room.old[:0]
	entry := f.Blocks[0]
	stack := append(r.walk[:0], visit{entry, 0, backward(entry)})
	seen[entry.ID] = true
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.done == len(top.b.Succs) {
			order = append(order, top.b)
			stack = stack[:len(stack)-1]
			continue
		}
		s := top.b.Succs[top.done]
		if top.backward {
			s = top.b.Succs[len(top.b.Succs)-1-top.done]
		}
		top.done++
		if !seen[s.ID] {
			seen[s.ID] = true
			stack = append(stack, visit{s, 0, backward(s)})
		}
	}
	slices.Reverse(order)
	for n, b := range order {
		b.index = n
		if len(order) < len(f.Blocks) {
			b.Preds = slices.DeleteFunc(b.Preds, func(p *Block) bool { return !seen[p.ID] })
		}
	}
	f.Blocks, f.room.old = order, f.Blocks
	r.seen, r.walk = seen, stack
}

// exitsFirst is how the successors of b are taken so that one that leaves its loop comes before one
// that does not, and of two equal ones the second: backward, or in order.
func exitsFirst(b *Block) bool {
	return len(b.Succs) < 2 || b.loop == nil || b.loop.contains(b.Succs[0]) || !b.loop.contains(b.Succs[1])
}

// findLoops needs reverse postorder in Blocks and index. Gives inner loops after the
// loops around them.
func (f *Func) findLoops() []*loop {
	r := &f.room.layout
	r.mark = empty(r.mark, len(f.Blocks))
	r.loops = r.loops[:0]
	for _, h := range f.Blocks {
		isLoop := false
		r.body = r.body[:0]
		for _, p := range h.Preds {
			if p.index >= h.index && r.enclose(h, p) {
				isLoop = true
			}
		}
		if !isLoop {
			continue
		}
		l := f.room.loops.One()
		l.header, l.outer, l.depth = h, h.loop, 1
		if l.outer != nil {
			l.depth = l.outer.depth + 1
		}
		h.loop = l
		for _, b := range r.body {
			b.loop = l
		}
		r.loops = append(r.loops, l)
	}
	return r.loops
}

// enclose adds to body what reaches p without passing h, and says whether h dominates p. It
// does not when there is a block among them that comes before h: on the way there through the
// tree of the walk that gave the order, all blocks come before h.
func (r *layoutRoom) enclose(h, p *Block) bool {
	mark := int32(h.index + 1)
	r.mark[h.index] = mark
	start := len(r.body)
	add := func(b *Block) {
		if r.mark[b.index] != mark {
			r.mark[b.index] = mark
			r.body = append(r.body, b)
		}
	}
	add(p)
	for at := start; at < len(r.body); at++ {
		for _, q := range r.body[at].Preds {
			if q.index < h.index {
				for _, b := range r.body[start:] {
					r.mark[b.index] = 0
				}
				r.body = r.body[:start]
				return false
			}
			add(q)
		}
	}
	return true
}

// coldLast moves seldom run blocks behind all others, and numbers all.
func (f *Func) coldLast() {
	warm, cold := f.Blocks[:0], f.room.layout.cold[:0]
	for n, b := range f.Blocks {
		if b.Cold && n > 0 {
			cold = append(cold, b)
		} else {
			warm = append(warm, b)
		}
	}
	f.Blocks = append(warm, cold...)
	f.room.layout.cold = cold
	for n, b := range f.Blocks {
		b.index = n
	}
}

// rotate moves the head of a loop that is tested there behind the loop's last block:
// one jump before the loop instead of one in each round.
func (f *Func) rotate(loops []*loop) {
	for _, l := range slices.Backward(loops) {
		h := l.header
		end := h.Insts[len(h.Insts)-1]
		if end.Op != OpBranch || l.contains(h.Succs[0]) == l.contains(h.Succs[1]) {
			continue
		}
		at := h.index
		last := at
		for last+1 < len(f.Blocks) && l.contains(f.Blocks[last+1]) {
			last++
		}
		latch := f.Blocks[last]
		if at == 0 || last == at || len(latch.Succs) != 1 || latch.Succs[0] != h {
			continue
		}
		for n := at; n < last; n++ {
			f.Blocks[n] = f.Blocks[n+1]
			f.Blocks[n].index = n
		}
		f.Blocks[last] = h
		h.index = last
	}
}
