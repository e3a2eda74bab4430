package interp

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
)

type (
	// object is of a record or class of the program.
	object struct {
		class  *check.Class
		fields map[*check.Var]*value
	}
	array struct{ elems []value }
	list  struct{ elems []value }
	dict  struct {
		key   *check.Type
		elems map[value]value
	}
	buffer struct {
		bytes []byte
		limit int // capacity that was asked for
	}
)

func constant(t *check.Type, k check.Value) value {
	if t.Kind == check.MaybeKind {
		t = t.Elem
	}
	if t.Kind == check.String {
		return k.Str
	}
	return k.Bits
}

// zero is what an element of a new Array is.
const zero = int64(0)

func (f *frame) newObject(e syntax.Expr, c *check.Call) value {
	args := f.args(c)
	t := c.Result
	for i, v := range c.Init {
		f.at(e.Pos())
		f.inRange(v, args[i])
	}
	if c.Func != nil {
		f.checkArgs(c.Func, args)
	}
	switch class := t.Class; {
	case t.Key != nil:
		return &dict{t.Key, map[value]value{}}
	case t.Elem != nil:
		return &list{}
	case class.Core && class.Name == "Bytes":
		return &buffer{limit: int(args[0].(int64))}
	case class.Core && !class.Record:
		panic(Unsupported{"new " + class.Name})
	default:
		o := &object{class, map[*check.Var]*value{}}
		for _, v := range class.Fields {
			o.fields[v] = new(value)
			if v.Default != nil {
				*o.fields[v] = f.expr(v.Default)
			}
		}
		for i, v := range c.Init {
			*o.fields[v] = args[i]
		}
		if c.Func != nil {
			f.call(c.Func, o, args)
		}
		return o
	}
}

func (f *frame) newArray(e syntax.Expr, c *check.Call) value {
	n := f.expr(c.Args[0]).(int64)
	f.make(int(n))
	return filled(int(n))
}

func filled(n int) *array {
	a := &array{make([]value, n)}
	for i := range a.elems {
		a.elems[i] = zero
	}
	return a
}

func (f *frame) listLit(e *syntax.ListLit) value {
	var elems []value
	for _, x := range e.Elems {
		elems = append(elems, f.expr(x))
	}
	if f.info.Type(e).Kind == check.ArrayKind {
		return &array{elems}
	}
	return &list{elems}
}

func (f *frame) copyOf(e *syntax.Copy) value {
	x := f.expr(e.X)
	if _, ok := x.(*object); !ok {
		f.make(f.length(x))
	}
	switch x := x.(type) {
	case string:
		return x
	case *array:
		return &array{append([]value(nil), x.elems...)}
	case *list:
		return &list{append([]value(nil), x.elems...)}
	case *buffer:
		return &buffer{append([]byte(nil), x.bytes...), max(x.limit, len(x.bytes))}
	case *object:
		o := &object{x.class, map[*check.Var]*value{}}
		for v, field := range x.fields {
			held := *field
			o.fields[v] = &held
		}
		return o
	}
	panic("bug: interp: a copy")
}

func (f *frame) length(x value) int {
	switch x := x.(type) {
	case string:
		return len(x)
	case *array:
		return len(x.elems)
	case *list:
		return len(x.elems)
	case *buffer:
		return len(x.bytes)
	}
	panic("bug: interp: a length")
}

// element is element i of x, or with set given what becomes of it.
func (f *frame) element(x value, i int, set value) *value {
	if i < 0 || i >= f.length(x) {
		f.stop("bounds")
	}
	var v value
	switch x := x.(type) {
	case string:
		v = int64(x[i])
	case *buffer:
		if set != nil {
			x.bytes[i] = byte(set.(int64))
		}
		v = int64(x.bytes[i])
	case *array:
		if set != nil {
			x.elems[i] = set
		}
		v = x.elems[i]
	case *list:
		if set != nil {
			x.elems[i] = set
		}
		v = x.elems[i]
	}
	return &v
}

// index is an index that may be too large for any object.
func index(x value) int {
	if n := x.(int64); n < 0 || n > 1<<31 {
		return -1
	} else {
		return int(n)
	}
}

// place is what stands left of an assignment.
type place struct {
	typ *check.Type
	v   *check.Var // what has a range; nil: an element
	get func() value
	set func(value)
}

func (f *frame) place(e syntax.Expr) place {
	switch e := e.(type) {
	case *syntax.Paren:
		return f.place(e.X)
	case *syntax.Name:
		v := f.info.Use(e).(*check.Var)
		if v.Kind == check.FieldVar {
			return fieldPlace(v, f.this)
		}
		return place{v.Type, v, func() value { return f.locals[v] }, func(x value) { f.locals[v] = x }}
	case *syntax.Member:
		return fieldPlace(f.info.Field(e), f.expr(e.X).(*object))
	case *syntax.Index:
		x, i := f.expr(e.X), f.expr(e.I)
		at := func(set value) value {
			f.at(e.I.Pos())
			return *f.element(x, index(i), set)
		}
		return place{f.info.Type(e), nil, func() value { return at(nil) }, func(v value) { at(v) }}
	}
	panic("bug: interp: an assignment to no place")
}

func fieldPlace(v *check.Var, o *object) place {
	return place{v.Type, v, func() value { return *o.fields[v] }, func(x value) { *o.fields[v] = x }}
}
