// The facts of expressions, and of names that declare variables: a row for each, found by its key.

package check

import (
	"slul/compiler/slab"
	"slul/compiler/syntax"
)

// row is what is known of one of them.
type row struct {
	typ, widen *Type
	means      any    // a *Call; else what a Name stands for, the field of a Member, the variable that is declared
	value      *Value // nil: not known while compiling
}

// fileRows are those of one file.
type fileRows struct {
	file *syntax.File
	rows []row // by Key.Node
}

// beside is all of them. The place of a file is its number, but for the bits above mask: there are
// enough left that no two files share one.
type beside struct {
	files   []fileRows
	mask    uint32
	values  slab.Of[Value]
	inRange map[syntax.Key]bool // few variables have a range
}

func newBeside(files []*syntax.File) (b beside) {
	b.inRange = make(map[syntax.Key]bool)
	for size := uint32(16); ; size *= 2 {
		b.files, b.mask = make([]fileRows, size), size-1
		if b.hold(files) {
			return b
		}
	}
}

// hold gives the files their places, unless two would have the same.
func (b *beside) hold(files []*syntax.File) bool {
	for _, f := range files {
		at := &b.files[f.Number()&b.mask]
		if at.file != nil && at.file != f {
			return false
		}
		at.file = f
	}
	for i := range b.files {
		if f := b.files[i].file; f != nil {
			b.files[i].rows = make([]row, f.Keys())
		}
	}
	return true
}

// unknown is the row of what was not looked at.
var unknown row

// at is the row of a node, to be read.
func (b *beside) at(k syntax.Key) *row {
	if rows := b.files[k.File&b.mask].rows; int(k.Node) < len(rows) {
		return &rows[k.Node]
	}
	return &unknown
}

// set is the row of a node, to be changed.
func (b *beside) set(k syntax.Key) *row {
	f := &b.files[k.File&b.mask]
	if more := f.file.Keys() - len(f.rows); more > 0 { // bodies were read since
		f.rows = append(f.rows, make([]row, more)...)
	}
	return &f.rows[k.Node]
}

// Type is the type that an expression is evaluated in; nil when it is not. Literals and
// constant expressions already have the type of the place that they stand in.
func (b *beside) Type(e syntax.Expr) *Type { return b.at(e.Key()).typ }

// Widened is set where the value of an expression (of type Type(e)) is implicitly
// converted before it is used: an operand to its operation's type, an argument to
// its parameter's, a value to the type of what it is stored in.
func (b *beside) Widened(e syntax.Expr) *Type { return b.at(e.Key()).widen }

// Const is the value of an expression that is known while compiling. Its parts
// need no code and may have no facts of their own.
func (b *beside) Const(e syntax.Expr) (v Value, known bool) {
	if v := b.at(e.Key()).value; v != nil {
		return *v, true
	}
	return Value{}, false
}

// Use is what a *syntax.Name stands for: *Var, *Const or *Func; nil of a nil Name. Where it is
// a *Func there is a Call too.
func (b *beside) Use(n *syntax.Name) Object {
	if n == nil {
		return nil
	}
	return b.at(n.Key()).use()
}

func (r *row) use() Object {
	switch m := r.means.(type) {
	case *Var:
		return m
	case *Const:
		return m
	case *Func:
		return m
	case *Call:
		if m.Func != nil {
			return m.Func
		}
	}
	return nil
}

// Field is the field that a Member without a call names.
func (b *beside) Field(m *syntax.Member) *Var {
	v, _ := b.at(m.Key()).means.(*Var)
	return v
}

// Call is the call that an expression makes: of a *syntax.Call, New or Format, and
// of a Name or Member that stands for a call without arguments.
func (b *beside) Call(e syntax.Expr) *Call {
	call, _ := b.at(e.Key()).means.(*Call)
	return call
}

// Facts is all that is known of one expression, for who asks for several things.
type Facts struct{ *row }

// Facts gives them.
func (b *beside) Facts(e syntax.Expr) Facts { return Facts{b.at(e.Key())} }

// Type, Widened, Call and Use are as those of Info.
func (f Facts) Type() *Type    { return f.typ }
func (f Facts) Widened() *Type { return f.widen }
func (f Facts) Use() Object    { return f.use() }
func (f Facts) Call() *Call {
	call, _ := f.means.(*Call)
	return call
}

// Const is the value that is known while compiling, else nil.
func (f Facts) Const() *Value { return f.value }

// After is the type of the value once it is converted.
func (f Facts) After() *Type {
	if f.widen != nil {
		return f.widen
	}
	return f.typ
}

// Def is the variable made by the name of a VarStmt, ForStmt or OnError. (Those of
// parameters are in Func.Params, those of givemes in Service.Givemes.)
func (b *beside) Def(id *syntax.Ident) *Var {
	v, _ := b.at(id.Key()).means.(*Var)
	return v
}

// InRange says of a value stored to or passed to a variable with a Range that it
// is proved to lie in it: there is nothing left to check at run time.
func (b *beside) InRange(e syntax.Expr) bool { return b.inRange[e.Key()] }

func (b *beside) setType(e syntax.Expr, t *Type)    { b.set(e.Key()).typ = t }
func (b *beside) setWidened(e syntax.Expr, t *Type) { b.set(e.Key()).widen = t }
func (b *beside) setUse(n *syntax.Name, o Object)   { b.set(n.Key()).means = o }
func (b *beside) setField(m *syntax.Member, v *Var) { b.set(m.Key()).means = v }
func (b *beside) setCall(e syntax.Expr, call *Call) { b.set(e.Key()).means = call }
func (b *beside) setDef(id *syntax.Ident, v *Var)   { b.set(id.Key()).means = v }
func (b *beside) setInRange(e syntax.Expr)          { b.inRange[e.Key()] = true }

func (b *beside) setConst(e syntax.Expr, v Value) {
	at := b.set(e.Key())
	if at.value == nil {
		at.value = b.values.One()
	}
	*at.value = v
}
