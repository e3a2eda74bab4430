package random

import (
	"fmt"
	"math/big"
)

// count is a while whose variable goes up or down to a bound, is changed by whatever
// stands in the body, and is an index there: checks must stay wherever they are needed.
func (s *scope) count(w *writer) stmt {
	t := pick(s.r, []*typ{intType, longType, sintType, byteType})
	text, _ := s.variable(textType)
	from := literal(t, big.NewInt(int64(s.r.IntN(4))))
	if x := s.operand(t, 1); s.r.IntN(3) == 0 && !x.literal {
		from = x
	}
	bound := expr{intType, text.text + ".length", false, func(f *frame) *big.Int {
		return big.NewInt(int64(len(texts[text.eval(f).Int64()])))
	}}
	if s.r.IntN(3) == 0 {
		bound = literal(t, big.NewInt(int64(s.r.IntN(20))))
	}
	step, op, by := big.NewInt(int64(1+s.r.IntN(3))), pick(s.r, comparisonNames), "+"
	if t == byteType {
		by = "" // arithmetic on it is int's
	} else if s.r.IntN(3) == 0 {
		by = "-"
	}
	v := variable{t, s.name("n"), true}
	first := w.line("%s !%s = %s", t.name, v.name, from.text)
	line := w.line("while %s %s %s", v.name, op, bound.text)
	vars, around := s.vars, s.hot
	s.vars, s.hot = append(s.vars[:len(s.vars):len(s.vars)], v), &v
	s.loops++
	w.indent++
	at := v.name
	if t != intType && t != byteType {
		at = "(to_int " + v.name + ")"
	}
	shown := 0
	offset := big.NewInt(int64(s.r.IntN(3) / 2))
	if s.r.IntN(2) == 0 {
		shown = w.line("console.print \"at {}\" %s[%s + %s]", text.text, at, offset)
	}
	w.indent--
	body := s.block(w, 2)
	w.indent++
	last := 0
	if by == "" {
		last = w.line("%s = to_byte (%s + %s)", v.name, v.name, step)
	} else {
		last = w.line("%s %s= %s", v.name, by, step)
	}
	w.indent--
	s.loops--
	s.vars, s.hot = vars, around
	w.line("end")
	return func(f *frame) signal {
		f.at(first)
		f.vars[v.name] = from.eval(f)
		for {
			f.at(line)
			if !comparisons[op](f.vars[v.name].Cmp(bound.eval(f))) {
				return next
			}
			if shown != 0 {
				f.at(shown)
				n := f.vars[v.name]
				if !intType.holds(n) {
					f.stop("range")
				}
				n = intType.fit(f, new(big.Int).Add(n, offset))
				value := texts[text.eval(f).Int64()]
				if n.Cmp(big.NewInt(int64(len(value)))) >= 0 {
					f.stop("bounds")
				}
				fmt.Fprintf(&f.run.out, "at %d\n", value[n.Int64()])
			}
			switch end := do(body, f); end {
			case leave:
				return next
			case back:
				return back
			case skip:
				continue
			}
			f.at(last)
			n := f.vars[v.name]
			switch by {
			case "-":
				n = t.fit(f, new(big.Int).Sub(n, step))
			case "+":
				n = t.fit(f, new(big.Int).Add(n, step))
			default:
				if n = new(big.Int).Add(n, step); !t.holds(n) {
					f.stop("range")
				}
			}
			f.vars[v.name] = n
		}
	}
}
