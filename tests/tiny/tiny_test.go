package tiny

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"slul/asm"
)

// Each program does what it says when the kernel runs it alone: what goes wrong
// later is then not its fault.
func TestStatic(t *testing.T) {
	tests := []struct {
		name   string
		code   *asm.Code
		stdin  string
		stdout string
		exit   int // −1: by the signal
		signal syscall.Signal
	}{
		{"exit", Exit(0), "", "", 0, 0},
		{"exit 255", Exit(255), "", "", 255, 0},
		{"print", Print("some text\n", 7), "", "some text\n", 7, 0},
		{"copy", Copy(), strings.Repeat("0123456789", 5000), strings.Repeat("0123456789", 5000), 0, 0},
		{"kill", Kill(int(syscall.SIGTERM)), "", "", -1, syscall.SIGTERM},
		{"kill ignored", Kill(int(syscall.SIGCHLD)), "", "", 1, 0},
		{"fault", Fault(), "", "", -1, syscall.SIGSEGV},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "prog")
			if err := os.WriteFile(file, Static(test.code), 0o755); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(file)
			cmd.Stdin = strings.NewReader(test.stdin)
			out, err := cmd.Output()
			if cmd.ProcessState == nil {
				t.Fatal(err)
			}
			status := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if cmd.ProcessState.ExitCode() != test.exit || status.Signaled() && status.Signal() != test.signal {
				t.Errorf("%v, want status %d, signal %v", cmd.ProcessState, test.exit, test.signal)
			}
			if !bytes.Equal(out, []byte(test.stdout)) {
				t.Errorf("wrote %q", out)
			}
		})
	}
}

func TestFlood(t *testing.T) {
	file := filepath.Join(t.TempDir(), "prog")
	if err := os.WriteFile(file, Static(Flood()), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(file)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var head [16]byte
	if _, err := out.Read(head[:8]); err != nil {
		t.Error(err)
	}
	out.Close()
	cmd.Wait()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGPIPE {
		t.Errorf("%v, want SIGPIPE", cmd.ProcessState)
	}
}
