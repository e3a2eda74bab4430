package ir

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_cond.go lowers comparisons, and conditions as branches: and, or, not and chains
// of comparisons become jumps.

// coreEqual compares two strings: W 0 or 1.
const coreEqual = "core.text_equal"

// coreCompare says how two strings are ordered: W 0, 1 or 2 for before, equal, behind.
const coreCompare = "core.text_compare"

var (
	unsignedConds = [...]Cond{
		syntax.OpEq: EQ, syntax.OpNe: NE, syntax.OpLt: ULT, syntax.OpLe: ULE, syntax.OpGt: UGT, syntax.OpGe: UGE,
	}
	signedConds = [...]Cond{
		syntax.OpEq: EQ, syntax.OpNe: NE, syntax.OpLt: SLT, syntax.OpLe: SLE, syntax.OpGt: SGT, syntax.OpGe: SGE,
	}
)

// condOf is the machine's comparison for values of type t. Types without values below
// zero compare unsigned, as bounds checks do, so that one proves the other.
func condOf(op syntax.Op, t *check.Type) Cond {
	if isSigned(t) {
		return signedConds[op]
	}
	return unsignedConds[op]
}

// compare is a chain of comparisons as a value.
func (g *fn) compare(e *syntax.Compare) *Value {
	if v := g.between(e); v != nil {
		return v
	}
	if len(e.Ops) > 1 {
		return g.condValue(e)
	}
	if v := g.compareNone(e); v != nil {
		return v
	}
	x, y := g.expr(e.X[0]), g.expr(e.X[1])
	return g.comparison(e, 0, x, y)
}

// comparison is X[i] Ops[i] X[i+1] of a chain, with these operands' values.
func (g *fn) comparison(e *syntax.Compare, i int, x, y *Value) *Value {
	t := g.typeAfter(e.X[i])
	g.at(e.OpPos[i])
	if t.Kind == check.String && e.Ops[i] != syntax.OpEq && e.Ops[i] != syntax.OpNe {
		order := g.call(coreCompare, W, x, y)
		order.Nonneg = true
		return g.cmp(unsignedConds[e.Ops[i]], order, g.konst(W, 1))
	}
	if t.Kind != check.String {
		return g.cmp(condOf(e.Ops[i], t), x, y)
	}
	same := g.call(coreEqual, W, x, y)
	same.Nonneg = true
	if e.Ops[i] == syntax.OpNe {
		return g.not(same)
	}
	return same
}

// between is "low <= x <= high" with constants, in one comparison: the difference
// x - low wraps around when x is below. It gives nil for other chains.
func (g *fn) between(e *syntax.Compare) *Value {
	if len(e.Ops) != 2 || e.Ops[0] != syntax.OpLe || e.Ops[1] != syntax.OpLe {
		return nil
	}
	low, isLow := g.l.info.Const(e.X[0])
	high, isHigh := g.l.info.Const(e.X[2])
	if t := g.typeAfter(e.X[1]); !isLow || !isHigh || !isNonneg(t) || low.Bits > high.Bits {
		return nil
	}
	x := g.expr(e.X[1])
	g.at(e.OpPos[0])
	return g.inside(x, check.Label{Low: low, High: high})
}

// inside says whether low <= x <= high.
func (g *fn) inside(x *Value, r check.Label) *Value {
	width := g.konst(x.Type, r.High.Bits-r.Low.Bits)
	return g.cmp(ULE, g.wrap(OpSub, x, g.konst(x.Type, r.Low.Bits)), width)
}

// cond branches on e.
func (g *fn) cond(e syntax.Expr, yes, no *Block) {
	f := g.l.info.Facts(e)
	if f.Const() == nil {
		switch x := unparen(e).(type) {
		case *syntax.Unary:
			if x.Op == syntax.OpNot {
				g.cond(x.X, no, yes)
				return
			}
		case *syntax.Binary:
			if x.Op == syntax.OpAnd || x.Op == syntax.OpOr {
				g.condPair(x, yes, no)
				return
			}
		case *syntax.Compare:
			g.condChain(x, yes, no)
			return
		}
	}
	g.branch(g.expr(e), yes, no)
}

func (g *fn) condPair(e *syntax.Binary, yes, no *Block) {
	right := g.block()
	if e.Op == syntax.OpAnd {
		g.cond(e.X, right, no)
	} else {
		g.cond(e.X, yes, right)
	}
	g.start(right)
	if !g.isDead() {
		g.cond(e.Y, yes, no)
	}
}

// condChain evaluates each operand at most once, and no more of them when it is known
// that the chain does not hold.
func (g *fn) condChain(e *syntax.Compare, yes, no *Block) {
	v := g.between(e)
	if v == nil {
		v = g.compareNone(e)
	}
	if v != nil {
		g.branch(v, yes, no)
		return
	}
	x := g.expr(e.X[0])
	for i := range e.Ops {
		y := g.expr(e.X[i+1])
		c := g.comparison(e, i, x, y)
		if i == len(e.Ops)-1 {
			g.branch(c, yes, no)
			return
		}
		next := g.block()
		g.branch(c, next, no)
		g.start(next)
		x = y
	}
}

// condValue is a condition as a value, 0 or 1.
func (g *fn) condValue(e syntax.Expr) *Value {
	yes, no, end := g.block(), g.block(), g.block()
	g.cond(e, yes, no)
	var room [2]*Value
	values := room[:0]
	for i, b := range []*Block{no, yes} {
		g.start(b)
		if !g.isDead() {
			values = append(values, g.konst(W, int64(i)))
			g.jump(end)
		}
	}
	g.start(end)
	switch len(values) {
	case 0:
		return g.konst(W, 0) // nothing comes here
	case 1:
		return values[0]
	}
	v := g.f.NewValue(g.b, OpPhi, W, values...)
	v.Nonneg = true
	return v
}

// assert traps unless e holds; the parts of an "and" are asserted one by one.
func (g *fn) assert(e syntax.Expr) {
	if _, ok := g.l.info.Const(e); !ok {
		switch x := unparen(e).(type) {
		case *syntax.Binary:
			if x.Op == syntax.OpAnd {
				g.assert(x.X)
				g.assert(x.Y)
				return
			}
		case *syntax.Compare:
			if t := g.typeAfter(x.X[0]); len(x.Ops) == 1 && t.Kind != check.String && !isNoneTest(x) {
				a, b := g.expr(x.X[0]), g.expr(x.X[1])
				g.at(x.OpPos[0])
				g.trapIf(TrapAssert, condOf(x.Ops[0], t).Not(), a, b)
				return
			}
		}
	}
	v := g.expr(e)
	g.at(e.Pos())
	g.trapIf(TrapAssert, EQ, v, g.konst(W, 0))
}
