package memory

import (
	"os/exec"
	"testing"

	"slul/tests/need"
)

func TestRoutines(t *testing.T) {
	need.Tool(t, "gcc")
	path, err := Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(path, "check").CombinedOutput(); err != nil || string(out) != "ok\n" {
		t.Errorf("%v: %s", err, out)
	}
}

func TestMeasure(t *testing.T) {
	need.Tool(t, "gcc")
	rows, err := Measure([]int{16, 4096}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 8 {
		t.Errorf("%d rows", len(rows))
	}
	for _, r := range rows {
		if r.Ours <= 0 || r.Libc <= 0 || r.Ratio <= 0 {
			t.Errorf("%+v", r)
		}
	}
}
