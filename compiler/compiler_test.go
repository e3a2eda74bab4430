package compiler

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slul/compiler/check"
	"slul/compiler/ir"
	"slul/elfimage"
	"slul/tests/golden"
)

// write puts a program into a fresh directory.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// examples are the programs that users see first.
func examples(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("../examples/*/*.slul")
	if err != nil || len(paths) < 5 {
		t.Fatalf("examples: %v %v", paths, err)
	}
	return paths
}

// TestSameBytes: a build depends on the source, its name and the options alone.
func TestSameBytes(t *testing.T) {
	for _, path := range examples(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		elsewhere := write(t, filepath.Base(path), string(text))
		for _, o := range []Options{{}, {Strip: true}, {Rtld: "/opt/rtld"}, {Separate: true}} {
			first, err := Build(path, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range []string{path, elsewhere, filepath.Dir(path)} {
				again, err := Build(p, o)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(first.File, again.File) {
					t.Errorf("%s: %+v: not the same bytes as from %s", p, o, path)
				}
			}
		}
	}
}

// TestSmallest holds the sizes of stripped examples: hello is the measure of what a
// program costs that does nothing else.
func TestSmallest(t *testing.T) {
	for _, c := range []struct {
		dir  string
		most int
	}{
		{"hello", 1024},
		{"args", 4096},
		{"fizzbuzz", 4096},
		{"collatz", 4096},
		{"primes", 4096},
	} {
		p, err := Build("../examples/"+c.dir, Options{Strip: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes", c.dir, len(p.File))
		if len(p.File) > c.most {
			t.Errorf("%s: %d bytes, at most %d", c.dir, len(p.File), c.most)
		}
	}
}

// TestOnlyReached: nothing is linked that is not reached.
func TestOnlyReached(t *testing.T) {
	p, err := Build("../examples/hello", Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := elfimage.Parse(p.File)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range f.Symtab() {
		names[s.Name] = true
	}
	for _, name := range []string{"_start", "core.put_bytes"} {
		if !names[name] {
			t.Errorf("%s is missing: %v", name, names)
		}
	}
	for _, name := range []string{"core.put_wide", "core.args_make", "core.trap", "core.text_equal", "core.string_parse_int"} {
		if names[name] {
			t.Errorf("%s is linked, but hello has no use for it", name)
		}
	}
}

// TestNote: the file says what the program asks for.
func TestNote(t *testing.T) {
	p, err := Build("../examples/args", Options{Strip: true})
	if err != nil {
		t.Fatal(err)
	}
	f, err := elfimage.Parse(p.File)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Services) != 1 {
		t.Fatalf("services: %+v", f.Services)
	}
	s := f.Services[0]
	if s.Type != "CommandMain" || s.Command != "args" || s.ObjectSize != 16 || len(s.Givemes) != 2 || len(s.Entries) != 1 {
		t.Errorf("service: %+v", s)
	}
	if g := s.Givemes[0]; g.Type != "Args" || g.Sigils != 0 || g.Offset != 0 {
		t.Errorf("first giveme: %+v", g)
	}
	if g := s.Givemes[1]; g.Type != "Console" || g.Sigils != elfimage.IO || g.Offset != 8 {
		t.Errorf("second giveme: %+v", g)
	}
	if e := s.Entries[0]; e.Name != "main" || e.Result != elfimage.ResultStatus {
		t.Errorf("entry: %+v", e)
	}
}

// TestCodes: the exit code names the stage that refused.
func TestCodes(t *testing.T) {
	const head = "service CommandMain \"x\"\nentry main\ncode\n"
	for _, c := range []struct {
		name, text string
		o          Options
		code       int
		want       string
	}{
		{"X.slul", head + "end\n", Options{}, 0, ""},
		{"X.slul", head + "    int n = = 1\nend\n", Options{}, CodeSyntax, "X.slul:4:"},
		{"X.slul", head + "    int n = missing\nend\n", Options{}, CodeCheck, "X.slul:4:13: "},
		{"X.txt", head + "end\n", Options{}, CodeUsage, "not a .slul file"},
		{"X.slul", head + "end\n", Options{Target: "vax-linux"}, CodeUsage, `unknown target "vax-linux"`},
		{"X.slul", head + "end\n", Options{Rtld: "lib/rtld"}, CodeUsage, "not absolute"},
		{"X.slul", head + "end\n", Options{Dump: Dump{Stages: []string{"guts"}}}, CodeUsage, "-d=guts"},
		{"X.slul", "func f\ncode\nend\n", Options{}, CodeCheck, ""},
		{"X.slul", "", Options{}, CodeCheck, ""},
		{"X.slul", "\x00\xff", Options{}, CodeSyntax, "X.slul:1:1: "},
	} {
		_, err := Build(write(t, c.name, c.text), c.o)
		if c.code == 0 {
			if err != nil {
				t.Errorf("%q: %v", c.text, err)
			}
			continue
		}
		var refused *Error
		if !errors.As(err, &refused) {
			t.Errorf("%q: %v, expected a refusal", c.text, err)
			continue
		}
		var b strings.Builder
		refused.Print(&b)
		if refused.Code != c.code || !strings.Contains(b.String(), c.want) {
			t.Errorf("%q: code %d, message %q; expected %d, %q", c.text, refused.Code, b.String(), c.code, c.want)
		}
	}
}

// TestGoldenDumps compares what every stage leaves of one small program.
func TestGoldenDumps(t *testing.T) {
	for _, stage := range stages {
		var b bytes.Buffer
		_, err := Build("testdata/Tiny.slul", Options{Strip: true, Dump: Dump{Stages: []string{stage}, W: &b}})
		if err != nil {
			t.Fatal(err)
		}
		if b.Len() == 0 {
			t.Errorf("-d=%s: nothing", stage)
		}
		golden.Compare(t, filepath.Join("testdata", "tiny."+stage), b.String())
	}
}

// FuzzBuild: whatever the source, there is a file or a refusal.
func FuzzBuild(f *testing.F) {
	for _, path := range examples(f) {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Build(write(t, "Fuzz.slul", string(text)), Options{Warnings: io.Discard})
		if err != nil {
			var refused *Error
			if !errors.As(err, &refused) || refused.Code == CodeImage {
				t.Fatalf("%v", err)
			}
			return
		}
		if _, err := elfimage.Parse(p.File); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkBuild(b *testing.B) {
	for _, path := range examples(b) {
		b.Run(filepath.Base(filepath.Dir(path)), func(b *testing.B) {
			size := 0
			for b.Loop() {
				p, err := Build(path, Options{Strip: true})
				if err != nil {
					b.Fatal(err)
				}
				size = len(p.File)
			}
			b.ReportMetric(float64(size), "B/file")
		})
	}
}

// TestStackCircles: all funcs of a program that call in circles ask for room on the stack.
func TestStackCircles(t *testing.T) {
	info, err := front("../examples/tools/json", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, build := range []func(*check.Info, string) (*ir.Module, error){ir.Build, ir.BuildAsking} {
		m, err := build(info, "x86_64")
		if err != nil {
			t.Fatal(err)
		}
		calls := map[string][]string{}
		for _, f := range m.Funcs {
			for _, b := range f.Blocks {
				for _, v := range b.Values {
					if callee := m.FindFunc(v.Sym); callee != nil && !callee.Asks {
						calls[f.Name] = append(calls[f.Name], v.Sym)
					}
				}
			}
		}
		for name := range calls {
			seen := map[string]bool{}
			work := calls[name]
			for len(work) > 0 {
				next := work[0]
				work = work[1:]
				if next == name && strings.HasPrefix(name, info.Service.Class+".") {
					t.Errorf("%s calls itself", name)
				}
				if !seen[next] {
					seen[next] = true
					work = append(work[:len(work):len(work)], calls[next]...)
				}
			}
		}
	}
}
