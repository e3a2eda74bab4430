// Blocks, and what is missing or too much in them. A forgotten `end` is noticed far
// from its place, so the parser remembers which block was opened where and, by the
// columns, which `end` probably closed the wrong one.

package syntax

import "strings"

// opener is the word that opened a block.
type opener struct {
	word string
	pos  Pos
	col  int32 // of the first token of its line
}

// suspect is the first block whose `end` stands in another column than its opener: the
// best guess of what lacks an `end`.
type suspect struct {
	opener
	end Pos
}

// open notes that the token at hand opens a block.
func (p *parser) open() {
	p.blocks = append(p.blocks, opener{p.tok.Text, p.tok.Pos, p.first.Pos.Col})
}

// startsDecl says whether the token at hand begins a declaration.
func (p *parser) startsDecl() bool {
	switch p.tok.Kind {
	case Const, Enum, Record, Class, Fields, Ctor, Func, Entry, GivemeWord, Foreign, Use, Service, Api, Since:
		return true
	}
	return false
}

// block = { statement }, up to `end`, `else`, `case` or what can only follow a block.
func (p *parser) block() *Block {
	p.enterBlock()
	defer p.leave()
	b := p.file.nodes.blocks.One()
	b.pos = p.tok.Pos
	from := len(p.someStmts)
	for !p.endsBlock() {
		if s := p.statement(); s != nil {
			p.someStmts = append(p.someStmts, s)
		}
	}
	b.Stmts = p.file.nodes.stmtLists.Copy(p.someStmts[from:])
	p.someStmts = p.someStmts[:from]
	b.EndPos = p.tok.Pos
	b.end = p.last
	return b
}

// endsBlock says whether the block at hand is over. What does not belong into any block
// is reported and passed over here.
func (p *parser) endsBlock() bool {
	for {
		p.wrongCase()
		switch p.tok.Kind {
		case End, EOF:
			return true
		case ElseWord, Case:
			if p.awaited(p.tok.Kind) {
				return true
			}
			if p.is(ElseWord) && strings.EqualFold(p.blocks[len(p.blocks)-1].word, "else") {
				p.errs.Add(p.file, p.tok.Pos, "a second `%s`", p.tok.Text)
				p.sync()
				continue
			}
			p.stray(map[Kind]string{ElseWord: "an `if` or `match`", Case: "a `match`"}[p.tok.Kind])
		case On:
			p.strayOnError()
		case Code:
			p.errs.Add(p.file, p.tok.Pos, "unexpected `%s`: a func has one", p.tok.Text)
			p.sync()
		default:
			if !p.startsDecl() {
				return false
			}
			if p.tok.Pos.Col <= p.blocks[0].col {
				return true // an `end` is missing
			}
			p.errs.Add(p.file, p.tok.Pos, "`%s` cannot stand inside a block", p.tok.Text)
			p.hidden(func() { p.decl() })
		}
	}
}

// wrongCase takes `End` or `Else` alone on a line for the keyword, with a mistake: as
// type names they could not stand there.
func (p *parser) wrongCase() {
	if !p.is(TypeName) {
		return
	}
	k, _ := keyword(strings.ToLower(p.tok.Text))
	if k != End && k != ElseWord {
		return
	}
	rest, _, _ := strings.Cut(p.scan.src[p.scan.off:], "\n")
	if rest = strings.TrimSpace(rest); rest == "" || rest[0] == '#' {
		p.errs.Add(p.file, p.tok.Pos, "expected %s, saw %s%s", p.spell(k), p.tok.describe(), p.hint())
		p.tok.Kind = k
	}
}

// hidden runs rules whose blocks are not part of the ones that are open.
func (p *parser) hidden(rules func()) {
	outer := p.blocks
	p.blocks = nil
	rules()
	p.blocks = outer
}

// awaited says whether an open block goes on with `else` or `case`.
func (p *parser) awaited(k Kind) bool {
	for _, o := range p.blocks {
		switch w := strings.ToLower(o.word); {
		case w == "match", w == "if" && k == ElseWord:
			return true
		}
	}
	return false
}

// stray reports an `else` or `case` that belongs to nothing and drops it with its block.
func (p *parser) stray(of string) {
	p.errs.Add(p.file, p.tok.Pos, "`%s` without %s", p.tok.Text, of)
	p.dropBlock()
}

// strayOnError drops an `on error` that follows no statement.
func (p *parser) strayOnError() {
	p.errs.Add(p.file, p.tok.Pos, "`%s` must follow the statement that can fail", p.tok.Text)
	p.dropBlock()
}

// dropBlock passes over the line at hand and the block that it opens.
func (p *parser) dropBlock() {
	p.open()
	p.sync()
	p.block()
	p.end()
}

// head opens a block: its first token is at hand, rest reads what follows on the line.
func (p *parser) head(rest func()) {
	p.open()
	p.line(func() {
		p.advance()
		rest()
		p.nl()
	})
}

// end = "end" NL for the innermost open block. Without one it reports, once per place,
// and leaves the token for the blocks outside.
func (p *parser) end() Pos {
	o := p.blocks[len(p.blocks)-1]
	p.blocks = p.blocks[:len(p.blocks)-1]
	at := p.tok.Pos
	if !p.is(End) {
		p.missingEnd(o)
		return at
	}
	if p.first.Pos == at && at.Col != o.col && p.suspect.word == "" {
		p.suspect = suspect{o, at}
	}
	p.line(func() {
		p.advance()
		p.nl()
	})
	return at
}

func (p *parser) missingEnd(o opener) {
	if p.missing == p.tok.Pos {
		return
	}
	p.missing = p.tok.Pos
	end := p.spell(End)
	if s := p.suspect; s.word != "" {
		p.errs.Add(p.file, p.tok.Pos, "expected %s, saw %s: probably the `%s` of line %d lacks it (the %s in line %d stands in another column)",
			end, p.tok.describe(), s.word, s.pos.Line, end, s.end.Line)
		return
	}
	p.errs.Add(p.file, p.tok.Pos, "expected %s for the `%s` of line %d, saw %s", end, o.word, o.pos.Line, p.tok.describe())
}
