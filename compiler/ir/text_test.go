package ir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVerify holds one broken module per file of testdata/verify, and what is said.
func TestVerify(t *testing.T) {
	files, _ := filepath.Glob("testdata/verify/*.ir")
	if len(files) == 0 {
		t.Fatal("no files")
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text := readFile(t, path)
			head, _, _ := strings.Cut(text, "\n")
			want, ok := strings.CutPrefix(head, "# error: ")
			m, err := Parse(text)
			if err != nil || !ok {
				t.Fatal("not readable: ", err)
			}
			if err := Verify(m); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// everything has each form that the text can have.
const everything = `file "A.slul"
file "B \u00e4.slul"
data str.0 align 1 "\x02\x00\x00\x00\x00\x00\x00\x00hi\x00"

func A.f(v0 W+, v1 L) -> L W trap trap.A @1:3 {
b0:
    v2 W = const -7
    v3 L = slot 16
    store8 v3-1 v2
  @1:4
    store64 v3+8 v1
    v4 L = load64.fixed v3+8
    v5 L+ = load32 v1
    v6 W = add.signed v0 v2 overflow
    v7 L = call g v1 v6
    v8 W = result2 v7
    call g.h
    trapif.uge v0 v8 bounds
    v9 L = addr str.0-8
    v10 W = cmp.slt v9 v1
    branch v10 b1 b2
b1: cold from b0
    call trap.A v2
    stop
b2: from b0 b2
    v11 L = phi v5 v12
    v12 L = arena
    setarena v12
    v13 L = syscall v1 v11
    branch v8 b3 b2
b3: from b2
  @0:9
    return v13 v8
}

func A.g() -> - W {
b0:
    v0 W = const 0
    return v0 second
}

func A.h(v0 L) noreturn keep start {
b0:
    stop
}
`

func TestPrintParse(t *testing.T) {
	m, err := Parse(everything)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(m); err != nil {
		t.Fatal(err)
	}
	if got := m.String(); got != everything {
		t.Errorf("got\n%s", got)
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"x", `line 1: expected file, data or func, saw "x"`},
		{"file", "line 1: the line is too short"},
		{"file x", "line 1: expected a string"},
		{"file \"x", "line 1: bad string"},
		{"data a align x \"\"", `line 1: expected a number, saw "x"`},
		{"func f() {", "line 1: func f has no }"},
		{"func f() {\n}", "line 2: func f has no block"},
		{"func f(v0 X) {", `line 1: expected a type, saw "X"`},
		{"func f(v0 W, v0 W) {", "line 1: v0 is there twice"},
		{"func f() {\nreturn", `line 2: expected a label, saw "return"`},
		{"func f() {\nb0:\nb1:", "line 3: b0 has no end"},
		{"func f() {\nb0:\n}", "line 3: b0 has no end"},
		{"func f() {\nb0:\nreturn\nb0:", "line 4: b0 is there twice"},
		{"func f() {\nb0:\njump b1\n}", "line 3: b1 is nowhere"},
		{"func f() {\nb0:\nreturn v7\n}", "line 3: v7 is nowhere"},
		{"func f() {\nb0:\nfoo v1", `line 3: no op is called "foo"`},
		{"func f() {\nb0:\nparam v1", `line 3: no op is called "param"`},
		{"func f() {\nb0:\nv1 W = cmp v0 v0", `line 3: no condition is called ""`},
		{"func f() {\nb0:\nv1 W = add.x v0 v0", `line 3: no check is called "x"`},
		{"func f() {\nb0:\nv1 - = add v0 v0", "line 3: v1 needs a type"},
		{"func f() {\nb0:\nv1 W = add v0 v0 nothing", `line 3: no trap is called "nothing"`},
		{"func f() {\nb0:\nreturn v1 v2 v3", `line 3: "v3" is too much`},
		{"func f() {\nb0:\nv99999999999 W = const 1", `line 3: expected v and a number, saw "v99999999999"`},
		{"func f() {\nb0:\n@0:-1", "line 3: bad position"},
		{"func f() {\nb0: ;", `line 2: unexpected ";"`},
	} {
		_, err := Parse(c.text)
		if err == nil || err.Error() != c.want {
			t.Errorf("%q: got %v, want %s", c.text, err, c.want)
		}
	}
}

// FuzzParse: what is read prints and reads back as the same text, and neither the
// verifier nor, where it finds no fault, the passes fall over.
func FuzzParse(f *testing.F) {
	f.Add(everything)
	for _, dir := range []string{"pass", "verify"} {
		files, _ := filepath.Glob("testdata/" + dir + "/*.ir")
		for _, path := range files {
			b, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(b))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Parse(text)
		if err != nil {
			return
		}
		once := m.String()
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("%v\n%s", err, once)
		}
		if twice := again.String(); twice != once {
			t.Fatalf("printed\n%s\nthen\n%s", once, twice)
		}
		if Verify(m) == nil {
			if err := OptimizeChecked(m, nil); err != nil {
				t.Fatalf("%v\n%s\nnow\n%v", err, once, m)
			}
		}
	})
}
