package start

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"slul/tests/need"
)

// notRun are programs of the system that are not run, not even with --version, and why.
var notRun = map[string]string{
	"killall5": "kills every process that it may",
}

// differs has by nature what differs when a program is started by the loader: how a program shows it, and
// whether this one may.
var differs = []struct {
	cause string
	may   func(f *elf.File) bool
	shows func(r systemRun) bool
}{{
	"/proc/self/exe is the loader, and glibc's interpreter takes $ORIGIN from there, not from AT_EXECFN",
	func(f *elf.File) bool {
		rpath, _ := f.DynString(elf.DT_RPATH)
		runpath, _ := f.DynString(elf.DT_RUNPATH)
		return strings.Contains(strings.Join(append(rpath, runpath...), ":"), "$ORIGIN")
	},
	func(r systemRun) bool {
		return r.status == "exit status 127" && strings.Contains(r.errs, "error while loading shared libraries")
	},
}}

// mayDiffer tells whether what r shows is in the table for the program at path.
func mayDiffer(t *testing.T, path string, r systemRun) bool {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, d := range differs {
		if d.may(f) && d.shows(r) {
			return true
		}
	}
	return false
}

const (
	quick = 2 * time.Second // for a run of a program of the system; what takes longer is not compared
)

// TestSystemPrograms has the loader check every ELF program of this system, none of which was made for
// it, and then start each: `slulrtld PROGRAM --version` has the same output and status as PROGRAM --version.
// They are run as nobody: whatever a program does with that argument, it has no right to do harm.
// Left out is what two runs by the kernel show to be different every time, or to be slow.
func TestSystemPrograms(t *testing.T) {
	need.Root(t)
	p := newPlace(t)
	var checked, compared atomic.Int32
	t.Run("all", func(t *testing.T) {
		for _, path := range systemPrograms(t) {
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				checked.Add(1)
				for _, option := range []string{"--verify", "--list"} {
					if r := runSystem(t, p, p.rtld, option, path); r.status != "exit status 0" || r.errs != "" || !strings.HasPrefix(r.out, path) {
						t.Errorf("%s: %s", option, r)
					}
				}
				if notRun[filepath.Base(path)] != "" {
					return
				}
				want := runSystem(t, p, path, "--version")
				if want.slow || runSystem(t, p, path, "--version") != want {
					return
				}
				compared.Add(1)
				got := runSystem(t, p, p.rtld, path, "--version")
				if got == want || mayDiffer(t, path, got) {
					return
				}
				for range 20 { // some are different now and then only
					if runSystem(t, p, path, "--version") != want {
						return
					}
				}
				t.Errorf("by the loader: %s\nby the kernel: %s", got, want)
			})
		}
	})
	if checked.Load() < 100 || compared.Load() < checked.Load()*9/10 {
		t.Errorf("%d programs checked, %d of them compared", checked.Load(), compared.Load())
	}
	t.Logf("%d programs checked, %d of them compared", checked.Load(), compared.Load())
}

// systemRun is what came of a run.
type systemRun struct {
	out, errs, status string
	slow              bool // killed after quick
}

func (r systemRun) String() string {
	return fmt.Sprintf("%s, fd 1 %.300q, fd 2 %.300q", r.status, r.out, r.errs)
}

// runSystem runs a program of the system in a directory of its own that is also its home.
func runSystem(t *testing.T, p place, path string, args ...string) systemRun {
	t.Helper()
	dir := filepath.Join(p.dir, "home", filepath.Base(t.Name()))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), quick)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + dir, "PATH=/usr/bin:/usr/sbin:/bin:/sbin", "LC_ALL=C", "TERM=dumb"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) && ctx.Err() == nil {
		t.Logf("%s: %v", path, err)
		return systemRun{slow: true}
	}
	return systemRun{out.String(), errs.String(), cmd.ProcessState.String(), ctx.Err() != nil || errors.Is(err, exec.ErrWaitDelay)}
}

// systemPrograms are the ELF files below /usr/bin and /usr/sbin, each under one of its names.
func systemPrograms(t *testing.T) (list []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, pattern := range []string{"/usr/bin/*", "/usr/sbin/*"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			file, err := filepath.EvalSymlinks(path)
			if err == nil && !seen[file] && isELF(file) {
				seen[file] = true
				list = append(list, path)
			}
		}
	}
	return list
}

func isELF(path string) bool {
	if s, err := os.Stat(path); err != nil || !s.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var magic [4]byte
	_, err = io.ReadFull(f, magic[:])
	return err == nil && string(magic[:]) == "\x7fELF"
}
