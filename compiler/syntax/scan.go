// The scanner: source text to tokens (docs/language.md, "Lexical grammar").
//
// It applies the four spacing rules that make the grammar LL(1): whether a `.` is a
// member or an enum value, whether a `[` is an index or a list, whether a name is an
// argument's name, and that any word behind a `.` is a plain name. Line ends inside
// brackets vanish here. It keeps going after a mistake and never stops early.

package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanner holds the state between two tokens.
type scanner struct {
	file *File
	errs *Errors
	src  string
	off  int
	line int32
	col  int32 // of src[off]

	prev   Kind // of the last token
	before Kind // of the one before it
	open   int  // brackets that are open: line ends do not count
	unsafe bool // keywords are in upper case
	quiet  bool // nobody asks for comments
}

func newScanner(f *File, errs *Errors) *scanner {
	s := &scanner{file: f, errs: errs, src: f.text, line: 1, col: 1, prev: NL}
	s.unsafe = f.Kind == KindUnsafe
	return s
}

func (s *scanner) pos() Pos { return Pos{s.line, s.col} }

func (s *scanner) errorf(p Pos, format string, args ...any) {
	s.errs.Add(s.file, p, format, args...)
}

// peek gives the byte n places ahead, 0 behind the end.
func (s *scanner) peek(n int) byte {
	if s.off+n < len(s.src) {
		return s.src[s.off+n]
	}
	return 0
}

// take moves over n bytes of ASCII within one line.
func (s *scanner) take(n int) {
	s.off += n
	s.col += int32(n)
}

// takeRune moves over one character.
func (s *scanner) takeRune() rune {
	r, n := utf8.DecodeRuneInString(s.src[s.off:])
	s.off += n
	s.col++
	return r
}

// endsValue says after which tokens, without a space, `.` is a member and `[` an index.
func (k Kind) endsValue() bool {
	switch k {
	case NameTok, TypeName, IntTok, ByteTok, StringTok, RParen, RBrack, This, True, False, None:
		return true
	}
	return false
}

// next makes t the next token. At the end it is EOF again and again; before the first
// EOF there is always an NL.
func (s *scanner) next(t *Token) {
	start := s.off
	pos, newline := s.skipBlank()
	if newline && s.open > 0 && s.startsStatement() {
		s.open = 0 // a bracket was never closed: do not swallow the rest of the file
	}
	if s.off >= len(s.src) {
		newline = true
		s.open = 0
	}
	if newline && s.open == 0 && s.prev != NL {
		s.before, s.prev = s.prev, NL
		*t = Token{Kind: NL, Pos: pos, End: pos, SpaceBefore: true}
		return
	}
	t.Kind, t.Pos, t.Num, t.Hold, t.SpaceAfter = EOF, s.pos(), 0, false, false
	t.SpaceBefore = s.off > start || s.off == 0 || s.prev == NL
	t.Text, t.Str = "", ""
	if s.off < len(s.src) {
		from := s.off
		s.token(t)
		t.Text = s.src[from:s.off]
		t.SpaceAfter = isBlank(s.peek(0))
	}
	t.End = s.pos()
	s.before, s.prev = s.prev, t.Kind
}

// isBlank says what separates tokens; 0 is the end of the file.
func isBlank(c byte) bool {
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '#' || c == 0
}

// skipBlank moves to the next token, keeping comments. It gives the place of the first
// line end that it met.
func (s *scanner) skipBlank() (first Pos, newline bool) {
	first = s.pos()
	for s.off < len(s.src) {
		switch c := s.src[s.off]; {
		case c == ' ' || c == '\t':
			s.take(1)
		case c == '\r' && s.peek(1) == '\n':
			s.off++
		case c == '\n':
			if !newline {
				first, newline = s.pos(), true
			}
			s.off++
			s.line++
			s.col = 1
		case c == '#':
			s.comment(newline || s.prev == NL)
		default:
			if !newline {
				first = s.pos()
			}
			return first, newline
		}
	}
	if !newline {
		first = s.pos()
	}
	return first, newline
}

