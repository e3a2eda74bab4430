// Ctors: every field is set on each way through, and nothing sees the object before.

package check

import (
	"slul/compiler/syntax"
)

const isSet mark = 1

// ctors judges the ctors of the program. It needs all bodies checked without mistakes.
func (c *checker) ctors() {
	if len(c.errs) > 0 {
		return
	}
	for _, fn := range c.info.Funcs {
		if fn.Class != nil && fn.Class.Ctor == fn && !fn.Core {
			c.enter(fn.File, fn.Core)
			c.ctor(fn)
		}
	}
}

func (c *checker) ctor(fn *Func) {
	class := fn.Class
	p := &paths{c: c, now: make(marks)}
	for _, v := range class.Fields {
		if v.Default != nil {
			p.now[v] = isSet
		}
	}
	missing := func() (first *Var) {
		for _, v := range class.Fields {
			if p.now[v] != isSet && first == nil {
				first = v
			}
		}
		return first
	}
	whole := func(at syntax.Pos, what string) {
		if v := missing(); v != nil && p.now != nil {
			c.errorf(at, "`%s` is not set yet: a ctor sets all fields before %s", v.Name, what)
			p.now[v] = isSet // told once
		}
	}
	p.use = func(e syntax.Expr) {
		switch e := e.(type) {
		case *syntax.ThisExpr:
			whole(e.Pos(), "`this` is used")
		case *syntax.Name:
			if v, ok := c.info.Use(e).(*Var); ok && v.Kind == FieldVar && p.now[v] != isSet {
				c.errorf(e.Pos(), "`%s` is read before it is set", v.Name)
			}
		case *syntax.Member:
			if _, ok := e.X.(*syntax.ThisExpr); ok && isOwnField(c.info.Field(e)) && p.now[c.info.Field(e)] != isSet {
				c.errorf(e.Pos(), "`%s` is read before it is set", e.Name.Name)
			}
		}
	}
	p.call = func(call *Call) {
		if call.This {
			whole(call.pos, "`this` is used")
		}
	}
	p.store = func(s *syntax.AssignStmt) {
		switch left := s.Left.(type) {
		case *syntax.Name:
			if v, ok := c.info.Use(left).(*Var); ok && v.Kind == FieldVar {
				p.now[v] = isSet
			}
		case *syntax.Member:
			if _, ok := left.X.(*syntax.ThisExpr); ok && s.Op == syntax.OpNone {
				p.now[c.info.Field(left)] = isSet
			}
		}
	}
	p.begin = func(*Var, syntax.Expr) {}
	p.exit = func(at syntax.Pos, _ syntax.Expr) { whole(at, "it ends") }
	p.fails = func(syntax.Pos) {}
	p.close = func(syntax.Pos, *Var) {}
	p.merge = func(_ syntax.Pos, _ *Var, a, b mark) mark { return min(a, b) }
	p.block(fn.Decl.Body)
	if p.now != nil {
		whole(fn.Decl.Body.EndPos, "it ends")
	}
}

// isOwnField tells fields from the givemes of a service, and from funcs.
func isOwnField(v *Var) bool { return v != nil && v.Kind == FieldVar }
