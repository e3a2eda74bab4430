// Files and declarations.

package syntax

// file = [ header ] { useDecl } { decl }; an interface file is
// { "api" VERSION HASH NL } { useDecl } { [ "since" VERSION NL ] ifaceDecl }
//
// Line ends before the first token do not exist: the scanner drops them.
func (p *parser) parseFile() {
	f := p.file
	if f.Kind != KindInterface && (p.is(Service) || p.is(Class)) {
		p.header()
	}
	for !p.is(EOF) {
		p.blocks, p.suspect = p.blocks[:0], suspect{}
		switch {
		case p.is(Use):
			p.useDecl()
		case p.is(Api) && f.Kind == KindInterface:
			p.apiDecl()
		case p.is(Service) && f.Kind != KindInterface:
			p.errs.Add(f, p.tok.Pos, "`%s` stands once, at the start of the file", p.tok.Text)
			p.sync()
		case p.startsDecl():
			start := p.tok.Pos
			if d := p.decl(); d != nil {
				d.startAt(start)
				f.Decls = append(f.Decls, d)
			}
		default:
			p.skipToDecl()
		}
	}
	f.End = p.tok.Pos
}

// skipToDecl reports what is no declaration, once, and passes over it.
func (p *parser) skipToDecl() {
	switch {
	case p.is(End):
		p.errs.Add(p.file, p.tok.Pos, "`%s` without a block to close", p.tok.Text)
	case p.is(Bad):
	default:
		p.errs.Add(p.file, p.tok.Pos, "expected a declaration, saw %s%s", p.tok.describe(), p.hint())
	}
	for {
		p.sync()
		if p.startsDecl() || p.is(EOF) {
			return
		}
	}
}

// header = "service" TypeName STRING NL | "class" NL
func (p *parser) header() {
	start := p.tok.Pos
	if p.is(Class) {
		class := p.tok
		p.advance()
		if p.is(NL) {
			p.file.Header = &Header{span: p.from(start)}
			p.advance()
			return
		}
		p.file.Decls = append(p.file.Decls, p.classDecl(class))
		return
	}
	p.line(func() {
		h := &Header{}
		p.advance()
		h.Service = p.ident(TypeName)
		if !p.is(StringTok) {
			p.expected("the command's name as a text")
		}
		h.Command = p.stringLit()
		h.span = p.from(start)
		p.nl()
		p.file.Header = h
	})
}

// useDecl = "use" name item { item } NL        item = name | TypeName
func (p *parser) useDecl() {
	start := p.tok.Pos
	p.line(func() {
		n := &UseDecl{}
		p.advance()
		n.Module = p.name()
		for p.is(NameTok) || p.is(TypeName) {
			n.Items = append(n.Items, p.ident(p.tok.Kind))
		}
		if n.Items == nil {
			p.expected("the names to use")
		}
		n.span = p.from(start)
		p.nl()
		if len(p.file.Decls) > 0 {
			p.fail(start, "`%s` stands before all declarations", kindTable[Use])
		}
		p.file.Uses = append(p.file.Uses, n)
	})
}

// apiDecl = "api" VERSION HASH NL
func (p *parser) apiDecl() {
	start := p.tok.Pos
	p.line(func() {
		p.advance()
		n := &APIDecl{Version: p.want(VersionTok).Text}
		n.Hash = p.want(HashTok).Text
		n.span = p.from(start)
		p.nl()
		switch {
		case len(p.file.Decls) > 0:
			p.fail(start, "`%s` stands before all declarations", kindTable[Api])
		case len(p.file.Uses) > 0:
			p.fail(start, "`%s` stands before `%s`", kindTable[Api], kindTable[Use])
		}
		p.file.APIs = append(p.file.APIs, n)
	})
}

// since = [ "since" VERSION NL ]
func (p *parser) since() (version string) {
	if p.is(Since) {
		p.line(func() {
			if p.file.Kind != KindInterface {
				p.fail(p.tok.Pos, "`%s` belongs into interface.slul", p.tok.Text)
			}
			p.advance()
			version = p.want(VersionTok).Text
			p.nl()
		})
	}
	return version
}

