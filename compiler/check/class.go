// Records and classes: what they are made of, the layout of their objects, and `new`.

package check

import (
	"maps"
	"slices"

	"slul/compiler/syntax"
)

// declareClass notes a record or class, unless its name is taken.
func (c *checker) declareClass(id *syntax.Ident, class *Class) bool {
	if id == nil || !c.freeType(id) {
		return false
	}
	class.Name, class.Core, class.file, class.ident, class.Module = id.Name, c.core, c.file, id, c.unit.iface
	class.Funcs = make(map[string]*Func)
	c.unit.classes[id.Name] = class
	c.order = append(c.order, class)
	return true
}

// collectClass notes a class and its funcs.
func (c *checker) collectClass(d *syntax.ClassDecl) {
	class := &Class{decl: d}
	if old := c.unit.classes[d.Name.Name]; old != nil && !old.Record && c.unit.iface != nil {
		class = old // what a later version has added
	} else if !c.declareClass(d.Name, class) {
		return
	}
	for _, m := range d.Members {
		switch m := m.(type) {
		case *syntax.FieldsDecl:
			class.fields = append(class.fields, m.Fields...)
		case *syntax.CtorDecl:
			c.ctorOf(class, m)
		case *syntax.FuncDecl:
			if m.Name == nil || m.Entry {
				continue
			}
			if old := class.Funcs[m.Name.Name]; old != nil {
				c.errorf(m.Name.Pos(), "`%s` is already a func of %s%s", m.Name.Name, class.Name, lineOf(old.Decl.Name))
				continue
			}
			if fn := c.function(m, class); fn != nil {
				class.Funcs[fn.Name] = fn
			}
		}
	}
}

// ctorOf notes the ctor of a class.
func (c *checker) ctorOf(class *Class, m *syntax.CtorDecl) {
	if class.Ctor != nil {
		c.errorf(m.Pos(), "`%s` has a ctor already (line %d)", class.Name, class.Ctor.Decl.Pos().Line)
	} else if class.Ctor, class.ctor = c.function(m.Func(), class), m; class.Ctor != nil {
		class.Ctor.Sigils = syntax.Change | syntax.DoIO
	}
}

// layout gives the fields of a class their types and places.
func (c *checker) layout(class *Class) {
	class.flat = class.Record || class.Module == nil // of others' classes nobody knows
	for _, p := range class.fields {
		t := c.typeOf(p.Type)
		t = c.storable(p.Type, t, "a field", false)
		v := c.newVar(Var{Name: p.Name.Name, Kind: FieldVar, Type: t, Ident: p.Name, Mutable: true})
		v.Range = c.rangeOf(p.Range, t)
		c.memberName(class, v)
		if p.Default != nil {
			v.Default = p.Default
			c.fieldDefault(v)
		}
		size := t.Bytes()
		class.Size = (class.Size + size - 1) / size * size
		v.Index = class.Size
		class.Size += size
		class.Fields = append(class.Fields, v)
		class.flat = class.flat && t.isScalar()
	}
	if !class.Record && !class.Core && class.Ctor == nil {
		for _, v := range class.Fields {
			if v.Default == nil {
				c.errorf(v.Ident.Pos(), "`%s` has no ctor that sets it: give it a default, or %s a ctor", v.Name, class.Name)
			}
		}
	}
	if c.core {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(class.Funcs)) {
		if fn := class.Funcs[name]; c.takenGlobally(name) != "" {
			c.errorf(fn.Decl.Name.Pos(), "`%s` is already %s", name, c.takenGlobally(name))
		}
	}
}

// fieldDefault settles the value that a field has when none is given.
func (c *checker) fieldDefault(v *Var) {
	what := role{"the default of", v.Name}
	if _, ok := v.Default.(*syntax.NoneLit); ok && v.Type.Kind == MaybeKind {
		c.valueOf(v.Default, v.Type, what)
		return
	}
	switch unparen(v.Default).(type) {
	case *syntax.New, *syntax.ListLit, *syntax.Format, *syntax.Copy:
		c.errorf(v.Default.Pos(), "%s must be a constant: make it in the ctor, or where the record is made", what)
		return
	}
	c.constantExpr(v.Default, v.Type, what)
	c.store(v.Default, v)
}

// memberName refuses a field whose name is taken.
func (c *checker) memberName(class *Class, v *Var) {
	switch {
	case class.field(v.Name) != nil:
		c.errorf(v.Ident.Pos(), "`%s` is already a field%s", v.Name, lineOf(class.field(v.Name).Ident))
	case class.Funcs[v.Name] != nil:
		c.errorf(v.Ident.Pos(), "`%s` is already a func of %s%s", v.Name, class.Name, lineOf(class.Funcs[v.Name].Decl.Name))
	case class == c.object && c.givemes[v.Name] != nil:
		c.errorf(v.Ident.Pos(), "`%s` is already a giveme%s", v.Name, lineOf(c.givemes[v.Name].Ident))
	case !class.Record && !c.core && c.takenGlobally(v.Name) != "":
		c.errorf(v.Ident.Pos(), "`%s` is already %s", v.Name, c.takenGlobally(v.Name))
	}
}

