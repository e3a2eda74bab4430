package volume

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
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

// TestLinear: ten times as much source takes about ten times the memory and allocations, in many
// funcs and in one, optimised or not; BenchmarkBuild and `slul bench compile` have the times. What the
// smallest program needs, which is that of core, is taken off.
func TestLinear(t *testing.T) {
	// In one func there are sets of a bit for each block and value that lives in several: a quadratic
	// part, but a small one.
	units := Units(5000)
	for _, c := range []struct {
		name               string
		none, small, large string
		most               float64 // 10, with slices that are copied as they grow, which is the more the less else there is
	}{
		{"funcs", Languages[0].Source(1), Languages[0].Source(units), Languages[0].Source(10 * units), 12},
		{"statements", Prints(1), Prints(2000), Prints(20000), 18},
		{"blocks", Blocks(12), Blocks(1200), Blocks(12000), 22},
		{"enum", Enum(1), Enum(1500), Enum(15000), 15},
	} {
		for _, plain := range []bool{false, true} {
			o := compiler.Options{Plain: plain}
			none := allocated(t, c.none, o)
			small, large := allocated(t, c.small, o).less(none), allocated(t, c.large, o).less(none)
			size, objects := large.bytes/small.bytes, large.objects/small.objects
			t.Logf("%s, plain %v: %.0f bytes in %.0f objects for %d lines; for %d %.2f times the bytes, %.2f the objects", c.name, plain,
				small.bytes, small.objects, strings.Count(c.small, "\n"), strings.Count(c.large, "\n"), size, objects)
			if size > c.most || objects > c.most {
				t.Errorf("%s, plain %v: %.2f times the bytes, %.2f times the objects for ten times as much", c.name, plain, size, objects)
			}
		}
	}
}

// TestParallel: the file is the same on one CPU and on four.
func TestParallel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Volume.slul")
	for _, source := range []string{Languages[0].Source(Units(3000)), Prints(300), Blocks(600)} {
		if err := os.WriteFile(path, []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, plain := range []bool{false, true} {
			build := func(cpus int) []byte {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cpus))
				p, err := compiler.Build(path, compiler.Options{Plain: plain})
				if err != nil {
					t.Fatal(err)
				}
				return p.File
			}
			one := build(1)
			for range 3 {
				if !bytes.Equal(build(4), one) {
					t.Errorf("plain %v: four CPUs make another file", plain)
				}
			}
		}
	}
}

// memory is what was allocated, all together.
type memory struct{ bytes, objects float64 }

func (m memory) less(n memory) memory { return memory{m.bytes - n.bytes, m.objects - n.objects} }

// allocated gives what a build allocates. The second build is counted: the first leaves memory
// that the compiler uses again, unless the collector takes it, which has to wait.
func allocated(t *testing.T, source string, o compiler.Options) memory {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	path := filepath.Join(t.TempDir(), "Volume.slul")
	if err := os.WriteFile(path, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	for range 2 {
		runtime.ReadMemStats(&before)
		if _, err := compiler.Build(path, o); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
	}
	return memory{float64(after.TotalAlloc - before.TotalAlloc), float64(after.Mallocs - before.Mallocs)}
}

func BenchmarkBuild(b *testing.B) {
	for _, c := range []struct{ name, source string }{
		{"funcs", Languages[0].Source(Units(100_000))},
		{"statements", Prints(40_000)},
		{"blocks", Blocks(20_000)},
		{"enum", Enum(20_000)},
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
