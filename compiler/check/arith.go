// Arithmetic, bit operations and logic, and their constants.

package check

import (
	"math/big"

	"slul/compiler/syntax"
)

// unary is `-x` and `not x`.
func (c *checker) unary(e *syntax.Unary, want *Type) operand {
	if e.Op == syntax.OpNot {
		x := c.value(e.X, BoolType)
		if !c.convert(&x, BoolType, role{"the operand of `not`", ""}) {
			return bad(e)
		}
		if x.val != nil {
			return c.boolOp(e, x.val.num.Sign() == 0)
		}
		return operand{expr: e, typ: BoolType}
	}
	x := c.value(e.X, want)
	switch {
	case x.invalid():
		return bad(e)
	case x.untyped():
		return numberOp(e, untypedInt, new(big.Int).Neg(x.val.num))
	}
	c.settle(&x, x.typ)
	if !x.typ.IsInteger() {
		c.errorf(e.Pos(), "`-` needs a number, saw %s", x.typ)
		return bad(e)
	}
	if !x.typ.IsSigned() && !x.typ.Wraps() {
		c.errorf(e.Pos(), "`-` on %s could only give 0: convert it first, with `to_signed_int` or `to_signed_long`", article(x.typ))
		return bad(e)
	}
	if x.val != nil {
		return c.folded(e, e.Pos(), x.typ, new(big.Int).Neg(x.val.num))
	}
	return operand{expr: e, typ: x.typ}
}

// binary is arithmetic, bit operations, `and` and `or`.
func (c *checker) binary(e *syntax.Binary, want *Type) operand {
	switch e.Op {
	case syntax.OpAnd, syntax.OpOr:
		return c.logic(e)
	case syntax.OpShl, syntax.OpShr:
		return c.shift(e, want)
	}
	x := c.value(e.X, want)
	y := c.value(e.Y, sideType(&x, want))
	t := c.meet(&x, &y, e.OpPos, e.Op.String(), true)
	bits := e.Op == syntax.OpBand || e.Op == syntax.OpBor || e.Op == syntax.OpBxor
	switch {
	case t.Kind == Invalid:
		return bad(e)
	case t.Kind == Untyped && bits:
		t = untypedWord
	case t.Kind == Untyped:
	case !t.IsInteger():
		c.errorf(e.OpPos, "`%s` needs numbers, saw %s%s", e.Op, t, joinHint(e.Op.String(), t)+c.maybeHint(e.X, t))
		return bad(e)
	case bits && !t.Wraps():
		c.errorf(e.OpPos, "`%s` needs wuint32 or wuint64, saw %s (convert with `to_wuint32`)", e.Op, t)
		return bad(e)
	}
	if y.val != nil && y.val.num.Sign() == 0 && (e.Op == syntax.OpDiv || e.Op == syntax.OpMod) {
		c.errorf(e.OpPos, "division by zero")
		return bad(e)
	}
	if x.val == nil || y.val == nil {
		return operand{expr: e, typ: t}
	}
	return c.folded(e, e.OpPos, t, fold(e.Op, x.val.num, y.val.num))
}

func joinHint(op string, t *Type) string {
	if op == syntax.OpAdd.String() && t.Kind == String {
		return " (texts are put together by a format: `format \"{}{}\" a b`)"
	}
	return ""
}

// sideType is the type that the right side of an operation may go by.
func sideType(x *operand, want *Type) *Type {
	if x.untyped() || x.invalid() {
		return want
	}
	return x.typ
}

// fold computes one operation. Division is towards zero.
func fold(op syntax.Op, x, y *big.Int) *big.Int {
	v := new(big.Int)
	switch op {
	case syntax.OpAdd:
		return v.Add(x, y)
	case syntax.OpSub:
		return v.Sub(x, y)
	case syntax.OpMul:
		return v.Mul(x, y)
	case syntax.OpDiv:
		return v.Quo(x, y)
	case syntax.OpMod:
		return v.Rem(x, y)
	case syntax.OpBand:
		return v.And(x, y)
	case syntax.OpBor:
		return v.Or(x, y)
	case syntax.OpBxor:
		return v.Xor(x, y)
	}
	panic("bug: check: fold of " + op.String())
}

