// Arenas: how deep what a reference names may live, what may be assigned where, and how
// things outside are seen from inside (docs/language.md, "Memory"). A depth is the
// number of arenas of the func that are open: 0 is the caller's.

package check

import (
	"slul/compiler/syntax"
)

// arenaStmt is `arena names … end`.
func (c *checker) arenaStmt(s *syntax.ArenaStmt) {
	var only map[*Var]bool
	if len(s.Names) > 0 {
		only = make(map[*Var]bool)
	}
	for _, id := range s.Names {
		v := c.local(id.Name)
		if v == nil {
			c.errorf(id.Pos(), "no such variable: `%s`", id.Name)
			continue
		}
		v.used = true
		only[v] = true
	}
	c.scope.only = append(c.scope.only, only)
	c.arenas++
	c.block(s.Body)
	c.arenas--
	c.scope.only = c.scope.only[:c.arenas]
}

// visibleInside refuses a reference from outside that an arena around does not name.
func (c *checker) visibleInside(e *syntax.Name, v *Var) {
	if !v.Type.IsRef() {
		return
	}
	for _, only := range c.scope.only[v.depth:] {
		if only != nil && !only[v] {
			c.errorf(e.Pos(), "`%s` is not among the names behind `arena`, so it is not seen inside", v.Name)
			return
		}
	}
}

// seen is how a reference of type t that was made at depth is seen here: what holds
// references and was made outside of the arena is only read, so that it cannot come to
// hold one from inside.
func (c *checker) seen(t *Type, depth int) *Type {
	switch {
	case depth >= c.arenas:
	case t.Kind == MaybeKind:
		return c.maybe(c.seen(t.Elem, depth))
	case t.isObject() && t.Sigil&syntax.Change != 0 && !isFlat(t):
		return c.withSigils(t, t.Sigil&^syntax.Change)
	}
	return t
}

// depth is the arena in which what e refers to may live, at the deepest.
func (c *checker) depth(e syntax.Expr) int {
	if _, ok := c.info.Const(e); ok {
		return 0
	}
	switch e := e.(type) {
	case *syntax.Paren:
		return c.depth(e.X)
	case *syntax.NoneLit, *syntax.ThisExpr:
		return 0
	case *syntax.Name:
		switch o := c.info.Use(e).(type) {
		case *Var:
			return o.depth
		case *Const:
			return 0
		}
	case *syntax.Member:
		if c.info.Field(e) != nil {
			return c.depth(e.X)
		}
	case *syntax.Index:
		return c.depth(e.X)
	case *syntax.Else:
		return max(c.depth(e.X), c.depth(e.Y))
	case *syntax.Try:
		return c.depth(e.X)
	}
	return c.arenas
}

// outlives refuses a reference that does not live as long as the place at depth where
// it is put. A copy goes there right away.
func (c *checker) outlives(e syntax.Expr, depth int, what role) {
	t := c.info.Type(e)
	if t == nil || !t.IsRef() || depth >= c.arenas {
		return
	}
	if cp, ok := unparen(e).(*syntax.Copy); ok {
		if t.Kind == String || isFlat(t) {
			c.info.CopyOut[cp] = depth
			return
		}
		c.errorf(e.Pos(), "%s outlives the arena, and a copy of %s still refers into it", what, article(c.plain(t)))
		return
	}
	if c.depth(e) > depth {
		hint := ""
		if t.Kind == String || isFlat(t) {
			hint = ": write `copy`"
		}
		c.errorf(e.Pos(), "%s outlives the arena, but this may be made inside it%s", what, hint)
	}
}

// plain is a type without sigils.
func (c *checker) plain(t *Type) *Type {
	if t.isObject() {
		return c.withSigils(t, 0)
	}
	return t
}
