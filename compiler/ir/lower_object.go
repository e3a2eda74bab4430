package ir

import (
	"encoding/binary"
	"strconv"

	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_object.go lowers objects: fields, elements, what makes them and copies them.
// Their layout is drawn in docs/language.md.

// What core makes objects with.
const (
	coreMake       = "core.make"        // bytes; address
	coreArrayMake  = "core.array_make"  // length, bytes of an element
	coreArrayCopy  = "core.array_copy"  // Array, bytes of an element
	coreListMake   = "core.list_make"   // kind, length
	coreListCopy   = "core.list_copy"   // List
	coreRecordCopy = "core.record_copy" // object, bytes
	coreTextCopy   = "core.text_copy"   // string
	coreBytesCopy  = "core.bytes_copy"  // Bytes
)

// Where Bytes and List have their length and the address of what they hold.
const (
	growLength = 8
	growData   = 24
)

// ---- Words: what generic classes of core hold ----

// isErased says whether core calls a value an element or key: 64 bits of any type.
func isErased(t *check.Type) bool {
	if t.Kind == check.MaybeKind {
		t = t.Elem
	}
	return t.Kind == check.Addr && (t.Name == "Element" || t.Name == "Key")
}

// toWord makes a value of type t a word.
func (g *fn) toWord(v *Value, t *check.Type) *Value {
	return g.extend(v, t, &check.Type{Kind: check.Addr})
}

// fromWord gives a word its type back.
func (g *fn) fromWord(v *Value, t *check.Type) *Value {
	if typeOf(t) == W {
		v = g.low32(v)
	}
	if v.Op != OpConst {
		v.Nonneg = isNonneg(t)
	}
	return v
}

// kindOf says to core how words of type t compare: 0 unsigned, 1 signed, 2 strings.
func kindOf(t *check.Type) int64 {
	switch {
	case t.Kind == check.String:
		return 2
	case isSigned(t):
		return 1
	}
	return 0
}

// ---- Parts ----

// loadField reads a field of type t.
func (g *fn) loadField(t *check.Type, object *Value, offset int64) *Value {
	return g.loadOf(t, object, offset, fieldSet(t.Bytes(), offset))
}

// storeField writes a field of type t.
func (g *fn) storeField(t *check.Type, object *Value, offset int64, x *Value) {
	g.storeOf(t, object, offset, x, fieldSet(t.Bytes(), offset))
}

// head reads a word at the start of a Bytes or List.
func (g *fn) head(object *Value, offset int64) *Value {
	v := g.load(OpLoad64, L, object, offset)
	v.Mem = fieldSet(8, offset)
	return v
}

// loadOf reads a value of type t.
func (g *fn) loadOf(t *check.Type, at *Value, offset int64, in MemSet) *Value {
	var v *Value
	switch {
	case t.Bytes() == 1:
		v = g.load(OpLoad8, W, at, offset)
	case typeOf(t) == W:
		v = g.load(OpLoad32, W, at, offset)
	default:
		v = g.load(OpLoad64, L, at, offset)
	}
	v.Nonneg, v.Mem = isNonneg(t), in
	return v
}

// storeOf writes a value of type t.
func (g *fn) storeOf(t *check.Type, at *Value, offset int64, x *Value, in MemSet) {
	op := OpStore64
	switch {
	case t.Bytes() == 1:
		op = OpStore8
	case typeOf(t) == W:
		op = OpStore32
	}
	g.store(op, at, offset, x).Mem = in
}

// member is a field of an object, or a giveme behind `this.`.
func (g *fn) member(e *syntax.Member) *Value {
	v := g.l.info.Field(e)
	if v.Kind == check.GivemeVar {
		return g.giveme(v)
	}
	return g.loadField(v.Type, g.expr(e.X), int64(v.Index))
}

// element is the place of an element: its object, of type on, and its index.
type element struct {
	on        *check.Type
	object, i *Value
	pos       syntax.Pos
}

func (g *fn) element(e *syntax.Index) element {
	object := g.expr(e.X)
	i := g.expr(e.I)
	return element{g.typeAfter(e.X), object, i, e.I.Pos()}
}

// spot is where an element lies: so many bytes behind an address.
type spot struct {
	at     *Value
	offset int64
}

// find checks the index against the length that the object has now, and says where the
// element, of type t, lies. One unsigned comparison rules out both ends.
func (g *fn) find(e element, t *check.Type) spot {
	g.at(e.pos)
	var length *Value
	if e.on.Kind == check.ObjectKind {
		length = g.low32(g.head(e.object, growLength)) // as the member length does
		length.Nonneg = true
	} else {
		length = g.length(e.object)
	}
	i := e.i
	if i.Type == L {
		length = g.value(OpZextW, L, length)
	}
	g.trapIf(TrapBounds, UGE, i, length)
	if i.Type == W {
		i = g.value(OpZextW, L, i)
	}
	if e.on.Kind == check.ObjectKind {
		return spot{g.behind(e.on, t, g.head(e.object, growData), i), 0}
	}
	return spot{g.behind(e.on, t, e.object, i), 8}
}

// behind is where element i of type t lies behind base. In a List each has 8 bytes.
func (g *fn) behind(on, t *check.Type, base, i *Value) *Value {
	size := t.Bytes()
	if isList(on) {
		size = 8
	}
	shift := map[int]int64{1: 0, 4: 2, 8: 3}[size]
	if shift != 0 {
		i = g.wrap(OpShl, i, g.konst(W, shift))
	}
	return g.wrap(OpAdd, base, i)
}

func isList(t *check.Type) bool { return t.Kind == check.ObjectKind && t.Elem != nil }

// loadElement reads an element of type t of an object of type on.
func (g *fn) loadElement(on, t *check.Type, s spot) *Value {
	if isList(on) {
		v := g.load(OpLoad64, L, s.at, s.offset)
		v.Mem = elementSet(8)
		return g.fromWord(v, t)
	}
	v := g.loadOf(t, s.at, s.offset, elementSet(t.Bytes()))
	if on.Kind == check.String {
		v.Fixed, v.Mem = true, MemAny
	}
	return v
}

// index is x[i].
func (g *fn) index(e *syntax.Index, t *check.Type) *Value {
	el := g.element(e)
	return g.loadElement(el.on, t, g.find(el, t))
}

// place is what stands left of an assignment: an element, or what v stands for.
type place struct {
	typ     *check.Type
	v       *check.Var
	object  *Value // that has the field v; nil: v is a variable
	element element
}

// place evaluates the parts of what is assigned to. An element is only looked for when
// it is read or written: the value may come from a call that changes the object.
func (g *fn) place(e syntax.Expr) place {
	switch e := unparen(e).(type) {
	case *syntax.Name:
		v := g.l.info.Use(e).(*check.Var)
		if v.Kind == check.FieldVar {
			return place{typ: v.Type, v: v, object: g.this}
		}
		return place{typ: v.Type, v: v}
	case *syntax.Member:
		v := g.l.info.Field(e)
		return place{typ: v.Type, v: v, object: g.expr(e.X)}
	case *syntax.Index:
		return place{typ: g.l.info.Type(e), element: g.element(e)}
	}
	panic("bug: lower: assignment to no place")
}

func (g *fn) loadPlace(p *place) *Value {
	switch {
	case p.v == nil:
		return g.loadElement(p.element.on, p.typ, g.find(p.element, p.typ))
	case p.object == nil:
		return g.read(p.v)
	}
	return g.loadField(p.typ, p.object, int64(p.v.Index))
}

// storePlace writes x, and where it has two words the second, none.
func (g *fn) storePlace(p *place, x, none *Value) {
	switch {
	case p.v == nil:
		s := g.find(p.element, p.typ)
		if isList(p.element.on) {
			g.store(OpStore64, s.at, s.offset, g.toWord(x, p.typ)).Mem = elementSet(8)
			return
		}
		g.storeOf(p.typ, s.at, s.offset, x, elementSet(p.typ.Bytes()))
	case p.object == nil:
		g.write(p.v, x)
		if none != nil && p.typ.IsPair() {
			g.writeNone(p.v, none)
		}
	default:
		g.storeField(p.typ, p.object, int64(p.v.Index), x)
	}
}

// ---- What is made ----

// newObject is `new`: a record with its fields, or an object that its ctor fills in.
func (g *fn) newObject(e syntax.Expr, c *check.Call) *Value {
	class := c.Result.Class
	args := g.args(c)
	for i, v := range c.Init {
		args[i] = g.inRange(c.Args[i], args[i], v)
	}
	if c.Func != nil {
		for i, p := range c.Func.Params {
			args[i] = g.inRange(c.Args[i], args[i], p)
		}
	}
	g.at(e.Pos())
	if class.Module != nil && !class.Record {
		return g.call(c.Func.Symbol, L, args...)
	}
	object := g.makeObject(class, g.l.kinds(c.Result))
	for i, v := range c.Init {
		g.storeField(v.Type, object, int64(v.Index), args[i])
	}
	if c.Func != nil {
		g.call(c.Func.Symbol, None, append([]*Value{object}, args...)...)
	}
	return object
}

// makeObject makes an object; that of a class has the defaults of its fields. kinds is what
// a List or Map compares, else nil.
func (g *fn) makeObject(class *check.Class, kinds *check.Type) *Value {
	object := g.call(coreMake, L, g.konst(L, int64(max(class.Size, 8))))
	if class.Record { // `new` has a value for each field
		return object
	}
	for _, v := range class.Fields {
		if v.Default != nil {
			g.storeField(v.Type, object, int64(v.Index), g.expr(v.Default))
		}
		if kinds != nil && v.Name == "kind" {
			g.storeField(v.Type, object, int64(v.Index), g.konst(L, kindOf(kinds)))
		}
	}
	return object
}

// kinds is the type whose kind a List or Map keeps.
func (l *lowering) kinds(t *check.Type) *check.Type {
	if t.Key != nil {
		return t.Key
	}
	return t.Elem
}

func (g *fn) newArray(e syntax.Expr, c *check.Call) *Value {
	length := g.expr(c.Args[0])
	g.at(e.Pos())
	return g.call(coreArrayMake, L, g.value(OpZextW, L, length), g.konst(L, int64(c.Result.Elem.Bytes())))
}

// listLit is `[a b c]`. Its elements are computed before there is a list.
func (g *fn) listLit(e *syntax.ListLit) *Value {
	t := g.l.info.Type(e)
	var elems []*Value
	for _, x := range e.Elems {
		elems = append(elems, g.expr(x))
	}
	g.at(e.Pos())
	n := g.konst(L, int64(len(elems)))
	if t.Kind == check.ArrayKind {
		size := t.Elem.Bytes()
		array := g.call(coreArrayMake, L, n, g.konst(L, int64(size)))
		for i, x := range elems {
			g.storeOf(t.Elem, array, int64(8+i*size), x, elementSet(size))
		}
		return array
	}
	list := g.call(coreListMake, L, g.konst(L, kindOf(t.Elem)), n)
	if len(elems) == 0 {
		return list
	}
	data := g.head(list, growData)
	for i, x := range elems {
		g.store(OpStore64, data, int64(8*i), g.toWord(x, t.Elem)).Mem = elementSet(8)
	}
	return list
}

// copyExpr is `copy x`. The copy of what leaves an arena is made in the arena outside.
func (g *fn) copyExpr(e *syntax.Copy) *Value {
	t, x := g.typeAfter(e.X), g.expr(e.X)
	g.at(e.Pos())
	depth, isOut := g.l.info.CopyOut[e]
	if isOut {
		g.value(OpSetArena, None, g.arenas[depth])
	}
	var v *Value
	switch {
	case t.Kind == check.String:
		v = g.call(coreTextCopy, L, x)
	case t.Kind == check.ArrayKind:
		v = g.call(coreArrayCopy, L, x, g.konst(L, int64(t.Elem.Bytes())))
	case t.Class.Record:
		v = g.call(coreRecordCopy, L, x, g.konst(L, int64(max(t.Class.Size, 8))))
	case t.Elem != nil:
		v = g.call(coreListCopy, L, x)
	default:
		v = g.call(coreBytesCopy, L, x)
	}
	if isOut {
		g.value(OpSetArena, None, g.arenas[len(g.arenas)-1])
	}
	return v
}

// constArray gives the symbol of a constant array: {u64 length, elements}.
func (l *lowering) constArray(k *check.Const) string {
	if sym, ok := l.arrays[k]; ok {
		return sym
	}
	sym := "array." + strconv.Itoa(len(l.arrays))
	l.arrays[k] = sym
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(k.Array)))
	for _, v := range k.Array {
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], uint64(v.Bits))
		b = append(b, word[:k.Type.Elem.Bytes()]...)
	}
	l.addSized(&Data{Name: sym, Bytes: b, Align: 1})
	return sym
}