// maxConstant bounds constants without a type.
var maxConstant = new(big.Int).Lsh(big.NewInt(1), 128)

// folded is the operand of a computed constant, whose value must fit its type.
func (c *checker) folded(e syntax.Expr, pos syntax.Pos, t *Type, v *big.Int) operand {
	n := numbers[t.Kind]
	switch {
	case n == nil && v.CmpAbs(maxConstant) > 0:
		c.errorf(pos, "result too large for any type")
		return bad(e)
	case n == nil:
	case n.wraps:
		v = new(big.Int).And(v, n.high)
	case !n.holds(v):
		c.errorf(pos, "result %s does not fit %s (%s to %s)", v, t, n.low, n.high)
		return bad(e)
	}
	return numberOp(e, t, v)
}

// logic is `and` and `or`.
func (c *checker) logic(e *syntax.Binary) operand {
	x := c.value(e.X, BoolType)
	okX := c.convert(&x, BoolType, role{"the left side of", e.Op.String()})
	var y operand
	c.where(e.X, e.Op == syntax.OpAnd, func() { y = c.value(e.Y, BoolType) })
	okY := c.convert(&y, BoolType, role{"the right side of", e.Op.String()})
	if !okX || !okY {
		return bad(e)
	}
	if x.val == nil || y.val == nil {
		return operand{expr: e, typ: BoolType}
	}
	a, b := x.val.num.Sign() != 0, y.val.num.Sign() != 0
	if e.Op == syntax.OpAnd {
		return c.boolOp(e, a && b)
	}
	return c.boolOp(e, a || b)
}

// shift is `x shl n` and `x shr n`. The count keeps its own type.
func (c *checker) shift(e *syntax.Binary, want *Type) operand {
	x := c.value(e.X, want)
	n := c.value(e.Y, nil)
	if x.invalid() || n.invalid() {
		c.settleOther(&x)
		c.settleOther(&n)
		return bad(e)
	}
	if x.untyped() && n.val == nil {
		if want == nil || !want.Wraps() {
			c.settleDefault(&n)
			c.errorf(e.X.Pos(), "the left side of `%s` needs a type: write `to_wuint32` or `to_wuint64` before it", e.Op)
			return bad(e)
		}
		c.convert(&x, want, role{"the left side of", e.Op.String()})
	}
	if !x.untyped() {
		c.settle(&x, x.typ)
	}
	if !x.untyped() && !x.typ.Wraps() {
		c.settleDefault(&n)
		c.errorf(e.OpPos, "`%s` needs wuint32 or wuint64 on its left, saw %s (convert with `to_wuint32`)", e.Op, x.typ)
		return bad(e)
	}
	if !c.shiftCount(&n, &x) {
		return bad(e)
	}
	if x.val == nil || n.val == nil {
		return operand{expr: e, typ: x.typ}
	}
	t, v := x.typ, new(big.Int)
	if x.untyped() {
		t = untypedWord
	}
	if e.Op == syntax.OpShl {
		v.Lsh(x.val.num, uint(n.val.num.Int64()))
	} else {
		v.Rsh(x.val.num, uint(n.val.num.Int64()))
	}
	return c.folded(e, e.OpPos, t, v)
}

// shiftCount settles the count n of a shift of x.
func (c *checker) shiftCount(n, x *operand) bool {
	width := int64(64)
	if k := numbers[x.typ.Kind]; k != nil {
		width = int64(k.bits)
	}
	if n.val != nil && n.val.num != nil && (n.val.num.Sign() < 0 || n.val.num.Cmp(big.NewInt(width)) >= 0) {
		c.errorf(n.expr.Pos(), "shift count %s: must be 0 to %d", n.val.num, width-1)
		return false
	}
	if n.untyped() {
		return c.convert(n, IntType, role{"a shift count", ""})
	}
	c.settle(n, n.typ)
	if !n.typ.IsInteger() || n.typ.IsSigned() {
		c.errorf(n.expr.Pos(), "a shift count must be an integer that is never below zero, saw %s", n.typ)
		return false
	}
	return true
}
