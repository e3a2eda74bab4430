// Members: fields, funcs of classes, primitives that are called on a value, and `this`.

package check

import (
	"fmt"
	"maps"
	"slices"

	"slul/compiler/syntax"
)

// member is `X.name` with or without arguments; e is the whole call.
func (c *checker) member(e syntax.Expr, m *syntax.Member, args []*syntax.Arg, want *Type) operand {
	if _, ok := m.X.(*syntax.ThisExpr); ok && c.class == nil {
		return c.thisMember(e, m, args)
	}
	c.receiver = m.X
	x := c.value(m.X, nil)
	if x.invalid() {
		return c.badCall(e, args)
	}
	c.hasRight(m)
	c.settleDefault(&x)
	if x.invalid() {
		return c.badCall(e, args)
	}
	if x.typ.isOwn() && !c.isVariable(m.X) {
		c.errorf(m.X.Pos(), "this value is `own`, and nobody would give it back: make it a variable first")
		return c.badCall(e, args)
	}
	of, name := memberClass(x.typ), m.Name.Name
	for i := range members {
		if info := &members[i]; info.of == of && info.name == name {
			return c.callMember(e, m, info, &x, args)
		}
	}
	if class := x.typ.Class; x.typ.Kind == ObjectKind {
		if v := class.field(name); v != nil && (class.Record || class == c.class) {
			return c.fieldOf(e, m, &x, v, args)
		} else if v != nil && class.Funcs[name] == nil {
			c.errorf(m.Name.Pos(), "`%s` is a field of %s, which only its own funcs see", name, class.Name)
			return c.badCall(e, args)
		}
		if fn := class.Funcs[name]; fn != nil {
			return c.callMethod(e, m, &x, fn, args)
		}
	}
	if x.typ.Kind == String {
		if fn, ok := c.lib.names[coreMember+name].(*Func); ok && c.public[coreMember+name] {
			return c.callFunc(e, m.Name.Pos(), fn, m.X, args)
		}
	}
	c.errorf(m.Name.Pos(), "%s has no member `%s`%s", x.typ, name, c.memberHint(m.X, x.typ, name))
	return c.badCall(e, args)
}

// memberClass is how the table of members calls a type.
func memberClass(t *Type) string {
	switch {
	case t.Kind == ArrayKind:
		return "Array"
	case t.Kind == ObjectKind:
		return t.Class.Name
	}
	return t.Name
}

func (c *checker) memberHint(e syntax.Expr, t *Type, name string) string {
	if t.Kind == MaybeKind {
		return c.maybeHint(e, t)
	}
	known := c.membersOf(t)
	for _, other := range otherMembers[name] {
		if slices.Contains(known, other) {
			return " (did you mean `" + other + "`?)"
		}
	}
	return didYouMean(name, known)
}

// otherMembers is what other languages call the members of strings and containers.
var otherMembers = map[string][]string{
	"add": {"push", "set"}, "append": {"push", "push_string"}, "len": {"length"}, "size": {"length"}, "count": {"length"},
	"put": {"set"}, "insert": {"set"}, "contains": {"has"}, "substring": {"slice"}, "delete": {"remove"},
	"to_string": {"text"}, "index_of": {"find"}, "strip": {"trim"}, "to_lower": {"lower"}, "to_upper": {"upper"},
	"readline": {"next"}, "println": {"print"}, "printf": {"print"},
}

// maybeHint says what to do with e, a value that may be none.
func (c *checker) maybeHint(e syntax.Expr, t *Type) string {
	if t.Kind != MaybeKind {
		return ""
	}
	if v, ok := c.info.Use(asName(e)).(*Var); ok && v.Mutable && v.Kind == LocalVar {
		return fmt.Sprintf(": it may be none, whatever was asked before, because `%s` can be assigned (give it to another: `%s x = %s`)", v.Name, v.Type, v.Name)
	}
	return ": it may be none (ask `if x <> none` first, or write `x else …`)"
}

// fieldOf is a field of the value x.
func (c *checker) fieldOf(e syntax.Expr, m *syntax.Member, x *operand, v *Var, args []*syntax.Arg) operand {
	if len(args) > 0 {
		c.errorf(args[0].Pos(), "expected an operator or the end of the line: `%s` is a field and takes no arguments", v.Name)
		return c.badCall(e, args)
	}
	c.info.setField(m, v)
	v.used = true
	return operand{expr: e, typ: c.through(x.typ, v.Type)}
}

// callMethod is a call of a func of the class of x.
func (c *checker) callMethod(e syntax.Expr, m *syntax.Member, x *operand, fn *Func, args []*syntax.Arg) operand {
	if miss := fn.Sigils &^ x.typ.Sigil; miss != 0 && !c.unsafe() {
		what := "changes " + article(c.withSigils(x.typ, 0))
		if miss&syntax.Change == 0 {
			c.noIO(m, x)
			return c.badCall(e, args)
		}
		c.errorf(m.Name.Pos(), "`%s` %s, but this is %s, which is only read%s", m.Name.Name, what, x.typ, c.readHint(m.X, x.typ))
		return c.badCall(e, args)
	}
	if need, ok := elementNeeds[fn.Name]; ok && x.typ.Elem != nil && !need.holds(x.typ.Elem) {
		c.errorf(m.Name.Pos(), "`%s` needs a List of %s, this is %s", fn.Name, need.what, x.typ)
		return c.badCall(e, args)
	}
	return c.callFunc(e, m.Name.Pos(), fn, m.X, args)
}