// comment keeps one comment: "#" up to the line's end.
func (s *scanner) comment(own bool) {
	pos, rest := s.pos(), s.src[s.off:]
	if n := strings.IndexByte(rest, '\n'); n >= 0 {
		rest = rest[:n]
	}
	s.off += len(rest)
	s.col += int32(utf8.RuneCountInString(rest))
	if s.quiet {
		return
	}
	text := strings.TrimRight(rest, " \t\r")
	end := Pos{pos.Line, pos.Col + int32(utf8.RuneCountInString(text))}
	s.file.Comments = append(s.file.Comments, put(&s.file.nodes.comments, Comment{span{pos, end}, text, own}))
}

// startsStatement says whether the word at hand can only start a statement or a
// declaration, never continue an expression.
func (s *scanner) startsStatement() bool {
	n := 0
	for isWord(s.peek(n)) {
		n++
	}
	of := keyword
	if s.unsafe {
		of = keywordInCapitals
	}
	switch k, _ := of(s.src[s.off : s.off+n]); k {
	case If, While, For, Match, Case, Return, ErrorWord, Skip, Break, Assert, Arena, End,
		On, Code, Func, Entry, Ctor, Fields, Const, Enum, Record, Class, GivemeWord, Foreign,
		Service, Use:
		return true
	}
	return false
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isWord(c byte) bool  { return isLower(c) || isUpper(c) || isDigit(c) || c == '_' }

// token scans what starts at s.off, which is no blank, into t.
func (s *scanner) token(t *Token) {
	c := s.src[s.off]
	switch {
	case s.prev == VersionTok && s.before == Api:
		s.hash(t)
	case isLower(c) || isUpper(c) || c == '_':
		s.word(t)
	case isDigit(c):
		s.number(t)
	case c == '"':
		s.text(t)
	case c == '\'':
		s.byteLit(t)
	default:
		s.operator(t)
	}
}

// hash is HASH of the grammar.
func (s *scanner) hash(t *Token) {
	t.Kind = HashTok
	n := 0
	for isWord(s.peek(n)) || s.peek(n) == '-' {
		n++
	}
	s.take(max(n, 1))
	if n != 43 {
		s.errorf(t.Pos, "expected a hash of 43 characters, saw %d", n)
	}
}

// word is a name, a type name or a keyword.
func (s *scanner) word(t *Token) {
	n := 1
	for isWord(s.peek(n)) {
		n++
	}
	text := s.src[s.off : s.off+n]
	s.take(n)
	t.Kind = s.wordKind(t.Pos, text)
	switch {
	case t.Kind == NameTok:
		t.Hold = s.peek(0) == '=' && s.peek(1) != '=' && !isBlank(s.peek(1))
	case t.Kind == TypeName:
		t.Hold = s.peek(0) == '.' && (isLower(s.peek(1)) || isUpper(s.peek(1)))
	}
}

// wordKind classifies a word by its spelling, the file's kind and what stands before.
func (s *scanner) wordKind(pos Pos, text string) Kind {
	if s.prev == MemberDot || s.prev == EnumDot {
		return NameTok
	}
	if strings.HasPrefix(text, "UNSAFE_") {
		if text == "UNSAFE_addr" {
			return AddrType
		}
		return NameTok
	}
	if text[0] == '_' {
		s.errorf(pos, "a name starts with a letter, not with `_`")
		return NameTok
	}
	if s.unsafe {
		if k, ok := keyword(text); ok {
			s.errorf(pos, "keywords are in upper case in .slunsafe files: write `%s`", strings.ToUpper(text))
			return k
		}
		if isUpper(text[0]) {
			if k, ok := keywordInCapitals(text); ok {
				return k
			}
			return TypeName
		}
		return NameTok
	}
	if k, ok := keyword(text); ok {
		return k
	}
	if isUpper(text[0]) {
		return TypeName
	}
	return NameTok
}

// opTable is the operators, longer ones first where one starts another. The last column
// is what to write instead, for marks of other languages.
var opTable = []struct {
	text string
	kind Kind
	hint string
}{
	{"..=", DotDotEq, ""}, {"..", DotDot, ""},
	{"===", Equal, "write `==`"}, {"==", Equal, ""},
	{"=>", Bad, "SLUL has no such mark"}, {"=", Assign, ""},
	{"!==", NotEqual, "write `<>`"}, {"!=", NotEqual, "write `<>`"}, {"!", Bang, ""},
	{"<<", Shl, "write `shl`, on a wuint32 or wuint64"}, {"<>", NotEqual, ""}, {"<=", LessEqual, ""},
	{"<", Less, ""},
	{">>", Shr, "write `shr`, on a wuint32 or wuint64"}, {">=", GreaterEqual, ""}, {">", Greater, ""},
	{"+=", AddAssign, ""}, {"++", Bad, "write `+= 1`"}, {"+", Plus, ""},
	{"->", Returns, "write `returns`"}, {"-=", SubAssign, ""}, {"-", Minus, ""},
	{"*=", MulAssign, ""}, {"*", Star, ""},
	{"//", Bad, "a comment starts with `#`"}, {"/*", Bad, "a comment starts with `#`"},
	{"/=", DivAssign, ""}, {"/", Slash, ""},
	{"?", Question, ""}, {"@", At, ""}, {",", Comma, ""},
	{"(", LParen, ""}, {")", RParen, ""}, {"[", ListBrack, ""}, {"]", RBrack, ""}, {".", EnumDot, ""},
	{"&&", And, "write `and`"}, {"&", Band, "write `band`, on a wuint32 or wuint64"},
	{"||", Or, "write `or`"}, {"|", Bor, "write `bor`, on a wuint32 or wuint64"},
	{"^", Bxor, "write `bxor`, on a wuint32 or wuint64"}, {"%", Mod, "write `mod`"},
	{";", Bad, "a statement ends where its line ends"},
	{":", Bad, "SLUL has no such mark"}, {"~", Bad, "write `bxor` with all bits set"},
	{"{", Bad, "a block ends with `end`"}, {"}", Bad, "a block ends with `end`"},
	{"$", Bad, "SLUL has no such mark"}, {"\\", Bad, "SLUL has no such mark"},
	{"`", Bad, "a text stands in double quotes"},
}

// opFirst maps a first byte to its rows of opTable.
var opFirst = func() (first [256][2]int) {
	for i, op := range opTable {
		c := op.text[0]
		if first[c][1] == 0 {
			first[c][0] = i
		}
		first[c][1] = i + 1
	}
	return first
}()

// operator is everything that is no word, number or quoted text.
func (s *scanner) operator(t *Token) {
	rows := opFirst[s.src[s.off]]
	for _, op := range opTable[rows[0]:rows[1]] {
		if !strings.HasPrefix(s.src[s.off:], op.text) {
			continue
		}
		if op.hint != "" {
			s.errorf(t.Pos, "unexpected `%s`: %s", op.text, op.hint)
			if strings.HasPrefix(op.text, "/") {
				s.skipLine()
				t.Kind = Bad
				return
			}
		}
		s.take(len(op.text))
		t.Kind = op.kind
		s.bracket(t)
		return
	}
	s.strange(t)
}

// bracket applies rules 1 and 2, and counts what is open.
func (s *scanner) bracket(t *Token) {
	tight := !t.SpaceBefore && s.prev.endsValue()
	switch t.Kind {
	case LParen:
		s.open++
	case ListBrack:
		s.open++
		if tight {
			t.Kind = IndexBrack
		}
	case RParen, RBrack:
		if s.open > 0 {
			s.open--
		}
	case EnumDot:
		if tight {
			t.Kind = MemberDot
		}
		if c := s.peek(0); !isLower(c) && !isUpper(c) && c != '_' {
			s.errorf(s.pos(), "expected a name directly behind `.`")
			t.Kind = Bad
		}
	}
}

// skipLine moves to the end of the line.
func (s *scanner) skipLine() {
	for s.off < len(s.src) && s.src[s.off] != '\n' {
		s.takeRune()
	}
}

// strange reports a character that no token starts with; a run of letters of other
// alphabets is one mistake.
func (s *scanner) strange(t *Token) {
	t.Kind = Bad
	r := s.takeRune()
	if !unicode.IsLetter(r) {
		if r < ' ' || r == 0x7f {
			s.errorf(t.Pos, "unexpected control character U+%04X", r)
		} else {
			s.errorf(t.Pos, "unexpected character `%c`", r)
		}
		return
	}
	for s.off < len(s.src) {
		r, _ := utf8.DecodeRuneInString(s.src[s.off:])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '_' {
			break
		}
		s.takeRune()
	}
	s.errorf(t.Pos, "unexpected letter `%c`: names are made of a-z, A-Z, 0-9 and _", r)
}
