package rtld

// How the loader was started (docs/startup.md, "How the loader was started"). One
// file serves every way in, and the order of the signs is part of the contract.

type mode uint8

const (
	modeExplicit mode = iota // slulrtld PROGRAM, or runslul PROGRAM
	modeStub                 // by the stub of the program
	modeBinfmt               // by binfmt_misc: AT_EXECFD is the program, or AT_EXECFN its path
	modeInterp               // as PT_INTERP: the kernel mapped the program
)

// stubMagic is what the stub adds the program's fd, or −errno, to (docs/startup.md,
// "The stub"): the offset of the loader's own fd carries the sum.
const stubMagic = 0x534C5500

// maxFd bounds the fds that the sum may stand for.
const maxFd = 1 << 30

// launch is how the loader was started.
type launch struct {
	mode mode
	rtld uintptr // stub: R, the loader's own fd
	n    int64   // stub: P, the program's fd, or −errno
}

// decide finds the mode. phdr is where the loader's own program headers are.
func decide(b *block, phdr uintptr) launch {
	_, ok := b.aux(atExecfd)
	if flags, _ := b.aux(atFlags); ok || flags&1 != 0 {
		return launch{mode: modeBinfmt}
	}
	if at, ok := b.aux(atPhdr); ok && at != phdr {
		return launch{mode: modeInterp}
	}
	name, _ := b.aux(atExecfn)
	if fd, ok := devFd(name); ok {
		at := sys3(sysLseek, fd, 0, seekCur)
		n := int64(at) - stubMagic
		if !failed(at) && n >= -4095 && n < maxFd {
			return launch{modeStub, fd, n}
		}
	}
	return launch{mode: modeExplicit}
}

// devFd returns the fd that the C string "/dev/fd/<digits>" at addr names.
func devFd(addr uintptr) (uintptr, bool) {
	if addr == 0 || !hasPrefix(addr, lit("/dev/fd/\x00")) {
		return 0, false
	}
	fd := uintptr(0)
	for addr += 8; ; addr++ {
		digit := uintptr(byteAt(addr)) - '0'
		if digit > 9 {
			break
		}
		if fd = fd*10 + digit; fd >= maxFd {
			return 0, false
		}
	}
	return fd, byteAt(addr) == 0 && byteAt(addr-1) != '/'
}