// membersOf lists the members of a type for a guess.
func (c *checker) membersOf(t *Type) (list []string) {
	for _, m := range members {
		if m.of == memberClass(t) {
			list = append(list, m.name)
		}
	}
	if t.Kind == ObjectKind {
		list = append(list, t.Class.memberNames()...)
	}
	if t.Kind == String {
		for name := range c.public {
			if isStringMember(name) {
				list = append(list, name[len(coreMember):])
			}
		}
	}
	return list
}

// thisMember is `this.name` in a service: a giveme or a func of it.
func (c *checker) thisMember(e syntax.Expr, m *syntax.Member, args []*syntax.Arg) operand {
	if c.file != c.service || c.fn == nil {
		c.errorf(m.X.Pos(), "there is no `this` here")
		return c.badCall(e, args)
	}
	name := m.Name.Name
	if v := c.givemes[name]; v != nil {
		if len(args) > 0 {
			c.errorf(args[0].Pos(), "expected an operator or the end of the line: `%s` is no func and takes no arguments", name)
			return c.badCall(e, args)
		}
		c.info.setField(m, v)
		return c.useGiveme(e, v)
	}
	if v := c.ownField(name); v != nil {
		if len(args) > 0 {
			c.errorf(args[0].Pos(), "expected an operator or the end of the line: `%s` is a field and takes no arguments", name)
			return c.badCall(e, args)
		}
		c.info.setField(m, v)
		c.info.setType(m.X, c.thisType())
		return c.useField(e, v)
	}
	if fn, ok := c.own.names[name].(*Func); ok {
		return c.callFunc(e, m.Name.Pos(), fn, nil, args)
	}
	known := append(slices.Sorted(maps.Keys(c.own.names)), slices.Sorted(maps.Keys(c.givemes))...)
	c.errorf(m.Name.Pos(), "the service has no member `%s`%s", name, didYouMean(name, known))
	return c.badCall(e, args)
}

// thisType is the object at hand as the func at hand may see it.
func (c *checker) thisType() *Type {
	t := Type{Kind: ObjectKind, Class: c.objectClass(), Sigil: c.fn.Sigils}
	if c.unsafe() {
		t.Sigil = syntax.Change | syntax.DoIO // the author answers for it
	}
	return c.seen(c.intern(t), 0)
}

// thisExpr is `this` as a value.
func (c *checker) thisExpr(e *syntax.ThisExpr) operand {
	if c.class == nil || c.fn == nil {
		c.errorf(e.Pos(), "there is no `this` here as a value: it is the object of a class")
		return bad(e)
	}
	return operand{expr: e, typ: c.thisType()}
}

// callMember is a call of a primitive on the value x.
func (c *checker) callMember(e syntax.Expr, m *syntax.Member, info *memberInfo, x *operand, args []*syntax.Arg) operand {
	call := c.newCall(Call{Prim: info.prim, Recv: m.X, Result: info.result})
	if info.fails != "" {
		call.Fails = c.lib.enums[info.fails]
	}
	switch miss := info.sigil &^ x.typ.Sigil; {
	case miss&syntax.DoIO != 0:
		c.noIO(m, x)
		return c.badCall(e, args)
	case miss != 0:
		c.errorf(m.Name.Pos(), "`%s` changes %s, but this is %s, which is only read", info.name, article(c.withSigils(x.typ, 0)), x.typ)
		return c.badCall(e, args)
	}
	if info.format {
		if !c.format(m, call, args) {
			return bad(e)
		}
		return c.record(e, m.Name.Pos(), call)
	}
	if len(args) > 0 {
		c.errorf(args[0].Pos(), "too many arguments: `%s` takes none", info.name)
		return c.badCall(e, args)
	}
	if x.val != nil && info.prim == PrimStringLength {
		c.record(e, m.Name.Pos(), call)
		return numberOp(e, IntType, newInt(len(x.val.str)))
	}
	return c.record(e, m.Name.Pos(), call)
}

// noIO explains why I/O is refused.
func (c *checker) noIO(m *syntax.Member, x *operand) {
	if v, ok := c.info.Use(asName(m.X)).(*Var); ok && (v.Kind == GivemeVar || v.Kind == FieldVar) && v.Type.Sigil&syntax.DoIO != 0 {
		c.errorf(m.Name.Pos(), "`%s` does I/O: `%s` must be a `func @%s` for it", m.Name.Name, c.fn.Name, c.fn.Name)
		return
	}
	c.errorf(m.Name.Pos(), "`%s` does I/O, which needs `@%s`; this is %s", m.Name.Name, x.typ.Class.Name, x.typ)
}
