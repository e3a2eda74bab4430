// The text forms of tokens and trees, for `-d=tokens,ast` and the goldens.

package syntax

import (
	"fmt"
	"reflect"
	"strings"
)

// DumpTokens is one token per line: place, kind, spelling.
func DumpTokens(list []Token) string {
	var b strings.Builder
	for i := range list {
		b.WriteString(list[i].String())
		b.WriteByte('\n')
	}
	return b.String()
}

// Dump is the tree, one node per line: its place, its kind, its words; children stand
// below it, further in, behind the name of their field.
func Dump(f *File) string {
	d := &dumper{}
	fmt.Fprintf(&d.out, "File %s\n", f.Name)
	d.fields(reflect.ValueOf(f).Elem(), 1, func(name string) bool {
		return name != "Name" && name != "Src" && name != "End" && name != "Kind"
	})
	return d.out.String()
}

// dumper writes trees by reflection: what the nodes hold is shown, all of it, and a new
// kind of node needs nothing here.
type dumper struct{ out strings.Builder }

var identType, posType = reflect.TypeFor[*Ident](), reflect.TypeFor[Pos]()

// node writes a node that is not nil.
func (d *dumper) node(label string, v reflect.Value, depth int) {
	n := v.Interface().(Node)
	d.out.WriteString(strings.Repeat("  ", depth))
	if label != "" {
		d.out.WriteString(label + ": ")
	}
	v = reflect.ValueOf(n).Elem()
	fmt.Fprintf(&d.out, "%s %d:%d", v.Type().Name(), n.Pos().Line, n.Pos().Col)
	for i := range v.NumField() {
		d.word(v.Type().Field(i), v.Field(i))
	}
	d.out.WriteByte('\n')
	d.fields(v, depth+1, func(string) bool { return true })
}

// word writes a field that fits the node's own line.
func (d *dumper) word(f reflect.StructField, v reflect.Value) {
	if !f.IsExported() || v.IsZero() || f.Type == posType {
		return
	}
	switch {
	case f.Type == identType:
		fmt.Fprintf(&d.out, " %s=%s", f.Name, v.Interface().(*Ident).Name)
	case f.Type.Kind() == reflect.String:
		fmt.Fprintf(&d.out, " %s=%q", f.Name, v.String())
	case f.Type.Kind() == reflect.Bool:
		fmt.Fprintf(&d.out, " %s", f.Name)
	case f.Type == reflect.TypeFor[Sigils]():
		fmt.Fprintf(&d.out, " %s=%s", f.Name, v.Interface().(Sigils))
	case f.Type == reflect.TypeFor[Op](), f.Type == reflect.TypeFor[[]Op](), f.Type.Kind() == reflect.Uint64:
		fmt.Fprintf(&d.out, " %s=%v", f.Name, v.Interface())
	case f.Type == reflect.TypeFor[TypeKind]():
		fmt.Fprintf(&d.out, " %s=%q", f.Name, v.Interface().(TypeKind))
	case f.Type.Kind() == reflect.Uint8:
		fmt.Fprintf(&d.out, " %s=%d", f.Name, v.Uint())
	}
}

// fields writes the fields of v that are nodes or lists of nodes.
func (d *dumper) fields(v reflect.Value, depth int, shown func(string) bool) {
	for i := range v.NumField() {
		f, x := v.Type().Field(i), v.Field(i)
		if !f.IsExported() || x.IsZero() || f.Type == identType || f.Type == posType || !shown(f.Name) {
			continue
		}
		switch x.Kind() {
		case reflect.Pointer, reflect.Interface:
			d.node(f.Name, x, depth)
		case reflect.Slice:
			for j := range x.Len() {
				if _, ok := x.Index(j).Interface().(Node); ok {
					d.node(f.Name, x.Index(j), depth)
				}
			}
		}
	}
}

// String is the marks as they are written.
func (s Sigils) String() string {
	text := ""
	for _, m := range []struct {
		flag Sigils
		text string
	}{{Own, "own "}, {Maybe, "?"}, {Change, "!"}, {DoIO, "@"}} {
		if s&m.flag != 0 {
			text += m.text
		}
	}
	return text
}

// typeKindNames names the kinds of written types.
var typeKindNames = [...]string{
	TypeNamed: "named", TypeBool: "bool", TypeByte: "byte", TypeInt: "int",
	TypeSignedInt: "signed int", TypeLong: "long", TypeSignedLong: "signed long",
	TypeWuint32: "wuint32", TypeWuint64: "wuint64", TypeString: "string", TypeArray: "Array",
	TypeList: "List", TypeMap: "Map", TypeAddr: "UNSAFE_addr", TypeC: "C",
}

func (k TypeKind) String() string { return typeKindNames[k] }

// Walk calls visit for n and, where it gives true, for all nodes below, in the order of
// the source.
func Walk(n Node, visit func(Node) bool) {
	v := reflect.ValueOf(n)
	if n == nil || v.IsNil() || !visit(n) {
		return
	}
	walkFields(v.Elem(), visit)
}

// WalkFile walks over all declarations.
func WalkFile(f *File, visit func(Node) bool) {
	for _, d := range f.Decls {
		Walk(d, visit)
	}
}

func walkFields(v reflect.Value, visit func(Node) bool) {
	for i := range v.NumField() {
		f, x := v.Type().Field(i), v.Field(i)
		if !f.IsExported() {
			continue
		}
		switch x.Kind() {
		case reflect.Pointer, reflect.Interface:
			if n, ok := x.Interface().(Node); ok && !x.IsNil() {
				Walk(n, visit)
			}
		case reflect.Slice:
			for j := range x.Len() {
				if n, ok := x.Index(j).Interface().(Node); ok {
					Walk(n, visit)
				}
			}
		}
	}
}
