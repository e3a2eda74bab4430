package rtld

// What differs between CPUs in the kernel's interface. The numbers are those of
// the kernel's arch/x86/entry/syscalls/syscall_64.tbl; sys_test.go compares each
// with x/sys/unix.
const (
	sysWrite         = 1
	sysClose         = 3
	sysFstat         = 5
	sysLseek         = 8
	sysMmap          = 9
	sysMprotect      = 10
	sysMunmap        = 11
	sysBrk           = 12
	sysRtSigaction   = 13
	sysRtSigprocmask = 14
	sysPread         = 17
	sysFcntl         = 72
	sysGetcwd        = 79
	sysPrctl         = 157
	sysArchPrctl     = 158
	sysClockGettime  = 228
	sysExitGroup     = 231
	sysOpenat        = 257
	sysNewfstatat    = 262
	sysReadlinkat    = 267
	sysFaccessat     = 269
)

// kernelStat is struct stat (arch/x86/include/uapi/asm/stat.h).
type kernelStat struct {
	dev, ino, nlink uint64
	mode, uid       uint32
	_               [4]uint32
	size            uint64
	_               [11]uint64
}

const (
	machine     = 62 // EM_X86_64
	machineName = "x86-64"
	archName    = "x86_64" // in the names of files and directories
)

const archSetFs = 0x1002 // arch/x86/include/uapi/asm/prctl.h

// setThreadPointer sets the FS base.
func setThreadPointer(at uintptr) uintptr { return sys3(sysArchPrctl, archSetFs, at, 0) }
