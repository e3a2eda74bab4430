package interp

import (
	"bytes"
	"fmt"
	"path"

	"slul/compiler/check"
	"slul/compiler/syntax"
)

// Outcome is what a run does.
type Outcome struct {
	Stdout, Stderr string
	Status         int
}

// Unsupported is the error of a program that uses what the interpreter does not have.
type Unsupported struct{ What string }

func (u Unsupported) Error() string { return "the interpreter has no " + u.What }

// TooLong is the error of a program that takes more steps than it may.
type TooLong struct{}

func (TooLong) Error() string { return "too many steps" }

// value is a scalar (int64: its bits, as check.Value has them), a string, or a
// reference: *object, *array, *list, *dict or *buffer. none and nothing are nil.
type value any

// failure is how a call of a func with "or E" fails: the number of the error.
type failure struct{ number int64 }

// trap stops the program.
type trap struct{ kind string }

// machine is one run.
type machine struct {
	info  *check.Info
	args  []string
	steps int
	made  int // bytes of texts and elements of containers, as far as they were counted
	depth int

	out, err bytes.Buffer
	file     *syntax.File // of what runs
	line     int32        // of the program's own
	givemes  []value
	service  *object // its own fields
}

// frame is one call.
type frame struct {
	*machine
	fn     *check.Func
	this   *object
	locals map[*check.Var]value
}

// maxDepth is how deep calls may nest: far below what a stack of 8 MiB holds.
const maxDepth = 10_000

// Run runs a program from its entry to its end, for so many steps.
func Run(info *check.Info, args []string, steps int) (o Outcome, err error) {
	m := &machine{info: info, args: args, steps: steps}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case Unsupported, TooLong:
			err = e.(error)
		case trap:
			fmt.Fprintf(&m.err, "slul: trap: %s at %s:%d\n", e.kind, path.Base(m.file.Name), m.line)
			o = Outcome{m.out.String(), m.err.String(), 70}
		default:
			panic(e)
		}
	}()
	s := info.Service
	m.file = s.File
	for _, v := range s.Givemes {
		m.givemes = append(m.givemes, m.giveme(v))
	}
	m.service = &object{nil, map[*check.Var]*value{}}
	f := &frame{machine: m, fn: s.Main}
	for _, v := range s.Fields {
		m.service.fields[v] = new(value)
		if v.Default != nil {
			*m.service.fields[v] = f.expr(v.Default)
		}
	}
	if s.Ctor != nil {
		m.call(s.Ctor, m.service, nil)
	}
	result, failed := m.call(s.Main, m.service, nil)
	status := 0
	switch {
	case failed != nil:
		fmt.Fprintf(&m.err, "%s: %s\n", s.Command, nameOf(s.Main.Fails, failed.number))
		status = 1
	case s.Main.Result.Kind == check.EnumKind:
		status = int(result.(int64))
	}
	return Outcome{m.out.String(), m.err.String(), status}, nil
}

func (m *machine) giveme(v *check.Var) value {
	switch {
	case v.Giveme.Option != nil:
		panic(Unsupported{"options"})
	case v.Giveme.Default != nil:
		return constant(v.Type, v.DefaultValue)
	case v.Type.Elem != nil: // Args
		l := &list{}
		for _, a := range m.args {
			l.elems = append(l.elems, a)
		}
		return l
	}
	return v.Type.Class.Name
}

func (m *machine) stop(kind string) { panic(trap{kind}) }

// maxMade bounds what a run may make: programs that double a text in a loop have no end.
const maxMade = 32 << 20

// make counts bytes or elements that come into being.
func (m *machine) make(n int) {
	if m.made += n; m.made > maxMade {
		panic(Unsupported{"so much memory"})
	}
}

// tick counts a step.
func (m *machine) tick() {
	if m.steps--; m.steps < 0 {
		panic(TooLong{})
	}
}

// at notes the place of what follows, for traps. A mistake that core finds is its
// caller's.
func (f *frame) at(p syntax.Pos) {
	if !f.fn.Core {
		f.file, f.line = f.fn.File, p.Line
	}
}

// call runs a func. Ranges of parameters are the caller's to check.
func (m *machine) call(fn *check.Func, this *object, args []value) (result value, failed *failure) {
	m.tick()
	if m.depth++; m.depth > maxDepth {
		panic(Unsupported{"stack for so many calls"})
	}
	file, line := m.file, m.line
	f := &frame{machine: m, fn: fn, this: this, locals: map[*check.Var]value{}}
	for i, p := range fn.Params {
		f.locals[p] = args[i]
	}
	how := f.block(fn.Decl.Body)
	m.depth--
	m.file, m.line = file, line
	return how.result, how.failed
}

// nameOf is the name of an enum's value.
func nameOf(t *check.Type, number int64) string {
	for _, v := range t.Enum.Values {
		if v.Number == number {
			return v.Name
		}
	}
	panic(fmt.Sprintf("bug: interp: %s has no value %d", t, number))
}
