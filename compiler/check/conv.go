// Operands and how they get their final type: constants without a type take the one
// that their place wants, other values widen or are refused.

package check

import (
	"fmt"
	"math/big"

	"slul/compiler/syntax"
)

// operand is an expression that was looked at. Its facts are written when it is
// settled, because only then the type of a constant is known.
type operand struct {
	expr syntax.Expr
	typ  *Type
	val  *constant // nil: not known while compiling
}

// constant is a value known while compiling: a number (bool: 0 or 1; enum: its number)
// or a string.
type constant struct {
	num *big.Int
	str string
}

// role is what a value is to its place, in a message: "the value of `x`", "an index", "`x`".
type role struct{ text, name string }

func (r role) String() string {
	switch {
	case r.name == "":
		return r.text
	case r.text == "":
		return "`" + r.name + "`"
	}
	return r.text + " `" + r.name + "`"
}

func (x *operand) invalid() bool { return x.typ.Kind == Invalid }

func (x *operand) untyped() bool { return x.typ.Kind == Untyped }

// number is n as a constant. Constants are never changed, so small ones serve many places.
func (c *checker) number(n uint64) *constant {
	isSmall := n < uint64(len(c.small))
	if isSmall && c.small[n] != nil {
		return c.small[n]
	}
	made := new(struct { // in one piece of memory
		constant
		num   big.Int
		words [1]big.Word
	})
	made.words[0] = big.Word(n)
	made.constant.num = made.num.SetBits(made.words[:])
	if isSmall {
		c.small[n] = &made.constant
	}
	return &made.constant
}

// value is the constant as it is kept in Info.
func (k *constant) value() Value {
	if k.num == nil {
		return Value{Str: k.str}
	}
	if k.num.IsInt64() {
		return Value{Bits: k.num.Int64()}
	}
	return Value{Bits: int64(k.num.Uint64())}
}

// settle writes the facts of x, which has its final type now.
func (c *checker) settle(x *operand, t *Type) {
	x.typ = t
	c.info.setType(x.expr, t)
	if x.val != nil {
		c.info.setConst(x.expr, x.val.value())
	}
	if p, ok := x.expr.(*syntax.Paren); ok { // parentheses are transparent
		inner := *x
		inner.expr = p.X
		c.settle(&inner, t)
	}
}

// settleDefault settles x where nothing wants a type.
func (c *checker) settleDefault(x *operand) {
	switch {
	case x.untyped():
		c.settle(x, c.defaultType(x))
	case x.typ.Kind == NoneKind:
		c.errorf(x.expr.Pos(), "nothing here says what `none` could have been")
		*x = bad(x.expr)
	default:
		c.settle(x, x.typ)
	}
}

// defaultType is the type of a constant that nothing gives one.
func (c *checker) defaultType(x *operand) *Type {
	v := x.val.num
	order := []*Type{IntType, LongType, SintType, SlongType}
	switch {
	case x.typ == untypedByte:
		return ByteType
	case x.typ == untypedWord:
		order = []*Type{Wuint64Type}
	case c.unsafe():
		order = append(order, Wuint64Type)
	}
	for _, t := range order {
		if numbers[t.Kind].holds(v) {
			return t
		}
	}
	return c.refuse(x.expr.Pos(), "%s does not fit any type here: only wuint64 holds it", v)
}

// convert makes x a value of type t, as what (an argument, a result …) says, and
// settles it. It reports whether that was possible.
func (c *checker) convert(x *operand, t *Type, what role) bool {
	switch {
	case x.invalid():
		return false
	case t.Kind == Invalid:
		c.settleDefault(x)
		return false
	case x.typ == t:
		c.settle(x, t)
		return true
	case t.Kind == MaybeKind && x.typ.Kind == NoneKind:
		c.settle(x, t)
		return true
	case t.Kind == MaybeKind && x.typ.Kind != MaybeKind:
		if !c.convert(x, t.Elem, what) {
			return false
		}
		c.info.setWidened(x.expr, t)
		x.typ = t
		return true
	case x.untyped():
		return c.convertUntyped(x, t, what)
	case !widens(x.typ, t, c.unsafe()):
		c.errorf(x.expr.Pos(), "%s must be %s, saw %s%s", what, article(t), x.typ, c.conversionHint(x.expr, x.typ, t))
		x.typ = InvalidType
		return false
	case x.val != nil && x.val.num != nil && numbers[t.Kind].holds(x.val.num):
		c.settle(x, t)
		return true
	}
	from := x.typ
	c.settle(x, from)
	if from.isOwn() && !c.isVariable(x.expr) {
		c.errorf(x.expr.Pos(), "this value is `own`, and nobody would give it back: make it a variable first")
		x.typ = InvalidType
		return false
	}
	if !from.isObject() {
		c.info.setWidened(x.expr, t)
	}
	x.typ = t
	return true
}

