// The parser's machinery: one token of lookahead, mistakes, and how it goes on after
// one. The rules of the grammar are in decl.go, stmt.go, expr.go and type.go, one
// function per rule, with the rule above it.
//
// A mistake inside a line panics with a bailout, caught by the line function, which
// moves to the line's end: each line gives at most one mistake, and blocks stay whole.
// Recursion on the source is bounded by enter.

package syntax

import (
	"bytes"
	"path"
	"strings"
	"sync/atomic"
	"unicode/utf8"
	"unsafe"
)

// maxDepth bounds nesting of blocks, brackets and prefix operators; maxChain bounds
// the operators, members and indexes of one line, because a row of them (`a + b + …`)
// nests in the tree. Both keep every later walk over the tree far from the end of the
// stack.
const (
	maxDepth = 500
	maxChain = 10000
)

// maxFile keeps positions inside 32 bits.
const maxFile = 1 << 30

// KindOf says by a file's name what it holds.
func KindOf(name string) FileKind {
	switch {
	case strings.HasSuffix(name, ".slunsafe"):
		return KindUnsafe
	case path.Base(name) == "interface.slul":
		return KindInterface
	}
	return KindSource
}

// Parse reads one file. The tree is complete when there are no mistakes; otherwise it
// lacks what was wrong. Parse keeps src: nobody may change it.
func Parse(name string, src []byte) (*File, Errors) {
	return parse(newFile(name, src), new(nodes), false)
}

// files counts them, for File.Number.
var files atomic.Uint32

func newFile(name string, src []byte) *File {
	return &File{Name: name, Kind: KindOf(name), Src: bytes.TrimPrefix(src, []byte("\ufeff")), number: files.Add(1)}
}

// source is Src as a string, of whose parts names and texts are made, without a copy.
func (f *File) source() string { return unsafe.String(unsafe.SliceData(f.Src), len(f.Src)) }

// parse is Parse; with heads bodies are left unread.
func parse(f *File, memory *nodes, heads bool) (*File, Errors) {
	var errs Errors
	if !isText(f, &errs) {
		return f, errs
	}
	f.nodes, f.text = memory, f.source()
	p := &parser{file: f, errs: &errs, scan: newScanner(f, &errs), heads: heads}
	p.scan.quiet = heads
	p.whole(p.parseFile)
	errs.Sort()
	return f, errs
}

// whole parses from the first token on, up to a giveUp.
func (p *parser) whole(rules func()) {
	defer func() {
		if r := recover(); r != nil && r != any(giveUp{}) {
			panic(r)
		}
	}()
	p.advance()
	rules()
}

// Tokens gives all tokens of a file, for the dump; mistakes are only the scanner's.
func Tokens(name string, src []byte) ([]Token, Errors) {
	f := newFile(name, src)
	var errs Errors
	if !isText(f, &errs) {
		return nil, errs
	}
	f.nodes, f.text = new(nodes), f.source()
	s := newScanner(f, &errs)
	var list []Token
	for {
		var t Token
		s.next(&t)
		list = append(list, t)
		if t.Kind == EOF {
			errs.Sort()
			return list, errs
		}
	}
}

