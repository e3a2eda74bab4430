// Statements.

package syntax

import "strings"

// statement = varStmt | ifStmt | whileStmt | forStmt | matchStmt | arenaStmt |
// returnStmt | errorStmt | loopCtl | assertStmt | exprStmt
//
// It gives nil for a line that was refused.
func (p *parser) statement() (s Stmt) {
	switch p.tok.Kind {
	case If:
		return p.ifStmt()
	case While:
		return p.whileStmt()
	case For:
		return p.forStmt()
	case Match:
		return p.matchStmt()
	case Arena:
		return p.arenaStmt()
	}
	first := p.tok
	ok := p.line(func() {
		s = p.simple()
		p.nl()
	})
	if !ok {
		p.skipIndented(first)
		return nil
	}
	p.onError(s)
	return s
}

// skipIndented passes over the block behind a refused line. Only the columns tell
// whether the line was meant to open one: `whlie x` does.
func (p *parser) skipIndented(first Token) {
	if p.tok.Pos.Col <= first.Pos.Col || p.is(EOF) || p.is(End) || p.is(On) {
		return
	}
	if strings.HasPrefix(first.Text, "els") || first.Text == "elif" {
		p.block() // its `end` is that of the `if`
		return
	}
	if first.Kind != NameTok && first.Kind != TypeName {
		for p.tok.Pos.Col > first.Pos.Col && !p.is(EOF) && !p.is(End) {
			p.sync() // no block starts like this: a statement that goes on
		}
		return
	}
	p.blocks = append(p.blocks, opener{first.Text, first.Pos, first.Pos.Col})
	p.block()
	p.end()
}

// simple is a statement of one line, without its NL.
func (p *parser) simple() Stmt {
	start := p.tok.Pos
	switch p.tok.Kind {
	case Return:
		return p.returnStmt()
	case ErrorWord:
		p.advance()
		x := p.atom()
		return &ErrorStmt{p.from(start), x}
	case Skip, Break:
		return p.loopCtl()
	case Assert:
		p.advance()
		x := p.expr()
		return &AssertStmt{p.from(start), x}
	}
	if p.startsType() {
		return p.varStmt()
	}
	return p.exprStmt()
}

// varStmt = type [ "!" ] name [ range ] "=" expr NL [ onError ]
func (p *parser) varStmt() Stmt {
	n := p.file.nodes.vars.One()
	start := p.tok.Pos
	n.Type = p.typeExpr()
	n.Mutable = p.got(Bang)
	n.Name = p.declared()
	n.Range = p.rangeOpt()
	if p.is(NL) {
		p.fail(p.tok.Pos, "expected `=`, saw end of line: a variable has a value from the start")
	}
	p.want(Assign)
	n.Value = p.expr()
	n.span = p.from(start)
	return n
}

// assignOps = "=" | "+=" | "-=" | "*=" | "/="
var assignOps = [numKinds]Op{Assign: OpNone, AddAssign: OpAdd, SubAssign: OpSub, MulAssign: OpMul, DivAssign: OpDiv}

// exprStmt = expr [ assignOp expr ] NL [ onError ]; without assignOp: a call
func (p *parser) exprStmt() Stmt {
	start := p.tok.Pos
	if p.tok.Kind.isKeyword() && !p.startsAtom() && !p.is(Not) && !p.is(TryWord) &&
		!p.is(CopyWord) && !p.is(NewWord) && !p.is(FormatWord) {
		p.expected("a statement")
	}
	x := p.expr()
	op := assignOps[p.tok.Kind]
	if op == OpNone && !p.is(Assign) {
		p.mustCall(x)
		return put(&p.file.nodes.exprStmts, ExprStmt{p.from(start), x, nil})
	}
	n := put(&p.file.nodes.assigns, AssignStmt{Left: x, Op: op, OpPos: p.tok.Pos})
	switch x := x.(type) {
	case *Name, *Member, *Index:
	case *Call:
		if len(x.Args) == 1 {
			if a, ok := x.Args[0].X.(*Name); ok {
				if f, ok := x.Fun.(*Name); ok && p.foreign() == "" {
					p.fail(x.Pos(), "expected a name, member or element left of `%s`, saw a call (for a named argument write `%s=…` without spaces; a new variable starts with its type, and `%s` is none)", p.tok.Text, a.Name, f.Name)
				}
			}
		}
		p.fail(x.Pos(), "expected a name, member or element left of `%s`, saw a call%s", p.tok.Text, p.foreign())
	default:
		p.fail(x.Pos(), "expected a name, member or element left of `%s`", p.tok.Text)
	}
	p.advance()
	n.Right = p.expr()
	n.span = p.from(start)
	return n
}

