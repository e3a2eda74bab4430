package ir

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// parse.go reads the text form, for tests that hold IR and for looking at one pass alone.
// A line is one thing; "#" begins a comment.
//
//	module = { "file" STRING | "data" name "align" INT STRING | func }
//	func   = "func" name "(" [ param { "," param } ] ")" [ "->" type [ type ] ]
//	         [ "noreturn" ] [ "keep" ] [ "start" ] [ "trap" name ] [ pos ] "{" { block } "}"
//	param  = "vN" type [ "+" ]              type = "W" | "L" | "-"; "+": Nonneg
//	block  = "bN" ":" [ "cold" ] [ "from" "bN" { "bN" } ] { pos | value } term
//	pos    = "@" FILE ":" LINE              -- of what follows in the block
//	value  = [ "vN" type [ "+" ] "=" ] op [ "." ( cond | check | "fixed" | "mN" ) ] { operand } [ trap ]
//	operand= INT | "vN" [ ("+"|"-") INT ] | name [ ("+"|"-") INT ]
//	term   = "jump" bN | "branch" vN bN bN | "return" [ vN [ vN ] ] | "return" vN "second" | "stop"
//
// What is read may still be wrong (types, dominance): Verify says so.

// maxID keeps tables indexed by an ID small, whatever a text asks for.
const maxID = 1 << 16

type parser struct {
	m      *Module
	line   int
	words  []string // of this line, not yet read
	f      *Func
	b      *Block
	pos    Pos
	values map[int]*Value // of f, by ID; those not met yet have no Block
	blocks map[int]*Block
	seen   map[int]bool // blocks whose label was read
	first  map[int]int  // line that first names a value or, as ^ID, a block
}

type parseError struct{ err error }

func (p *parser) fail(format string, args ...any) {
	panic(parseError{fmt.Errorf("line %d: %s", p.line, fmt.Sprintf(format, args...))})
}

// Parse reads a module. Its error names the line.
func Parse(text string) (m *Module, err error) {
	p := &parser{m: &Module{}}
	defer func() {
		if e := recover(); e != nil {
			pe, ok := e.(parseError)
			if !ok {
				panic(e)
			}
			m, err = nil, pe.err
		}
	}()
	for _, s := range strings.Split(text, "\n") {
		p.line++
		p.words = p.split(s)
		if len(p.words) > 0 {
			p.parseLine()
			if len(p.words) > 0 {
				p.fail("%q is too much", p.words[0])
			}
		}
	}
	if p.f != nil {
		p.fail("func %s has no }", p.f.Name)
	}
	return p.m, nil
}

// split cuts a line into words, quoted strings and signs.
func (p *parser) split(s string) (words []string) {
	for i := 0; i < len(s); {
		c := s[i]
		n := 1
		switch {
		case c == ' ' || c == '\t' || c == '\r':
			i++
			continue
		case c == '#':
			return words
		case c == '"':
			q, err := strconv.QuotedPrefix(s[i:])
			if err != nil {
				p.fail("bad string")
			}
			n = len(q)
		case isWord(c):
			for i+n < len(s) && isWord(s[i+n]) {
				n++
			}
		case strings.HasPrefix(s[i:], "->"):
			n = 2
		case strings.IndexByte("(),:={}@+-", c) < 0:
			p.fail("unexpected %q", s[i:i+1])
		}
		words = append(words, s[i:i+n])
		i += n
	}
	return words
}