// convertUntyped gives a constant the type t.
func (c *checker) convertUntyped(x *operand, t *Type, what role) bool {
	n := numbers[t.Kind]
	v := x.val.num
	switch {
	case n == nil:
		c.errorf(x.expr.Pos(), "%s must be %s, saw a number", what, article(t))
		x.typ = InvalidType
		return false
	case x.typ == untypedWord && !n.wraps:
		c.errorf(x.expr.Pos(), "%s must be %s, but bit operations give wuint32 or wuint64", what, article(t))
		x.typ = InvalidType
		return false
	case n.wraps && c.unsafe() && n.bits == 64 && numbers[SignedLong].holds(v): // -1 as a word
	case !n.holds(v):
		c.errorf(x.expr.Pos(), "%s does not fit %s (%s to %s)%s", v, t, n.low, n.high, signHint(v, t))
		x.typ = InvalidType
		return false
	}
	c.settle(x, t)
	return true
}

func signHint(v *big.Int, t *Type) string {
	if v.Sign() < 0 && (t.Kind == Int || t.Kind == Long) {
		return ": `signed " + t.Name + "` can be below zero"
	}
	return ""
}

// article is the type as what something must be.
func article(t *Type) string {
	switch t.Kind {
	case Bool, Byte, String, Long, SignedInt, SignedLong, Wuint32, Wuint64:
		return "a " + t.Name
	case ObjectKind:
		if t.Sigil == 0 {
			return "a " + t.Name
		}
	case Int, Addr:
		return "an " + t.Name
	}
	return t.Name
}

// conversionHint names the func that converts between two integer types.
func (c *checker) conversionHint(e syntax.Expr, from, to *Type) string {
	if from.Name == to.Name {
		return fmt.Sprintf(" (two modules have a type of this name: `%s` is wanted, `%s` is given)", to.unique(), from.unique())
	}
	switch {
	case from.Kind == MaybeKind && widens(from.Elem, to, false):
		return c.maybeHint(e, from)
	case from.Kind == String && to.Kind == Int:
		return " (a text becomes a number by `parse_int`)"
	case from.Kind == String && to.IsInteger():
		return " (a text becomes a number by `parse_signed`)"
	case from.IsInteger() && to.Kind == String:
		return " (a number becomes a text by `format \"{}\" n`)"
	case from.isObject() && from.Class == to.Class && from.Kind == to.Kind:
		if miss := to.Sigil &^ from.Sigil; miss&syntax.Change != 0 {
			return " (it can only be read here)"
		} else if miss&syntax.DoIO != 0 {
			return " (it does no I/O here)"
		}
	}
	if !from.IsInteger() || !to.IsInteger() || to.Kind == Addr {
		if to.Kind == Bool && from.IsInteger() {
			return " (compare it: `x <> 0`)"
		}
		return ""
	}
	name := ""
	for n, p := range prims {
		if p.prim == PrimConvert && p.result == to {
			name = n
		}
	}
	return " (convert it with `" + name + "`, which stops the program when it does not fit)"
}

// meet brings x and y to one type, that of an operation named by op, and settles both.
// arithmetic says whether bytes meet in int. Two constants without a type stay so: then
// it gives their common untyped type and settles nothing.
func (c *checker) meet(x, y *operand, pos syntax.Pos, op string, arithmetic bool) *Type {
	var t *Type
	switch {
	case x.invalid() || y.invalid():
		c.settleOther(x)
		c.settleOther(y)
		return InvalidType
	case x.untyped() && y.untyped():
		if x.typ == untypedWord || y.typ == untypedWord {
			return untypedWord
		}
		return untypedInt
	case x.untyped():
		t = y.typ
	case y.untyped():
		t = x.typ
	default:
		t = join(x.typ, y.typ, c.unsafe())
	}
	if t != nil && arithmetic && t.Kind == Byte {
		t = IntType
	}
	if t == nil {
		c.settleOther(x)
		c.settleOther(y)
		return c.refuse(pos, "`%s` between %s and %s%s", op, x.typ, y.typ, meetHint(x.typ, y.typ))
	}
	if arithmetic && !t.IsInteger() && (x.untyped() || y.untyped()) {
		c.settleOther(x)
		c.settleOther(y)
		hint := joinHint(op, t)
		for _, side := range []*operand{x, y} {
			hint += c.maybeHint(side.expr, side.typ)
		}
		return c.refuse(pos, "`%s` needs numbers, saw %s%s", op, t, hint)
	}
	okX := c.convert(x, t, role{"the left side of", op})
	okY := c.convert(y, t, role{"the right side of", op})
	if !okX || !okY {
		return InvalidType
	}
	return t
}

// settleOther settles an operand whose partner was refused.
func (c *checker) settleOther(x *operand) {
	if !x.invalid() && !x.untyped() && x.typ.Kind != NoneKind {
		c.settle(x, x.typ)
	}
}

func meetHint(a, b *Type) string {
	if a.IsInteger() && b.IsInteger() {
		return ": convert one of them, with `to_wuint64`, `to_long` and the like"
	}
	return ""
}

// isVariable says whether e is the name of a variable.
func (c *checker) isVariable(e syntax.Expr) bool {
	n := asName(e)
	if n == nil {
		return false
	}
	_, ok := c.info.Use(n).(*Var)
	return ok
}
