// Types, parameters, ranges and signatures.

package syntax

// sigilTable pairs the marks before a type with their flag.
var sigilTable = [numKinds]Sigils{Question: Maybe, Bang: Change, At: DoIO}

// scalarTypes pairs keywords with the type they name alone.
var scalarTypes = [numKinds]TypeKind{
	Bool: TypeBool, ByteType: TypeByte, IntType: TypeInt, Long: TypeLong,
	Wuint32: TypeWuint32, Wuint64: TypeWuint64, StringType: TypeString, AddrType: TypeAddr,
}

// startsType says whether the token at hand can only begin a type: a declaration is
// known from its first token.
func (p *parser) startsType() bool {
	switch p.tok.Kind {
	case Bool, ByteType, IntType, Long, Signed, Wuint32, Wuint64, StringType, AddrType,
		OwnWord, Question, Bang, At:
		return true
	case TypeName:
		return !p.tok.Hold
	}
	return false
}

// sigils = { "?" | "!" | "@" }, each at most once.
func (p *parser) sigils(allowed Sigils) (s Sigils) {
	for {
		flag := sigilTable[p.tok.Kind]
		if flag == 0 {
			return s
		}
		if s&flag != 0 {
			p.fail(p.tok.Pos, "`%s` is written twice", p.tok.Text)
		}
		if allowed&flag == 0 {
			p.fail(p.tok.Pos, "`%s` does not belong here", p.tok.Text)
		}
		s |= flag
		p.advance()
	}
}

// type = [ "own" ] { sigil } baseType
func (p *parser) typeExpr() *TypeExpr {
	start := p.tok.Pos
	var s Sigils
	if p.got(OwnWord) {
		s = Own
	}
	s |= p.sigils(Maybe | Change | DoIO)
	t := p.baseType()
	t.Sigils = s
	t.pos = start
	return t
}

// baseType = "bool" | "byte" | [ "signed" ] ( "int" | "long" ) | "wuint32" | "wuint64"
// | "string" | TypeName | generic
func (p *parser) baseType() *TypeExpr {
	p.enter()
	defer p.leave()
	t := p.file.nodes.types.One()
	t.pos = p.tok.Pos
	if kind := scalarTypes[p.tok.Kind]; kind != TypeNamed {
		p.advance()
		t.Kind = kind
	} else {
		switch p.tok.Kind {
		case Signed:
			p.advance()
			switch {
			case p.got(IntType):
				t.Kind = TypeSignedInt
			case p.got(Long):
				t.Kind = TypeSignedLong
			default:
				p.expected(p.spell(IntType) + " or " + p.spell(Long))
			}
		case TypeName:
			t.Name = p.ident(TypeName)
			p.generic(t)
		default:
			p.expected("a type")
		}
	}
	t.end = p.last
	return t
}

// generic = ( "Array" | "List" ) "of" type | "Map" "of" type "to" type
func (p *parser) generic(t *TypeExpr) {
	switch t.Name.Name {
	case "Array":
		t.Kind = TypeArray
	case "List":
		t.Kind = TypeList
	case "Map":
		t.Kind = TypeMap
	default:
		return
	}
	p.word("of")
	t.Elem = p.typeExpr()
	if t.Kind == TypeMap {
		p.word("to")
		t.Key, t.Elem = t.Elem, p.typeExpr()
	}
}

// range = "in" addExpr "..=" addExpr
func (p *parser) rangeOpt() *Range {
	start := p.tok.Pos
	if !p.got(In) {
		return nil
	}
	low := p.addExpr()
	if p.is(DotDot) {
		p.fail(p.tok.Pos, "expected `..=`, saw `..`: a range of values names its last one")
	}
	p.want(DotDotEq)
	high := p.addExpr()
	return &Range{p.from(start), low, high}
}

// param = type name [ range ] [ "=" expr ]
func (p *parser) param() *Param {
	n := p.file.nodes.params.One()
	start := p.tok.Pos
	n.Type = p.typeExpr()
	if p.is(Bang) {
		p.fail(p.tok.Pos, "`!` before a name makes a local variable that may be assigned: a parameter keeps its value, and a field may be assigned where its object may be changed")
	}
	n.Name = p.name()
	n.Range = p.rangeOpt()
	if p.got(Assign) {
		n.Default = p.expr()
	}
	n.span = p.from(start)
	return n
}

// params = sep { param sep }; behind a range or a default the line ends before the
// next parameter.
func (p *parser) params() (list []*Param) {
	p.got(NL)
	var few [8]*Param
	list = few[:0]
	for p.startsType() {
		n := p.param()
		list = append(list, n)
		newline := p.got(NL)
		if !newline && (n.Range != nil || n.Default != nil) && p.startsType() {
			p.fail(p.tok.Pos, "expected end of line, saw %s: behind a range or a default the next parameter stands on its own line", p.tok.describe())
		}
	}
	return p.file.nodes.paramLists.Copy(list)
}

// signature = params [ "returns" sep result sep ]
func (p *parser) signature() (list []*Param, r *Result) {
	list = p.params()
	if p.got(Returns) {
		p.got(NL)
		r = p.result()
		p.got(NL)
	}
	return list, r
}

// result = ( type | "nothing" ) [ "or" TypeName ]
func (p *parser) result() *Result {
	r := &Result{}
	start := p.tok.Pos
	if !p.got(Nothing) {
		r.Type = p.typeExpr()
	}
	if p.got(Or) {
		r.Error = p.ident(TypeName)
	}
	r.span = p.from(start)
	return r
}
