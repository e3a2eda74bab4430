package random

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"slul/compiler"
	"slul/rtld/image"
)

var (
	programs = flag.Int("programs", 25, "how many random programs are compiled and run")
	seed     = flag.Uint64("seed", 1, "seed of the first")
)

// TestRandom compiles programs and runs each of their entries through stub and loader.
func TestRandom(t *testing.T) {
	dir := t.TempDir()
	loader, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	rtld := filepath.Join(dir, "rtld")
	if err := os.WriteFile(rtld, loader, 0o755); err != nil {
		t.Fatal(err)
	}
	runs, traps := 0, 0
	for n := range uint64(*programs) {
		p := New(*seed + n)
		src := filepath.Join(dir, "Random.slul")
		if err := os.WriteFile(src, []byte(p.Source), 0o644); err != nil {
			t.Fatal(err)
		}
		var warnings bytes.Buffer
		built, err := compiler.Build(src, compiler.Options{Rtld: rtld, Warnings: &warnings})
		if err != nil {
			t.Errorf("seed %d is refused: %v\n%s", *seed+n, err, p.Source)
			continue
		}
		prog := filepath.Join(dir, "random")
		os.Remove(prog)
		if err := os.WriteFile(prog, built.File, 0o755); err != nil {
			t.Fatal(err)
		}
		for entry := range Entries {
			for k := range Runs {
				want, ok := p.Run(entry, k)
				if !ok {
					continue
				}
				args := p.Args(entry, k)
				if got := execute(t, prog, args); got != want {
					t.Errorf("seed %d %q: got %+v\nwant %+v\n%s", *seed+n, args, got, want, p.Source)
				}
				runs++
				traps += want.Status / 70
			}
		}
	}
	t.Logf("%d runs, %d ended in a trap", runs, traps)
	if runs == 0 || traps == runs || traps == 0 {
		t.Error("nothing was compared, or only one way to end")
	}
}

func execute(t *testing.T, prog string, args []string) Outcome {
	t.Helper()
	cmd := exec.Command(prog, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return Outcome{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}
