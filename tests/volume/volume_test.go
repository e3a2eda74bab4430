package volume

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slul/compiler"
	"slul/tests/built"
	"slul/tests/need"
)

// TestSame: the program prints the same in each language.
func TestSame(t *testing.T) {
	const units = 60
	chain := built.New(t)
	path, err := chain.Program(t, Languages[0].File, Languages[0].Source(units))
	if err != nil {
		t.Fatal(err)
	}
	want, _, status := built.Run(t, path)
	if status != 0 || want == "" {
		t.Fatalf("%q %d", want, status)
	}
	for _, l := range Languages[1:] {
		tool := map[string]string{"c": "gcc", "go": "go"}[l.Name]
		need.Tool(t, tool)
		dir := t.TempDir()
		source, program := filepath.Join(dir, l.File), filepath.Join(dir, "program")
		if err := os.WriteFile(source, []byte(l.Source(units)), 0o644); err != nil {
			t.Fatal(err)
		}
		args := []string{"-o", program, source}
		if tool == "go" {
			args = append([]string{"build"}, args...)
		}
		if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if got, _, _ := built.Run(t, program); got != want {
			t.Errorf("%s prints %q, slul %q", l.Name, got, want)
		}
	}
}

// TestLinear: ten times as much source takes about ten times as long, in many funcs and
// in one. The smaller one is large enough that what core costs does not count.
func TestLinear(t *testing.T) {
	const most = 16 // 10, and what the machine does besides
	units := Units(5000)
	for _, c := range []struct {
		name         string
		small, large string
	}{
		{"funcs", Languages[0].Source(units), Languages[0].Source(10 * units)},
		{"statements", Prints(3000), Prints(30000)},
	} {
		small, large := build(t, c.small), build(t, c.large)
		t.Logf("%s: %v for %d lines, %v for %d", c.name, small, strings.Count(c.small, "\n"), large, strings.Count(c.large, "\n"))
		if large > most*small {
			t.Errorf("%s: %v, then %v for ten times as much", c.name, small, large)
		}
	}
}

// build gives the shortest of three times.
func build(t *testing.T, source string) time.Duration {
	t.Helper()
	path := filepath.Join(t.TempDir(), "Volume.slul")
	if err := os.WriteFile(path, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	best := time.Hour
	for range 3 {
		start := time.Now()
		if _, err := compiler.Build(path, compiler.Options{}); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	return best
}

func BenchmarkBuild(b *testing.B) {
	for _, c := range []struct{ name, source string }{
		{"funcs", Languages[0].Source(Units(100_000))},
		{"statements", Prints(40_000)},
		{"blocks", Blocks(20_000)},
	} {
		path := filepath.Join(b.TempDir(), "Volume.slul")
		if err := os.WriteFile(path, []byte(c.source), 0o644); err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := compiler.Build(path, compiler.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(strings.Count(c.source, "\n")*b.N)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}
