package mach

import "slices"

// split.go takes a register that found no place apart. The value gets a home in memory
// (a spill slot), which each write brings up to date, and each piece loads it from there
// where control enters the piece. Pieces become smaller step by step: whole loops, from
// the outermost to the innermost, then single blocks, then single instructions. Where an
// instruction takes the slot itself as operand, no piece is needed.
//
// A value that is a constant or an address has no home: it is made again.

// Levels of a piece: 0 is the whole, 1… the loops of that depth.
const (
	levelBlock = 1000
	levelInst  = 1001
)

// region is where a piece lives: a loop, a block or one instruction.
type region struct {
	loop  *loop
	block *Block
	inst  *Inst
}

// regionOf gives the region of i at a level.
func regionOf(i *Inst, level int32) region {
	if level == levelInst {
		return region{block: i.block, inst: i}
	}
	l := i.block.loop
	for l != nil && l.depth > level {
		l = l.outer
	}
	if level == levelBlock || l == nil || l.depth != level {
		return region{block: i.block}
	}
	return region{loop: l}
}

// listInsts finds the instructions that name each register, and makes room around all: before the
// first register is split, as most functions split none.
func (a *allocator) listInsts() {
	count := 1
	note := func(v Reg, i *Inst) {
		if iv := a.of(v); len(iv.insts) == 0 || iv.insts[len(iv.insts)-1] != i {
			iv.insts = append(iv.insts, i)
		}
	}
	for _, b := range a.f.Blocks {
		count += len(b.Insts)
		for _, i := range b.Insts {
			for k := range i.Args {
				o := &i.Args[k]
				if o.Reg.IsVirtual() {
					note(o.Reg, i)
				}
				if o.Index.IsVirtual() {
					note(o.Index, i)
				}
			}
		}
	}
	a.around = empty(a.around, count)
}

// split replaces v by smaller pieces.
func (a *allocator) split(v Reg) {
	if len(a.around) == 0 {
		a.listInsts()
	}
	iv := a.of(v)
	root := a.of(iv.root)
	again := a.remade(iv.root)
	if again == nil && root.home < 0 {
		root.home = a.slotFor(root.spans)
	}
	var insts []*Inst
	depth := int32(0)
	for _, i := range iv.insts {
		switch {
		case i.spill:
			i.Op, i.Args = OpDead, nil
		default:
			insts = append(insts, i)
			if i.block.loop != nil {
				depth = max(depth, i.block.loop.depth)
			}
		}
	}
	level := nextLevel(iv, insts, depth)
	var order []region
	groups := map[region][]*Inst{}
	for _, i := range insts {
		g := regionOf(i, level)
		if groups[g] == nil {
			order = append(order, g)
		}
		groups[g] = append(groups[g], i)
	}
	for _, g := range order {
		a.piece(v, g, level, groups[g], again)
	}
	if v != iv.root { // a root keeps what its pieces ask for
		iv.insts, iv.spans = nil, nil
	}
}

// nextLevel is the first level below the piece's own at which it really becomes smaller.
func nextLevel(iv *interval, insts []*Inst, depth int32) int32 {
	level := iv.level + 1
	for ; level <= depth; level++ {
		first := regionOf(insts[0], level)
		for _, i := range insts {
			if regionOf(i, level) != first {
				return level
			}
		}
		if iv.level == 0 && first.loop != nil {
			return level
		}
	}
	b := insts[0].block
	isLocal := b.from <= iv.spans[0].from && iv.spans[len(iv.spans)-1].to <= b.to
	if iv.level == levelBlock || iv.level == 0 && isLocal {
		return levelInst
	}
	return levelBlock
}

// remade gives the copy of a constant or address that is the only write to root, or nil.
func (a *allocator) remade(root Reg) *Inst {
	iv := a.of(root)
	if iv.again != nil {
		return iv.again
	}
	var def *Inst
	for _, i := range iv.insts {
		if i.roleOf(root)&Def == 0 {
			continue
		}
		if def != nil || i.Op != OpCopy || len(i.Args) != 2 || !isConstant(i.Args[1]) {
			return nil
		}
		def = i
	}
	if def != nil {
		iv.again = &Inst{Args: []Operand{{}, def.Args[1]}}
		def.spill = true // goes with the first split
	}
	return iv.again
}

// isConstant says whether a is the same anywhere in the function: a constant, the address
// of a symbol or frame object, or a parameter in memory, which nobody writes.
func isConstant(a Operand) bool {
	return a.Kind == KImm ||
		a.Kind == KAddr && a.Place != AtReg && a.Index == NoReg ||
		a.Kind == KMem && a.Place == Incoming
}

// slotFor gives a spill slot that is free in spans.
func (a *allocator) slotFor(spans []span) int32 {
	for n, s := range a.slots {
		if !overlap(s, spans) {
			a.slots[n] = a.f.union(s, slices.Clone(spans))
			return int32(n)
		}
	}
	a.slots = append(a.slots, slices.Clone(spans))
	a.f.Spills = len(a.slots)
	return int32(len(a.slots) - 1)
}

