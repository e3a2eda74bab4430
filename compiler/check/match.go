// match: labels that are constants, each value in one arm, and all values of an enum
// covered.

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
	low := c.constantExpr(l.Low, t, "a label")
	high := low
	if l.High != nil {
		if t.Kind != Invalid && !t.IsInteger() {
			c.errorf(l.Pos(), "a range of values needs numbers, saw %s", t)
			return interval{}, false
		}
		high = c.constantExpr(l.High, t, "a label")
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

// covered refuses values with two arms, and an enum or bool with values that have none.
func (c *checker) covered(s *syntax.MatchStmt, t *Type, seen []interval) {
	slices.SortStableFunc(seen, func(a, b interval) int { return a.low.Cmp(b.low) })
	for i := 1; i < len(seen); i++ {
		if seen[i-1].high.Cmp(seen[i].low) < 0 {
			continue
		}
		a, b := seen[i-1].label, seen[i].label
		if b.Pos().Before(a.Pos()) {
			a, b = b, a
		}
		c.errorf(b.Pos(), "%s has an arm already (line %d)", c.valueText(t, seen[i].low), a.Pos().Line)
		if seen[i-1].high.Cmp(seen[i].high) > 0 {
			seen[i].high = seen[i-1].high
		}
	}
	missing := c.uncovered(t, seen)
	if s.Else != nil || len(missing) == 0 {
		return
	}
	if t.IsInteger() {
		c.complete[s] = false
		return
	}
	c.errorf(s.Pos(), "`match` covers not all of %s: %s missing; add arms or `else`", t, strings.Join(missing, ", "))
}

// uncovered lists the values without an arm; of numbers only one, if any.
func (c *checker) uncovered(t *Type, seen []interval) (missing []string) {
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
