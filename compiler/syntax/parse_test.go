package syntax_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"slul/compiler/syntax"
)

// body puts lines into a func.
func body(lines string) []byte { return []byte("func f\ncode\n" + lines + "\nend\n") }

// one gives the only mistake of a source.
func one(t *testing.T, src []byte) string {
	t.Helper()
	_, errs := syntax.Parse("x.slul", src)
	if len(errs) != 1 {
		t.Fatalf("%d mistakes, want 1: %.300v", len(errs), errs)
	}
	return errs[0].Error()
}

// TestDepth: nesting of every kind ends in a mistake, not in a stack overflow.
func TestDepth(t *testing.T) {
	const n = 1 << 18
	for name, src := range map[string]string{
		"parentheses": "x = " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n),
		"open":        "x = " + strings.Repeat("(", n),
		"lists":       "x = " + strings.Repeat("[", n) + strings.Repeat("]", n),
		"index":       "x = " + strings.Repeat("a[", n) + "1" + strings.Repeat("]", n),
		"not":         "x = " + strings.Repeat("not ", n) + "true",
		"minus":       "x = " + strings.Repeat("- ", n) + "1",
		"sum":         "x = 1" + strings.Repeat(" + 1", n),
		"members":     "x = a" + strings.Repeat(".b", n),
		"elements":    "x = a" + strings.Repeat("[1]", n),
		"types":       strings.Repeat("List of ", n) + "int x = 1",
		"mixed":       "x = " + strings.Repeat("(1 + 1 + 1 + ", n),
	} {
		_, errs := syntax.Parse("x.slul", body(src))
		if len(errs) != 1 || !strings.Contains(errs[0].Msg, "too deeply") && !strings.Contains(errs[0].Msg, "too long") {
			t.Errorf("%s: %.200v", name, errs)
		}
	}
	for name, line := range map[string]string{
		"if": "if x\n", "while": "while x\n", "else if": "else if x\n", "match": "match x\ncase 1\n", "arena": "arena\n",
	} {
		_, errs := syntax.Parse("x.slul", body("if y\n"+strings.Repeat(line, 100000)))
		if len(errs) == 0 || !strings.Contains(errs.Error(), "too deeply") {
			t.Errorf("%s: %.200v", name, errs)
		}
	}
}

// TestLongLine: a line as long as a file is read in one go, and its echo is left out.
func TestLongLine(t *testing.T) {
	list := "f [" + strings.Repeat("12345 ", 2<<20) + "\n"
	_, errs := syntax.Parse("x.slul", body(list+"]"))
	if len(errs) != 0 {
		t.Fatalf("%.300v", errs)
	}
	_, errs = syntax.Parse("x.slul", body("f \""+strings.Repeat("é", 4<<20)))
	var out bytes.Buffer
	errs.Print(&out, 0)
	if out.Len() > 200 {
		t.Errorf("%d bytes printed for %d mistakes", out.Len(), len(errs))
	}
}

// TestManyErrors: ten thousand mistakes are all found, in order, and the echo of each
// costs no walk over the whole file.
func TestManyErrors(t *testing.T) {
	const n = 10000
	_, errs := syntax.Parse("x.slul", body(strings.Repeat("x = = 1\n", n)))
	if len(errs) != n {
		t.Fatalf("%d mistakes, want %d", len(errs), n)
	}
	for i, e := range errs {
		if int(e.Pos.Line) != i+3 || e.Pos.Col != 5 {
			t.Fatalf("mistake %d at %v", i, e.Pos)
		}
	}
	var out bytes.Buffer
	errs.Print(&out, 3)
	want := ""
	for i := range 3 {
		want += fmt.Sprintf("x.slul:%d:5: expected a value, saw `=` (to compare, write `==`)\nx = = 1\n    ^\n", i+3)
	}
	want += "x.slul: 9997 more errors\n"
	if out.String() != want {
		t.Errorf("printed:\n%s", out.String())
	}
}

