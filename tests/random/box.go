package random

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// box is a List or a Map of int that the program has made. In the model a List is its
// values; a Map has the keys 0 to mapKeys-1, nil for those that are not there.
type box struct {
	typ    *typ
	name   string
	isMap  bool
	frozen bool // a loop goes over it
}

const mapKeys = 5

// cells is the record Cell of every program: its fields, with their defaults.
var cells = []struct {
	name  string
	typ   *typ
	value int64 // -1: must be given
}{
	{"n", intType, -1}, {"b", byteType, 7}, {"s", slongType, 30}, {"w", w64Type, -1}, {"t", boolType, 0}, {"c", enumType, 1},
}

const cellRecord = `record Cell
    int n
    byte b = 7
    signed long s = 30
    wuint64 w
    bool t = false
    Colour c = .green
end
`

// scalars are the types of elements of an Array, and of what may be changed in an arena.
var scalars = append([]*typ{boolType, enumType}, numbers...)

// made adds the parts of something new as variables that may be assigned.
func (s *scope) made(t *typ, name string) {
	s.vars = append(s.vars, variable{t, name, true})
}

// record makes a Cell; its fields are variables from then on.
func (s *scope) record(w *writer) stmt {
	name := s.name("c")
	text := ""
	given := make([]*expr, len(cells))
	for _, i := range s.r.Perm(len(cells)) { // in which they are written, and so computed
		if cells[i].value >= 0 && s.r.IntN(2) == 0 {
			continue
		}
		x := s.expr(cells[i].typ, 2)
		given[i] = &x
		text += fmt.Sprintf(" %s=%s", cells[i].name, x.text)
	}
	order := fieldOrder(text)
	line := w.line("!Cell %s = new%s", name, text)
	for _, c := range cells {
		s.made(c.typ, name+"."+c.name)
	}
	return func(f *frame) signal {
		f.at(line)
		for _, i := range order {
			f.vars[name+"."+cells[i].name] = given[i].eval(f)
		}
		for i, c := range cells {
			if given[i] == nil {
				f.vars[name+"."+c.name] = big.NewInt(c.value)
			}
		}
		return next
	}
}

// fieldOrder is the places in cells of the fields in the order of their text.
func fieldOrder(text string) (order []int) {
	at := func(i int) int { return strings.Index(text, " "+cells[i].name+"=") }
	for i := range cells {
		if at(i) >= 0 {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return at(a) - at(b) })
	return order
}

// array makes an Array; its elements are variables from then on.
func (s *scope) array(w *writer) stmt {
	t, name, n := pick(s.r, scalars), s.name("a"), 1+s.r.IntN(4)
	var elems []expr
	text := fmt.Sprintf("new %d", n)
	if s.r.IntN(2) == 0 {
		text = "["
		for range n {
			elems = append(elems, s.expr(t, 2))
			text += elems[len(elems)-1].text + " "
		}
		text = strings.TrimSpace(text) + "]"
	}
	line := w.line("!Array of %s %s = %s", t.name, name, text)
	for i := range n {
		s.made(t, fmt.Sprintf("%s[%d]", name, i))
	}
	return func(f *frame) signal {
		f.at(line)
		for i := range n {
			x := new(big.Int)
			if elems != nil {
				x = elems[i].eval(f)
			}
			f.vars[fmt.Sprintf("%s[%d]", name, i)] = x
		}
		return next
	}
}

// newBox makes a List or a Map.
func (s *scope) newBox(w *writer) stmt {
	b := box{typ: pick(s.r, scalars), name: s.name("x"), isMap: s.r.IntN(2) == 0}
	if b.isMap {
		line := w.line("!Map of int to %s %s = new", b.typ.name, b.name)
		s.boxes = append(s.boxes, b)
		return func(f *frame) signal {
			f.at(line)
			f.box(b.name, make([]*big.Int, mapKeys))
			return next
		}
	}
	var elems []expr
	text := ""
	for range s.r.IntN(4) {
		x := s.expr(b.typ, 2)
		elems = append(elems, x)
		text += " " + x.text
	}
	line := w.line("!List of %s %s = [%s]", b.typ.name, b.name, strings.TrimSpace(text))
	s.boxes = append(s.boxes, b)
	return func(f *frame) signal {
		f.at(line)
		var list []*big.Int
		for _, x := range elems {
			list = append(list, x.eval(f))
		}
		f.box(b.name, list)
		return next
	}
}

