package volume

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

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

// TestLinear: ten times as much source takes not much more than ten times the memory, in many funcs
// and in one; BenchmarkBuild and `slul bench compile` have the times. The smaller one is large enough that what
// core needs does not count.
func TestLinear(t *testing.T) {
	const most = 25 // 10, with slices that are copied as they grow; a quadratic part would make it a hundred
	units := Units(5000)
	for _, c := range []struct {
		name         string
		small, large string
	}{
		{"funcs", Languages[0].Source(units), Languages[0].Source(10 * units)},
		{"statements", Prints(3000), Prints(30000)},
	} {
		small, large := allocated(t, c.small), allocated(t, c.large)
		t.Logf("%s: %d bytes for %d lines, %d for %d", c.name, small, strings.Count(c.small, "\n"), large, strings.Count(c.large, "\n"))
		if large > most*small {
			t.Errorf("%s: %d bytes, then %d for ten times as much", c.name, small, large)
		}
	}
}

// allocated gives the bytes that a build allocates, all together.
func allocated(t *testing.T, source string) uint64 {
	t.Helper()
	path := filepath.Join(t.TempDir(), "Volume.slul")
	if err := os.WriteFile(path, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := compiler.Build(path, compiler.Options{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
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
