// Types: the unique ones, what each can hold, and which convert by themselves.

package check

import (
	"math/big"

	"slul/compiler/syntax"
)

// The types that need no declaration.
var (
	InvalidType = &Type{Kind: Invalid, Name: "?"}
	BoolType    = &Type{Kind: Bool, Name: "bool"}
	ByteType    = &Type{Kind: Byte, Name: "byte"}
	IntType     = &Type{Kind: Int, Name: "int"}
	SintType    = &Type{Kind: SignedInt, Name: "signed int"}
	LongType    = &Type{Kind: Long, Name: "long"}
	SlongType   = &Type{Kind: SignedLong, Name: "signed long"}
	Wuint32Type = &Type{Kind: Wuint32, Name: "wuint32"}
	Wuint64Type = &Type{Kind: Wuint64, Name: "wuint64"}
	AddrType    = &Type{Kind: Addr, Name: "UNSAFE_addr"}
	StringType  = &Type{Kind: String, Name: "string"}
	NothingType = &Type{Kind: Nothing, Name: "nothing"}

	// What the generic classes of core call their elements and keys: words.
	elementType = &Type{Kind: Addr, Name: "Element"}
	keyType     = &Type{Kind: Addr, Name: "Key"}

	noneType = &Type{Kind: NoneKind, Name: "none"}

	// Constants without a type of their own: of literals; of a byte literal; of bit
	// operations on literals. See conv.go.
	untypedInt  = &Type{Kind: Untyped, Name: "number"}
	untypedByte = &Type{Kind: Untyped, Name: "byte"}
	untypedWord = &Type{Kind: Untyped, Name: "bits"}

	// ArchType is the enum of UNSAFE_arch: the CPU that is compiled for.
	ArchType = &Type{Kind: EnumKind, Name: "UNSAFE_arch", Enum: &Enum{Name: "UNSAFE_arch",
		Values: []EnumValue{{"x86_64", 0}, {"arm64", 1}}}}
)

// writtenTypes pairs types as written with their meaning.
var writtenTypes = map[syntax.TypeKind]*Type{
	syntax.TypeBool: BoolType, syntax.TypeByte: ByteType, syntax.TypeInt: IntType,
	syntax.TypeSignedInt: SintType, syntax.TypeLong: LongType, syntax.TypeSignedLong: SlongType,
	syntax.TypeWuint32: Wuint32Type, syntax.TypeWuint64: Wuint64Type,
	syntax.TypeString: StringType, syntax.TypeAddr: AddrType,
}

// numberInfo is what an integer type can hold.
type numberInfo struct {
	bits      int // width
	low, high *big.Int
	signed    bool // may be below zero
	wraps     bool // arithmetic is modulo 2^bits
}

// numbers is by kind; nil: no integer.
var numbers = [Untyped + 1]*numberInfo{
	Byte:       number(8, "0", "255", false, false),
	Int:        number(32, "0", "2147483647", false, false),
	SignedInt:  number(32, "-2147483648", "2147483647", true, false),
	Long:       number(64, "0", "9223372036854775807", false, false),
	SignedLong: number(64, "-9223372036854775808", "9223372036854775807", true, false),
	Wuint32:    number(32, "0", "4294967295", false, true),
	Wuint64:    number(64, "0", "18446744073709551615", false, true),
	Addr:       number(64, "0", "18446744073709551615", false, true),
}

func number(bits int, low, high string, signed, wraps bool) *numberInfo {
	n := &numberInfo{bits: bits, signed: signed, wraps: wraps}
	n.low, _ = new(big.Int).SetString(low, 10)
	n.high, _ = new(big.Int).SetString(high, 10)
	return n
}

// holds says whether v is a value of the type.
func (n *numberInfo) holds(v *big.Int) bool {
	return v.Cmp(n.low) >= 0 && v.Cmp(n.high) <= 0
}

// IsInteger says whether values are whole numbers.
func (t *Type) IsInteger() bool { return numbers[t.Kind] != nil }

// IsSigned says whether values may be below zero.
func (t *Type) IsSigned() bool { n := numbers[t.Kind]; return n != nil && n.signed }

// Wraps says whether arithmetic is modulo 2^32 or 2^64, without overflow traps.
func (t *Type) Wraps() bool { n := numbers[t.Kind]; return n != nil && n.wraps }

// isObject says whether values are references to objects: what sigils belong to.
func (t *Type) isObject() bool { return t.Kind == ObjectKind || t.Kind == ArrayKind }

// IsRef says whether a value is an address, and so lives in an arena.
func (t *Type) IsRef() bool {
	return t.isObject() || t.Kind == String || t.Kind == MaybeKind && t.Elem.IsRef()
}

