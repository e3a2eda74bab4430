// Calls: what is called, and which argument goes to which parameter.

package check

import (
	"slices"

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
			c.info.Uses[name] = fn
			return c.callFunc(e, name.Pos(), fn, nil, args)
		}
	}
	if fn, ok := c.global(name.Name).(*Func); ok && c.local(name.Name) == nil && c.ownField(name.Name) == nil {
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
	return c.coreNames[name].(*Func)
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
	if _, ok := m.X.(*syntax.ThisExpr); ok && c.class == nil {
		return c.thisMember(e, m, args)
	}
	c.receiver = m.X
	x := c.value(m.X, nil)
	if x.invalid() {
		return c.badCall(e, args)
	}
	c.hasRight(m)
	c.settleDefault(&x)
	if x.invalid() {
		return c.badCall(e, args)
	}
	if x.typ.isOwn() && !c.isVariable(m.X) {
		c.errorf(m.X.Pos(), "this value is `own`, and nobody would give it back: make it a variable first")
		return c.badCall(e, args)
	}
	of, name := memberClass(x.typ), m.Name.Name
	for i := range members {
		if info := &members[i]; info.of == of && info.name == name {
			return c.callMember(e, m, info, &x, args)
		}
	}
	if class := x.typ.Class; x.typ.Kind == ObjectKind {
		if v := class.field(name); v != nil && (class.Record || class == c.class) {
			return c.fieldOf(e, m, &x, v, args)
		} else if v != nil && class.Funcs[name] == nil {
			c.errorf(m.Name.Pos(), "`%s` is a field of %s, which only its own funcs see", name, class.Name)
			return c.badCall(e, args)
		}
		if fn := class.Funcs[name]; fn != nil {
			return c.callMethod(e, m, &x, fn, args)
		}
	}
	if x.typ.Kind == String {
		if fn, ok := c.coreNames[coreMember+name].(*Func); ok && c.public[coreMember+name] {
			return c.callFunc(e, m.Name.Pos(), fn, m.X, args)
		}
	}
	c.errorf(m.Name.Pos(), "%s has no member `%s`%s", x.typ, name, c.memberHint(x.typ, name))
	return c.badCall(e, args)
}

// memberClass is how the table of members calls a type.
func memberClass(t *Type) string {
	switch {
	case t.Kind == ArrayKind:
		return "Array"
	case t.Kind == ObjectKind:
		return t.Class.Name
	}
	return t.Name
}

func (c *checker) memberHint(t *Type, name string) string {
	if t.Kind == MaybeKind {
		return maybeHint(t)
	}
	known := c.membersOf(t)
	for _, other := range otherMembers[name] {
		if slices.Contains(known, other) {
			return " (did you mean `" + other + "`?)"
		}
	}
	return didYouMean(name, known)
}

// otherMembers is what other languages call the members of strings and containers.
var otherMembers = map[string][]string{
	"add": {"push", "set"}, "append": {"push", "push_string"}, "len": {"length"}, "size": {"length"}, "count": {"length"},
	"put": {"set"}, "insert": {"set"}, "contains": {"has"}, "substring": {"slice"}, "delete": {"remove"},
	"to_string": {"text"}, "index_of": {"find"}, "strip": {"trim"}, "to_lower": {"lower"}, "to_upper": {"upper"},
	"readline": {"next"}, "println": {"print"}, "printf": {"print"},
}

// maybeHint says what to do with a value that may be none.
func maybeHint(t *Type) string {
	if t.Kind != MaybeKind {
		return ""
	}
	return ": it may be none (ask `if x <> none` first)"
}

// fieldOf is a field of the value x.
func (c *checker) fieldOf(e syntax.Expr, m *syntax.Member, x *operand, v *Var, args []*syntax.Arg) operand {
	if len(args) > 0 {
		c.errorf(args[0].Pos(), "expected an operator or the end of the line: `%s` is a field and takes no arguments", v.Name)
		return c.badCall(e, args)
	}
	c.info.Fields[m] = v
	c.used[v] = true
	return operand{expr: e, typ: c.through(x.typ, v.Type)}
}

// callMethod is a call of a func of the class of x.
func (c *checker) callMethod(e syntax.Expr, m *syntax.Member, x *operand, fn *Func, args []*syntax.Arg) operand {
	if miss := fn.Sigils &^ x.typ.Sigil; miss != 0 && !c.unsafe() {
		what := "changes " + article(c.withSigils(x.typ, 0))
		if miss&syntax.Change == 0 {
			c.noIO(m, x)
			return c.badCall(e, args)
		}
		c.errorf(m.Name.Pos(), "`%s` %s, but this is %s, which is only read%s", m.Name.Name, what, x.typ, c.readHint(m.X, x.typ))
		return c.badCall(e, args)
	}
	if need, ok := elementNeeds[fn.Name]; ok && x.typ.Elem != nil && !need.holds(x.typ.Elem) {
		c.errorf(m.Name.Pos(), "`%s` needs a List of %s, this is %s", fn.Name, need.what, x.typ)
		return c.badCall(e, args)
	}
	return c.callFunc(e, m.Name.Pos(), fn, m.X, args)
}

