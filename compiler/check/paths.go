// Paths: a walk over a body that keeps what is known on each way through it. The checks
// of ctors (ctor.go) and of own values (own.go) are such walks.

package check

import (
	"slul/compiler/syntax"
)

// mark is what a walk knows of a variable; 0 is nothing.
type mark uint8

// marks is what is known at one place. nil: nothing leads here.
type marks map[*Var]mark

// paths is one walk. Its functions get the marks at their place and may change them.
type paths struct {
	c    *checker
	now  marks
	loop []*loopMarks

	use   func(e syntax.Expr)                // an expression is evaluated, its parts already were
	call  func(c *Call)                      // likewise a call, after its arguments
	store func(s *syntax.AssignStmt)         // something is assigned
	begin func(v *Var, value syntax.Expr)    // a variable is declared
	exit  func(at syntax.Pos, x syntax.Expr) // the func is left; x is its result, if any
	fails func(at syntax.Pos)                // a call may fail here, which leaves the func
	close func(at syntax.Pos, v *Var)        // the block of v ends while it is still known
	merge func(at syntax.Pos, v *Var, a, b mark) mark
}

// loopMarks is what is known where a loop is gone on with and where it is left.
type loopMarks struct {
	start  marks
	at     syntax.Pos
	breaks marks
}

func (m marks) clone() marks {
	if m == nil {
		return nil
	}
	n := make(marks, len(m))
	for v, k := range m {
		n[v] = k
	}
	return n
}

// join is what is known where two ways meet.
func (p *paths) join(at syntax.Pos, a, b marks) marks {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	n := make(marks)
	for _, v := range p.order(a, b) {
		if k := p.merge(at, v, a[v], b[v]); k != 0 {
			n[v] = k
		}
	}
	return n
}

// order lists the variables of both, by their places.
func (p *paths) order(a, b marks) (list []*Var) {
	seen := make(map[*Var]bool)
	for _, m := range []marks{a, b} {
		for v := range m {
			if !seen[v] {
				seen[v] = true
				list = append(list, v)
			}
		}
	}
	sortVars(list)
	return list
}

// block walks statements; what they declare ends with them.
func (p *paths) block(b *syntax.Block) {
	if b == nil {
		return
	}
	before := p.now.clone()
	for _, s := range b.Stmts {
		if p.now == nil {
			return
		}
		p.stmt(s)
	}
	p.endOf(b.EndPos, before)
}

// endOf forgets what was not known before.
func (p *paths) endOf(at syntax.Pos, before marks) {
	for _, v := range p.order(p.now, nil) {
		if _, outer := before[v]; !outer && v.Kind == LocalVar {
			p.close(at, v)
			delete(p.now, v)
		}
	}
}

func (p *paths) stmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.VarStmt:
		p.guarded(s.Value, s.OnError, func() { p.begin(p.c.info.Def(s.Name), s.Value) })
	case *syntax.AssignStmt:
		p.left(s)
		p.guarded(s.Right, s.OnError, func() { p.store(s) })
	case *syntax.ExprStmt:
		p.guarded(s.X, s.OnError, func() {})
		if call := p.c.info.Call(s.X); call != nil && s.OnError == nil && (call.Prim == PrimTrap || call.Func != nil && call.Func.NoReturn) {
			p.now = nil
		}
	case *syntax.IfStmt:
		p.ifStmt(s)
	case *syntax.WhileStmt:
		p.loopStmt(s.Pos(), s.Body, func() { p.expr(s.Cond) }, p.c.isTrue(s.Cond))
	case *syntax.ForStmt:
		p.expr(s.X)
		p.expr(s.To)
		p.loopStmt(s.Pos(), s.Body, func() {}, false)
	case *syntax.MatchStmt:
		p.match(s)
	case *syntax.ArenaStmt:
		p.block(s.Body)
	case *syntax.ReturnStmt:
		p.expr(s.X)
		p.exit(s.Pos(), s.X)
		p.now = nil
	case *syntax.ErrorStmt:
		p.exit(s.Pos(), nil)
		p.now = nil
	case *syntax.LoopStmt:
		p.loopCtl(s)
	case *syntax.AssertStmt:
		p.expr(s.X)
	}
}

// left evaluates what stands left of an assignment, which only `+=` and its like read.
func (p *paths) left(s *syntax.AssignStmt) {
	if s.Op != syntax.OpNone {
		p.expr(s.Left)
		return
	}
	switch left := s.Left.(type) {
	case *syntax.Member:
		if _, ok := left.X.(*syntax.ThisExpr); !ok {
			p.expr(left.X)
		}
	case *syntax.Index:
		p.expr(left.X)
		p.expr(left.I)
	}
}

