// Bodies that are read when somebody asks for them: most of the core library is declared in vain
// for any one program.

package syntax

import "strings"

// rest is where a body begins that was left out.
type rest struct {
	at   int    // offset of its `code`
	word opener // of the func
}

// Heads parses files of which most is left out; they share their memory.
type Heads struct{ nodes nodes }

// Parse is Parse for a file without mistakes whose funcs end as they begin: the `end` of each
// stands below its `func` or `ctor`, and before it nothing else does. Their bodies have no
// statements until Read; comments inside are lost.
func (h *Heads) Parse(name string, src []byte) (*File, Errors) {
	return parse(newFile(name, src), &h.nodes, true)
}

// Read gives the body of a func its statements, if Heads has left them out.
func (f *File) Read(b *Block) Errors {
	from, isUnread := f.unread[b]
	if !isUnread {
		return nil
	}
	delete(f.unread, b)
	comments := f.Comments
	defer func() { f.Comments = comments }()

	var errs Errors
	s := newScanner(f, &errs)
	s.off, s.line, s.col = from.at, b.pos.Line, b.pos.Col
	p := &parser{file: f, errs: &errs, scan: s}
	p.whole(func() { *b = *p.body(from.word, true) })
	return errs
}

// leaveOut passes over the body at hand, of the func that word opened. It gives nil when it is to be
// read.
func (p *parser) leaveOut(word opener) *Block {
	if !p.heads {
		return nil
	}
	s := p.scan
	below := "\n" + strings.Repeat(" ", int(word.col)-1)
	end := strings.Index(s.src[s.off:], below+strings.Trim(p.spell(End), "`"))
	if end < 0 {
		return nil
	}
	code := p.tok
	line := s.off + end + 1
	s.line += int32(strings.Count(s.src[s.off:line], "\n"))
	from := rest{s.off - len(code.Text), word}
	s.off, s.col, s.before, s.prev = line, 1, code.Kind, NL

	p.tok = Token{Kind: NL}
	p.advance()
	b := put(&p.file.nodes.blocks, Block{span: span{code.Pos, p.tok.Pos}, EndPos: p.tok.Pos})
	if p.file.unread == nil {
		p.file.unread = make(map[*Block]rest)
	}
	p.file.unread[b] = from
	p.blocks = append(p.blocks, word)
	p.end()
	return b
}
