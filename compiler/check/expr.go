// Expressions. expr looks at one and gives an operand; whoever asked settles it, with
// the type that the place gives it.

package check

import (
	"math/big"

	"slul/compiler/syntax"
)

// bad is the operand of an expression that was refused.
func bad(e syntax.Expr) operand { return operand{expr: e, typ: InvalidType} }

// number makes a constant operand.
func numberOp(e syntax.Expr, t *Type, v *big.Int) operand {
	return operand{e, t, &constant{num: v}}
}

// boolOp is the operand of a bool that is known while compiling.
func boolOp(e syntax.Expr, v bool) operand {
	n := int64(0)
	if v {
		n = 1
	}
	return numberOp(e, BoolType, big.NewInt(n))
}

// expr looks at e. want is the type that its place asks for, nil when there is none: it
// decides what `.name` means, nothing else must rely on it.
func (c *checker) expr(e syntax.Expr, want *Type) operand {
	switch e := e.(type) {
	case *syntax.IntLit:
		return numberOp(e, untypedInt, new(big.Int).SetUint64(e.Value))
	case *syntax.ByteLit:
		return numberOp(e, untypedByte, big.NewInt(int64(e.Value)))
	case *syntax.StringLit:
		return operand{e, StringType, &constant{str: e.Value}}
	case *syntax.BoolLit:
		return boolOp(e, e.Value)
	case *syntax.Name:
		return c.name(e)
	case *syntax.EnumVal:
		return c.enumVal(e, want)
	case *syntax.Paren:
		x := c.expr(e.X, want)
		x.expr = e
		return x
	case *syntax.Member:
		return c.member(e, e, nil, want)
	case *syntax.Index:
		return c.index(e)
	case *syntax.Call:
		return c.call(e, want)
	case *syntax.Try:
		return c.try(e)
	case *syntax.Else:
		return c.elseExpr(e)
	case *syntax.Unary:
		return c.unary(e, want)
	case *syntax.Binary:
		return c.binary(e, want)
	case *syntax.Compare:
		return c.compare(e)
	}
	return c.laterExpr(e)
}

// laterExpr refuses what this version does not have.
func (c *checker) laterExpr(e syntax.Expr) operand {
	what := ""
	switch e.(type) {
	case *syntax.NoneLit:
		what = "`none` is"
	case *syntax.ThisExpr:
		what = "`this` as a value is"
	case *syntax.ListLit:
		what = "lists are"
	case *syntax.New:
		what = "`new` is"
	case *syntax.Format:
		what = "`format` as a value is"
	case *syntax.Copy:
		what = "`copy` is"
	}
	c.later(e.Pos(), "%s", what)
	return bad(e)
}

// value is expr for places that need a value.
func (c *checker) value(e syntax.Expr, want *Type) operand {
	x := c.expr(e, want)
	if x.typ.Kind == Nothing {
		c.errorf(e.Pos(), "this call gives no value")
		return bad(e)
	}
	return x
}

// valueOf is value, converted to t and settled. It reports whether all went well.
func (c *checker) valueOf(e syntax.Expr, t *Type, what string) bool {
	x := c.value(e, t)
	return c.convert(&x, t, what)
}

// condition is a value of type bool.
func (c *checker) condition(e syntax.Expr, what string) {
	c.valueOf(e, BoolType, what)
}

// name is a use of a name: of a variable or a constant, or a call without arguments.
func (c *checker) name(e *syntax.Name) operand {
	if v := c.local(e.Name); v != nil {
		c.info.Uses[e] = v
		c.used[v] = true
		return operand{expr: e, typ: v.Type}
	}
	if v := c.givemes[e.Name]; v != nil && !c.core {
		return c.useGiveme(e, v)
	}
	if k, ok := c.global(e.Name).(*Const); ok {
		c.info.Uses[e] = k
		c.constant(k)
		if k.val == nil {
			return bad(e)
		}
		return operand{e, k.Type, k.val}
	}
	return c.callName(e, e, nil, nil)
}

// useGiveme is a read of a word of the service object. Without @ on the func it is seen
// without @.
func (c *checker) useGiveme(e syntax.Expr, v *Var) operand {
	if c.fn == nil {
		c.errorf(e.Pos(), "`%s` is a giveme and no constant", v.Name)
		return bad(e)
	}
	if name, ok := e.(*syntax.Name); ok {
		c.info.Uses[name] = v
	}
	c.used[v] = true
	c.touches[c.fn] = true
	t := v.Type
	if t.Kind == ObjectKind && c.fn.Sigils&syntax.DoIO == 0 {
		t = c.object(t.Class, t.Sigil&^syntax.DoIO)
	}
	return operand{expr: e, typ: t}
}

