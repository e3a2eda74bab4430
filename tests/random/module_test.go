package random

import (
	"errors"
	"fmt"
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

// cut says which declarations go to the library; never the entry and what reads arguments.
type cut func(d syntax.Decl) bool

var stays = map[string]bool{"number": true, "word": true, "colour": true}

// everything moves all that can be moved.
func everything(d syntax.Decl) bool {
	fn, ok := d.(*syntax.FuncDecl)
	return !ok || !fn.Entry && !stays[fn.Name.Name]
}

// types moves all but the funcs of the service.
func types(d syntax.Decl) bool {
	fn, ok := d.(*syntax.FuncDecl)
	return !ok || fn.Sigils == 0 && everything(d)
}

// TestModules: a random program, parts of which were moved to a library, does what it did in
// one piece. Every line stays on its line, so that traps name the same.
func TestModules(t *testing.T) {
	count := 3
	if os.Getenv(need.All) == "1" {
		count = 10
	}
	chain := built.New(t)
	runs, traps := 0, 0
	compare := func(name, source string, move cut, args [][]string) {
		f, err := facts(name, source)
		if err != nil {
			t.Fatal(err)
		}
		path := split(t, t.TempDir(), name, source, chain.Loader(), move)
		for _, args := range args {
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
			got.Stderr = strings.Replace(got.Stderr, "lib/toplevels.slul", name, 1)
			if got != want {
				t.Errorf("%q: got %+v\nwant %+v\n%s", args, got, want, source)
			}
			runs++
			if want.Status == 70 {
				traps++
			}
		}
	}
	const refEntries = 16
	for i := range uint64(count) {
		seed := *seed + 1000 + i
		p := New(seed)
		var numbers, refs [][]string
		for entry := range Entries {
			numbers = append(numbers, p.Args(entry, int(i)%Runs))
		}
		for entry := range refEntries {
			refs = append(refs, strings.Fields(fmt.Sprintf("%d %d 7 %d 100 5 6 7 8", entry, seed%11, entry)))
		}
		compare("Random.slul", p.Source, everything, numbers)
		compare("Refs.slul", NewRefs(seed, refEntries), everything, refs)
		compare("Refs.slul", NewRefs(seed, refEntries), types, refs)
	}
	t.Logf("%d runs, %d ended in a trap", runs, traps)
	if runs < count*Entries || traps == 0 || traps == runs {
		t.Error("too little was compared, or only one way to end")
	}
}

var (
	calls  = regexp.MustCompile(`\bf(\d+)\b`)
	marked = regexp.MustCompile(`func @f(\d+)\b`)
)

// handOver gives a func that is moved, and its calls, the console as an argument.
func handOver(text string, moves map[string]bool) string {
	text = marked.ReplaceAllStringFunc(text, func(head string) string {
		name := head[len("func @"):]
		if !moves[name] {
			return head
		}
		return "func F" + name[1:] + " @Console console"
	})
	text = calls.ReplaceAllStringFunc(text, func(name string) string {
		if !moves[name] || strings.Contains(text, "func @"+name) {
			return name
		}
		return name + " console"
	})
	return strings.ReplaceAll(text, "func F", "func f")
}

// split makes a library and a program of a program, and gives the path of the latter. What
// prints is handed the console.
func split(t *testing.T, dir, file, source, rtld string, move cut) string {
	t.Helper()
	tree, errs := syntax.Parse(file, []byte(source))
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(source, "\n")
	moved, moves := map[int]bool{}, map[string]bool{}
	for _, d := range tree.Decls {
		if fn, ok := d.(*syntax.FuncDecl); ok && move(d) {
			moves[fn.Name.Name] = true
		}
	}
	keep := func(own func(line int) bool) string {
		out := make([]string, len(lines))
		for i, text := range lines {
			if own(i + 1) {
				out[i] = handOver(text, moves)
			}
		}
		return strings.Join(out, "\n")
	}
	var iface strings.Builder
	head := func(d syntax.Decl, body *syntax.Block) { // what others see
		last := d.End().Line
		if body != nil {
			last = body.Pos().Line - 1
		}
		iface.WriteString(strings.TrimSpace(keep(func(line int) bool { return d.Pos().Line <= int32(line) && int32(line) <= last })) + "\n")
		if body != nil {
			iface.WriteString("end\n")
		}
	}
	use := "use lib"
	for _, d := range tree.Decls {
		if _, isGiveme := d.(*syntax.GivemeDecl); isGiveme || !move(d) {
			continue
		}
		for line := d.Pos().Line; line <= d.End().Line; line++ {
			moved[int(line)] = true
		}
		switch d := d.(type) {
		case *syntax.ConstDecl:
			use += " " + d.Name.Name
			head(d, nil)
		case *syntax.EnumDecl:
			use += " " + d.Name.Name
			head(d, nil)
		case *syntax.RecordDecl:
			use += " " + d.Name.Name
			head(d, nil)
		case *syntax.FuncDecl:
			use += " " + d.Name.Name
			head(d, d.Body)
		case *syntax.ClassDecl:
			use += " " + d.Name.Name
			iface.WriteString("class " + d.Name.Name + "\n")
			for _, m := range d.Members {
				switch m := m.(type) {
				case *syntax.CtorDecl:
					head(m, m.Body)
				case *syntax.FuncDecl:
					head(m, m.Body)
				}
			}
			iface.WriteString("end\n")
		}
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
	write("main/"+file, program)
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
	return filepath.Join(dir, strings.ToLower(strings.TrimSuffix(file, ".slul")))
}
