// Declarations: names first, then signatures and constants, then the service.

package check

import (
	"math/big"
	"path"
	"strings"

	"slul/compiler/module"
	"slul/compiler/syntax"
)

// collect notes what the file at hand declares. Types of signatures and values of
// constants wait until all names are known.
func (c *checker) collect() {
	if c.file.Kind == syntax.KindUnsafe && !c.unsafe() {
		c.errorf(syntax.Pos{Line: 1, Col: 1}, "unsafe files belong to system modules only")
		return
	}
	isClass := c.file.Header != nil && c.file.Header.Service == nil
	if isClass {
		c.collectClass(c.file.Class(className(c.file)))
	}
	for _, d := range c.file.Decls {
		switch d := d.(type) {
		case *syntax.ConstDecl:
			c.declareGlobal(d.Name, &Const{Name: d.Name.Name, Decl: d, file: c.file, Type: InvalidType})
		case *syntax.EnumDecl:
			c.enum(d)
		case *syntax.FuncDecl:
			if !isClass {
				c.function(d, nil)
			} else if d.Entry {
				c.errorf(d.Pos(), "an entry belongs to a service")
			}
		case *syntax.GivemeDecl:
			if c.info.Modules.Own != nil {
				c.errorf(d.Pos(), "a `giveme` belongs to a service: what a library needs is passed to its funcs")
			} else if c.file != c.service && c.service != nil {
				c.errorf(d.Pos(), "a `giveme` belongs to a service")
			}
		case *syntax.RecordDecl:
			c.declareClass(d.Name, &Class{Record: true, fields: d.Fields, decl: d})
		case *syntax.ClassDecl:
			c.collectClass(d)
		case *syntax.ForeignDecl:
			c.later(d.Pos(), "foreign libraries are")
			c.refusedType(d.Name)
		case *syntax.FieldsDecl:
			if c.ofClass(d, isClass, "fields") {
				object := c.serviceObject()
				object.fields = append(object.fields, d.Fields...)
			}
		case *syntax.CtorDecl:
			if c.ofClass(d, isClass, "a ctor") {
				c.ctorOf(c.serviceObject(), d)
			}
		}
	}
}

// ofClass refuses what only a class and a service have. It says whether it is the
// service's, for a class has collected it already.
func (c *checker) ofClass(d syntax.Decl, isClass bool, what string) bool {
	if !isClass && (c.file != c.service || c.core) {
		c.errorf(d.Pos(), "%s in no class: a file that is a class begins with the line `class`", what)
	}
	return !isClass && c.file == c.service && !c.core
}

// refusedType keeps later uses of a type that was refused quiet.
func (c *checker) refusedType(id *syntax.Ident) {
	if id != nil && c.unit.enums[id.Name] == nil {
		c.unit.enums[id.Name] = InvalidType
	}
}

// declareGlobal adds a global name, which must be free, and reports whether it was.
func (c *checker) declareGlobal(id *syntax.Ident, o Object) bool {
	what := c.takenGlobally(id.Name)
	if o := c.own.names[id.Name]; what == "" && o != nil && c.unit == c.own { // of the service, seen from outside
		what = "a func of " + c.service.Name
	}
	if what != "" {
		c.errorf(id.Pos(), "`%s` is already %s", id.Name, what)
		return false
	}
	c.unit.names[id.Name] = o
	if !c.core {
		return true
	}
	if _, isFunc := o.(*Func); isFunc && (!c.unsafe() || isStringMember(id.Name) || openFuncs[id.Name]) {
		c.public[id.Name] = true
	}
	return true
}

// freeType refuses a type's name that is taken.
func (c *checker) freeType(id *syntax.Ident) bool {
	name := id.Name
	isFree := func(u *unit) bool { return u.classes[name] == nil && u.enums[name] == nil }
	if isFree(c.unit) && isFree(c.lib) && !laterTypes[name] && name != "Array" && name != "Args" {
		return true
	}
	c.errorf(id.Pos(), "`%s` is already a type", name)
	return false
}

