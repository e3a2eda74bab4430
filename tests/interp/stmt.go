package interp

import (
	"math/big"

	"slul/compiler/check"
	"slul/compiler/syntax"
)

// signal is how a statement ends.
type signal int

const (
	onward signal = iota
	toSkip
	toBreak
	toReturn
)

// ending is a signal, with the result or failure of the func that it leaves.
type ending struct {
	signal
	result value
	failed *failure
}

// leaving is a failure that `try` passes on from inside an expression.
type leaving struct{ failed *failure }

func (f *frame) block(b *syntax.Block) (how ending) {
	for _, s := range b.Stmts {
		if how = f.guarded(s); how.signal != onward {
			return how
		}
	}
	return how
}

// guarded runs a statement, and turns the failure that a `try` in it passes on into the
// end of the func.
func (f *frame) guarded(s syntax.Stmt) (how ending) {
	depth := f.depth
	defer func() {
		if e := recover(); e != nil {
			l, ok := e.(leaving)
			if !ok {
				panic(e)
			}
			f.depth = depth
			how = ending{signal: toReturn, failed: l.failed}
		}
	}()
	return f.stmt(s)
}

func (f *frame) stmt(s syntax.Stmt) ending {
	f.tick()
	f.at(s.Pos())
	switch s := s.(type) {
	case *syntax.VarStmt:
		v := f.info.Def(s.Name)
		return f.take(s.Value, s.OnError, func(x value) { f.locals[v] = f.inRange(v, x) })
	case *syntax.ExprStmt:
		return f.take(s.X, s.OnError, func(value) {})
	case *syntax.AssignStmt:
		return f.assign(s)
	case *syntax.IfStmt:
		return f.ifStmt(s)
	case *syntax.WhileStmt:
		for {
			f.at(s.Pos())
			if !f.isTrue(s.Cond) {
				return ending{}
			}
			f.tick()
			if how, done := f.turn(s.Body); done {
				return how
			}
		}
	case *syntax.ForStmt:
		return f.forStmt(s)
	case *syntax.MatchStmt:
		return f.match(s)
	case *syntax.ArenaStmt:
		return f.block(s.Body)
	case *syntax.ReturnStmt:
		how := ending{signal: toReturn}
		if s.X != nil {
			how.result = f.expr(s.X)
		}
		return how
	case *syntax.ErrorStmt:
		return ending{signal: toReturn, failed: &failure{f.expr(s.X).(int64)}}
	case *syntax.LoopStmt:
		switch {
		case s.Cond != nil && !f.isTrue(s.Cond):
			return ending{}
		case s.Break:
			return ending{signal: toBreak}
		}
		return ending{signal: toSkip}
	case *syntax.AssertStmt:
		if !f.isTrue(s.X) {
			f.stop("assert")
		}
		return ending{}
	}
	panic("bug: interp: a statement")
}

func (f *frame) isTrue(e syntax.Expr) bool { return f.expr(e).(int64) != 0 }

// take gives the value of e to use; behind a call that fails, `on error` runs instead.
func (f *frame) take(e syntax.Expr, on *syntax.OnError, use func(value)) ending {
	if on == nil {
		use(f.expr(e))
		return ending{}
	}
	x, failed := f.attempt(e)
	if failed == nil {
		use(x)
		return ending{}
	}
	if on.Name != nil {
		f.locals[f.info.Def(on.Name)] = failed.number
	}
	return f.block(on.Body)
}

func (f *frame) assign(s *syntax.AssignStmt) ending {
	p := f.place(s.Left)
	if s.Op == syntax.OpNone {
		return f.take(s.Right, s.OnError, func(x value) { p.set(f.inRange(p.v, x)) })
	}
	old := p.get()
	return f.take(s.Right, s.OnError, func(x value) {
		f.at(s.OpPos)
		t := f.typeAfter(s.Right)
		sum := f.arith(s.Op, t, p.typ, number(p.typ, old), number(f.typeAfter(s.Right), x))
		if !fits(p.typ, sum) {
			f.stop("range")
		}
		p.set(f.inRange(p.v, bits(sum)))
	})
}

// inRange checks what goes into a variable with a range.
func (f *frame) inRange(v *check.Var, x value) value {
	if v != nil && v.Range != nil && x != nil {
		n := number(v.Type, x)
		if n.Cmp(big.NewInt(v.Range.Low)) < 0 || n.Cmp(big.NewInt(v.Range.High)) > 0 {
			f.stop("range")
		}
	}
	return x
}

func (f *frame) ifStmt(s *syntax.IfStmt) ending {
	f.at(s.Pos())
	switch {
	case f.isTrue(s.Cond):
		return f.block(s.Then)
	case s.ElseIf != nil:
		return f.guarded(s.ElseIf)
	case s.Else != nil:
		return f.block(s.Else)
	}
	return ending{}
}

// turn runs a loop's body once; done says that the loop ends there.
func (f *frame) turn(b *syntax.Block) (how ending, done bool) {
	switch how = f.block(b); how.signal {
	case toBreak:
		return ending{}, true
	case toReturn:
		return how, true
	}
	return ending{}, false
}

func (f *frame) forStmt(s *syntax.ForStmt) ending {
	v := f.info.Def(s.Name)
	if s.To == nil {
		return f.forEach(s, v)
	}
	i, to := number(v.Type, f.expr(s.X)), number(v.Type, f.expr(s.To))
	if s.Inclusive {
		to = new(big.Int).Add(to, big.NewInt(1))
	}
	for ; i.Cmp(to) < 0; i = new(big.Int).Add(i, big.NewInt(1)) {
		f.tick()
		f.locals[v] = bits(i)
		if how, done := f.turn(s.Body); done {
			return how
		}
	}
	return ending{}
}

func (f *frame) forEach(s *syntax.ForStmt, v *check.Var) ending {
	x := f.expr(s.X)
	for i := 0; i < f.length(x); i++ {
		f.tick()
		f.locals[v] = *f.element(x, i, nil)
		if how, done := f.turn(s.Body); done {
			return how
		}
	}
	return ending{}
}

func (f *frame) match(s *syntax.MatchStmt) ending {
	t := f.typeAfter(s.X)
	x := f.expr(s.X)
	for _, arm := range s.Arms {
		for _, label := range arm.Labels {
			k := f.info.Labels[label]
			if t.Kind == check.String {
				if x.(string) == k.Low.Str {
					return f.block(arm.Body)
				}
				continue
			}
			n := number(t, x)
			if n.Cmp(number(t, k.Low.Bits)) >= 0 && n.Cmp(number(t, k.High.Bits)) <= 0 {
				return f.block(arm.Body)
			}
		}
	}
	if s.Else != nil {
		return f.block(s.Else)
	}
	return ending{}
}
