package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"sort"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"slul/elfimage"
)

// cache is the directory where "slul run" keeps files that are going to be executed.
//
//	rtld-HASH           the loader
//	run/HASH/COMMAND    programs, by the hash of their bytes
//
// Everybody who can write there can make us run anything, so it is used only when it,
// and the way to it, belong to this user or to root and nobody else can write them.
type cache struct {
	dir       string
	temporary bool // removed by close; the program is then a child, not an exec
}

// keepPrograms is how many programs stay in the cache. A program that is pushed out
// while it runs goes on running.
const keepPrograms = 64

// openCache gives the user's cache directory, or a private temporary one when that is
// unfit. fits says whether the path is one that the rest of the work can live with.
func openCache(fits func(dir string) bool) (*cache, error) {
	if dir := userCache(); dir != "" && fits(dir) && makeSafe(dir) {
		return &cache{dir: dir}, nil
	}
	dir, err := os.MkdirTemp("", "slul-run-")
	if err != nil {
		return nil, fmt.Errorf("no usable cache directory, and no temporary one: %w: set TMPDIR to a directory that you can write", err)
	}
	c := &cache{dir: dir, temporary: true}
	if !fits(dir) {
		c.close()
		return nil, fmt.Errorf("%s: the path is too long for the start-up stub; set XDG_CACHE_HOME to a shorter one", dir)
	}
	return c, nil
}

// userCache is where the XDG base directory specification puts our files; "" when the
// environment does not say, or says a relative path, which the specification forbids.
func userCache() string {
	if dir := os.Getenv("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "slul")
	}
	if home := os.Getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".cache", "slul")
	}
	return ""
}

// makeSafe makes dir, if it is not there, and says whether it may be used: this user's
// own, on the way there nothing that others can change, writable, and not on a file
// system where nothing may be executed.
func makeSafe(dir string) bool {
	if os.MkdirAll(dir, 0o700) != nil {
		return false
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	for d, first := real, true; ; d, first = filepath.Dir(d), false {
		info, err := os.Lstat(d)
		if err != nil || !info.IsDir() {
			return false
		}
		owner := ownerOf(info)
		if owner != os.Geteuid() && (first || owner != 0) {
			return false
		}
		sticky := !first && info.Mode()&os.ModeSticky != 0
		if info.Mode()&0o022 != 0 && !sticky {
			return false
		}
		if d == "/" {
			break
		}
	}
	var fs unix.Statfs_t
	if unix.Statfs(dir, &fs) != nil || fs.Flags&unix.ST_NOEXEC != 0 {
		return false
	}
	return unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS) == nil
}

func ownerOf(info os.FileInfo) int { return int(info.Sys().(*syscall.Stat_t).Uid) }

// put makes sure that the file name in the cache is ours and holds data, and gives its
// path. Two that put the same at once both find it whole: files only ever appear
// complete, under their final name.
func (c *cache) put(name string, data []byte) (string, error) {
	path := filepath.Join(c.dir, name)
	dir := filepath.Dir(path)
	for try := 0; ; try++ {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", err
		}
		if dir != c.dir {
			now := time.Now()
			os.Chtimes(dir, now, now) // last used; a failure costs no more than an early removal
			c.prune(filepath.Dir(dir))
		}
		if holds(path, data) {
			return path, nil
		}
		err := elfimage.WriteFile(path, data, 0o755)
		if err == nil {
			err = os.Chmod(path, 0o755) // whatever the umask is
		}
		// another run's prune may take the directory away between MkdirAll and here
		if err != nil && (try == 2 || !errors.Is(err, os.ErrNotExist)) {
			return "", err
		}
	}
}

// holds reports whether path is a regular file of this user that nobody else can
// write, that may be executed, and whose content is data.
func holds(path string, data []byte) bool {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || ownerOf(info) != os.Geteuid() ||
		info.Mode().Perm() != 0o755 || info.Size() != int64(len(data)) {
		return false
	}
	content, err := io.ReadAll(f)
	return err == nil && bytes.Equal(content, data)
}

// prune removes the programs that were not used for longest, none of the last hour.
func (c *cache) prune(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) <= keepPrograms {
		return
	}
	type aged struct {
		path string
		used time.Time
	}
	var old []aged
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && time.Since(info.ModTime()) > time.Hour {
			old = append(old, aged{filepath.Join(dir, e.Name()), info.ModTime()})
		}
	}
	sort.Slice(old, func(i, j int) bool { return old[i].used.Before(old[j].used) })
	for _, a := range old[:min(len(old), len(entries)-keepPrograms)] {
		os.RemoveAll(a.path)
	}
}

// close removes a temporary directory.
func (c *cache) close() {
	if c.temporary {
		os.RemoveAll(c.dir)
	}
}

// start makes this process the program. With a temporary directory it waits for the
// program as a child instead, because somebody has to tidy up.
func (c *cache) start(path string, argv []string) error {
	if !c.temporary {
		return &os.PathError{Op: "run", Path: path, Err: unix.Exec(path, argv, os.Environ())}
	}
	child := &exec.Cmd{Path: path, Args: argv, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGHUP, unix.SIGUSR1, unix.SIGUSR2, unix.SIGWINCH)
	if err := child.Start(); err != nil {
		return err
	}
	go func() {
		for s := range signals {
			// the terminal sends these two to the whole process group
			if s != unix.SIGINT && s != unix.SIGQUIT {
				child.Process.Signal(s)
			}
		}
	}()
	child.Wait() // its error only says what ProcessState says as well
	c.close()
	endLike(child.ProcessState.Sys().(syscall.WaitStatus))
	return nil
}

// endLike ends this process as another one ended: same status, or same signal.
func endLike(status syscall.WaitStatus) {
	if !status.Signaled() {
		os.Exit(status.ExitStatus())
	}
	sig := status.Signal()
	unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) // the program has left its core already

	// Go's handler would print stacks for some signals: back to SIG_DFL, which is a
	// struct sigaction of zeros (sigaction(2)). A signal to one's own thread is there
	// when the call returns.
	runtime.LockOSThread()
	var action [4]uint64
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
	unix.Tgkill(os.Getpid(), unix.Gettid(), sig)
	os.Exit(128 + int(sig)) // what shells make of it, should we still be here
}
