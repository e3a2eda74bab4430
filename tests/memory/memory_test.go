package memory

import (
	"os/exec"
	"strings"
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

// TestCPU has QEMU be CPUs that have less, and the routines find out: bit 1 is AVX2, bit 2 that
// rep stosb is fast.
func TestCPU(t *testing.T) {
	need.Tool(t, "gcc")
	qemu := need.Tool(t, "qemu-x86_64")
	path, err := Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for cpu, want := range map[string]string{
		"core2duo":              "1",
		"Nehalem":               "1",
		"SandyBridge":           "1",
		"max":                   "7",
		"max,-erms":             "3",
		"max,-avx2":             "5",
		"max,-avx,-avx2":        "1",
		"max,-xsave":            "1", // the kernel saves no ymm
		"max,-avx2,-erms,-fsrm": "1",
	} {
		out, err := exec.Command(qemu, "-cpu", cpu, path, "cpu").Output()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%s: %q, expected %q (%v)", cpu, got, want, err)
		}
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