// mustCall refuses an expression whose value would be lost.
func (p *parser) mustCall(x Expr) {
	if !p.is(NL) && !p.is(EOF) {
		p.expected("end of line")
	}
	if op, ok := behindArgument(x); ok {
		p.fail(op, "this value is not used: the call ends before the operator, an argument with operators stands in parentheses%s", p.foreign())
	}
	switch x := x.(type) {
	case *Call, *Name, *Member:
		return
	case *Try:
		p.mustCall(x.X)
		return
	case *Else:
		if p.foreign() == "" {
			p.fail(x.Pos(), "this value is not used: to go on after a failure write `on error` below the call")
		}
	case *Compare:
		if len(x.Ops) == 1 && x.Ops[0] == OpEq && p.foreign() == "" {
			p.fail(x.OpPos[0], "this compares, and the answer is lost: to assign, write `=`")
		}
	}
	p.fail(x.Pos(), "this value is not used: a statement is a call or an assignment%s", p.foreign())
}

// behindArgument finds the operator in `f x + 1`, which applies it to what f gives.
func behindArgument(x Expr) (op Pos, ok bool) {
	for {
		left := x
		switch y := x.(type) {
		case *Binary:
			left, op = y.X, y.OpPos
		case *Compare:
			left, op = y.X[0], y.OpPos[0]
		case *Call:
			return op, op != Pos{}
		default:
			return Pos{}, false
		}
		x = left
	}
}

// onError = "on" "error" [ name ] NL block "end" NL, when it follows s.
func (p *parser) onError(s Stmt) {
	if !p.is(On) {
		return
	}
	n := &OnError{}
	start := p.tok.Pos
	switch s := s.(type) {
	case *VarStmt:
		s.OnError = n
	case *AssignStmt:
		s.OnError = n
	case *ExprStmt:
		s.OnError = n
	default:
		return // endsBlock reports it
	}
	p.head(func() {
		p.want(ErrorWord)
		if !p.is(NL) {
			n.Name = p.declared()
		}
	})
	n.Body = p.block()
	p.end()
	n.span = span{start, n.Body.EndPos}
}

// ifStmt = "if" expr NL block elsePart
// elsePart = "else" ifStmt | [ "else" NL block ] "end" NL; one "end" closes the chain
func (p *parser) ifStmt() Stmt {
	p.enterBlock()
	defer p.leave()
	n := p.file.nodes.ifs.One()
	start := p.tok.Pos
	p.head(func() {
		n.Cond = p.expr()
	})
	n.Then = p.block()
	switch {
	case !p.is(ElseWord):
		p.end()
	default:
		p.blocks = p.blocks[:len(p.blocks)-1]
		p.open()
		p.advance()
		if p.is(If) {
			p.blocks = p.blocks[:len(p.blocks)-1]
			n.ElseIf = p.ifStmt().(*IfStmt)
			break
		}
		p.line(p.nl)
		n.Else = p.block()
		p.end()
	}
	n.span = p.from(start)
	return n
}

// whileStmt = "while" expr NL block "end" NL
func (p *parser) whileStmt() Stmt {
	n := &WhileStmt{}
	start := p.tok.Pos
	p.head(func() {
		n.Cond = p.expr()
	})
	n.Body = p.block()
	p.end()
	n.span = p.from(start)
	return n
}