// IsPair says whether a value takes two words: one that may be none and is no reference.
func (t *Type) IsPair() bool { return t.Kind == MaybeKind && !t.Elem.IsRef() }

// isScalar says whether a value is a number, a bool or of an enum.
func (t *Type) isScalar() bool { return t.IsInteger() || t.Kind == Bool || t.Kind == EnumKind }

// isOwn says whether a value must be consumed.
func (t *Type) isOwn() bool { return t.Sigil&syntax.Own != 0 }

// is says whether values are objects of the core class of this name.
func (t *Type) is(class string) bool {
	return t.Kind == ObjectKind && t.Class.Core && t.Class.Name == class
}

// Wide says whether a value takes 64 bits (ir.L); all others take 32 (ir.W).
func (t *Type) Wide() bool {
	switch t.Kind {
	case Long, SignedLong, Wuint64, Addr, String, ObjectKind, ArrayKind:
		return true
	case MaybeKind:
		return t.Elem.Wide()
	}
	return false
}

// Bytes is what a value takes in a field or an array.
func (t *Type) Bytes() int {
	switch t.Kind {
	case Bool, Byte:
		return 1
	}
	if t.Wide() {
		return 8
	}
	return 4
}

// String is the type as in messages.
func (t *Type) String() string { return t.Name }

// widens says whether a value of type a becomes one of type b by itself. In .slunsafe
// files wuint64 and UNSAFE_addr are one type, and every integer widens to it.
func widens(a, b *Type, unsafe bool) bool {
	if a == b {
		return true
	}
	if b.Kind == MaybeKind {
		switch {
		case a == noneType:
			return true
		case a.Kind == MaybeKind:
			return a.Elem.IsRef() && widens(a.Elem, b.Elem, unsafe)
		}
		return widens(a, b.Elem, unsafe)
	}
	x, y := numbers[a.Kind], numbers[b.Kind]
	if x == nil || y == nil {
		return lends(a, b)
	}
	if unsafe && y.wraps && y.bits == 64 {
		return true
	}
	return !x.wraps && !y.wraps && x.low.Cmp(y.low) >= 0 && x.high.Cmp(y.high) <= 0
}

// lends says whether a reference of type a may be seen as one of type b: with fewer
// sigils, and when b only reads also with fewer on its elements.
func lends(a, b *Type) bool {
	if !a.isObject() || a.Kind != b.Kind || a.Class != b.Class || a.Key != b.Key || b.Sigil&^a.Sigil != 0 {
		return false
	}
	return a.Elem == b.Elem || b.Sigil&syntax.Change == 0 && lends(a.Elem, b.Elem)
}

// join is the type in which operands of types a and b meet: the wider one, signed if
// one is signed. It gives nil when there is none.
func join(a, b *Type, unsafe bool) *Type {
	switch {
	case a == b:
		return a
	case !a.IsInteger() || !b.IsInteger():
		return nil
	case unsafe && (a.Kind == Addr || b.Kind == Addr):
		return AddrType
	case unsafe && (a.Kind == Wuint64 || b.Kind == Wuint64):
		return Wuint64Type
	case a.Wraps() || b.Wraps():
		return nil
	}
	bits := max(numbers[a.Kind].bits, numbers[b.Kind].bits)
	switch signed := a.IsSigned() || b.IsSigned(); {
	case signed && bits == 64:
		return SlongType
	case signed:
		return SintType
	case bits == 64:
		return LongType
	}
	return IntType // byte and byte are the same type
}

// typeParts is what a type is made of. The parts are unique, so that two types are alike when these
// are the same.
type typeParts struct {
	kind      TypeKind
	sigil     syntax.Sigils
	class     *Class
	key, elem *Type
}

// intern gives the one type that is like t, which has no name yet.
func (c *checker) intern(t Type) *Type {
	parts := typeParts{t.Kind, t.Sigil, t.Class, t.Key, t.Elem}
	known := c.types[parts]
	if known == nil {
		known = &Type{Kind: t.Kind, Class: t.Class, Sigil: t.Sigil, Key: t.Key, Elem: t.Elem}
		known.Name = t.spell((*Type).String)
		known.key = t.spell((*Type).unique)
		c.types[parts] = known
	}
	return known
}

// unique is the type as no other is written: two modules may call their types alike.
func (t *Type) unique() string {
	switch {
	case t.key != "":
		return t.key
	case t.Kind == EnumKind && t.Enum.Module != "":
		return t.Enum.Module + "." + t.Name
	}
	return t.Name
}

