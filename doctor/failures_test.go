package doctor

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"slul/tests/golden"
)

// notMessages are literals of the loader that begin no complaint.
var notMessages = map[string]string{
	"parts of a line":             "slulrtld: |%: |: slul doctor %|...|0x|%|@%| (for %|, looked in %|:%|, last error &|, which is not in %| (for %)| %| (|…)|, %|: %|\n  needs  %|\n  found  %:",
	"answers to --list, --verify": "%: ok|\tversion %|% at $| for %",
	"of a trace":                  "load: |bind: %: | -> % at $|time: % after # µs|loaded|bound|constructed",
	"names":                       "|PATH=|.so|profile |small|flags |/usr/lib/slul/|/dev/fd/|/proc/self/fd/|$ORIGIN|${ORIGIN}|/dev/null| (deleted)|/usr/lib/slul/x86_64:/usr/lib/slul|words of texts",
}

// tableBytes are in tables of rows, and in no text.
var tableBytes = regexp.MustCompile("[\x01-\x08\x0b-\x1f]|.\n")

// messages are the literals of the loader's source that begin a complaint, an errno written out.
func messages(t *testing.T) []string {
	t.Helper()
	other := map[string]bool{}
	for _, list := range notMessages {
		for s := range strings.SplitSeq(list, "|") {
			other[s] = false
		}
	}
	files, consts := parseLoader(t)
	value := func(e ast.Expr) (string, bool) { return text(e, consts) }
	var list []string
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if id, ok := call.Fun.(*ast.Ident); !ok || id.Name != "lit" {
				return true
			}
			s, ok := value(call.Args[0])
			if !ok || tableBytes.MatchString(s) {
				return false // a variable, or a table of rows
			}
			if _, known := other[s]; known {
				other[s] = true
				return false
			}
			list = append(list, s)
			return false
		})
	}
	for s, used := range other {
		if !used {
			t.Errorf("the loader has no literal %q any more", s)
		}
	}
	slices.Sort(list)
	return expand(t, slices.Compact(list), consts)
}

// expand writes out the errnos.
func expand(t *testing.T, list []string, consts map[string]string) []string {
	t.Helper()
	var errnos []string
	for row := range strings.SplitSeq(strings.TrimSuffix(consts["errnoNames"], "\n"), "\n") {
		errnos = append(errnos, row[1:])
	}
	if len(errnos) < 8 {
		t.Fatalf("errnos: %q", errnos)
	}
	var all []string
	for _, s := range list {
		message, isErrno := strings.CutSuffix(s, ": &")
		switch {
		case message == "must be readable" && isErrno:
			all = append(all, message+": EACCES") // stubFailure asks
		case isErrno:
			for _, e := range errnos {
				all = append(all, message+": "+e)
			}
		default:
			all = append(all, s)
		}
	}
	return all
}

// parseLoader gives the loader's source, and its constants that are strings.
func parseLoader(t *testing.T) (files []*ast.File, consts map[string]string) {
	t.Helper()
	names, err := filepath.Glob("../rtld/*.go")
	if err != nil || len(names) < 20 {
		t.Fatal(names, err)
	}
	consts = map[string]string{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	for range 2 { // one constant may be made of others
		for _, f := range files {
			ast.Inspect(f, func(n ast.Node) bool {
				if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == len(v.Names) {
					for i, id := range v.Names {
						if s, ok := text(v.Values[i], consts); ok {
							consts[id.Name] = s
						}
					}
				}
				return true
			})
		}
	}
	return files, consts
}

// text is the value of a constant string without the NUL at its end.
func text(e ast.Expr, consts map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return strings.TrimSuffix(s, "\x00"), err == nil && e.Kind == token.STRING
	case *ast.Ident:
		s, ok := consts[e.Name]
		return s, ok
	case *ast.BinaryExpr:
		a, ok := text(e.X, consts)
		b, okB := text(e.Y, consts)
		return a + b, ok && okB
	}
	return "", false
}

