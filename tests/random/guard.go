package random

import (
	"fmt"
	"math/big"
)

// guard is an if whose condition bounds a variable, with statements behind it that use
// this variable much: what the compiler learns from conditions is put to the test.
func (s *scope) guard(w *writer) stmt {
	t := pick(s.r, numbers)
	x, _ := s.variable(t)
	around := s.hot
	defer func() { s.hot = around }()
	for i := range s.vars {
		if s.vars[i].name == x.text {
			v := s.vars[i]
			s.hot = &v
		}
	}
	cond := s.bound(x)
	if s.r.IntN(3) == 0 {
		y := s.bound(x)
		word, both := "and", true
		if s.r.IntN(2) == 0 {
			word, both = "or", false
		}
		first := cond
		cond = expr{boolType, fmt.Sprintf("(%s %s %s)", first.text, word, y.text), false, func(f *frame) *big.Int {
			if a := first.eval(f); (a.Sign() != 0) != both {
				return a
			}
			return y.eval(f)
		}}
	}
	var line int
	var yes, no []stmt
	asserts := s.r.IntN(6) == 0 && s.wild()
	switch {
	case asserts:
		line = w.line("assert %s", cond.text)
		yes = s.block(w, 3) // a block for the generator only
	case s.r.IntN(4) == 0:
		line = w.line("if not %s", cond.text)
		no = s.block(w, 1)
		w.line("else")
		yes = s.block(w, 4)
		w.line("end")
	default:
		line = w.line("if %s", cond.text)
		yes = s.block(w, 4)
		if s.r.IntN(2) == 0 {
			w.line("else")
			no = s.block(w, 3)
		}
		w.line("end")
	}
	return func(f *frame) signal {
		f.at(line)
		if cond.eval(f).Sign() != 0 {
			return do(yes, f)
		}
		if asserts {
			f.stop("assert")
		}
		return do(no, f)
	}
}

// bound compares x with numbers at which something happens.
func (s *scope) bound(x expr) expr {
	low, high := someNumber(s.r, x.typ), someNumber(s.r, x.typ)
	op := pick(s.r, comparisonNames)
	holds := comparisons[op]
	switch s.r.IntN(6) {
	case 0: // low <= x < high
		if low.Cmp(high) > 0 {
			low, high = high, low
		}
		a, b := literal(x.typ, low), literal(x.typ, high)
		return expr{boolType, fmt.Sprintf("(%s <= %s %s %s)", a.text, x.text, op, b.text), false, func(f *frame) *big.Int {
			n := x.eval(f)
			return truth(low.Cmp(n) <= 0 && holds(n.Cmp(high)))
		}}
	case 1: // with a variable
		t := x.typ
		if t != byteType {
			t = s.narrower(t)
		}
		if y := s.operand(t, 0); !y.literal {
			return expr{boolType, fmt.Sprintf("(%s %s %s)", x.text, op, y.text), false, func(f *frame) *big.Int {
				a := x.eval(f)
				return truth(holds(a.Cmp(y.eval(f))))
			}}
		}
	case 2: // of a remainder
		if x.typ == byteType {
			break
		}
		m := big.NewInt(int64(1 + s.r.IntN(9)))
		y := big.NewInt(int64(s.r.IntN(9)))
		return expr{boolType, fmt.Sprintf("(%s mod %s %s %s)", x.text, m, op, y), false, func(f *frame) *big.Int {
			return truth(holds(new(big.Int).Rem(x.eval(f), m).Cmp(y)))
		}}
	}
	y := literal(x.typ, low)
	if s.r.IntN(3) == 0 {
		return expr{boolType, fmt.Sprintf("(%s %s %s)", y.text, op, x.text), false, func(f *frame) *big.Int {
			return truth(holds(low.Cmp(x.eval(f))))
		}}
	}
	return expr{boolType, fmt.Sprintf("(%s %s %s)", x.text, op, y.text), false, func(f *frame) *big.Int {
		return truth(holds(x.eval(f).Cmp(low)))
	}}
}

// ranged declares a variable with a range, or assigns one again.
func (s *scope) ranged(w *writer) stmt {
	t := pick(s.r, plain)
	low, high := s.limits(t)
	mark := ""
	v := variable{typ: t, name: s.name("r")}
	if t != byteType && s.r.IntN(2) == 0 {
		mark = "!"
	}
	x := s.operand(t, 3)
	check := func(f *frame, n *big.Int) *big.Int {
		if n.Cmp(low) < 0 || n.Cmp(high) > 0 {
			f.stop("range")
		}
		return n
	}
	first := w.line("%s %s%s in %s..=%s = %s", t.name, mark, v.name, low, high, x.text)
	s.vars = append(s.vars, v)
	if mark == "" {
		return func(f *frame) signal {
			f.at(first)
			f.vars[v.name] = check(f, x.eval(f))
			return next
		}
	}
	op := "+"
	if s.wild() {
		op = pick(s.r, []string{"+", "-", "*", "/"})
	}
	y := s.operand(t, 2)
	second := w.line("%s %s= %s", v.name, op, y.text)
	return func(f *frame) signal {
		f.at(first)
		n := check(f, x.eval(f))
		f.vars[v.name] = n
		f.at(second)
		f.vars[v.name] = check(f, t.fit(f, compute(f, t, op, n, y.eval(f))))
		return next
	}
}

// limits are the ends of a range in t, which calm programs do not leave.
func (s *scope) limits(t *typ) (low, high *big.Int) {
	if !s.wild() {
		return t.low, t.high
	}
	low, high = someNumber(s.r, t), someNumber(s.r, t)
	if low.Cmp(high) > 0 {
		return high, low
	}
	return low, high
}
