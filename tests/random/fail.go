package random

import (
	"fmt"
	"math/big"
)

// troubles are the values of enum Trouble, with which funcs of the program fail.
var troubles = []string{"odd", "big", "late"}

// failed is the panic that ends the body of a func that fails.
type failed struct{ trouble int }

// outcome is the result of a call, or how it failed.
type outcome struct {
	n       *big.Int
	fails   bool
	trouble int
}

// bareCall is a call without parentheses, and without what one that may fail needs.
type bareCall struct {
	fn   *function
	text string
	eval func(f *frame) outcome
}

// attempt does the body of fn.
func attempt(fn *function, f *frame) (o outcome) {
	defer func() {
		if r := recover(); r != nil {
			e, is := r.(failed)
			if !is {
				panic(r)
			}
			o = outcome{fails: true, trouble: e.trouble}
		}
	}()
	do(fn.body, f)
	return outcome{n: f.result}
}

// handled makes an expression of a call: one that may fail has try in front, where the
// func around may fail too, or else behind it.
func (s *scope) handled(call bareCall, depth int) expr {
	t := call.fn.result
	if !call.fn.fails {
		return expr{t, "(" + call.text + ")", false, func(f *frame) *big.Int { return call.eval(f).n }}
	}
	if s.fails && s.r.IntN(2) == 0 {
		return expr{t, "(try " + call.text + ")", false, func(f *frame) *big.Int {
			o := call.eval(f)
			if o.fails {
				panic(failed{o.trouble})
			}
			return o.n
		}}
	}
	y := s.expr(t, depth)
	return expr{t, fmt.Sprintf("(%s else %s)", call.text, y.text), false, func(f *frame) *big.Int {
		if o := call.eval(f); !o.fails {
			return o.n
		}
		return y.eval(f)
	}}
}

// giveUp ends the func around with an error, or with a result, when a condition holds.
func (s *scope) giveUp(w *writer) stmt {
	x := s.operand(boolType, 2)
	line := w.line("if %s", x.text)
	w.indent++
	end := s.end(w)
	w.indent--
	w.line("end")
	return func(f *frame) signal {
		f.at(line)
		if x.eval(f).Sign() != 0 {
			return end(f)
		}
		return next
	}
}

// end is a statement that leaves the func.
func (s *scope) end(w *writer) stmt {
	if s.fails && s.r.IntN(2) == 0 {
		n := s.r.IntN(len(troubles))
		w.line("error .%s", troubles[n])
		return func(*frame) signal { panic(failed{n}) }
	}
	x := s.expr(s.result, 2)
	line := w.line("return %s", s.leaving(s.result, x.text))
	return func(f *frame) signal {
		f.at(line)
		f.result = x.eval(f)
		return back
	}
}

// watched is a declaration or assignment of what may fail, with its block.
func (s *scope) watched(w *writer) stmt {
	var risky []*function
	for _, fn := range s.funcs {
		if fn.fails {
			risky = append(risky, fn)
		}
	}
	if len(risky) == 0 || s.loops > 1 {
		return nil
	}
	fn := pick(s.r, risky)
	call := s.callOf(fn, 2)
	old, assigns := s.mutable(fn.result)
	assigns = assigns && (s.arenas == 0 || fn.result != textType) // what a call gives may not leave an arena
	v := old
	if !assigns {
		v = variable{fn.result, s.name("t"), s.r.IntN(2) == 0}
	}
	line := 0
	switch {
	case assigns:
		line = w.line("%s = %s", v.name, call.text)
	case v.mutable:
		line = w.line("%s !%s = %s", v.typ.name, v.name, call.text)
	default:
		line = w.line("%s %s = %s", v.typ.name, v.name, call.text)
	}
	e := s.name("e")
	w.line("on error %s", e)
	w.indent++
	shown := w.line("console.print \"failed: {}\" %s", e)
	leaves := func(*frame) signal { return next }
	if !assigns {
		leaves = s.end(w)
	}
	w.indent--
	w.line("end")
	if !assigns {
		s.vars = append(s.vars, v)
	}
	return func(f *frame) signal {
		f.at(line)
		o := call.eval(f)
		if !o.fails {
			f.vars[v.name] = o.n
			return next
		}
		f.at(shown)
		fmt.Fprintf(&f.run.out, "failed: %s\n", troubles[o.trouble])
		return leaves(f)
	}
}

// mutable gives a variable of this type that may be assigned.
func (s *scope) mutable(t *typ) (v variable, ok bool) {
	for _, v := range s.vars {
		if v.typ == t && v.mutable {
			return v, true
		}
	}
	return variable{}, false
}
