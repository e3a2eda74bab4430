// Printing statements.

package syntax

import "strings"

func indentOf(depth int) string { return strings.Repeat(indent, depth) }

func (p *printer) stmt(s Stmt) {
	p.begin(s.Pos())
	switch s := s.(type) {
	case *VarStmt:
		p.varStmt(s)
	case *AssignStmt:
		p.expr(s.Left)
		if s.Op == OpNone {
			p.text(" = ")
		} else {
			p.text(" " + s.Op.String() + "= ")
		}
		p.expr(s.Right)
		p.finish(s.Right.End())
		p.onError(s.OnError)
	case *ExprStmt:
		p.expr(s.X)
		p.finish(s.X.End())
		p.onError(s.OnError)
	case *IfStmt:
		p.ifStmt(s)
	case *WhileStmt:
		p.kw(While)
		p.text(" ")
		p.expr(s.Cond)
		p.inner(s.Cond.End(), s.Body)
	case *ForStmt:
		p.forStmt(s)
	case *MatchStmt:
		p.match(s)
	case *ArenaStmt:
		p.kw(Arena)
		end := s.Pos()
		for _, n := range s.Names {
			p.text(" " + n.Name)
			end = n.End()
		}
		p.inner(end, s.Body)
	case *ReturnStmt:
		p.prefixed(Return, s.X, s.End())
	case *ErrorStmt:
		p.prefixed(ErrorWord, s.X, s.End())
	case *AssertStmt:
		p.prefixed(Assert, s.X, s.End())
	case *LoopStmt:
		if s.Break {
			p.kw(Break)
		} else {
			p.kw(Skip)
		}
		if s.Cond != nil {
			p.text(" ")
			p.kw(If)
			p.text(" ")
			p.expr(s.Cond)
		}
		p.finish(s.End())
	}
}

// prefixed is a word and, if x is there, an expression.
func (p *printer) prefixed(k Kind, x Expr, end Pos) {
	p.kw(k)
	if x != nil {
		p.text(" ")
		p.expr(x)
	}
	p.finish(end)
}

// inner is the block of a line that ends at head, and its `end`.
func (p *printer) inner(head Pos, b *Block) {
	p.open(head)
	p.block(b)
	p.end(b.EndPos)
}

func (p *printer) varStmt(s *VarStmt) {
	p.typeExpr(s.Type)
	p.text(" ")
	if s.Mutable {
		p.text("!")
	}
	p.text(s.Name.Name)
	p.valueRange(s.Range)
	p.text(" = ")
	p.expr(s.Value)
	p.finish(s.Value.End())
	p.onError(s.OnError)
}

func (p *printer) onError(on *OnError) {
	if on == nil {
		return
	}
	p.begin(on.Pos())
	p.kw(On)
	p.text(" ")
	p.kw(ErrorWord)
	end := on.Pos()
	if on.Name != nil {
		p.text(" " + on.Name.Name)
		end = on.Name.End()
	}
	p.inner(end, on.Body)
}

func (p *printer) ifStmt(s *IfStmt) {
	for {
		p.kw(If)
		p.text(" ")
		p.expr(s.Cond)
		p.open(s.Cond.End())
		p.block(s.Then)
		if s.ElseIf == nil {
			break
		}
		p.closing(s.Then.EndPos)
		p.kw(ElseWord)
		p.text(" ")
		s = s.ElseIf
	}
	b := s.Then
	if s.Else != nil {
		p.closing(b.EndPos)
		p.kw(ElseWord)
		p.open(b.EndPos)
		b = s.Else
		p.block(b)
	}
	p.end(b.EndPos)
}

func (p *printer) forStmt(s *ForStmt) {
	p.kw(For)
	p.text(" " + s.Name.Name + " ")
	p.kw(In)
	p.text(" ")
	p.expr(s.X)
	end := s.X.End()
	if s.To != nil {
		if s.Inclusive {
			p.text("..=")
		} else {
			p.text("..")
		}
		p.expr(s.To)
		end = s.To.End()
	}
	p.inner(end, s.Body)
}

func (p *printer) match(s *MatchStmt) {
	p.kw(Match)
	p.text(" ")
	p.expr(s.X)
	p.open(s.X.End())
	elsePos := s.EndPos
	for _, a := range s.Arms {
		p.closing(a.Pos())
		p.kw(Case)
		end := a.Pos()
		for i, l := range a.Labels {
			if i > 0 {
				p.text(",")
			}
			p.text(" ")
			p.expr(l.Low)
			if l.High != nil {
				p.text("..=")
				p.expr(l.High)
			}
			end = l.End()
		}
		p.open(end)
		p.block(a.Body)
		elsePos = a.Body.EndPos
	}
	if s.Else != nil {
		if len(s.Arms) == 0 {
			elsePos = s.X.End()
		}
		p.closing(elsePos)
		p.kw(ElseWord)
		p.open(elsePos)
		p.block(s.Else)
	}
	p.end(s.EndPos)
}
