// match: labels that are constants, no arm behind others that take all its values, and
// all values of an enum covered.

package check

import (
	"math/big"
	"slices"
	"strings"

	"slul/compiler/syntax"
)

// interval is the values of one label.
type interval struct {
	low, high *big.Int
	label     *syntax.Label
}

func (c *checker) match(s *syntax.MatchStmt) {
	x := c.value(s.X, nil)
	t := InvalidType
	if !x.invalid() {
		c.settleDefault(&x)
		t = x.typ
	}
	if !t.IsInteger() && t.Kind != Bool && t.Kind != EnumKind && t.Kind != String && t.Kind != Invalid {
		c.errorf(s.X.Pos(), "`match` needs a number, a bool, an enum or a string, saw %s", t)
		t = InvalidType
	}
	var seen []interval
	texts := make(map[string]bool)
	ok := t.Kind != Invalid
	for _, arm := range s.Arms {
		if t.Kind != Invalid {
			for _, l := range arm.Labels {
				k, good := c.label(l, t)
				ok = ok && good
				if !good {
					continue
				}
				if t.Kind == String {
					text := c.info.Labels[l].Low.Str
					if texts[text] {
						c.errorf(l.Pos(), "this text has an arm already")
					}
					texts[text] = true
					continue
				}
				seen = append(seen, k)
			}
		}
		c.block(arm.Body)
	}
	c.block(s.Else)
	if len(s.Arms) == 0 && s.Else == nil {
		c.errorf(s.Pos(), "a `match` without arms")
		return
	}
	c.complete[s] = t.Kind != String || s.Else != nil
	if ok && t.Kind != String {
		c.covered(s, t, seen)
	}
}

// label settles one label for a subject of type t.
func (c *checker) label(l *syntax.Label, t *Type) (interval, bool) {
	low := c.constantExpr(l.Low, t, role{"a label", ""})
	high := low
	if l.High != nil {
		if t.Kind != Invalid && !t.IsInteger() {
			c.errorf(l.Pos(), "a range of values needs numbers, saw %s", t)
			return interval{}, false
		}
		high = c.constantExpr(l.High, t, role{"a label", ""})
	}
	if low == nil || high == nil {
		return interval{}, false
	}
	if low.num != nil && low.num.Cmp(high.num) > 0 {
		c.errorf(l.Pos(), "empty range: %s is above %s", low.num, high.num)
		return interval{}, false
	}
	c.info.Labels[l] = Label{low.value(), high.value()}
	return interval{low.num, high.num, l}, true
}

// covered refuses arms that no value reaches, since the first fitting arm is taken, and
// an enum or bool with values that have no arm.
func (c *checker) covered(s *syntax.MatchStmt, t *Type, seen []interval) {
	var taken cover
	for i, k := range seen {
		if taken.has(k) {
			first := slices.IndexFunc(seen[:i], func(e interval) bool { return e.low.Cmp(k.low) <= 0 && k.low.Cmp(e.high) <= 0 })
			c.errorf(k.label.Pos(), "%s has an arm already (line %d)", c.valueText(t, k.low), seen[first].label.Pos().Line)
		}
		taken = taken.with(k)
	}
	missing := c.uncovered(t, taken)
	if s.Else != nil || len(missing) == 0 {
		return
	}
	if t.IsInteger() {
		c.complete[s] = false
		return
	}
	c.errorf(s.Pos(), "`match` covers not all of %s: %s missing; add arms or `else`", t, strings.Join(missing, ", "))
}

// cover is a set of values: intervals in order, with a gap between any two.
type cover []interval

// span gives the range of intervals that k overlaps or touches.
func (v cover) span(k interval) (from, to int) {
	one := big.NewInt(1)
	below, above := new(big.Int).Sub(k.low, one), new(big.Int).Add(k.high, one)
	from, _ = slices.BinarySearchFunc(v, below, func(e interval, x *big.Int) int { return e.high.Cmp(x) })
	for to = from; to < len(v) && v[to].low.Cmp(above) <= 0; to++ {
	}
	return from, to
}

// has tells whether all of k is in the set.
func (v cover) has(k interval) bool {
	from, to := v.span(k)
	return slices.ContainsFunc(v[from:to], func(e interval) bool { return e.low.Cmp(k.low) <= 0 && k.high.Cmp(e.high) <= 0 })
}

// with adds k.
func (v cover) with(k interval) cover {
	from, to := v.span(k)
	for _, e := range v[from:to] {
		if e.low.Cmp(k.low) < 0 {
			k.low = e.low
		}
		if e.high.Cmp(k.high) > 0 {
			k.high = e.high
		}
	}
	return slices.Replace(v, from, to, k)
}

// uncovered lists the values without an arm; of numbers only one, if any.
func (c *checker) uncovered(t *Type, seen cover) (missing []string) {
	has := func(v *big.Int) bool {
		return slices.ContainsFunc(seen, func(k interval) bool { return k.low.Cmp(v) <= 0 && v.Cmp(k.high) <= 0 })
	}
	switch t.Kind {
	case EnumKind:
		for _, v := range t.Enum.Values {
			if !has(big.NewInt(v.Number)) {
				missing = append(missing, "`."+v.Name+"`")
			}
		}
	case Bool:
		for v, name := range []string{"`false`", "`true`"} {
			if !has(big.NewInt(int64(v))) {
				missing = append(missing, name)
			}
		}
	default:
		next := numbers[t.Kind].low
		for _, k := range seen {
			if k.low.Cmp(next) > 0 {
				break
			}
			next = new(big.Int).Add(k.high, big.NewInt(1))
		}
		if next.Cmp(numbers[t.Kind].high) <= 0 {
			missing = append(missing, next.String())
		}
	}
	return missing
}

// valueText is a value as it is written.
func (c *checker) valueText(t *Type, v *big.Int) string {
	switch t.Kind {
	case Bool:
		return []string{"`false`", "`true`"}[v.Int64()]
	case EnumKind:
		for _, e := range t.Enum.Values {
			if e.Number == v.Int64() {
				return "`." + e.Name + "`"
			}
		}
	}
	return v.String()
}
