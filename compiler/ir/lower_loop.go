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
	g.enter(head)
	g.cond(s.Cond, body, exit)
	g.start(body)
	g.body(s.Body, head, exit)
	g.jumpIfAlive(head)
	g.seal(head)
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
	g.write(v, from)
	g.jump(head)
	g.enter(head)
	g.branch(g.cmp(condOf(syntax.OpLt, v.Type), g.read(v), to), body, exit)
	g.start(body)
	g.body(s.Body, next, exit)
	g.jumpIfAlive(next)
	g.start(next)
	if !g.isDead() {
		g.at(s.Pos())
		g.step(v)
		g.jump(head)
	}
	g.seal(head)
	g.start(exit)
}

func (g *fn) step(v *check.Var) {
	x := g.read(v)
	sum := g.wrap(OpAdd, x, g.konst(x.Type, 1))
	sum.Nonneg = isNonneg(v.Type)
	g.write(v, sum)
}

// forThrough is for v in X..=To. The turn of To is the last: v never goes beyond it.
func (g *fn) forThrough(s *syntax.ForStmt, v *check.Var) {
	from, to := g.expr(s.X), g.expr(s.To)
	body, next, more, exit := g.block(), g.block(), g.block(), g.block()
	g.write(v, from)
	g.branch(g.cmp(condOf(syntax.OpLt, v.Type), to, from), exit, body)
	g.enter(body)
	g.body(s.Body, next, exit)
	g.jumpIfAlive(next)
	g.start(next)
	if !g.isDead() {
		g.at(s.Pos())
		g.branch(g.cmp(EQ, g.read(v), to), exit, more)
		g.start(more)
		g.step(v)
		g.jump(body)
	}
	g.seal(body)
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
	at := g.temporary(L, false)
	first := g.wrap(OpAdd, object, g.konst(L, 8))
	limit := g.wrap(OpAdd, first, length)
	head, body, next, exit := g.block(), g.block(), g.block(), g.block()
	g.writeIn(g.b, at, first)
	g.jump(head)
	g.enter(head)
	g.branch(g.cmp(NE, g.readIn(g.b, at), limit), body, exit)
	g.start(body)
	element := g.loadOf(v.Type, g.readIn(g.b, at), 0, elementSet(int(size)))
	if g.typeAfter(s.X).Kind == check.String {
		element.Fixed, element.Mem = true, MemAny
	}
	g.write(v, element)
	g.body(s.Body, next, exit)
	g.jumpIfAlive(next)
	g.start(next)
	if !g.isDead() {
		g.at(s.Pos())
		g.writeIn(g.b, at, g.wrap(OpAdd, g.readIn(g.b, at), g.konst(L, size)))
		g.jump(head)
	}
	g.seal(head)
	g.start(exit)
}

// forGrowing is forEach with an index.
func (g *fn) forGrowing(s *syntax.ForStmt, v *check.Var, object *Value, t *check.Type) {
	i := g.temporary(L, false)
	head, body, next, exit := g.block(), g.block(), g.block(), g.block()
	g.writeIn(g.b, i, g.konst(L, 0))
	g.jump(head)
	g.enter(head)
	g.branch(g.cmp(ULT, g.readIn(g.b, i), g.head(object, growLength)), body, exit)
	g.start(body)
	data := g.head(object, growData)
	g.write(v, g.loadElement(t, v.Type, spot{g.behind(t, v.Type, data, g.readIn(g.b, i)), 0}))
	g.body(s.Body, next, exit)
	g.jumpIfAlive(next)
	g.start(next)
	if !g.isDead() {
		g.at(s.Pos())
		g.writeIn(g.b, i, g.wrap(OpAdd, g.readIn(g.b, i), g.konst(L, 1)))
		g.jump(head)
	}
	g.seal(head)
	g.start(exit)
}
