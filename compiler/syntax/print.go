// The printer: a tree back to text, in the one canonical layout (`slul fmt`).
//
// It keeps what the author decided: comments, single blank lines, parentheses, the
// spelling of literals, and line breaks inside brackets and between parameters. It
// decides the rest: indentation, spaces, one statement per line. Printing what was
// printed gives the same text again.

package syntax

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Print gives the text of a file that was parsed without mistakes.
func Print(f *File) []byte {
	p := &printer{unsafe: f.Kind == KindUnsafe, comments: f.Comments}
	if f.Header != nil {
		p.header(f.Header)
	}
	for _, a := range f.APIs {
		p.begin(a.Pos())
		p.kw(Api)
		p.text(" " + a.Version + " " + a.Hash)
		p.finish(a.End())
	}
	for _, u := range f.Uses {
		p.begin(u.Pos())
		p.kw(Use)
		p.text(" " + u.Module.Name)
		for _, item := range u.Items {
			p.text(" " + item.Name)
		}
		p.finish(u.End())
	}
	for _, d := range f.Decls {
		p.decl(d)
	}
	p.flush(Pos{1 << 30, 1})
	return p.out.Bytes()
}

// printer writes line by line; line is what the line at hand has so far.
type printer struct {
	unsafe   bool
	out      bytes.Buffer
	line     strings.Builder
	depth    int        // of blocks
	bracket  int        // brackets that are open
	comments []*Comment // still to come
	last     int32      // source line of what was printed last
	opened   bool       // the last line opened a block: no blank line follows
}

const indent = "    "

// text adds to the line.
func (p *printer) text(s string) { p.line.WriteString(s) }

// kw adds a keyword in the file's case.
func (p *printer) kw(k Kind) { p.word(kindTable[k]) }

// word adds a keyword or contextual word in the file's case.
func (p *printer) word(w string) {
	if p.unsafe {
		w = strings.ToUpper(w)
	}
	p.text(w)
}

// begin starts the line of what stands at pos: comments before it come first.
func (p *printer) begin(pos Pos) {
	p.flush(pos)
	p.gap(pos.Line)
	p.text(strings.Repeat(indent, p.depth))
}

// gap keeps one blank line where the source has some before srcLine.
func (p *printer) gap(srcLine int32) {
	if p.last > 0 && srcLine > p.last+1 && !p.opened {
		p.out.WriteByte('\n')
	}
	p.opened = false
}

// finish ends a line whose source ends at end, with the comments that stand there.
func (p *printer) finish(end Pos) {
	for len(p.comments) > 0 && p.comments[0].Pos().Line <= end.Line {
		p.comment()
	}
	p.endLine()
	p.last = end.Line
}

// open is finish for a line that opens a block.
func (p *printer) open(end Pos) {
	p.finish(end)
	p.opened = true
}

// comment adds the next comment behind the line at hand, in its own column if the line
// has not come so far.
func (p *printer) comment() {
	c := p.comments[0]
	p.comments = p.comments[1:]
	col := utf8.RuneCountInString(p.line.String()) + 1
	p.text(strings.Repeat(" ", max(1, int(min(c.Pos().Col, maxColumn))-col)))
	p.text(c.Text)
}

// maxColumn bounds how far to the right a comment is kept.
const maxColumn = 200

func (p *printer) endLine() {
	p.out.WriteString(strings.TrimRight(p.line.String(), " "))
	p.out.WriteByte('\n')
	p.line.Reset()
}

// flush writes the comments before pos, each on its own line.
func (p *printer) flush(pos Pos) {
	for len(p.comments) > 0 && p.comments[0].Pos().Before(pos) {
		c := p.comments[0]
		p.comments = p.comments[1:]
		p.gap(c.Pos().Line)
		p.text(strings.Repeat(indent, p.depth) + c.Text)
		p.endLine()
		p.last = c.Pos().Line
	}
}

// space separates two words of a line. Inside brackets, a line break of the source
// between prev and next is kept.
func (p *printer) space(prev, next Pos) {
	if p.bracket == 0 || next.Line <= prev.Line {
		p.text(" ")
		return
	}
	p.breakLine(prev, next)
}

// breakLine goes on in the next line, further in, with the comments between.
func (p *printer) breakLine(prev, next Pos) {
	for len(p.comments) > 0 && p.comments[0].Pos().Line <= prev.Line && p.comments[0].Pos().Before(next) {
		p.comment()
	}
	p.endLine()
	p.last = prev.Line
	p.depth++
	for len(p.comments) > 0 && p.comments[0].Pos().Before(next) {
		p.text(strings.Repeat(indent, p.depth) + p.comments[0].Text)
		p.comments = p.comments[1:]
		p.endLine()
	}
	p.text(strings.Repeat(indent, p.depth))
	p.depth--
}

// end writes the line of a closing word at pos.
func (p *printer) end(pos Pos) {
	p.closing(pos)
	p.kw(End)
	p.finish(pos)
}

// closing starts the line of a word that closes a block: comments before it belong into
// the block, and no blank line stands before it.
func (p *printer) closing(pos Pos) {
	p.depth++
	p.flush(pos)
	p.depth--
	p.opened = false
	p.text(strings.Repeat(indent, p.depth))
}

// block writes statements one step further in.
func (p *printer) block(b *Block) {
	p.depth++
	for _, s := range b.Stmts {
		p.stmt(s)
	}
	p.depth--
}
