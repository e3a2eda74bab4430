package ir

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_loop.go lowers while and for.

// body lowers the statements of a loop.
func (g *fn) body(b *syntax.Block, skip, brk *Block) {
	if g.isDead() {
		return
	}
	g.loops = append(g.loops, loop{skip, brk, len(g.arenas)})
	g.stmts(b)
	g.loops = g.loops[:len(g.loops)-1]
}

func (g *fn) whileStmt(s *syntax.WhileStmt) {
	head, body, exit := g.block(), g.block(), g.block()
	g.jump(head)
	g.enterLoop(head, s)
	g.cond(s.Cond, body, exit)
	g.start(body)
	g.body(s.Body, head, exit)
	g.jumpIfAlive(head)
	g.sealHead(head)
	g.start(exit)
}

func (g *fn) forStmt(s *syntax.ForStmt) {
	v := g.l.info.Def(s.Name)
	switch {
	case s.To != nil && s.Inclusive:
		g.forThrough(s, v)
	case s.To != nil:
		g.forUpTo(s, v)
	default:
		g.forEach(s, v)
	}
}

// forUpTo is for v in X..To. The bounds are taken once; v + 1 cannot overflow, because
// v was below To.
func (g *fn) forUpTo(s *syntax.ForStmt, v *check.Var) {
	from, to := g.expr(s.X), g.expr(s.To)
	head, body, next, exit := g.block(), g.block(), g.block(), g.block()
	g.jump(head)
	g.enterLoop(head, s)
	i := g.counter(from)
	i.Nonneg = isNonneg(v.Type)
	g.write(v, i)
	g.branch(g.cmp(condOf(syntax.OpLt, v.Type), i, to), body, exit)
	g.start(body)
	g.body(s.Body, next, exit)
	g.jumpIfAlive(next)
	g.start(next)
	if !g.isDead() {
		g.at(s.Pos())
		g.again(i, g.step(i), head)
	}
	g.sealCounted(head, i)
	g.start(exit)
}

// counter is a value that changes from turn to turn, in the head of a loop that has nothing else yet.
func (g *builder) counter(first *Value) *Value {
	v := g.f.NewValue(g.b, OpPhi, first.Type)
	v.Args = append(g.list(2)[:0], first)
	return v
}

// again goes on to the next turn, with the counter's next value.
func (g *builder) again(counter, next *Value, head *Block) {
	counter.Args = append(counter.Args, next)
	g.jump(head)
}

// sealCounted seals the head of a loop with a counter.
func (g *builder) sealCounted(head *Block, counter *Value) {
	g.filled(counter)
	g.sealHead(head)
}

func (g *builder) step(x *Value) *Value {
	sum := g.wrap(OpAdd, x, g.konst(x.Type, 1))
	sum.Nonneg = x.Nonneg
	return sum
}

// forThrough is for v in X..=To. The turn of To is the last: v never goes beyond it.
func (g *fn) forThrough(s *syntax.ForStmt, v *check.Var) {
	from, to := g.expr(s.X), g.expr(s.To)
	body, next, more, exit := g.block(), g.block(), g.block(), g.block()
	g.varies(v)
	g.write(v, from)
	g.branch(g.cmp(condOf(syntax.OpLt, v.Type), to, from), exit, body)
	g.enterLoop(body, s, v)
	g.body(s.Body, next, exit)
	g.jumpIfAlive(next)
	g.start(next)
	if !g.isDead() {
		g.at(s.Pos())
		g.branch(g.cmp(EQ, g.read(v), to), exit, more)
		g.start(more)
		g.write(v, g.step(g.read(v)))
		g.jump(body)
	}
	g.sealHead(body)
	g.start(exit)
}

// forEach goes over the elements of a string, Bytes, a List or an Array. A string and an
// Array keep their length, so an address walks over them; the others may change meanwhile
// and are asked again each turn.
func (g *fn) forEach(s *syntax.ForStmt, v *check.Var) {
	object := g.expr(s.X)
	if t := g.typeAfter(s.X); t.Kind == check.ObjectKind {
		g.forGrowing(s, v, object, t)
		return
	}
	size := int64(v.Type.Bytes())
	length := g.fixed(OpLoad64, L, object, 0)
	if size > 1 {
		length = g.wrap(OpMul, length, g.konst(L, size))
	}
	first := g.wrap(OpAdd, object, g.konst(L, 8))
	limit := g.wrap(OpAdd, first, length)
	head, body, next, exit := g.block(), g.block(), g.block(), g.block()
	g.jump(head)
	g.enterLoop(head, s)
	at := g.counter(first)
	g.branch(g.cmp(NE, at, limit), body, exit)
	g.start(body)
	element := g.loadOf(v.Type, at, 0, elementSet(int(size)))
	if g.typeAfter(s.X).Kind == check.String {
		element.Fixed, element.Mem = true, MemAny
	}
	g.write(v, element)
	g.body(s.Body, next, exit)
	g.jumpIfAlive(next)
	g.start(next)
	if !g.isDead() {
		g.at(s.Pos())
		g.again(at, g.wrap(OpAdd, at, g.konst(L, size)), head)
	}
	g.sealCounted(head, at)
	g.start(exit)
}

// forGrowing is forEach with an index.
func (g *fn) forGrowing(s *syntax.ForStmt, v *check.Var, object *Value, t *check.Type) {
	first := g.konst(L, 0)
	head, body, next, exit := g.block(), g.block(), g.block(), g.block()
	g.jump(head)
	g.enterLoop(head, s)
	i := g.counter(first)
	g.branch(g.cmp(ULT, i, g.head(object, growLength)), body, exit)
	g.start(body)
	data := g.head(object, growData)
	g.write(v, g.loadElement(t, v.Type, spot{g.behind(t, v.Type, data, i), 0}))
	g.body(s.Body, next, exit)
	g.jumpIfAlive(next)
	g.start(next)
	if !g.isDead() {
		g.at(s.Pos())
		g.again(i, g.step(i), head)
	}
	g.sealCounted(head, i)
	g.start(exit)
}
