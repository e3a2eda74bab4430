package doctor

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// limit is a resource limit, and from where on it hurts.
type limit struct {
	resource int
	name     string
	unit     string
	least    uint64 // below it no program starts
	enough   uint64 // below it large ones do not
	effect   string
	mend     string
}

// The least values are those of tests/start: TestDescriptorLimitLibrary, TestStackLimit.
var limitRows = []limit{
	{unix.RLIMIT_NOFILE, "file descriptors", "", 6, 32,
		"a start needs two free descriptors and one more for libraries: no free file descriptor, or the stub's line", "ulimit -n 1024"},
	{unix.RLIMIT_STACK, "stack", " bytes", 64 << 10, 256 << 10,
		"a quarter of it is all that arguments and environment may take; the rest is the program's", "ulimit -s 8192"},
	{unix.RLIMIT_AS, "address space", " bytes", 0, 4 << 30, // this tool itself would not run with what is too little for a program
		"programs and libraries that do not fit are refused: no address space", "ulimit -v unlimited"},
}

func (e *exam) limits() {
	var fine []string
	for _, l := range limitRows {
		var r unix.Rlimit
		if err := unix.Getrlimit(l.resource, &r); err != nil {
			continue
		}
		if l.resource == unix.RLIMIT_NOFILE {
			r.Cur = parentsFiles(r.Cur)
		}
		text := "unlimited " + l.name
		if r.Cur != unix.RLIM_INFINITY {
			text = fmt.Sprintf("%d%s of %s", r.Cur, l.unit, l.name)
			if l.unit == "" {
				text = fmt.Sprintf("%d %s", r.Cur, l.name)
			}
		}
		level := OK
		switch {
		case r.Cur < l.least:
			level = Fail
		case r.Cur < l.enough:
			level = Note
		}
		if level == OK {
			fine = append(fine, text)
			continue
		}
		e.add(Finding{"limits", level, "at most " + text, l.effect, l.mend})
	}
	if len(fine) > 0 {
		e.ok("limits", "%s", strings.Join(fine, ", "))
	}
}

// parentsFiles is the soft limit of descriptors in the process that started this one, a shell
// mostly. Go has raised this process's own, which was own, when it started.
func parentsFiles(own uint64) uint64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/limits", os.Getppid()))
	for line := range bytes.Lines(b) {
		if rest, ok := bytes.CutPrefix(line, []byte("Max open files")); ok {
			var soft uint64
			if _, err := fmt.Sscan(string(rest), &soft); err == nil {
				return soft
			}
		}
	}
	return own
}

// mounts: the directories where programs of this user mostly lie.
func (e *exam) mounts() {
	seen := map[string]bool{}
	for _, dir := range likelyDirs() {
		at := mountOf(dir)
		if dir == "" || seen[at] || !mountedWith(dir, unix.ST_NOEXEC) {
			continue
		}
		seen[at] = true
		e.add(Finding{"mounts", Note, dir + " is on a file system that is mounted noexec",
			"programs there do not run: Permission denied", remount(dir, "exec")})
	}
	if len(seen) == 0 {
		e.ok("mounts", "programs may run in %s", strings.Join(likelyDirs(), ", "))
	}
}

func likelyDirs() []string {
	var list []string
	wd, _ := os.Getwd()
	home, _ := os.UserHomeDir()
	cache, _ := os.UserCacheDir()
	for _, dir := range []string{wd, home, cache, os.TempDir()} {
		if dir == "" || !filepath.IsAbs(dir) {
			continue
		}
		if _, err := os.Stat(dir); err == nil && !slices.Contains(list, dir) {
			list = append(list, dir)
		}
	}
	return list
}

// environment: variables of the loader that are set.
func (e *exam) environment() {
	well := true
	note := func(text, effect, mend string) {
		well = false
		e.add(Finding{"environment", Note, text, effect, mend})
	}
	if path, set := os.LookupEnv("LD_SLUL_LIBRARY_PATH"); set {
		for dir := range strings.SplitSeq(path, ":") {
			if info, err := os.Stat(dir); dir == "" {
				note("LD_SLUL_LIBRARY_PATH has an empty element", "it is left out, and is not the current directory", "")
			} else if err != nil || !info.IsDir() {
				note("LD_SLUL_LIBRARY_PATH names "+dir+", which is no directory", "nothing is found there", "unset LD_SLUL_LIBRARY_PATH")
			} else if !filepath.IsAbs(dir) {
				note("LD_SLUL_LIBRARY_PATH names "+dir+", which is relative", "what is found depends on the current directory", "unset LD_SLUL_LIBRARY_PATH")
			} else {
				note("LD_SLUL_LIBRARY_PATH names "+dir, "libraries there are used before all others, except by set-user-ID programs", "unset LD_SLUL_LIBRARY_PATH")
			}
		}
	}
	if trace, set := os.LookupEnv("LD_SLUL_TRACE"); set {
		note("LD_SLUL_TRACE is "+trace, "programs tell on descriptor 2 how they are started", "unset LD_SLUL_TRACE")
	}
	if well {
		e.ok("environment", "no variable of the loader is set")
	}
}

// rights: what keeps set-user-ID bits from counting in this process.
func (e *exam) rights() {
	switch {
	case status("NoNewPrivs") == "1":
		e.add(Finding{"rights", e.whenSetID(), "this process may not gain rights (no_new_privs)",
			"set-user-ID bits and file capabilities have no effect here", "setpriv and systemd call it NoNewPrivileges, docker no-new-privileges: start without it"})
	case status("Seccomp") == "2":
		e.add(Finding{"rights", Note, "a seccomp filter is on", "see filter and execveat", ""})
	default:
		e.ok("rights", "set-user-ID bits count, and no seccomp filter is on")
	}
}

func (e *exam) whenSetID() Level {
	if e.prog != nil && e.prog.privileged() {
		return Fail
	}
	return Note
}

// status is a field of /proc/self/status.
func status(field string) string {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range bytes.Lines(b) {
		if name, value, ok := strings.Cut(string(line), ":"); ok && name == field {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// yama is what kernel.yama.ptrace_scope means for debuggers (Documentation/admin-guide/LSM/Yama.rst).
var yama = map[string]string{
	"1": "gdb and strace work on programs that they start; on others only with root",
	"2": "gdb and strace work only with root",
	"3": "gdb and strace do not work until the next boot",
}

func (e *exam) debuggers() {
	const file = "/proc/sys/kernel/yama/ptrace_scope"
	b, err := os.ReadFile(file)
	scope := strings.TrimSpace(string(b))
	effect, hindered := yama[scope]
	if err != nil || !hindered {
		e.ok("debuggers", "gdb and strace work on programs of the same user")
		return
	}
	f := Finding{"debuggers", Note, "kernel.yama.ptrace_scope is " + scope, effect, "sudo sysctl kernel.yama.ptrace_scope=0"}
	if scope == "1" {
		f.Level, f.Mend = OK, ""
	}
	if scope == "3" {
		f.Mend = "" // nothing does
	}
	e.add(f)
}
