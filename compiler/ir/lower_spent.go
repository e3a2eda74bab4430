package ir

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_spent.go finds texts that are made only to be the key of a Map. In
//
//	string key = word.text
//	counts.set key ((counts.get key else 0) + 1)
//
// nobody holds the text behind set but the Map, and that only when it had no equal key. Such
// a set gives the text's memory back where it can.

// What core sets with then.
const (
	coreMapSet      = "core.Map.set"
	coreMapSetSpent = "core.map_set_spent"
)

// fresh are the funcs whose result is a text that nobody else has.
var fresh = map[string]bool{
	"core.Bytes.text":     true,
	"core.List.join":      true,
	"core.string_slice":   true,
	"core.string_lower":   true,
	"core.string_upper":   true,
	"core.string_trim":    true,
	"core.string_replace": true,
	"core.string_repeat":  true,
}

// keyOnly are the funcs that only look at the text that is their first argument.
var keyOnly = map[string]bool{"core.Map.get": true, "core.Map.has": true}

// spends says whether statement n of b sets a Map's element whose key is a fresh text that is
// needed for nothing else from then on.
func (g *fn) spends(b *syntax.Block, n int) bool {
	s, ok := b.Stmts[n].(*syntax.ExprStmt)
	if !ok || s.OnError != nil {
		return false
	}
	c := g.l.info.Call(unparen(s.X))
	if c == nil || c.Func == nil || c.Func.Symbol != coreMapSet {
		return false
	}
	key := unparen(c.Args[0])
	if g.typeAfter(key).Kind != check.String {
		return false
	}
	if g.isFresh(key) {
		return true
	}
	name, ok := key.(*syntax.Name)
	if !ok {
		return false
	}
	v, ok := g.l.info.Use(name).(*check.Var)
	if !ok || v.Mutable {
		return false
	}
	for at := n - 1; at >= 0; at-- {
		d, ok := b.Stmts[at].(*syntax.VarStmt)
		if ok && g.l.info.Def(d.Name) == v {
			return v.Type.Kind == check.String && d.OnError == nil && g.isFresh(d.Value) && g.onlyKey(b.Stmts[at+1:], n-at-1, v, name)
		}
	}
	return false
}

// isFresh says whether e makes a text.
func (g *fn) isFresh(e syntax.Expr) bool {
	c := g.l.info.Call(unparen(e))
	return c != nil && c.Func != nil && fresh[c.Func.Symbol]
}

// onlyKey says whether the statements only look at v, and after number last not even that.
// set is the name by which that statement has it as its key.
func (g *fn) onlyKey(stmts []syntax.Stmt, last int, v *check.Var, set *syntax.Name) bool {
	harmless := map[syntax.Expr]bool{set: true}
	ok := true
	for n, s := range stmts {
		syntax.Walk(s, func(node syntax.Node) bool {
			switch e := node.(type) {
			case *syntax.Compare:
				for _, x := range e.X {
					harmless[unparen(x)] = true
				}
			case *syntax.Name:
				if g.l.info.Use(e) == check.Object(v) {
					ok = ok && harmless[e] && n <= last
				}
			case syntax.Expr:
				if c := g.l.info.Call(e); c != nil && c.Func != nil && keyOnly[c.Func.Symbol] {
					harmless[unparen(c.Args[0])] = true
				} else if c != nil && c.Prim == check.PrimStringLength {
					harmless[unparen(c.Recv)] = true
				}
			}
			return ok
		})
	}
	return ok
}
