// Expressions, loosest binding first.

package syntax

// expr = orExpr [ "else" orExpr ]
func (p *parser) expr() Expr {
	p.enter()
	defer p.leave()
	x := p.orExpr()
	if !p.got(ElseWord) {
		return x
	}
	y := p.orExpr()
	return &Else{p.node(x.Pos()), x, y}
}

// orExpr = andExpr { "or" andExpr }
func (p *parser) orExpr() Expr { return p.chain(levelOr) }

// andExpr = notExpr { "and" notExpr }
func (p *parser) andExpr() Expr { return p.chain(levelAnd) }

// addExpr = mulExpr { addOp mulExpr }
func (p *parser) addExpr() Expr { return p.chain(levelAdd) }

// mulExpr = unary { mulOp unary }
func (p *parser) mulExpr() Expr { return p.chain(levelMul) }

// level is a rule of the form  operand { op operand }.
type level struct {
	ops     [numKinds]Op
	operand func(*parser) Expr
}

// Filled in by init: the rules refer to each other.
var levelOr, levelAnd, levelAdd, levelMul *level

func init() {
	levelOr = &level{[numKinds]Op{Or: OpOr}, (*parser).andExpr}
	levelAnd = &level{[numKinds]Op{And: OpAnd}, (*parser).notExpr}
	levelAdd = &level{[numKinds]Op{Plus: OpAdd, Minus: OpSub, Bor: OpBor, Bxor: OpBxor}, (*parser).mulExpr}
	levelMul = &level{[numKinds]Op{Star: OpMul, Slash: OpDiv, Mod: OpMod, Band: OpBand, Shl: OpShl, Shr: OpShr}, (*parser).unary}
}

func (p *parser) chain(l *level) Expr {
	x := l.operand(p)
	for {
		op := l.ops[p.tok.Kind]
		if op == OpNone {
			return x
		}
		p.link()
		if op == OpSub && p.tok.SpaceBefore && !p.tok.SpaceAfter {
			p.fail(p.tok.Pos, "`-` with a space only before it: write `a - b` to subtract, `(-b)` for an argument below zero")
		}
		at := p.tok.Pos
		p.advance()
		y := l.operand(p)
		x = put(&p.file.nodes.binaries, Binary{p.node(x.Pos()), op, at, x, y})
	}
}

// notExpr = "not" notExpr | cmpExpr
func (p *parser) notExpr() Expr {
	if !p.is(Not) {
		return p.cmpExpr()
	}
	p.enter()
	defer p.leave()
	start := p.tok.Pos
	p.advance()
	x := p.notExpr()
	return &Unary{p.node(start), OpNot, x}
}

var cmpOps = [numKinds]Op{
	Equal: OpEq, NotEqual: OpNe, Less: OpLt, LessEqual: OpLe, Greater: OpGt, GreaterEqual: OpGe,
}

// cmpExpr = addExpr { cmpOp addExpr }
func (p *parser) cmpExpr() Expr {
	x := p.addExpr()
	op := cmpOps[p.tok.Kind]
	if op == OpNone {
		return x
	}
	of := p.file.nodes
	c := put(&of.compares, Compare{X: of.exprLists.List(2), Ops: of.ops.List(1), OpPos: of.places.List(1)})
	c.X[0], c.Ops[0], c.OpPos[0] = x, op, p.tok.Pos
	p.advance()
	c.X[1] = p.addExpr()
	for op = cmpOps[p.tok.Kind]; op != OpNone; op = cmpOps[p.tok.Kind] {
		c.Ops = append(c.Ops, op)
		c.OpPos = append(c.OpPos, p.tok.Pos)
		p.advance()
		c.X = append(c.X, p.addExpr())
	}
	c.keyed = p.node(x.Pos())
	return c
}

// unary = "-" unary | "try" call | "copy" atom | call
func (p *parser) unary() Expr {
	start := p.tok.Pos
	switch p.tok.Kind {
	case Minus:
		p.enter()
		defer p.leave()
		p.advance()
		x := p.unary()
		return &Unary{p.node(start), OpNeg, x}
	case TryWord:
		p.advance()
		x := p.call()
		return &Try{p.node(start), x}
	case CopyWord:
		p.advance()
		x := p.atom()
		return &Copy{p.node(start), x}
	}
	return p.call()
}

// call = newExpr | formatExpr | atom { arg }
func (p *parser) call() Expr {
	switch p.tok.Kind {
	case NewWord:
		return p.newExpr()
	case FormatWord:
		return p.formatExpr()
	}
	x := p.atom()
	switch x.(type) {
	case *Name, *Member: // only funcs take arguments, and there are no func values
	default:
		return x
	}
	args := p.args()
	if args == nil {
		return x
	}
	return put(&p.file.nodes.calls, Call{p.node(x.Pos()), x, args})
}

// args = { arg }
func (p *parser) args() (list []*Arg) {
	from := len(p.someArgs)
	for p.startsAtom() {
		p.someArgs = append(p.someArgs, p.arg())
	}
	list = p.file.nodes.argLists.Copy(p.someArgs[from:])
	p.someArgs = p.someArgs[:from]
	return list
}

// arg = atom | name "=" atom; without spaces around the "="
func (p *parser) arg() *Arg {
	a := p.file.nodes.args.One()
	start := p.tok.Pos
	if p.is(NameTok) && p.tok.Hold {
		a.Name = p.ident(NameTok)
		p.want(Assign)
	}
	a.X = p.atom()
	a.span = p.from(start)
	return a
}

