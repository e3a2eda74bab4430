package start

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"slul/tests/probe"

	"golang.org/x/sys/unix"
)

// tracee is a process under ptrace(2), stopped at its first instruction.
type tracee struct {
	pid int
	cmd *exec.Cmd
	out bytes.Buffer
}

// startTraced starts a program and stops it behind its first exec. The calling
// goroutine stays on its thread: only that one may trace.
func startTraced(t *testing.T, path string, args ...string) *tracee {
	t.Helper()
	runtime.LockOSThread()
	t.Cleanup(runtime.UnlockOSThread)
	tr := &tracee{cmd: exec.Command(path, args...)}
	tr.cmd.Env = []string{}
	out, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	tr.cmd.Stdout, tr.cmd.Stderr = out, out
	tr.cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := tr.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tr.pid = tr.cmd.Process.Pid
	if stop := tr.wait(t); stop.StopSignal() != unix.SIGTRAP {
		t.Fatalf("not stopped behind the exec: %#x", stop)
	}
	if err := unix.PtraceSetOptions(tr.pid, unix.PTRACE_O_EXITKILL|unix.PTRACE_O_TRACEEXEC); err != nil {
		t.Fatal(err)
	}
	return tr
}

func (tr *tracee) wait(t *testing.T) unix.WaitStatus {
	t.Helper()
	var ws unix.WaitStatus
	for {
		_, err := unix.Wait4(tr.pid, &ws, 0, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			t.Fatalf("wait: %v", err)
		}
		return ws
	}
}

// output is what it wrote to fd 1 and 2.
func (tr *tracee) output(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(tr.cmd.Stdout.(*os.File).Name())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (tr *tracee) regs(t *testing.T) unix.PtraceRegs {
	t.Helper()
	var r unix.PtraceRegs
	if err := unix.PtraceGetRegs(tr.pid, &r); err != nil {
		t.Fatalf("registers: %v", err)
	}
	return r
}

func (tr *tracee) setRegs(t *testing.T, r unix.PtraceRegs) {
	t.Helper()
	if err := unix.PtraceSetRegs(tr.pid, &r); err != nil {
		t.Fatalf("registers: %v", err)
	}
}

// step executes one instruction.
func (tr *tracee) step(t *testing.T) unix.WaitStatus {
	t.Helper()
	if err := unix.PtraceSingleStep(tr.pid); err != nil {
		t.Fatalf("step: %v", err)
	}
	return tr.wait(t)
}

func (tr *tracee) maps(t *testing.T) []probe.Mapping {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", tr.pid))
	if err != nil {
		t.Fatal(err)
	}
	list, err := probe.ParseMaps(text)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// writable are the mappings that can be written.
func (tr *tracee) writable(t *testing.T) (list []probe.Mapping) {
	t.Helper()
	for _, m := range tr.maps(t) {
		if strings.Contains(m.Perm, "w") {
			list = append(list, m)
		}
	}
	return list
}

var syscallInstruction = []byte{0x0f, 0x05}

// call makes the stopped process do a system call, with a syscall instruction that
// is somewhere in its code; its registers are afterwards as before.
func (tr *tracee) call(t *testing.T, number int, args ...uint64) uint64 {
	t.Helper()
	saved := tr.regs(t)
	r := saved
	for i, reg := range []*uint64{&r.Rdi, &r.Rsi, &r.Rdx, &r.R10, &r.R8, &r.R9}[:len(args)] {
		*reg = args[i]
	}
	r.Rip, r.Rax, r.Orig_rax = tr.find(t, syscallInstruction), uint64(number), ^uint64(0)
	tr.setRegs(t, r)
	if stop := tr.step(t); stop.StopSignal() != unix.SIGTRAP {
		t.Fatalf("system call %d: stopped with %v", number, stop.StopSignal())
	}
	result := tr.regs(t).Rax
	tr.setRegs(t, saved)
	return result
}

// find gives the address of some bytes in executable memory.
func (tr *tracee) find(t *testing.T, what []byte) uint64 {
	t.Helper()
	for _, m := range tr.maps(t) {
		if !strings.Contains(m.Perm, "x") || m.Name == "[vsyscall]" {
			continue
		}
		if i := bytes.Index(tr.read(t, m.Lo, int(m.Hi-m.Lo)), what); i >= 0 {
			return m.Lo + uint64(i)
		}
	}
	t.Fatalf("no code with % x", what)
	return 0
}

func (tr *tracee) read(t *testing.T, addr uint64, n int) []byte {
	t.Helper()
	b := make([]byte, n)
	if _, err := unix.PtracePeekData(tr.pid, uintptr(addr), b); err != nil {
		t.Fatalf("memory at %#x: %v", addr, err)
	}
	return b
}

// finish lets it run to its end.
func (tr *tracee) finish(t *testing.T) unix.WaitStatus {
	t.Helper()
	for {
		if err := unix.PtraceCont(tr.pid, 0); err != nil {
			t.Fatalf("continue: %v", err)
		}
		ws := tr.wait(t)
		if ws.Exited() || ws.Signaled() {
			return ws
		}
		if ws.StopSignal() != unix.SIGTRAP {
			t.Fatalf("stopped with %v at %#x", ws.StopSignal(), tr.regs(t).Rip)
		}
	}
}

// kill ends it.
func (tr *tracee) kill() {
	unix.Kill(tr.pid, unix.SIGKILL)
	unix.Wait4(tr.pid, nil, 0, nil)
}
