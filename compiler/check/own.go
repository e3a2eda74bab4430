// Ownership: an own value is consumed exactly once on each way through a func: given to
// an own parameter, or returned.

package check

import (
	"sort"

	"slul/compiler/syntax"
)

// What is known of an own variable.
const (
	live mark = iota + 1
	gone
)

// owned judges the funcs of the program that have own variables. It needs all bodies checked
// without mistakes.
func (c *checker) owned() {
	if len(c.errs) > 0 {
		return
	}
	for _, fn := range c.info.Funcs {
		if !fn.Core && fn.owns {
			c.enter(fn.File, fn.Core)
			c.ownedIn(fn)
		}
	}
}

func (c *checker) ownedIn(fn *Func) {
	o := &owners{c: c, told: make(map[*Var]bool), where: make(map[*Var]int32)}
	p := &paths{c: c, now: make(marks)}
	o.paths = p
	for _, v := range fn.Params {
		if v.Type.isOwn() {
			p.now[v] = live
		}
	}
	p.use = o.use
	p.call = func(call *Call) {
		if call.Func == nil {
			return
		}
		for i, v := range call.Func.Params {
			if v.Type.isOwn() {
				o.consume(call.Args[i])
			}
		}
	}
	p.begin = func(v *Var, value syntax.Expr) {
		if v.Type.isOwn() {
			o.consume(value)
			p.now[v] = live
		}
	}
	p.store = func(*syntax.AssignStmt) {}
	p.exit = func(at syntax.Pos, x syntax.Expr) {
		if x != nil && fn.Result.isOwn() {
			o.consume(x)
		}
		o.allGone(at, "here the func ends")
	}
	p.fails = func(at syntax.Pos) { o.allGone(at, "when this fails the func ends") }
	p.close = func(at syntax.Pos, v *Var) { o.mustBeGone(at, v, "here its block ends") }
	p.merge = o.merge
	p.block(fn.Decl.Body)
	if p.now != nil {
		o.allGone(fn.Decl.Body.EndPos, "here the func ends")
	}
}

// owners reports, once for each variable.
type owners struct {
	*paths
	c    *checker
	told map[*Var]bool

	where map[*Var]int32 // the line where it was given away last
}

// variable is the own variable that e names.
func (o *owners) variable(e syntax.Expr) *Var {
	n := asName(e)
	if n == nil {
		return nil
	}
	if v, ok := o.c.info.Use(n).(*Var); ok && v.Type.isOwn() {
		return v
	}
	return nil
}

func (o *owners) use(e syntax.Expr) {
	if v := o.variable(e); v != nil && o.now[v] == gone {
		o.goneBefore(e, v)
	}
}

func (o *owners) consume(e syntax.Expr) {
	if v := o.variable(e); v != nil {
		if o.now[v] == gone {
			o.goneBefore(e, v)
		}
		o.now[v] = gone
		o.where[v] = e.Pos().Line
	}
}

func (o *owners) goneBefore(e syntax.Expr, v *Var) {
	o.tell(v, e.Pos(), "`%s` was given away before (line %d)", v.Name, o.where[v])
}

func (o *owners) tell(v *Var, at syntax.Pos, format string, args ...any) {
	if !o.told[v] {
		o.told[v] = true
		o.c.errorf(at, format, args...)
	}
}

func (o *owners) mustBeGone(at syntax.Pos, v *Var, when string) {
	if o.now[v] == live {
		o.tell(v, at, "`%s` (line %d) is `own` and was not given back: %s, and `close` it before", v.Name, v.Ident.Pos().Line, when)
	}
}

func (o *owners) allGone(at syntax.Pos, when string) {
	for _, v := range o.order(o.now, nil) {
		o.mustBeGone(at, v, when)
	}
}

// merge: two ways meet and must agree.
func (o *owners) merge(at syntax.Pos, v *Var, a, b mark) mark {
	if a != b && a != 0 && b != 0 {
		o.tell(v, at, "`%s` (line %d) is `own` and was given away on one of the ways that meet here, not on the other", v.Name, v.Ident.Pos().Line)
		return gone
	}
	return max(a, b)
}

// sortVars orders variables by their places.
func sortVars(list []*Var) {
	sort.Slice(list, func(i, j int) bool {
		if list[i].Ident == nil || list[j].Ident == nil {
			return list[j].Ident != nil
		}
		return list[i].Ident.Pos().Before(list[j].Ident.Pos())
	})
}
