package random

import (
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
)

// Entries is how many entries a Program has, and Runs how often each is run: "program N
// arguments…" runs entry N.
const (
	Entries = 12
	Runs    = 4
)

// Program is a SLUL program, and what each of its entries does.
type Program struct {
	Source string
	calls  [Entries]call
}

type call struct {
	fn   *function
	line int
	args [Runs]map[string]*big.Int
}

// Outcome is what one entry prints, and how it ends: status 0, or 70 and the trap.
type Outcome struct {
	Stdout, Stderr string
	Status         int
}

// shared is what all programs here begin with, behind their first line.
const shared = `giveme
    Args args
    @Console console
end
enum Colour
    red
    green
    blue
end
enum Trouble
    odd
    big
    late
end
`

// preamble turns arguments into values. Those of wuint64 come as signed long.
const preamble = `service CommandMain "random"
` + shared + `func number int i returns signed long
code
    return args[i].parse_signed else 0
end
func word int i returns wuint64
code
    signed long n = number i
    if n < 0
        return to_wuint64 (n + 1 + 9223372036854775807) + 0x8000000000000000
    end
    return to_wuint64 n
end
func colour int i returns Colour
code
    match number i
    case 0
        return .red
    case 1
        return .green
    else
        return .blue
    end
end
`

// New makes the program of this seed, which is the file Random.slul.
func New(seed uint64) *Program {
	r := rand.New(rand.NewPCG(seed, 1))
	w := &writer{}
	w.line("# seed %d", seed)
	w.copy(preamble + cellRecord)
	p := &Program{}
	var funcs []*function
	names := 0
	for i := range Entries {
		funcs = append(funcs, newFunction(r, w, fmt.Sprintf("f%d", i), funcs, &names))
	}
	w.line("entry main returns nothing or Trouble")
	w.line("code")
	w.line("    int which = args[0].parse_int else 0")
	w.line("    match which")
	for i, fn := range funcs {
		c := call{fn: fn}
		text := fn.name
		for k, v := range fn.params {
			text += " " + argument(v.typ, k+1)
		}
		if fn.fails {
			text = "try " + text
		}
		w.line("    case %d", i)
		c.line = w.line("        console.print \"{}\" (%s)", text)
		for n := range c.args {
			c.args[n] = map[string]*big.Int{}
			for _, v := range fn.params {
				x := someNumber(r, v.typ)
				if v.typ.isNumber() && r.IntN(8) >= n*n { // more and more edges
					x = big.NewInt(int64(r.IntN(9)))
				}
				c.args[n][v.name] = x
			}
		}
		p.calls[i] = c
	}
	w.line("    else")
	w.line("        console.print \"no such entry\"")
	w.line("    end")
	w.line("end")
	p.Source = w.text.String()
	return p
}

// argument is the argument at place i of the command line as a value of t.
func argument(t *typ, i int) string {
	switch t {
	case boolType:
		return fmt.Sprintf("(number %d == 1)", i)
	case textType:
		return fmt.Sprintf("args[%d]", i)
	case enumType:
		return fmt.Sprintf("(colour %d)", i)
	case w64Type:
		return fmt.Sprintf("(word %d)", i)
	case slongType:
		return fmt.Sprintf("(number %d)", i)
	}
	return fmt.Sprintf("(%s (number %d))", conversion[t], i)
}

func newFunction(r *rand.Rand, w *writer, name string, known []*function, names *int) *function {
	fn := &function{name: name, result: pick(r, values), fails: r.IntN(3) == 0}
	s := &scope{r: r, funcs: known, next: names, calm: r.IntN(4) > 0, fails: fn.fails, result: fn.result}
	head := "func @" + name
	for range 1 + r.IntN(8) {
		v := variable{pick(r, values), s.name("p"), false}
		var low, high *big.Int
		head += " " + v.typ.name + " " + v.name
		if r.IntN(6) == 0 && v.typ != boolType && slices.Contains(plain, v.typ) {
			low, high = s.limits(v.typ)
			head += fmt.Sprintf(" in %s..=%s", low, high)
			w.line("%s", head)
			head = "   "
		}
		fn.params = append(fn.params, v)
		fn.low, fn.high = append(fn.low, low), append(fn.high, high)
		s.vars = append(s.vars, v)
	}
	returns := fn.result.name
	if fn.fails {
		returns += " or Trouble"
	}
	w.line("%s returns %s", head, returns)
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
	fn.body = append(fn.body, s.block(w, 7)...)
	s.vars = vars
	fn.body = append(fn.body, s.end(w))
	w.line("end")
	return fn
}

// Args are the command line of run n of an entry.
func (p *Program) Args(entry, n int) []string {
	c := p.calls[entry]
	list := []string{strconv.Itoa(entry)}
	for _, v := range c.fn.params {
		x := c.args[n][v.name]
		switch v.typ {
		case textType:
			list = append(list, texts[x.Int64()])
		case w64Type:
			list = append(list, strconv.FormatInt(int64(x.Uint64()), 10))
		default:
			list = append(list, x.String())
		}
	}
	return list
}

// Run tells what run n of an entry does; false when it would take too long.
func (p *Program) Run(entry, n int) (o Outcome, ok bool) {
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
	c := p.calls[entry]
	f := &frame{run: r}
	f.at(c.line)
	result := c.fn.call(f, maps.Clone(c.args[n]))
	if result.fails {
		return Outcome{r.out.String(), fmt.Sprintf("random: %s\n", troubles[result.trouble]), 1}, true
	}
	fmt.Fprintf(&r.out, "%s\n", shown{expr{typ: c.fn.result}, "{}"}.text(result.n))
	return Outcome{r.out.String(), "", 0}, true
}
