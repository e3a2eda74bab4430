// Printing declarations.

package syntax

func (p *printer) header(h *Header) {
	p.begin(h.Pos())
	if h.Service == nil {
		p.kw(Class)
	} else {
		p.kw(Service)
		p.text(" " + h.Service.Name + " " + h.Command.Text)
	}
	p.finish(h.End())
}

func (p *printer) decl(d Decl) {
	switch d := d.(type) {
	case *ConstDecl:
		p.since(d, d.Since)
		p.kw(Const)
		p.text(" ")
		p.typeExpr(d.Type)
		p.text(" " + d.Name.Name + " = ")
		p.expr(d.Value)
		p.finish(d.End())
	case *EnumDecl:
		p.since(d, d.Since)
		p.enum(d)
	case *RecordDecl:
		p.since(d, d.Since)
		p.kw(Record)
		p.text(" " + d.Name.Name)
		p.open(d.Name.End())
		p.varLines(d.Fields)
		p.end(d.EndPos)
	case *ClassDecl:
		p.since(d, d.Since)
		p.kw(Class)
		p.text(" " + d.Name.Name)
		p.open(d.Name.End())
		p.depth++
		for _, m := range d.Members {
			p.decl(m)
		}
		p.depth--
		p.end(d.EndPos)
	case *FieldsDecl:
		p.begin(d.Pos())
		p.kw(Fields)
		p.open(d.Pos())
		p.varLines(d.Fields)
		p.end(d.EndPos)
	case *CtorDecl:
		p.begin(d.Pos())
		p.kw(Ctor)
		p.body(d, p.params(d.Params, d.Pos()), d.Body)
	case *FuncDecl:
		p.since(d, d.Since)
		p.function(d)
	case *GivemeDecl:
		p.begin(d.Pos())
		p.kw(GivemeWord)
		p.open(d.Pos())
		p.depth++
		for _, g := range d.Items {
			p.giveme(g)
		}
		p.depth--
		p.end(d.EndPos)
	case *ForeignDecl:
		p.foreign(d)
	}
}

// since starts the first line of a declaration, behind its `since` line.
func (p *printer) since(d Decl, version string) {
	p.begin(d.Pos())
	if version != "" {
		p.kw(Since)
		p.text(" " + version)
		p.finish(d.Pos())
		p.text(indentOf(p.depth))
		p.last++
	}
}

func (p *printer) enum(d *EnumDecl) {
	p.kw(Enum)
	p.text(" " + d.Name.Name)
	p.open(d.Name.End())
	p.depth++
	for _, v := range d.Values {
		p.begin(v.Pos())
		p.text(v.Name.Name)
		if v.Value != nil {
			p.text(" = " + v.Value.Text)
		}
		p.finish(v.End())
	}
	p.depth--
	p.end(d.EndPos)
}

func (p *printer) varLines(list []*Param) {
	p.depth++
	for _, v := range list {
		p.begin(v.Pos())
		p.param(v)
		p.finish(v.End())
	}
	p.depth--
}

func (p *printer) param(v *Param) {
	p.typeExpr(v.Type)
	p.text(" " + v.Name.Name)
	p.valueRange(v.Range)
	if v.Default != nil {
		p.text(" = ")
		p.expr(v.Default)
	}
}

func (p *printer) valueRange(r *Range) {
	if r == nil {
		return
	}
	p.text(" ")
	p.kw(In)
	p.text(" ")
	p.expr(r.Low)
	p.text("..=")
	p.expr(r.High)
}

// params writes parameters behind a head that ends at prev, keeping line breaks between
// them, and gives the place where they end.
func (p *printer) params(list []*Param, prev Pos) Pos {
	for _, v := range list {
		p.bracket++
		p.space(prev, v.Pos())
		p.bracket--
		p.param(v)
		prev = v.End()
	}
	return prev
}

func (p *printer) function(d *FuncDecl) {
	if d.Entry {
		p.kw(Entry)
	} else {
		p.kw(Func)
	}
	p.text(" " + d.Sigils.String() + d.Name.Name)
	prev := p.params(d.Params, d.Name.End())
	if r := d.Result; r != nil {
		p.bracket++
		p.space(prev, r.Pos())
		p.bracket--
		p.kw(Returns)
		p.text(" ")
		if r.Type == nil {
			p.kw(Nothing)
		} else {
			p.typeExpr(r.Type)
		}
		if r.Error != nil {
			p.text(" ")
			p.kw(Or)
			p.text(" " + r.Error.Name)
		}
		prev = r.End()
	}
	p.body(d, prev, d.Body)
}

// body is what follows a signature that ends at prev: code, or the `end` of a head.
func (p *printer) body(d Decl, prev Pos, b *Block) {
	if b == nil {
		p.bracket++
		p.space(prev, d.End())
		p.bracket--
		p.kw(End)
		p.finish(d.End())
		return
	}
	p.finish(prev)
	p.flush(b.Pos())
	p.text(indentOf(p.depth))
	p.kw(Code)
	p.open(b.Pos())
	p.block(b)
	p.end(b.EndPos)
}

func (p *printer) giveme(g *Giveme) {
	p.begin(g.Pos())
	p.typeExpr(g.Type)
	p.text(" " + g.Name.Name)
	if g.Option != nil || g.Default != nil || g.Only != nil {
		p.text(" =")
	}
	if g.Option != nil {
		p.text(" ")
		p.kw(ParamWord)
		p.text(" " + g.Option.Text)
	}
	if g.Default != nil {
		p.text(" ")
		p.kw(Defval)
		p.text(" ")
		p.expr(g.Default)
	}
	if g.Only != nil {
		p.text(" ")
		p.kw(Only)
		for _, v := range g.Only {
			p.text(" ")
			p.expr(v)
		}
	}
	p.finish(g.End())
}

func (p *printer) foreign(d *ForeignDecl) {
	p.begin(d.Pos())
	p.kw(Foreign)
	p.text(" " + d.Name.Name)
	p.open(d.Name.End())
	p.depth++
	p.begin(d.Library.Pos())
	p.word("library")
	p.text(" " + d.Library.Text)
	p.finish(d.Library.End())
	p.begin(d.Mode.Pos())
	p.word("mode")
	p.text(" " + d.Mode.Name)
	p.finish(d.Mode.End())
	for _, f := range d.Funcs {
		p.foreignFunc(f)
	}
	p.depth--
	p.end(d.EndPos)
}

func (p *printer) foreignFunc(f *ForeignFunc) {
	p.begin(f.Pos())
	p.kw(Func)
	p.text(" " + f.Name.Name)
	prev := f.Name.End()
	if f.Symbol != nil {
		p.text(" " + f.Symbol.Text)
		prev = f.Symbol.End()
	}
	p.bracket++
	for _, v := range f.Params {
		p.space(prev, v.Pos())
		p.text(v.Type.Name.Name + " " + v.Name.Name)
		if v.Length != nil {
			p.text(" ")
			p.word("length")
			p.text(" " + v.Length.Name)
		}
		prev = v.End()
	}
	if f.Result != nil {
		p.space(prev, f.Result.Pos())
		p.kw(Returns)
		p.text(" " + f.Result.Name.Name)
		prev = f.Result.End()
		if f.FailOp != OpNone {
			p.text(" ")
			p.word("fails")
			p.text(" ")
			p.word("when")
			p.text(" " + f.FailOp.String() + " ")
			p.bracket--
			p.expr(f.Fail)
			p.bracket++
			prev = f.Fail.End()
		}
	}
	p.space(prev, f.EndPos)
	p.bracket--
	p.kw(End)
	p.finish(f.EndPos)
}