// decl = constDecl | enumDecl | recordDecl | classDecl | giveme | entry | foreign |
// member        member = fields | ctor | func
//
// It gives nil when nothing of the declaration is left after mistakes.
func (p *parser) decl() Decl {
	since := p.since()
	switch p.tok.Kind {
	case Const:
		if d := p.constDecl(); d != nil {
			d.Since = since
			return d
		}
		return nil
	case Enum:
		d := p.enumDecl()
		d.Since = since
		return d
	case Record:
		d := p.recordDecl()
		d.Since = since
		return d
	case Class:
		class := p.tok
		p.advance()
		d := p.classDecl(class)
		d.Since = since
		return d
	case GivemeWord:
		return p.giveme()
	case Foreign:
		return p.foreignDecl()
	case Entry, Func, Fields, Ctor:
		d := p.member()
		if f, ok := d.(*FuncDecl); ok {
			f.Since = since
		}
		return d
	}
	p.line(func() { p.expected("a declaration") })
	return nil
}

// member = fields | ctor | func; entry is alike
func (p *parser) member() Decl {
	switch p.tok.Kind {
	case Fields:
		n := &FieldsDecl{}
		start := p.tok.Pos
		p.head(func() {})
		n.Fields = p.varLines()
		n.EndPos = p.end()
		n.span = p.from(start)
		return n
	case Ctor:
		return p.ctor()
	}
	return p.funcDecl()
}

// constDecl = "const" type name "=" expr NL
func (p *parser) constDecl() *ConstDecl {
	n := &ConstDecl{}
	start := p.tok.Pos
	ok := p.line(func() {
		p.advance()
		n.Type = p.typeExpr()
		n.Name = p.name()
		p.want(Assign)
		n.Value = p.expr()
		n.span = p.from(start)
		p.nl()
	})
	if !ok {
		return nil
	}
	return n
}

// items runs rule for each line up to the block's `end` or what cannot belong to it.
func (p *parser) items(rule func()) {
	for !p.is(End) && !p.is(EOF) && !p.startsDecl() {
		p.line(func() {
			rule()
			p.nl()
		})
	}
}

// enumDecl = "enum" TypeName NL { name [ "=" INT ] NL } "end" NL
func (p *parser) enumDecl() *EnumDecl {
	n := &EnumDecl{}
	start := p.tok.Pos
	p.head(func() {
		n.Name = p.ident(TypeName)
	})
	p.items(func() {
		v := &EnumItem{}
		at := p.tok.Pos
		v.Name = p.name()
		if p.got(Assign) {
			t := p.want(IntTok)
			v.Value = &IntLit{keyed{span{t.Pos, t.End}, p.key()}, t.Text, t.Num}
		}
		v.span = p.from(at)
		n.Values = append(n.Values, v)
	})
	n.EndPos = p.end()
	n.span = p.from(start)
	return n
}

// varLines = { varLine }        varLine = param NL
func (p *parser) varLines() (list []*Param) {
	p.items(func() { list = append(list, p.param()) })
	return list
}

// recordDecl = "record" TypeName NL { varLine } "end" NL
func (p *parser) recordDecl() *RecordDecl {
	n := &RecordDecl{}
	start := p.tok.Pos
	p.head(func() {
		n.Name = p.ident(TypeName)
	})
	n.Fields = p.varLines()
	n.EndPos = p.end()
	n.span = p.from(start)
	return n
}

// classDecl = "class" TypeName NL { member } "end" NL, with "class" taken already
func (p *parser) classDecl(class Token) *ClassDecl {
	n := &ClassDecl{}
	p.blocks = append(p.blocks, opener{class.Text, class.Pos, class.Pos.Col})
	p.line(func() {
		n.Name = p.ident(TypeName)
		p.nl()
	})
	for p.is(Fields) || p.is(Ctor) || p.is(Func) {
		p.hidden(func() { n.Members = append(n.Members, p.member()) })
	}
	n.EndPos = p.end()
	n.span = p.from(class.Pos)
	return n
}

// ctor = "ctor" sep { param sep } body; in an interface "end" NL instead of the body
func (p *parser) ctor() Decl {
	n := &CtorDecl{}
	start := p.tok.Pos
	word := opener{p.tok.Text, start, p.first.Pos.Col}
	ok := p.line(func() {
		p.advance()
		n.Params = p.params()
		p.bodyFollows()
	})
	n.Body = p.body(word, ok)
	n.span = p.from(start)
	return n
}

