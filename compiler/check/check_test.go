package check_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slul/compiler/check"
	"slul/compiler/core"
	"slul/compiler/syntax"
	"slul/compiler/syntax/marktest"
	"slul/tests/golden"
)

// coreFiles parses the core library.
func coreFiles(t testing.TB) (files []*syntax.File) {
	t.Helper()
	for _, s := range core.Sources() {
		f, errs := syntax.Parse(s.Name, s.Text)
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// parse parses a program without mistakes.
func parse(t testing.TB, name, src string) *syntax.File {
	t.Helper()
	f, errs := syntax.Parse(name, []byte(src))
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestFail checks programs that each break one rule; the file's name says which. The
// marks in them say what is reported where, and nothing else may be.
func TestFail(t *testing.T) {
	marktest.Dir(t, 150, func(t *testing.T, name string, src []byte) syntax.Errors {
		_, errs := check.Check(coreFiles(t), []*syntax.File{parse(t, name, string(src))})
		return errs
	})
}

// TestCore: the core library has no mistakes, also without a program.
func TestCore(t *testing.T) {
	_, errs := check.Check(coreFiles(t), nil)
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
}

// TestExamples: the examples have neither mistakes nor warnings.
func TestExamples(t *testing.T) {
	dirs, _ := filepath.Glob("../../examples/tools/*")
	simple, _ := filepath.Glob("../../examples/*")
	programs := 0
	for _, dir := range append(dirs, simple...) {
		names, _ := filepath.Glob(dir + "/*.slul")
		var files []*syntax.File
		for _, name := range names {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, parse(t, name, string(src)))
		}
		if files == nil {
			continue // the folder of folders
		}
		programs++
		info, errs := check.Check(coreFiles(t), files)
		if err := append(errs, info.Warnings...).Err(); err != nil {
			t.Error(err)
		}
	}
	if programs < 20 {
		t.Errorf("only %d examples", programs)
	}
}

// program puts declarations and statements of main into a whole program.
func program(decls, body string) string {
	return "service CommandMain \"t\"\ngiveme\n    Args args\n    @Console console\nend\n" + decls +
		"\nentry main\ncode\nfor a in args\nconsole.print \"{}\" a\nend\n" + body + "\nend\n"
}

// TestWarnings: what is allowed but hardly meant.
func TestWarnings(t *testing.T) {
	for _, c := range []struct{ decls, body, want string }{
		{"", "int x = 1", "`x` is never used"},
		{"", "int !x = 1\nconsole.print \"{}\" x", "`x` is never assigned again"},
		{"func f int a\ncode\nend", "f 1", "`a` is never used"},
		{"", "return\nreturn", "this is never reached"},
		{"func f\ncode\n    f\nend", "", "`f` is never called"},
		{"const int k = 1", "", "`k` is never used"},
		{"class A\n    fields\n        int n = 0\n    end\n    func !f\n    code\n        n = 1\n    end\nend", "!A a = new\na.f", "`n` is never read"},
		{"", "while true\nend\nreturn", "this is never reached"},
		{"func f returns int\ncode\n    return 1\nend", "f", "the result of this call is not used"},
		{"", "for i in 0..3\nend", ""},
		{"func f returns int\ncode\n    while true\n    end\nend", "int x = f\nassert x == 1", ""},
		{"", "int x = args[0].parse_int\non error\n    return\nend\nassert x == 1", ""},
	} {
		info, errs := check.Check(coreFiles(t), []*syntax.File{parse(t, "T.slul", program(c.decls, c.body))})
		if err := errs.Err(); err != nil {
			t.Errorf("%q: %v", c.body, err)
			continue
		}
		got := info.Warnings.Error()
		if c.want == "" && got != "" || !strings.Contains(got, c.want) || len(info.Warnings) > 1 {
			t.Errorf("%q: warnings %q, want %q", c.body, got, c.want)
		}
	}
}

// TestDump compares facts with their goldens.
func TestDump(t *testing.T) {
	files, _ := filepath.Glob("testdata/types/*.slul")
	if len(files) == 0 {
		t.Fatal("no files in testdata/types")
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		info, errs := check.Check(coreFiles(t), []*syntax.File{parse(t, name, string(src))})
		if err := errs.Err(); err != nil {
			t.Error(err)
			continue
		}
		golden.Compare(t, strings.TrimSuffix(name, ".slul")+".types", check.Dump(info))
	}
}

// TestDeterminism: two runs give the same facts and the same mistakes.
func TestDeterminism(t *testing.T) {
	files, _ := filepath.Glob("testdata/[ft]*/*.slul") // fail, types
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var seen [2]string
		for i := range seen {
			info, errs := check.Check(coreFiles(t), []*syntax.File{parse(t, name, string(src))})
			seen[i] = errs.Error() + "\n" + info.Warnings.Error() + "\n" + check.Dump(info)
		}
		if seen[0] != seen[1] {
			t.Errorf("%s: differs from run to run", name)
		}
	}
}

// TestLarge: an expression as deep as the parser lets through, and many mistakes.
func TestLarge(t *testing.T) {
	deep := "int x = " + strings.Repeat("(1"+strings.Repeat(" + 1", 38)+" + ", 240) + "1" + strings.Repeat(")", 240)
	_, errs := check.Check(coreFiles(t), []*syntax.File{parse(t, "T.slul", program("", deep))})
	if err := errs.Err(); err != nil {
		t.Errorf("%.300v", err)
	}
	const n = 10000
	_, errs = check.Check(coreFiles(t), []*syntax.File{parse(t, "T.slul", program("", strings.Repeat("unknown 1\n", n)))})
	if len(errs) != n {
		t.Errorf("%d mistakes, want %d", len(errs), n)
	}
}

// TestUnsafe: rules of the files that hold the runtime.
func TestUnsafe(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"UNSAFE_addr a = UNSAFE_addr_of 1", "needs a reference, saw int"},
		{"UNSAFE_addr a = (UNSAFE_ref 1) + 1", "nothing here says what `UNSAFE_ref` refers to"},
		{"STRING s = UNSAFE_ref (UNSAFE_arena + 8)\n    put UNSAFE_arena s", ""},
		{"UNSAFE_addr a = UNSAFE_load8", "`UNSAFE_load8` needs 1 argument"},
		{"UNSAFE_syscall 1 2 3 4 5 6 7 8", "takes 7 arguments"},
		{"UNSAFE_store8 1 \"x\"", "must be a wuint64, saw string"},
		{"MATCH UNSAFE_arch\n    CASE .arm64\n    END", "`.x86_64` missing"},
		{"MATCH UNSAFE_arch\n    CASE .riscv64\n    ELSE\n    END", "UNSAFE_arch has no value `riscv64`"},
		{"WUINT64 a = UNSAFE_syscall 1 (-1)\n    UNSAFE_trap (low_32 a)", ""},
		{"WUINT32 a = UNSAFE_load32 8", "must be a wuint32, saw wuint64"},
		{"UNSAFE_lod8 1", "did you mean `UNSAFE_load8`?"},
	} {
		src := "FUNC f_of_test\nCODE\n    " + c.body + "\nEND\n"
		_, errs := check.Check(append(coreFiles(t), parse(t, "test.slunsafe", src)), nil)
		if got := errs.Error(); c.want == "" && got != "" || !strings.Contains(got, c.want) || len(errs) > 1 {
			t.Errorf("%s: got %q, want %q", c.body, got, c.want)
		}
	}
}
