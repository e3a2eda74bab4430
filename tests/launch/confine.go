package launch

// What the helper does about file systems and about what the process may do later.

import (
	"fmt"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mounts needs the namespaces that Command asked for.
func (s *Spec) mounts() error {
	if len(s.Mounts) == 0 && len(s.Binfmt) == 0 && !s.OwnUsers {
		return nil
	}
	// what follows stays in this namespace
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	for _, m := range s.Mounts {
		if err := unix.Mount(m.Source, m.Target, m.Type, m.Flags, m.Data); err != nil {
			return fmt.Errorf("mount %+v: %w", m, err)
		}
	}
	if len(s.Binfmt) == 0 {
		return nil
	}
	if err := unix.Mount("binfmt_misc", s.BinfmtDir, "binfmt_misc", 0, ""); err != nil {
		return fmt.Errorf("binfmt_misc: %w", err)
	}
	for _, line := range s.Binfmt {
		if err := os.WriteFile(filepath.Join(s.BinfmtDir, "register"), []byte(line), 0); err != nil {
			return fmt.Errorf("binfmt_misc, %q: %w", line, err)
		}
	}
	return nil
}

// confine is the last thing before the exec, which it must still let through.
func (s *Spec) confine() error {
	if s.NoNewPrivs || len(s.Landlock) > 0 {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("no_new_privs: %w", err)
		}
	}
	if len(s.Landlock) > 0 {
		if err := s.landlock(); err != nil {
			return fmt.Errorf("landlock: %w", err)
		}
	}
	if len(s.Deny) == 0 {
		return nil
	}
	filter := s.filter()
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&prog)), 0, 0); err != nil {
		return fmt.Errorf("seccomp: %w", err)
	}
	return nil
}

// filter is a program over struct seccomp_data (linux/seccomp.h): the number of the call at 0,
// the low halves of its arguments at 16, 24…
func (s *Spec) filter() []unix.SockFilter {
	const (
		loadWord = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		ifEqual  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		ifAny    = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
		answer   = unix.BPF_RET | unix.BPF_K
	)
	var list []unix.SockFilter
	add := func(code uint16, yes, no uint8, k uint32) {
		list = append(list, unix.SockFilter{Code: code, Jt: yes, Jf: no, K: k})
	}
	for _, d := range s.Deny {
		add(loadWord, 0, 0, 0)
		if d.Mask == 0 {
			add(ifEqual, 0, 1, uint32(d.Call))
		} else {
			add(ifEqual, 0, 3, uint32(d.Call))
			add(loadWord, 0, 0, uint32(16+8*d.Arg))
			add(ifAny, 0, 1, d.Mask)
		}
		add(answer, 0, 0, unix.SECCOMP_RET_ERRNO|uint32(d.Errno))
	}
	add(answer, 0, 0, unix.SECCOMP_RET_ALLOW)
	return list
}

// landlock lets the process read and execute what is listed, and nothing else.
func (s *Spec) landlock() error {
	const rights = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE
	handled := uint64(rights) // struct landlock_ruleset_attr of Linux 5.13
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&handled)), 8, 0)
	if errno != 0 {
		return errno
	}
	defer unix.Close(int(fd))
	for _, path := range s.Landlock {
		at, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		// packed struct landlock_path_beneath_attr
		below := [3]uint32{rights, 0, uint32(at)}
		_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, fd, unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&below)), 0, 0, 0)
		unix.Close(at)
		if errno != 0 {
			return fmt.Errorf("%s: %w", path, errno)
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return errno
	}
	return nil
}
