// Printing expressions and types.

package syntax

// typeWords is the keywords of types that are one or two words.
var typeWords = map[TypeKind][]Kind{
	TypeBool: {Bool}, TypeByte: {ByteType}, TypeInt: {IntType}, TypeSignedInt: {Signed, IntType},
	TypeLong: {Long}, TypeSignedLong: {Signed, Long}, TypeWuint32: {Wuint32}, TypeWuint64: {Wuint64},
	TypeString: {StringType},
}

func (p *printer) typeExpr(t *TypeExpr) {
	if t.Sigils&Own != 0 {
		p.kw(OwnWord)
		p.text(" ")
	}
	p.text((t.Sigils &^ Own).String())
	for i, k := range typeWords[t.Kind] {
		if i > 0 {
			p.text(" ")
		}
		p.kw(k)
	}
	switch t.Kind {
	case TypeNamed:
		p.text(t.Name.Name)
	case TypeAddr:
		p.text(kindTable[AddrType])
	case TypeArray, TypeList:
		p.text(t.Name.Name + " ")
		p.word("of")
		p.text(" ")
		p.typeExpr(t.Elem)
	case TypeMap:
		p.text(t.Name.Name + " ")
		p.word("of")
		p.text(" ")
		p.typeExpr(t.Key)
		p.text(" ")
		p.word("to")
		p.text(" ")
		p.typeExpr(t.Elem)
	}
}

func (p *printer) expr(e Expr) {
	switch e := e.(type) {
	case *IntLit:
		p.text(e.Text)
	case *ByteLit:
		p.text(e.Text)
	case *StringLit:
		p.text(e.Text)
	case *BoolLit:
		if e.Value {
			p.kw(True)
		} else {
			p.kw(False)
		}
	case *NoneLit:
		p.kw(None)
	case *ThisExpr:
		p.kw(This)
	case *Name:
		p.text(e.Name)
	case *EnumVal:
		if e.Type != nil {
			p.text(e.Type.Name)
		}
		p.text("." + e.Name.Name)
	case *Paren:
		p.text("(")
		p.bracket++
		p.expr(e.X)
		p.bracket--
		p.text(")")
	case *ListLit:
		p.list(e)
	case *Member:
		p.expr(e.X)
		p.text("." + e.Name.Name)
	case *Index:
		p.expr(e.X)
		p.text("[")
		p.bracket++
		p.expr(e.I)
		p.bracket--
		p.text("]")
	case *Call:
		p.expr(e.Fun)
		p.args(e.Fun.End(), e.Args)
	case *New:
		p.kw(NewWord)
		prev := e.Pos()
		if e.Type != nil {
			p.space(prev, e.Type.Pos())
			p.typeExpr(e.Type)
			prev = e.Type.End()
		}
		p.args(prev, e.Args)
	case *Format:
		p.kw(FormatWord)
		p.space(e.Pos(), e.Text.Pos())
		p.text(e.Text.Text)
		prev := e.Text.End()
		for _, x := range e.Args {
			p.space(prev, x.Pos())
			p.expr(x)
			prev = x.End()
		}
	case *Try:
		p.prefix(e.Pos(), TryWord, e.X)
	case *Copy:
		p.prefix(e.Pos(), CopyWord, e.X)
	case *Unary:
		if e.Op == OpNot {
			p.prefix(e.Pos(), Not, e.X)
			break
		}
		p.text("-")
		p.expr(e.X)
	case *Binary:
		p.expr(e.X)
		p.operator(e.X.End(), e.OpPos, e.Op, e.Y)
	case *Compare:
		p.expr(e.X[0])
		for i, op := range e.Ops {
			p.operator(e.X[i].End(), e.OpPos[i], op, e.X[i+1])
		}
	case *Else:
		p.expr(e.X)
		p.space(e.X.End(), e.Y.Pos())
		p.kw(ElseWord)
		p.text(" ")
		p.expr(e.Y)
	}
}

func (p *printer) prefix(at Pos, k Kind, x Expr) {
	p.kw(k)
	p.space(at, x.Pos())
	p.expr(x)
}

// operator is op at pos and its right side. A line break on either side of op is kept.
func (p *printer) operator(prev, pos Pos, op Op, y Expr) {
	p.space(prev, pos)
	p.word(op.String())
	p.space(pos, y.Pos())
	p.expr(y)
}

func (p *printer) args(prev Pos, list []*Arg) {
	for _, a := range list {
		p.space(prev, a.Pos())
		if a.Name != nil {
			p.text(a.Name.Name + "=")
		}
		p.expr(a.X)
		prev = a.End()
	}
}

func (p *printer) list(e *ListLit) {
	p.text("[")
	p.bracket++
	for i, x := range e.Elems {
		if i > 0 {
			p.space(e.Elems[i-1].End(), x.Pos())
		}
		p.expr(x)
	}
	p.bracket--
	p.text("]")
}
