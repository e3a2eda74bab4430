package measure

// What is counted apart from the times, because counting slows a program down: the
// system calls of one start, by ptrace, and instructions, by the CPU's counter.

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Calls is the number of system calls that one start of p makes, in all its threads and
// processes, from its own execve, which counts, to its end.
func Calls(p Program) (uint64, error) {
	runtime.LockOSThread() // ptrace knows threads
	defer runtime.UnlockOSThread()
	alone()
	cmd := exec.Command(p.Path, p.Args...)
	cmd.Env = []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("%s: %w", p.Name, err)
	}
	first := cmd.Process.Pid
	timer := time.AfterFunc(10*time.Second, func() { syscall.Kill(-first, syscall.SIGKILL) })
	defer timer.Stop()
	n, status, err := trace(first)
	cmd.Process.Release()
	if err == nil && status != 0 {
		err = fmt.Errorf("wait status %#x", status)
	}
	if err != nil {
		syscall.Kill(-first, syscall.SIGKILL)
		return 0, fmt.Errorf("%s: %w", p.Name, err)
	}
	return n, nil
}

// trace follows the process first, which stands behind its execve, and all that it
// starts, until the last has ended.
func trace(first int) (calls uint64, end unix.WaitStatus, err error) {
	calls = 1 // that execve
	const follow = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_EXITKILL
	inside := map[int]bool{} // threads that are in a system call
	known := map[int]bool{}
	for len(known) > 0 || calls == 1 && end == 0 && !known[first] {
		var status unix.WaitStatus
		tid, err := unix.Wait4(-1, &status, unix.WALL, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.ECHILD):
			return calls, end, nil
		case err != nil:
			return 0, 0, err
		}
		if status.Exited() || status.Signaled() {
			delete(known, tid)
			if tid == first {
				end = status
			}
			continue
		}
		deliver := 0
		switch sig := status.StopSignal(); {
		case !known[tid]: // the stop behind execve, or that of a new thread
			known[tid] = true
			if tid == first {
				if err := unix.PtraceSetOptions(tid, follow); err != nil {
					return 0, 0, err
				}
			}
		case sig == unix.SIGTRAP|0x80:
			if inside[tid] = !inside[tid]; inside[tid] {
				calls++
			}
		case sig == unix.SIGTRAP: // an event: a new thread or execve
		default:
			deliver = int(sig)
		}
		if err := unix.PtraceSyscall(tid, deliver); err != nil && !errors.Is(err, unix.ESRCH) {
			return 0, 0, err
		}
	}
	return calls, end, nil
}

// counter is an event of perf_event_open(2).
type counter struct {
	kind   uint32
	config uint64
}

var instructions = counter{unix.PERF_TYPE_HARDWARE, unix.PERF_COUNT_HW_INSTRUCTIONS}

// ErrNotCounted says that this machine, or its owner, does not let us count.
var ErrNotCounted = errors.New("not counted here")

// Instructions is the number of instructions of one start of p, in the kernel too: the
// mean of as many as there are rounds, with those of the spawner around them.
func Instructions(dir string, p Program, rounds int) (uint64, error) {
	return count(dir, p, rounds, instructions)
}

// count runs the spawner with the counter on it and all its children.
func count(dir string, p Program, rounds int, c counter) (uint64, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd, err := command(dir, []Program{p}, rounds, nil)
	if err != nil {
		return 0, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	cmd.ExtraFiles = []*os.File{null, null}
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true} // it waits behind its execve
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	attr := unix.PerfEventAttr{Type: c.kind, Config: c.config, Bits: unix.PerfBitInherit}
	attr.Size = uint32(unsafe.Sizeof(attr))
	var status unix.WaitStatus
	if _, err := unix.Wait4(cmd.Process.Pid, &status, 0, nil); err != nil {
		return 0, err
	}
	fd, err := unix.PerfEventOpen(&attr, cmd.Process.Pid, -1, -1, unix.PERF_FLAG_FD_CLOEXEC)
	if err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		return 0, fmt.Errorf("%w: %w", ErrNotCounted, err)
	}
	defer unix.Close(fd)
	if err := unix.PtraceDetach(cmd.Process.Pid); err != nil {
		return 0, err
	}
	if err := cmd.Wait(); err != nil {
		return 0, err
	}
	var b [8]byte
	if _, err := unix.Read(fd, b[:]); err != nil {
		return 0, err
	}
	return binary.NativeEndian.Uint64(b[:]) / uint64(rounds), nil
}
