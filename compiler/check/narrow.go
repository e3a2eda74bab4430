// Narrowing: where a variable of type ?T is known to hold a T. Only variables that keep
// their value are narrowed; what is known holds up to the end of the block in which it
// was found out.

package check

import (
	"slul/compiler/syntax"
)

// noneTest is the variable that e compares with none, and the operator; nil when e is no
// such test.
func (c *checker) noneTest(e syntax.Expr) (*Var, syntax.Op) {
	cmp, ok := unparen(e).(*syntax.Compare)
	if !ok || len(cmp.Ops) != 1 {
		return nil, syntax.OpNone
	}
	for i, x := range cmp.X {
		if _, ok := unparen(x).(*syntax.NoneLit); !ok {
			continue
		}
		if n := asName(cmp.X[1-i]); n != nil {
			if v := c.local(n.Name); v != nil && !v.Mutable && v.Type.Kind == MaybeKind {
				return v, cmp.Ops[0]
			}
		}
	}
	return nil, syntax.OpNone
}

// known lists the variables that are not none when e is truth.
func (c *checker) known(e syntax.Expr, truth bool) (list []*Var) {
	switch x := unparen(e).(type) {
	case *syntax.Unary:
		if x.Op == syntax.OpNot {
			return c.known(x.X, !truth)
		}
	case *syntax.Binary:
		if x.Op == syntax.OpAnd && truth || x.Op == syntax.OpOr && !truth {
			return append(c.known(x.X, truth), c.known(x.Y, truth)...)
		}
	case *syntax.Compare:
		v, op := c.noneTest(x)
		if v != nil && (op == syntax.OpNe) == truth {
			return []*Var{v}
		}
	}
	return nil
}

// narrow notes that these variables are not none, and gives back what was known before.
func (c *checker) narrow(list []*Var) (before map[*Var]bool) {
	before = c.notNone
	if len(list) == 0 {
		return before
	}
	now := make(map[*Var]bool, len(before)+len(list))
	for v := range before {
		now[v] = true
	}
	for _, v := range list {
		now[v] = true
	}
	c.notNone = now
	return before
}

// where checks something that runs only when e is truth.
func (c *checker) where(e syntax.Expr, truth bool, do func()) {
	before := c.narrow(c.known(e, truth))
	do()
	c.notNone = before
}

// compareNone is `x == none` or `x <> none`; none stands at place i.
func (c *checker) compareNone(e *syntax.Compare, i int) operand {
	if len(e.Ops) > 1 || e.Ops[0] != syntax.OpEq && e.Ops[0] != syntax.OpNe {
		c.errorf(e.OpPos[0], "`none` is only compared as `x == none` or `x <> none`")
		return bad(e)
	}
	x := c.value(e.X[1-i], nil)
	if x.invalid() {
		return bad(e)
	}
	if x.typ.Kind != MaybeKind {
		c.settleOther(&x)
		c.errorf(e.X[1-i].Pos(), "this is never none: it is %s", article(x.typ))
		return bad(e)
	}
	c.settle(&x, x.typ)
	c.info.setType(e.X[i], x.typ)
	c.info.setType(unparen(e.X[i]), x.typ)
	return operand{expr: e, typ: BoolType}
}

// leaves says whether control never comes behind the block, as far as its last statement
// shows.
func leaves(b *syntax.Block) bool {
	if b == nil || len(b.Stmts) == 0 {
		return false
	}
	switch s := b.Stmts[len(b.Stmts)-1].(type) {
	case *syntax.ReturnStmt, *syntax.ErrorStmt:
		return true
	case *syntax.LoopStmt:
		return s.Cond == nil
	case *syntax.IfStmt:
		for ; s != nil; s = s.ElseIf {
			if !leaves(s.Then) || s.ElseIf == nil && !leaves(s.Else) {
				return false
			}
		}
		return true
	}
	return false
}
