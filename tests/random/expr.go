package random

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
)

// expr is an expression: its text, an atom of the grammar, and what it does.
type expr struct {
	typ     *typ
	text    string
	literal bool
	eval    func(f *frame) *big.Int
}

// scope is what the generator knows where it writes.
type scope struct {
	r      *rand.Rand
	funcs  []*function
	vars   []variable
	loops  int       // how many loops are around
	depth  int       // how many blocks are around
	fails  bool      // of a func that may fail
	hot    *variable // what the conditions around are about
	result *typ
	next   *int
	boxes  []box
	arenas int  // how many arenas are open
	calm   bool // seldom anything that may trap, so that runs come to their end
}

type variable struct {
	typ     *typ
	name    string
	mutable bool
}

func (s *scope) name(prefix string) string {
	*s.next++
	return fmt.Sprintf("%s%d", prefix, *s.next)
}

// wild says whether something that may well trap is made here.
func (s *scope) wild() bool { return !s.calm || s.r.IntN(60) == 0 }

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// someNumber is an edge of t more often than chance would have it.
func someNumber(r *rand.Rand, t *typ) *big.Int {
	if !t.isNumber() {
		return big.NewInt(int64(r.IntN(len(t.names()))))
	}
	x := big.NewInt(int64(r.IntN(12)))
	switch r.IntN(12) {
	case 0:
		x.Set(t.high)
	case 1:
		x.Sub(t.high, x)
	case 2:
		x.Set(t.low)
	case 3:
		x.Add(t.low, x)
	case 4, 5:
		x = power(uint(r.IntN(64)))
		x.Sub(x, big.NewInt(int64(r.IntN(3)-1)))
	case 6:
		x.SetUint64(r.Uint64() >> r.IntN(64))
	}
	if t.signed && r.IntN(3) == 0 {
		x.Neg(x)
	}
	if !t.holds(x) {
		x.SetInt64(int64(r.IntN(100)))
	}
	return x
}

func literal(t *typ, x *big.Int) expr {
	text := x.String()
	if x.Sign() < 0 {
		text = "(" + text + ")"
	}
	switch t {
	case boolType:
		text = t.names()[x.Int64()]
	case textType:
		text = quoted(texts[x.Int64()])
	case enumType:
		text = "Colour." + colours[x.Int64()]
	}
	return expr{t, text, true, func(*frame) *big.Int { return x }}
}

// variable gives one of exactly this type, if there is one.
func (s *scope) variable(t *typ) (expr, bool) {
	var fit []variable
	for _, v := range s.vars {
		if v.typ == t {
			fit = append(fit, v)
		}
	}
	if len(fit) == 0 {
		return expr{}, false
	}
	v := pick(s.r, fit)
	if s.hot != nil && s.hot.typ == t && s.r.IntN(2) == 0 {
		v = *s.hot
	}
	return expr{t, v.name, false, func(f *frame) *big.Int { return f.vars[v.name] }}, true
}

// leaf is a variable, else a literal.
func (s *scope) leaf(t *typ) expr {
	if s.r.IntN(4) > 0 {
		if v, ok := s.variable(t); ok {
			return v
		}
	}
	if t.isNumber() && !s.wild() {
		return literal(t, big.NewInt(int64(s.r.IntN(12))))
	}
	return literal(t, someNumber(s.r, t))
}

// expr makes an expression of exactly type t.
func (s *scope) expr(t *typ, depth int) expr {
	if depth <= 0 || s.r.IntN(6) == 0 {
		return s.leaf(t)
	}
	if t == boolType {
		return s.boolean(depth - 1)
	}
	if !t.isNumber() {
		if e, ok := s.call(t, depth-1); ok && s.r.IntN(2) == 0 {
			return e
		}
		return s.leaf(t)
	}
	switch n := s.r.IntN(10); {
	case n == 6 && t == intType:
		return s.size()
	case n < 5 && t != byteType:
		return s.arithmetic(t, depth-1)
	case n < 7:
		return s.convert(t, depth-1)
	case n == 7 && t != byteType:
		return s.choose(t, depth-1)
	case n == 8:
		if e, ok := s.call(t, depth-1); ok {
			return e
		}
	case n == 9 && t == byteType:
		return s.letter(depth - 1)
	}
	return s.convert(t, depth-1)
}

// operand is an expression of t that is no literal.
func (s *scope) operand(t *typ, depth int) expr {
	for range 10 {
		if e := s.expr(t, depth); !e.literal {
			return e
		}
	}
	if v, ok := s.variable(t); ok {
		return v
	}
	return s.convert(t, depth)
}

