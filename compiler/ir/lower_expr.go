package ir

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_expr.go lowers expressions: constants, variables, arithmetic with its traps,
// comparisons, failures. Conditions as branches are in lower_cond.go, conversions and
// range checks in lower_range.go.

// expr gives the value of e in the type that its place asks for.
func (g *fn) expr(e syntax.Expr) *Value {
	if c, ok := g.l.info.Consts[e]; ok {
		t := g.typeAfter(e)
		if t.Kind == check.String {
			return g.addr(g.l.text(c.Str))
		}
		return g.konst(typeOf(t), c.Bits)
	}
	return g.widened(e, g.raw(e))
}

// typeAfter is the type of e's value after implicit conversion.
func (g *fn) typeAfter(e syntax.Expr) *check.Type {
	if t := g.l.info.Widen[e]; t != nil {
		return t
	}
	return g.l.info.Types[e]
}

// widened converts the value of e as its place asks.
func (g *fn) widened(e syntax.Expr, v *Value) *Value {
	if to := g.l.info.Widen[e]; to != nil && v != nil {
		return g.extend(v, g.l.info.Types[e], to)
	}
	return v
}

func unparen(e syntax.Expr) syntax.Expr {
	for {
		p, ok := e.(*syntax.Paren)
		if !ok {
			return e
		}
		e = p.X
	}
}

// raw gives the value of e in its own type; nil for a call without result.
func (g *fn) raw(e syntax.Expr) *Value {
	if c := g.l.info.Calls[e]; c != nil {
		return g.callExpr(e, c)
	}
	switch e := e.(type) {
	case *syntax.Paren:
		return g.expr(e.X)
	case *syntax.Name:
		return g.name(e)
	case *syntax.Index:
		return g.index(e)
	case *syntax.Unary:
		return g.unary(e)
	case *syntax.Binary:
		return g.binary(e)
	case *syntax.Compare:
		return g.compare(e)
	case *syntax.Try:
		return g.try(e)
	case *syntax.Else:
		return g.elseExpr(e)
	case *syntax.ThisExpr:
		return g.this
	}
	g.l.fail(g.file, e, "this expression is not in this version of the compiler")
	return g.konst(L, 0)
}

func (g *fn) name(e *syntax.Name) *Value {
	v, ok := g.l.info.Uses[e].(*check.Var)
	if !ok {
		panic("bug: lower: " + e.Name + " is no variable")
	}
	if v.Kind != check.GivemeVar {
		return g.read(v)
	}
	g.l.givemes[v] = true
	return g.fixed(OpLoad64, L, g.this, 8*int64(v.Index))
}

// length is what a string or Args says of itself, in 32 bits: no object is longer.
func (g *fn) length(object *Value) *Value {
	v := g.fixed(OpLoad32, W, object, 0)
	v.Nonneg = true
	return v
}

// index is s[i] of a string, a byte, or args[i], a string. One unsigned comparison
// rules out both ends.
func (g *fn) index(e *syntax.Index) *Value {
	object, i := g.expr(e.X), g.expr(e.I)
	g.at(e.I.Pos())
	length := g.length(object)
	if i.Type == L {
		length = g.value(OpZextW, L, length)
	}
	g.trapIf(TrapBounds, UGE, i, length)
	if i.Type == W {
		i = g.value(OpZextW, L, i)
	}
	if g.l.info.Types[e].Kind != check.Byte {
		i = g.wrap(OpShl, i, g.konst(W, 3))
		return g.fixed(OpLoad64, L, g.wrap(OpAdd, object, i), 8)
	}
	v := g.fixed(OpLoad8, W, g.wrap(OpAdd, object, i), 8)
	v.Nonneg = true
	return v
}

func (g *fn) assign(s *syntax.AssignStmt) {
	name, ok := unparen(s.Left).(*syntax.Name)
	if !ok {
		g.l.fail(g.file, s.Left, "assignment to a part is not in this version of the compiler")
		return
	}
	v := g.l.info.Uses[name].(*check.Var)
	g.withValue(s.Right, s.OnError, func(x *Value) {
		if s.Op != syntax.OpNone {
			t := g.typeAfter(s.Right)
			g.at(s.OpPos)
			x = g.arith(s.Op, t, g.extend(g.read(v), v.Type, t), x)
			x = g.convert(x, t, v.Type)
		}
		g.write(v, g.inRange(s.Right, x, v))
	})
}

// ---- Arithmetic ----

func (g *fn) unary(e *syntax.Unary) *Value {
	x := g.expr(e.X)
	if e.Op == syntax.OpNot {
		return g.not(x)
	}
	g.at(e.Pos())
	switch t := g.l.info.Types[e]; {
	case isWrapping(t):
		return g.wrap(OpNeg, x)
	case isSigned(t):
		return g.checked(Signed, OpNeg, x)
	default: // of an int: only 0 has one
		return g.checked(Nonneg, OpSub, g.konst(x.Type, 0), x)
	}
}

func (g *fn) not(x *Value) *Value { return g.wrap(OpXor, x, g.konst(W, 1)) }