// Each message of the loader is in exactly one row, and each line of a row is a message; and
// a line as the loader prints it leads to its row, with what is in it.
func TestFailures(t *testing.T) {
	rows := map[string]int{}
	for i, f := range Failures {
		if f.Cause == "" || f.Mend == "" || !slices.Contains(Kinds, f.Kind) {
			t.Errorf("%q: cause, mend or kind is missing", f.Lines)
		}
		for _, line := range f.Lines {
			if at, twice := rows[line]; twice {
				t.Errorf("%q is in rows %d and %d", line, at, i)
			}
			rows[line] = i
		}
	}
	list := messages(t)
	if len(list) < 100 {
		t.Errorf("only %d messages", len(list))
	}
	for _, m := range list {
		row, ok := rows[m]
		if !ok {
			t.Errorf("no row has the loader's message %q", m)
			continue
		}
		delete(rows, m)
		line := strings.NewReplacer("%", "a name", "&", "A word", "#", "12", "$", "0x1f").Replace(m)
		for _, more := range []string{"", ": more", ": slul doctor ./p", ": more: slul doctor /a b"} {
			for _, file := range []string{"./p", "/a: b/c d"} {
				var of []int
				for _, f := range forms() {
					if f.pattern.MatchString("slulrtld: " + file + ": " + line + more) {
						of = append(of, slices.IndexFunc(Failures, func(g Failure) bool { return &g.Lines[0] == &f.of.Lines[0] }))
					}
				}
				if !slices.Equal(of, []int{row}) {
					t.Errorf("%q%s is in rows %v, want %d", line, more, of, row)
				}
				f, h := hear("slulrtld: " + file + ": " + line + more + "\n")
				if f == nil || h.file != file || strings.Contains(h.line, "slul doctor") || len(h.names) != strings.Count(m, "%") {
					t.Errorf("%q%s: %+v", line, more, h)
				}
			}
		}
	}
	for line := range rows {
		t.Errorf("the loader has no message %q", line)
	}
	golden.Section(t, "../docs/failures.md", "loader", page())
}

// What the pages quote of the loader is what it says.
func TestQuoted(t *testing.T) {
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil || len(pages) < 10 {
		t.Fatal(pages, err)
	}
	quoted := map[string]*regexp.Regexp{"../deploy/man/slulrtld.8": regexp.MustCompile(`(?m)^\.It ([a-z/][^\n]* [^\n]*)$`)}
	for _, page := range append(pages, "../README.md") {
		quoted[page] = regexp.MustCompile("(?m)(?:`|^    )slulrtld: [./A-Za-z]+: ([^`\n]+?)(?:: slul doctor [.A-Za-z/]+)?(?:`|$)")
	}
	n := 0
	for page, pattern := range quoted {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pattern.FindAllStringSubmatch(string(b), -1) {
			if strings.HasPrefix(m[1], "WHAT: ") || strings.HasPrefix(m[1], "MESSAGE") || page == "../deploy/man/slulrtld.8" && strings.HasPrefix(m[1], "\\") {
				continue
			}
			n++
			f, _ := hear("slulrtld: FILE: " + m[1])
			begins := func(f Failure) bool {
				return slices.ContainsFunc(f.Lines, func(line string) bool { return strings.HasPrefix(line, m[1]) })
			}
			if f == nil && !slices.ContainsFunc(Failures, begins) {
				t.Errorf("%s: the loader does not say %q", page, m[1])
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d quotations", n)
	}
}

// page is the part of docs/failures.md about the loader.
func page() string {
	var b strings.Builder
	for _, kind := range Kinds {
		b.WriteString("### " + string(kind) + "\n\n" + golden.Row("message", "cause", "type") + golden.Row("---", "---", "---"))
		for _, f := range Failures {
			if f.Kind == kind {
				b.WriteString(golden.Row("`"+strings.Join(f.Lines, "`<br>`")+"`", f.Cause, f.Mend))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
