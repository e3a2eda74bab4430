// Foreign blocks: the declared contract of a C library.

package syntax

import "strings"

// cTypes are the words of cType.
var cTypes = map[string]bool{
	"c_int": true, "c_uint": true, "c_long": true, "c_ulong": true, "c_size": true, "c_string": true,
	"c_bytes_in": true, "c_bytes_out": true, "c_handle": true,
}

// foreign = "foreign" TypeName NL "library" STRING NL "mode" name NL { foreignFunc } "end" NL
func (p *parser) foreignDecl() Decl {
	n := &ForeignDecl{}
	start := p.tok.Pos
	p.head(func() {
		n.Name = p.ident(TypeName)
	})
	p.line(func() {
		p.word("library")
		n.Library = p.stringLit()
		p.nl()
	})
	p.line(func() {
		p.word("mode")
		n.Mode = p.name()
		p.nl()
	})
	for p.is(Func) {
		p.hidden(func() { n.Funcs = append(n.Funcs, p.foreignFunc()) })
	}
	n.EndPos = p.end()
	n.span = p.from(start)
	return n
}

// foreignFunc = "func" name [ STRING ] sep { cParam sep }
// [ "returns" sep cType [ "fails" "when" cmpOp expr ] sep ] "end" NL
func (p *parser) foreignFunc() *ForeignFunc {
	n := &ForeignFunc{}
	start := p.tok.Pos
	p.open()
	ok := p.line(func() {
		p.advance()
		n.Name = p.name()
		if p.is(StringTok) {
			n.Symbol = p.stringLit()
		}
		p.got(NL)
		for p.isCType() {
			n.Params = append(n.Params, p.cParam())
			p.got(NL)
		}
		if p.got(Returns) {
			p.got(NL)
			n.Result = p.cType()
			if p.isWord("fails") {
				p.fails(n)
			}
			p.got(NL)
		}
		if !p.is(End) {
			p.expected("a C parameter, " + p.spell(Returns) + " or " + p.spell(End))
		}
	})
	n.EndPos = p.headEnd(ok)
	n.span = p.from(start)
	return n
}

// fails is "fails" "when" cmpOp expr.
func (p *parser) fails(n *ForeignFunc) {
	p.advance()
	p.word("when")
	n.FailOp = cmpOps[p.tok.Kind]
	if n.FailOp == OpNone {
		p.expected("a comparison")
	}
	p.advance()
	n.Fail = p.expr()
}

func (p *parser) isCType() bool {
	return p.is(NameTok) && cTypes[p.tok.Text]
}

// cType = "c_int" | "c_uint" | "c_long" | "c_ulong" | "c_size" | "c_string" |
// "c_bytes_in" | "c_bytes_out" | "c_handle"
func (p *parser) cType() *TypeExpr {
	if !p.isCType() {
		if p.is(NameTok) && strings.HasPrefix(p.tok.Text, "c_") {
			p.fail(p.tok.Pos, "no such C type: `%s`", clip(p.tok.Text))
		}
		p.expected("a C type")
	}
	t := &TypeExpr{Kind: TypeC, Name: p.ident(NameTok)}
	t.span = t.Name.span
	return t
}

// cParam = cType name [ "length" name ]
func (p *parser) cParam() *ForeignParam {
	n := &ForeignParam{}
	start := p.tok.Pos
	n.Type = p.cType()
	n.Name = p.name()
	if p.isWord("length") {
		p.advance()
		n.Length = p.name()
	}
	n.span = p.from(start)
	return n
}
