// Package random makes well-typed SLUL programs whose results it knows: while it
// writes an expression or statement as text, it keeps a func that does the same in Go, on
// numbers without limits. Neither the compiler's tables nor its passes are used for
// that, so what both say alike is right, or both have read docs/language.md wrong.
package random

import "math/big"

// typ is a type of values.
type typ struct {
	name      string
	low, high *big.Int
	bits      int  // of arithmetic
	signed    bool // has values below 0
	wraps     bool
}

func power(n uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), n) }

func number(name string, bits int, signed, wraps bool) *typ {
	t := &typ{name: name, bits: bits, signed: signed, wraps: wraps, low: new(big.Int)}
	n := uint(bits)
	if !wraps {
		n--
	}
	if signed {
		t.low = new(big.Int).Neg(power(n))
	}
	t.high = new(big.Int).Sub(power(n), big.NewInt(1))
	return t
}

var (
	byteType   = &typ{name: "byte", low: new(big.Int), high: big.NewInt(255), bits: 32}
	intType    = number("int", 32, false, false)
	longType   = number("long", 64, false, false)
	sintType   = number("signed int", 32, true, false)
	slongType  = number("signed long", 64, true, false)
	w32Type    = number("wuint32", 32, false, true)
	w64Type    = number("wuint64", 64, false, true)
	boolType   = &typ{name: "bool", low: new(big.Int), high: big.NewInt(1)}
	numbers    = []*typ{byteType, intType, longType, sintType, slongType, w32Type, w64Type}
	plain      = numbers[:5] // those that mix
	textType   = &typ{name: "string", high: big.NewInt(int64(len(texts) - 1))}
	enumType   = &typ{name: "Colour", high: big.NewInt(int64(len(colours) - 1))}
	values     = append([]*typ{boolType, textType, enumType}, numbers...)
	conversion = map[*typ]string{byteType: "to_byte", intType: "to_int", longType: "to_long",
		sintType: "to_signed_int", slongType: "to_signed_long", w32Type: "to_wuint32", w64Type: "to_wuint64"}
)

// isNumber tells the types with arithmetic from those whose values have names. A value
// of string is its place in texts, one of Colour its place in colours.
func (t *typ) isNumber() bool { return t.names() == nil }

func (t *typ) names() []string {
	switch t {
	case boolType:
		return []string{"false", "true"}
	case textType:
		return texts
	case enumType:
		return colours
	}
	return nil
}

var (
	texts   = []string{"", "a", "b", "ab", "Zwölf Boxkämpfer", "\x01\n\xff"}
	colours = []string{"red", "green", "blue"}
)

func (t *typ) holds(x *big.Int) bool { return t.low.Cmp(x) <= 0 && x.Cmp(t.high) <= 0 }

// takes tells whether a value of type u becomes one of t by itself.
func (t *typ) takes(u *typ) bool {
	if t == u {
		return true
	}
	return t.isNumber() && u.isNumber() && !t.wraps && !u.wraps && t.holds(u.low) && t.holds(u.high)
}

// join is the type in which arithmetic on a and b is done.
func join(a, b *typ) *typ {
	if a.wraps || b.wraps {
		return a // both are the same
	}
	wide, signed := a.bits == 64 || b.bits == 64, a.signed || b.signed
	switch {
	case wide && signed:
		return slongType
	case wide:
		return longType
	case signed:
		return sintType
	}
	return intType
}

// trap is how a program ends that breaks a rule.
type trap struct {
	kind string
	line int
}

// fit gives x as a value of t, or stops.
func (t *typ) fit(f *frame, x *big.Int) *big.Int {
	if t.wraps {
		return x.And(x, t.high) // of a negative number too: big.Int is two's complement without end
	}
	if !t.holds(x) {
		f.stop("overflow")
	}
	return x
}
