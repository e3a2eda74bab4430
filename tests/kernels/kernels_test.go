// Package kernels holds small programs that compute, each in SLUL and in C: both say the
// same, and a benchmark tells how their times compare.
//
//	go test ./tests/kernels -bench . -benchtime 5x
package kernels

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slul/tests/built"
	"slul/tests/need"
)

// names are the kernels.
func names(t testing.TB) (list []string) {
	t.Helper()
	files, _ := filepath.Glob("testdata/*.slul")
	for _, f := range files {
		list = append(list, strings.TrimSuffix(filepath.Base(f), ".slul"))
	}
	if len(list) < 8 {
		t.Fatalf("only %d kernels", len(list))
	}
	return list
}

// programs builds both forms of a kernel.
func programs(t testing.TB, chain *built.Chain, name string) (slul, c string) {
	t.Helper()
	source, err := os.ReadFile("testdata/" + name + ".slul")
	if err != nil {
		t.Fatal(err)
	}
	slul, err = chain.Program(t, strings.ToUpper(name[:1])+name[1:]+".slul", string(source))
	if err != nil {
		t.Fatal(err)
	}
	c = filepath.Join(t.TempDir(), name)
	out, err := exec.Command(need.Tool(t, "gcc"), "-O1", "-o", c, "testdata/"+name+".c").CombinedOutput()
	if err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	return slul, c
}

func TestSame(t *testing.T) {
	chain := built.New(t)
	for _, name := range names(t) {
		slul, c := programs(t, chain, name)
		got, errs, status := built.Run(t, slul)
		want, _, _ := built.Run(t, c)
		if got != want || errs != "" || status != 0 || want == "" {
			t.Errorf("%s: %q %q %d, in C %q", name, got, errs, status, want)
		}
	}
}

func BenchmarkKernel(b *testing.B) {
	chain := built.New(b)
	for _, name := range names(b) {
		slul, c := programs(b, chain, name)
		for _, form := range []struct{ name, path string }{{"slul", slul}, {"gcc-O1", c}} {
			b.Run(name+"/"+form.name, func(b *testing.B) {
				for b.Loop() {
					built.Run(b, form.path)
				}
			})
		}
	}
}
