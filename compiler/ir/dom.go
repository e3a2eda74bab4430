package ir

import "slices"

// dom.go finds the order and the dominators of a function's blocks (Cooper, Harvey and
// Kennedy, "A Simple, Fast Dominance Algorithm"), and its loops. A block dominates another when
// every way from the entry to the second goes through the first.

// domTree is what is known about the blocks that the entry reaches. It is right until an edge
// changes: who changes one says so by edgesChanged. Then the next one takes its memory.
type domTree struct {
	of       *Func // nil when nothing is known
	isSolved bool  // more than order and num is known

	order    []*Block // reverse postorder: a block comes after its dominators
	num      []int32  // by block ID: place in order, or -1 when not reached
	idom     []*Block // by block ID: the nearest dominator; nil for the entry
	heads    []*Block // the first blocks of loops, in order: what comes there from a block that they dominate
	children []*Block // of all blocks; see kids
	first    []int32  // by place in order: where its own begin in children; and how many they are
	count    []int32
	pre      []int32 // by place in order: number in a walk down the tree, and how many it dominates
	size     []int32

	above []int32 // by place in order: place of the nearest dominator
	next  []int32 // by place in order: number of the next child
	stack []orderFrame
}

type orderFrame struct {
	b    *Block
	next int
}

// edgesChanged says that what is known of the order of blocks, of dominators and loops is not right
// any more.
func (f *Func) edgesChanged() {
	if f.room != nil {
		f.room.tree.of = nil
	}
}

// order gives the blocks that the entry reaches in reverse postorder, and nothing else for sure.
func (f *Func) order() *domTree {
	d := &f.space().tree
	if d.of != f {
		d.findOrder(f)
	}
	return d
}

func (f *Func) dominators() *domTree {
	d := f.order()
	if !d.isSolved {
		d.solve()
		d.findChildren()
		d.findLoops()
		d.isSolved = true
	}
	return d
}

// findOrder walks without recursion: functions may have very many blocks.
func (d *domTree) findOrder(f *Func) {
	const seen = 0
	d.of, d.isSolved = f, false
	d.num = zeroed(d.num, f.nextBlk)
	for i := range d.num {
		d.num[i] = -1
	}
	d.order = d.order[:0]
	d.num[f.Blocks[0].ID] = seen
	d.stack = append(d.stack[:0], orderFrame{b: f.Blocks[0]})
	for len(d.stack) > 0 {
		top := &d.stack[len(d.stack)-1]
		if top.next == len(top.b.Succs) {
			d.order = append(d.order, top.b)
			d.stack = d.stack[:len(d.stack)-1]
			continue
		}
		s := top.b.Succs[top.next]
		top.next++
		if d.num[s.ID] < 0 {
			d.num[s.ID] = seen
			d.stack = append(d.stack, orderFrame{b: s})
		}
	}
	slices.Reverse(d.order)
	for i, b := range d.order {
		d.num[b.ID] = int32(i)
	}
}

// solve finds the nearest dominators: of a block's predecessors, the common ancestor.
func (d *domTree) solve() {
	const unknown = -1
	n := len(d.order)
	d.above = zeroed(d.above, n)
	for i := range d.above {
		d.above[i] = unknown
	}
	d.above[0] = 0
	for changed := true; changed; {
		changed = false
		for i, b := range d.order[1:] {
			best := int32(unknown)
			for _, p := range b.Preds {
				switch at := d.num[p.ID]; {
				case at < 0 || d.above[at] == unknown: // not reached, or not yet
				case best == unknown:
					best = at
				default:
					best = d.meetAt(best, at)
				}
			}
			if d.above[i+1] != best {
				d.above[i+1] = best
				changed = true
			}
		}
	}
	d.idom = zeroed(d.idom, len(d.num))
	for i, b := range d.order[1:] {
		d.idom[b.ID] = d.order[d.above[i+1]]
	}
}

func (d *domTree) meetAt(a, b int32) int32 {
	for a != b {
		for a > b {
			a = d.above[a]
		}
		for b > a {
			b = d.above[b]
		}
	}
	return a
}

// meet is the nearest block that dominates both.
func (d *domTree) meet(a, b *Block) *Block {
	return d.order[d.meetAt(d.num[a.ID], d.num[b.ID])]
}

// findChildren gives each block the place where its children stand, puts them there, and numbers
// the blocks as a walk down the tree would: a dominates what is numbered from a's number on.
func (d *domTree) findChildren() {
	n := len(d.order)
	d.first, d.count, d.pre, d.size = zeroed(d.first, n), zeroed(d.count, n), zeroed(d.pre, n), zeroed(d.size, n)
	d.children = zeroed(d.children, n)
	for i := n - 1; i > 0; i-- {
		d.count[d.above[i]]++
		d.size[i]++
		d.size[d.above[i]] += d.size[i]
	}
	d.size[0]++
	at := int32(0)
	for i, c := range d.count {
		d.first[i] = at
		at += c
		d.count[i] = 0
	}
	next := zeroed(d.next, n)
	d.next = next
	next[0] = 1
	for i := 1; i < n; i++ {
		p := d.above[i]
		d.children[d.first[p]+d.count[p]] = d.order[i]
		d.count[p]++
		d.pre[i] = next[p]
		next[p] += d.size[i]
		next[i] = d.pre[i] + 1
	}
}

// kids is the blocks that b is the nearest dominator of, in order.
func (d *domTree) kids(b *Block) []*Block {
	i := d.num[b.ID]
	from := d.first[i]
	return d.children[from : from+d.count[i]]
}

func (d *domTree) findLoops() {
	d.heads = d.heads[:0]
	for _, b := range d.order {
		for _, p := range b.Preds {
			if d.reached(p) && d.dominates(b, p) {
				d.heads = append(d.heads, b)
				break
			}
		}
	}
}

func (d *domTree) reached(b *Block) bool { return d.num[b.ID] >= 0 }

// dominates says whether a dominates b; a block dominates itself.
func (d *domTree) dominates(a, b *Block) bool {
	i, k := d.num[a.ID], d.num[b.ID]
	return i >= 0 && k >= 0 && uint32(d.pre[k]-d.pre[i]) < uint32(d.size[i])
}

// loopOf gives the blocks of the loop with that first block. The set is good until the next one is
// asked for.
func (f *Func) loopOf(head *Block, d *domTree) *blockSet {
	s := &f.space().loop
	s.reset(f)
	s.add(head)
	s.addLoop(head, d)
	return s
}

// addLoop adds what leads from s, or from behind head, to head.
func (s *blockSet) addLoop(head *Block, d *domTree) {
	at := len(s.list)
	for _, p := range head.Preds {
		if d.reached(p) && d.dominates(head, p) {
			s.add(p)
		}
	}
	for ; at < len(s.list); at++ {
		for _, p := range s.list[at].Preds {
			s.add(p)
		}
	}
}
