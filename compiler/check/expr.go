// Expressions. expr looks at one and gives an operand; whoever asked settles it, with
// the type that the place gives it.

package check

import (
	"math/big"

	"slul/compiler/syntax"
)

// bad is the operand of an expression that was refused.
func bad(e syntax.Expr) operand { return operand{expr: e, typ: InvalidType} }

// numberOp is the operand of a number that is known while compiling.
func numberOp(e syntax.Expr, t *Type, v *big.Int) operand {
	return operand{e, t, &constant{num: v}}
}

// boolOp is the operand of a bool that is known while compiling.
func (c *checker) boolOp(e syntax.Expr, v bool) operand {
	if v {
		return operand{e, BoolType, c.number(1)}
	}
	return operand{e, BoolType, c.number(0)}
}

// expr looks at e. want is the type that its place asks for, nil when there is none: it
// decides what `.name` means, nothing else must rely on it.
func (c *checker) expr(e syntax.Expr, want *Type) operand {
	switch e := e.(type) {
	case *syntax.IntLit:
		return operand{e, untypedInt, c.number(e.Value)}
	case *syntax.ByteLit:
		return operand{e, untypedByte, c.number(uint64(e.Value))}
	case *syntax.StringLit:
		return operand{e, StringType, &constant{str: e.Value}}
	case *syntax.BoolLit:
		return c.boolOp(e, e.Value)
	case *syntax.Name:
		return c.name(e, want)
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
	case *syntax.NoneLit:
		return operand{expr: e, typ: noneType}
	case *syntax.ThisExpr:
		return c.thisExpr(e)
	case *syntax.ListLit:
		return c.listLit(e, want)
	case *syntax.New:
		return c.newExpr(e, want)
	case *syntax.Format:
		return c.formatExpr(e)
	case *syntax.Copy:
		return c.copyExpr(e)
	}
	panic("bug: check: an expression of no kind")
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
func (c *checker) valueOf(e syntax.Expr, t *Type, what role) bool {
	x := c.value(e, t)
	return c.convert(&x, t, what)
}

// condition is a value of type bool.
func (c *checker) condition(e syntax.Expr, what role) {
	c.valueOf(e, BoolType, what)
}

// name is a use of a name: of a variable or a constant, or a call without arguments.
func (c *checker) name(e *syntax.Name, want *Type) operand {
	if v := c.local(e.Name); v != nil {
		c.info.setUse(e, v)
		v.used = true
		c.visibleInside(e, v)
		t := v.Type
		if c.notNone[v] {
			t = t.Elem
		}
		return operand{expr: e, typ: c.seen(t, v.depth)}
	}
	if v := c.ownField(e.Name); v != nil {
		c.info.setUse(e, v)
		return c.useField(e, v)
	}
	if v := c.given(e.Name); v != nil {
		return c.useGiveme(e, v)
	}
	if k, ok := c.global(e.Name).(*Const); ok {
		c.info.setUse(e, k)
		k.used = true
		c.constant(k)
		if k.val == nil && k.Array == nil {
			return bad(e)
		}
		return operand{e, k.Type, k.val}
	}
	return c.callName(e, e, nil, want)
}

// useField is a read of a field of the object at hand.
func (c *checker) useField(e syntax.Expr, v *Var) operand {
	if c.fn == nil {
		c.errorf(e.Pos(), "`%s` is a field and no constant", v.Name)
		return bad(e)
	}
	v.used = true
	c.fn.touches = true
	return operand{expr: e, typ: c.through(c.thisType(), v.Type)}
}

// useGiveme is a read of a word of the service object. Without @ on the func it is seen
// without @.
func (c *checker) useGiveme(e syntax.Expr, v *Var) operand {
	if c.fn == nil {
		c.errorf(e.Pos(), "`%s` is a giveme and no constant", v.Name)
		return bad(e)
	}
	if name, ok := e.(*syntax.Name); ok {
		c.info.setUse(name, v)
	}
	v.used = true
	c.fn.touches = true
	if c.receiver != e && v.Rights&checkedHere(v.Type) != checkedHere(v.Type) {
		c.errorf(e.Pos(), "`%s` lacks rights by `only`: it is used where it was given, and not handed on", v.Name)
		return bad(e)
	}
	t := v.Type
	if t.isObject() && c.fn.Sigils&syntax.DoIO == 0 {
		t = c.withSigils(t, t.Sigil&^syntax.DoIO)
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

// index is an element of a string, Bytes, a List or an Array.
func (c *checker) index(e *syntax.Index) operand {
	x := c.value(e.X, nil)
	if x.typ.is("Map") {
		c.errorf(e.X.Pos(), "a Map has no index: write `.get` and `.set`")
		c.badCall(e.I, []*syntax.Arg{{X: e.I}})
		return bad(e)
	}
	ok := c.valueOf(e.I, IntType, role{"an index", ""})
	if x.invalid() {
		return bad(e)
	}
	c.settleDefault(&x)
	t := c.elementOf(x.typ)
	switch {
	case t != nil:
		return operand{expr: e, typ: t}
	case ok && !x.invalid():
		c.errorf(e.X.Pos(), "%s has no elements%s", x.typ, c.maybeHint(e.X, x.typ))
	}
	return bad(e)
}

// elementOf is the type of what an index of t gives, nil when there is none.
func (c *checker) elementOf(t *Type) *Type {
	switch {
	case t.Kind == String, t.is("Bytes"):
		return ByteType
	case t.Kind == ArrayKind, t.is("List") && t.Elem != nil:
		return c.through(t, t.Elem)
	}
	return nil
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

// elseExpr = orExpr "else" orExpr: the right side when the left one fails or is none.
func (c *checker) elseExpr(e *syntax.Else) operand {
	x, call := c.failing(e.X, nil)
	if x.invalid() {
		c.expr(e.Y, nil)
		return bad(e)
	}
	if call == nil && x.typ.Kind != MaybeKind {
		c.errorf(e.X.Pos(), "left of `else` stands a call that can fail or a value that may be none; this is neither")
		return bad(e)
	}
	c.settleDefault(&x)
	t := x.typ
	if t.Kind == Nothing {
		c.errorf(e.X.Pos(), "this call gives no value: use `on error`")
		return bad(e)
	}
	if t.Kind == MaybeKind {
		t = t.Elem
	}
	c.valueOf(e.Y, t, role{"the right side of `else`", ""})
	return operand{expr: e, typ: t}
}

// failing looks at e in a place that handles its failure. The call is nil when e cannot
// fail.
func (c *checker) failing(e syntax.Expr, want *Type) (operand, *Call) {
	outer := c.mayFail
	c.mayFail = unparen(e)
	x := c.expr(e, want)
	c.mayFail = outer
	call := c.info.Call(unparen(e))
	if call == nil || call.Fails == nil {
		return x, nil
	}
	return x, call
}