// membersOf lists the members of a type for a guess.
func (c *checker) membersOf(t *Type) (list []string) {
	for _, m := range members {
		if m.of == memberClass(t) {
			list = append(list, m.name)
		}
	}
	if t.Kind == ObjectKind {
		list = append(list, t.Class.memberNames()...)
	}
	if t.Kind == String {
		for name := range c.public {
			if isStringMember(name) {
				list = append(list, name[len(coreMember):])
			}
		}
	}
	return list
}

// thisMember is `this.name` in a service: a giveme or a func of it.
func (c *checker) thisMember(e syntax.Expr, m *syntax.Member, args []*syntax.Arg) operand {
	if c.file != c.service || c.fn == nil {
		c.errorf(m.X.Pos(), "there is no `this` here")
		return c.badCall(e, args)
	}
	name := m.Name.Name
	if v := c.givemes[name]; v != nil {
		if len(args) > 0 {
			c.errorf(args[0].Pos(), "expected an operator or the end of the line: `%s` is no func and takes no arguments", name)
			return c.badCall(e, args)
		}
		c.info.Fields[m] = v
		return c.useGiveme(e, v)
	}
	if fn, ok := c.program[name].(*Func); ok {
		return c.callFunc(e, m.Name.Pos(), fn, nil, args)
	}
	known := append(sorted(c.program), sorted(c.givemes)...)
	c.errorf(m.Name.Pos(), "the service has no member `%s`%s", name, didYouMean(name, known))
	return c.badCall(e, args)
}

// thisType is the object at hand as the func at hand may see it.
func (c *checker) thisType() *Type {
	t := Type{Kind: ObjectKind, Class: c.class, Sigil: c.fn.Sigils}
	if c.unsafe() {
		t.Sigil = syntax.Change | syntax.DoIO // the author answers for it
	}
	return c.seen(c.intern(t), 0)
}

// thisExpr is `this` as a value.
func (c *checker) thisExpr(e *syntax.ThisExpr) operand {
	if c.class == nil || c.fn == nil {
		c.errorf(e.Pos(), "there is no `this` here as a value: it is the object of a class")
		return bad(e)
	}
	return operand{expr: e, typ: c.thisType()}
}

// record keeps a resolved call.
func (c *checker) record(e syntax.Expr, pos syntax.Pos, call *Call) operand {
	c.info.Calls[e] = call
	switch call.Prim {
	case PrimFormat, PrimPushFormat, PrimStreamPrint:
		c.info.Sinks = true
	}
	if c.fn != nil {
		c.calls[c.fn] = append(c.calls[c.fn], call)
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
	if miss := fn.Sigils &^ c.fn.Sigils; miss != 0 && recv == nil && !c.core && !fn.Core {
		c.errorf(pos, "`%s` is a `func %s`: only `func %s` may call it, and `%s` is none", fn.Name, sigilText(miss), sigilText(miss), c.fn.Name)
	}
	call := &Call{Func: fn, Recv: recv, Result: fn.Result, Fails: fn.Fails, pos: pos}
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
	return c.info.Types[call.Recv]
}

// bind gives every parameter of fn its argument. call has those that are known.
func (c *checker) bind(e syntax.Expr, pos syntax.Pos, fn *Func, call *Call, args []*syntax.Arg) bool {
	call.Args = append(call.Args, make([]syntax.Expr, len(fn.Params)-len(call.Args))...)
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
			p := *fn.Params[i]
			p.Type = c.generic(p.Type, c.recvType(call))
			ok = c.argument(a.X, &p) && ok
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
	if info.fails != "" {
		call.Fails = c.enums[info.fails]
	}
	switch miss := info.sigil &^ x.typ.Sigil; {
	case miss&syntax.DoIO != 0:
		c.noIO(m, x)
		return c.badCall(e, args)
	case miss != 0:
		c.errorf(m.Name.Pos(), "`%s` changes %s, but this is %s, which is only read", info.name, article(c.withSigils(x.typ, 0)), x.typ)
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
	if v, ok := c.info.Uses[asName(m.X)].(*Var); ok && (v.Kind == GivemeVar || v.Kind == FieldVar) && v.Type.Sigil&syntax.DoIO != 0 {
		c.errorf(m.Name.Pos(), "`%s` does I/O: `%s` must be a `func @%s` for it", m.Name.Name, c.fn.Name, c.fn.Name)
		return
	}
	c.errorf(m.Name.Pos(), "`%s` does I/O, which needs `@%s`; this is %s", m.Name.Name, x.typ.Class.Name, x.typ)
}

// asName is e as a name, or a name that nothing is known of.
func asName(e syntax.Expr) *syntax.Name {
	if n, ok := unparen(e).(*syntax.Name); ok {
		return n
	}
	return nil
}