// spell is the type as it is written, with name for the types that it is made of.
func (t *Type) spell(of func(*Type) string) string {
	name := ""
	for _, mark := range []struct {
		flag syntax.Sigils
		text string
	}{{syntax.Own, "own "}, {syntax.Change, "!"}, {syntax.DoIO, "@"}} {
		if t.Sigil&mark.flag != 0 {
			name += mark.text
		}
	}
	switch {
	case t.Kind == MaybeKind:
		return "?" + of(t.Elem)
	case t.Kind == ArrayKind:
		return name + "Array of " + of(t.Elem)
	case t.Key != nil:
		return name + "Map of " + of(t.Key) + " to " + of(t.Elem)
	case t.Elem != nil:
		return name + "List of " + of(t.Elem)
	}
	return name + of(&Type{Name: t.Class.Name, key: t.Class.key()})
}

// withSigils is a reference type with these sigils in place of its own.
func (c *checker) withSigils(t *Type, s syntax.Sigils) *Type {
	if t.Sigil == s {
		return t
	}
	return c.intern(Type{Kind: t.Kind, Class: t.Class, Sigil: s, Key: t.Key, Elem: t.Elem})
}

// maybe is ?t.
func (c *checker) maybe(t *Type) *Type { return c.intern(Type{Kind: MaybeKind, Elem: t}) }

// through is what a part of type t is when it is reached through a reference of type
// via: what via must not do, t must not do either.
func (c *checker) through(via, t *Type) *Type {
	switch {
	case t.isObject():
		return c.withSigils(t, t.Sigil&via.Sigil)
	case t.Kind == MaybeKind:
		return c.maybe(c.through(via, t.Elem))
	}
	return t
}

// generic puts the element and key type of recv in place of those of its class.
func (c *checker) generic(t, recv *Type) *Type {
	switch {
	case recv == nil:
	case t == elementType && recv.Elem != nil:
		return recv.Elem
	case t == keyType && recv.Key != nil:
		return recv.Key
	case t.Elem == nil:
	case t.Kind == MaybeKind:
		return c.maybe(c.generic(t.Elem, recv))
	case t.Elem == keyType || t.Elem == elementType:
		return c.intern(Type{Kind: t.Kind, Class: t.Class, Sigil: t.Sigil, Key: t.Key, Elem: c.generic(t.Elem, recv)})
	}
	return t
}

// isFlat says whether an object holds no references, so that changing it can leave
// none behind.
func isFlat(t *Type) bool {
	switch {
	case t.Kind == ArrayKind:
		return true
	case t.Kind != ObjectKind:
		return false
	case t.Elem != nil && !t.Elem.isScalar(), t.Key != nil && !t.Key.isScalar():
		return false
	}
	return t.Class.flat
}

// typeOf is the meaning of a written type. What is not in this version is refused once
// and gives InvalidType.
func (c *checker) typeOf(e *syntax.TypeExpr) *Type {
	if e.Kind == syntax.TypeAddr && !c.unsafe() {
		return c.refuse(e.Pos(), "`UNSAFE_addr` is only known in .slunsafe files")
	}
	t := c.baseOf(e)
	if t.Kind == Invalid {
		return t
	}
	if s := e.Sigils &^ syntax.Maybe; s != 0 {
		switch {
		case !t.isObject():
			what := t.Name
			if t.Kind == EnumKind {
				what = "an enum"
			}
			return c.refuse(e.Pos(), "`!` and `@` belong to references, not to %s", what)
		case s&syntax.Own != 0 && !(t.is("Stream") || t.is("Listener")):
			return c.refuse(e.Pos(), "only a Stream or a Listener is owned, not %s", article(t))
		case s&syntax.Own != 0 && e.Sigils&syntax.Maybe != 0:
			return c.refuse(e.Pos(), "an `own` value is never none")
		}
		t = c.withSigils(t, s)
	}
	if e.Sigils&syntax.Maybe != 0 {
		t = c.maybe(t)
	}
	return t
}

// baseOf is the meaning of a written type without its sigils.
func (c *checker) baseOf(e *syntax.TypeExpr) *Type {
	switch e.Kind {
	case syntax.TypeArray, syntax.TypeList, syntax.TypeMap:
		return c.genericOf(e)
	}
	if t := writtenTypes[e.Kind]; t != nil {
		return t
	}
	return c.namedType(e)
}