// forStmt = "for" name "in" expr [ ( ".." | "..=" ) addExpr ] NL block "end" NL
func (p *parser) forStmt() Stmt {
	n := &ForStmt{}
	start := p.tok.Pos
	p.head(func() {
		if p.startsType() && !p.is(TypeName) {
			p.fail(p.tok.Pos, "expected a name, saw a type: the loop's name takes the type of what it goes over")
		}
		n.Name = p.declared()
		p.want(In)
		n.X = p.expr()
		n.Inclusive = p.is(DotDotEq)
		if p.got(DotDot) || p.got(DotDotEq) {
			n.To = p.addExpr()
		}
	})
	n.Body = p.block()
	p.end()
	n.span = p.from(start)
	return n
}

// matchStmt = "match" expr NL { arm } [ "else" NL block ] "end" NL
func (p *parser) matchStmt() Stmt {
	n := &MatchStmt{}
	start := p.tok.Pos
	p.head(func() {
		n.X = p.expr()
	})
	if !p.is(Case) && !p.is(ElseWord) && !p.is(End) && !p.is(EOF) && !p.startsDecl() {
		p.errs.Add(p.file, p.tok.Pos, "expected %s, saw %s", p.spell(Case), p.tok.describe())
		p.block()
	}
	for p.is(Case) || p.is(ElseWord) {
		if n.Else != nil {
			p.errs.Add(p.file, p.tok.Pos, "`%s` behind the `else` of its `match`", p.tok.Text)
		}
		if p.is(Case) {
			n.Arms = append(n.Arms, p.arm())
			continue
		}
		p.line(func() {
			p.advance()
			p.nl()
		})
		n.Else = p.block()
	}
	n.EndPos = p.end()
	n.span = p.from(start)
	return n
}

// arm = "case" label { "," label } NL block
func (p *parser) arm() *Arm {
	n := &Arm{}
	start := p.tok.Pos
	p.line(func() {
		p.advance()
		n.Labels = append(n.Labels, p.label())
		for p.got(Comma) {
			n.Labels = append(n.Labels, p.label())
		}
		if p.startsAtom() {
			p.fail(p.tok.Pos, "expected `,` or end of line, saw %s", p.tok.describe())
		}
		p.nl()
	})
	n.Body = p.block()
	n.span = p.from(start)
	return n
}

// label = atom [ "..=" atom ]
func (p *parser) label() *Label {
	n := &Label{}
	start := p.tok.Pos
	if p.is(Minus) {
		p.fail(start, "expected a value, saw `-`: labels are atoms, write `(-1)`")
	}
	n.Low = p.atom()
	if p.is(DotDot) {
		p.fail(p.tok.Pos, "expected `..=`, saw `..`: a range of values names its last one")
	}
	if p.got(DotDotEq) {
		n.High = p.atom()
	}
	n.span = p.from(start)
	return n
}

// arenaStmt = "arena" { name } NL block "end" NL
func (p *parser) arenaStmt() Stmt {
	n := &ArenaStmt{}
	start := p.tok.Pos
	p.head(func() {
		for p.is(NameTok) {
			n.Names = append(n.Names, p.name())
		}
	})
	n.Body = p.block()
	p.end()
	n.span = p.from(start)
	return n
}

// returnStmt = "return" [ expr ] NL
func (p *parser) returnStmt() Stmt {
	n := p.file.nodes.returns.One()
	start := p.tok.Pos
	p.advance()
	if !p.is(NL) && !p.is(EOF) {
		n.X = p.expr()
	}
	n.span = p.from(start)
	return n
}

// loopCtl = ( "skip" | "break" ) [ "if" expr ] NL
func (p *parser) loopCtl() Stmt {
	n := &LoopStmt{Break: p.is(Break)}
	start := p.tok.Pos
	p.advance()
	if p.got(If) {
		n.Cond = p.expr()
	} else if !p.is(NL) && !p.is(EOF) {
		p.expected("end of line or " + strings.TrimSpace(p.spell(If)))
	}
	n.span = p.from(start)
	return n
}
