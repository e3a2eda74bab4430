package ir

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/tests/golden"
)

// TestPasses runs one pass on each file of testdata/pass; its first line says which.
func TestPasses(t *testing.T) {
	files, _ := filepath.Glob("testdata/pass/*.ir")
	tested := map[string]bool{}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text := readFile(t, path)
			head, _, _ := strings.Cut(text, "\n")
			pass := strings.TrimPrefix(head, "# pass: ")
			tested[pass] = true
			got := afterPass(t, text, pass)
			golden.Compare(t, strings.TrimSuffix(path, ".ir")+".golden", got)
		})
	}
	for _, name := range append(PassNames(), "all") {
		if !tested[name] {
			t.Errorf("pass %s has no file", name)
		}
	}
}

func afterPass(t *testing.T, text, pass string) string {
	t.Helper()
	m, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(m); err != nil {
		t.Fatal(err)
	}
	if pass == "all" {
		err = OptimizeChecked(m, nil)
	} else {
		err = RunPass(m, pass)
	}
	if err == nil {
		err = Verify(m)
	}
	if err != nil {
		t.Fatalf("%v\n%v", err, m)
	}
	return m.String()
}

// TestPassOrder compares the list of passes with the table of what precedes what.
func TestPassOrder(t *testing.T) {
	all := slices.Concat(passes, last)
	first, last := map[string]int{}, map[string]int{}
	for i, p := range all {
		if _, ok := first[p.Name]; !ok {
			first[p.Name] = i
		}
		last[p.Name] = i
	}
	for _, c := range precedes {
		i, ok := first[c.first]
		j, ok2 := last[c.then]
		if !ok || !ok2 {
			t.Errorf("%s or %s is no pass", c.first, c.then)
		} else if i >= j {
			t.Errorf("%s comes behind %s: %s", c.first, c.then, c.why)
		}
	}
}

// TestTables: every op, condition, trap, check and ending has its name, all different.
func TestTables(t *testing.T) {
	tables := map[string][]string{
		"cond": condNames[:], "trap": trapNames[:], "check": checkNames[:], "type": typeNames[:], "end": termNames[:],
	}
	for _, info := range opTable {
		tables["op"] = append(tables["op"], info.name)
	}
	for kind, names := range tables {
		seen := map[string]bool{}
		for i, n := range names {
			if n == "" || seen[n] {
				t.Errorf("%s %d: name %q", kind, i, n)
			}
			seen[n] = true
		}
	}
	if n := int(OpTrapIf) + 1; len(opTable) != n {
		t.Errorf("%d ops in the table, %d declared", len(opTable), n)
	}
	for c := EQ; c <= UGE; c++ {
		for _, p := range [][2]int64{{0, 0}, {-1, 1}, {1, -1}, {5, 4}} {
			x, y := p[0], p[1]
			if c.Holds(W, x, y) == c.Not().Holds(W, x, y) || c.Holds(L, x, y) != c.Swap().Holds(L, y, x) {
				t.Errorf("%v: not or swap is wrong", c)
			}
		}
	}
}