// genericOf is `List of T` and its like.
func (c *checker) genericOf(e *syntax.TypeExpr) *Type {
	elem := c.typeOf(e.Elem)
	if e.Kind == syntax.TypeMap {
		key := c.typeOf(e.Key)
		switch {
		case key.Kind == Invalid || elem.Kind == Invalid:
			return InvalidType
		case !(key.IsInteger() || key.Kind == EnumKind || key.Kind == String):
			return c.refuse(e.Key.Pos(), "the keys of a Map are integers, enums or strings, not %s", key)
		case !c.element(e.Elem, elem):
			return InvalidType
		}
		return c.intern(Type{Kind: ObjectKind, Class: c.lib.classes["Map"], Key: key, Elem: elem})
	}
	switch {
	case elem.Kind == Invalid:
		return InvalidType
	case e.Kind == syntax.TypeList:
		if !c.element(e.Elem, elem) {
			return InvalidType
		}
		return c.intern(Type{Kind: ObjectKind, Class: c.lib.classes["List"], Elem: elem})
	case !elem.isScalar():
		return c.refuse(e.Elem.Pos(), "the elements of an Array are numbers, bools or of an enum, not %s: use a List", elem)
	}
	return c.intern(Type{Kind: ArrayKind, Elem: elem})
}

// element refuses what a List or Map cannot hold.
func (c *checker) element(e syntax.Node, t *Type) bool {
	switch {
	case t.Kind == MaybeKind:
		c.errorf(e.Pos(), "elements are never none: write `%s`", t.Elem)
	case t.isOwn():
		c.errorf(e.Pos(), "an `own` value is a variable, a parameter or a result, nothing else")
	default:
		return true
	}
	return false
}

// storable refuses what a parameter or field, as what says, cannot hold.
func (c *checker) storable(e *syntax.TypeExpr, t *Type, what string, owns bool) *Type {
	switch {
	case t.IsPair():
		return c.refuse(e.Pos(), "%s of type %s: only variables and results may be none without being references", what, t)
	case t.isOwn() && !owns:
		return c.refuse(e.Pos(), "an `own` value is a variable, a parameter or a result, nothing else")
	}
	return t
}

// namedType is the meaning of a type name.
func (c *checker) namedType(e *syntax.TypeExpr) *Type {
	name := e.Name.Name
	if c.unsafe() && c.core {
		switch name {
		case elementType.Name:
			return elementType
		case keyType.Name:
			return keyType
		}
	}
	if name == "Args" && !c.core {
		return c.intern(Type{Kind: ObjectKind, Class: c.lib.classes["List"], Elem: StringType})
	}
	if class := c.ask(name).classes[name]; class != nil {
		if class.Core && (name == "List" || name == "Map") && !c.unsafe() {
			return c.refuse(e.Pos(), "a %s says what it holds: `%s of …`", name, name)
		}
		return c.intern(Type{Kind: ObjectKind, Class: class})
	}
	if t := c.enumNamed(e.Name); t != nil {
		return t
	}
	return InvalidType
}

// otherTypes is what other languages call the types that are words here.
var otherTypes = map[string]string{
	"Bool": "bool", "Boolean": "bool", "Byte": "byte", "Int": "int", "Integer": "int", "Long": "long",
	"String": "string", "Str": "string",
}

// enumNamed is the enum of this name. Without one it reports and gives nil; a name of
// something that was refused already gives InvalidType.
func (c *checker) enumNamed(id *syntax.Ident) *Type {
	of := c.ask(id.Name)
	if t := of.enums[id.Name]; t != nil {
		return t
	}
	if of.classes[id.Name] != nil {
		c.errorf(id.Pos(), "`%s` is no enum", id.Name)
		return nil
	}
	if laterTypes[id.Name] {
		c.later(id.Pos(), "`%s` is", id.Name)
		return nil
	}
	hint := didYouMean(id.Name, c.typeNames())
	if b, ok := otherTypes[id.Name]; ok {
		hint = " (did you mean `" + b + "`?)"
	}
	if c.unit.isOwn && (c.own.enums[id.Name] != nil || c.own.classes[id.Name] != nil) {
		hint = " (the module has it, but others know only what is declared here)"
	}
	c.errorf(id.Pos(), "no such type: `%s`%s", id.Name, hint)
	return nil
}

// typeNames lists the types that the file at hand can name, for a guess.
func (c *checker) typeNames() (known []string) {
	for _, u := range []*unit{c.lib, c.unit} {
		for name := range u.enums {
			known = append(known, name)
		}
		for name := range u.classes {
			known = append(known, name)
		}
	}
	for name, item := range c.uses[c.file] {
		if item.of.names[name] == nil {
			known = append(known, name)
		}
	}
	return known
}

// key is the class's name as no other has it.
func (class *Class) key() string {
	if class.Module != nil {
		return class.Module.Module + "." + class.Name
	}
	return class.Name
}
