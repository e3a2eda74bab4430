package ir

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_stmt.go lowers statements. Code that nothing reaches is not lowered.

func (g *fn) stmts(b *syntax.Block) {
	for n, s := range b.Stmts {
		if g.isDead() {
			return
		}
		if g.spends(b, n) {
			g.spent = unparen(s.(*syntax.ExprStmt).X)
		}
		g.stmt(s)
	}
}

func (g *fn) stmt(s syntax.Stmt) {
	g.at(s.Pos())
	switch s := s.(type) {
	case *syntax.VarStmt:
		v := g.l.info.Def(s.Name)
		g.withValue(s.Value, s.OnError, v.Type, func(x, none *Value) { g.define(v, s.Value, x, none) })
	case *syntax.AssignStmt:
		g.assign(s)
	case *syntax.ExprStmt:
		g.withValue(s.X, s.OnError, nil, func(_, _ *Value) {})
	case *syntax.IfStmt:
		g.ifStmt(s)
	case *syntax.WhileStmt:
		g.whileStmt(s)
	case *syntax.ForStmt:
		g.forStmt(s)
	case *syntax.MatchStmt:
		g.matchStmt(s)
	case *syntax.ReturnStmt:
		g.returnStmt(s)
	case *syntax.ErrorStmt:
		g.errorStmt(s)
	case *syntax.LoopStmt:
		g.loopStmt(s)
	case *syntax.AssertStmt:
		g.assert(s.X)
	case *syntax.ArenaStmt:
		g.arenaStmt(s)
	}
}

// withValue calls use on the value of a statement's expression, and on what says that it
// is none, where t is a type with two words. With on error, its call may fail: then the
// block runs instead, and may go on behind the statement.
func (g *fn) withValue(e syntax.Expr, on *syntax.OnError, t *check.Type, use func(v, none *Value)) {
	isPair := t != nil && t.IsPair()
	switch {
	case on == nil && isPair:
		use(g.pair(e))
		return
	case on == nil:
		use(g.expr(e), nil)
		return
	}
	v, second := g.failingCall(e)
	bad, good, end := g.block(), g.block(), g.block()
	g.branch(g.isFailure(e, second), bad, good)
	g.start(good)
	none := second
	if isPair && g.l.info.Widened(unparen(e)) != nil {
		none = g.konst(W, 0)
	}
	use(g.widened(g.l.info.Facts(e), v), none)
	g.jump(end)
	g.start(bad)
	if on.Name != nil {
		g.write(g.l.info.Def(on.Name), g.errorNumber(second))
	}
	g.stmts(on.Body)
	g.jumpIfAlive(end)
	g.start(end)
}

// define gives a variable its value.
func (g *fn) define(v *check.Var, e syntax.Expr, x, none *Value) {
	g.write(v, g.inRange(e, x, v))
	if v.Type.IsPair() {
		g.writeNone(v, none)
	}
}

func (g *fn) returnStmt(s *syntax.ReturnStmt) {
	var v, second *Value
	if s.X != nil && g.of.Result.IsPair() {
		v, second = g.pair(s.X)
	} else if s.X != nil {
		v = g.expr(s.X)
	}
	g.at(s.Pos())
	if g.f.Result == None {
		v = nil
	}
	g.returns(v, second)
}

// errorStmt fails with 1 + the number of the error.
func (g *fn) errorStmt(s *syntax.ErrorStmt) {
	if k, known := g.l.info.Const(s.X); known {
		g.fails(g.konst(W, 1+k.Bits))
		return
	}
	g.fails(g.wrap(OpAdd, g.expr(s.X), g.konst(W, 1)))
}

func (g *fn) loopStmt(s *syntax.LoopStmt) {
	in := g.loops[len(g.loops)-1]
	to := in.skip
	if s.Break {
		to = in.brk
	}
	if s.Cond == nil {
		g.closeArenas(in.arenas)
		g.jump(to)
		return
	}
	next := g.block()
	if in.arenas == len(g.arenas) {
		g.cond(s.Cond, to, next)
	} else {
		leave := g.block()
		g.cond(s.Cond, leave, next)
		g.start(leave)
		if !g.isDead() {
			g.closeArenas(in.arenas)
			g.jump(to)
		}
	}
	g.start(next)
}

func (g *fn) ifStmt(s *syntax.IfStmt) {
	yes, no, end := g.block(), g.block(), g.block()
	g.cond(s.Cond, yes, no)
	g.start(yes)
	if !g.isDead() {
		g.stmts(s.Then)
	}
	g.jumpIfAlive(end)
	g.start(no)
	if !g.isDead() {
		switch {
		case s.ElseIf != nil:
			g.stmt(s.ElseIf)
		case s.Else != nil:
			g.stmts(s.Else)
		}
	}
	g.jumpIfAlive(end)
	g.start(end)
}

// jumpIfAlive ends the block with a jump, unless nothing comes here.
func (g *fn) jumpIfAlive(to *Block) {
	if !g.isDead() {
		g.jump(to)
	}
}

// ---- match ----

func (g *fn) matchStmt(s *syntax.MatchStmt) {
	if c := g.l.info.Call(unparen(s.X)); c != nil && c.Prim == check.PrimArch {
		g.matchArch(s)
		return
	}
	x, t := g.expr(s.X), g.typeAfter(s.X)
	end := g.block()
	for i, arm := range s.Arms {
		body, next := g.block(), g.block()
		// without else a match on an enum is complete: its last label is what is left over
		isLast := i == len(s.Arms)-1 && s.Else == nil && t.Kind == check.EnumKind
		g.labels(x, t, arm, body, next, isLast)
		g.start(body)
		if !g.isDead() {
			g.stmts(arm.Body)
		}
		g.jumpIfAlive(end)
		g.start(next)
	}
	if s.Else != nil && !g.isDead() {
		g.stmts(s.Else)
	}
	g.jumpIfAlive(end)
	g.start(end)
}

// labels goes to body when x fits a label of the arm, else to next.
func (g *fn) labels(x *Value, t *check.Type, arm *syntax.Arm, body, next *Block, isLast bool) {
	for i, label := range arm.Labels {
		g.at(label.Pos())
		if i < len(arm.Labels)-1 {
			other := g.block()
			g.branch(g.fits(x, t, g.l.info.Labels[label]), body, other)
			g.start(other)
		} else if isLast {
			g.jump(body)
		} else {
			g.branch(g.fits(x, t, g.l.info.Labels[label]), body, next)
		}
	}
}

// fits compares a value with a case label.
func (g *fn) fits(x *Value, t *check.Type, label check.Label) *Value {
	if t.Kind == check.String {
		return g.call(coreEqual, W, x, g.addr(g.l.text(label.Low.Str)))
	}
	if label.Low.Bits == label.High.Bits {
		return g.cmp(EQ, x, g.konst(x.Type, label.Low.Bits))
	}
	return g.inside(x, label)
}

// matchArch takes the arm of the CPU that is compiled for.
func (g *fn) matchArch(s *syntax.MatchStmt) {
	for _, arm := range s.Arms {
		for _, label := range arm.Labels {
			for _, v := range g.l.info.Type(s.X).Enum.Values {
				if v.Number == g.l.info.Labels[label].Low.Bits && v.Name == g.l.arch {
					g.stmts(arm.Body)
					return
				}
			}
		}
	}
	if s.Else != nil {
		g.stmts(s.Else)
		return
	}
	g.l.fail(g.file, s, "no case for %s", g.l.arch)
}
