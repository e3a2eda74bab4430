package rtld

import "unsafe"

// The system calls by name, thin: arguments in Go's types, the kernel's answer as
// it is. A failure is −errno in the last page of numbers; failed and errno tell.

// Constants of the kernel's interface that are the same on every CPU here
// (include/uapi/asm-generic, include/uapi/linux). sys_test.go compares them.
const (
	atFdcwd = ^uintptr(99) // AT_FDCWD, −100

	oRdonly   = 0
	oRdwr     = 2
	oNonblock = 0x800
	oCloexec  = 0x80000

	protNone  = 0
	protRead  = 1
	protWrite = 2
	protExec  = 4

	mapPrivate   = 0x02
	mapFixed     = 0x10
	mapAnonymous = 0x20
	mapNoreserve = 0x4000

	sIfmt  = 0xf000
	sIfreg = 0x8000

	fGetfd    = 1
	prSetName = 15
	seekCur   = 1
	xOK       = 1

	pathMax = 4096 // with its NUL
)

const (
	eperm   = 1
	enoent  = 2
	eintr   = 4
	eio     = 5
	ebadf   = 9
	enomem  = 12
	eacces  = 13
	enotdir = 20
	enfile  = 23
	emfile  = 24
	eloop   = 40
)

// failed tells whether r is an errno.
func failed(r uintptr) bool { return r > ^uintptr(4095) }

// errno returns the number of a failed r.
func errno(r uintptr) uint64 { return uint64(-r) }

func closeFd(fd uintptr) { sys(sysClose, fd, 0, 0, 0, 0, 0) }

// open opens the NUL-terminated path at path.
func open(path uintptr, flags uintptr) uintptr {
	for {
		r := sys(sysOpenat, atFdcwd, path, flags, 0, 0, 0)
		if !failed(r) || errno(r) != eintr {
			return r
		}
	}
}

// pread fills b from off on; fewer bytes than len(b) mean the end of the file.
func pread(fd uintptr, b []byte, off uint64) (n int, r uintptr) {
	for n < len(b) {
		r = sys(sysPread, fd, uintptr(unsafe.Pointer(&b[n])), uintptr(len(b)-n), uintptr(off)+uintptr(n), 0, 0)
		if failed(r) && errno(r) == eintr {
			continue
		}
		if failed(r) || r == 0 || r > uintptr(len(b)-n) {
			return n, r
		}
		n += int(r)
	}
	return n, 0
}

// writeAll writes b to fd, in one call unless the kernel takes less of it.
func writeAll(fd uintptr, b []byte) {
	for len(b) > 0 {
		r := sys(sysWrite, fd, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), 0, 0, 0)
		switch {
		case failed(r) && errno(r) == eintr:
		case failed(r) || r == 0 || r > uintptr(len(b)):
			return // EPIPE, EBADF: nobody listens
		default:
			b = b[r:]
		}
	}
}

func mmap(addr, n uintptr, prot, flags, fd uintptr, off uint64) uintptr {
	return sys(sysMmap, addr, n, prot, flags, fd, uintptr(off))
}

func mprotect(addr, n, prot uintptr) uintptr { return sys(sysMprotect, addr, n, prot, 0, 0, 0) }

func munmap(addr, n uintptr) uintptr { return sys(sysMunmap, addr, n, 0, 0, 0, 0) }

func exit(code uintptr) {
	for {
		sys(sysExitGroup, code, 0, 0, 0, 0, 0)
	}
}

// stat is what the loader wants to know of a file.
type stat struct {
	dev, ino, size uint64
	mode           uint32
}

func fstat(fd uintptr) (stat, uintptr) {
	var b kernelStat
	r := sys(sysFstat, fd, uintptr(unsafe.Pointer(&b)), 0, 0, 0, 0)
	return stat{b.dev, b.ino, b.size, b.mode}, r
}

// statPath is stat(2) of the NUL-terminated path at path.
func statPath(path uintptr) (stat, uintptr) {
	var b kernelStat
	r := sys(sysNewfstatat, atFdcwd, path, uintptr(unsafe.Pointer(&b)), 0, 0, 0)
	return stat{b.dev, b.ino, b.size, b.mode}, r
}

// isExecutable tells whether the caller may execute the file at path.
func isExecutable(path uintptr) bool {
	return !failed(sys(sysFaccessat, atFdcwd, path, xOK, 0, 0, 0))
}
