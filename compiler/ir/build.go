package ir

import (
	"slices"

	"slul/compiler/check"
)

// build.go makes functions in SSA form while their statements are walked, after Braun
// et al., "Simple and Efficient Construction of Static Single Assignment Form": each
// block remembers the value of each variable at its end, a variable that is read where
// it is not known is looked up in the predecessors, and a block whose predecessors are
// not all known yet (a loop's head) gets phis that are filled in when it is sealed. Unlike
// there, it is known beforehand what a loop assigns (lower_turns.go): few phis turn out to
// have one value, and most variables, which have one definition, are not looked for.

// builder is the function under construction. One makes functions one after the other.
type builder struct {
	f   *Func
	b   *Block // values go to its end
	pos Pos    // of the values made now

	vars    []variable
	defs    defTable  // of variables in blocks that are not their newest ones
	waits   []int32   // by block ID: where its phis begin in pending, or one of isSealed, isWaiting
	pending []openPhi // of blocks that are not sealed, in the order they were asked for
	coming  []*Value  // that were read for phis to be made

	assigns  []varID    // what the outermost loops met so far assign, in the order of the source
	spans    []loopSpan // of these loops and those in them, in that order
	nextSpan int        // where the next loop is looked for

	values  []*Value // room for the values of the block that is built
	blocks  []*Block // room for the blocks of the function
	spare   *Block   // a dead block to be used again
	hasDead bool     // some dead block has something in it
	hasCopy bool     // some phi has but one value
}

// What waits says of a block without phis to be filled in.
const (
	isSealed     = -1
	isWaiting    = -2
	isSealedHead = -3 // of a loop
)

// ofTurns stands in the table of definitions for the value of a variable at the head of a loop that
// assigns it, until it is asked for.
var ofTurns = new(Value)

// variable is a variable with its newest definition: in most cases the one that is asked for.
type variable struct {
	of     *check.Var // nil for the second word of another
	typ    Type
	nonneg bool
	once   bool  // it has one definition, which is good wherever it is read
	block  int32 // ID of the block at the end of which the variable is value
	value  *Value
}

// varID is the number of a variable, in the order in which they are met.
type varID int32

// def names the value of a variable at the end of a block.
type def struct {
	block    int32
	variable varID
}

type openPhi struct {
	block    *Block
	variable varID
	phi      *Value
}

// begin begins a function.
func (g *builder) begin(f *Func) {
	clear(g.vars)
	*g = builder{f: f, pos: f.Pos, defs: g.defs, assigns: g.assigns[:0], spans: g.spans[:0], vars: g.vars[:0], waits: g.waits[:0], pending: g.pending[:0], coming: g.coming[:0], values: g.values[:0], blocks: g.blocks[:0]}
	g.defs.empty()
	f.Blocks = g.blocks
	g.b = f.NewBlock()
	g.b.Values = g.values
	g.waits = append(g.waits, isSealed)
}

// ---- Blocks ----

// block makes a block that will get predecessors; seal says that it has them all.
func (g *builder) block() *Block {
	b := g.f.looseBlock()
	g.waits = append(g.waits, isWaiting)
	return b
}

// enter goes on at the end of b, which so gets its place in the function.
func (g *builder) enter(b *Block) {
	g.leave()
	g.f.Blocks = append(g.f.Blocks, b)
	b.Values = append(g.values, b.Values...)
	g.b = b
}

// leave says that no more values come into the block. If nothing came in, and nothing leads there,
// the block is taken back.
func (g *builder) leave() {
	b := g.b
	isDead := g.isDead()
	if g.values = b.Values[:0]; isDead && len(b.Values) == 0 && b.Term == TermNone {
		g.f.Blocks = g.f.Blocks[:len(g.f.Blocks)-1]
		g.spare = b
		return
	}
	b.Values = g.f.space().lists.Copy(b.Values)
	g.hasDead = g.hasDead || isDead
}

// start seals b and enters it.
func (g *builder) start(b *Block) {
	g.seal(b)
	g.enter(b)
}

// seal says that b, which is no loop's head, has all its predecessors.
func (g *builder) seal(b *Block) { g.waits[b.ID] = isSealed }

// sealHead says that b, a loop's head, has all its predecessors: the phis asked for can be filled in.
func (g *builder) sealHead(b *Block) {
	first := g.waits[b.ID]
	g.waits[b.ID] = isSealedHead
	if first == isWaiting {
		return
	}
	last := len(g.pending) // more may come, of other blocks
	for i := int(first); i < last; i++ {
		if o := g.pending[i]; o.block == b {
			g.fillPhi(o.phi, o.variable)
		}
	}
	kept := g.pending[:first]
	for _, o := range g.pending[first:] {
		if o.block != b {
			g.waits[o.block.ID] = min(g.waits[o.block.ID], int32(len(kept)))
			kept = append(kept, o)
		}
	}
	g.pending = kept
}

