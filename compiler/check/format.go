// Formats: a literal text whose {} the values behind it fill.

package check

import (
	"strings"
	"unicode/utf8"

	"slul/compiler/syntax"
)

// maxWidth bounds the width of a field.
const maxWidth = 999

// formatExpr is `format "…" values`: a string.
func (c *checker) formatExpr(e *syntax.Format) operand {
	if c.fn == nil {
		c.errorf(e.Pos(), "a constant cannot be made with `format`")
		return bad(e)
	}
	call := c.newCall(Call{Prim: PrimFormat, Result: StringType})
	var args []*syntax.Arg
	for _, x := range e.Args {
		args = append(args, &syntax.Arg{X: x})
	}
	if !c.formatted(e.Text, call, args) {
		return bad(e)
	}
	return c.record(e, e.Pos(), call)
}

// format takes the arguments of a call of m apart into call.Format.
func (c *checker) format(m *syntax.Member, call *Call, args []*syntax.Arg) bool {
	if len(args) == 0 {
		c.errorf(m.Name.Pos(), "`%s` needs a format: a literal text", m.Name.Name)
		return false
	}
	for _, a := range args {
		if a.Name != nil {
			c.errorf(a.Pos(), "the values of a format are given by place")
			c.badCall(a.X, args)
			return false
		}
	}
	text, ok := args[0].X.(*syntax.StringLit)
	if p, is := args[0].X.(*syntax.Paren); is && isText(p) {
		c.errorf(p.Pos(), "a format stands without parentheses: `%s \"…\"`", m.Name.Name)
		return false
	}
	if !ok {
		c.errorf(args[0].Pos(), "a format is a literal text: write `%s \"{}\" …`", m.Name.Name)
		c.badCall(args[0].X, args)
		return false
	}
	return c.formatted(text, call, args[1:])
}

// formatted takes a format and its values apart into call.Format.
func (c *checker) formatted(text *syntax.StringLit, call *Call, values []*syntax.Arg) bool {
	c.info.setType(text, StringType)
	pieces, ok := c.pieces(text)
	given := len(values)
	for i := range pieces {
		p := &pieces[i]
		if p.X == nil {
			continue
		}
		if len(values) == 0 {
			c.errorf(text.Pos(), "the format has %s, but %s", count(fields(pieces), "field"), behind(given))
			return false
		}
		p.X = values[0].X
		values = values[1:]
		call.Args = append(call.Args, p.X)
		call.Eval = append(call.Eval, len(call.Eval))
		ok = c.field(p) && ok
	}
	if len(values) > 0 && ok {
		c.errorf(values[0].Pos(), "the format has %s, but %s", count(fields(pieces), "field"), behind(given))
		ok = false
	}
	if len(values) > 0 {
		c.badCall(text, values)
	}
	call.Format = pieces
	return ok
}

func isText(p *syntax.Paren) bool {
	_, ok := unparen(p).(*syntax.StringLit)
	return ok
}

// behind says how many values follow a format.
func behind(n int) string {
	if n == 1 {
		return "1 value is behind it"
	}
	return count(n, "value") + " are behind it"
}

func fields(pieces []Piece) (n int) {
	for _, p := range pieces {
		if p.X != nil {
			n++
		}
	}
	return n
}

// field checks the value of one field against its spec.
func (c *checker) field(p *Piece) bool {
	c.asArgument = p.X
	x := c.value(p.X, nil)
	if x.invalid() {
		return false
	}
	c.settleDefault(&x)
	switch x.typ.Kind {
	case String, Bool, EnumKind:
		if p.Hex || p.Zero {
			c.errorf(p.X.Pos(), "`{x}` and `{08}` are for numbers, saw %s", x.typ)
			return false
		}
	case ObjectKind, ArrayKind, MaybeKind, Nothing:
		hint := c.maybeHint(p.X, x.typ)
		if _, ok := p.X.(*syntax.ListLit); ok {
			hint = indexHint
		}
		c.errorf(p.X.Pos(), "%s has no text form%s", x.typ, hint)
		return false
	}
	return x.typ.Kind != Invalid
}

// pieces splits a format. Fields have text itself as X, until their value is known.
func (c *checker) pieces(text *syntax.StringLit) (list []Piece, ok bool) {
	ok = true
	s := text.Value
	var literal strings.Builder
	for i := 0; i < len(s); {
		n := strings.IndexAny(s[i:], "{}")
		if n < 0 {
			literal.WriteString(s[i:])
			break
		}
		literal.WriteString(s[i : i+n])
		i += n
		if i+1 < len(s) && s[i+1] == s[i] {
			literal.WriteByte(s[i])
			i += 2
			continue
		}
		end := strings.IndexByte(s[i:], '}')
		if s[i] == '}' || end < 0 {
			c.errorf(formatPos(text, i), "`%c` alone in a format: write `%c%c` for the letter itself", s[i], s[i], s[i])
			return list, false
		}
		p, good := fieldSpec(s[i+1 : i+end])
		if !good {
			c.errorf(formatPos(text, i), "unknown field `%s`: {} {8} {-8} {08} {x} {x8} are the known ones, widths up to %d", s[i:i+end+1], maxWidth)
			ok = false
		}
		if literal.Len() > 0 {
			list = append(list, Piece{Text: literal.String()})
			literal.Reset()
		}
		p.X = text
		list = append(list, p)
		i += end + 1
	}
	if literal.Len() > 0 {
		list = append(list, Piece{Text: literal.String()})
	}
	return list, ok
}

// fieldSpec reads what stands between the braces: [ "-" | "0" | "x" ] [ width ].
func fieldSpec(s string) (p Piece, ok bool) {
	switch {
	case s == "":
		return p, true
	case s[0] == '-':
		p.Left, s = true, s[1:]
		ok = s != ""
	case s[0] == '0':
		p.Zero, s = true, s[1:]
		ok = s != ""
	case s[0] == 'x':
		p.Hex, s = true, s[1:]
		p.Zero, ok = s != "", true
	default:
		ok = true
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || i == 0 && s[i] == '0' {
			return p, false
		}
		p.Width = p.Width*10 + int(s[i]-'0')
		if p.Width > maxWidth {
			return p, false
		}
	}
	return p, ok
}

// formatPos is the place of byte i of a format's value; with escapes before it, the
// format's own.
func formatPos(text *syntax.StringLit, i int) syntax.Pos {
	pos := text.Pos()
	if strings.HasPrefix(text.Text[1:], text.Value[:i]) {
		pos.Col += int32(1 + utf8.RuneCountInString(text.Value[:i]))
	}
	return pos
}
