// Bodies and statements. Whether a func comes to its end is not asked here; see flow.go.

package check

import (
	"slul/compiler/syntax"
)

// body checks the statements of one func.
func (c *checker) body(fn *Func) {
	if c.fn = fn; fn.Class != c.object {
		c.class = fn.Class
	}
	c.vars = c.vars[:0]
	c.scope = &c.names
	c.push()
	for _, v := range fn.Params {
		c.declare(v)
	}
	c.block(fn.Decl.Body)
	c.pop()
	c.unused(fn)
}

// block checks statements in a scope of their own.
func (c *checker) block(b *syntax.Block) {
	if b == nil {
		return
	}
	known := c.notNone
	c.push()
	for _, s := range b.Stmts {
		c.stmt(s)
	}
	c.pop()
	c.notNone = known
}

func (c *checker) stmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.VarStmt:
		c.varStmt(s)
	case *syntax.AssignStmt:
		c.assign(s)
	case *syntax.ExprStmt:
		c.exprStmt(s)
	case *syntax.IfStmt:
		c.ifStmt(s)
	case *syntax.WhileStmt:
		c.condition(s.Cond, role{"the condition of `while`", ""})
		c.where(s.Cond, true, func() { c.loop(s.Body) })
	case *syntax.ForStmt:
		c.forStmt(s)
	case *syntax.MatchStmt:
		c.match(s)
	case *syntax.ArenaStmt:
		c.arenaStmt(s)
	case *syntax.ReturnStmt:
		c.fn.leaves = true
		c.returnStmt(s)
	case *syntax.ErrorStmt:
		c.fn.leaves = true
		c.errorStmt(s)
	case *syntax.LoopStmt:
		if c.loops == 0 {
			word := "skip"
			if s.Break {
				word = "break"
			}
			c.errorf(s.Pos(), "`%s` outside of a loop", word)
		}
		if s.Cond != nil {
			c.condition(s.Cond, role{"the condition behind `if`", ""})
			c.narrow(c.known(s.Cond, false))
		}
	case *syntax.AssertStmt:
		c.condition(s.X, role{"what `assert` states", ""})
		c.narrow(c.known(s.X, true))
	}
}

// guarded is a value whose failure the statement's `on error`, if any, handles. The
// block behind it is checked too.
func (c *checker) guarded(e syntax.Expr, want *Type, on *syntax.OnError) operand {
	if on == nil {
		return c.expr(e, want)
	}
	x, call := c.failing(e, want)
	fails := InvalidType
	switch {
	case call != nil:
		fails = call.Fails
	case !x.invalid():
		c.errorf(on.Pos(), "`on error` behind a statement that cannot fail")
	}
	c.push()
	if on.Name != nil {
		v := c.newVar(Var{Name: on.Name.Name, Kind: ErrorVar, Type: fails, Ident: on.Name})
		c.info.setDef(on.Name, v)
		c.declare(v)
	}
	c.block(on.Body)
	c.pop()
	return x
}

// nonNothing refuses calls without a result where a value is needed.
func (c *checker) nonNothing(x *operand) {
	if x.typ.Kind == Nothing {
		c.errorf(x.expr.Pos(), "this call gives no value")
		*x = bad(x.expr)
	}
}

// varStmt declares a variable. It is not visible in its own value and `on error`.
func (c *checker) varStmt(s *syntax.VarStmt) {
	t := c.typeOf(s.Type)
	v := c.newVar(Var{Name: s.Name.Name, Kind: LocalVar, Type: t, Mutable: s.Mutable, Ident: s.Name})
	if t.isOwn() && s.Mutable {
		c.errorf(s.Name.Pos(), "an `own` variable keeps its value: leave `!` out")
	}
	v.Range = c.rangeOf(s.Range, t)
	x := c.guarded(s.Value, t, s.OnError)
	c.nonNothing(&x)
	if x.typ.isOwn() && t.isObject() && !t.isOwn() && !c.isVariable(s.Value) {
		c.errorf(s.Value.Pos(), "this value is `own`, and nobody would give it back: declare `own %s %s`", t, v.Name)
	} else if c.convert(&x, t, role{"the value of", v.Name}) {
		c.store(s.Value, v)
	}
	c.info.setDef(s.Name, v)
	c.declare(v)
}

// assign is `x = y` and `x += y`.
func (c *checker) assign(s *syntax.AssignStmt) {
	v := c.target(s)
	if v == nil || v.Type.Kind == Invalid {
		x := c.guarded(s.Right, InvalidType, s.OnError)
		if !x.invalid() && x.typ.Kind != Nothing && x.typ.Kind != NoneKind {
			c.settleDefault(&x)
		}
		return
	}
	c.info.setType(s.Left, v.Type)
	x := c.guarded(s.Right, v.Type, s.OnError)
	c.nonNothing(&x)
	if s.Op == syntax.OpNone {
		what := role{"the value of", v.Name}
		if c.convert(&x, v.Type, what) {
			c.store(s.Right, v)
			c.outlives(s.Right, c.depth(s.Left), what)
		}
		return
	}
	c.assignOp(s, v, &x)
}