// box sets what a box holds.
func (f *frame) box(name string, list []*big.Int) {
	if f.boxes == nil {
		f.boxes = map[string][]*big.Int{}
	}
	f.boxes[name] = list
}

// useBox does something with a box, nil without one.
func (s *scope) useBox(w *writer) stmt {
	var fit []box
	for _, b := range s.boxes {
		if !b.frozen {
			fit = append(fit, b)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	b := pick(s.r, fit)
	if b.isMap {
		return s.useMap(w, b)
	}
	return s.useList(w, b)
}

func (s *scope) useList(w *writer, b box) stmt {
	switch s.r.IntN(7) {
	case 0, 1:
		x := s.expr(b.typ, 2)
		line := w.line("%s.push %s", b.name, x.text)
		return func(f *frame) signal {
			f.at(line)
			n := x.eval(f)
			f.box(b.name, append(slices.Clone(f.boxes[b.name]), n))
			return next
		}
	case 2:
		x, v := s.expr(b.typ, 1), variable{b.typ, s.name("v"), false}
		line := w.line("%s %s = %s.pop else %s", b.typ.name, v.name, b.name, x.text)
		s.vars = append(s.vars, v)
		return func(f *frame) signal {
			f.at(line)
			list := f.boxes[b.name]
			if len(list) == 0 {
				f.vars[v.name] = x.eval(f)
				return next
			}
			f.vars[v.name] = list[len(list)-1]
			f.box(b.name, list[:len(list)-1])
			return next
		}
	case 3:
		return s.element(w, b)
	case 4:
		return s.listLoop(w, b)
	case 5:
		if b.typ != boolType {
			line := w.line("%s.sort", b.name)
			return func(f *frame) signal {
				f.at(line)
				list := slices.Clone(f.boxes[b.name])
				slices.SortFunc(list, (*big.Int).Cmp)
				f.box(b.name, list)
				return next
			}
		}
	}
	line := w.line("%s.reverse", b.name)
	return func(f *frame) signal {
		f.at(line)
		list := slices.Clone(f.boxes[b.name])
		slices.Reverse(list)
		f.box(b.name, list)
		return next
	}
}

// element reads an element, or writes one; its index may be too large.
func (s *scope) element(w *writer, b box) stmt {
	i := s.operand(intType, 2)
	place := fmt.Sprintf("%s[%s mod 5]", b.name, i.text)
	find := func(f *frame) int64 {
		n := new(big.Int).Rem(i.eval(f), big.NewInt(5)).Int64()
		return n
	}
	check := func(f *frame, n int64) {
		if n >= int64(len(f.boxes[b.name])) {
			f.stop("bounds")
		}
	}
	guard := !s.wild()
	if guard {
		w.line("if %s.length > 4", b.name)
		w.indent++
	}
	var do stmt
	if s.r.IntN(2) == 0 {
		x := s.expr(b.typ, 2)
		line := w.line("%s = %s", place, x.text)
		do = func(f *frame) signal {
			f.at(line)
			n := find(f)
			v := x.eval(f)
			check(f, n)
			list := slices.Clone(f.boxes[b.name])
			list[n] = v
			f.box(b.name, list)
			return next
		}
	} else {
		line := w.line("console.print \"at {}\" %s", place)
		do = func(f *frame) signal {
			f.at(line)
			n := find(f)
			check(f, n)
			f.run.out.WriteString("at " + shown{expr{typ: b.typ}, "{}"}.text(f.boxes[b.name][n]) + "\n")
			return next
		}
	}
	if !guard {
		return do
	}
	w.indent--
	w.line("end")
	return func(f *frame) signal {
		if len(f.boxes[b.name]) > 4 {
			return do(f)
		}
		return next
	}
}

// listLoop goes over a List, which its body leaves alone.
func (s *scope) listLoop(w *writer, b box) stmt {
	v := variable{b.typ, s.name("e"), false}
	line := w.line("for %s in %s", v.name, b.name)
	boxes := s.boxes
	s.boxes = slices.Clone(boxes)
	for i := range s.boxes {
		if s.boxes[i].name == b.name {
			s.boxes[i].frozen = true
		}
	}
	body := s.loop(w, v)
	s.boxes = boxes
	return func(f *frame) signal {
		f.at(line)
		for _, x := range f.boxes[b.name] {
			f.vars[v.name] = x
			if end := do(body, f); end == leave {
				break
			} else if end == back {
				return back
			}
		}
		return next
	}
}

func (s *scope) useMap(w *writer, b box) stmt {
	k := s.operand(intType, 2)
	key := func(f *frame) int64 { return new(big.Int).Rem(k.eval(f), big.NewInt(mapKeys)).Int64() }
	text := fmt.Sprintf("(%s mod %d)", k.text, mapKeys)
	switch s.r.IntN(5) {
	case 0, 1:
		x := s.expr(b.typ, 2)
		line := w.line("%s.set %s %s", b.name, text, x.text)
		return func(f *frame) signal {
			f.at(line)
			n := key(f)
			list := slices.Clone(f.boxes[b.name])
			list[n] = x.eval(f)
			f.box(b.name, list)
			return next
		}
	case 2:
		line := w.line("%s.remove %s", b.name, text)
		return func(f *frame) signal {
			f.at(line)
			n := key(f)
			list := slices.Clone(f.boxes[b.name])
			list[n] = nil
			f.box(b.name, list)
			return next
		}
	case 3:
		line := w.line("console.print \"{} keys, {}\" %s.keys.length (%s.has %s)", b.name, b.name, text)
		return func(f *frame) signal {
			f.at(line)
			count := 0
			for _, x := range f.boxes[b.name] {
				if x != nil {
					count++
				}
			}
			fmt.Fprintf(&f.run.out, "%d keys, %t\n", count, f.boxes[b.name][key(f)] != nil)
			return next
		}
	}
	return s.perhaps(w, b, text, key)
}

// perhaps asks a Map for a value that may be none, and does one thing or the other.
func (s *scope) perhaps(w *writer, b box, text string, key func(*frame) int64) stmt {
	v := variable{b.typ, s.name("q"), false}
	line := w.line("?%s %s = %s.get %s", b.typ.name, v.name, b.name, text)
	test := "<>"
	if s.r.IntN(2) == 0 {
		test = "=="
	}
	second := w.line("if %s %s none", v.name, test)
	vars := s.vars
	known := func() []stmt {
		s.vars = append(vars[:len(vars):len(vars)], v)
		defer func() { s.vars = vars }()
		return s.block(w, 2)
	}
	var there, missing []stmt
	if test == "<>" {
		there = known()
		w.line("else")
		missing = s.block(w, 2)
	} else {
		missing = s.block(w, 2)
		w.line("else")
		there = known()
	}
	w.line("end")
	return func(f *frame) signal {
		f.at(line)
		x := f.boxes[b.name][key(f)]
		f.at(second)
		if x == nil {
			return do(missing, f)
		}
		f.vars[v.name] = x
		return do(there, f)
	}
}

// arena makes a block whose memory is given back. Texts that leave it are copied.
func (s *scope) arena(w *writer) stmt {
	line := w.line("arena")
	s.arenas++
	body := s.block(w, 4)
	s.arenas--
	w.line("end")
	return func(f *frame) signal {
		f.at(line)
		return do(body, f)
	}
}

// leaving is the text of a value of type t that may outlive the arena at hand.
func (s *scope) leaving(t *typ, text string) string {
	if s.arenas > 0 && t == textType {
		return "copy " + text
	}
	return text
}
