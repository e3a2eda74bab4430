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
	mapPopulate  = 0x8000

	mapFixedNoreplace = 0x100000 // Linux 4.17

	sIfmt  = 0xf000
	sIfreg = 0x8000

	fGetfd         = 1
	prSetName      = 15
	prSetMm        = 35
	prSetMmMap     = 14
	clockMonotonic = 1
	seekCur        = 1
	xOK            = 1

	pathMax = 4096      // with its NUL
	argMax  = 1<<31 - 1 // no argument or variable is as long (include/uapi/linux/binfmts.h)
)

const (
	eperm   = 1
	enoent  = 2
	eintr   = 4
	enomem  = 12
	eacces  = 13
	efault  = 14
	enotdir = 20
)

// failed tells whether r is an errno.
func failed(r uintptr) bool { return r > ^uintptr(4095) }

// errno returns the number of a failed r.
func errno(r uintptr) uint64 { return uint64(-r) }

// closeFd closes fd.
//
//go:noinline
func closeFd(fd uintptr) { sys3(sysClose, fd, 0, 0) }

// open opens the NUL-terminated path at path.
//
//go:noinline
func open(path uintptr, flags uintptr) uintptr {
	for {
		r := sys(sysOpenat, atFdcwd, path, flags, 0, 0, 0)
		if !failed(r) || errno(r) != eintr {
			return r
		}
	}
}

// pread fills n bytes at addr from off of the file on; fewer mean the end of the file.
func pread(fd, addr uintptr, n, off uint64) (got uint64, r uintptr) {
	for got < n {
		r = sys(sysPread, fd, addr+uintptr(got), uintptr(n-got), uintptr(off+got), 0, 0)
		if failed(r) && errno(r) == eintr {
			continue
		}
		if failed(r) || r == 0 {
			return got, r
		}
		got += uint64(r)
	}
	return got, 0
}

// writeAll writes n bytes at addr to fd, in one call unless the kernel takes less.
//
//go:noinline
func writeAll(fd, addr, n uintptr) {
	for n != 0 {
		r := sys3(sysWrite, fd, addr, n)
		if failed(r) {
			if errno(r) != eintr {
				return // EPIPE, EBADF: nobody listens
			}
			r = 0
		}
		addr += r
		n -= r
	}
}

func mmap(addr, n uintptr, prot, flags, fd uintptr, off uint64) uintptr {
	return sys(sysMmap, addr, n, prot, flags, fd, uintptr(off))
}

func munmap(addr, n uintptr) uintptr { return sys3(sysMunmap, addr, n, 0) }

// exit ends the process.
//
//go:noinline
func exit(code uintptr) {
	for {
		sys3(sysExitGroup, code, 0, 0)
	}
}

func fstat(fd uintptr, st *kernelStat) uintptr {
	return sys3(sysFstat, fd, uintptr(unsafe.Pointer(st)), 0)
}

// statPath is stat(2) of the C string at path.
//
//go:noinline
func statPath(path uintptr, st *kernelStat) uintptr {
	return sys(sysNewfstatat, atFdcwd, path, uintptr(unsafe.Pointer(st)), 0, 0, 0)
}

// isExecutable tells whether the caller may execute the file at path.
func isExecutable(path uintptr) bool {
	return !failed(sys3(sysFaccessat, atFdcwd, path, xOK))
}
