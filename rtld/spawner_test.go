package rtld_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"slul/asm"
	. "slul/asm/amd64"
	"slul/rtld/elftest"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

// The spawner starts one command again and again: a program of a page, so that vfork is cheap. For each byte
// on descriptor 3 it starts its own arguments and writes pid and wait status to descriptor 4.

func spawnerCode() *asm.Code {
	at := func(off int32) Mem { return Mem{Base: RSP, Disp: off} }
	const status, pid, size = 0, 8, 32
	a := New()
	a.Label(tiny.Start)
	a.Op(LEAQ, RBX, at(16)) // argv+1
	a.Op(MOVQ, RAX, at(0))
	a.Op(LEAQ, RBP, Mem{Base: RSP, Index: RAX, Scale: 8, Disp: 16}) // envp
	a.Op(SUBQ, RSP, Imm(size))
	for _, fd := range []int{3, 4} {
		a.Op(MOVL, RDI, Imm(fd))
		a.Op(MOVL, RSI, Imm(unix.F_SETFD))
		a.Op(MOVL, RDX, Imm(unix.FD_CLOEXEC))
		tiny.Call(a, unix.SYS_FCNTL)
	}
	a.Label("more")
	a.Op(MOVL, RDI, Imm(3))
	a.Op(MOVQ, RSI, RSP)
	a.Op(MOVL, RDX, Imm(1))
	tiny.Call(a, unix.SYS_READ)
	a.Op(CMPQ, RAX, Imm(1))
	a.Op(JNE, Label("end"))
	a.Op(XORL, RAX, RAX)
	a.Op(MOVQ, at(status), RAX)
	tiny.Call(a, unix.SYS_VFORK)
	a.Op(TESTQ, RAX, RAX)
	a.Op(JNE, Label("parent"))
	a.Op(MOVQ, RDI, Mem{Base: RBX})
	a.Op(MOVQ, RSI, RBX)
	a.Op(MOVQ, RDX, RBP)
	tiny.Call(a, unix.SYS_EXECVE)
	a.Op(MOVL, RDI, Imm(notStarted))
	tiny.Call(a, unix.SYS_EXIT_GROUP)
	a.Label("parent")
	a.Op(MOVQ, at(pid), RAX)
	a.Op(MOVQ, RDI, RAX)
	a.Op(MOVQ, RSI, RSP)
	a.Op(XORL, RDX, RDX)
	a.Op(XORL, R10, R10)
	tiny.Call(a, unix.SYS_WAIT4)
	a.Op(MOVL, RDI, Imm(4))
	a.Op(MOVQ, RSI, RSP)
	a.Op(MOVL, RDX, Imm(16))
	tiny.Call(a, unix.SYS_WRITE)
	a.Op(JMP, Label("more"))
	a.Label("end")
	a.Op(XORL, RDI, RDI)
	tiny.Call(a, unix.SYS_EXIT_GROUP)
	return tiny.Must(a)
}

// notStarted is the status when the kernel does not take the file.
const notStarted = 125

// spawner is one that runs.
type spawner struct {
	cmd         *exec.Cmd
	ask, answer *os.File
	out, errs   *os.File
}

// patience is how long a start may take: far more than it needs, less than forever.
const patience = 5 * time.Second

func newSpawner(t testing.TB, dir, loader string, args ...string) *spawner {
	t.Helper()
	fatal := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "spawner")
	if _, err := os.Stat(path); err != nil {
		im, err := tiny.Build(tiny.Image(spawnerCode()), loader)
		fatal(err)
		fatal(os.WriteFile(path, im, 0o755))
	}
	file := func() *os.File {
		f, err := os.CreateTemp(dir, "said")
		fatal(err)
		_, err = unix.FcntlInt(f.Fd(), unix.F_SETFL, unix.O_APPEND)
		fatal(err)
		os.Remove(f.Name())
		return f
	}
	s := &spawner{out: file(), errs: file()}
	theirs, ask, err := os.Pipe()
	fatal(err)
	answer, back, err := os.Pipe()
	fatal(err)
	s.ask, s.answer = ask, answer
	s.cmd = exec.Command(path, args...)
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.errs
	s.cmd.ExtraFiles = []*os.File{theirs, back}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	s.cmd.Env = []string{}
	fatal(s.cmd.Start())
	theirs.Close()
	back.Close()
	return s
}

// start starts the command once.
func (s *spawner) start() (end outcome, err error) {
	if _, err := s.ask.Write([]byte{1}); err != nil {
		return end, err
	}
	s.answer.SetReadDeadline(time.Now().Add(patience))
	var b [16]byte
	if _, err := io.ReadFull(s.answer, b[:]); err != nil {
		return outcome{hangs: true}, nil
	}
	end.status = syscall.WaitStatus(binary.LittleEndian.Uint32(b[:]))
	end.out, end.errs = take(s.out), take(s.errs)
	return end, nil
}

// take reads what was written and empties the file.
func take(f *os.File) string {
	var b [8192]byte
	n, _ := f.ReadAt(b[:], 0)
	if n > 0 {
		f.Truncate(0)
	}
	return string(b[:n])
}

// end ends the spawner, and with it a command that hangs.
func (s *spawner) end() {
	syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	s.cmd.Wait()
	for _, f := range []*os.File{s.ask, s.answer, s.out, s.errs} {
		f.Close()
	}
}

// outcome is how a start ended.
type outcome struct {
	status    syscall.WaitStatus
	out, errs string
	hangs     bool
}

func (o outcome) String() string {
	switch {
	case o.hangs:
		return fmt.Sprintf("it hangs for more than %v", patience)
	case o.status.Signaled():
		return fmt.Sprintf("%v, fd 1 %.100q, fd 2 %.200q", o.status.Signal(), o.out, o.errs)
	}
	return fmt.Sprintf("status %d, fd 1 %.100q, fd 2 %.200q", o.status.ExitStatus(), o.out, o.errs)
}

// code is the exit status, −1 when there is none.
func (o outcome) code() int {
	if o.hangs || !o.status.Exited() {
		return -1
	}
	return o.status.ExitStatus()
}

// isRefusal: one line and 126 or 127.
func (o outcome) isRefusal() bool {
	n := len(o.errs)
	if c := o.code(); c != 126 && c != 127 || n == 0 || o.errs[n-1] != '\n' || len(o.errs) < 10 || o.errs[:10] != "slulrtld: " {
		return false
	}
	for _, c := range o.errs[:n-1] {
		if c == '\n' {
			return false
		}
	}
	return true
}

// isNoticed: the program of elftest has seen a wrong value.
func (o outcome) isNoticed() bool {
	return o.code() >= elftest.FirstWrong && o.code() < 120 && o.out+o.errs == ""
}