// narrower gives a type that joins with t to t.
func (s *scope) narrower(t *typ) *typ {
	if t.wraps {
		return t
	}
	for {
		if u := pick(s.r, plain); join(t, u) == t && t.takes(u) {
			return u
		}
	}
}

func (s *scope) arithmetic(t *typ, depth int) expr {
	if t.signed && s.r.IntN(8) == 0 {
		x := s.operand(t, depth)
		return expr{t, "(-" + x.text + ")", false, func(f *frame) *big.Int { return t.fit(f, new(big.Int).Neg(x.eval(f))) }}
	}
	x := s.operand(t, depth)
	y := s.expr(t, depth)
	if s.r.IntN(3) == 0 {
		y = s.operand(s.narrower(t), depth)
	}
	ops := []string{"+", "-", "*", "/", "mod", "+", "-"}
	if !t.signed && !t.wraps && !s.wild() {
		ops = []string{"+", "/", "mod"}
	}
	if t.wraps {
		ops = append(ops, "band", "bor", "bxor", "shl", "shr")
	}
	op := pick(s.r, ops)
	tame := strings.Contains("/ mod shl shr", op) && !s.wild()
	if tame {
		y = literal(t, big.NewInt(int64(1+s.r.IntN(9))))
	}
	if op == "shl" || op == "shr" {
		y = s.expr(pick(s.r, []*typ{intType, byteType}), depth)
		if y.literal {
			y = literal(intType, big.NewInt(int64(s.r.IntN(t.bits))))
		}
	} else if (op == "/" || op == "mod") && y.literal && y.eval(nil).Sign() == 0 {
		y = literal(t, big.NewInt(int64(1+s.r.IntN(9))))
	} else if !tame && s.r.IntN(2) == 0 {
		x, y = y, x
	}
	if (op == "/" || op == "mod") && y.literal && y.eval(nil).Sign() == 0 {
		op = "+"
	}
	return expr{t, fmt.Sprintf("(%s %s %s)", x.text, op, y.text), false, func(f *frame) *big.Int {
		a := x.eval(f)
		return t.fit(f, compute(f, t, op, a, y.eval(f)))
	}}
}

// compute is op on numbers without limits.
func compute(f *frame, t *typ, op string, a, b *big.Int) *big.Int {
	z := new(big.Int)
	switch op {
	case "+":
		return z.Add(a, b)
	case "-":
		return z.Sub(a, b)
	case "*":
		return z.Mul(a, b)
	case "band":
		return z.And(a, b)
	case "bor":
		return z.Or(a, b)
	case "bxor":
		return z.Xor(a, b)
	case "shl", "shr":
		if b.Cmp(big.NewInt(int64(t.bits))) >= 0 {
			f.stop("shift")
		}
		if op == "shl" {
			return z.Lsh(a, uint(b.Uint64()))
		}
		return z.Rsh(a, uint(b.Uint64()))
	}
	if b.Sign() == 0 {
		f.stop("division")
	}
	if op == "/" {
		return z.Quo(a, b)
	}
	return z.Rem(a, b)
}

// convert is a conversion by name from any type.
func (s *scope) convert(t *typ, depth int) expr {
	from := pick(s.r, numbers)
	for wild := s.wild(); !wild && !t.takes(from); {
		from = pick(s.r, numbers)
	}
	x := s.expr(from, depth)
	if x.literal {
		if v, ok := s.variable(from); ok {
			x = v
		} else {
			return s.leaf(t)
		}
	}
	name := conversion[t]
	cut := (t == byteType && from.wraps || t == w32Type && from == w64Type) && s.r.IntN(2) == 0
	if cut {
		name = map[*typ]string{byteType: "low_byte", w32Type: "low_32"}[t]
	}
	return expr{t, "(" + name + " " + x.text + ")", false, func(f *frame) *big.Int {
		v := new(big.Int).Set(x.eval(f))
		if cut {
			return v.And(v, t.high)
		}
		if !t.holds(v) {
			f.stop("range")
		}
		return v
	}}
}

// choose is min or max.
func (s *scope) choose(t *typ, depth int) expr {
	x, y := s.operand(t, depth), s.expr(t, depth)
	name, want := "min", -1
	if s.r.IntN(2) == 0 {
		name, want = "max", 1
	}
	return expr{t, fmt.Sprintf("(%s %s %s)", name, x.text, y.text), false, func(f *frame) *big.Int {
		a := x.eval(f)
		if b := y.eval(f); a.Cmp(b) != want {
			return b
		}
		return a
	}}
}