// homeOf is the operand for the memory of a root.
func (a *allocator) homeOf(root *interval) Operand {
	return Operand{Kind: KMem, Place: AtSpill, Num: root.home, Wide: root.wide}
}

// piece makes the part of v that insts in region g need.
func (a *allocator) piece(v Reg, g region, level int32, insts []*Inst, again *Inst) {
	rootReg := a.of(v).root
	root := a.of(rootReg)
	if g.loop == nil && len(insts) == 1 {
		if a.fold(insts[0], v, root, again) {
			return
		}
		level = levelInst
	}
	p := a.f.NewVirtual(root.wide)
	iv := a.f.room.intervals.One()
	iv.wide, iv.root, iv.level, iv.home = root.wide, rootReg, level, -1
	a.iv = append(a.iv, iv)
	iv.firstHint, iv.lastHint = a.of(v).firstHint, a.of(v).lastHint
	for _, i := range insts {
		for k := range i.Args {
			if o := &i.Args[k]; o.Reg == v {
				o.Reg = p
			}
			if o := &i.Args[k]; o.Index == v {
				o.Index = p
			}
		}
	}
	reload := func(i *Inst) span {
		from := a.homeOf(root)
		if again != nil {
			from = again.Args[1]
		}
		c := &Inst{Op: OpCopy, Args: []Operand{R(p, Def), from}, spill: true, block: i.block, at: i.at - 4, Pos: i.Pos}
		near := &a.around[i.at/step]
		near.before = append(near.before, c)
		iv.insts = append(iv.insts, c)
		return span{c.at + writeAt, i.at}
	}
	// Reloads stand before, stores behind the instructions: insts stays in order.
	var spans []span
	if g.loop != nil {
		for _, b := range a.f.Blocks {
			if g.loop.contains(b) {
				spans = append(spans, clip(root.spans, span{b.from, b.to})...)
			}
		}
		if covers(root.spans, g.loop.header.from) {
			for _, b := range g.loop.header.Preds {
				if !g.loop.contains(b) {
					s := reload(b.Insts[len(b.Insts)-1])
					s.to = b.to
					spans = a.f.union(spans, []span{s})
				}
			}
		}
	} else {
		first, last := insts[0], insts[len(insts)-1]
		end := last.at + 1
		if last.roleOf(p)&Def != 0 {
			end = last.at + writeAt + 1
		}
		spans = clip(root.spans, span{first.at, end})
		if first.roleOf(p)&Use != 0 {
			spans = a.f.union(spans, []span{reload(first)})
		}
	}
	iv.insts = append(iv.insts, insts...)
	for n, i := range insts {
		if i.roleOf(p)&Def == 0 || !a.needsStore(root, g, i, insts[n+1:], p) {
			continue
		}
		c := &Inst{Op: OpCopy, Args: []Operand{a.homeOf(root), R(p, Use)}, spill: true, block: i.block, at: i.at + 4, Pos: i.Pos}
		near := &a.around[i.at/step]
		near.after = append(near.after, c)
		iv.insts = append(iv.insts, c)
		spans = a.f.union(spans, []span{{i.at + writeAt, c.at + 1}})
	}
	iv.spans = spans
	a.enqueue(p)
}

// needsStore says whether what i writes to a piece may be read outside of it.
func (a *allocator) needsStore(root *interval, g region, i *Inst, later []*Inst, p Reg) bool {
	switch {
	case g.inst != nil || g.loop == nil && len(later) == 0:
		return covers(root.spans, i.at+writeAt+1)
	case g.loop == nil:
		for _, l := range later {
			if l.roleOf(p)&Def != 0 {
				return false
			}
		}
		return covers(root.spans, i.block.to-1)
	}
	for _, b := range a.f.Blocks {
		if !g.loop.contains(b) {
			continue
		}
		for _, s := range b.Succs {
			if !g.loop.contains(s) && covers(root.spans, s.from) {
				return true
			}
		}
	}
	return false
}

// fold puts the home of v, or what it is made from again, into i in place of the
// register, where i takes that.
func (a *allocator) fold(i *Inst, v Reg, root *interval, again *Inst) bool {
	home := a.homeOf(root)
	if again != nil {
		if i.Op != OpCopy {
			return false
		}
		home = again.Args[1]
	}
	if i.Op == OpCopy {
		for k := range i.Args {
			if i.Args[k].Kind == KReg && i.Args[k].Reg == v {
				i.Args[k] = home
			}
		}
		return true
	}
	at := -1
	for k := range i.Args {
		o := &i.Args[k]
		switch {
		case o.Kind == KMem || (o.Kind == KReg || o.Kind == KAddr) && o.Reg == v && at >= 0:
			return false
		case o.Kind == KReg && o.Reg == v:
			if !o.MayMem || o.Role&Def != 0 && root.wide && !i.Wide || o.Role&Use != 0 && !root.wide && i.Wide {
				return false
			}
			at = k
		case o.Kind == KAddr && (o.Reg == v || o.Index == v):
			return false
		}
	}
	if at < 0 {
		return false
	}
	i.Args[at] = home
	return true
}
