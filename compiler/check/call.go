// Calls: what is called, and which argument goes to which parameter.

package check

import (
	"slul/compiler/syntax"
)

// call is a func with arguments.
func (c *checker) call(e *syntax.Call, want *Type) operand {
	switch fun := e.Fun.(type) {
	case *syntax.Name:
		return c.callName(e, fun, e.Args, want)
	case *syntax.Member:
		return c.member(e, fun, e.Args, want)
	}
	c.errorf(e.Pos(), "only funcs can be called")
	return bad(e)
}

// callName is a call of a func or primitive by its name; e is the whole call.
func (c *checker) callName(e syntax.Expr, name *syntax.Name, args []*syntax.Arg, want *Type) operand {
	if fn, ok := c.global(name.Name).(*Func); ok && c.local(name.Name) == nil {
		c.info.Uses[name] = fn
		return c.callFunc(e, name.Pos(), fn, nil, args)
	}
	if info := prims[name.Name]; info != nil && c.local(name.Name) == nil {
		return c.callPrim(e, name, info, args, want)
	}
	if info := unsafePrims[name.Name]; info != nil {
		if !c.unsafe() {
			c.errorf(name.Pos(), "`%s` is only known in .slunsafe files", name.Name)
			return c.badCall(e, args)
		}
		return c.callPrim(e, name, info, args, want)
	}
	what := ""
	switch {
	case c.local(name.Name) != nil, c.givemes[name.Name] != nil && !c.core:
		what = "no func"
	case isConst(c.global(name.Name)):
		what = "a constant"
	}
	if what != "" { // the line goes on where it should not
		c.errorf(args[0].Pos(), "expected an operator or the end of the line: `%s` is %s and takes no arguments", name.Name, what)
		return bad(e)
	}
	c.unknown(name, want)
	return c.badCall(e, args)
}

func isConst(o Object) bool { _, ok := o.(*Const); return ok }

// badCall looks at the arguments of a call that was refused, for their own mistakes.
func (c *checker) badCall(e syntax.Expr, args []*syntax.Arg) operand {
	for _, a := range args {
		if isShort(a.X) {
			continue
		}
		if x := c.expr(a.X, nil); !x.invalid() {
			c.settleDefault(&x)
		}
	}
	return bad(e)
}

// member is `X.name` with or without arguments; e is the whole call.
func (c *checker) member(e syntax.Expr, m *syntax.Member, args []*syntax.Arg, want *Type) operand {
	if _, ok := m.X.(*syntax.ThisExpr); ok {
		return c.thisMember(e, m, args)
	}
	x := c.value(m.X, nil)
	if x.invalid() {
		return c.badCall(e, args)
	}
	c.settleDefault(&x)
	of, name := x.typ.Name, m.Name.Name
	if x.typ.Kind == ObjectKind {
		of = x.typ.Class
	}
	for i := range members {
		if info := &members[i]; info.of == of && info.name == name {
			return c.callMember(e, m, info, &x, args)
		}
	}
	if x.typ.Kind == String {
		if fn, ok := c.coreNames[coreMember+name].(*Func); ok && c.public[coreMember+name] {
			return c.callFunc(e, m.Name.Pos(), fn, m.X, args)
		}
	}
	if laterMembers[of+"."+name] {
		c.later(m.Name.Pos(), "`%s` of %s is", name, x.typ)
	} else {
		c.errorf(m.Name.Pos(), "%s has no member `%s`%s", x.typ, name, didYouMean(name, c.membersOf(of)))
	}
	return c.badCall(e, args)
}

// membersOf lists the members of a type for a guess.
func (c *checker) membersOf(of string) (list []string) {
	for _, m := range members {
		if m.of == of {
			list = append(list, m.name)
		}
	}
	if of == StringType.Name {
		for name := range c.public {
			if len(name) > len(coreMember) && name[:len(coreMember)] == coreMember {
				list = append(list, name[len(coreMember):])
			}
		}
	}
	return list
}

// thisMember is `this.name`: a giveme or a func of the service.
func (c *checker) thisMember(e syntax.Expr, m *syntax.Member, args []*syntax.Arg) operand {
	if c.core || c.fn == nil {
		c.errorf(m.X.Pos(), "there is no `this` here")
		return c.badCall(e, args)
	}
	name := m.Name.Name
	if v := c.givemes[name]; v != nil {
		c.later(m.Pos(), "`this.%s` is: write `%s`; it is", name, name)
		return c.badCall(e, args)
	}
	if fn, ok := c.program[name].(*Func); ok {
		return c.callFunc(e, m.Name.Pos(), fn, nil, args)
	}
	known := append(sorted(c.program), sorted(c.givemes)...)
	c.errorf(m.Name.Pos(), "the service has no member `%s`%s", name, didYouMean(name, known))
	return c.badCall(e, args)
}

// record keeps a resolved call.
func (c *checker) record(e syntax.Expr, pos syntax.Pos, call *Call) operand {
	c.info.Calls[e] = call
	if c.fn != nil {
		c.calls[c.fn] = append(c.calls[c.fn], call)
	}
	if call.Fails != nil && c.mayFail != e {
		c.errorf(pos, "this call can fail with %s: write `try` before it, or `else` or `on error` behind it", call.Fails)
	}
	return operand{expr: e, typ: call.Result}
}

