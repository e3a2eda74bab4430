// Tokens: their kinds, how each is spelled, and how a message names it.

package syntax

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind is the kind of a token.
type Kind uint8

const (
	EOF Kind = iota
	NL       // one or more line ends
	Bad      // refused by the scanner, which has said why

	NameTok
	TypeName
	IntTok
	ByteTok
	StringTok
	VersionTok // 1.0.0
	HashTok    // 43 characters, only after `api VERSION`

	Assign // =
	AddAssign
	SubAssign
	MulAssign
	DivAssign
	Plus
	Minus
	Star
	Slash
	Equal
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
	DotDot
	DotDotEq
	Question
	Bang
	At
	Comma
	LParen
	RParen
	IndexBrack // `[` without a space behind a value
	ListBrack  // any other `[`
	RBrack
	MemberDot // `.` without a space behind a value
	EnumDot   // any other `.`

	And
	Api
	Arena
	Assert
	Band
	Bool
	Bor
	Break
	Bxor
	ByteType
	Case
	Class
	Code
	Const
	CopyWord
	Ctor
	Defval
	ElseWord
	End
	Entry
	Enum
	ErrorWord
	False
	Fields
	For
	Foreign
	FormatWord
	Func
	GivemeWord
	If
	In
	IntType
	Long
	Match
	Mod
	NewWord
	None
	Not
	Nothing
	On
	Only
	Or
	OwnWord
	ParamWord
	Record
	Return
	Returns
	Service
	Shl
	Shr
	Signed
	Since
	Skip
	StringType
	This
	True
	TryWord
	Use
	While
	Wuint32
	Wuint64
	AddrType // UNSAFE_addr

	numKinds
)

const firstKeyword, lastKeyword = And, Wuint64

// kindTable is the spelling of every token that has one. Keywords stand here in lower
// case.
var kindTable = [numKinds]string{
	EOF: "end of file", NL: "end of line", Bad: "bad character",
	NameTok: "name", TypeName: "type name", IntTok: "number", ByteTok: "byte",
	StringTok: "text", VersionTok: "version", HashTok: "hash",

	Assign: "=", AddAssign: "+=", SubAssign: "-=", MulAssign: "*=", DivAssign: "/=",
	Plus: "+", Minus: "-", Star: "*", Slash: "/", Equal: "==", NotEqual: "<>",
	Less: "<", LessEqual: "<=", Greater: ">", GreaterEqual: ">=",
	DotDot: "..", DotDotEq: "..=", Question: "?", Bang: "!", At: "@", Comma: ",",
	LParen: "(", RParen: ")", IndexBrack: "[", ListBrack: "[", RBrack: "]",
	MemberDot: ".", EnumDot: ".",

	And: "and", Api: "api", Arena: "arena", Assert: "assert", Band: "band",
	Bool: "bool", Bor: "bor", Break: "break", Bxor: "bxor", ByteType: "byte",
	Case: "case", Class: "class", Code: "code", Const: "const", CopyWord: "copy",
	Ctor: "ctor", Defval: "defval", ElseWord: "else", End: "end", Entry: "entry",
	Enum: "enum", ErrorWord: "error", False: "false", Fields: "fields", For: "for",
	Foreign: "foreign", FormatWord: "format", Func: "func", GivemeWord: "giveme",
	If: "if", In: "in", IntType: "int", Long: "long", Match: "match", Mod: "mod",
	NewWord: "new", None: "none", Not: "not", Nothing: "nothing", On: "on",
	Only: "only", Or: "or", OwnWord: "own", ParamWord: "param", Record: "record",
	Return: "return", Returns: "returns", Service: "service", Shl: "shl", Shr: "shr",
	Signed: "signed", Since: "since", Skip: "skip", StringType: "string",
	This: "this", True: "true", TryWord: "try", Use: "use", While: "while",
	Wuint32: "wuint32", Wuint64: "wuint64", AddrType: "UNSAFE_addr",
}

