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
	if c.class != nil && c.local(name.Name) == nil {
		if fn := c.class.Funcs[name.Name]; fn != nil {
			c.info.setUse(name, fn)
			return c.callFunc(e, name.Pos(), fn, nil, args)
		}
	}
	if fn, ok := c.global(name.Name).(*Func); ok && c.local(name.Name) == nil && c.ownField(name.Name) == nil {
		c.info.setUse(name, fn)
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
	if name.Name == closeName {
		return c.callFunc(e, name.Pos(), c.closer(args), nil, args)
	}
	what := ""
	switch {
	case c.local(name.Name) != nil, c.given(name.Name) != nil, c.ownField(name.Name) != nil:
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

// closeName ends Streams and Listeners alike.
const closeName = "close"

// closer is the func behind `close` with these arguments.
func (c *checker) closer(args []*syntax.Arg) *Func {
	name := "close_stream"
	if len(args) == 1 {
		if n := asName(args[0].X); n != nil {
			if v := c.local(n.Name); v != nil && v.Type.is("Listener") {
				name = "close_listener"
			}
		}
	}
	return c.lib.names[name].(*Func)
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

// record keeps a resolved call.
func (c *checker) record(e syntax.Expr, pos syntax.Pos, call *Call) operand {
	c.info.setCall(e, call)
	switch call.Prim {
	case PrimFormat, PrimPushFormat, PrimStreamPrint:
		c.info.Sinks = true
	}
	if c.fn != nil {
		c.fn.calls = append(c.fn.calls, call)
	}
	if call.Fails != nil && c.mayFail != e {
		c.errorf(pos, "this call can fail with %s: write `try` before it, or `else` or `on error` behind it", call.Fails)
	}
	return operand{expr: e, typ: call.Result}
}

// callFunc is a call of fn. recv, when there is one, is the object of a func of a class,
// else its first argument.
func (c *checker) callFunc(e syntax.Expr, pos syntax.Pos, fn *Func, recv syntax.Expr, args []*syntax.Arg) operand {
	if c.fn == nil {
		c.errorf(pos, "a constant cannot call funcs")
		return c.badCall(e, args)
	}
	if fn.Entry {
		c.errorf(pos, "`%s` is an entry: only the loader calls it", fn.Name)
		return c.badCall(e, args)
	}
	c.signed(fn)
	may := c.fn.Sigils
	if own := c.objectClass(); own != nil && (fn.Class == own || own == c.object && fn.File == c.service && fn.Class == nil) {
		may = c.thisType().Sigil // inside `arena` less than the func around
	}
	if miss := fn.Sigils &^ may; miss != 0 && recv == nil && !c.core && !fn.Core {
		hint := ""
		if miss&syntax.Change != 0 {
			hint = c.thisHint()
		}
		c.errorf(pos, "`%s` is a `func %s`: only `func %s` may call it, and `%s` is none%s", fn.Name, sigilText(miss), sigilText(miss), c.fn.Name, hint)
	}
	call := c.newCall(Call{Func: fn, Recv: recv, Result: fn.Result, Fails: fn.Fails, pos: pos})
	if fn.Traps {
		call.Fails = nil
	}
	if recv != nil && fn.Class == nil && len(fn.Params) > 0 {
		call.Args = append(make([]syntax.Expr, 0, len(fn.Params)), recv)
		call.Eval = append(call.Eval, 0)
	}
	if !c.bind(e, pos, fn, call, args) {
		return bad(e)
	}
	if on := c.recvType(call); on != nil {
		call.Result = c.generic(fn.Result, on)
		if isElement(fn.Result) {
			call.Result = c.through(on, call.Result)
		}
	}
	return c.record(e, pos, call)
}

// isElement says whether a generic class gives out what it holds.
func isElement(t *Type) bool {
	return t == elementType || t.Kind == MaybeKind && t.Elem == elementType
}

// recvType is the type of the object that a func of a class is called on; nil without.
func (c *checker) recvType(call *Call) *Type {
	if call.Recv == nil || call.Func.Class == nil {
		return nil
	}
	return c.info.Type(call.Recv)
}

// bind gives every parameter of fn its argument. call has those that are known.
func (c *checker) bind(e syntax.Expr, pos syntax.Pos, fn *Func, call *Call, args []*syntax.Arg) bool {
	all := c.exprLists.List(len(fn.Params))
	copy(all, call.Args)
	call.Args = all
	call.Eval = append(c.orders.List(len(fn.Params))[:0], call.Eval...)
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
			c.errorf(pos, "`%s` needs an argument for `%s` (%s)%s", callName(fn), p.Name, c.generic(p.Type, c.recvType(call)), hint)
			ok = false
		}
	}
	return ok
}

// callName is how a call of fn is written.
func callName(fn *Func) string {
	if fn.Class != nil && fn == fn.Class.Ctor {
		return "new " + fn.Class.Name
	}
	if fn.Core && isStringMember(fn.Name) {
		return fn.Name[len(coreMember):]
	}
	return fn.Name
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
			c.errorf(a.Name.Pos(), "`%s` has no parameter `%s`%s", callName(fn), a.Name.Name, didYouMean(a.Name.Name, paramNames(fn)))
			ok = false
		case a.Name == nil && named:
			c.errorf(a.Pos(), "arguments by place stand before those by name")
			ok = false
		case i >= len(fn.Params):
			c.errorf(a.Pos(), "too many arguments: `%s` takes %s%s", callName(fn), count(len(fn.Params)-recvCount(call), "argument"), callHint(a.X))
			ok = false
		case call.Args[i] != nil:
			c.errorf(a.Pos(), "`%s` is given twice", fn.Params[i].Name)
			ok = false
		default:
			call.Args[i] = a.X
			call.Eval = append(call.Eval, i)
			next++
			p := fn.Params[i]
			if t := c.generic(p.Type, c.recvType(call)); t != p.Type {
				p = c.newVar(Var{Name: p.Name, Type: t, Range: p.Range})
			}
			ok = c.argument(a.X, p) && ok
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
	if call.Recv != nil && call.Func.Class == nil {
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
	if !c.valueOf(e, p.Type, role{"", p.Name}) {
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

// asName is e as a name, or a name that nothing is known of.
func asName(e syntax.Expr) *syntax.Name {
	if n, ok := unparen(e).(*syntax.Name); ok {
		return n
	}
	return nil
}
