package doctor

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"slul/binfmt"
	"slul/elfimage"
	"slul/stubgen"
)

// cannotRun is what users see when the loader cannot be started.
func (e *exam) cannotRun() string {
	if e.prog != nil && (e.prog.file.Start == elfimage.StartInterp || e.prog.file.Start == elfimage.StartShebang) {
		return "the kernel does not start it; the shell says: not found, or Permission denied"
	}
	return fmt.Sprintf("programs end with %q and status 127", strings.TrimSpace(stubgen.Message(e.Rtld)))
}

// leastKernel is the first with execveat and /dev/fd/N in AT_EXECFN.
const leastKernel = "3.19"

// kernel: what it says about itself. That is for the reader: setarch(8) makes it say other
// things, and the next checks ask for the calls themselves.
func (e *exam) kernel() {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		e.add(Finding{"kernel", Note, "uname: " + err.Error(), "it does not say its version", ""})
		return
	}
	release := unix.ByteSliceToString(u.Release[:])
	if binfmt.Older(release, leastKernel) {
		e.add(Finding{"kernel", Note, fmt.Sprintf("it says that it is Linux %s, and %s is the first with execveat", release, leastKernel),
			"if that is so, " + e.cannotRun(), "runslul PROGRAM"})
		return
	}
	e.ok("kernel", "Linux %s on %s", release, unix.ByteSliceToString(u.Machine[:]))
}

// execveat: whether the call is there and permitted. It is made with a descriptor that
// cannot be open, so that nothing happens.
func (e *exam) execveat() {
	empty := new(byte)
	none := [1]*byte{}
	_, _, errno := unix.RawSyscall6(unix.SYS_EXECVEAT, ^uintptr(0), uintptr(unsafe.Pointer(empty)),
		uintptr(unsafe.Pointer(&none)), uintptr(unsafe.Pointer(&none)), unix.AT_EMPTY_PATH, 0)
	if errno == unix.EBADF {
		e.ok("execveat", "the kernel has it, and it is permitted")
		return
	}
	e.add(Finding{"execveat", Fail, fmt.Sprintf("execveat gives %s: a seccomp filter forbids it, or the kernel lacks it", name(errno)),
		e.cannotRun(), "allow execveat in the filter (docker: --security-opt seccomp=FILE; systemd: SystemCallFilter=@system-service), or: runslul PROGRAM"})
}

// probe is a call of the loader in a form that does nothing, and how an unhindered
// kernel answers it.
type probe struct {
	call uintptr
	name string
	args [6]uintptr
	want syscall.Errno
}

var noFD = ^uintptr(0)

// probes has each call that the loader cannot do without. Those with side effects are made
// on a page of their own, by exam.filter.
var probes = []probe{
	{unix.SYS_LSEEK, "lseek", [6]uintptr{noFD}, unix.EBADF},
	{unix.SYS_FSTAT, "fstat", [6]uintptr{noFD}, unix.EBADF},
	{unix.SYS_PREAD64, "pread64", [6]uintptr{noFD}, unix.EBADF},
	{unix.SYS_OPENAT, "openat", [6]uintptr{noFD}, unix.EFAULT},
	{unix.SYS_ARCH_PRCTL, "arch_prctl", [6]uintptr{}, unix.EINVAL},
	{unix.SYS_MPROTECT, "mprotect", [6]uintptr{0, 0, unix.PROT_READ}, 0},
}

// filter: whether the loader's system calls are permitted.
func (e *exam) filter() {
	var denied []string
	for _, p := range probes {
		_, _, errno := unix.RawSyscall6(p.call, p.args[0], p.args[1], p.args[2], p.args[3], p.args[4], p.args[5])
		if errno != p.want {
			denied = append(denied, p.name+" ("+name(errno)+")")
		}
	}
	page, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		denied = append(denied, fmt.Sprintf("mmap with PROT_EXEC (%v)", err))
	} else {
		unix.Munmap(page)
	}
	if len(denied) > 0 {
		e.add(Finding{"filter", Fail, "not permitted: " + strings.Join(denied, ", "),
			"the loader ends with one line and status 126 or 127", "allow these system calls in the seccomp filter or policy"})
		return
	}
	e.ok("filter", "the loader's system calls are permitted")
}

// name is the errno's constant, as the loader's messages have it.
func name(errno syscall.Errno) string {
	if errno == 0 {
		return "success"
	}
	return unix.ErrnoName(errno)
}

// proc: /proc/self/exe is how a stub opens its own file.
func (e *exam) proc() {
	var st unix.Statfs_t
	if err := unix.Statfs("/proc", &st); err != nil || int64(st.Type) != unix.PROC_SUPER_MAGIC {
		e.add(Finding{"proc", Fail, "/proc is not mounted",
			"a program is only found by its first argument, and a set-user-ID program not at all: /proc is not mounted", "sudo mount -t proc proc /proc"})
		return
	}
	if _, err := os.Open("/proc/self/exe"); err != nil {
		e.add(Finding{"proc", Fail, err.Error(), "a program cannot open its own file", "sudo mount -t proc proc /proc"})
		return
	}
	e.ok("proc", "/proc is mounted")
}

