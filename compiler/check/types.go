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

var numbers = map[TypeKind]*numberInfo{
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

// Wide says whether a value takes 64 bits (ir.L); all others take 32 (ir.W).
func (t *Type) Wide() bool {
	switch t.Kind {
	case Long, SignedLong, Wuint64, Addr, String, ObjectKind:
		return true
	}
	return false
}

// String is the type as in messages.
func (t *Type) String() string { return t.Name }

// widens says whether a value of type a becomes one of type b by itself. In .slunsafe
// files wuint64 and UNSAFE_addr are one type, and every integer widens to it.
func widens(a, b *Type, unsafe bool) bool {
	if a == b {
		return true
	}
	x, y := numbers[a.Kind], numbers[b.Kind]
	if x == nil || y == nil {
		return a.Kind == ObjectKind && b.Kind == ObjectKind && a.Class == b.Class && b.Sigil&^a.Sigil == 0
	}
	if unsafe && y.wraps && y.bits == 64 {
		return true
	}
	return !x.wraps && !y.wraps && x.low.Cmp(y.low) >= 0 && x.high.Cmp(y.high) <= 0
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

// object gives the one type of a class with these sigils.
func (c *checker) object(class string, s syntax.Sigils) *Type {
	key := objectKey{class, s}
	t := c.objects[key]
	if t == nil {
		name := ""
		if s&syntax.Change != 0 {
			name += "!"
		}
		if s&syntax.DoIO != 0 {
			name += "@"
		}
		t = &Type{Kind: ObjectKind, Name: name + class, Class: class, Sigil: s}
		c.objects[key] = t
	}
	return t
}

type objectKey struct {
	class string
	sigil syntax.Sigils
}

// typeOf is the meaning of a written type. What is not in this version is refused once
// and gives InvalidType.
func (c *checker) typeOf(e *syntax.TypeExpr) *Type {
	if e.Kind == syntax.TypeAddr && !c.unsafe() {
		return c.refuse(e.Pos(), "`UNSAFE_addr` is only known in .slunsafe files")
	}
	switch {
	case e.Sigils&syntax.Own != 0:
		return c.later(e.Pos(), "`own` values are")
	case e.Sigils&syntax.Maybe != 0:
		return c.later(e.Pos(), "types with `?` are")
	case e.Kind == syntax.TypeArray, e.Kind == syntax.TypeList, e.Kind == syntax.TypeMap:
		return c.later(e.Pos(), "`%s of` is", e.Name.Name)
	}
	if t := writtenTypes[e.Kind]; t != nil {
		if e.Sigils != 0 {
			return c.refuse(e.Pos(), "`!` and `@` belong to references, not to %s", t)
		}
		return t
	}
	return c.namedType(e)
}

// namedType is the meaning of a type name.
func (c *checker) namedType(e *syntax.TypeExpr) *Type {
	name := e.Name.Name
	if classes[name] {
		return c.object(name, e.Sigils&(syntax.Change|syntax.DoIO))
	}
	if t := c.enumNamed(e.Name); t != nil {
		if e.Sigils != 0 && t.Kind != Invalid {
			return c.refuse(e.Pos(), "`!` and `@` belong to references, not to an enum")
		}
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
	if t := c.enums[id.Name]; t != nil {
		return t
	}
	if laterTypes[id.Name] {
		c.later(id.Pos(), "`%s` is", id.Name)
		return nil
	}
	var known []string
	for name := range c.enums {
		known = append(known, name)
	}
	for name := range classes {
		known = append(known, name)
	}
	hint := didYouMean(id.Name, known)
	if b, ok := otherTypes[id.Name]; ok {
		hint = " (did you mean `" + b + "`?)"
	}
	c.errorf(id.Pos(), "no such type: `%s`%s", id.Name, hint)
	return nil
}