func (g *fn) binary(e *syntax.Binary) *Value {
	if e.Op == syntax.OpAnd || e.Op == syntax.OpOr {
		return g.condValue(e)
	}
	x, y := g.expr(e.X), g.expr(e.Y)
	g.at(e.OpPos)
	return g.arith(e.Op, g.l.info.Types[e], x, y)
}

// arithOps is the op of each operator that is one.
var arithOps = [...]Op{
	syntax.OpAdd: OpAdd, syntax.OpSub: OpSub, syntax.OpMul: OpMul,
	syntax.OpBand: OpAnd, syntax.OpBor: OpOr, syntax.OpBxor: OpXor,
	syntax.OpShl: OpShl, syntax.OpShr: OpShr,
}

// arith is x op y of type t. A shift count may have another type than x.
func (g *fn) arith(op syntax.Op, t *check.Type, x, y *Value) *Value {
	switch op {
	case syntax.OpAdd, syntax.OpSub, syntax.OpMul:
		return g.sum(arithOps[op], t, x, y)
	case syntax.OpBand, syntax.OpBor, syntax.OpBxor:
		return g.wrap(arithOps[op], x, y)
	case syntax.OpShl, syntax.OpShr:
		return g.shift(arithOps[op], x, y)
	case syntax.OpDiv:
		return g.divide(OpUDiv, OpDiv, t, x, y)
	case syntax.OpMod:
		return g.divide(OpURem, OpRem, t, x, y)
	}
	panic("bug: lower: operator " + op.String())
}

// sum is + - * with the check of its type.
func (g *fn) sum(op Op, t *check.Type, x, y *Value) *Value {
	switch {
	case isWrapping(t):
		return g.wrap(op, x, y)
	case isSigned(t):
		return g.checked(Signed, op, x, y)
	}
	v := g.checked(Nonneg, op, x, y)
	v.Nonneg = true
	return v
}

// divide is / and mod. MIN / -1 overflows; MIN mod -1 is 0, but the machine's
// instruction does not say so.
func (g *fn) divide(unsigned, signed Op, t *check.Type, x, y *Value) *Value {
	if !g.isUnsafe(t) && (y.Op != OpConst || y.Imm == 0) {
		g.trapIf(TrapDivision, EQ, y, g.konst(y.Type, 0))
	}
	if !isSigned(t) {
		v := g.wrap(unsigned, x, y)
		v.Nonneg = isNonneg(t)
		return v
	}
	if y.Op == OpConst && y.Imm != -1 {
		return g.wrap(signed, x, y)
	}
	minus, usual, end := g.block(), g.block(), g.block()
	g.branch(g.cmp(EQ, y, g.konst(y.Type, -1)), minus, usual)
	g.start(usual)
	q := g.wrap(signed, x, y)
	g.jump(end)
	g.start(minus)
	var r *Value
	if signed == OpRem {
		r = g.konst(x.Type, 0)
	} else {
		r = g.checked(Signed, OpNeg, x)
	}
	g.jump(end)
	return g.joined(end, q, r)
}

// isUnsafe says whether arithmetic of type t is unchecked here: in .slunsafe files the
// author answers for addresses and words, also for a divisor that is 0 (the CPU's own
// fault then, or no defined number). So printing a number needs no trap function.
func (g *fn) isUnsafe(t *check.Type) bool {
	return g.file.Kind == syntax.KindUnsafe && isWrapping(t)
}

// joined starts end, whose predecessors bring one value each, and merges these.
func (g *builder) joined(end *Block, values ...*Value) *Value {
	g.start(end)
	return g.value(OpPhi, values[0].Type, values...)
}

func (g *fn) shift(op Op, x, count *Value) *Value {
	bits := int64(x.Type.Bits())
	if count.Op != OpConst || count.Imm < 0 || count.Imm >= bits {
		g.trapIf(TrapShift, UGE, count, g.konst(count.Type, bits))
	}
	return g.wrap(op, x, g.low32(count))
}

// ---- Failure ----

// errorNumber is the number of an error from a second result word that is not 0.
func (g *builder) errorNumber(second *Value) *Value {
	v := g.wrap(OpSub, second, g.konst(W, 1))
	v.Nonneg = true
	return v
}

// try passes a failure on to the caller.
func (g *fn) try(e *syntax.Try) *Value {
	v, second := g.failingCall(e.X)
	bad, good := g.block(), g.block()
	g.branch(second, bad, good)
	g.start(bad)
	g.fails(second)
	g.start(good)
	return g.widened(e.X, v)
}

// elseExpr gives the value of Y when the call X fails.
func (g *fn) elseExpr(e *syntax.Else) *Value {
	v, second := g.failingCall(e.X)
	bad, good, end := g.block(), g.block(), g.block()
	g.branch(second, bad, good)
	g.start(good)
	x := g.widened(e.X, v)
	g.jump(end)
	g.start(bad)
	y := g.expr(e.Y)
	g.jump(end)
	v = g.joined(end, x, y)
	v.Nonneg = isNonneg(g.l.info.Types[e])
	return v
}
