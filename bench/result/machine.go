package result

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Machine is what a time cannot be read without.
type Machine struct {
	CPU        string `json:"cpu"`
	CPUs       int    `json:"cpus"`
	Virtual    bool   `json:"virtual"` // a guest: its host has caches and other guests
	Kernel     string `json:"kernel"`
	Governor   string `json:"governor"`    // of the CPU's clock
	FileSystem string `json:"file_system"` // where the programs lie
	Slul       string `json:"slul"`
	Go         string `json:"go"` // that this tool was built with
}

// ThisMachine describes the machine. dir is where the programs lie.
func ThisMachine(version, dir string) Machine {
	m := Machine{CPU: "unknown", CPUs: runtime.NumCPU(), Governor: "not shown by this machine", Slul: version, Go: runtime.Version()}
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "model name":
			m.CPU = value
		case "flags":
			m.Virtual = strings.Contains(" "+value+" ", " hypervisor ")
		}
	}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		m.Kernel = unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:]) + " " + unix.ByteSliceToString(u.Machine[:])
	}
	if b, err := os.ReadFile("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"); err == nil {
		m.Governor = strings.TrimSpace(string(b))
	}
	m.FileSystem = fileSystem(dir)
	return m
}

// fileSystems are the usual ones: statfs(2), linux/magic.h.
var fileSystems = map[int64]string{
	unix.EXT4_SUPER_MAGIC: "ext4", unix.XFS_SUPER_MAGIC: "xfs", unix.BTRFS_SUPER_MAGIC: "btrfs",
	unix.TMPFS_MAGIC: "tmpfs", unix.OVERLAYFS_SUPER_MAGIC: "overlayfs", unix.NFS_SUPER_MAGIC: "nfs",
	unix.F2FS_SUPER_MAGIC: "f2fs",
}

func fileSystem(dir string) string {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return "unknown"
	}
	if name, ok := fileSystems[fs.Type]; ok {
		return name
	}
	return fmt.Sprintf("type %#x", fs.Type)
}

func (m Machine) print(w io.Writer) {
	virtual := ""
	if m.Virtual {
		virtual = ", a virtual machine"
	}
	fmt.Fprintf(w, "machine: %s, %d CPUs%s; %s; governor: %s; files on %s\n", m.CPU, m.CPUs, virtual, m.Kernel, m.Governor, m.FileSystem)
}