// isText refuses what is no SLUL text at all, with one mistake.
func isText(f *File, errs *Errors) bool {
	if len(f.Src) > maxFile {
		errs.Add(f, Pos{}, "file too large: at most %d bytes", maxFile)
		return false
	}
	at, what := bytes.IndexByte(f.Src, 0), "a NUL byte: this is no text file"
	if at < 0 && !utf8.Valid(f.Src) {
		what = "bytes that are no UTF-8"
		for at = 0; ; {
			r, n := utf8.DecodeRune(f.Src[at:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			at += n
		}
	}
	if at < 0 {
		return true
	}
	before := f.Src[:at]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	pos := Pos{int32(bytes.Count(before, []byte("\n")) + 1), int32(utf8.RuneCount(line) + 1)}
	errs.Add(f, pos, "%s", what)
	return false
}

type parser struct {
	file  *File
	errs  *Errors
	scan  *scanner
	heads bool // bodies are left unread
	tok   Token
	last  Pos // end of the token before tok
	depth int
	links int // operators, members and indexes of the line at hand

	someArgs  []*Arg // of the calls at hand
	someStmts []Stmt // of the blocks at hand

	first   Token    // of the line at hand
	blocks  []opener // blocks that are open; see block.go
	suspect suspect
	ended   bool // the line that sync passed over closed its own block
	missing Pos  // where the last missing `end` was reported
}

// bailout is the panic that ends a line after a mistake; giveUp ends the file.
type (
	bailout struct{}
	giveUp  struct{}
)

func (p *parser) advance() {
	if p.tok.Kind != NL {
		p.last = p.tok.End
	}
	newline := p.tok.Kind == NL || p.tok.Kind == EOF
	p.scan.next(&p.tok)
	if newline {
		p.first = p.tok
		p.links = 0
		p.someArgs = p.someArgs[:0] // a refused line has left them
	}
}

func (p *parser) is(k Kind) bool { return p.tok.Kind == k }

// got moves over a token of this kind, if it is there.
func (p *parser) got(k Kind) bool {
	if p.tok.Kind == k {
		p.advance()
		return true
	}
	return false
}

// spell is a kind as a message quotes it.
func (p *parser) spell(k Kind) string {
	switch {
	case k == EOF || k == NL:
		return kindTable[k]
	case k < Assign:
		return "a " + kindTable[k]
	case k.isKeyword() && p.file.Kind == KindUnsafe && k != AddrType:
		return "`" + strings.ToUpper(kindTable[k]) + "`"
	}
	return "`" + kindTable[k] + "`"
}

// want moves over a token of this kind or ends the line with a mistake.
func (p *parser) want(k Kind) Token {
	if p.tok.Kind != k {
		p.expected(p.spell(k))
	}
	t := p.tok
	p.advance()
	return t
}

// expected ends the line with "expected X, saw Y" and a hint where one is known.
func (p *parser) expected(what string) {
	if !p.is(Bad) { // the scanner has said it
		p.errs.Add(p.file, p.tok.Pos, "expected %s, saw %s%s", what, p.tok.describe(), p.hint())
	}
	panic(bailout{})
}

// fail ends the line with a mistake at pos.
func (p *parser) fail(pos Pos, format string, args ...any) {
	p.errs.Add(p.file, pos, format, args...)
	panic(bailout{})
}

// hint guesses what a surprising token was meant to be.
func (p *parser) hint() string {
	t := &p.tok
	switch t.Kind {
	case NameTok, TypeName:
		if _, ok := keyword(strings.ToLower(t.Text)); ok {
			if p.file.Kind == KindUnsafe {
				return " (the keyword is in upper case: `" + strings.ToUpper(t.Text) + "`)"
			}
			return " (the keyword is in lower case: `" + strings.ToLower(t.Text) + "`)"
		}
	case Comma:
		return " (items are separated by spaces)"
	case Assign:
		return " (to compare, write `==`)"
	case Equal:
		return " (to assign, write `=`)"
	case VersionTok:
		return " (there are no numbers with a fraction)"
	}
	return p.foreign()
}

// foreignWords is what to write instead of words that open lines, or end them, in other
// languages. They are plain names here, so only a mistake looks at them.
var foreignWords = map[string]string{
	"print": "write `console.print`", "println": "write `console.print`", "printf": "write `console.print`",
	"puts": "write `console.print`", "echo": "write `console.print`",
	"elif": "write `else if`", "elsif": "write `else if`", "elseif": "write `else if`",
	"var": "a variable starts with its type: `int x = 1`", "let": "a variable starts with its type: `int x = 1`",
	"auto": "a variable starts with its type: `int x = 1`", "def": "write `func`", "fn": "write `func`",
	"function": "write `func`", "fun": "write `func`", "method": "write `func`", "sub": "write `func`", "proc": "write `func`", "switch": "write `match`", "when": "write `case`",
	"default": "write `else`", "continue": "write `skip`", "import": "write `use`", "include": "write `use`",
	"raise": "write `error`", "throw": "write `error`", "unless": "write `if not`", "until": "write `while not`",
	"loop": "write `while true`", "then": "a block starts at the line's end", "do": "a block starts at the line's end",
	"str": "write `string`", "boolean": "write `bool`", "exit": "write `return .failure` in `entry main`",
	"begin": "a block starts at the line's end", "float": "there are no numbers with a fraction",
	"double": "there are no numbers with a fraction", "char": "write `byte`", "uint": "write `int`: it is never below zero",
	"unsigned": "write `int`: it is never below zero", "void": "leave `returns` out", "null": "write `none`", "nil": "write `none`",
}

// HintFor is the hint for a name that is a word of another language, else "".
func HintFor(name string) string {
	if h, ok := foreignWords[name]; ok {
		return " (" + h + ")"
	}
	return ""
}

// foreign is the hint for a word of another language: the token at hand, or the first
// of its line. A first word in upper case is one of .slunsafe.
func (p *parser) foreign() string {
	for _, t := range []*Token{&p.tok, &p.first} {
		if h := HintFor(t.Text); h != "" && t.Kind == NameTok {
			return h
		}
	}
	t := &p.first
	if _, ok := keyword(strings.ToLower(t.Text)); ok && t.Kind == TypeName && t.Text == strings.ToUpper(t.Text) {
		return " (the keyword is in lower case: `" + strings.ToLower(t.Text) + "`)"
	}
	return ""
}

// line runs one line's rules. After a mistake it moves behind the line's end and gives
// false.
func (p *parser) line(rules func()) (ok bool) {
	depth := p.depth
	defer func() {
		if ok {
			return
		}
		if r := recover(); r != nil {
			if _, mine := r.(bailout); !mine {
				panic(r)
			}
			p.depth = depth
			p.sync()
		}
	}()
	rules()
	return true
}

// sync moves behind the end of the line, noting whether `end` was its last word. What
// the scanner has to say of the rest of a refused line is left out.
func (p *parser) sync() {
	p.scan.open = 0
	p.ended = false
	for !p.is(NL) && !p.is(EOF) {
		p.ended = p.is(End)
		told := len(*p.errs)
		p.advance()
		*p.errs = (*p.errs)[:told]
		p.scan.open = 0
	}
	p.got(NL)
}

// nl ends a line.
func (p *parser) nl() {
	if p.is(EOF) {
		return
	}
	if !p.is(NL) {
		p.expected("end of line")
	}
	p.advance()
}

// enter bounds recursion: `defer p.leave()` follows it.
func (p *parser) enter() {
	p.depth++
	if p.depth > maxDepth {
		p.fail(p.tok.Pos, "nested too deeply: more than %d levels", maxDepth)
	}
}

// enterBlock is enter for blocks. Behind the limit nothing of the structure can be
// trusted, so the rest of the file is not read.
func (p *parser) enterBlock() {
	p.depth++
	if p.depth > maxDepth {
		p.errs.Add(p.file, p.tok.Pos, "blocks nested too deeply: more than %d levels", maxDepth)
		panic(giveUp{})
	}
}

func (p *parser) leave() { p.depth-- }

// link bounds what one line chains together.
func (p *parser) link() {
	p.links++
	if p.links > maxChain {
		p.fail(p.tok.Pos, "expression too long: more than %d operators in a line", maxChain)
	}
}

// from is the span from a place to the end of the last token.
func (p *parser) from(start Pos) span { return span{start, p.last} }

// node is the place and the key of an expression, from a place to the end of the last token.
func (p *parser) node(start Pos) keyed { return keyed{p.from(start), p.key()} }

// key is the next one.
func (p *parser) key() Key {
	k := Key{p.file.number, p.file.keys}
	p.file.keys++
	return k
}

// declared is a name that a variable is declared by.
func (p *parser) declared() *Ident {
	id := p.name()
	id.key = p.key()
	return id
}

// ident is a token that is a name or type name.
func (p *parser) ident(k Kind) *Ident {
	t := p.want(k)
	return put(&p.file.nodes.idents, Ident{keyed{span: span{t.Pos, t.End}}, t.Text})
}

// name is a name that something is declared by.
func (p *parser) name() *Ident {
	if p.tok.Kind.isKeyword() {
		p.fail(p.tok.Pos, "expected a name, saw the keyword `%s`%s", p.tok.Text, p.foreign())
	}
	if p.is(IndexBrack) || p.is(ListBrack) {
		p.fail(p.tok.Pos, "expected a name, saw `[` (an array is written `Array of int`)")
	}
	return p.ident(NameTok)
}

// word moves over a contextual word, which has no kind of its own.
func (p *parser) word(w string) {
	if !p.isWord(w) {
		if p.file.Kind == KindUnsafe {
			w = strings.ToUpper(w)
		}
		p.expected("`" + w + "`")
	}
	p.advance()
}

// isWord says whether the contextual word w is at hand.
func (p *parser) isWord(w string) bool {
	if p.file.Kind == KindUnsafe {
		return p.is(TypeName) && p.tok.Text == strings.ToUpper(w)
	}
	return p.is(NameTok) && p.tok.Text == w
}
