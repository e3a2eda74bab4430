package ir_test

import (
	"os"
	"path/filepath"
	"testing"

	"slul/compiler/check"
	"slul/compiler/ir"
	"slul/compiler/syntax"
	"slul/tests/samples"
)

// FuzzBuild: whatever check accepts is lowered, and passes leave it well formed.
func FuzzBuild(f *testing.F) {
	for _, pattern := range []string{"testdata/*/*.slul", "../../examples/*/*.slul", "../../examples/tools/*/*.slul"} {
		files, _ := filepath.Glob(pattern)
		for _, path := range files {
			b, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(b))
		}
	}
	for _, s := range samples.All(f) {
		f.Add(s.Source)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, errs := syntax.Parse("Fuzz.slul", []byte(text))
		if errs.Err() != nil {
			return
		}
		info, errs := check.Check(coreFiles(t), []*syntax.File{file})
		if errs.Err() != nil {
			return
		}
		m, err := ir.Build(info, "x86_64")
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if err := ir.Verify(m); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if err := ir.OptimizeChecked(m, nil); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	})
}
