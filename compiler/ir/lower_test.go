package ir_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"slul/compiler/ir"
	"slul/compiler/ir/irtest"
	"slul/tests/golden"
	"slul/tests/samples"
)

// TestRun runs each sample as it comes from lowering, and optimised.
func TestRun(t *testing.T) {
	for _, s := range samples.All(t) {
		for i, r := range s.Runs {
			t.Run(s.File+"/"+strconv.Itoa(i), func(t *testing.T) {
				for _, optimise := range []bool{false, true} {
					m := build(t, s.File, s.Source, optimise)
					if got := run(t, m, r.Args...); got != r.Outcome {
						t.Errorf("optimised %v\ngot  %+v\nwant %+v", optimise, got, r.Outcome)
					}
				}
			})
		}
	}
}

// TestLower compares what becomes of the program's own funcs with goldens: as they come
// from lowering, and optimised.
func TestLower(t *testing.T) {
	files, _ := filepath.Glob("testdata/lower/*.slul")
	if len(files) == 0 {
		t.Fatal("no programs")
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, optimise := range []bool{false, true} {
				if optimise {
					got += "# optimised\n\n"
				}
				got += ownFuncs(build(t, filepath.Base(path), string(text), optimise))
			}
			golden.Compare(t, strings.TrimSuffix(path, ".slul")+".golden", got)
		})
	}
}

// ownFuncs prints the program's own funcs, with nothing in it that depends on the source
// of core: strings with their text, and places in the program's file alone.
func ownFuncs(m *ir.Module) (text string) {
	var names []string
	for _, d := range m.Data {
		if !strings.HasPrefix(d.Name, "str.") {
			continue
		}
		names = append(names, d.Name+"\n", strconv.QuoteToASCII(string(d.Bytes[8:len(d.Bytes)-1]))+"\n")
	}
	own := strings.TrimSuffix(filepath.Base(m.Files[len(m.Files)-1]), ".slul")
	place := fmt.Sprintf("@%d:", len(m.Files)-1)
	for _, f := range m.Funcs {
		if !strings.HasPrefix(f.Name, own+".") {
			continue
		}
		for line := range strings.Lines(strings.NewReplacer(names...).Replace(f.String())) {
			if !strings.HasPrefix(line, "  @") || strings.Contains(line, place) {
				text += strings.Replace(line, place, "@0:", 1)
			}
		}
		text += "\n"
	}
	return text
}

// TestWhole: lowering gives the same on every run, and every name in it is defined.
func TestWhole(t *testing.T) {
	files, _ := filepath.Glob("testdata/*/*.slul")
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := "T" + filepath.Base(path)
		m := build(t, name, string(text), true)
		if again := build(t, name, string(text), true); again.String() != m.String() {
			t.Errorf("%s: not the same twice", path)
		}
		defined := map[string]bool{}
		for _, d := range m.Data {
			defined[d.Name] = true
		}
		for _, f := range m.Funcs {
			defined[f.Name] = true
		}
		for _, name := range ir.Routines {
			defined[name] = true
		}
		for _, f := range m.Funcs {
			for _, b := range f.Blocks {
				for _, v := range b.Values {
					if v.Sym != "" && !defined[v.Sym] || v.Trap != ir.TrapNone && !defined[f.TrapSym] {
						t.Errorf("%s: %s: %v names what is not there", path, f.Name, v)
					}
				}
			}
		}
	}
}

// TestArch: a match on UNSAFE_arch takes the arm of the CPU that is compiled for.
func TestArch(t *testing.T) {
	info := facts(t, "Hello.slul", "service CommandMain \"h\"\nentry main\ncode\nend\n")
	numbers := map[string]int64{"x86_64": 1, "arm64": 64}
	for arch, want := range numbers {
		m, err := ir.Build(info, arch)
		if err != nil {
			t.Fatal(err)
		}
		f := m.FindFunc("core.sys_write")
		for _, v := range f.Blocks[0].Values {
			if v.Op == ir.OpSyscall && v.Args[0].Imm != want {
				t.Errorf("%s: write is system call %d, want %d", arch, v.Args[0].Imm, want)
			}
		}
	}
	if _, err := ir.Build(info, "pdp11"); err == nil || !strings.Contains(err.Error(), "no case for pdp11") {
		t.Errorf("an unknown CPU: %v", err)
	}
}

// manyStatements is one func of n times the same few branches and loops.
func manyStatements(n int) string {
	return "service CommandMain \"many\"\ngiveme\n    Args args\nend\nentry main\ncode\n    int !a = args.length\n    int !b = 1\n" +
		strings.Repeat("    if a > b and a < 100 or b == 7\n        a += b\n    else\n        b = a / 3 + b mod 5\n    end\n"+
			"    while a < 3\n        a += 1\n        break if b == 2\n    end\n", n) + "end\n"
}

// The time per byte of source must not grow with the size of the func.
func BenchmarkBuildOptimize(b *testing.B) {
	for _, n := range []int{10, 1000} {
		text := manyStatements(n)
		info := facts(b, "Many.slul", text)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				m, err := ir.Build(info, "x86_64")
				if err != nil {
					b.Fatal(err)
				}
				ir.Optimize(m)
			}
		})
	}
}

// BenchmarkPass runs each pass on a large random module, again and again: what it finds
// to do is done after the first time, the looking remains.
func BenchmarkPass(b *testing.B) {
	for _, name := range ir.PassNames() {
		b.Run(name, func(b *testing.B) {
			m := irtest.Random(7, 5000)
			for b.Loop() {
				if err := ir.RunPass(m, name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