// isDead says whether nothing leads to the place where values would go now.
func (g *builder) isDead() bool {
	return len(g.b.Preds) == 0 && g.waits[g.b.ID] == isSealed && g.b != g.f.Blocks[0]
}

// end closes the block; what follows is dead until another block is entered.
func (g *builder) end(t TermKind) *Block {
	b := g.b
	b.Term, b.Pos = t, g.pos
	dead := g.spare
	if g.spare = nil; dead == nil {
		dead = g.f.looseBlock()
	} else {
		dead.ID = int32(g.f.nextBlk)
		g.f.nextBlk++
	}
	g.waits = append(g.waits, isSealed)
	g.enter(dead)
	return b
}

func (g *builder) jump(to *Block) {
	g.end(Jump).AddEdge(to)
}

func (g *builder) branch(c *Value, yes, no *Block) {
	if c.Op == OpConst {
		if c.Imm != 0 {
			g.jump(yes)
		} else {
			g.jump(no)
		}
		return
	}
	b := g.end(Branch)
	b.Ctl = c
	b.AddEdge(yes)
	b.AddEdge(no)
}

func (g *builder) ret(v, second *Value) {
	b := g.end(Return)
	b.Ctl, b.Ctl2 = v, second
}

// ---- Variables ----

func (g *builder) write(v *check.Var, x *Value) { g.writeIn(g.b, g.number(v), x) }
func (g *builder) read(v *check.Var) *Value     { return g.readHere(g.number(v)) }

// writeNone and readNone are about the second word of a variable that may be none and is no reference.
func (g *builder) writeNone(v *check.Var, x *Value) { g.writeIn(g.b, g.second(v), x) }
func (g *builder) readNone(v *check.Var) *Value     { return g.readHere(g.second(v)) }

func (g *builder) readHere(n varID) *Value {
	if x := &g.vars[n]; x.once && x.value != nil {
		return x.value
	}
	return g.readIn(g.b, n)
}

func (g *builder) second(v *check.Var) varID {
	if !v.Type.IsPair() {
		panic("bug: lower: " + v.Name + " has one word")
	}
	return g.number(v) + 1
}

// number gives the number of a variable; if it has two words, the next is that of the second.
func (g *builder) number(v *check.Var) varID {
	if v.Index < len(g.vars) && g.vars[v.Index].of == v {
		return varID(v.Index)
	}
	v.Index = len(g.vars)
	g.vars = append(g.vars, variable{of: v, typ: typeOf(v.Type), nonneg: isNonneg(v.Type), once: !v.Mutable})
	if v.Type.IsPair() {
		g.vars = append(g.vars, variable{typ: W, once: !v.Mutable})
	}
	return varID(v.Index)
}

// varies says that a variable has several definitions though the source has one.
func (g *builder) varies(v *check.Var) { g.vars[g.number(v)].once = false }

func (g *builder) writeIn(b *Block, n varID, v *Value) {
	x := &g.vars[n]
	if x.value != nil && x.block != b.ID && !x.once {
		g.defs.set(def{x.block, n}, x.value)
	}
	x.block, x.value = b.ID, v
}

func (g *builder) readIn(b *Block, n varID) *Value {
	if x := &g.vars[n]; x.value != nil && x.block == b.ID {
		return x.value
	}
	v := g.defs.get(def{b.ID, n})
	varies := v == ofTurns
	if v != nil && !varies {
		return v
	}
	switch {
	case varies && g.waits[b.ID] != isSealedHead:
		v = g.phi(b, n)
		if g.waits[b.ID] == isWaiting {
			g.waits[b.ID] = int32(len(g.pending))
		}
		g.pending = append(g.pending, openPhi{b, n, v})
	case varies:
		v = g.phi(b, n)
		g.writeIn(b, n, v) // ends the search in the loop
		g.fillPhi(v, n)
	case len(b.Preds) == 0: // dead code: any value will do
		v = g.atHead(b, OpConst, g.vars[n].typ)
	case len(b.Preds) == 1 || g.waits[b.ID] != isSealed: // a loop that leaves it as it is
		v = g.readIn(b.Preds[0], n)
	default:
		v = g.readJoin(b, n)
	}
	g.writeIn(b, n, v)
	return v
}