// null: /dev/null takes the place of descriptors 0 to 2 that a caller of a set-user-ID
// program has closed.
func (e *exam) null() {
	var st unix.Stat_t
	err := unix.Stat("/dev/null", &st)
	isNull := err == nil && st.Mode&unix.S_IFMT == unix.S_IFCHR && st.Rdev == unix.Mkdev(1, 3)
	if isNull && may("/dev/null", unix.R_OK|unix.W_OK) {
		e.ok("null", "/dev/null is there")
		return
	}
	f := Finding{"null", Note, "/dev/null is not there", "a set-user-ID program does not start when its caller has closed descriptor 0, 1 or 2: cannot open /dev/null",
		"sudo rm -f /dev/null && sudo mknod -m 666 /dev/null c 1 3"}
	if isNull {
		f.Text, f.Mend = fmt.Sprintf("/dev/null has mode %04o", st.Mode&0o7777), "sudo chmod 666 /dev/null"
	}
	e.add(f)
}

// binfmt: whether the kernel starts the loader at once. It is optional.
func (e *exam) binfmt() {
	ours, err := binfmt.Ours(e.Target, e.Rtld)
	if err != nil {
		return // such a loader cannot be registered
	}
	s, err := binfmt.Look(binfmt.DefaultDir, ours)
	if err != nil {
		e.add(Finding{"binfmt_misc", Note, err.Error(), byStub, ""})
		return
	}
	for _, w := range s.Warnings {
		e.add(Finding{"binfmt_misc", Note, w.Text, "another interpreter than the loader runs programs, or has rights of files that are not its own", SwitchOff(s.Dir, w)})
	}
	var registered, missing []string
	for _, state := range s.Entries {
		if state.Registered && !state.Disabled && state.Interpreter == e.Rtld {
			registered = append(registered, state.Name)
		} else {
			missing = append(missing, state.Name)
		}
	}
	const register = "sudo slul binfmt register"
	switch {
	case !s.Mounted:
		e.add(Finding{"binfmt_misc", Note, "not mounted", byStub, register})
	case !s.Enabled:
		e.add(Finding{"binfmt_misc", Note, "switched off", byStub, "echo 1 | sudo tee " + s.Dir + "/status"})
	case len(missing) > 0:
		e.add(Finding{"binfmt_misc", Note, "not registered for this loader: " + strings.Join(missing, ", "), byStub, register})
	default:
		e.ok("binfmt_misc", "the kernel starts the loader at once: %s", strings.Join(registered, ", "))
	}
}

// SwitchOff is the command that takes away what binfmt_misc, which is mounted at dir, is warned of.
func SwitchOff(dir string, w binfmt.Warning) string {
	if w.Ours {
		return AsRoot("slul binfmt register")
	}
	return "echo 0 | sudo tee " + Shell(filepath.Join(dir, w.Entry))
}

const byStub = "programs start by their stubs; those without one need runslul"

// trial: a program is started, when nothing speaks against it. It lies in memory, so that
// no mount has a part in it.
func (e *exam) trial() {
	if e.Trial == nil || e.report.Failures() > 0 {
		return
	}
	file, err := e.Trial(e.Rtld)
	if err != nil {
		e.add(Finding{"trial", Note, "no program could be made to try: " + err.Error(), "that programs start was not seen", ""})
		return
	}
	out, err := runFile("slul-trial", file)
	switch {
	case err == nil && string(out) == TrialText:
		e.ok("trial", "a program was started, and ended well")
	case errors.Is(err, errMemfd):
		e.add(Finding{"trial", Note, err.Error(), "that programs start was not seen", "sudo sysctl vm.memfd_noexec=0"})
	default:
		e.add(Finding{"trial", Fail, fmt.Sprintf("a program was tried, and did not run: %s", firstLine(out, err)),
			"no program starts", "please report this line with the output of: slul doctor --json"})
	}
}

// errMemfd is that a file in memory cannot be made or executed, as vm.memfd_noexec may say.
var errMemfd = errors.New("no file in memory can be executed")

// runFile executes bytes that lie in no directory, and gives all that they print.
func runFile(called string, file []byte, args ...string) ([]byte, error) {
	fd, err := unix.MemfdCreate(called, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errMemfd, err)
	}
	f := os.NewFile(uintptr(fd), called)
	defer f.Close()
	if _, err := f.Write(file); err != nil {
		return nil, fmt.Errorf("%w: %v", errMemfd, err)
	}
	// opened again for reading: what is open for writing is not executed (ETXTBSY)
	path := fmt.Sprintf("/proc/self/fd/%d", fd)
	readable, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errMemfd, err)
	}
	f.Close()
	defer readable.Close()
	cmd := exec.Command("/proc/self/fd/3", args...)
	cmd.Args[0] = called
	cmd.ExtraFiles = []*os.File{readable}
	var b bytes.Buffer
	cmd.Stdin = strings.NewReader("") // nil would be /dev/null, which a bare root lacks
	cmd.Stdout, cmd.Stderr = &b, &b
	err = cmd.Run()
	if errors.Is(err, unix.EACCES) {
		err = fmt.Errorf("%w: %v", errMemfd, err)
	}
	return b.Bytes(), err
}

// firstLine is what a program said, else how it ended.
func firstLine(out []byte, err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if line == "" && err != nil {
		return err.Error()
	}
	return line
}