func (class *Class) field(name string) *Var {
	for _, v := range class.Fields {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// memberNames lists the fields and funcs that others may name, for a guess.
func (class *Class) memberNames() []string {
	list := slices.Sorted(maps.Keys(class.Funcs))
	if class.Record {
		for _, v := range class.Fields {
			list = append(list, v.Name)
		}
	}
	return list
}

// newExpr is `new`: of the written type, else of the one that its place wants.
func (c *checker) newExpr(e *syntax.New, want *Type) operand {
	t := want
	if e.Type != nil {
		t = c.typeOf(e.Type)
	} else if t != nil && t.Kind == MaybeKind {
		t = t.Elem
	}
	switch {
	case t == nil:
		c.errorf(e.Pos(), "nothing here says what `new` makes: write `new TypeName`")
		return c.badCall(e, e.Args)
	case t.Kind == Invalid:
		return c.badCall(e, e.Args)
	case !t.isObject():
		c.errorf(e.Pos(), "`new` makes objects, not %s", article(t))
		return c.badCall(e, e.Args)
	case c.fn == nil:
		c.errorf(e.Pos(), "a constant cannot be made with `new`")
		return c.badCall(e, e.Args)
	}
	call := c.newCall(Call{Prim: PrimNew, Result: c.fresh(t)})
	ok := false
	switch class := t.Class; {
	case t.Kind == ArrayKind:
		call.Prim = PrimArray
		ok = c.arrayLength(e, call)
	case class.Record:
		ok = c.recordFields(e, class, call)
	case class.Ctor == nil && class.Core && !c.core:
		c.errorf(e.Pos(), "a %s is given, it is not made with `new`", class.Name)
		return c.badCall(e, e.Args)
	case class.Ctor == nil && class.Module != nil:
		c.errorf(e.Pos(), "a %s is given, it is not made with `new`: the module %s offers no ctor", class.Name, class.Module.Module)
		return c.badCall(e, e.Args)
	case class.Ctor != nil:
		call.Func = class.Ctor
		c.signed(class.Ctor)
		ok = c.bind(e, e.Pos(), class.Ctor, call, e.Args)
	case len(e.Args) > 0:
		c.errorf(e.Args[0].Pos(), "too many arguments: %s has no ctor that takes any", class.Name)
		return c.badCall(e, e.Args)
	default:
		ok = true
	}
	if !ok {
		return bad(e)
	}
	return c.record(e, e.Pos(), call)
}

// arrayLength is the one argument of `new Array of T`.
func (c *checker) arrayLength(e *syntax.New, call *Call) bool {
	if len(e.Args) != 1 || e.Args[0].Name != nil {
		c.errorf(e.Pos(), "`new` of an Array needs its length and nothing else")
		c.badCall(e, e.Args)
		return false
	}
	call.Args, call.Eval = c.exprLists.List(1), c.orders.List(1)
	call.Args[0] = e.Args[0].X
	return c.valueOf(e.Args[0].X, IntType, role{"the length of an Array", ""})
}

// recordFields gives each field of a record its value, by name.
func (c *checker) recordFields(e *syntax.New, class *Class, call *Call) bool {
	ok := true
	given := make(map[*Var]bool)
	for _, a := range e.Args {
		var v *Var
		switch {
		case a.Name == nil:
			c.errorf(a.Pos(), "the fields of a record are given by name: `new x=1`")
		case class.field(a.Name.Name) == nil:
			c.errorf(a.Name.Pos(), "%s has no field `%s`%s", class.Name, a.Name.Name, didYouMean(a.Name.Name, class.memberNames()))
		case given[class.field(a.Name.Name)]:
			c.errorf(a.Name.Pos(), "`%s` is given twice", a.Name.Name)
		default:
			v = class.field(a.Name.Name)
		}
		if v == nil {
			c.badCall(a.X, []*syntax.Arg{a})
			ok = false
			continue
		}
		given[v] = true
		call.add(v, a.X)
		ok = c.argument(a.X, v) && ok
	}
	for _, v := range class.Fields {
		switch {
		case given[v]:
		case v.Default != nil:
			call.add(v, v.Default)
		case v.Type.Kind != Invalid && ok:
			c.errorf(e.Pos(), "`new` of %s needs a value for `%s` (%s)", class.Name, v.Name, v.Type)
			ok = false
		}
	}
	return ok
}

// add gives a record's field its value.
func (call *Call) add(v *Var, x syntax.Expr) {
	call.Eval = append(call.Eval, len(call.Args))
	call.Args = append(call.Args, x)
	call.Init = append(call.Init, v)
}
