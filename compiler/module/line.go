// Canonical lines: a declaration as its tokens, joined by one space, without `since`,
// comments and line ends. Two declarations with the same line are the same to others.

package module

import (
	"sort"
	"strings"

	"slul/compiler/syntax"
)

// Text is the tokens of a file, from which canonical lines are cut.
type Text struct {
	file   *syntax.File
	tokens []syntax.Token
}

// NewText scans a file that was parsed without mistakes.
func NewText(f *syntax.File) *Text {
	tokens, _ := syntax.Tokens(f.Name, f.Src)
	for i := range tokens {
		// in the unsafe dialect these two look like types
		if t := &tokens[i]; f.Kind == syntax.KindUnsafe && t.Kind == syntax.TypeName && (t.Text == "OF" || t.Text == "TO") {
			t.Kind, t.Text = syntax.NameTok, strings.ToLower(t.Text)
		}
	}
	return &Text{f, tokens}
}

// between is the tokens that begin at or behind from and before to, without line ends.
func (x *Text) between(from, to syntax.Pos) (list []syntax.Token) {
	at := sort.Search(len(x.tokens), func(i int) bool { return !x.tokens[i].Pos.Before(from) })
	for _, t := range x.tokens[at:] {
		if !t.Pos.Before(to) || t.Kind == syntax.EOF {
			break
		}
		if t.Kind != syntax.NL {
			list = append(list, t)
		}
	}
	return list
}

// head is the tokens of a declaration that others know: all of it, but of a func or ctor
// with a body the signature and an `end`.
func (x *Text) head(d syntax.Decl) []syntax.Token {
	end := d.End()
	var body *syntax.Block
	switch d := d.(type) {
	case *syntax.FuncDecl:
		body = d.Body
	case *syntax.CtorDecl:
		body = d.Body
	}
	if body != nil {
		end = body.Pos()
	}
	list := x.between(d.Pos(), end)
	if len(list) > 1 && list[0].Kind == syntax.Since {
		list = list[2:] // with its version
	}
	if body != nil {
		list = append(list, syntax.Token{Kind: syntax.End})
	}
	return list
}

// Line is the canonical line of a declaration: of a constant, enum or record all of it, of
// a func or ctor its signature and an `end`.
func (x *Text) Line(d syntax.Decl) string { return lineOf(x.head(d)) }

func lineOf(tokens []syntax.Token) string {
	words := make([]string, len(tokens))
	for i := range tokens {
		words[i] = tokens[i].Canonical()
	}
	return strings.Join(words, " ")
}

// typeNames is the types that a line names, in the order of the line, each once.
func typeNames(tokens []syntax.Token) (list []string) {
	seen := map[string]bool{}
	for _, t := range tokens {
		if t.Kind == syntax.TypeName && !seen[t.Text] {
			seen[t.Text] = true
			list = append(list, t.Text)
		}
	}
	return list
}
