// Bodies that are read when somebody asks for them: most of the core library is declared in vain
// for any one program.

package syntax

import (
	"slices"
	"strings"
)

// unread is a body that was left out.
type unread struct {
	body *Block
	at   int   // offset of its `code`
	col  int32 // of the func
}

// Heads parses files of which most is left out; they share their memory.
type Heads struct{ nodes nodes }

// Parse is Parse for a file without mistakes whose funcs end as they begin: the `end` of each
// stands below its `func` or `ctor`, and before it nothing else does. Their bodies have no
// statements until Read; comments are left out.
func (h *Heads) Parse(name string, src []byte) (*File, Errors) {
	return parse(newFile(name, src), &h.nodes, true)
}

// Read gives the body of a func its statements, if Heads has left them out.
func (f *File) Read(b *Block) Errors {
	n := slices.IndexFunc(f.unread, func(u unread) bool { return u.body == b })
	if n < 0 {
		return nil
	}
	from := f.unread[n]
	f.unread = slices.Delete(f.unread, n, n+1)

	var errs Errors
	s := newScanner(f, &errs)
	s.off, s.line, s.col, s.quiet = from.at, b.pos.Line, b.pos.Col, true
	p := &parser{file: f, errs: &errs, scan: s}
	p.whole(func() { *b = *p.body(opener{col: from.col}, true) })
	return errs
}

// leaveOut passes over the body at hand, of the func that word opened. It gives nil when it is to be
// read.
func (p *parser) leaveOut(word opener) *Block {
	if !p.heads {
		return nil
	}
	code, s := p.tok, p.scan
	at := s.off - len(code.Text)
	for !s.standsAt(word.col) {
		n := strings.IndexByte(s.src[s.off:], '\n')
		if n < 0 {
			s.off = len(s.src)
			break
		}
		s.off += n + 1
		s.line++
	}
	s.col, s.before, s.prev = 1, code.Kind, NL

	p.tok = Token{Kind: NL}
	p.advance()
	b := put(&p.file.nodes.blocks, Block{span: span{code.Pos, p.tok.Pos}, EndPos: p.tok.Pos})
	p.file.unread = append(p.file.unread, unread{b, at, word.col})
	p.blocks = append(p.blocks, word)
	p.end()
	return b
}

// standsAt says whether a line begins at hand whose first word stands in this column.
func (s *scanner) standsAt(col int32) bool {
	line := s.src[s.off:]
	return s.src[s.off-1] == '\n' && len(line) >= int(col) && strings.TrimLeft(line[:col-1], " ") == "" && isWord(line[col-1])
}
