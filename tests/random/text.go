package random

import (
	"fmt"
	"math/big"
	"unicode"
)

// longText is the place in texts of one with more than 16 bytes.
const longText = 4

// quoted spells a text as SLUL does.
func quoted(s string) string {
	for _, r := range s {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			out := ""
			for i := range len(s) {
				out += fmt.Sprintf("\\x%02x", s[i])
			}
			return `"` + out + `"`
		}
	}
	return `"` + s + `"`
}

// size is the length of a text; that of a literal would be a constant.
func (s *scope) size() expr {
	x, _ := s.variable(textType)
	return expr{intType, x.text + ".length", false, func(f *frame) *big.Int {
		return big.NewInt(int64(len(texts[x.eval(f).Int64()])))
	}}
}

// letters is a loop over the bytes of a text.
func (s *scope) letters(w *writer) stmt {
	x := s.operand(textType, 1)
	v := variable{byteType, s.name("b"), false}
	line := w.line("for %s in %s", v.name, x.text)
	body := s.loop(w, v)
	return func(f *frame) signal {
		f.at(line)
		text := texts[x.eval(f).Int64()]
		for i := range len(text) {
			f.vars[v.name] = big.NewInt(int64(text[i]))
			if end := do(body, f); end == leave {
				break
			} else if end == back {
				return back
			}
		}
		return next
	}
}

// choice is a match on a text or enum: some cases, and else unless all are there.
func (s *scope) choice(w *writer) stmt {
	t := pick(s.r, []*typ{textType, enumType, boolType})
	x := s.operand(t, 1)
	line := w.line("match %s", x.text)
	arms := map[int64][]stmt{}
	cases := s.r.Perm(len(t.names()))
	cases = cases[:1+s.r.IntN(len(cases))]
	for len(cases) > 0 {
		n := 1 + s.r.IntN(len(cases))
		labels := ""
		for i, c := range cases[:n] {
			if i > 0 {
				labels += ", "
			}
			labels += literal(t, big.NewInt(int64(c))).text
		}
		w.line("case %s", labels)
		body := s.block(w, 2)
		for _, c := range cases[:n] {
			arms[int64(c)] = body
		}
		cases = cases[n:]
	}
	var other []stmt
	if t == textType || len(arms) < len(t.names()) {
		w.line("else")
		other = s.block(w, 2)
	}
	w.line("end")
	return func(f *frame) signal {
		f.at(line)
		if body, ok := arms[x.eval(f).Int64()]; ok {
			return do(body, f)
		}
		return do(other, f)
	}
}