// assignOp is `x += y`: the sum must have the type of x.
func (c *checker) assignOp(s *syntax.AssignStmt, v *Var, x *operand) {
	op := s.Op.String() + "="
	switch {
	case x.invalid():
		return
	case !v.Type.IsInteger():
		c.settleOther(x)
		c.errorf(s.OpPos, "`%s` needs a number on its left, saw %s%s", op, v.Type, joinHint(s.Op.String(), v.Type))
		return
	case s.Op == syntax.OpDiv && x.val != nil && x.val.num != nil && x.val.num.Sign() == 0:
		c.errorf(s.OpPos, "division by zero")
		return
	case v.Type.Kind == Byte:
		c.settleOther(x)
		c.errorf(s.OpPos, "arithmetic on bytes gives int: write `%s = to_byte (%s %s …)`", v.Name, v.Name, s.Op)
		return
	}
	c.convert(x, v.Type, role{"the right side of", op})
}

// target is what stands left of an assignment, nil after a mistake. An element is a
// variable without a name of its own.
func (c *checker) target(s *syntax.AssignStmt) *Var {
	switch left := s.Left.(type) {
	case *syntax.Index:
		x := c.index(left)
		if x.invalid() {
			return nil
		}
		on := c.info.Type(left.X)
		if on.Kind == String || on.Sigil&syntax.Change == 0 {
			c.settleDefault(&x)
			c.errorf(left.Pos(), "elements of %s cannot be changed%s", on, c.readHint(left.X, on))
			return nil
		}
		t := ByteType
		if on.Elem != nil {
			t = on.Elem
		}
		return c.newVar(Var{Name: "the element", Type: t, Mutable: true})
	case *syntax.Member:
		return c.targetField(left)
	case *syntax.Name:
		if v := c.local(left.Name); v != nil {
			c.info.setUse(left, v)
			v.changed = true
			c.visibleInside(left, v)
			c.mutable(left, v)
			return v
		}
		if v := c.ownField(left.Name); v != nil {
			c.info.setUse(left, v)
			c.fn.touches = true
			if c.thisType().Sigil&syntax.Change == 0 {
				c.errorf(left.Pos(), "`%s` is a field: only a `func !` of %s changes it, and `%s` is none%s", v.Name, c.objectClass().Name, c.fn.Name, c.thisHint())
				return nil
			}
			return v
		}
		if v := c.given(left.Name); v != nil {
			c.errorf(left.Pos(), "`%s` is a giveme: it cannot be assigned", left.Name)
		} else if what := c.takenGlobally(left.Name); what != "" {
			c.errorf(left.Pos(), "`%s` is %s: it cannot be assigned", left.Name, what)
		} else {
			hint := didYouMean(left.Name, c.visible())
			if hint == "" {
				hint = " (a variable starts with its type: `int !" + left.Name + " = …`)"
			}
			c.errorf(left.Pos(), "no such name: `%s`%s", left.Name, hint)
		}
	}
	return nil
}

// thisHint says why a func that may change `this` cannot do it here.
func (c *checker) thisHint() string {
	if c.arenas > 0 && c.fn.Sigils&syntax.Change != 0 {
		return arenaReads
	}
	return ""
}

const arenaReads = " (inside `arena`, what was made outside and holds references is only read)"

// readHint says why what e names is only read, and what would help.
func (c *checker) readHint(e syntax.Expr, t *Type) string {
	hint := c.arenaHint(e)
	v, ok := c.info.Use(asName(e)).(*Var)
	if hint == "" && ok && (v.Kind == LocalVar || v.Kind == ParamVar) && v.Type.Sigil&syntax.Change == 0 && v.Type.isObject() {
		return " (declare it as `" + c.withSigils(t, t.Sigil|syntax.Change).Name + " " + v.Name + "`)"
	}
	return hint
}

// arenaHint is arenaReads when that is why e is only read.
func (c *checker) arenaHint(e syntax.Expr) string {
	if v, ok := c.info.Use(asName(e)).(*Var); ok && v.depth < c.arenas && v.Type.Sigil&syntax.Change != 0 {
		return arenaReads
	}
	return ""
}

// targetField is a field left of an assignment.
func (c *checker) targetField(left *syntax.Member) *Var {
	if _, ok := left.X.(*syntax.ThisExpr); ok && c.class == nil && c.ownField(left.Name.Name) == nil {
		c.errorf(left.Pos(), "a giveme cannot be assigned")
		return nil
	}
	x := c.member(left, left, nil, nil)
	if x.invalid() {
		return nil
	}
	v := c.info.Field(left)
	if v == nil {
		c.settleDefault(&x)
		c.errorf(left.Name.Pos(), "`%s` is a func: it cannot be assigned", left.Name.Name)
		return nil
	}
	if on := c.info.Type(left.X); on.Sigil&syntax.Change == 0 {
		c.errorf(left.Name.Pos(), "`%s` cannot be changed through %s, which is only read%s", v.Name, on, c.readHint(left.X, on))
		return nil
	}
	return v
}

