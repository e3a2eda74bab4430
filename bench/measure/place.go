package measure

// Where programs run, and what is in the caches when they do.

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"

	"slul/elfimage"
	"slul/rtld/image"
)

// WriteLoader puts our loader into dir, for the programs that are measured.
func WriteLoader(dir string) (path string, err error) {
	data, err := image.For("x86_64")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "slulrtld")
	return path, elfimage.WriteFile(path, data, 0o755)
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