// readJoin reads a variable where several ways meet, none of them back to the head of a loop.
func (g *builder) readJoin(b *Block, n varID) *Value {
	first, isOne := len(g.coming), true
	for _, p := range b.Preds {
		v := g.readIn(p, n)
		g.coming = append(g.coming, v)
		isOne = isOne && v == g.coming[first]
	}
	v := g.coming[first]
	if !isOne {
		v = g.phi(b, n)
		v.Args = g.f.space().lists.Copy(g.coming[first:])
	}
	g.coming = g.coming[:first]
	return v
}

func (g *builder) phi(b *Block, n varID) *Value {
	v := g.atHead(b, OpPhi, g.vars[n].typ)
	v.Nonneg = g.vars[n].nonneg
	return v
}

func (g *builder) fillPhi(v *Value, n varID) {
	v.Args = g.list(len(v.Block.Preds))[:0]
	for _, p := range v.Block.Preds {
		v.Args = append(v.Args, g.readIn(p, n))
	}
	g.filled(v)
}

// filled notes whether a phi that has all its values has several.
func (g *builder) filled(v *Value) {
	var one *Value
	for _, a := range v.Args {
		if a == v || a == one {
			continue
		}
		if one != nil {
			return
		}
		one = a
	}
	g.hasCopy = true
}

// atHead puts a value behind the phis and parameters of b.
func (g *builder) atHead(b *Block, op Op, t Type) *Value {
	v := g.f.newValue(op, t)
	v.Block = b
	i := 0
	for i < len(b.Values) && (b.Values[i].Op == OpPhi || b.Values[i].Op == OpParam) {
		i++
	}
	if n := len(b.Values); n == cap(b.Values) { // more are likely to come
		b.Values = append(g.list(n + 4)[:0], b.Values...)
	}
	b.Values = slices.Insert(b.Values, i, v)
	return v
}

// ---- Values ----

func (g *builder) value(op Op, t Type, args ...*Value) *Value {
	v := g.f.NewValue(g.b, op, t, args...)
	v.Pos = g.pos
	return v
}

// list gives room for arguments.
func (g *builder) list(n int) []*Value { return g.f.space().lists.List(n) }

func (g *builder) konst(t Type, n int64) *Value {
	v := g.value(OpConst, t)
	v.Imm = constBits(t, n)
	return v
}

// constBits brings a number into the form that Imm has for its type.
func constBits(t Type, n int64) int64 {
	if t == W {
		return int64(int32(n))
	}
	return n
}

func (g *builder) cmp(c Cond, x, y *Value) *Value {
	v := g.value(OpCmp, W, x, y)
	v.Cond = c
	return v
}

// wrap is an op on one or two values that wraps around or cannot overflow.
func (g *builder) wrap(op Op, args ...*Value) *Value { return g.value(op, args[0].Type, args...) }

// checked is arithmetic that traps on overflow as c says.
func (g *builder) checked(c Check, op Op, args ...*Value) *Value {
	v := g.value(op, args[0].Type, args...)
	v.Check, v.Trap = c, TrapOverflow
	return v
}

func (g *builder) trapIf(t Trap, c Cond, x, y *Value) {
	v := g.value(OpTrapIf, None, x, y)
	v.Cond, v.Trap = c, t
}

func (g *builder) load(op Op, t Type, at *Value, offset int64) *Value {
	v := g.value(op, t, at)
	v.Imm = offset
	return v
}

// fixed is a load from memory that does not change while the program can name it.
func (g *builder) fixed(op Op, t Type, at *Value, offset int64) *Value {
	v := g.load(op, t, at, offset)
	v.Fixed = true
	return v
}

func (g *builder) store(op Op, at *Value, offset int64, x *Value) *Value {
	v := g.value(op, None, at, x)
	v.Imm = offset
	return v
}

func (g *builder) addr(symbol string) *Value {
	v := g.value(OpAddr, L)
	v.Sym = symbol
	return v
}

func (g *builder) slot(bytes int64) *Value {
	v := g.value(OpSlot, L)
	v.Imm = bytes
	return v
}

func (g *builder) call(symbol string, t Type, args ...*Value) *Value {
	v := g.value(OpCall, t, args...)
	v.Sym = symbol
	return v
}

// finish makes the function well formed: no dead blocks, no phi that has but one value.
func (g *builder) finish() {
	if g.leave(); g.b != g.spare && g.b.Term == TermNone {
		g.b.Term, g.b.Pos = Stop, g.pos
	}
	g.blocks = g.f.Blocks[:0]
	g.f.Blocks = g.f.room.edges.Copy(g.f.Blocks)
	g.b, g.spare = nil, nil
	if g.hasDead {
		g.f.edgesChanged()
		g.f.removeUnreached()
	}
	if g.hasDead || g.hasCopy {
		simplifyPhis(g.f)
	}
	g.f.room = nil
}
