// Package built makes real programs for tests that run them: the compiler's output
// and the embedded loader, side by side in a folder of the test.
package built

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"slul/compiler"
	"slul/elfimage"
	"slul/rtld/image"
)

// Chain is a folder with a loader, and programs that start through it.
type Chain struct {
	dir  string
	rtld string
}

// New puts the loader into a folder that goes with the test.
func New(t testing.TB) *Chain {
	t.Helper()
	dir := t.TempDir()
	c := &Chain{dir, filepath.Join(dir, "rtld")}
	loader, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	if err := elfimage.WriteFile(c.rtld, loader, 0o755); err != nil {
		t.Fatal(err)
	}
	return c
}

// Loader is the path of the loader.
func (c *Chain) Loader() string { return c.rtld }

// Program compiles source under the name file, Name.slul, and gives the path of the
// program. The error is the compiler's; warnings are not wanted.
func (c *Chain) Program(t testing.TB, file, source string) (string, error) {
	t.Helper()
	return c.Build(t, file, source, compiler.Options{})
}

// Build is Program with options of the compiler's.
func (c *Chain) Build(t testing.TB, file, source string, o compiler.Options) (string, error) {
	t.Helper()
	src := filepath.Join(c.dir, file)
	if err := os.WriteFile(src, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	o.Rtld, o.Warnings = c.rtld, io.Discard
	p, err := compiler.Build(src, o)
	if err != nil {
		return "", err
	}
	path := filepath.Join(c.dir, "program-"+strings.TrimSuffix(file, ".slul"))
	if o.Plain {
		path += "-plain"
	}
	// a process that is started meanwhile must not inherit the file while it is open: it
	// could not be run as long as that process has it (go.dev/issue/22315)
	syscall.ForkLock.RLock()
	err = elfimage.WriteFile(path, p.File, 0o755)
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	return path, nil
}

// Run runs a program to its end. The status is -1 after a signal.
func Run(t testing.TB, path string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := exec.Command(path, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}
