package random

import (
	"fmt"
	"math/big"
	"strings"
)

// signal is how a statement ends.
type signal int

const (
	next signal = iota
	leave
	skip
	back
)

// stmt does what a statement does.
type stmt func(f *frame) signal

// run is one run of a program.
type run struct {
	out   strings.Builder
	steps int
}

// frame is one call.
type frame struct {
	run    *run
	vars   map[string]*big.Int
	boxes  map[string][]*big.Int
	line   int
	result *big.Int
}

func (f *frame) stop(kind string) { panic(trap{kind, f.line}) }

// tooLong ends a run that would take for ever.
type tooLong struct{}

// at counts a step, and notes the line for traps.
func (f *frame) at(line int) {
	f.line = line
	if f.run.steps++; f.run.steps > 100_000 {
		panic(tooLong{})
	}
}

type function struct {
	name      string
	params    []variable
	result    *typ
	low, high []*big.Int // ranges of params; nil: none
	fails     bool
	body      []stmt
}

// call runs fn; its arguments are checked where the caller stands.
func (fn *function) call(from *frame, args map[string]*big.Int) outcome {
	for i, p := range fn.params {
		if n := args[p.name]; fn.low[i] != nil && (n.Cmp(fn.low[i]) < 0 || n.Cmp(fn.high[i]) > 0) {
			from.stop("range")
		}
	}
	f := &frame{run: from.run, vars: args}
	return attempt(fn, f)
}

func do(list []stmt, f *frame) signal {
	for _, s := range list {
		if end := s(f); end != next {
			return end
		}
	}
	return next
}

// writer writes lines and knows their numbers.
type writer struct {
	text   strings.Builder
	lines  int
	indent int
}

// line writes one line and returns its number.
func (w *writer) line(format string, args ...any) int {
	w.lines++
	w.text.WriteString(strings.Repeat("    ", w.indent))
	fmt.Fprintf(&w.text, format, args...)
	w.text.WriteByte('\n')
	return w.lines
}

// copy writes lines as they are, indented as what is around them.
func (w *writer) copy(lines string) {
	for line := range strings.Lines(lines) {
		w.line("%s", strings.TrimSuffix(line, "\n"))
	}
}

// block makes up to n statements in a scope of their own.
func (s *scope) block(w *writer, n int) []stmt {
	vars, boxes := s.vars, s.boxes
	s.depth++
	w.indent++
	var list []stmt
	for range 1 + s.r.IntN(n) {
		list = append(list, s.statement(w))
	}
	w.indent--
	s.depth--
	s.vars, s.boxes = vars[:len(vars):len(vars)], boxes[:len(boxes):len(boxes)]
	return list
}

func (s *scope) statement(w *writer) stmt {
	for {
		switch n := s.r.IntN(42); {
		case n < 5:
			return s.declare(w)
		case n < 9:
			if st := s.assign(w); st != nil {
				return st
			}
		case n < 11:
			return s.print(w)
		case n < 13 && s.depth < 4:
			return s.ifElse(w)
		case n == 13 && s.depth < 3:
			return s.forLoop(w)
		case n == 14 && s.depth < 3:
			return s.whileLoop(w)
		case n == 15 && s.depth < 3:
			return s.match(w)
		case n == 16 && s.loops > 0:
			return s.leave(w)
		case n == 17:
			return s.assert(w)
		case n == 18 || n == 19:
			return s.ranged(w)
		case n < 23 && s.depth < 4:
			return s.guard(w)
		case n == 23 && s.depth < 3:
			return s.letters(w)
		case n == 24 && s.depth < 3:
			return s.choice(w)
		case n == 25:
			return s.giveUp(w)
		case n == 28 && s.depth < 3:
			return s.count(w)
		case n == 29:
			return s.record(w)
		case n == 30:
			return s.array(w)
		case n == 31 || n == 32:
			return s.newBox(w)
		case n == 33 && s.depth < 3:
			return s.arena(w)
		case n > 33 && s.depth < 4:
			if st := s.useBox(w); st != nil {
				return st
			}
		case n < 28:
			if st := s.watched(w); st != nil {
				return st
			}
		}
	}
}

