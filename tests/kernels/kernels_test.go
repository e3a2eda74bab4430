package kernels

import (
	"slices"
	"testing"

	"slul/tests/built"
	"slul/tests/need"
)

// TestSame: all forms of a kernel print the same.
func TestSame(t *testing.T) {
	names := Names()
	if len(names) < 15 {
		t.Fatalf("only %d kernels", len(names))
	}
	dir := t.TempDir()
	if err := Prepare(dir); err != nil {
		t.Fatal(err)
	}
	for _, f := range Forms {
		if f.tool != "" {
			need.Tool(t, f.tool)
		}
	}
	for _, kernel := range names {
		want := ""
		for _, f := range Forms {
			if !f.Has(kernel) {
				if slices.Contains(Standard, kernel) {
					t.Errorf("%s: there is no %s", kernel, f.ext)
				}
				continue
			}
			if f.Name != "slul" && f.Name != Base && !slices.Contains(Standard, kernel) {
				continue // twice is enough
			}
			path, err := f.Build(dir, kernel)
			if err != nil {
				t.Fatal(err)
			}
			got, errs, status := built.Run(t, path)
			if want == "" {
				want = got
			}
			if got != want || errs != "" || status != 0 || got == "" {
				t.Errorf("%s as %s: %q %q %d, expected %q", kernel, f.Name, got, errs, status, want)
			}
		}
	}
	for _, kernel := range Standard {
		if !slices.Contains(names, kernel) {
			t.Errorf("no kernel is called %s", kernel)
		}
	}
}

func BenchmarkKernel(b *testing.B) {
	dir := b.TempDir()
	if err := Prepare(dir); err != nil {
		b.Fatal(err)
	}
	for _, kernel := range Names() {
		for _, f := range Forms {
			if !f.Has(kernel) || !f.IsHere() {
				continue
			}
			path, err := f.Build(dir, kernel)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(kernel+"/"+f.Name, func(b *testing.B) {
				for b.Loop() {
					built.Run(b, path)
				}
			})
		}
	}
}
