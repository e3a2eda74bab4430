package rtld

// What differs between CPUs in the kernel's interface. The numbers are those of
// the kernel's arch/x86/entry/syscalls/syscall_64.tbl; sys_test.go compares each
// with x/sys/unix.
const (
	sysWrite      = 1
	sysClose      = 3
	sysFstat      = 5
	sysLseek      = 8
	sysMmap       = 9
	sysMprotect   = 10
	sysMunmap     = 11
	sysPread      = 17
	sysFcntl      = 72
	sysPrctl      = 157
	sysExitGroup  = 231
	sysOpenat     = 257
	sysNewfstatat = 262
	sysReadlinkat = 267
	sysFaccessat  = 269
)

// kernelStat is struct stat (arch/x86/include/uapi/asm/stat.h).
type kernelStat struct {
	dev, ino, nlink uint64
	mode            uint32
	_               [5]uint32
	size            uint64
	_               [11]uint64
}

const (
	machine     = 62 // EM_X86_64
	machineName = "x86-64"
)
