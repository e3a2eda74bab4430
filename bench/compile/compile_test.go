package compile

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slul/bench/measure"
	"slul/tests/need"
)

// Every compiler that is here compiles the smallest programs.
func TestRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slul")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "slul/cmd/slul").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r, err := Run(t.TempDir(), Options{Options: measure.Options{Rounds: 1}, Slul: path, Max: 100})
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
