package tests

// Standard output that takes only some bytes at a time, or none for the moment.

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"slul/tests/built"
	"slul/tests/need"
)

// build makes a program and a loader for it, and gives the program's path.
func build(t *testing.T, source string) string {
	t.Helper()
	prog, err := built.New(t).Program(t, "Test.slul", source)
	if err != nil {
		t.Fatal(err)
	}
	return prog
}

const manyLines = `service CommandMain "test"
giveme
    @Console console
end
entry main
code
    for i in 0..50000
        console.print "line {}" i
    end
end
`

// TestNonBlocking: a pipe or socket that is full and does not block is waited for in
// poll, and then everything comes.
func TestNonBlocking(t *testing.T) {
	prog := build(t, manyLines)
	var want bytes.Buffer
	for i := range 50000 {
		fmt.Fprintf(&want, "line %d\n", i)
	}
	for name, open := range map[string]func() (r, w int, err error){"pipe": openPipe, "socket": openSocket} {
		t.Run(name, func(t *testing.T) {
			rfd, wfd, err := open()
			if err != nil {
				t.Fatal(err)
			}
			r := os.NewFile(uintptr(rfd), "reader")
			defer r.Close()
			if err := unix.SetNonblock(wfd, true); err != nil {
				t.Fatal(err)
			}
			// os/exec would make it block again
			pid, err := syscall.ForkExec(prog, []string{"test"}, &syscall.ProcAttr{Files: []uintptr{0, uintptr(wfd), 2}})
			unix.Close(wfd)
			if err != nil {
				t.Fatal(err)
			}
			untilPoll(t, pid)
			got, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			var status syscall.WaitStatus
			if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil || status.ExitStatus() != 0 {
				t.Errorf("status %v, %v", status, err)
			}
			if !bytes.Equal(got, want.Bytes()) {
				t.Errorf("%d bytes came, expected %d", len(got), want.Len())
			}
		})
	}
}

func openPipe() (r, w int, err error) {
	var ends [2]int
	err = unix.Pipe2(ends[:], unix.O_CLOEXEC)
	return ends[0], ends[1], err
}

// openSocket gives a stream that takes a write in part.
func openSocket() (r, w int, err error) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, 0, err
	}
	return ends[0], ends[1], unix.SetsockoptInt(ends[1], unix.SOL_SOCKET, unix.SO_SNDBUF, 1)
}

// untilPoll waits until a process stands in poll(2), as proc_pid_syscall(5) shows.
func untilPoll(t *testing.T, pid int) {
	t.Helper()
	file := fmt.Sprintf("/proc/%d/syscall", pid)
	_, err := os.ReadFile(file)
	need.That(t, err == nil, file+" cannot be read")
	for {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(string(text), fmt.Sprintf("%d ", unix.SYS_POLL)) {
			return
		}
		var info unix.Siginfo
		if err := unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil); err != nil || info.Signo != 0 {
			t.Fatalf("the program ended without waiting in poll (%v)", err)
		}
		runtime.Gosched()
	}
}