// mutable refuses to assign what was not declared for it.
func (c *checker) mutable(at *syntax.Name, v *Var) {
	switch {
	case v.Mutable:
	case v.Kind == LocalVar:
		c.errorf(at.Pos(), "`%s` cannot be assigned again: declare it with `!`, as `%s !%s` (line %d)", v.Name, v.Type, v.Name, v.Ident.Pos().Line)
	default:
		c.errorf(at.Pos(), "`%s` is %s: it cannot be assigned", v.Name, varKinds[v.Kind])
	}
}

// exprStmt is a call for its effect.
func (c *checker) exprStmt(s *syntax.ExprStmt) {
	x := c.guarded(s.X, nil, s.OnError)
	if x.invalid() {
		return
	}
	inner := s.X
	if t, ok := inner.(*syntax.Try); ok {
		inner = t.X
	}
	call := c.info.Call(inner)
	if call == nil {
		c.settleDefault(&x)
		c.errorf(s.X.Pos(), "this value is not used: a statement is a call or an assignment")
		return
	}
	c.settleDefault(&x)
	if x.typ.isOwn() {
		c.errorf(s.X.Pos(), "this value is `own`, and nobody would give it back: make it a variable")
	} else if x.typ.Kind != Nothing && !c.core {
		c.warnf(c.file, s.X.Pos(), "the result of this call is not used")
	}
}

func (c *checker) ifStmt(s *syntax.IfStmt) {
	if s != nil {
		c.condition(s.Cond, role{"the condition of `if`", ""})
		c.where(s.Cond, true, func() { c.block(s.Then) })
		left := leaves(s.Then)
		c.where(s.Cond, false, func() {
			c.block(s.Else)
			if s.ElseIf != nil {
				c.ifStmt(s.ElseIf)
			}
		})
		if left {
			c.narrow(c.known(s.Cond, false))
		} else if leaves(s.Else) {
			c.narrow(c.known(s.Cond, true))
		}
	}
}

func (c *checker) loop(b *syntax.Block) {
	c.loops++
	c.block(b)
	c.loops--
}

// forStmt goes over a range of numbers, the bytes of a string, or elements.
func (c *checker) forStmt(s *syntax.ForStmt) {
	var t *Type
	if s.To != nil {
		t = c.forRange(s)
	} else {
		t = c.forElements(s)
	}
	c.push()
	v := c.newVar(Var{Name: s.Name.Name, Kind: LoopVar, Type: t, Ident: s.Name})
	c.info.setDef(s.Name, v)
	c.declare(v)
	c.loop(s.Body)
	c.pop()
}

func (c *checker) forRange(s *syntax.ForStmt) *Type {
	op := ".."
	if s.Inclusive {
		op = "..="
	}
	x, y := c.value(s.X, nil), c.value(s.To, nil)
	t := c.meet(&x, &y, s.To.Pos(), op, true)
	if t.Kind == Untyped {
		t = IntType
		for _, side := range []*operand{&x, &y} {
			if d := c.defaultType(side); d != InvalidType && join(t, d, c.unsafe()) != nil {
				t = join(t, d, c.unsafe())
			}
		}
		if t == ByteType {
			t = IntType
		}
		c.convert(&x, t, role{"the start of the range", ""})
		c.convert(&y, t, role{"the end of the range", ""})
	}
	if t.Kind != Invalid && !t.IsInteger() {
		return c.refuse(s.X.Pos(), "a range goes over numbers, not over %s", t)
	}
	return t
}

func (c *checker) forElements(s *syntax.ForStmt) *Type {
	x := c.value(s.X, nil)
	if x.invalid() {
		return InvalidType
	}
	c.settleDefault(&x)
	t := c.elementOf(x.typ)
	switch {
	case x.invalid():
		return InvalidType
	case t != nil:
		return t
	case x.typ.is("Map"):
		return c.refuse(s.X.Pos(), "`for` goes over the keys of a Map as `for k in m.keys`")
	case x.typ.IsInteger():
		return c.refuse(s.X.Pos(), "`for` goes over a range, as `0..%s`, or over elements; %s has none", "n", x.typ)
	}
	return c.refuse(s.X.Pos(), "%s has no elements%s", x.typ, c.maybeHint(s.X, x.typ))
}

func (c *checker) returnStmt(s *syntax.ReturnStmt) {
	t := c.fn.Result
	switch {
	case s.X == nil && t.Kind != Nothing && t.Kind != Invalid:
		c.errorf(s.Pos(), "`return` needs a value: `%s` returns %s", c.fn.Name, t)
	case s.X != nil && t.Kind == Nothing:
		c.errorf(s.X.Pos(), "`%s` returns nothing: expected end of line behind `return`", c.fn.Name)
	case s.X != nil:
		what := role{"the result of", c.fn.Name}
		if c.valueOf(s.X, t, what) {
			c.outlives(s.X, 0, what)
		}
	}
}

// errorStmt makes the func fail.
func (c *checker) errorStmt(s *syntax.ErrorStmt) {
	if c.fn.Fails == nil {
		c.errorf(s.Pos(), "`error` in a func that cannot fail: its `returns` has no `or` and an enum")
		return
	}
	c.valueOf(s.X, c.fn.Fails, role{"the error of", c.fn.Name})
}
