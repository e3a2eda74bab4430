package random

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"slul/compiler"
	"slul/compiler/syntax"
	"slul/elfimage"
	"slul/tests/built"
	"slul/tests/interp"
	"slul/tests/need"
)

// TestModules: a random program whose funcs, enums and records were moved to a library does
// what it did in one piece. Every line stays on its line, so that traps name the same.
func TestModules(t *testing.T) {
	count := 15
	if os.Getenv(need.All) == "1" {
		count = 50
	}
	chain := built.New(t)
	runs, traps := 0, 0
	for i := range uint64(count) {
		p := New(*seed + 1000 + i)
		f, err := facts("Random.slul", p.Source)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		path := split(t, dir, p.Source, chain.Loader())
		for entry := range Entries {
			args := p.Args(entry, int(i)%Runs)
			want, err := interp.Run(f, args, maxSteps)
			var lacks interp.Unsupported
			if errors.Is(err, interp.TooLong{}) || errors.As(err, &lacks) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			var got interp.Outcome
			got.Stdout, got.Stderr, got.Status = built.Run(t, path, args...)
			got.Stderr = strings.Replace(got.Stderr, "lib/toplevels.slul", "Random.slul", 1)
			if got != want {
				t.Errorf("seed %d entry %d %q: got %+v\nwant %+v\n%s", *seed+1000+i, entry, args, got, want, p.Source)
			}
			runs++
			if want.Status == 70 {
				traps++
			}
		}
	}
	t.Logf("%d runs, %d ended in a trap", runs, traps)
	if runs < count*Entries/2 || traps == 0 || traps == runs {
		t.Error("too little was compared, or only one way to end")
	}
}

var (
	calls  = regexp.MustCompile(`\bf(\d+)\b`)
	marked = regexp.MustCompile(`func @f(\d+)\b`)
)

// split makes a library and a program of a program, and gives the path of the latter. What
// prints is handed the console.
func split(t *testing.T, dir, source, rtld string) string {
	t.Helper()
	tree, errs := syntax.Parse("Random.slul", []byte(source))
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(source, "\n")
	keep := func(own func(line int) bool) string {
		out := make([]string, len(lines))
		for i, text := range lines {
			if !own(i + 1) {
				continue
			}
			text = marked.ReplaceAllString(text, "func F$1 @Console console")
			text = calls.ReplaceAllString(text, "f$1 console")
			out[i] = strings.ReplaceAll(text, "func F", "func f")
		}
		return strings.Join(out, "\n")
	}
	moved := map[int]bool{}
	var iface strings.Builder
	use := "use lib"
	for _, d := range tree.Decls {
		from, to, name := int(d.Pos().Line), int(d.End().Line), ""
		last := to // of what others see
		switch d := d.(type) {
		case *syntax.EnumDecl:
			name = d.Name.Name
		case *syntax.RecordDecl:
			name = d.Name.Name
		case *syntax.FuncDecl:
			if d.Entry || d.Sigils == 0 {
				continue // what reads the arguments
			}
			name, last = d.Name.Name, int(d.Body.Pos().Line)-1
		default:
			continue
		}
		for line := from; line <= to; line++ {
			moved[line] = true
		}
		iface.WriteString(strings.TrimSpace(keep(func(line int) bool { return from <= line && line <= last })) + "\n")
		if last != to {
			iface.WriteString("end\n")
		}
		use += " " + name
	}
	program := keep(func(line int) bool { return !moved[line] })
	header, rest, _ := strings.Cut(program, "\n")
	if !strings.HasPrefix(header, "# seed") {
		t.Fatal("no line is free for `use`")
	}
	header, rest, _ = strings.Cut(rest, "\n")
	program = header + "\n" + use + "\n" + rest
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("lib/interface.slul", iface.String())
	write("lib/toplevels.slul", keep(func(line int) bool { return moved[line] }))
	write("main/Random.slul", program)
	o := compiler.Options{Rtld: rtld, Interfaces: []string{dir}, Runpath: "$ORIGIN", Warnings: io.Discard}
	files, err := compiler.Lock(filepath.Join(dir, "lib"), o)
	if err != nil {
		t.Fatalf("%v\n%s", err, iface.String())
	}
	for _, f := range files {
		if err := os.WriteFile(f.Path, f.Text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"lib", "main"} {
		p, err := compiler.Build(filepath.Join(dir, name), o)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, program)
		}
		if err := elfimage.WriteFile(filepath.Join(dir, p.Name), p.File, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "random")
}
