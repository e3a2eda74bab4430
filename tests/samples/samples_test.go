package samples

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"slul/compiler"
	"slul/rtld/image"
)

// TestRun builds each program and runs it through stub and loader.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	loader, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	rtld := filepath.Join(dir, "rtld")
	if err := os.WriteFile(rtld, loader, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, s := range All(t) {
		src := filepath.Join(dir, s.File)
		if err := os.WriteFile(src, []byte(s.Source), 0o644); err != nil {
			t.Fatal(err)
		}
		built, err := compiler.Build(src, compiler.Options{Rtld: rtld, Warnings: &bytes.Buffer{}})
		if err != nil {
			t.Errorf("%s: %v", s.File, err)
			continue
		}
		prog := filepath.Join(dir, "program-"+s.File)
		if err := os.WriteFile(prog, built.File, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Runs {
			cmd := exec.Command(prog, r.Args...)
			cmd.Args = slices.Concat([]string{"program"}, r.Args)
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			var exit *exec.ExitError
			if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if got := (Outcome{out.String(), errs.String(), cmd.ProcessState.ExitCode()}); got != r.Outcome {
				t.Errorf("%s %q:\ngot  %+v\nwant %+v", s.File, r.Args, got, r.Outcome)
			}
		}
	}
}
