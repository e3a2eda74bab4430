package module

import (
	"slices"
	"strings"
	"testing"

	"slul/compiler/syntax"
)

// read is an interface without mistakes.
func read(t testing.TB, name, src string) *Interface {
	t.Helper()
	f, errs := syntax.Parse(FileName, []byte(src))
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	x, errs := New(name, f)
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	return x
}

// The interface of the language design's example, and what that says of it.
const words = `func split_words string line returns List of string end
since 1.1.0
func count_words !Map of string to int counts List of string words end
`

const (
	hash10 = "vi7AuQYTM_Wa6GMCb3GNQm_TrUVoda5kBOyLc3oaopI"
	hash11 = "PCm2KLkkjEWnV4YPhDlNaVY6ZG1-Lf4cJpsackYIFU4"
)

// TestHashes: hashes and symbols are those that the loader's tests have, too.
func TestHashes(t *testing.T) {
	x := read(t, "words", words)
	text, added, errs := x.Lock()
	if errs.Err() != nil || added != 2 {
		t.Fatal(added, errs)
	}
	want := "api 1.0.0 " + hash10 + "\napi 1.1.0 " + hash11 + "\n\n" + words
	if string(text) != want {
		t.Errorf("got:\n%s\nwant:\n%s", text, want)
	}
	if s := Symbol("words", "words.count_words", x.Items[1].Line); s != "words.count_words$TohcNIwG" {
		t.Error(s)
	}
	for names, want := range map[string]Dep{"split_words": {hash10, "words", "1.0.0"}, "split_words count_words": {hash11, "words", "1.1.0"}} {
		if d := x.Dep(strings.Fields(names)); d != want {
			t.Errorf("%s: %v", names, d)
		}
	}
}

// TestLines: what makes another line, and so another hash and symbol, and what does not.
func TestLines(t *testing.T) {
	line := func(src string) string { return read(t, "m", src).Items[0].Line }
	same := [][]string{
		{"func f int a end\n", "func f\n    int a\nend\n", "# c\nfunc   f int a # d\n end\n", "since 2.0\nfunc f int a end\n"},
		{"const int a = 0x10\n", "const int a = 16\n", "const int a = 1_6\n"},
		{"const byte b = 'A'\n", "const byte b = '\\x41'\n"},
		{"const string s = \"\\x41é\"\n", "const string s = \"A\\u{e9}\"\n"},
		{"enum E\n a\n b\nend\n", "enum E\na\n\nb\nend\n"},
		{"class C\nctor int a end\nfunc !@f end\nend\n", "class C\n    ctor int a end\n    func ! @ f end\nend\n"},
		{"func f Way w = .up end\n", "func f Way w = .up\nend\n"},
	}
	for i, list := range same {
		for _, src := range list {
			if line(src) != line(list[0]) {
				t.Errorf("%q: %s\n%q: %s", list[0], line(list[0]), src, line(src))
			}
			for j, others := range same {
				if i != j && slices.Contains(others, src) {
					t.Errorf("%q twice", src)
				}
			}
		}
	}
	seen := map[string]string{}
	for _, src := range []string{
		"func f int a end\n", "func f int b end\n", "func g int a end\n", "func f long a end\n", "func f !Bytes a end\n", "func f @Stream a end\n",
		"func f ?string a end\n", "func f string a end\n", "func f int a in 0..=9 end\n", "func f int a in 0..=10 end\n", "func f int a = 1 end\n",
		"func f int a returns int end\n", "func f int a returns int or E end\n", "func f own @Stream a end\n", "func f end\n", "const string s = \"a\"\n",
		"const string s = \"b\"\n", "const byte s = 'b'\n", "const int s = 98\n", "enum E\na\nb\nend\n", "enum E\nb\na\nend\n", "enum E\na\nb = 2\nend\n",
		"record R\nint a\nend\n", "record R\nint a = 0\nend\n", "class R\nend\n", "const string s = \"\\\"\"\n", "const string s = \"\\\\\"\n",
	} {
		l := line(src)
		if old, known := seen[l]; known {
			t.Errorf("%q and %q are both %s", old, src, l)
		}
		seen[l] = src
	}
}

