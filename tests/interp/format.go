package interp

import (
	"strings"

	"slul/compiler/check"
	"slul/compiler/syntax"
)

func (f *frame) print(e syntax.Expr, c *check.Call) {
	text := f.format(c)
	switch c.Prim {
	case check.PrimPrint:
		f.out.WriteString(text + "\n")
	case check.PrimWrite:
		f.out.WriteString(text)
	case check.PrimError:
		f.err.WriteString(text + "\n")
	}
}

func (f *frame) format(c *check.Call) string {
	var out strings.Builder
	for _, p := range c.Format {
		if p.X == nil {
			out.WriteString(p.Text)
			continue
		}
		out.WriteString(shown(p, f.typeAfter(p.X), f.expr(p.X)))
	}
	f.make(out.Len())
	return out.String()
}

// shown is one value of a format.
func shown(p check.Piece, t *check.Type, x value) string {
	sign, text, isNumber := "", "", false
	switch {
	case t.Kind == check.String:
		text = x.(string)
	case t.Kind == check.Bool:
		text = map[int64]string{0: "false", 1: "true"}[x.(int64)]
	case t.Kind == check.EnumKind:
		text = nameOf(t, x.(int64))
	default:
		isNumber = true
		base := 10
		if p.Hex {
			base = 16
		}
		n := number(t, x)
		if n.Sign() < 0 {
			sign = "-"
			n.Neg(n)
		}
		text = n.Text(base)
	}
	fill := max(0, p.Width-len(sign)-len(text))
	switch {
	case p.Left:
		return sign + text + strings.Repeat(" ", fill)
	case p.Zero && isNumber:
		return sign + strings.Repeat("0", fill) + text
	}
	return strings.Repeat(" ", fill) + sign + text
}
