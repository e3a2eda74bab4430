// Calls of primitives: conversions, min, max, abs, and the UNSAFE_ words.

package check

import (
	"math/big"

	"slul/compiler/syntax"
)

func newInt(n int) *big.Int { return big.NewInt(int64(n)) }

// callPrim is a call of the primitive info; e is the whole call.
func (c *checker) callPrim(e syntax.Expr, name *syntax.Name, info *primInfo, args []*syntax.Arg, want *Type) operand {
	most := max(info.most, len(info.params))
	for _, a := range args {
		if a.Name != nil {
			c.errorf(a.Pos(), "`%s` takes its arguments by place", name.Name)
			return c.badCall(e, args)
		}
	}
	switch {
	case len(args) > most:
		c.errorf(args[most].Pos(), "too many arguments: `%s` takes %s%s", name.Name, count(most, "argument"), callHint(args[most].X))
		return c.badCall(e, args)
	case len(args) < len(info.params):
		c.errorf(name.Pos(), "`%s` needs %s", name.Name, count(len(info.params), "argument"))
		return c.badCall(e, args)
	}
	call := c.newCall(Call{Prim: info.prim, Result: info.result})
	call.Args, call.Eval = c.exprLists.List(len(args)), c.orders.List(len(args))
	for i, a := range args {
		call.Args[i], call.Eval[i] = a.X, i
	}
	var val *constant
	ok := true
	switch info.rule {
	case ruleFixed:
		ok = c.fixedArgs(name, info, call)
	case ruleConvert:
		val, ok = c.conversion(name, info, call)
	case ruleLow:
		ok = c.lowArg(name, info, call)
	case ruleSame, ruleSigned:
		ok = c.sameArgs(name, info, call, want)
	case ruleRef:
		ok = c.refArg(name, call)
	case ruleToRef:
		ok = c.fixedArgs(name, info, call) && c.toRef(name, call, want)
	}
	if !ok {
		return bad(e)
	}
	x := c.record(e, name.Pos(), call)
	x.val = val
	return x
}

// fixedArgs are arguments of the types in info.params; those behind are words.
func (c *checker) fixedArgs(name *syntax.Name, info *primInfo, call *Call) bool {
	ok := true
	for i, a := range call.Args {
		t := Wuint64Type
		if i < len(info.params) {
			t = info.params[i]
		}
		ok = c.valueOf(a, t, role{"an argument of", name.Name}) && ok
	}
	return ok
}

// conversion is `to_int x` and its kind. A constant is converted while compiling.
func (c *checker) conversion(name *syntax.Name, info *primInfo, call *Call) (*constant, bool) {
	x := c.value(call.Args[0], nil)
	switch {
	case x.invalid():
		return nil, false
	case x.untyped():
		if !c.convert(&x, info.result, role{"the argument of", name.Name}) {
			return nil, false
		}
		return x.val, true
	}
	c.settle(&x, x.typ)
	if !x.typ.IsInteger() {
		c.errorf(x.expr.Pos(), "`%s` converts numbers, saw %s", name.Name, x.typ)
		return nil, false
	}
	if x.val == nil {
		return nil, true
	}
	if n := numbers[info.result.Kind]; !n.holds(x.val.num) {
		c.errorf(x.expr.Pos(), "%s does not fit %s (%s to %s)", x.val.num, info.result, n.low, n.high)
		return nil, false
	}
	return x.val, true
}

// lowArg is the argument of low_byte and low_32.
func (c *checker) lowArg(name *syntax.Name, info *primInfo, call *Call) bool {
	x := c.value(call.Args[0], nil)
	if x.invalid() {
		return false
	}
	if x.untyped() {
		return c.convert(&x, Wuint64Type, role{"the argument of", name.Name})
	}
	c.settle(&x, x.typ)
	if !x.typ.Wraps() || x.typ == info.result {
		need := "a wuint32 or wuint64"
		if info.prim == PrimLow32 {
			need = "a wuint64"
		}
		c.errorf(x.expr.Pos(), "`%s` needs %s, saw %s", name.Name, need, x.typ)
		return false
	}
	return true
}

// sameArgs are integers that meet in one type, which is the result's.
func (c *checker) sameArgs(name *syntax.Name, info *primInfo, call *Call, want *Type) bool {
	x := c.value(call.Args[0], want)
	t := x.typ
	y := &x
	if len(call.Args) == 2 {
		second := c.value(call.Args[1], sideType(&x, want))
		y = &second
		t = c.meet(&x, y, name.Pos(), name.Name, false)
	}
	if t.Kind == Untyped {
		t = IntType
		if want != nil && want.IsInteger() {
			t = want
		}
	}
	if t.Kind == Invalid || !c.convert(&x, t, role{"an argument of", name.Name}) || y != &x && !c.convert(y, t, role{"an argument of", name.Name}) {
		return false
	}
	switch {
	case !t.IsInteger():
		c.errorf(x.expr.Pos(), "`%s` needs numbers, saw %s", name.Name, t)
		return false
	case info.rule == ruleSigned && !t.IsSigned():
		c.errorf(x.expr.Pos(), "`%s` needs a signed int or signed long; %s is never below zero", name.Name, article(t))
		return false
	}
	call.Result = t
	return true
}

// refArg is a reference of any type.
func (c *checker) refArg(name *syntax.Name, call *Call) bool {
	x := c.value(call.Args[0], nil)
	if x.invalid() {
		return false
	}
	c.settleDefault(&x)
	if !x.typ.IsRef() {
		c.errorf(x.expr.Pos(), "`%s` needs a reference, saw %s", name.Name, x.typ)
		return false
	}
	return true
}

// toRef gives UNSAFE_ref the type that its place wants.
func (c *checker) toRef(name *syntax.Name, call *Call, want *Type) bool {
	if want == nil || !want.IsRef() {
		c.errorf(name.Pos(), "nothing here says what `%s` refers to", name.Name)
		return false
	}
	call.Result = want
	return true
}
