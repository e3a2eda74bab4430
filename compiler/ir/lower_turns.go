package ir

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_turns.go finds out what a loop assigns: only such a variable gets a phi at its head. The
// statements of an outermost loop are walked once, for it and all loops in it.

// loopSpan says where in the list of what is assigned that stands which a loop assigns.
type loopSpan struct {
	loop        syntax.Stmt
	first, last int
}

// enterLoop goes on in the head of a loop, which is sealed later. own is what it assigns beyond its
// statements.
func (g *fn) enterLoop(head *Block, loop syntax.Stmt, own ...*check.Var) {
	if len(g.loops) == 0 {
		g.nextSpan = len(g.spans)
		g.assignedIn(loop)
	}
	for g.spans[g.nextSpan].loop != loop { // code that nothing reaches has loops as well
		g.nextSpan++
	}
	span := g.spans[g.nextSpan]
	g.nextSpan++
	for _, n := range g.assigns[span.first:span.last] {
		if g.vars[n].value != nil { // else it is one of each turn
			g.defs.set(def{head.ID, n}, ofTurns)
		}
	}
	for _, v := range own {
		g.defs.set(def{head.ID, g.number(v)}, ofTurns)
	}
	g.enter(head)
}

// assigned lists the variables that statements assign.
func (g *fn) assigned(b *syntax.Block) {
	if b == nil {
		return
	}
	for _, s := range b.Stmts {
		g.assignedIn(s)
	}
}

func (g *fn) assignedIn(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.AssignStmt:
		g.assignedTo(s.Left)
		g.assignedOn(s.OnError)
	case *syntax.VarStmt:
		g.assignedOn(s.OnError)
	case *syntax.ExprStmt:
		g.assignedOn(s.OnError)
	case *syntax.IfStmt:
		for ; s != nil; s = s.ElseIf {
			g.assigned(s.Then)
			g.assigned(s.Else)
		}
	case *syntax.MatchStmt:
		for _, arm := range s.Arms {
			g.assigned(arm.Body)
		}
		g.assigned(s.Else)
	case *syntax.ArenaStmt:
		g.assigned(s.Body)
	case *syntax.WhileStmt:
		g.span(s, s.Body)
	case *syntax.ForStmt:
		g.span(s, s.Body)
	}
}

func (g *fn) assignedOn(on *syntax.OnError) {
	if on != nil {
		g.assigned(on.Body)
	}
}

func (g *fn) assignedTo(e syntax.Expr) {
	name, ok := unparen(e).(*syntax.Name)
	if !ok {
		return
	}
	if v, ok := g.l.info.Use(name).(*check.Var); ok && v.Kind == check.LocalVar {
		n := g.number(v)
		g.assigns = append(g.assigns, n)
		if v.Type.IsPair() {
			g.assigns = append(g.assigns, n+1)
		}
	}
}

func (g *fn) span(loop syntax.Stmt, body *syntax.Block) {
	n := len(g.spans)
	g.spans = append(g.spans, loopSpan{loop: loop, first: len(g.assigns)})
	g.assigned(body)
	g.spans[n].last = len(g.assigns)
}
