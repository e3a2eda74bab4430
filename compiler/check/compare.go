// Comparisons: chains whose operands all meet in one type.

package check

import (
	"strings"

	"slul/compiler/syntax"
)

// compare is a chain of comparisons: all its operands meet in one type.
func (c *checker) compare(e *syntax.Compare) operand {
	for i, x := range e.X {
		if _, ok := unparen(x).(*syntax.NoneLit); ok {
			return c.compareNone(e, i)
		}
	}
	var few [2]operand
	list := few[:]
	if len(e.X) > len(few) {
		list = make([]operand, len(e.X))
	}
	t, ok := c.compareType(e, list)
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
		if !c.convert(side, t, role{"this side of", e.Ops[max(i-1, 0)].String()}) {
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
	return c.boolOp(e, result)
}

// compareType looks at all operands and finds the type in which they meet. Operands
// that need to know it (`.name`) are looked at last. list is empty, and has room for them.
func (c *checker) compareType(e *syntax.Compare, list []operand) (t *Type, ok bool) {
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
			} else if u = join(t, u, c.unsafe()); u == nil && !(t.isObject() && list[i].typ.isObject()) {
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
	return t, ok
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
		case equality && (t.Kind == Bool || t.Kind == EnumKind), t.Kind == String:
		default:
			c.errorf(e.OpPos[i], "%s cannot be compared with `%s`%s", t, op, c.maybeHint(e.X[i], t))
			return false
		}
	}
	return true
}

// holds compares two constants.
func holds(op syntax.Op, x, y *constant) bool {
	n := strings.Compare(x.str, y.str)
	if x.num != nil {
		n = x.num.Cmp(y.num)
	}
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
