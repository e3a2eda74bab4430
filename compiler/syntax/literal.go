// Literals: numbers, bytes and texts with their escapes.

package syntax

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// number is INT, or VERSION when a `.` and a digit follow.
func (s *scanner) number(t *Token) {
	t.Kind = IntTok
	base, n := uint64(10), 0
	if s.peek(0) == '0' && s.peek(1) == 'x' && hexValue(s.peek(2)) >= 0 {
		base, n = 16, 2
	}
	fits := true
	for ; ; n++ {
		c := s.peek(n)
		if c == '_' {
			continue
		}
		d := hexValue(c)
		if d < 0 || uint64(d) >= base {
			break
		}
		hi, lo := bits.Mul64(t.Num, base)
		sum, carry := bits.Add64(lo, uint64(d), 0)
		fits = fits && hi == 0 && carry == 0
		t.Num = sum
	}
	if s.peek(n) == '.' && isDigit(s.peek(n+1)) && base == 10 {
		s.version(t, n)
		return
	}
	tail := n
	for isWord(s.peek(tail)) {
		tail++
	}
	s.take(tail)
	switch {
	case tail > n:
		s.errorf(t.Pos, "bad number `%s`: decimal digits, or 0x and hexadecimal digits", clip(s.src[s.off-tail:s.off]))
	case !fits:
		s.errorf(t.Pos, "number too large: at most 18446744073709551615")
		t.Num = 0
	}
}

// version is VERSION; n bytes of digits are known.
func (s *scanner) version(t *Token, n int) {
	for s.peek(n) == '.' && isDigit(s.peek(n+1)) {
		n++
		for isDigit(s.peek(n)) {
			n++
		}
	}
	s.take(n)
	t.Kind = VersionTok
}

// hexValue is the value of a hexadecimal digit, or -1.
func hexValue(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// text is STRING. A line end before the closing quote ends it with a mistake.
func (s *scanner) text(t *Token) {
	t.Kind = StringTok
	s.take(1)
	from := s.off
	var b strings.Builder
	plain := true // nothing escaped so far: the value is a part of the source
	for {
		if s.atLineEnd() {
			s.errorf(t.Pos, "text is not closed: expected `\"` before the end of the line")
			break
		}
		c := s.src[s.off]
		if c == '"' {
			if plain {
				t.Str = s.src[from:s.off]
			}
			s.take(1)
			break
		}
		if c != '\\' {
			r := s.takeRune()
			if r < ' ' && r != '\t' {
				s.errorf(Pos{s.line, s.col - 1}, "control character U+%04X in a text: write `\\x%02x`", r, r)
			}
			if !plain {
				b.WriteRune(r)
			}
			continue
		}
		if plain {
			b.WriteString(s.src[from:s.off])
			plain = false
		}
		s.escape(&b)
	}
	if !plain {
		t.Str = b.String()
	}
}

// byteLit is BYTE: one character or escape that fits a byte.
func (s *scanner) byteLit(t *Token) {
	t.Kind = ByteTok
	s.take(1)
	var b strings.Builder
	n := 0
	for !s.atLineEnd() && s.peek(0) != '\'' && n < 2 {
		if s.peek(0) == '\\' {
			s.escape(&b)
		} else {
			b.WriteRune(s.takeRune())
		}
		n++
	}
	closed := s.peek(0) == '\''
	if closed {
		s.take(1)
	} else {
		for !s.atLineEnd() && isWord(s.peek(0)) {
			s.take(1)
		}
		if s.peek(0) == '\'' {
			s.take(1)
		}
	}
	switch v := b.String(); {
	case n == 1 && closed && len(v) == 1:
		t.Num = uint64(v[0])
	case n == 1 && closed && len(v) > 1:
		s.errorf(t.Pos, "a byte holds one character of ASCII or `\\x00` to `\\xff`; this one takes %d bytes", len(v))
	case n == 1 && closed: // a bad escape, reported
	case n == 0:
		s.errorf(t.Pos, "a byte needs one character between the quotes")
	default:
		s.errorf(t.Pos, "a byte has one character and a closing `'`; a text stands in double quotes")
	}
}

func (s *scanner) atLineEnd() bool {
	c := s.peek(0)
	return s.off >= len(s.src) || c == '\n' || c == '\r' && s.peek(1) == '\n'
}

// simpleEscapes pairs the letter behind `\` with its byte.
var simpleEscapes = map[byte]byte{
	'n': '\n', 'r': '\r', 't': '\t', '0': 0, '\\': '\\', '"': '"', '\'': '\'',
}

// escape is one escape, with s at its `\`.
func (s *scanner) escape(b *strings.Builder) {
	pos := s.pos()
	c := s.peek(1)
	if v, ok := simpleEscapes[c]; ok && s.off+1 < len(s.src) {
		s.take(2)
		b.WriteByte(v)
		return
	}
	switch {
	case c == 'x' && hexValue(s.peek(2)) >= 0 && hexValue(s.peek(3)) >= 0:
		b.WriteByte(byte(hexValue(s.peek(2))<<4 | hexValue(s.peek(3))))
		s.take(4)
	case c == 'x':
		s.take(2)
		s.errorf(pos, "expected two hexadecimal digits behind `\\x`")
	case c == 'u':
		s.unicode(pos, b)
	default:
		s.take(1)
		if !s.atLineEnd() {
			s.takeRune()
		}
		s.errorf(pos, "unknown escape: \\n \\r \\t \\0 \\\\ \\\" \\' \\x41 and \\u{e9} are the known ones")
	}
}

// unicode is `\u{hex…}`.
func (s *scanner) unicode(pos Pos, b *strings.Builder) {
	s.take(2)
	if s.peek(0) != '{' {
		s.errorf(pos, "expected `{` behind `\\u`: `\\u{e9}`")
		return
	}
	s.take(1)
	r, n := rune(0), 0
	for ; hexValue(s.peek(0)) >= 0; n++ {
		if r <= utf8.MaxRune {
			r = r<<4 | rune(hexValue(s.peek(0)))
		}
		s.take(1)
	}
	if s.peek(0) != '}' || n == 0 {
		s.errorf(pos, "expected hexadecimal digits and `}`: `\\u{e9}`")
		return
	}
	s.take(1)
	if !utf8.ValidRune(r) {
		s.errorf(pos, "no such character: `\\u{0}` to `\\u{10ffff}` without surrogates")
		return
	}
	b.WriteRune(r)
}
