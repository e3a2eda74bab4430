package amd64

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slul/compiler/ir"
	"slul/tests/golden"
)

// parse reads and verifies IR text.
func parse(t testing.TB, text string) *ir.Module {
	t.Helper()
	m, err := ir.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := ir.Verify(m); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestGolden compares the text of all stages, for each function of testdata/*.ir.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.ir")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".ir"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := dumped(t, parse(t, string(text)), &CPU)
			golden.Compare(t, strings.TrimSuffix(file, ".ir")+".golden", got)
			if again := dumped(t, parse(t, string(text)), &CPU); again != got {
				t.Error("not the same twice")
			}
		})
	}
}

// TestNoMemory: the loops of these functions work in registers alone.
func TestNoMemory(t *testing.T) {
	for _, file := range []string{"ten_variables", "phi_circle", "countdown"} {
		text, err := os.ReadFile("testdata/" + file + ".ir")
		if file == "countdown" {
			text, err = os.ReadFile("testdata/compare.ir")
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range parse(t, string(text)).Funcs {
			if f.Name == "is_blank" { // reads memory because it says so
				continue
			}
			_, err := compile(f, &CPU, func(stage, s string) {
				if stage == "alloc" && strings.Contains(s, "[") && strings.Contains(s, "spill") {
					t.Errorf("%s: a value is in memory\n%s", f.Name, s)
				}
				if stage == "emit" && strings.Contains(s, "ptr [") {
					t.Errorf("%s: memory is used\n%s", f.Name, s)
				}
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
}
