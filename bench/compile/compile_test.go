package compile

import (
	"path/filepath"
	"strings"
	"testing"

	"slul/bench/measure"
	"slul/tests/built"
	"slul/tests/need"
)

// Every compiler that is here compiles the smallest programs.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	if err := built.Command("../..", dir); err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.TempDir(), Options{Options: measure.Options{Rounds: 1}, Slul: filepath.Join(dir, "slul"), Max: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range r.Rows {
		if row.Median <= 0 || row.Work < 50 || row.Work > 200 || row.Rate() <= 0 {
			t.Errorf("%+v", row)
		}
	}
	if len(r.Rows)+len(r.Skipped) != len(compilers) {
		t.Errorf("%d rows, %d skipped", len(r.Rows), len(r.Skipped))
	}
	if len(r.Skipped) > 0 {
		need.Missing(t, "%s", strings.Join(r.Skipped, "\n"))
	}
}

// A compiler that refuses is an error with what it says.
func TestTry(t *testing.T) {
	p := measure.Program{Name: "sh", Path: need.Tool(t, "sh"), Args: []string{"-c", "echo no such program; exit 3"}}
	if err := try(p); err == nil || err.Error() != "sh: exit status 3: no such program" {
		t.Errorf("error %v", err)
	}
}