// func = "func" { sigil } name signature body
// entry = "entry" name signature body
// In an interface "end" NL stands instead of the body.
func (p *parser) funcDecl() Decl {
	n := &FuncDecl{Entry: p.is(Entry)}
	start := p.tok.Pos
	word := opener{p.tok.Text, start, p.first.Pos.Col}
	at := p.scan.off - len(p.tok.Text)
	ok := p.line(func() {
		p.advance()
		if !n.Entry {
			n.Sigils = p.sigils(Change | DoIO)
		}
		n.Name = p.name()
		if !p.heads {
			n.Params, n.Result = p.signature()
			p.bodyFollows()
		}
	})
	if p.heads {
		p.leaveOut(n, word, at)
	} else {
		n.Body = p.body(word, ok)
	}
	n.span = p.from(start)
	return n
}

// bodyFollows refuses what is neither a body nor, in an interface, an "end".
func (p *parser) bodyFollows() {
	if p.is(LParen) {
		p.fail(p.tok.Pos, "unexpected `(`: parameters stand without parentheses, as `func f int a int b`")
	}
	if p.file.Kind == KindInterface {
		if !p.is(End) {
			p.expected("a parameter, " + p.spell(Returns) + " or " + p.spell(End))
		}
		return
	}
	if !p.is(Code) {
		p.expected("a parameter, " + p.spell(Returns) + " or " + p.spell(Code))
	}
}

// body = "code" NL block "end" NL, of the func that word opened. When the signature was
// refused (ok is false) it first looks for the "code".
func (p *parser) body(word opener, ok bool) *Block {
	if p.file.Kind == KindInterface {
		p.blocks = append(p.blocks, word)
		p.headEnd(ok)
		return nil
	}
	for !ok && !p.is(Code) && !p.is(End) && !p.is(EOF) && !p.startsDecl() {
		p.sync()
	}
	if !p.is(Code) {
		if p.is(End) {
			p.sync()
		}
		return nil
	}
	word.word, word.pos = p.tok.Text, p.tok.Pos
	p.blocks = append(p.blocks, word)
	p.line(func() {
		p.advance()
		p.nl()
	})
	b := p.block()
	b.pos = word.pos
	p.end()
	return b
}

// headEnd is the "end" of a head without a body, for the innermost open block. When the
// head was refused (ok is false) its line may have held the "end" already.
func (p *parser) headEnd(ok bool) Pos {
	if !ok && p.ended {
		p.blocks = p.blocks[:len(p.blocks)-1]
		return p.last
	}
	for !ok && !p.is(End) && !p.is(EOF) && !p.startsDecl() {
		p.sync()
	}
	return p.end()
}

// giveme = "giveme" NL { type name [ "=" binding ] NL } "end" NL
func (p *parser) giveme() Decl {
	n := &GivemeDecl{}
	start := p.tok.Pos
	p.head(func() {})
	p.items(func() {
		g := &Giveme{}
		at := p.tok.Pos
		g.Type = p.typeExpr()
		g.Name = p.name()
		if p.is(In) {
			p.fail(p.tok.Pos, "a giveme has no range: look at it in `entry main`")
		}
		if p.got(Assign) {
			p.binding(g)
		}
		g.span = p.from(at)
		n.Items = append(n.Items, g)
	})
	n.EndPos = p.end()
	n.span = p.from(start)
	return n
}

// binding = "param" STRING [ "defval" expr ] | "defval" expr | "only" enumVal { enumVal }
func (p *parser) binding(g *Giveme) {
	switch {
	case p.got(Only):
		g.Only = append(g.Only, p.enumVal())
		for p.is(EnumDot) || p.is(TypeName) {
			g.Only = append(g.Only, p.enumVal())
		}
	case p.is(ParamWord), p.is(Defval):
		if p.got(ParamWord) {
			g.Option = p.stringLit()
		}
		if p.got(Defval) {
			g.Default = p.expr()
		}
	default:
		p.expected(p.spell(ParamWord) + ", " + p.spell(Defval) + " or " + p.spell(Only))
	}
}