// What is left out of a list of warnings is not called errors.
func TestMoreWarnings(t *testing.T) {
	var list syntax.Errors
	f := &syntax.File{Name: "x.slul", Src: []byte("a b c\n")}
	for i := range 3 {
		list.Add(f, syntax.Pos{Line: 1, Col: int32(1 + 2*i)}, syntax.Warning+"`%c` is never used", 'a'+i)
	}
	var out bytes.Buffer
	list.Print(&out, 1)
	if want := "x.slul:1:1: warning: `a` is never used\na b c\n^\nx.slul: 2 more warnings\n"; out.String() != want {
		t.Errorf("printed:\n%s", out.String())
	}
}

// TestPlaces: columns count characters, tabs are kept under the caret, CRLF is a line
// end like LF.
func TestPlaces(t *testing.T) {
	_, errs := syntax.Parse("x.slul", []byte("func f\r\ncode\r\n\tg \"é\" )\r\nend\r\n"))
	var out bytes.Buffer
	errs.Print(&out, 0)
	want := "x.slul:3:8: expected end of line, saw `)`\n\tg \"é\" )\n\t      ^\n"
	if out.String() != want {
		t.Errorf("got:\n%swant:\n%s", out.String(), want)
	}
}

// TestNoText: what is no text is refused as a whole, at the first bad place.
func TestNoText(t *testing.T) {
	for src, want := range map[string]string{
		"func f\n  \x00":      "x.slul:2:3: a NUL byte: this is no text file",
		"# é\n# é\xff\n\xfe":  "x.slul:2:4: bytes that are no UTF-8",
		"\ufefffunc f # \xc0": "x.slul:1:10: bytes that are no UTF-8",
	} {
		if got := one(t, []byte(src)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if _, errs := syntax.Parse("x.slul", []byte("\ufefffunc f\ncode\nend")); len(errs) > 0 {
		t.Errorf("byte order mark: %v", errs)
	}
	for _, src := range []string{"", "\n\n", "# only a comment", "  \t"} {
		if f, errs := syntax.Parse("x.slul", []byte(src)); len(errs) > 0 || len(f.Decls) > 0 {
			t.Errorf("%q: %v", src, errs)
		}
	}
}

// TestKeywordTable: each kind of token has a spelling, and no two keywords share one.
func TestKeywordTable(t *testing.T) {
	seen := make(map[string]bool)
	for _, word := range strings.Fields(`and api arena assert band bool bor break bxor byte case class code const copy ctor
		defval else end entry enum error false fields for foreign format func giveme if in int long match mod new none not
		nothing on only or own param record return returns service shl shr signed since skip string this true try use while
		wuint32 wuint64`) {
		tokens, _ := syntax.Tokens("x.slul", []byte(word))
		upper, _ := syntax.Tokens("x.slunsafe", []byte(strings.ToUpper(word)))
		if k := tokens[0].Kind; k == syntax.NameTok || k != upper[0].Kind {
			t.Errorf("%s: kind %d, in .slunsafe %d", word, k, upper[0].Kind)
		}
		if seen[word] {
			t.Errorf("%s is twice in the list", word)
		}
		seen[word] = true
		after, _ := syntax.Tokens("x.slul", []byte("a."+word))
		if after[2].Kind != syntax.NameTok {
			t.Errorf("a.%s: behind a dot every word is a plain name", word)
		}
	}
}

// bench is a source of some size: all examples and samples, many times.
func bench(b *testing.B) []byte {
	var all []byte
	for range 40 {
		all = append(all, body("x = f (a + 12) [1 2 3] \"some text\" # why\nwhile x < 100\n    x += 1\nend")...)
		for _, src := range [][]byte{body("if a == 1 or b.c[3] >= 0x7fff and not d\n    return .failure\nelse\n    console.print \"{} {}\" a b\nend")} {
			all = append(all, src...)
		}
	}
	return all
}

func BenchmarkScan(b *testing.B) {
	src := bench(b)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, errs := syntax.Tokens("x.slul", src); len(errs) > 0 {
			b.Fatal(errs)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	src := bench(b)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, errs := syntax.Parse("x.slul", src); len(errs) > 0 {
			b.Fatal(errs)
		}
	}
}

func BenchmarkPrint(b *testing.B) {
	src := bench(b)
	f, _ := syntax.Parse("x.slul", src)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		syntax.Print(f)
	}
}
