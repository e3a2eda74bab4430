package ir

// build.go makes functions in SSA form while their statements are walked, after Braun
// et al., "Simple and Efficient Construction of Static Single Assignment Form": each
// block remembers the value of each variable at its end, a variable that is read where
// it is not known is looked up in the predecessors, and a block whose predecessors are
// not all known yet (a loop's head) gets phis that are filled in when it is sealed.

// builder is the function under construction.
type builder struct {
	f      *Func
	b      *Block // values go to its end
	pos    Pos    // of the values made now
	vars   map[any]varID
	names  []any // the variables by number
	defs   map[def]*Value
	open   []bool      // by block ID: not sealed
	todo   [][]openPhi // by block ID: phis of open blocks, in the order they were asked for
	phis   []*Value
	varTyp func(variable any) (t Type, nonneg bool)
}

// varID is the number of a variable, in the order in which they are met.
type varID int32

// def names the value of a variable at the end of a block.
type def struct {
	block    int32
	variable varID
}

type openPhi struct {
	variable varID
	phi      *Value
}

func newBuilder(f *Func, varTyp func(any) (Type, bool)) *builder {
	g := &builder{f: f, varTyp: varTyp, pos: f.Pos, vars: map[any]varID{}, defs: map[def]*Value{}}
	g.b = f.NewBlock()
	g.open, g.todo = append(g.open, false), append(g.todo, nil)
	return g
}

// ---- Blocks ----

// block makes a block that will get predecessors; seal says that it has them all.
func (g *builder) block() *Block {
	b := g.f.looseBlock()
	g.open, g.todo = append(g.open, true), append(g.todo, nil)
	return b
}

// enter goes on at the end of b, which so gets its place in the function.
func (g *builder) enter(b *Block) {
	g.f.Blocks = append(g.f.Blocks, b)
	g.b = b
}

// start seals b and enters it.
func (g *builder) start(b *Block) {
	g.seal(b)
	g.enter(b)
}

func (g *builder) seal(b *Block) {
	g.open[b.ID] = false
	for _, o := range g.todo[b.ID] {
		g.fillPhi(o.phi, o.variable)
	}
	g.todo[b.ID] = nil
}

// isDead says whether nothing leads to the place where values would go now.
func (g *builder) isDead() bool {
	return len(g.b.Preds) == 0 && !g.open[g.b.ID] && g.b != g.f.Blocks[0]
}

// end closes the block; what follows is dead until another block is entered.
func (g *builder) end(t TermKind) *Block {
	b := g.b
	b.Term, b.Pos = t, g.pos
	g.start(g.block())
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

func (g *builder) write(variable any, v *Value) { g.writeIn(g.b, g.number(variable), v) }
func (g *builder) read(variable any) *Value     { return g.readIn(g.b, g.number(variable)) }

func (g *builder) number(variable any) varID {
	n, known := g.vars[variable]
	if !known {
		n = varID(len(g.names))
		g.vars[variable] = n
		g.names = append(g.names, variable)
	}
	return n
}

func (g *builder) writeIn(b *Block, n varID, v *Value) { g.defs[def{int32(b.ID), n}] = v }

func (g *builder) readIn(b *Block, n varID) *Value {
	if v := g.defs[def{int32(b.ID), n}]; v != nil {
		return v
	}
	var v *Value
	switch {
	case g.open[b.ID]:
		v = g.phi(b, n)
		g.todo[b.ID] = append(g.todo[b.ID], openPhi{n, v})
	case len(b.Preds) == 0: // dead code: any value will do
		t, _ := g.varTyp(g.names[n])
		v = g.atHead(b, OpConst, t)
	case len(b.Preds) == 1:
		v = g.readIn(b.Preds[0], n)
	default:
		v = g.phi(b, n)
		g.writeIn(b, n, v) // ends the search in a loop
		g.fillPhi(v, n)
	}
	g.writeIn(b, n, v)
	return v
}

func (g *builder) phi(b *Block, n varID) *Value {
	t, nonneg := g.varTyp(g.names[n])
	v := g.atHead(b, OpPhi, t)
	v.Nonneg = nonneg
	g.phis = append(g.phis, v)
	return v
}

func (g *builder) fillPhi(v *Value, n varID) {
	for _, p := range v.Block.Preds {
		v.Args = append(v.Args, g.readIn(p, n))
	}
}

// atHead puts a value behind the phis and parameters of b.
func (g *builder) atHead(b *Block, op Op, t Type) *Value {
	v := g.f.newValue(op, t)
	v.Block = b
	i := 0
	for i < len(b.Values) && (b.Values[i].Op == OpPhi || b.Values[i].Op == OpParam) {
		i++
	}
	b.Values = append(b.Values, nil)
	copy(b.Values[i+1:], b.Values[i:])
	b.Values[i] = v
	return v
}

// ---- Values ----

func (g *builder) value(op Op, t Type, args ...*Value) *Value {
	v := g.f.NewValue(g.b, op, t, args...)
	v.Pos = g.pos
	return v
}

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
	if g.b.Term == TermNone {
		g.b.Term, g.b.Pos = Stop, g.pos
	}
	g.f.removeUnreached()
	simplifyPhis(g.f)
}