// newExpr = "new" [ baseType ] { arg }
func (p *parser) newExpr() Expr {
	n := &New{}
	start := p.tok.Pos
	p.advance()
	if p.startsType() {
		n.Type = p.baseType()
	}
	n.Args = p.args()
	n.keyed = p.node(start)
	return n
}

// formatExpr = "format" STRING { atom }
func (p *parser) formatExpr() Expr {
	n := &Format{}
	start := p.tok.Pos
	p.advance()
	n.Text = p.stringLit()
	for p.startsAtom() {
		n.Args = append(n.Args, p.atom())
	}
	n.keyed = p.node(start)
	return n
}

// startsAtom says whether an atom, or a named argument, begins at hand.
func (p *parser) startsAtom() bool {
	switch p.tok.Kind {
	case IntTok, ByteTok, StringTok, True, False, None, This, NameTok, EnumDot, LParen, ListBrack:
		return true
	case TypeName:
		return p.tok.Hold
	}
	return false
}

// atom = primary { "." name | "[" expr "]" }
func (p *parser) atom() Expr {
	x := p.primary()
	for ; ; p.link() {
		switch p.tok.Kind {
		case MemberDot:
			p.advance()
			name := p.ident(NameTok)
			x = put(&p.file.nodes.members, Member{p.node(x.Pos()), x, name})
		case IndexBrack:
			open := p.tok.Pos
			p.advance()
			i := p.expr()
			p.closing(RBrack, "[", open)
			x = put(&p.file.nodes.indexes, Index{p.node(x.Pos()), x, i})
		default:
			return x
		}
	}
}

// closing is the bracket that closes the one at open.
func (p *parser) closing(k Kind, word string, open Pos) {
	if !p.is(k) {
		if p.is(Bad) {
			panic(bailout{})
		}
		if p.is(NL) || p.is(EOF) || p.tok.Pos.Line != open.Line {
			p.fail(p.tok.Pos, "expected %s for the `%s` of line %d, saw %s", p.spell(k), word, open.Line, p.tok.describe())
		}
		p.expected(p.spell(k))
	}
	p.advance()
}

// primary = INT | BYTE | STRING | "true" | "false" | "none" | "this" | name | enumVal
// | "(" expr ")" | "[" { atom } "]"
func (p *parser) primary() Expr {
	t := p.tok
	at := func() keyed { return keyed{span{t.Pos, t.End}, p.key()} }
	switch t.Kind {
	case IntTok:
		p.advance()
		return put(&p.file.nodes.ints, IntLit{at(), t.Text, t.Num})
	case ByteTok:
		p.advance()
		return &ByteLit{at(), t.Text, byte(t.Num)}
	case StringTok:
		return p.stringLit()
	case True, False:
		p.advance()
		return &BoolLit{at(), t.Kind == True}
	case None:
		p.advance()
		return &NoneLit{at()}
	case This:
		p.advance()
		return &ThisExpr{at()}
	case NameTok:
		p.advance()
		return put(&p.file.nodes.names, Name{at(), t.Text})
	case EnumDot, TypeName:
		if t.Kind == EnumDot || t.Hold {
			return p.enumVal()
		}
	case LParen:
		p.enter()
		defer p.leave()
		p.advance()
		if p.is(RParen) {
			p.fail(t.Pos, "expected a value, saw `()`: a call without arguments is the bare name")
		}
		x := p.expr()
		p.closing(RParen, "(", t.Pos)
		return put(&p.file.nodes.parens, Paren{p.node(t.Pos), x})
	case ListBrack:
		p.enter()
		defer p.leave()
		return p.listLit()
	}
	switch t.Kind {
	case Bang:
		p.fail(t.Pos, "expected a value, saw `!`: write `not`")
	case TypeName:
		p.fail(t.Pos, "expected a value, saw the type name `%s`: an enum's value is written `%s.name`", clip(t.Text), clip(t.Text))
	case NL:
		p.fail(t.Pos, "expected a value, saw end of line%s", p.goesOn())
	}
	p.expected("a value")
	return nil
}

// goesOn is a hint for a line that ends too early, when the next one stands deeper as if
// it belonged to it.
func (p *parser) goesOn() string {
	if p.scan.col > p.first.Pos.Col {
		return ": a statement goes on in the next line only inside `( )`"
	}
	return ""
}

// listLit is "[" { atom } "]" of primary.
func (p *parser) listLit() Expr {
	n := &ListLit{}
	open := p.tok.Pos
	p.advance()
	for p.startsAtom() {
		n.Elems = append(n.Elems, p.atom())
	}
	if p.is(Minus) {
		p.fail(p.tok.Pos, "expected a value or `]`, saw `-`: elements are atoms, write `(-1)`")
	}
	p.closing(RBrack, "[", open)
	n.keyed = p.node(open)
	return n
}

// enumVal = "." name | TypeName "." name
func (p *parser) enumVal() *EnumVal {
	n := &EnumVal{}
	start := p.tok.Pos
	if p.is(TypeName) {
		n.Type = p.ident(TypeName)
		p.want(MemberDot)
	} else {
		p.want(EnumDot)
	}
	n.Name = p.ident(NameTok)
	n.keyed = p.node(start)
	return n
}

// stringLit = STRING
func (p *parser) stringLit() *StringLit {
	t := p.want(StringTok)
	return put(&p.file.nodes.texts, StringLit{keyed{span{t.Pos, t.End}, p.key()}, t.Text, t.Str})
}