// enumVal is `.name`, of the type that its place wants, or `TypeName.name`.
func (c *checker) enumVal(e *syntax.EnumVal, want *Type) operand {
	t := want
	if e.Type != nil {
		t = c.enumNamed(e.Type)
	} else if t == nil {
		c.errorf(e.Pos(), "nothing here says of which enum `.%s` is: write `TypeName.%s`", e.Name.Name, e.Name.Name)
	} else if t.Kind != EnumKind && t.Kind != Invalid {
		c.errorf(e.Pos(), "expected %s, saw the enum value `.%s`", article(t), e.Name.Name)
		return bad(e)
	}
	if t == nil || t.Kind != EnumKind {
		return bad(e)
	}
	var known []string
	for _, v := range t.Enum.Values {
		if v.Name == e.Name.Name {
			return numberOp(e, t, big.NewInt(v.Number))
		}
		known = append(known, v.Name)
	}
	c.errorf(e.Name.Pos(), "%s has no value `%s`%s", t, e.Name.Name, didYouMean(e.Name.Name, known))
	return bad(e)
}

// index is an element of a string or of the arguments.
func (c *checker) index(e *syntax.Index) operand {
	x := c.value(e.X, nil)
	ok := c.valueOf(e.I, IntType, "an index")
	if x.invalid() {
		return bad(e)
	}
	c.settleDefault(&x)
	switch {
	case x.typ.Kind == String:
		return operand{expr: e, typ: ByteType}
	case x.typ.Kind == ObjectKind && x.typ.Class == "Args":
		return operand{expr: e, typ: StringType}
	case ok:
		c.errorf(e.X.Pos(), "%s has no elements", x.typ)
	}
	return bad(e)
}

// try = "try" call: the failure of the call is the func's own.
func (c *checker) try(e *syntax.Try) operand {
	x, call := c.failing(e.X, nil)
	if x.invalid() {
		return bad(e)
	}
	switch {
	case call == nil:
		c.errorf(e.Pos(), "`try` needs a call that can fail")
	case c.fn == nil || c.fn.Fails == nil:
		c.errorf(e.Pos(), "`try` passes %s on, but the func around it has no `or %s` in its `returns`", call.Fails, call.Fails)
	case c.fn.Fails != call.Fails && c.fn.Fails.Kind != Invalid && call.Fails.Kind != Invalid:
		c.errorf(e.Pos(), "`try` passes %s on, but the func around it returns `or %s`", call.Fails, c.fn.Fails)
	}
	c.settleDefault(&x)
	return operand{expr: e, typ: x.typ}
}

// elseExpr = orExpr "else" orExpr: the right side when the left one fails.
func (c *checker) elseExpr(e *syntax.Else) operand {
	x, call := c.failing(e.X, nil)
	if x.invalid() {
		c.expr(e.Y, nil)
		return bad(e)
	}
	if call == nil {
		c.errorf(e.X.Pos(), "left of `else` stands a call that can fail; this cannot")
		return bad(e)
	}
	c.settleDefault(&x)
	if x.typ.Kind == Nothing {
		c.errorf(e.X.Pos(), "this call gives no value: use `on error`")
		return bad(e)
	}
	c.valueOf(e.Y, x.typ, "the right side of `else`")
	return operand{expr: e, typ: x.typ}
}

// failing looks at e in a place that handles its failure. The call is nil when e cannot
// fail.
func (c *checker) failing(e syntax.Expr, want *Type) (operand, *Call) {
	outer := c.mayFail
	c.mayFail = unparen(e)
	x := c.expr(e, want)
	c.mayFail = outer
	call := c.info.Calls[unparen(e)]
	if call == nil || call.Fails == nil {
		return x, nil
	}
	return x, call
}

