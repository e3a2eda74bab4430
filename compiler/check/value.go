// Values that are made: list literals and copies.

package check

import (
	"slul/compiler/syntax"
)

// fresh is the type of an object that was just made, which its maker may do all with.
func (c *checker) fresh(t *Type) *Type {
	s := syntax.Change
	if t.Kind == ObjectKind && !t.is("Bytes") && (t.Elem == nil || t.Elem.Sigil&syntax.DoIO != 0) {
		s |= syntax.DoIO
	}
	return c.withSigils(t, s)
}

// listLit is `[a b c]`: a List, or an Array where one is wanted.
func (c *checker) listLit(e *syntax.ListLit, want *Type) operand {
	if want != nil && want.Kind == MaybeKind {
		want = want.Elem
	}
	if c.fn == nil {
		c.errorf(e.Pos(), "this constant cannot be a list: a constant Array says so, as `const Array of int`")
		return bad(e)
	}
	if want != nil && want.Kind == Invalid {
		for _, x := range e.Elems {
			c.badCall(x, []*syntax.Arg{{X: x}})
		}
		return bad(e)
	}
	if want == nil || want.Kind != ArrayKind && !want.is("List") {
		return c.listAlone(e)
	}
	ok := true
	for _, x := range e.Elems {
		ok = c.valueOf(x, want.Elem, role{"an element", ""}) && ok
	}
	if !ok {
		return bad(e)
	}
	return operand{expr: e, typ: c.fresh(want)}
}

const indexHint = " (an index has no blank before its `[`)"

// listAlone is a list literal whose first element says what the list holds.
func (c *checker) listAlone(e *syntax.ListLit) operand {
	hint := ""
	if c.asArgument == e {
		hint = indexHint
	}
	if len(e.Elems) == 0 {
		c.errorf(e.Pos(), "nothing here says what this list holds%s", hint)
		return bad(e)
	}
	x := c.value(e.Elems[0], nil)
	if x.invalid() {
		return bad(e)
	}
	c.settleDefault(&x)
	if x.invalid() || !c.element(e.Elems[0], x.typ) {
		return bad(e)
	}
	ok := true
	for _, y := range e.Elems[1:] {
		ok = c.valueOf(y, x.typ, role{"an element of this list", ""}) && ok
	}
	if !ok {
		return bad(e)
	}
	return operand{expr: e, typ: c.fresh(c.intern(Type{Kind: ObjectKind, Class: c.lib.classes["List"], Elem: x.typ}))}
}

// copyExpr is `copy x`: a string, Bytes, an Array, a List or a record of one's own.
func (c *checker) copyExpr(e *syntax.Copy) operand {
	x := c.value(e.X, nil)
	if x.invalid() {
		return bad(e)
	}
	c.settleDefault(&x)
	t := x.typ
	switch {
	case t.Kind == String:
		return operand{expr: e, typ: t}
	case t.Kind == ArrayKind, t.is("Bytes"):
		return operand{expr: e, typ: c.fresh(t)}
	case t.is("List") && t.Elem != nil, t.Kind == ObjectKind && t.Class.Record:
		if c.onlyRead(t) {
			return operand{expr: e, typ: c.fresh(t)}
		}
		return operand{expr: e, typ: t}
	case !x.invalid():
		c.errorf(e.X.Pos(), "`copy` makes a new string, Bytes, Array, List or record, saw %s%s", t, c.maybeHint(e.X, t))
	}
	return bad(e)
}

// onlyRead says whether nothing can be changed or do I/O through the parts of an object:
// a shallow copy of it may then be changed.
func (c *checker) onlyRead(t *Type) bool {
	parts := []*Type{}
	if t.Elem != nil {
		parts = append(parts, t.Elem)
	} else {
		for _, v := range t.Class.Fields {
			parts = append(parts, v.Type)
		}
	}
	for _, p := range parts {
		if p.Kind == MaybeKind {
			p = p.Elem
		}
		if p.Sigil != 0 {
			return false
		}
	}
	return true
}