// TestVersions: their order, and where api lines go.
func TestVersions(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"1.0", "1.0.0", 0}, {"1.2", "1.10", -1}, {"2.0", "1.99.99", 1}, {"0.1", "0.01", 0}, {"1.0.0.1", "1.0", 1},
		{"99999999999999999999.0", "100000000000000000000.0", -1},
	} {
		if got := compareVersions(c.a, c.b); got != c.want || compareVersions(c.b, c.a) != -c.want {
			t.Errorf("%s, %s: %d", c.a, c.b, got)
		}
	}
	for _, c := range []struct{ src, want string }{
		{"func f end\n", "api 1.0.0 H\n\nfunc f end\n"},
		{"# about f\nfunc f end\n", "api 1.0.0 H\n\n# about f\nfunc f end\n"},
		{"# about all\n\nfunc f end\n", "# about all\n\napi 1.0.0 H\n\nfunc f end\n"},
		{"since 0.3\nfunc f end\nsince 0.2\nfunc g end\n", "api 0.2 H\napi 0.3 H\n\nsince 0.3\nfunc f end\nsince 0.2\nfunc g end\n"},
	} {
		text, _, errs := read(t, "m", c.src).Lock()
		if err := errs.Err(); err != nil {
			t.Errorf("%q: %v", c.src, err)
			continue
		}
		got := strings.Split(string(text), "\n")
		for i, l := range got {
			if words := strings.Fields(l); len(words) == 3 && words[0] == "api" {
				got[i] = "api " + words[1] + " H"
			}
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%q: got %q, want %q", c.src, strings.Join(got, "\n"), c.want)
		}
		// what was locked stays: a declaration that is added behind it needs a version
		again := read(t, "m", string(text))
		if more, added, errs := again.Lock(); errs.Err() != nil || added != 0 || string(more) != string(text) {
			t.Errorf("%q: locked twice: %d, %v", c.src, added, errs)
		}
		grown := read(t, "m", string(text)+"since 7.0\nfunc more end\n")
		grownText, added, errs := grown.Lock()
		if errs.Err() != nil || added != 1 || !strings.HasPrefix(string(grownText), string(text[:strings.LastIndex(string(text), "api ")])) {
			t.Errorf("%q: grown: %d, %v\n%s", c.src, added, errs, grownText)
		}
		for i, v := range again.Versions {
			if grown.Hash(i) != v.Hash {
				t.Errorf("%q: what came later changes %s", c.src, v.Name)
			}
		}
	}
}

func TestDeps(t *testing.T) {
	good := "# needs\ndep " + hash10 + " words 1.0.0\n\n  dep\t" + hash11 + " more 2.0 # why\n"
	list, err := ParseDeps("d", []byte(good))
	if err != nil || string(FormatDeps(list)) != "dep "+hash10+" words 1.0.0\ndep "+hash11+" more 2.0\n" {
		t.Error(list, err)
	}
	for text, want := range map[string]string{
		"dep x words 1.0\n":                                         "d:1: expected a hash of 43 characters behind `dep`",
		"\ndep " + hash10 + " Words 1.0\n":                          "d:2: expected the name of a module behind the hash",
		"dep " + hash10 + " words 1\n":                              "d:1: expected a version, as 1.0.0, at the end",
		"dep " + hash10 + " words\n":                                "d:1: expected `dep HASH NAME VERSION`",
		"api " + hash10 + " words 1.0\n":                            "d:1: expected `dep HASH NAME VERSION`",
		good + "dep " + hash10 + " words 1.1.0\n":                   "d:5: a second line for the module words",
		"dep " + hash10 + " ../words 1.0\n":                         "d:1: expected the name of a module behind the hash",
		strings.Repeat("#", maxDeps) + "\n":                         "d: longer than 1048576 bytes",
		"dep " + strings.Repeat("é", 43) + " w 1.0\n":               "d:1: expected a hash of 43 characters behind `dep`",
		"dep " + hash10 + " w 1." + strings.Repeat("1", maxVersion): "d:1: expected a version, as 1.0.0, at the end",
	} {
		if _, err := ParseDeps("d", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%.60q: %v, want %s", text, err, want)
		}
	}
}

// FuzzInterface: whatever an interface and deps.index hold, they are refused or can be
// locked, and what was locked stays as it is.
func FuzzInterface(f *testing.F) {
	for _, src := range []string{
		words, "api 1.0.0 " + hash10 + "\n" + words, "use shape Point\nclass C\nctor int a in 1..=3 = 2\n?string s end\nfunc !@f returns own @Stream or IoError end\nend\nsince 2.0\nclass C\nfunc g end\nend\n",
		"const Array of int a = [1 2]\nenum E\na = 3\nend\nrecord R\nint x = 1\nend\nfunc f E e = .a\nR r end\n",
		"dep " + hash10 + " words 1.0.0\n# c\n", "# c\n\nsince 0.1\nfunc f end\n", "func f end", "\ufefffunc f end\r\n",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if list, err := ParseDeps("d", src); err == nil {
			again, err := ParseDeps("d", FormatDeps(list))
			if err != nil || !slices.Equal(list, again) {
				t.Fatal(list, again, err)
			}
		}
		tree, errs := syntax.Parse(FileName, src)
		if len(errs) > 0 {
			return
		}
		x, errs := New("m", tree)
		if len(errs) > 0 {
			return
		}
		text, added, errs := x.Lock()
		if len(errs) > 0 {
			return
		}
		tree, errs = syntax.Parse(FileName, text)
		if len(errs) > 0 {
			t.Fatalf("locking made %q of %q: %v", text, src, errs)
		}
		y, errs := New("m", tree)
		errs = append(errs, y.Check("m")...)
		if len(errs) > 0 || len(y.Versions) != len(x.Versions) || len(y.Items) != len(x.Items) {
			t.Fatalf("locking made %q of %q: %v", text, src, errs)
		}
		for i, item := range x.Items {
			if item.Line != y.Items[i].Line {
				t.Fatalf("%q became %q", item.Line, y.Items[i].Line)
			}
		}
		if more, again, errs := y.Lock(); len(errs) > 0 || again != 0 || string(more) != string(text) {
			t.Fatalf("%d added, then %d: %v", added, again, errs)
		}
	})
}