// unary is `-x` and `not x`.
func (c *checker) unary(e *syntax.Unary, want *Type) operand {
	if e.Op == syntax.OpNot {
		x := c.value(e.X, BoolType)
		if !c.convert(&x, BoolType, "the operand of `not`") {
			return bad(e)
		}
		if x.val != nil {
			return boolOp(e, x.val.num.Sign() == 0)
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
		c.errorf(e.OpPos, "`%s` needs numbers, saw %s%s", e.Op, t, joinHint(e.Op, t))
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

func joinHint(op syntax.Op, t *Type) string {
	if op == syntax.OpAdd && t.Kind == String {
		return " (texts are put together by a format: `console.print \"{}{}\" a b`)"
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
	y := c.value(e.Y, BoolType)
	okX := c.convert(&x, BoolType, "the left side of `"+e.Op.String()+"`")
	okY := c.convert(&y, BoolType, "the right side of `"+e.Op.String()+"`")
	if !okX || !okY {
		return bad(e)
	}
	if x.val == nil || y.val == nil {
		return operand{expr: e, typ: BoolType}
	}
	a, b := x.val.num.Sign() != 0, y.val.num.Sign() != 0
	if e.Op == syntax.OpAnd {
		return boolOp(e, a && b)
	}
	return boolOp(e, a || b)
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
		c.convert(&x, want, "the left side of `"+e.Op.String()+"`")
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
		return c.convert(n, IntType, "a shift count")
	}
	c.settle(n, n.typ)
	if !n.typ.IsInteger() || n.typ.IsSigned() {
		c.errorf(n.expr.Pos(), "a shift count must be an integer that is never below zero, saw %s", n.typ)
		return false
	}
	return true
}

// compare is a chain of comparisons: all its operands meet in one type.
func (c *checker) compare(e *syntax.Compare) operand {
	list, t, ok := c.compareType(e)
	if !ok {
		for i := range list {
			c.settleOther(&list[i])
		}
		return bad(e)
	}
	known := true
	for i := range list {
		side := &list[i]
		if t.Kind == Untyped {
			continue
		}
		if !c.convert(side, t, "this side of `"+e.Ops[max(i-1, 0)].String()+"`") {
			return bad(e)
		}
		known = known && side.val != nil
	}
	if !c.comparable(e, t) {
		return bad(e)
	}
	if !known {
		return operand{expr: e, typ: BoolType}
	}
	result := true
	for i, op := range e.Ops {
		result = result && holds(op, list[i].val, list[i+1].val)
	}
	return boolOp(e, result)
}

// compareType looks at all operands and finds the type in which they meet. Operands
// that need to know it (`.name`) are looked at last.
func (c *checker) compareType(e *syntax.Compare) (list []operand, t *Type, ok bool) {
	list = make([]operand, len(e.X))
	ok = true
	t = untypedInt
	for _, short := range []bool{false, true} {
		for i, x := range e.X {
			if isShort(x) != short {
				continue
			}
			var want *Type
			if short && t.Kind != Untyped {
				want = t
			}
			list[i] = c.value(x, want)
			if list[i].invalid() {
				ok = false
			}
			if !ok || list[i].untyped() {
				continue
			}
			u := list[i].typ
			if t.Kind == Untyped {
				t = u
			} else if u = join(t, u, c.unsafe()); u == nil && !(t.Kind == ObjectKind && list[i].typ.Kind == ObjectKind) {
				op := max(i-1, 0)
				c.errorf(e.OpPos[op], "`%s` between %s and %s%s", e.Ops[op], t, list[i].typ, meetHint(t, list[i].typ))
				ok = false
			} else if u != nil {
				t = u
			}
		}
	}
	for i := range list {
		if list[i].expr == nil {
			list[i] = bad(e.X[i])
		}
	}
	return list, t, ok
}

// isShort says whether e is an enum value without its type.
func isShort(e syntax.Expr) bool {
	v, ok := unparen(e).(*syntax.EnumVal)
	return ok && v.Type == nil
}

// comparable refuses comparisons that a type does not have.
func (c *checker) comparable(e *syntax.Compare, t *Type) bool {
	for i, op := range e.Ops {
		equality := op == syntax.OpEq || op == syntax.OpNe
		switch {
		case t.IsInteger() || t.Kind == Untyped:
		case equality && (t.Kind == Bool || t.Kind == EnumKind || t.Kind == String):
		case t.Kind == String:
			c.later(e.OpPos[i], "the order of strings is")
			return false
		default:
			c.errorf(e.OpPos[i], "%s cannot be compared with `%s`", t, op)
			return false
		}
	}
	return true
}

// holds compares two constants.
func holds(op syntax.Op, x, y *constant) bool {
	if x.num == nil {
		return (x.str == y.str) == (op == syntax.OpEq)
	}
	n := x.num.Cmp(y.num)
	switch op {
	case syntax.OpEq:
		return n == 0
	case syntax.OpNe:
		return n != 0
	case syntax.OpLt:
		return n < 0
	case syntax.OpLe:
		return n <= 0
	case syntax.OpGt:
		return n > 0
	}
	return n >= 0
}
