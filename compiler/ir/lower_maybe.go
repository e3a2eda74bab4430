package ir

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_maybe.go lowers what may be none. A reference that is none is 0. Any other value
// has a second word, 0 or noneWord; as the result of a func it shares that word with the
// failure, 1 + the number of an error.

const noneWord = -1

// pair gives the two words of a value whose place has a type with two words.
func (g *fn) pair(e syntax.Expr) (v, none *Value) {
	f := g.l.info.Facts(e)
	t := f.Type()
	if f.Const() != nil || !t.IsPair() {
		return g.expr(e), g.konst(W, 0)
	}
	if c := f.Call(); c != nil {
		return g.callBoth(e, c)
	}
	switch e := e.(type) {
	case *syntax.Paren:
		return g.pair(e.X)
	case *syntax.NoneLit:
		return g.konst(typeOf(t), 0), g.konst(W, noneWord)
	case *syntax.Name:
		of := f.Use().(*check.Var)
		return g.read(of), g.readNone(of)
	case *syntax.Try:
		v, second := g.failingCall(e.X)
		g.passOn(e.X, second)
		return v, second
	}
	panic("bug: lower: an expression that cannot be none")
}

// present gives the value of e in its own type, and a word that is not 0 when there is
// none: e failed, or is none.
func (g *fn) present(e syntax.Expr) (v, absent *Value) {
	f := g.l.info.Facts(e)
	t := f.Type()
	if c := g.l.info.Call(unparen(e)); c != nil && c.Fails != nil {
		v, absent = g.failingCall(e)
	} else if t.IsPair() {
		return g.pair(e)
	} else {
		v = g.raw(e, f)
	}
	if t.Kind == check.MaybeKind && !t.IsPair() { // a failure gives 0 as well
		absent = g.cmp(EQ, v, g.konst(L, 0))
	}
	return v, absent
}

// noneSide is the place of `none` in a comparison, -1 without one.
func noneSide(e *syntax.Compare) int {
	for i, x := range e.X {
		if _, ok := unparen(x).(*syntax.NoneLit); ok {
			return i
		}
	}
	return -1
}

func isNoneTest(e *syntax.Compare) bool { return noneSide(e) >= 0 }

// compareNone is `x == none` or `x <> none`; nil for other comparisons.
func (g *fn) compareNone(e *syntax.Compare) *Value {
	side := noneSide(e)
	if side < 0 {
		return nil
	}
	x, c := e.X[1-side], unsignedConds[e.Ops[0]]
	if g.l.info.Type(x).IsPair() {
		_, none := g.pair(x)
		return g.cmp(c.Not(), none, g.konst(W, 0))
	}
	return g.cmp(c, g.expr(x), g.konst(L, 0))
}