// keywordsOf is where the keywords with a first letter begin and end; they are in order.
var keywordsOf = func() (of [26][2]Kind) {
	for k := firstKeyword; k <= lastKeyword; k++ {
		r := &of[kindTable[k][0]-'a']
		if r[0] == 0 {
			r[0] = k
		}
		r[1] = k + 1
	}
	return of
}()

// keyword is the keyword with this spelling, in lower case.
func keyword(word string) (k Kind, ok bool) {
	if word == "" || !isLower(word[0]) {
		return 0, false
	}
	of := keywordsOf[word[0]-'a']
	for k := of[0]; k < of[1]; k++ {
		if kindTable[k] == word {
			return k, true
		}
	}
	return 0, false
}

// keywordInCapitals is the keyword with this spelling, in upper case.
func keywordInCapitals(word string) (k Kind, ok bool) {
	var lower [16]byte // no keyword is longer
	if len(word) > len(lower) {
		return 0, false
	}
	for i := range len(word) {
		c := word[i]
		if isLower(c) {
			return 0, false
		}
		if isUpper(c) {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return keyword(string(lower[:len(word)]))
}

func (k Kind) isKeyword() bool { return firstKeyword <= k && k <= lastKeyword }

// Token is one token. Text is its spelling in the source.
type Token struct {
	Kind Kind
	Pos  Pos
	End  Pos
	Text string

	SpaceBefore bool // a blank, a line end or nothing stands before it
	SpaceAfter  bool // of operators

	// Hold is set on a name that `=` follows without a space, and something behind
	// that (rule 3: a named argument), and on a type name that `.` follows (rule 1).
	Hold bool

	Num uint64 // value of IntTok and ByteTok
	Str string // value of StringTok
}

// describe names a token in a message.
func (t *Token) describe() string {
	switch t.Kind {
	case EOF, NL:
		return kindTable[t.Kind]
	case NameTok, TypeName, IntTok, VersionTok:
		return kindTable[t.Kind] + " `" + clip(t.Text) + "`"
	case StringTok, ByteTok, HashTok:
		return kindTable[t.Kind] + " " + clip(t.Text)
	}
	return "`" + clip(t.Text) + "`"
}

// clip shortens what a message quotes: a token may be as long as its file.
func clip(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// String is the token as the dump shows it: `line:col kind text`.
func (t *Token) String() string {
	s := fmt.Sprintf("%d:%d\t", t.Pos.Line, t.Pos.Col)
	switch {
	case t.Kind == EOF || t.Kind == NL || t.Kind == Bad:
		return s + kindTable[t.Kind]
	case t.Kind.isKeyword():
		return s + "keyword\t" + t.Text
	case t.Kind == NameTok && t.Hold:
		return s + "argument name\t" + t.Text
	case t.Kind == IndexBrack:
		return s + "index\t" + t.Text
	case t.Kind == ListBrack:
		return s + "list\t" + t.Text
	case t.Kind == MemberDot:
		return s + "member\t" + t.Text
	case t.Kind == EnumDot:
		return s + "enum value\t" + t.Text
	case t.Kind >= Assign:
		return s + "operator\t" + t.Text
	}
	return s + kindTable[t.Kind] + "\t" + t.Text
}

// Canonical is the token as canonical lines of interfaces have it: keywords in lower
// case, numbers decimal, a byte as `b65`, a text in quotes with all but printable ASCII as
// `\xHH`.
func (t *Token) Canonical() string {
	switch {
	case t.Kind == IntTok:
		return strconv.FormatUint(t.Num, 10)
	case t.Kind == ByteTok:
		return "b" + strconv.FormatUint(t.Num, 10)
	case t.Kind == StringTok:
		return canonicalText(t.Str)
	case t.Kind.isKeyword() || t.Kind >= Assign && t.Kind < firstKeyword:
		return kindTable[t.Kind]
	}
	return t.Text
}

func canonicalText(s string) string {
	b := []byte{'"'}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ' || c > '~':
			b = fmt.Appendf(b, "\\x%02x", c)
		default:
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}
