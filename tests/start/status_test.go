package start

// After the start the process is the program's alone: its status, its signals, its
// input and output are those of a program that the kernel had started by itself.

import (
	"bytes"
	"fmt"
	"os/exec"
	"syscall"
	"testing"

	"slul/asm"
	"slul/tests/launch"
	"slul/tests/tiny"
)

func TestStatus(t *testing.T) {
	p := newPlace(t)
	for _, status := range []int{0, 1, 2, 42, 126, 127, 128, 255} {
		r := launch.Run(t, launch.Spec{Path: p.program(t, "exit", tiny.Exit(status)), Args: []string{"exit"}})
		if r.Exit != status || len(r.Stdout)+len(r.Stderr) > 0 {
			t.Errorf("status %d: %s", status, describe(r))
		}
	}
}

func TestSignalled(t *testing.T) {
	p := newPlace(t)
	tests := []struct {
		name   string
		code   *asm.Code
		signal syscall.Signal
	}{
		{"terminated", tiny.Kill(int(syscall.SIGTERM)), syscall.SIGTERM},
		{"killed", tiny.Kill(int(syscall.SIGKILL)), syscall.SIGKILL},
		{"aborted", tiny.Kill(int(syscall.SIGABRT)), syscall.SIGABRT},
		{"fault", tiny.Fault(), syscall.SIGSEGV},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := launch.Run(t, launch.Spec{Path: p.program(t, "prog", test.code), Args: []string{"prog"}})
			if r.Signal != test.signal || len(r.Stderr) > 0 {
				t.Errorf("%s, want signal %v", describe(r), test.signal)
			}
		})
	}
}

func TestInputOutput(t *testing.T) {
	p := newPlace(t)
	copier := p.program(t, "copy", tiny.Copy())
	for _, size := range []int{0, 1, 4096, 1 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			in := bytes.Repeat([]byte("0123456789abcde\n"), size/16+1)[:size]
			r := launch.Run(t, launch.Spec{Path: copier, Args: []string{"copy"}, Stdin: in})
			if r.Exit != 0 || !bytes.Equal(r.Stdout, in) {
				t.Errorf("exit %d, %d bytes came back", r.Exit, len(r.Stdout))
			}
		})
	}
}

// Output to a pipe that nobody reads any more ends it by SIGPIPE.
func TestClosedPipe(t *testing.T) {
	p := newPlace(t)
	cmd := exec.Command(p.program(t, "flood", tiny.Flood()))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 8)
	if _, err := out.Read(head); err != nil || string(head) != "flooded\n" {
		t.Errorf("read %q, %v", head, err)
	}
	out.Close()
	cmd.Wait()
	if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signal() != syscall.SIGPIPE {
		t.Errorf("%v, want SIGPIPE", cmd.ProcessState)
	}
}
