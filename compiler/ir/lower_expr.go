package ir

import (
	"fmt"

	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_expr.go lowers expressions: constants, variables, arithmetic with its traps,
// comparisons, failures. Conditions as branches are in lower_cond.go, conversions and
// range checks in lower_range.go.

// expr gives the value of e in the type that its place asks for.
func (g *fn) expr(e syntax.Expr) *Value {
	f := g.l.info.Facts(e)
	if f.Const() != nil {
		return g.constant(f)
	}
	return g.widened(f, g.raw(e, f))
}

// constant is the value of an expression that is known.
func (g *fn) constant(f check.Facts) *Value {
	c, t := f.Const(), f.After()
	if t.Kind == check.MaybeKind {
		t = t.Elem
	}
	if t.Kind == check.String {
		return g.addr(g.l.text(c.Str))
	}
	return g.konst(typeOf(t), c.Bits)
}

// typeAfter is the type of e's value after implicit conversion.
func (g *fn) typeAfter(e syntax.Expr) *check.Type { return g.l.info.Facts(e).After() }

// widened converts the value of an expression as its place asks.
func (g *fn) widened(f check.Facts, v *Value) *Value {
	if to := f.Widened(); to != nil && v != nil {
		if to.Kind == check.MaybeKind {
			to = to.Elem
		}
		return g.extend(v, f.Type(), to)
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
func (g *fn) raw(e syntax.Expr, f check.Facts) *Value {
	if c := f.Call(); c != nil {
		return g.callExpr(e, c)
	}
	switch e := e.(type) {
	case *syntax.Paren:
		return g.expr(e.X)
	case *syntax.Name:
		return g.name(e, f)
	case *syntax.Index:
		return g.index(e, f.Type())
	case *syntax.Unary:
		return g.unary(e, f.Type())
	case *syntax.Binary:
		return g.binary(e, f.Type())
	case *syntax.Compare:
		return g.compare(e)
	case *syntax.Try:
		return g.try(e)
	case *syntax.Else:
		return g.elseExpr(e)
	case *syntax.ThisExpr:
		return g.this
	case *syntax.Member:
		return g.member(e)
	case *syntax.ListLit:
		return g.listLit(e)
	case *syntax.Copy:
		return g.copyExpr(e)
	case *syntax.NoneLit:
		return g.konst(typeOf(f.Type()), 0)
	}
	panic(fmt.Sprintf("bug: lower: an expression %T", e))
}

func (g *fn) name(e *syntax.Name, f check.Facts) *Value {
	switch o := f.Use().(type) {
	case *check.Const:
		return g.addr(g.l.constArray(o))
	case *check.Var:
		switch o.Kind {
		case check.GivemeVar:
			return g.giveme(o)
		case check.FieldVar:
			return g.loadField(o.Type, g.this, int64(o.Index))
		}
		return g.read(o)
	}
	panic("bug: lower: " + e.Name + " is no variable")
}

// giveme is a word of the service object, which never changes.
func (g *fn) giveme(v *check.Var) *Value {
	g.l.givemes[v] = true
	x := g.fixed(OpLoad64, L, g.this, 8*int64(v.Index))
	if typeOf(v.Type) == W {
		x = g.low32(x)
		x.Nonneg = isNonneg(v.Type)
	}
	return x
}

// length is what a string or Array says of itself, in 32 bits: no object is longer.
func (g *fn) length(object *Value) *Value {
	if object.Op == OpAddr && object.Imm == 0 {
		if n, ok := g.l.lengthOf(object.Sym); ok {
			return g.konst(W, n)
		}
	}
	v := g.fixed(OpLoad32, W, object, 0)
	v.Nonneg = true
	return v
}

func (g *fn) assign(s *syntax.AssignStmt) {
	to := g.place(s.Left)
	var old *Value
	if s.Op != syntax.OpNone { // from left to right, as in x = x + y
		old = g.loadPlace(&to)
	}
	g.withValue(s.Right, s.OnError, to.typ, func(x, none *Value) {
		if s.Op != syntax.OpNone {
			t := g.typeAfter(s.Right)
			g.at(s.OpPos)
			x = g.arith(s.Op, t, g.extend(old, to.typ, t), x)
			x = g.convert(x, t, to.typ)
		}
		if to.v != nil {
			x = g.inRange(s.Right, x, to.v)
		}
		g.storePlace(&to, x, none)
	})
}

// ---- Arithmetic ----

func (g *fn) unary(e *syntax.Unary, t *check.Type) *Value {
	x := g.expr(e.X)
	if e.Op == syntax.OpNot {
		return g.not(x)
	}
	g.at(e.Pos())
	switch {
	case isWrapping(t):
		return g.wrap(OpNeg, x)
	case isSigned(t):
		return g.checked(Signed, OpNeg, x)
	default: // of an int: only 0 has one
		return g.checked(Nonneg, OpSub, g.konst(x.Type, 0), x)
	}
}

func (g *fn) not(x *Value) *Value { return g.wrap(OpXor, x, g.konst(W, 1)) }

func (g *fn) binary(e *syntax.Binary, t *check.Type) *Value {
	if e.Op == syntax.OpAnd || e.Op == syntax.OpOr {
		return g.condValue(e)
	}
	x, y := g.expr(e.X), g.expr(e.Y)
	g.at(e.OpPos)
	return g.arith(e.Op, t, x, y)
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
	v := g.value(OpPhi, values[0].Type, values...)
	g.filled(v)
	return v
}

func (g *fn) shift(op Op, x, count *Value) *Value {
	bits := int64(x.Type.Bits())
	known := count.Op == OpConst && 0 <= count.Imm && count.Imm < bits
	if !known && g.file.Kind != syntax.KindUnsafe { // there the author answers for it, as for a divisor
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
	g.passOn(e.X, second)
	return g.widened(g.l.info.Facts(e.X), v)
}

// passOn leaves the func when second says that the call e failed.
func (g *fn) passOn(e syntax.Expr, second *Value) {
	bad, good := g.block(), g.block()
	g.branch(g.isFailure(e, second), bad, good)
	g.start(bad)
	g.fails(second)
	g.start(good)
}

// isFailure says whether the second word of the call e is that of an error: not 0, and
// where the result may be none, not that either.
func (g *fn) isFailure(e syntax.Expr, second *Value) *Value {
	if !g.l.info.Call(unparen(e)).Result.IsPair() {
		return second
	}
	return g.cmp(ULT, g.wrap(OpSub, second, g.konst(W, 1)), g.konst(W, noneWord-1))
}

// elseExpr gives the value of Y when the call X fails, or X is none.
func (g *fn) elseExpr(e *syntax.Else) *Value {
	v, absent := g.present(e.X)
	bad, good, end := g.block(), g.block(), g.block()
	g.branch(absent, bad, good)
	g.start(good)
	x := g.widened(g.l.info.Facts(e.X), v)
	g.jump(end)
	g.start(bad)
	y := g.expr(e.Y)
	g.jump(end)
	v = g.joined(end, x, y)
	v.Nonneg = isNonneg(g.l.info.Type(e))
	return v
}
