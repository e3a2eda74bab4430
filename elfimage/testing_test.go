package elfimage

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// need skips when a tool is missing, except in .ci/run, which installs all of them.
func need(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err == nil {
			continue
		} else if os.Getenv("SLUL_TEST_ALL") != "" {
			t.Fatal(err)
		} else {
			t.Skipf("SKIPPED, NOT TESTED: %v", err)
		}
	}
}

// quiet runs a tool that must succeed, say nothing on its standard error, and warn
// of nothing.
func quiet(t *testing.T, tool string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(tool, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 || strings.Contains(strings.ToLower(out.String()), "warning") {
		t.Errorf("%s %s: %v\n%s", tool, strings.Join(args, " "), err, errs.String())
	}
	return out.String()
}

// golden compares text with testdata/name, which -update rewrites.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s differs (go test -update rewrites it):\n%s", path, text)
	}
}

// write puts a file where the kernel and tools find it.
func write(t *testing.T, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := WriteFile(path, b, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustBytes(t testing.TB, im *Image) []byte {
	t.Helper()
	b, err := im.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
