package tests

// What "slul run" does where it cannot simply exec from the user's cache directory.

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"slul/tests/need"
)

// TestRunNoexec: a cache directory that may not hold programs is passed over, and when
// no directory may, the message says what to set.
func TestRunNoexec(t *testing.T) {
	need.Root(t) // for mount
	unshare := need.Tool(t, "unshare")
	dir := t.TempDir()
	script := `mount -t tmpfs -o noexec,mode=700 none "$1" && exec "$2" run ../examples/hello`
	run := func(env ...string) (string, string, int) {
		var stdout, stderr bytes.Buffer
		c := exec.Command(unshare, "-m", "sh", "-c", script, "sh", dir, filepath.Join(slulDir, "slul"))
		c.Env = append(os.Environ(), env...)
		c.Stdout, c.Stderr = &stdout, &stderr
		err := c.Run()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return stdout.String(), stderr.String(), c.ProcessState.ExitCode()
	}
	if out, msg, code := run("XDG_CACHE_HOME=" + dir); out != "Hello, world\n" || msg != "" || code != 0 {
		t.Errorf("noexec cache: %q %q %d", out, msg, code)
	}
	if out, msg, code := run("XDG_CACHE_HOME="+dir, "TMPDIR="+dir); out != "" || code != 1 ||
		!strings.HasPrefix(msg, "slul: ") || !strings.Contains(msg, "noexec") || strings.Count(msg, "\n") != 1 {
		t.Errorf("noexec everywhere: %q %q %d", out, msg, code)
	}
}

// TestRunWithoutHome: the program is a child, and its end is passed on: status, signal,
// and a signal that slul is sent.
func TestRunWithoutHome(t *testing.T) {
	temp := t.TempDir()
	source := filepath.Join(t.TempDir(), "Loop.slul")
	text := "service CommandMain \"loop\"\ngiveme\n    @Console console\nend\nentry main\ncode\n" +
		"    console.error \"ready\"\n    while true\n        console.write \"\"\n    end\nend\n"
	if err := os.WriteFile(source, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(filepath.Join(slulDir, "slul"), "run", source)
	c.Env = []string{"TMPDIR=" + temp}
	r, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make([]byte, len("ready\n"))
	if _, err := r.Read(ready); err != nil || string(ready) != "ready\n" {
		c.Process.Kill()
		t.Fatalf("%q %v", ready, err)
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	c.Wait()
	if status := c.ProcessState.String(); status != "signal: terminated" {
		t.Errorf("ended with %s", status)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
