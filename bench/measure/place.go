package measure

// Where programs run, and what is in the caches when they do.

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"slul/elfimage"
	"slul/rtld/image"
)

// WriteLoader puts our loader into dir, for the programs that are measured: the embedded
// one, or that in a file. Its path, which is in the programs, is the same for all.
func WriteLoader(dir, file string) (path string, err error) {
	var data []byte
	if file == "" {
		data, err = image.For("x86_64")
	} else {
		data, err = os.ReadFile(file)
	}
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "slulrtld")
	return path, elfimage.WriteFile(path, data, 0o755)
}

// alone sees that programs inherit no descriptor of ours, whatever ours inherited: a loader
// would else find other numbers, and a program other files.
func alone() {
	unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) // fails before Linux 5.11
}

// first gives this thread, and so the children that it starts, the highest priority that
// is not a real-time one, if it may: what else runs on the CPU then waits, and times are
// those of an idle machine. Where sessions share the CPU first, and priorities count
// within each, our session gets it too (sched(7), "The autogroup feature"). It says
// whether it could.
func first() (undo func(), ok bool) {
	tid := unix.Gettid()
	before, err := unix.Getpriority(unix.PRIO_PROCESS, tid)
	ok = err == nil && unix.Setpriority(unix.PRIO_PROCESS, tid, -20) == nil
	var group string
	if text, err := os.ReadFile(autogroup); err == nil && ok { // "/autogroup-25 nice 0"
		_, group, _ = strings.Cut(strings.TrimSpace(string(text)), " nice ")
		os.WriteFile(autogroup, []byte("-20"), 0)
	}
	return func() {
		unix.Setpriority(unix.PRIO_PROCESS, tid, 20-before) // the system call gives 20 - nice
		if group != "" {
			os.WriteFile(autogroup, []byte(group), 0)
		}
	}, ok
}

const autogroup = "/proc/self/autogroup"

// Place says in words where programs run with these options.
func (o *Options) Place() string {
	if !o.Pin {
		return "on any CPU, beside whatever else runs"
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	undo, ok := first()
	defer undo()
	if ok {
		return "on one CPU, before all else there (nice -20)"
	}
	return "on one CPU, beside whatever else runs there: more so on a busy machine"
}

// pinned keeps this thread, and so the children that it starts, on one of the CPUs
// that it may use: the last, as the first ones serve interrupts.
func pinned() (undo func(), err error) {
	runtime.LockOSThread()
	var allowed, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		return nil, err
	}
	for cpu := range 8 * len(allowed) * 8 {
		if allowed.IsSet(cpu) {
			one.Zero()
			one.Set(cpu)
		}
	}
	undo = func() {
		unix.SchedSetaffinity(0, &allowed)
		runtime.UnlockOSThread()
	}
	return undo, unix.SchedSetaffinity(0, &one)
}

// dropCaches takes "3" and forgets pages of files, names and inodes that nobody uses
// (Documentation/admin-guide/sysctl/vm.rst).
const dropCaches = "/proc/sys/vm/drop_caches"

// openDrop opens what the spawner writes to before each start.
func openDrop(cold bool) (*os.File, error) {
	if !cold {
		return os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	}
	unix.Sync() // pages that are not written yet are not dropped
	f, err := os.OpenFile(dropCaches, os.O_WRONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("cold starts need root: %w", err)
	}
	return f, nil
}