func (s *scope) declare(w *writer) stmt {
	t := pick(s.r, values)
	v := variable{t, s.name("v"), s.r.IntN(2) == 0}
	x := s.expr(t, 3)
	if t != boolType && !t.wraps && s.r.IntN(3) == 0 {
		if u := pick(s.r, plain); t.takes(u) {
			x = s.operand(u, 3)
		}
	}
	mark := ""
	if v.mutable {
		mark = "!"
	}
	line := w.line("%s %s%s = %s", t.name, mark, v.name, x.text)
	s.vars = append(s.vars, v)
	return func(f *frame) signal {
		f.at(line)
		f.vars[v.name] = x.eval(f)
		return next
	}
}

func (s *scope) assign(w *writer) stmt {
	var fit []variable
	for _, v := range s.vars {
		if v.mutable {
			fit = append(fit, v)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	v := pick(s.r, fit)
	x := s.expr(v.typ, 3)
	op := ""
	if v.typ.isNumber() && v.typ != byteType && s.r.IntN(2) == 0 {
		op = pick(s.r, []string{"+", "-", "*", "/"})
		if !s.wild() && (!v.typ.wraps || op == "/") || op == "/" && x.literal && x.eval(nil).Sign() == 0 {
			op = "+"
		}
	}
	line := w.line("%s %s= %s", v.name, op, s.leaving(v.typ, x.text))
	return func(f *frame) signal {
		f.at(line)
		old := f.vars[v.name]
		n := x.eval(f)
		if op != "" {
			n = v.typ.fit(f, compute(f, v.typ, op, old, n))
		}
		f.vars[v.name] = n
		return next
	}
}

// shown is one value of a format, and how it looks.
type shown struct {
	x    expr
	spec string
}

func (p shown) text(n *big.Int) string {
	text := n.String()
	if list := p.x.typ.names(); list != nil {
		text = list[n.Int64()]
	}
	fill := strings.Repeat(" ", max(0, 9-len(text)))
	switch p.spec {
	case "{9}":
		return fill + text
	case "{-9}":
		return text + fill
	case "{09}":
		return fmt.Sprintf("%09d", n)
	case "{x}":
		return fmt.Sprintf("%x", n)
	case "{x6}":
		return fmt.Sprintf("%06x", n)
	}
	return text
}

func (s *scope) print(w *writer) stmt {
	var list []shown
	var format, args strings.Builder
	for range 1 + s.r.IntN(3) {
		p := shown{s.expr(pick(s.r, values), 2), "{}"}
		if p.x.literal {
			continue
		}
		specs := []string{"{}", "{9}", "{-9}"}
		if p.x.typ.isNumber() {
			specs = append(specs, "{09}")
			if !p.x.typ.signed {
				specs = append(specs, "{x}", "{x6}")
			}
		}
		p.spec = pick(s.r, specs)
		list = append(list, p)
		format.WriteString(" " + p.spec)
		args.WriteString(" " + p.x.text)
	}
	line := w.line("console.print \"#%s.\"%s", format.String(), args.String())
	return func(f *frame) signal {
		f.at(line)
		text := "#"
		for _, p := range list {
			text += " " + p.text(p.x.eval(f))
		}
		f.run.out.WriteString(text + ".\n")
		return next
	}
}

func (s *scope) ifElse(w *writer) stmt {
	x := s.expr(boolType, 3)
	line := w.line("if %s", x.text)
	yes := s.block(w, 3)
	var elseIf expr
	var second []stmt
	secondLine := 0
	if s.r.IntN(3) == 0 {
		elseIf = s.expr(boolType, 2)
		secondLine = w.line("else if %s", elseIf.text)
		second = s.block(w, 2)
	}
	var no []stmt
	if s.r.IntN(2) == 0 {
		w.line("else")
		no = s.block(w, 3)
	}
	w.line("end")
	return func(f *frame) signal {
		f.at(line)
		if x.eval(f).Sign() != 0 {
			return do(yes, f)
		}
		if secondLine != 0 {
			f.at(secondLine)
			if elseIf.eval(f).Sign() != 0 {
				return do(second, f)
			}
		}
		return do(no, f)
	}
}

func (s *scope) forLoop(w *writer) stmt {
	from := int64(s.r.IntN(4))
	bound := s.operand(intType, 2)
	inclusive := s.r.IntN(2) == 0
	dots := ".."
	if inclusive {
		dots = "..="
	}
	v := variable{intType, s.name("i"), false}
	line := w.line("for %s in %d%s(%s mod 7)", v.name, from, dots, bound.text)
	body := s.loop(w, v)
	return func(f *frame) signal {
		f.at(line)
		to := new(big.Int).Rem(bound.eval(f), big.NewInt(7)).Int64()
		if inclusive {
			to++
		}
		for i := from; i < to; i++ {
			f.vars[v.name] = big.NewInt(i)
			if end := do(body, f); end == leave {
				break
			} else if end == back {
				return back
			}
		}
		return next
	}
}

// loop makes the body of a for, in which v is known, and its end.
func (s *scope) loop(w *writer, v variable) []stmt {
	vars := s.vars
	s.vars = append(s.vars[:len(s.vars):len(s.vars)], v)
	s.loops++
	body := s.block(w, 3)
	s.loops--
	s.vars = vars
	w.line("end")
	return body
}

func (s *scope) whileLoop(w *writer) stmt {
	count := s.name("w")
	turns := int64(1 + s.r.IntN(6))
	first := w.line("int !%s = %d", count, turns)
	x := s.expr(boolType, 2)
	line := w.line("while %s > 0 and %s", count, x.text)
	w.indent++
	w.line("%s -= 1", count)
	w.indent--
	s.loops++
	body := s.block(w, 3)
	s.loops--
	w.line("end")
	return func(f *frame) signal {
		f.at(first)
		for n := turns; ; n-- {
			f.at(line)
			if n == 0 || x.eval(f).Sign() == 0 {
				return next
			}
			if end := do(body, f); end == leave {
				return next
			} else if end == back {
				return back
			}
		}
	}
}

func (s *scope) match(w *writer) stmt {
	x := s.operand(intType, 2)
	line := w.line("match %s mod 9", x.text)
	type arm struct {
		low, high int64
		body      []stmt
	}
	var arms []arm
	for _, low := range s.r.Perm(9)[:1+s.r.IntN(4)] {
		a := arm{low: int64(low), high: int64(low)}
		label := fmt.Sprint(low)
		if high := int64(low + s.r.IntN(3)); high > a.low {
			a.high = high
			label = fmt.Sprintf("%d..=%d", low, high)
		}
		reached := false
		for n := a.low; n <= a.high; n++ {
			taken := false
			for _, b := range arms {
				taken = taken || b.low <= n && n <= b.high
			}
			reached = reached || !taken
		}
		if !reached {
			continue // refused: all its values have an arm
		}
		w.line("case %s", label)
		a.body = s.block(w, 2)
		arms = append(arms, a)
	}
	w.line("else")
	other := s.block(w, 2)
	w.line("end")
	return func(f *frame) signal {
		f.at(line)
		n := new(big.Int).Rem(x.eval(f), big.NewInt(9)).Int64()
		for _, a := range arms {
			if a.low <= n && n <= a.high {
				return do(a.body, f)
			}
		}
		return do(other, f)
	}
}

func (s *scope) leave(w *writer) stmt {
	x := s.operand(boolType, 2)
	word, how := "break", leave
	if s.r.IntN(2) == 0 {
		word, how = "skip", skip
	}
	line := w.line("%s if %s", word, x.text)
	return func(f *frame) signal {
		f.at(line)
		if x.eval(f).Sign() != 0 {
			return how
		}
		return next
	}
}

func (s *scope) assert(w *writer) stmt {
	x, y := s.operand(boolType, 2), s.operand(boolType, 1)
	if !s.wild() {
		y = literal(boolType, new(big.Int))
	}
	line := w.line("assert %s or not %s or %s", x.text, y.text, x.text)
	return func(f *frame) signal {
		f.at(line)
		if x.eval(f).Sign() == 0 && y.eval(f).Sign() != 0 && x.eval(f).Sign() == 0 {
			f.stop("assert")
		}
		return next
	}
}
