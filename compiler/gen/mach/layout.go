package mach

import "slices"

// layout.go puts the blocks in order before registers are allocated: critical edges are
// split, loops are found, and each block that can falls into its successor.

// loop is a natural loop: the blocks that reach header again without leaving what header
// dominates.
type loop struct {
	header *Block
	outer  *loop
	depth  int // 1 for the outermost
	blocks []*Block
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
// vanish. Leaves Block.loop and Block.freq.
func (f *Func) layout() {
	f.splitCritical()
	f.reorder(func(b *Block) []*Block { return b.Succs })
	loops := f.findLoops()
	f.reorder(exitsFirst)
	f.coldLast()
	f.rotate(loops)
	for n, b := range f.Blocks {
		b.index = n
		b.freq = frequency(b)
	}
}

// frequency is how often a block may run, relative to the entry.
func frequency(b *Block) float64 {
	freq := 1.0
	if b.loop != nil {
		for n := 0; n < b.loop.depth && n < 6; n++ {
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
	for _, b := range slices.Clone(f.Blocks) {
		if len(b.Succs) < 2 {
			continue
		}
		for k, s := range b.Succs {
			if len(s.Preds) < 2 {
				continue
			}
			e := f.NewBlock()
			e.Cold = b.Cold || s.Cold
			e.Insts = []*Inst{{Op: OpJump, Pos: b.Insts[len(b.Insts)-1].Pos}}
			e.Preds, e.Succs = []*Block{b}, []*Block{s}
			b.Succs[k] = e
			s.Preds[slices.Index(s.Preds, b)] = e
		}
	}
}

// reorder sorts the blocks in reverse postorder of a walk that takes the successors in
// the order that succs gives, so that the last of them is placed nearest.
func (f *Func) reorder(succs func(b *Block) []*Block) {
	seen := make([]bool, f.nextBlk)
	var order []*Block
	type frame struct {
		b     *Block
		succs []*Block
	}
	stack := []frame{{f.Blocks[0], succs(f.Blocks[0])}}
	seen[f.Blocks[0].ID] = true
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if len(top.succs) == 0 {
			order = append(order, top.b)
			stack = stack[:len(stack)-1]
			continue
		}
		s := top.succs[0]
		top.succs = top.succs[1:]
		if !seen[s.ID] {
			seen[s.ID] = true
			stack = append(stack, frame{s, succs(s)})
		}
	}
	slices.Reverse(order)
	for n, b := range order {
		b.index = n
		b.Preds = slices.DeleteFunc(b.Preds, func(p *Block) bool { return !seen[p.ID] })
	}
	f.Blocks = order
}

// exitsFirst gives the successors of b with those that leave its loop first, and of two
// equal ones the second.
func exitsFirst(b *Block) []*Block {
	if len(b.Succs) < 2 || b.loop == nil {
		return reversed(b.Succs)
	}
	if !b.loop.contains(b.Succs[0]) && b.loop.contains(b.Succs[1]) {
		return b.Succs
	}
	return reversed(b.Succs)
}

func reversed(list []*Block) []*Block {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// findLoops needs reverse postorder in Blocks and index. Gives inner loops after the
// loops around them.
func (f *Func) findLoops() []*loop {
	idom := f.dominators()
	dominates := func(a, b *Block) bool {
		for b.index > a.index {
			b = idom[b.index]
		}
		return a == b
	}
	var loops []*loop
	for _, h := range f.Blocks {
		var work []*Block
		for _, p := range h.Preds {
			if p.index >= h.index && dominates(h, p) {
				work = append(work, p)
			}
		}
		if len(work) == 0 {
			continue
		}
		l := &loop{header: h, outer: h.loop, depth: 1}
		if l.outer != nil {
			l.depth = l.outer.depth + 1
		}
		inside := map[*Block]bool{h: true}
		for len(work) > 0 {
			b := work[len(work)-1]
			work = work[:len(work)-1]
			if !inside[b] {
				inside[b] = true
				work = append(work, b.Preds...)
			}
		}
		for _, b := range f.Blocks {
			if inside[b] {
				b.loop = l
				l.blocks = append(l.blocks, b)
			}
		}
		loops = append(loops, l)
	}
	return loops
}

// dominators gives each block's immediate dominator (Cooper, Harvey and Kennedy). Needs
// reverse postorder.
func (f *Func) dominators() []*Block {
	idom := make([]*Block, len(f.Blocks))
	idom[0] = f.Blocks[0]
	for changed := true; changed; {
		changed = false
		for n, b := range f.Blocks[1:] {
			var d *Block
			for _, p := range b.Preds {
				if idom[p.index] == nil {
					continue
				}
				if d == nil {
					d = p
				}
				for q := p; q != d; {
					if q.index > d.index {
						q = idom[q.index]
					} else {
						d = idom[d.index]
					}
				}
			}
			if idom[n+1] != d {
				idom[n+1] = d
				changed = true
			}
		}
	}
	return idom
}

// coldLast moves seldom run blocks behind all others.
func (f *Func) coldLast() {
	var warm, cold []*Block
	for n, b := range f.Blocks {
		if b.Cold && n > 0 {
			cold = append(cold, b)
		} else {
			warm = append(warm, b)
		}
	}
	f.Blocks = append(warm, cold...)
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
		at := slices.Index(f.Blocks, h)
		last := at
		for last+1 < len(f.Blocks) && l.contains(f.Blocks[last+1]) {
			last++
		}
		latch := f.Blocks[last]
		if at == 0 || last == at || len(latch.Succs) != 1 || latch.Succs[0] != h {
			continue
		}
		copy(f.Blocks[at:], f.Blocks[at+1:last+1])
		f.Blocks[last] = h
	}
}
