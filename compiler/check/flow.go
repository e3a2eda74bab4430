// Flow: does a func come to its end, does an `on error` block leave, what is never
// reached. It needs all bodies checked; it asks no types, only the facts.

package check

import (
	"slul/compiler/syntax"
)

// flow finds those of the funcs that never come back, then judges their bodies. What they call
// is among them, or was before.
func (c *checker) flow(list []*Func) {
	var maybe []*Func // never come back, as far as is known
	for _, fn := range list {
		if !fn.leaves && fn.Fails == nil && !fn.Entry {
			maybe = append(maybe, fn)
		}
	}
	for changed := true; changed; {
		changed = false
		for _, fn := range maybe {
			if fn.NoReturn {
				continue
			}
			w := walker{c: c, fn: fn}
			if !w.block(fn.Decl.Body) {
				fn.NoReturn, changed = true, true
			}
		}
	}
	for _, fn := range list {
		c.enter(fn.File, fn.Core)
		w := walker{c: c, fn: fn, report: true}
		if w.block(fn.Decl.Body) && fn.Result.Kind != Nothing && fn.Result.Kind != Invalid {
			c.errorf(fn.Decl.Body.EndPos, "`%s` comes to its end without `return`: it returns %s", fn.Name, fn.Result)
		}
	}
}

// walker goes through one body. Its methods say whether control can reach the place
// behind what they are given.
type walker struct {
	c      *checker
	fn     *Func
	report bool
	breaks []bool // of the loops around: left by break
}

func (w *walker) block(b *syntax.Block) bool {
	if b == nil {
		return true
	}
	reached, told := true, false
	for _, s := range b.Stmts {
		if !reached && !told && w.report && !w.fn.Core {
			w.c.warnf(w.fn.File, s.Pos(), "this is never reached")
			told = true
		}
		if !w.stmt(s) {
			reached = false
		}
	}
	return reached
}

func (w *walker) stmt(s syntax.Stmt) bool {
	switch s := s.(type) {
	case *syntax.VarStmt:
		if s.OnError != nil && w.onError(s.OnError) && w.report {
			w.c.errorf(s.OnError.Body.EndPos, "the `on error` of a declaration must leave, with `return`, `error`, `skip` or `break`: `%s` has no value behind it", s.Name.Name)
		}
	case *syntax.AssignStmt:
		if s.OnError != nil {
			w.onError(s.OnError)
		}
	case *syntax.ExprStmt:
		return w.exprStmt(s)
	case *syntax.IfStmt:
		return w.ifStmt(s)
	case *syntax.WhileStmt:
		return w.loop(s.Body) || !w.c.isTrue(s.Cond)
	case *syntax.ForStmt:
		w.loop(s.Body)
	case *syntax.MatchStmt:
		return w.match(s)
	case *syntax.ArenaStmt:
		return w.block(s.Body)
	case *syntax.ReturnStmt, *syntax.ErrorStmt:
		return false
	case *syntax.LoopStmt:
		return w.loopStmt(s)
	case *syntax.AssertStmt:
		k, known := w.c.info.Const(s.X)
		return !known || k.Bits != 0
	}
	return true
}

// isTrue says whether e is known to be true.
func (c *checker) isTrue(e syntax.Expr) bool {
	k, known := c.info.Const(e)
	return known && k.Bits != 0
}

func (w *walker) onError(on *syntax.OnError) bool { return w.block(on.Body) }

// exprStmt is a call, which may be one that never comes back.
func (w *walker) exprStmt(s *syntax.ExprStmt) bool {
	if s.OnError != nil {
		w.onError(s.OnError)
	}
	call := w.c.info.Call(s.X)
	return call == nil || call.Prim != PrimTrap && (call.Func == nil || !call.Func.NoReturn)
}

func (w *walker) ifStmt(s *syntax.IfStmt) bool {
	reached := false
	for ; s != nil; s = s.ElseIf {
		reached = w.block(s.Then) || reached
		if s.ElseIf == nil {
			reached = w.block(s.Else) || reached
		}
	}
	return reached
}

// loop goes through a loop's body and says whether a break leaves it.
func (w *walker) loop(b *syntax.Block) bool {
	w.breaks = append(w.breaks, false)
	w.block(b)
	last := len(w.breaks) - 1
	broken := w.breaks[last]
	w.breaks = w.breaks[:last]
	return broken
}

func (w *walker) loopStmt(s *syntax.LoopStmt) bool {
	if s.Break && len(w.breaks) > 0 {
		w.breaks[len(w.breaks)-1] = true
	}
	return s.Cond != nil && !w.c.isTrue(s.Cond)
}

func (w *walker) match(s *syntax.MatchStmt) bool {
	reached := !w.c.complete[s]
	for _, arm := range s.Arms {
		reached = w.block(arm.Body) || reached
	}
	if s.Else != nil {
		reached = w.block(s.Else) || reached
	}
	return reached
}
