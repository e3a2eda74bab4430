// Funcs that are read when somebody asks for them: most of the core library is declared in vain
// for any one program.

package syntax

import (
	"slices"
	"strings"
)

// unread is a func that was left out but for its name.
type unread struct {
	decl *FuncDecl
	at   int // offset of its `func`
}

// unreadBody stands for the body of one.
var unreadBody = new(Block)

// Heads parses files of which most is left out; they share their memory.
type Heads struct{ nodes nodes }

// Parse is Parse for a file without mistakes in the canonical layout: below each `func` stand its
// `code` and its `end`, and nothing else. They have a name and its sigils, but no signature and no
// body until Read; comments are left out.
func (h *Heads) Parse(name string, src []byte) (*File, Errors) {
	return parse(newFile(name, src), &h.nodes, true)
}

// Read gives a func its signature and its body, if Heads has left them out.
func (f *File) Read(d *FuncDecl) Errors {
	if d.Body != unreadBody {
		return nil
	}
	n := slices.IndexFunc(f.unread, func(u unread) bool { return u.decl == d })
	var errs Errors
	s := newScanner(f, &errs)
	s.off, s.line, s.col, s.quiet = f.unread[n].at, d.pos.Line, d.pos.Col, true
	p := &parser{file: f, errs: &errs, scan: s}
	p.whole(func() {
		read := p.funcDecl().(*FuncDecl)
		d.Params, d.Result, d.Body = read.Params, read.Result, read.Body
	})
	return errs
}

// leaveOut passes over the rest of d, whose name is behind.
func (p *parser) leaveOut(d *FuncDecl, word opener, at int) {
	s := p.scan
	s.off, s.line = at, word.pos.Line
	s.nextLineAt(word.col) // `code`
	s.nextLineAt(word.col)
	s.col, s.prev, s.open = 1, NL, 0
	p.tok = Token{Kind: NL}
	p.advance()
	d.Body = unreadBody
	p.file.unread = append(p.file.unread, unread{d, at})
	p.blocks = append(p.blocks, word)
	p.end()
}

// nextLineAt moves to the next line whose first word stands in this column.
func (s *scanner) nextLineAt(col int32) {
	for {
		n := strings.IndexByte(s.src[s.off:], '\n')
		if n < 0 {
			s.off = len(s.src)
			return
		}
		s.off += n + 1
		s.line++
		line := s.src[s.off:]
		if len(line) >= int(col) && strings.TrimLeft(line[:col-1], " ") == "" && isWord(line[col-1]) {
			return
		}
	}
}
