package random

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"slul/compiler"
	"slul/compiler/syntax"
	"slul/tests/built"
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
	var n tally
	compare := func(name, source string, move cut, args [][]string) {
		info, err := facts(name, source)
		if err != nil {
			t.Fatal(err)
		}
		f := file{info: info, paths: []string{split(t, name, source, move)}, name: name}
		for _, args := range args {
			f.compare(t, &n, source, args...)
		}
	}
	for i := range uint64(count) {
		seed := *seed + 1000 + i
		p := New(seed)
		var numbers, refs [][]string
		for entry := range Entries {
			numbers = append(numbers, p.Args(entry, int(i)%Runs))
		}
		for entry := range refEntries {
			refs = append(refs, refArgs(entry, seed))
		}
		compare("Random.slul", p.Source, everything, numbers)
		compare("Refs.slul", NewRefs(seed, refEntries), everything, refs)
		compare("Refs.slul", NewRefs(seed, refEntries), types, refs)
	}
	runs, traps := n.runs.Load(), n.traps.Load()
	t.Logf("%d runs, %d ended in a trap", runs, traps)
	if runs < int64(count*Entries) || traps == 0 || traps == runs {
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
func split(t *testing.T, file, source string, move cut) string {
	t.Helper()
	k := built.NewModules(t)
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
	k.Library("lib", iface.String(), keep(func(line int) bool { return moved[line] }))
	k.Write("main/"+file, []byte(program), 0o644)
	return k.Build("main", compiler.Options{})
}