func isWord(c byte) bool {
	return c == '_' || c == '.' || c == '$' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func (p *parser) peek() string {
	if len(p.words) == 0 {
		return ""
	}
	return p.words[0]
}

func (p *parser) next() string {
	if len(p.words) == 0 {
		p.fail("the line is too short")
	}
	s := p.words[0]
	p.words = p.words[1:]
	return s
}

func (p *parser) accept(s string) bool {
	if p.peek() != s {
		return false
	}
	p.words = p.words[1:]
	return true
}

func (p *parser) expect(s string) {
	if got := p.next(); got != s {
		p.fail("expected %q, saw %q", s, got)
	}
}

func (p *parser) name() string {
	s := p.next()
	if !isWord(s[0]) || '0' <= s[0] && s[0] <= '9' {
		p.fail("expected a name, saw %q", s)
	}
	return s
}

func (p *parser) str() string {
	s, err := strconv.Unquote(p.next())
	if err != nil {
		p.fail("expected a string")
	}
	return s
}

// int reads an integer with an optional sign.
func (p *parser) int() int64 {
	sign := ""
	if p.accept("-") {
		sign = "-"
	} else {
		p.accept("+")
	}
	s := p.next()
	n, err := strconv.ParseInt(sign+s, 10, 64)
	if err != nil {
		p.fail("expected a number, saw %q", s)
	}
	return n
}

func (p *parser) typ() Type {
	s := p.next()
	for t, n := range typeNames {
		if n == s {
			return Type(t)
		}
	}
	p.fail("expected a type, saw %q", s)
	return None
}

// isID says whether s is the letter c and a number.
func isID(s string, c byte) bool {
	if len(s) < 2 || s[0] != c {
		return false
	}
	for _, d := range s[1:] {
		if d < '0' || d > '9' {
			return false
		}
	}
	return true
}

func (p *parser) id(c byte) int {
	s := p.next()
	n, err := 0, error(nil)
	if isID(s, c) {
		n, err = strconv.Atoi(s[1:])
	}
	if !isID(s, c) || err != nil || n >= maxID || s != string(c)+strconv.Itoa(n) {
		p.fail("expected %c and a number, saw %q", c, s)
	}
	return n
}

func (p *parser) position() Pos {
	p.expect("@")
	f := p.int()
	p.expect(":")
	l := p.int()
	if f < 0 || f != int64(int32(f)) || l < 0 || l != int64(int32(l)) {
		p.fail("bad position")
	}
	return Pos{int32(f), int32(l)}
}

// value gives the value of that ID, which may be made further down.
func (p *parser) value() *Value {
	n := p.id('v')
	v := p.values[n]
	if v == nil {
		v = &Value{ID: int32(n)}
		p.values[n] = v
		p.first[n] = p.line
	}
	return v
}

func (p *parser) block() *Block {
	n := p.id('b')
	b := p.blocks[n]
	if b == nil {
		b = &Block{ID: int32(n)}
		p.blocks[n] = b
		p.first[^n] = p.line
	}
	return b
}

func (p *parser) parseLine() {
	switch {
	case p.f != nil:
		p.bodyLine()
	case p.accept("file"):
		p.m.Files = append(p.m.Files, p.str())
	case p.accept("data"):
		d := &Data{Name: p.name()}
		p.expect("align")
		d.Align = int(p.int())
		d.Bytes = []byte(p.str())
		p.m.Data = append(p.m.Data, d)
	case p.accept("func"):
		p.funcLine()
	default:
		p.fail("expected file, data or func, saw %q", p.peek())
	}
}

func (p *parser) funcLine() {
	p.f = &Func{Name: p.name()}
	p.values, p.blocks = map[int]*Value{}, map[int]*Block{}
	p.seen, p.first = map[int]bool{}, map[int]int{}
	p.b, p.pos = nil, Pos{}
	p.expect("(")
	for !p.accept(")") {
		if len(p.f.Params) > 0 {
			p.expect(",")
		}
		v := p.value()
		if v.Op != OpInvalid {
			p.fail("%v is there twice", v)
		}
		v.Op, v.Type, v.Imm = OpParam, p.typ(), int64(len(p.f.Params))
		v.Nonneg = p.accept("+")
		p.f.Params = append(p.f.Params, v)
	}
	if p.accept("->") {
		p.f.Result = p.typ()
		if s := p.peek(); s == "W" || s == "L" {
			p.f.Result2 = p.typ()
		}
	}
	p.f.NoReturn = p.accept("noreturn")
	p.f.Keep = p.accept("keep")
	p.f.Start = p.accept("start")
	if p.accept("trap") {
		p.f.TrapSym = p.name()
	}
	if p.peek() == "@" {
		p.f.Pos = p.position()
	}
	p.expect("{")
}

func (p *parser) bodyLine() {
	switch {
	case p.accept("}"):
		p.endFunc()
	case len(p.words) > 1 && p.words[1] == ":":
		p.label()
	case p.b == nil:
		p.fail("expected a label, saw %q", p.peek())
	case p.peek() == "@":
		p.pos = p.position()
	default:
		if !p.terminator() {
			p.valueLine()
		}
	}
}

func (p *parser) label() {
	if p.b != nil {
		p.fail("%v has no end", p.b)
	}
	b := p.block()
	if p.seen[int(b.ID)] {
		p.fail("%v is there twice", b)
	}
	p.seen[int(b.ID)] = true
	p.expect(":")
	b.Cold = p.accept("cold")
	if p.accept("from") {
		for len(p.words) > 0 {
			b.Preds = append(b.Preds, p.block())
		}
	}
	if len(p.f.Blocks) == 0 {
		b.Values = append(b.Values, p.f.Params...)
		for _, v := range p.f.Params {
			v.Block = b
		}
	}
	p.f.Blocks = append(p.f.Blocks, b)
	p.b, p.pos = b, Pos{}
}

func (p *parser) terminator() bool {
	b := p.b
	switch {
	case p.accept("jump"):
		b.Term, b.Succs = Jump, []*Block{p.block()}
	case p.accept("branch"):
		b.Term, b.Ctl = Branch, p.value()
		b.Succs = []*Block{p.block(), p.block()}
	case p.accept("return"):
		b.Term = Return
		if len(p.words) > 0 {
			b.Ctl = p.value()
		}
		if p.accept("second") {
			b.Ctl, b.Ctl2 = nil, b.Ctl
		} else if len(p.words) > 0 {
			b.Ctl2 = p.value()
		}
	case p.accept("stop"):
		b.Term = Stop
	default:
		return false
	}
	b.Pos = p.pos
	p.b = nil
	return true
}

func (p *parser) valueLine() {
	v := &Value{ID: -1}
	if isID(p.peek(), 'v') {
		v = p.value()
		if v.Op != OpInvalid {
			p.fail("%v is there twice", v)
		}
		v.Type = p.typ()
		if v.Type == None {
			p.fail("%v needs a type", v)
		}
		v.Nonneg = p.accept("+")
		p.expect("=")
	}
	p.opName(v)
	if v.Op == OpConst || v.Op == OpSlot {
		v.Imm = p.int()
	}
	if v.Op == OpCall || v.Op == OpAddr {
		v.Sym = p.name()
		v.Imm = p.offset()
	}
	for isID(p.peek(), 'v') {
		v.Args = append(v.Args, p.value())
		if len(v.Args) == 1 && v.Op.hasOffset() {
			v.Imm = p.offset()
		}
	}
	if len(p.words) > 0 {
		v.Trap = p.trap()
	}
	v.Pos, v.Block = p.pos, p.b
	p.b.Values = append(p.b.Values, v)
}

func (p *parser) offset() int64 {
	if s := p.peek(); s == "+" || s == "-" {
		return p.int()
	}
	return 0
}

// opName reads an op with its condition or check.
func (p *parser) opName(v *Value) {
	word := p.name()
	base, sub, _ := strings.Cut(word, ".")
	for op, info := range opTable {
		if info.name == base && Op(op) != OpInvalid && Op(op) != OpParam {
			v.Op = Op(op)
		}
	}
	switch {
	case v.Op == OpInvalid:
		p.fail("no op is called %q", word)
	case v.Op == OpCmp || v.Op == OpTrapIf:
		for c, n := range condNames {
			if n == sub {
				v.Cond = Cond(c)
				return
			}
		}
		p.fail("no condition is called %q", sub)
	case sub == "fixed":
		v.Fixed = true
	case strings.HasPrefix(sub, "m"):
		n, err := strconv.ParseUint(sub[1:], 10, 8)
		if err != nil || n == 0 || n >= uint64(numSets) {
			p.fail("no part of memory is called %q", sub)
		}
		v.Mem = MemSet(n)
	case sub != "":
		for c, n := range checkNames {
			if n == sub && c != 0 {
				v.Check = Check(c)
				return
			}
		}
		p.fail("no check is called %q", sub)
	}
}

func (p *parser) trap() Trap {
	s := p.next()
	for t, n := range trapNames {
		if n == s && t != 0 {
			return Trap(t)
		}
	}
	p.fail("no trap is called %q", s)
	return TrapNone
}

// endFunc closes a function: every name was made somewhere, and IDs are given out anew
// to what has none.
func (p *parser) endFunc() {
	f := p.f
	if p.b != nil {
		p.fail("%v has no end", p.b)
	}
	if len(f.Blocks) == 0 {
		p.fail("func %s has no block", f.Name)
	}
	for _, n := range slices.Sorted(maps.Keys(p.blocks)) {
		if b := p.blocks[n]; !p.seen[n] {
			p.line = p.first[^n]
			p.fail("%v is nowhere", b)
		}
		f.nextBlk = max(f.nextBlk, n+1)
	}
	for _, n := range slices.Sorted(maps.Keys(p.values)) {
		if v := p.values[n]; v.Op == OpInvalid {
			p.line = p.first[n]
			p.fail("%v is nowhere", v)
		}
		f.nextID = max(f.nextID, n+1)
	}
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			if v.ID < 0 {
				v.ID = int32(f.nextID)
				f.nextID++
			}
		}
	}
	p.m.Funcs = append(p.m.Funcs, f)
	p.f = nil
}