// maxEnum is the largest number of an enum's value, that of an int.
const maxEnum = 1<<31 - 1

// enum makes the type of an enum. A value whose number is refused is known all the same,
// with another: only its declaration is wrong.
func (c *checker) enum(d *syntax.EnumDecl) {
	if d.Name == nil {
		return
	}
	name := d.Name.Name
	if !c.freeType(d.Name) {
		return
	}
	e := &Enum{Name: name, Decl: d, file: c.file}
	if c.unit.iface != nil {
		e.Module = c.unit.name
	}
	names, values := make(map[string]bool), make(map[int64]bool)
	next := int64(0)
	for i, item := range d.Values {
		pos := item.Pos()
		if item.Value != nil {
			pos, next = item.Value.Pos(), int64(min(item.Value.Value, maxEnum+1))
		}
		number := next
		switch {
		case names[item.Name.Name]:
			c.errorf(item.Name.Pos(), "`%s` is already a value of %s", item.Name.Name, name)
			continue
		case next > maxEnum:
			c.errorf(pos, "number of an enum value too large: at most %d", maxEnum)
			next = maxEnum - int64(len(d.Values)) // those behind it are not to blame
			number = ^int64(i)                    // no other has this one
		case values[next]:
			c.errorf(item.Pos(), "number %d is already taken in %s", next, name)
			number = ^int64(i)
		}
		e.Values = append(e.Values, EnumValue{item.Name.Name, number})
		names[item.Name.Name], values[number] = true, true
		next++
	}
	if len(d.Values) == 0 {
		c.errorf(d.Pos(), "an enum needs at least one value")
	}
	c.unit.enums[name] = &Type{Kind: EnumKind, Name: name, Enum: e}
}

// function notes a func or entry, of the class if there is one.
func (c *checker) function(d *syntax.FuncDecl, class *Class) *Func {
	if d.Name == nil || d.Body == nil && c.unit.iface == nil {
		return nil // refused by the parser
	}
	fn := &Func{
		Name: d.Name.Name, Core: c.core, Entry: d.Entry, Class: class, Sigils: d.Sigils,
		Result: NothingType, File: c.file, Decl: d, UsesThis: class != nil, Module: c.unit.iface,
	}
	of := c.unit.name
	if of == "" {
		of = className(c.file)
	}
	if class != nil && class != c.object {
		fn.Symbol = of + "." + class.Name + "." + fn.Name
	} else {
		fn.Symbol = of + "." + fn.Name
	}
	switch {
	case fn.Module != nil:
		return c.foreignFunc(fn)
	case c.info.Modules.Own != nil && d.Entry:
		c.errorf(d.Pos(), "an entry belongs to a service: a library has none")
		return nil
	case c.info.Modules.Own != nil && d.Sigils != 0 && class == nil && !c.core:
		c.errorf(d.Name.Pos(), "`%s` belongs to no class, so it has nothing to mark with `%s`", fn.Name, sigilText(d.Sigils))
	case d.Entry && c.file != c.service && (c.core || c.service != nil):
		c.errorf(d.Pos(), "an entry belongs to a service")
		return nil
	case d.Entry:
		fn.Sigils = syntax.Change | syntax.DoIO
	case d.Sigils != 0 && class == nil && c.file != c.service && c.service != nil && !c.core:
		c.errorf(d.Name.Pos(), "`%s` belongs to no class or service, so it has nothing to mark with `%s`", fn.Name, sigilText(d.Sigils))
	}
	if class != nil || c.declareGlobal(d.Name, fn) {
		c.info.Funcs = append(c.info.Funcs, fn)
		return fn
	}
	return nil
}

// foreignFunc notes a func or ctor of another module, whose code that module has.
func (c *checker) foreignFunc(fn *Func) *Func {
	if fn.Class == nil && !c.declareGlobal(fn.Decl.Name, fn) {
		return nil
	}
	if fn.Class == nil {
		fn.Symbol = module.Symbol(fn.Module.Module, fn.Symbol, fn.Module.Of(fn.Decl).Line)
	} else {
		fn.Symbol = module.Symbol(fn.Module.Module, fn.Symbol, fn.Module.MemberLine(fn.Class.Name, fn.Name))
	}
	c.foreign = append(c.foreign, fn)
	return fn
}

