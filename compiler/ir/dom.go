package ir

// dom.go finds the order and the dominators of a function's blocks (Cooper, Harvey and
// Kennedy, "A Simple, Fast Dominance Algorithm"). A block dominates another when every
// way from the entry to the second goes through the first.

// domTree is what is known about the blocks that the entry reaches. It is right until
// an edge changes.
type domTree struct {
	order    []*Block // reverse postorder: a block comes after its dominators
	num      []int32  // by block ID: place in order, or -1 when not reached
	idom     []*Block // by block ID: the nearest dominator; nil for the entry
	children []*Block // of all blocks; see kids
	first    []int32  // by block ID: where its own begin in children
	count    []int32  // by block ID: how many they are
	pre      []int32  // by block ID: numbers of a walk down the tree, to compare quickly
	post     []int32
}

// postorder gives the blocks reached from the entry, each after its successors
// (loops aside). It walks without recursion: functions may have very many blocks.
func (f *Func) postorder() []*Block {
	type frame struct {
		b    *Block
		next int
	}
	seen := make([]bool, f.nextBlk)
	out := make([]*Block, 0, len(f.Blocks))
	stack := append(make([]frame, 0, 16), frame{b: f.Blocks[0]})
	seen[f.Blocks[0].ID] = true
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.next == len(top.b.Succs) {
			out = append(out, top.b)
			stack = stack[:len(stack)-1]
			continue
		}
		s := top.b.Succs[top.next]
		top.next++
		if !seen[s.ID] {
			seen[s.ID] = true
			stack = append(stack, frame{b: s})
		}
	}
	return out
}

func (f *Func) dominators() *domTree {
	post := f.postorder()
	n, ids := len(post), f.nextBlk
	numbers, blocks := make([]int32, 5*ids), make([]*Block, ids+2*n)
	table := func() (t []int32) { t, numbers = numbers[:ids:ids], numbers[ids:]; return t }
	d := &domTree{
		order: blocks[:n:n], idom: blocks[n : n+ids : n+ids], children: blocks[n+ids:],
		num: table(), first: table(), count: table(), pre: table(), post: table(),
	}
	for i := range d.num {
		d.num[i] = -1
	}
	for i, b := range post {
		d.order[n-1-i] = b
		d.num[b.ID] = int32(n - 1 - i)
	}
	d.solve()
	d.findChildren()
	d.number()
	return d
}

// findChildren gives each block the place where its children stand, and puts them there.
func (d *domTree) findChildren() {
	for _, b := range d.order[1:] {
		d.count[d.idom[b.ID].ID]++
	}
	at := int32(0)
	for _, b := range d.order {
		d.first[b.ID] = at
		at += d.count[b.ID]
		d.count[b.ID] = 0
	}
	for _, b := range d.order[1:] {
		p := d.idom[b.ID].ID
		d.children[d.first[p]+d.count[p]] = b
		d.count[p]++
	}
}

// kids is the blocks that b is the nearest dominator of, in order.
func (d *domTree) kids(b *Block) []*Block {
	from := d.first[b.ID]
	return d.children[from : from+d.count[b.ID]]
}

// solve finds the nearest dominators: of a block's predecessors, the common ancestor.
func (d *domTree) solve() {
	entry := d.order[0]
	d.idom[entry.ID] = entry
	for changed := true; changed; {
		changed = false
		for _, b := range d.order[1:] {
			var best *Block
			for _, p := range b.Preds {
				switch {
				case d.num[p.ID] < 0 || d.idom[p.ID] == nil: // not reached, or not yet
				case best == nil:
					best = p
				default:
					best = d.meet(best, p)
				}
			}
			if d.idom[b.ID] != best {
				d.idom[b.ID] = best
				changed = true
			}
		}
	}
	d.idom[entry.ID] = nil
}

func (d *domTree) meet(a, b *Block) *Block {
	for a != b {
		for d.num[a.ID] > d.num[b.ID] {
			a = d.idom[a.ID]
		}
		for d.num[b.ID] > d.num[a.ID] {
			b = d.idom[b.ID]
		}
	}
	return a
}

// number walks the tree: a dominates b when b's numbers lie within a's.
func (d *domTree) number() {
	type frame struct {
		b    *Block
		next int
	}
	clock := int32(1)
	stack := append(make([]frame, 0, 16), frame{b: d.order[0]})
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if d.pre[top.b.ID] == 0 {
			d.pre[top.b.ID] = clock
			clock++
		}
		if kids := d.kids(top.b); top.next < len(kids) {
			top.next++
			stack = append(stack, frame{b: kids[top.next-1]})
			continue
		}
		d.post[top.b.ID] = clock
		clock++
		stack = stack[:len(stack)-1]
	}
}

func (d *domTree) reached(b *Block) bool { return d.num[b.ID] >= 0 }

// dominates says whether a dominates b; a block dominates itself.
func (d *domTree) dominates(a, b *Block) bool {
	return d.pre[a.ID] <= d.pre[b.ID] && d.post[b.ID] <= d.post[a.ID]
}
