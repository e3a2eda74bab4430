// Package need says what a test needs of its machine. A test that cannot have it
// is skipped with the reason; where SLUL_TEST_ALL=1 is set, as in CI, it fails
// instead, so that nothing is left out in silence.
package need

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// All is the environment variable that turns every skip into a failure.
const All = "SLUL_TEST_ALL"

// Missing ends the test: a skip, or a failure where everything must run.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv(All) == "1" {
		t.Fatalf("needed because "+All+"=1: "+format, args...)
	}
	t.Skipf("SKIPPED, not tested here: "+format, args...)
}

// Quiet runs a tool that must succeed, say nothing on its standard error, and warn of
// nothing. It gives what the tool printed.
func Quiet(t testing.TB, tool string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(Tool(t, tool), args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 || strings.Contains(strings.ToLower(out.String()), "warning") {
		t.Errorf("%s %s: %v\n%s", tool, strings.Join(args, " "), err, errs.String())
	}
	return out.String()
}

// Tool gives the path of a program found along PATH.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, "the tool %q is not installed", name)
	}
	return path
}

// Root asks for user id 0, for chroot, set-user-ID files and other users.
func Root(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		Missing(t, "this test must be run as root")
	}
}

// SetID asks for root and for a file system that honours set-user-ID bits under dir.
func SetID(t testing.TB, dir string) {
	t.Helper()
	Root(t)
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		t.Fatalf("statfs %s: %v", dir, err)
	}
	if fs.Flags&unix.ST_NOSUID != 0 {
		Missing(t, "%s is mounted nosuid", dir)
	}
}

// That asks for any other condition of the machine, named by what.
func That(t testing.TB, ok bool, what string) {
	t.Helper()
	if !ok {
		Missing(t, "%s", what)
	}
}
