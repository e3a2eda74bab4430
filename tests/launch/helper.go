package launch

// The helper: given a Spec, it makes itself into that process. Order matters:
// files are opened while there is still the right root and user, the limits
// come after everything that they would hinder, the closing of descriptors last.

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"math"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// low is the first descriptor number that the helper uses for itself; a Spec's files stay below.
const low = 3000

// become returns only when it failed.
func become(file string) error {
	runtime.LockOSThread() // signal mask and personality belong to a thread, and exec keeps this one's
	var s Spec
	if err := read(file, &s); err != nil {
		return err
	}
	// what the test itself inherited by accident is nobody's
	if err := unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return fmt.Errorf("close_range: %w", err)
	}
	if err := s.mounts(); err != nil {
		return err
	}
	prog, err := s.program()
	if err != nil {
		return err
	}
	if err := s.files(); err != nil {
		return err
	}
	if err := s.identity(); err != nil {
		return err
	}
	if err := s.signals(); err != nil {
		return err
	}
	argv, err := syscall.SlicePtrFromStrings(s.Args)
	if err != nil {
		return err
	}
	envp, err := syscall.SlicePtrFromStrings(s.Env)
	if err != nil {
		return err
	}
	path, err := syscall.BytePtrFromString(s.Path)
	if err != nil {
		return err
	}
	empty := new(byte)
	for what, n := range s.Limits {
		var lim unix.Rlimit
		if err := unix.Prlimit(0, what, nil, &lim); err != nil {
			return fmt.Errorf("limit %d: %w", what, err)
		}
		lim.Cur = n
		if err := unix.Prlimit(0, what, &lim, nil); err != nil {
			return fmt.Errorf("limit %d: %w", what, err)
		}
	}
	if err := s.confine(); err != nil {
		return err
	}
	for _, fd := range s.Close {
		unix.Close(fd)
	}
	var errno syscall.Errno
	if prog >= 0 {
		_, _, errno = unix.RawSyscall6(unix.SYS_EXECVEAT, uintptr(prog), uintptr(unsafe.Pointer(empty)),
			uintptr(unsafe.Pointer(&argv[0])), uintptr(unsafe.Pointer(&envp[0])), unix.AT_EMPTY_PATH, 0)
	} else {
		_, _, errno = unix.RawSyscall(unix.SYS_EXECVE, uintptr(unsafe.Pointer(path)),
			uintptr(unsafe.Pointer(&argv[0])), uintptr(unsafe.Pointer(&envp[0])))
	}
	return fmt.Errorf("exec %s: %w", s.Path, errno)
}

func read(file string, s *Spec) error {
	data, err := content(file)
	if err != nil {
		return err
	}
	return gob.NewDecoder(bytes.NewReader(data)).Decode(s)
}

// content is os.ReadFile without package os, whose files would make the Go runtime
// open descriptors of its own (epoll) and use them at any time; files() may need
// these numbers.
func content(file string) ([]byte, error) {
	fd, err := unix.Open(file, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	defer unix.Close(fd)
	var data []byte
	buf := make([]byte, 1<<16)
	for {
		n, err := unix.Read(fd, buf)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if n == 0 {
			return data, nil
		}
		data = append(data, buf[:n]...)
	}
}

// program opens what is to be executed by descriptor; −1 is an exec by path.
func (s *Spec) program() (int, error) {
	switch {
	case s.Memfd:
		data, err := content(s.Path)
		if err != nil {
			return 0, err
		}
		fd, err := unix.MemfdCreate("slul-test", unix.MFD_CLOEXEC)
		if err != nil {
			return 0, err
		}
		if _, err := unix.Write(fd, data); err != nil {
			return 0, err
		}
		return high(fd)
	case s.ByFD || s.Unlink != "" || s.Replace != "":
		fd, err := unix.Open(s.Path, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return 0, err
		}
		if s.Unlink != "" {
			if err := os.Remove(s.Unlink); err != nil {
				return 0, err
			}
		}
		if s.Replace != "" {
			if err := os.Rename(s.Replace, s.Path); err != nil {
				return 0, err
			}
		}
		return high(fd)
	}
	return -1, nil
}

// high moves a descriptor out of the way.
func high(fd int) (int, error) {
	defer unix.Close(fd)
	return unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, low)
}

func (s *Spec) files() error {
	for _, f := range s.Open {
		fd, err := unix.Open(f.Path, f.Flags|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
		if fd, err = high(fd); err != nil {
			return err
		}
		if f.Pos != 0 {
			if _, err := unix.Seek(fd, f.Pos, 0); err != nil {
				return err
			}
		}
		if err := unix.Dup3(fd, f.FD, 0); err != nil {
			return fmt.Errorf("descriptor %d: %w", f.FD, err)
		}
	}
	return nil
}

func (s *Spec) identity() error {
	if s.Root != "" {
		if err := unix.Chroot(s.Root); err != nil {
			return fmt.Errorf("chroot: %w", err)
		}
		if err := os.Chdir("/"); err != nil {
			return err
		}
	}
	if s.Dir != "" {
		if err := os.Chdir(s.Dir); err != nil {
			return err
		}
	}
	if s.Unreach {
		if err := os.Remove(s.Dir); err != nil {
			return err
		}
	}
	if s.User != 0 {
		if err := syscall.Setgroups(nil); err != nil {
			return err
		}
		if err := syscall.Setgid(s.User); err != nil {
			return err
		}
		if err := syscall.Setuid(s.User); err != nil {
			return err
		}
	}
	return nil
}

func (s *Spec) signals() error {
	if s.Person != 0 {
		if _, _, errno := unix.RawSyscall(unix.SYS_PERSONALITY, uintptr(s.Person), 0, 0); errno != 0 {
			return fmt.Errorf("personality: %w", errno)
		}
	}
	for _, sig := range s.Ignore {
		// struct sigaction of the kernel: handler, flags, restorer, mask
		act := [4]uintptr{1 /* SIG_IGN */}
		if _, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&act)), 0, 8, 0, 0); errno != 0 {
			return fmt.Errorf("ignore %v: %w", sig, errno)
		}
	}
	var set unix.Sigset_t
	for _, sig := range s.Block {
		set.Val[0] |= 1 << (sig - 1)
	}
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &set, nil); err != nil {
		return err
	}
	for _, sig := range s.Pending { // to this thread: another one of the helper would handle it
		if err := unix.Tgkill(unix.Getpid(), unix.Gettid(), sig); err != nil {
			return err
		}
	}
	return nil
}