// letter is an index into a text.
func (s *scope) letter(depth int) expr {
	x := s.leaf(textType)
	i := s.operand(pick(s.r, []*typ{intType, byteType}), depth)
	if !s.wild() {
		x = literal(textType, big.NewInt(longText))
		j := i.eval
		i.text, i.eval = "("+i.text+" mod 16)", func(f *frame) *big.Int { return new(big.Int).Rem(j(f), big.NewInt(16)) }
	}
	return expr{byteType, fmt.Sprintf("(low_byte (to_wuint32 %s[%s]))", x.text, i.text), false, func(f *frame) *big.Int {
		text := texts[x.eval(f).Int64()]
		n := i.eval(f)
		if n.Cmp(big.NewInt(int64(len(text)))) >= 0 {
			f.stop("bounds")
		}
		return big.NewInt(int64(text[n.Int64()]))
	}}
}

var comparisons = map[string]func(int) bool{
	"==": func(c int) bool { return c == 0 }, "<>": func(c int) bool { return c != 0 },
	"<": func(c int) bool { return c < 0 }, "<=": func(c int) bool { return c <= 0 },
	">": func(c int) bool { return c > 0 }, ">=": func(c int) bool { return c >= 0 },
}

var comparisonNames = []string{"==", "<>", "<", "<=", ">", ">="}

func truth(b bool) *big.Int {
	if b {
		return big.NewInt(1)
	}
	return new(big.Int)
}

func (s *scope) boolean(depth int) expr {
	switch s.r.IntN(7) {
	case 6:
		t := pick(s.r, []*typ{textType, enumType})
		x, y := s.operand(t, depth), s.expr(t, depth)
		op := pick(s.r, comparisonNames[:2])
		return expr{boolType, fmt.Sprintf("(%s %s %s)", x.text, op, y.text), false, func(f *frame) *big.Int {
			a := x.eval(f)
			return truth(comparisons[op](a.Cmp(y.eval(f))))
		}}
	case 0:
		x := s.expr(boolType, depth)
		return expr{boolType, "(not " + x.text + ")", false, func(f *frame) *big.Int { return truth(x.eval(f).Sign() == 0) }}
	case 1, 2:
		x, y := s.expr(boolType, depth), s.expr(boolType, depth)
		op, stop := "and", 0
		if s.r.IntN(2) == 0 {
			op, stop = "or", 1
		}
		return expr{boolType, fmt.Sprintf("(%s %s %s)", x.text, op, y.text), false, func(f *frame) *big.Int {
			if a := x.eval(f); a.Sign() == stop {
				return a
			}
			return y.eval(f)
		}}
	}
	t := pick(s.r, numbers)
	x, y := s.operand(t, depth), s.expr(t, depth)
	if s.r.IntN(3) == 0 && !t.wraps {
		y = s.operand(pick(s.r, plain), depth)
	} else if s.r.IntN(3) == 0 {
		x, y = y, x
	}
	op := pick(s.r, comparisonNames)
	holds := comparisons[op]
	return expr{boolType, fmt.Sprintf("(%s %s %s)", x.text, op, y.text), false, func(f *frame) *big.Int {
		a := x.eval(f)
		return truth(holds(a.Cmp(y.eval(f))))
	}}
}

// call calls a func that is written already, its arguments by place or by name.
func (s *scope) call(t *typ, depth int) (expr, bool) {
	var fit []*function
	for _, fn := range s.funcs {
		if fn.result == t {
			fit = append(fit, fn)
		}
	}
	if len(fit) == 0 || s.loops > 1 {
		return expr{}, false
	}
	return s.handled(s.callOf(pick(s.r, fit), depth), depth), true
}

func (s *scope) callOf(fn *function, depth int) bareCall {
	args := make([]expr, len(fn.params))
	var text strings.Builder
	order := s.r.Perm(len(args)) // in which they are written, and so computed
	named := s.r.IntN(3) == 0
	for i := range args {
		if !named {
			order[i] = i
		}
		p := fn.params[order[i]]
		args[i] = s.expr(p.typ, depth)
		if fn.low[order[i]] != nil && args[i].literal { // one outside of the range is refused
			args[i] = s.operand(p.typ, 0)
		}
		if named {
			fmt.Fprintf(&text, " %s=%s", p.name, args[i].text)
		} else {
			text.WriteString(" " + args[i].text)
		}
	}
	return bareCall{fn, fn.name + text.String(), func(f *frame) outcome {
		in := map[string]*big.Int{}
		for i, a := range args {
			in[fn.params[order[i]].name] = a.eval(f)
		}
		return fn.call(f, in)
	}}
}