// guarded evaluates a value, then goes on with done; on the other way runs `on error`.
func (p *paths) guarded(e syntax.Expr, on *syntax.OnError, done func()) {
	p.expr(e)
	if on == nil {
		done()
		return
	}
	failed := p.now.clone()
	done()
	good := p.now
	p.now = failed
	p.block(on.Body)
	p.now = p.join(on.Body.EndPos, good, p.now)
}

func (p *paths) ifStmt(s *syntax.IfStmt) {
	p.expr(s.Cond)
	other := p.now.clone()
	p.block(s.Then)
	then := p.now
	p.now = other
	end := s.Then.EndPos
	if s.ElseIf != nil {
		p.ifStmt(s.ElseIf)
	} else if s.Else != nil {
		p.block(s.Else)
		end = s.Else.EndPos
	}
	p.now = p.join(end, then, p.now)
}

func (p *paths) match(s *syntax.MatchStmt) {
	p.expr(s.X)
	before, after := p.now, marks(nil)
	one := func(b *syntax.Block) {
		p.now = before.clone()
		p.block(b)
		after = p.join(b.EndPos, after, p.now)
	}
	for _, arm := range s.Arms {
		one(arm.Body)
	}
	if s.Else != nil {
		one(s.Else)
	} else if !p.c.complete[s] {
		after = p.join(s.EndPos, after, before)
	}
	p.now = after
}

// loopStmt walks a loop once: its end must know what its start does.
func (p *paths) loopStmt(at syntax.Pos, body *syntax.Block, head func(), forEver bool) {
	start := p.now.clone()
	head()
	after := p.now.clone()
	if forEver {
		after = nil
	}
	l := &loopMarks{start: start, at: at}
	p.loop = append(p.loop, l)
	p.block(body)
	p.loop = p.loop[:len(p.loop)-1]
	if p.now != nil {
		p.join(body.EndPos, start, p.now)
	}
	p.now = p.join(body.EndPos, after, l.breaks)
}

func (p *paths) loopCtl(s *syntax.LoopStmt) {
	if s.Cond != nil {
		p.expr(s.Cond)
	}
	if len(p.loop) == 0 {
		return // refused already
	}
	l := p.loop[len(p.loop)-1]
	leaving := p.now.clone()
	p.endOf(s.Pos(), l.start)
	if s.Break {
		l.breaks = p.join(s.Pos(), l.breaks, p.now)
	} else {
		p.join(s.Pos(), l.start, p.now)
	}
	p.now = leaving
	if s.Cond == nil || p.c.isTrue(s.Cond) {
		p.now = nil
	}
}

// expr walks an expression in the order of its evaluation.
func (p *paths) expr(e syntax.Expr) {
	if e == nil || p.now == nil {
		return
	}
	if call := p.c.info.Call(e); call != nil {
		p.callExpr(call)
		return
	}
	switch e := e.(type) {
	case *syntax.Paren:
		p.expr(e.X)
	case *syntax.Try:
		p.expr(e.X)
		p.fails(e.Pos())
	case *syntax.Else:
		p.expr(e.X)
		p.maybe(e.Y)
	case *syntax.Binary:
		p.expr(e.X)
		if e.Op == syntax.OpAnd || e.Op == syntax.OpOr {
			p.maybe(e.Y)
		} else {
			p.expr(e.Y)
		}
	case *syntax.Unary:
		p.expr(e.X)
	case *syntax.Compare:
		p.expr(e.X[0])
		p.expr(e.X[1])
		for _, x := range e.X[2:] {
			p.maybe(x)
		}
	case *syntax.Index:
		p.expr(e.X)
		p.expr(e.I)
	case *syntax.Copy:
		p.expr(e.X)
	case *syntax.ListLit:
		for _, x := range e.Elems {
			p.expr(x)
		}
	case *syntax.Member:
		if _, ok := e.X.(*syntax.ThisExpr); !ok {
			p.expr(e.X)
		}
		p.use(e)
	default:
		p.use(e)
	}
}

// maybe walks what may be evaluated or not.
func (p *paths) maybe(e syntax.Expr) {
	other := p.now.clone()
	p.expr(e)
	p.now = p.join(e.Pos(), other, p.now)
}

func (p *paths) callExpr(call *Call) {
	if call.Recv != nil && (call.Func == nil || call.Func.Class != nil) {
		p.expr(call.Recv)
	}
	for _, i := range call.Eval {
		p.expr(call.Args[i])
	}
	if p.now != nil {
		p.call(call)
	}
}
