// Package launch starts a program in an exactly known state: these arguments and
// this environment byte for byte, these files on these descriptors and no others,
// this user, these limits, this root directory.
//
// Between fork and exec a Go program can do little of that, so a launch goes
// through a second copy of the test's own binary, which prepares itself and then
// replaces itself by the program (helper.go). A test package that uses launch says
//
//	func TestMain(m *testing.M) { launch.Main(); os.Exit(m.Run()) }
package launch

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// File is a file to be open in the program.
type File struct {
	FD    int
	Path  string
	Flags int   // of open(2)
	Pos   int64 // file offset
}

// Mount is a file system to be mounted, mount(2), in a mount namespace of the program's own.
type Mount struct {
	Source, Target, Type string
	Flags                uintptr
	Data                 string
}

// Denial is a system call that a seccomp filter answers with an error: always, or, with
// Mask, when any of these bits is set in argument Arg.
type Denial struct {
	Call  int
	Errno syscall.Errno
	Arg   int
	Mask  uint32
}

// Spec is a start. The zero value of each field but Path and Args changes nothing.
type Spec struct {
	Path string   // given to execve as it is
	Args []string // argv, with argv[0]; nil is argc 0
	Env  []string // the whole environment

	Stdin   []byte
	Dir     string           // working directory, set after Root
	Root    string           // chroot
	Open    []File           // opened before Root and User are changed
	Close   []int            // closed last of all
	User    int              // user and group id, no supplementary groups
	Limits  map[int]uint64   // RLIMIT_… to soft limit
	Unlink  string           // removed after Path was opened; the exec is then by descriptor
	Replace string           // renamed to Path after that was opened; the exec is then by descriptor
	ByFD    bool             // execveat of an open descriptor with an empty path
	Memfd   bool             // execveat of a memfd that holds a copy of Path
	Person  uint64           // personality(2) bits, such as ADDR_NO_RANDOMIZE
	Block   []syscall.Signal // blocked signals
	Ignore  []syscall.Signal // ignored signals
	Pending []syscall.Signal // sent to itself; those that are not blocked end it

	Mounts     []Mount  // in this order, before everything else
	OwnUsers   bool     // in a user namespace with all the same ids, and mounts of its own
	Binfmt     []string // lines for binfmt_misc, in a user namespace like that
	BinfmtDir  string   // where that is mounted
	Deny       []Denial // by a seccomp filter
	NoNewPrivs bool     // prctl(PR_SET_NO_NEW_PRIVS)
	Landlock   []string // all that may be read and executed: files, and directories with what is below
	Unreach    bool     // its working directory is removed
}

// Bind makes a directory a mount of its own, with flags (MS_…).
func (s *Spec) Bind(dir string, flags uintptr) {
	s.Mounts = append(s.Mounts, Mount{Source: dir, Target: dir, Flags: unix.MS_BIND},
		Mount{Target: dir, Flags: unix.MS_BIND | unix.MS_REMOUNT | flags})
}

// Own gives a file an owner, a group and a mode, in this order: chown(2) clears set-id bits.
func Own(t testing.TB, path string, uid, gid int, mode os.FileMode) {
	t.Helper()
	if err := os.Chown(path, uid, gid); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// Result is what came of it.
type Result struct {
	Stdout, Stderr []byte
	Exit           int            // exit status, −1 after a signal
	Signal         syscall.Signal // 0 after an exit
	Pid            int
}

// hang is far more than any start takes: a program that still runs then is stuck.
const hang = 60 * time.Second

// specEnv names the file with the Spec, for the helper.
const specEnv = "SLUL_TEST_LAUNCH"

// Run starts the program and waits for its end.
func Run(t testing.TB, s Spec) Result {
	t.Helper()
	cmd := Command(t, s)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if s.Stdin != nil {
		cmd.Stdin = bytes.NewReader(s.Stdin)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("launch: %v", err)
	}
	timer := time.AfterFunc(hang, func() { cmd.Process.Kill() })
	err := cmd.Wait()
	if !timer.Stop() {
		t.Fatalf("launch: %s hangs; stderr: %s", s.Path, errs.Bytes())
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("launch: %v", err)
	}
	r := Result{Stdout: out.Bytes(), Stderr: errs.Bytes(), Exit: cmd.ProcessState.ExitCode(), Pid: cmd.Process.Pid}
	if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
		r.Signal = ws.Signal()
	}
	if r.Exit == helperFailed {
		t.Fatalf("launch: %s", r.Stderr)
	}
	return r
}

// Command is the helper's command line for a Spec; Stdin, Stdout and Stderr are the caller's to set.
func Command(t testing.TB, s Spec) *exec.Cmd {
	t.Helper()
	file := filepath.Join(t.TempDir(), "spec")
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(&s); err != nil {
		t.Fatalf("launch: %v", err)
	}
	if err := os.WriteFile(file, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), specEnv+"="+file)
	ownUsers := s.OwnUsers || len(s.Binfmt) > 0
	if len(s.Mounts) > 0 || ownUsers {
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	}
	if ownUsers {
		all := []syscall.SysProcIDMap{{Size: 1 << 16}}
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings, cmd.SysProcAttr.GidMappings = all, all
		cmd.SysProcAttr.GidMappingsEnableSetgroups = true
	}
	return cmd
}

// Main does the helper's work in the helper and nothing in any other process.
func Main() {
	file := os.Getenv(specEnv)
	if file == "" {
		return
	}
	err := become(file)
	fmt.Fprintf(os.Stderr, "helper: %v\n", err)
	os.Exit(helperFailed)
}

// helperFailed is an exit status that no tested program uses.
const helperFailed = 99