// className is the file's name without .slul, as a type name.
func className(f *syntax.File) string {
	base := path.Base(strings.ReplaceAll(f.Name, "\\", "/"))
	base = strings.TrimSuffix(strings.TrimSuffix(base, ".slunsafe"), ".slul")
	if isWord(base) {
		return base
	}
	name := strings.Map(func(r rune) rune {
		if r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, base)
	if name == "" {
		return "Main"
	}
	if first := name[0]; 'a' <= first && first <= 'z' {
		return strings.ToUpper(name[:1]) + name[1:]
	} else if first < 'A' || first > 'Z' {
		return "X" + name
	}
	return name
}

// isWord says whether a text is a type name already.
func isWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('A' <= c && c <= 'Z' || i > 0 && ('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_')) {
			return false
		}
	}
	return s != ""
}

// signed gives a func its types, if it has none yet.
func (c *checker) signed(fn *Func) {
	if !fn.signed {
		fn.signed = true
		c.aside(fn.File, func() { c.signature(fn) })
	}
}

func (c *checker) signature(fn *Func) {
	if errs := fn.File.Read(fn.Decl); len(errs) > 0 {
		panic("bug: check: core: " + errs.Error())
	}
	c.class = fn.Class
	fn.Params = c.varLists.List(len(fn.Decl.Params))[:0]
	for i, p := range fn.Decl.Params {
		v := c.newVar(Var{Name: p.Name.Name, Kind: ParamVar, Index: i, Ident: p.Name, Type: c.storable(p.Type, c.typeOf(p.Type), "a parameter", true)})
		if paramIndex(fn, v.Name) >= 0 {
			c.errorf(p.Name.Pos(), "`%s` is already a parameter", v.Name)
		}
		v.Range = c.rangeOf(p.Range, v.Type)
		if p.Default != nil {
			v.Default = p.Default
			c.constantExpr(p.Default, v.Type, role{"the default of", v.Name})
			c.store(p.Default, v)
		}
		fn.Params = append(fn.Params, v)
	}
	if r := fn.Decl.Result; r != nil {
		if r.Type != nil {
			fn.Result = c.typeOf(r.Type)
		}
		if r.Error != nil {
			fn.Fails = c.enumNamed(r.Error)
			fn.Traps = fn.Core && r.Error.Name == trapEnum
			if fn.Fails == nil || fn.Fails.Kind == Invalid {
				fn.Fails = InvalidType
			}
		}
	}
}

// trapEnum is the enum of core whose failures are traps of the caller.
const trapEnum = "Trap"

// rangeOf is the meaning of a written range for a variable of type t.
func (c *checker) rangeOf(r *syntax.Range, t *Type) *Range {
	if r == nil {
		return nil
	}
	if t.Kind == Invalid {
		return nil
	}
	if !t.IsInteger() {
		c.errorf(r.Pos(), "a range belongs to an integer, not to %s", t)
		return nil
	}
	low := c.constantExpr(r.Low, t, role{"the low end of a range", ""})
	high := c.constantExpr(r.High, t, role{"the high end of a range", ""})
	if low == nil || high == nil {
		return nil
	}
	if low.num.Cmp(high.num) > 0 {
		c.errorf(r.Pos(), "empty range: %s is above %s", low.num, high.num)
		return nil
	}
	if !high.num.IsInt64() {
		c.later(r.High.Pos(), "range ends above 9223372036854775807 are")
		return nil
	}
	return &Range{low.num.Int64(), high.num.Int64()}
}

// constantExpr checks an expression that must be a constant of type t, and settles it.
// It gives nil after a mistake.
func (c *checker) constantExpr(e syntax.Expr, t *Type, what role) *constant {
	x := c.expr(e, t)
	if x.invalid() {
		return nil
	}
	if x.val == nil {
		c.settleOther(&x)
		c.errorf(e.Pos(), "%s must be a constant", what)
		return nil
	}
	if !c.convert(&x, t, what) {
		return nil
	}
	return x.val
}

