package random

import (
	"fmt"
	"math/big"
	"math/rand/v2"
)

// Entries is how many entries a Program has: "program N" runs entry N.
const Entries = 12

// Program is a SLUL program, and what each of its entries does.
type Program struct {
	Source string
	calls  [Entries]call
}

type call struct {
	fn   *function
	line int
	args map[string]*big.Int
}

// Outcome is what one entry prints, and how it ends: status 0, or 70 and the trap.
type Outcome struct {
	Stdout, Stderr string
	Status         int
}

// New makes the program of this seed; file is the name that traps show.
func New(seed uint64) *Program {
	r := rand.New(rand.NewPCG(seed, 1))
	w := &writer{}
	w.line("# seed %d", seed)
	w.line("service CommandMain \"random\"")
	w.line("giveme")
	w.line("    Args args")
	w.line("    @Console console")
	w.line("end")
	p := &Program{}
	var funcs []*function
	names := 0
	for i := range Entries {
		funcs = append(funcs, newFunction(r, w, fmt.Sprintf("f%d", i), funcs, &names))
	}
	w.line("entry main")
	w.line("code")
	w.line("    int which = args[0].parse_int else 0")
	w.line("    match which")
	for i, fn := range funcs {
		c := call{fn: fn, args: map[string]*big.Int{}}
		text := ""
		for _, v := range fn.params {
			l := literal(v.typ, someNumber(r, v.typ))
			if v.typ != boolType && r.IntN(3) > 0 {
				l = literal(v.typ, big.NewInt(int64(r.IntN(9))))
			}
			c.args[v.name] = l.eval(nil)
			text += " " + l.text
		}
		w.line("    case %d", i)
		c.line = w.line("        console.print \"{}\" (%s%s)", fn.name, text)
		p.calls[i] = c
	}
	w.line("    else")
	w.line("        console.print \"no such entry\"")
	w.line("    end")
	w.line("end")
	p.Source = w.text.String()
	return p
}

func newFunction(r *rand.Rand, w *writer, name string, known []*function, names *int) *function {
	s := &scope{r: r, funcs: known, next: names, calm: r.IntN(4) > 0}
	fn := &function{name: name, result: pick(r, values)}
	head := "func @" + name
	for range 1 + r.IntN(8) {
		v := variable{pick(r, values), s.name("p"), false}
		fn.params = append(fn.params, v)
		s.vars = append(s.vars, v)
		head += " " + v.typ.name + " " + v.name
	}
	w.line("%s returns %s", head, fn.result.name)
	w.line("code")
	for _, t := range values { // a variable of each type, so that all can be made
		v := variable{t, s.name("k"), r.IntN(2) == 0}
		l := literal(t, big.NewInt(int64(r.IntN(2))))
		mark := ""
		if v.mutable {
			mark = "!"
		}
		line := w.line("    %s %s%s = %s", t.name, mark, v.name, l.text)
		s.vars = append(s.vars, v)
		fn.body = append(fn.body, func(f *frame) signal {
			f.at(line)
			f.vars[v.name] = l.eval(f)
			return next
		})
	}
	vars := s.vars
	fn.body = append(fn.body, s.block(w, 12)...)
	s.vars = vars
	x := s.expr(fn.result, 3)
	line := w.line("    return %s", x.text)
	w.line("end")
	fn.body = append(fn.body, func(f *frame) signal {
		f.at(line)
		f.result = x.eval(f)
		return back
	})
	return fn
}

// Run tells what entry n does when the program is the file Random.slul; false when it
// would take too long.
func (p *Program) Run(n int) (o Outcome, ok bool) {
	r := &run{}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case tooLong:
			ok = false
		case trap:
			o = Outcome{r.out.String(), fmt.Sprintf("slul: trap: %s at Random.slul:%d\n", e.kind, e.line), 70}
			ok = true
		default:
			panic(e)
		}
	}()
	c := p.calls[n]
	args := map[string]*big.Int{}
	for name, v := range c.args {
		args[name] = v
	}
	f := &frame{run: r, vars: map[string]*big.Int{}}
	f.at(c.line)
	result := c.fn.call(r, args)
	fmt.Fprintf(&r.out, "%s\n", shown{expr{typ: c.fn.result}, "{}"}.text(result))
	return Outcome{r.out.String(), "", 0}, true
}