// callFunc is a call of fn. recv, when there is one, is its first argument.
func (c *checker) callFunc(e syntax.Expr, pos syntax.Pos, fn *Func, recv syntax.Expr, args []*syntax.Arg) operand {
	if c.fn == nil {
		c.errorf(pos, "a constant cannot call funcs")
		return c.badCall(e, args)
	}
	if fn.Entry {
		c.errorf(pos, "`%s` is an entry: only the loader calls it", fn.Name)
		return c.badCall(e, args)
	}
	if miss := fn.Sigils &^ c.fn.Sigils; miss != 0 && !c.core && !fn.Core {
		c.errorf(pos, "`%s` is a `func %s`: only `func %s` may call it, and `%s` is none", fn.Name, sigilText(miss), sigilText(miss), c.fn.Name)
	}
	call := &Call{Func: fn, Recv: recv, Result: fn.Result, Fails: fn.Fails}
	call.Args = make([]syntax.Expr, len(fn.Params))
	if recv != nil && len(fn.Params) > 0 {
		call.Args[0] = recv
		call.Eval = append(call.Eval, 0)
	}
	ok := c.arguments(pos, fn, call, args)
	for i, p := range fn.Params {
		switch {
		case call.Args[i] != nil:
		case p.Default != nil:
			call.Args[i] = p.Default
			call.Eval = append(call.Eval, i)
		case ok:
			hint := ""
			if c.asArgument == e {
				hint = callHint(e)
			}
			c.errorf(pos, "`%s` needs an argument for `%s` (%s)%s", fn.Name, p.Name, p.Type, hint)
			ok = false
		}
	}
	if !ok {
		return bad(e)
	}
	return c.record(e, pos, call)
}

func sigilText(s syntax.Sigils) string {
	if s&syntax.Change != 0 && s&syntax.DoIO != 0 {
		return "!@"
	} else if s&syntax.Change != 0 {
		return "!"
	}
	return "@"
}

// arguments gives each argument its parameter: first those by place, then by name.
func (c *checker) arguments(pos syntax.Pos, fn *Func, call *Call, args []*syntax.Arg) (ok bool) {
	ok = true
	next, named := len(call.Eval), false
	for _, a := range args {
		i := next
		if a.Name != nil {
			named = true
			i = paramIndex(fn, a.Name.Name)
		}
		switch {
		case a.Name != nil && i < 0:
			c.errorf(a.Name.Pos(), "`%s` has no parameter `%s`%s", fn.Name, a.Name.Name, didYouMean(a.Name.Name, paramNames(fn)))
			ok = false
		case a.Name == nil && named:
			c.errorf(a.Pos(), "arguments by place stand before those by name")
			ok = false
		case i >= len(fn.Params):
			c.errorf(a.Pos(), "too many arguments: `%s` takes %s%s", fn.Name, count(len(fn.Params)-recvCount(call), "argument"), callHint(a.X))
			ok = false
		case call.Args[i] != nil:
			c.errorf(a.Pos(), "`%s` is given twice", fn.Params[i].Name)
			ok = false
		default:
			call.Args[i] = a.X
			call.Eval = append(call.Eval, i)
			next++
			ok = c.argument(a.X, fn.Params[i]) && ok
			continue
		}
		c.badCall(a.X, []*syntax.Arg{a})
		if !ok && a.Name == nil && i >= len(fn.Params) {
			return false // the rest is too much as well
		}
	}
	return ok
}

func recvCount(call *Call) int {
	if call.Recv != nil {
		return 1
	}
	return 0
}

// callHint guesses that an argument was meant as a call.
func callHint(x syntax.Expr) string {
	if _, ok := x.(*syntax.Name); ok {
		return " (a call as an argument stands in parentheses)"
	}
	return ""
}

// argument settles one argument for parameter p.
func (c *checker) argument(e syntax.Expr, p *Var) bool {
	c.asArgument = e
	if !c.valueOf(e, p.Type, "`"+p.Name+"`") {
		return false
	}
	c.store(e, p)
	return true
}

func paramIndex(fn *Func, name string) int {
	for i, p := range fn.Params {
		if p.Name == name {
			return i
		}
	}
	return -1
}

func paramNames(fn *Func) (list []string) {
	for _, p := range fn.Params {
		list = append(list, p.Name)
	}
	return list
}

// count is "1 argument", "2 arguments", "no arguments".
func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	}
	return itoa(int32(n)) + " " + what + "s"
}

// callMember is a call of a primitive on the value x.
func (c *checker) callMember(e syntax.Expr, m *syntax.Member, info *memberInfo, x *operand, args []*syntax.Arg) operand {
	call := &Call{Prim: info.prim, Recv: m.X, Result: info.result}
	if info.io && x.typ.Sigil&syntax.DoIO == 0 {
		c.noIO(m, x)
		return c.badCall(e, args)
	}
	if info.format {
		if !c.format(m, call, args) {
			return bad(e)
		}
		return c.record(e, m.Name.Pos(), call)
	}
	if len(args) > 0 {
		c.errorf(args[0].Pos(), "too many arguments: `%s` takes none", info.name)
		return c.badCall(e, args)
	}
	if x.val != nil && info.prim == PrimStringLength {
		c.record(e, m.Name.Pos(), call)
		return numberOp(e, IntType, newInt(len(x.val.str)))
	}
	return c.record(e, m.Name.Pos(), call)
}

// noIO explains why I/O is refused.
func (c *checker) noIO(m *syntax.Member, x *operand) {
	if v, ok := c.info.Uses[asName(m.X)].(*Var); ok && v.Kind == GivemeVar {
		c.errorf(m.Name.Pos(), "`%s` does I/O: `%s` must be a `func @%s` for it", m.Name.Name, c.fn.Name, c.fn.Name)
		return
	}
	c.errorf(m.Name.Pos(), "`%s` does I/O, which needs `@%s`; this is %s", m.Name.Name, x.typ.Class, x.typ)
}

// asName is e as a name, or a name that nothing is known of.
func asName(e syntax.Expr) *syntax.Name {
	if n, ok := unparen(e).(*syntax.Name); ok {
		return n
	}
	return nil
}