// constState keeps constants that need each other apart from a circle.
type constState uint8

const (
	constNew constState = iota
	constBusy
	constDone
)

// constants evaluates all constants of core and program.
func (c *checker) constants() {
	for _, f := range c.files {
		for _, d := range f.Decls {
			d, ok := d.(*syntax.ConstDecl)
			if !ok {
				continue
			}
			if k, ok := c.units[f].names[d.Name.Name].(*Const); ok && k.Decl == d {
				c.constant(k)
			}
		}
	}
}

// constant evaluates k when that was not done before.
func (c *checker) constant(k *Const) {
	switch k.state {
	case constDone:
		return
	case constBusy:
		c.errorf(k.Decl.Name.Pos(), "the value of `%s` needs itself", k.Name)
		return
	}
	k.state = constBusy
	c.aside(k.file, func() { c.constantValue(k) })
	k.state = constDone
}

// constantValue is constant in its own place.
func (c *checker) constantValue(k *Const) {
	t := c.typeOf(k.Decl.Type)
	switch {
	case t.Kind == Invalid:
	case t.Kind == ArrayKind && t.Sigil == 0:
		k.Type = t
		k.Array = c.constArray(k.Decl.Value, t)
	case t.Kind == MaybeKind || t.isObject():
		c.errorf(k.Decl.Type.Pos(), "a constant is a number, a bool, an enum, a string or an Array, not %s", t)
	default:
		if v := c.constantExpr(k.Decl.Value, t, role{"the value of", k.Name}); v != nil {
			k.Type, k.Value, k.val = t, v.value(), v
		}
	}
}

// constArray is the elements of a constant array.
func (c *checker) constArray(e syntax.Expr, t *Type) (list []Value) {
	lit, ok := unparen(e).(*syntax.ListLit)
	if !ok {
		c.errorf(e.Pos(), "the value of a constant Array is written `[a b c]`")
		return nil
	}
	for _, x := range lit.Elems {
		if v := c.constantExpr(x, t.Elem, role{"an element of a constant", ""}); v != nil {
			list = append(list, v.value())
		}
	}
	c.info.setType(e, t)
	c.info.setType(lit, t)
	return list
}

// fitsRange reports a constant outside of v's range.
func (c *checker) fitsRange(e syntax.Expr, num *big.Int, v *Var) {
	if num.Cmp(big.NewInt(v.Range.Low)) < 0 || num.Cmp(big.NewInt(v.Range.High)) > 0 {
		c.errorf(e.Pos(), "%s is outside of the range of `%s` (%d to %d)", num, v.Name, v.Range.Low, v.Range.High)
	}
}

// store notes whether a value given to v, converted already, is known to be in v's
// range, and refuses a constant that is not.
func (c *checker) store(e syntax.Expr, v *Var) {
	t := c.info.Type(e)
	if v.Range == nil || t == nil || !t.IsInteger() {
		return
	}
	if k, ok := c.info.Const(e); ok {
		num := big.NewInt(k.Bits)
		if t.Wraps() {
			num.SetUint64(uint64(k.Bits))
		}
		c.fitsRange(e, num, v)
		c.info.setInRange(e)
		return
	}
	low, high := numbers[t.Kind].low, numbers[t.Kind].high
	if name, ok := unparen(e).(*syntax.Name); ok {
		if from, ok := c.info.Use(name).(*Var); ok && from.Range != nil {
			low, high = big.NewInt(from.Range.Low), big.NewInt(from.Range.High)
		}
	}
	if low.Cmp(big.NewInt(v.Range.Low)) >= 0 && high.Cmp(big.NewInt(v.Range.High)) <= 0 {
		c.info.setInRange(e)
	}
}

// unparen takes parentheses away.
func unparen(e syntax.Expr) syntax.Expr {
	for {
		p, ok := e.(*syntax.Paren)
		if !ok {
			return e
		}
		e = p.X
	}
}
