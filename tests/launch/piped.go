package launch

import (
	"io"
	"os/exec"
	"testing"
)

// Piped starts cmd as it is, without the helper, and gives the other ends of its standard input
// and output. The caller waits for it.
func Piped(t testing.TB, cmd *exec.Cmd) (in io.WriteCloser, out io.Reader) {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err = cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return in, out
}
