package rtld

import "unsafe"

// A file that gets shorter while it is being loaded has no bytes behind its new end, and
// who touches them gets SIGBUS (mmap(2)). It is caught as long as the loader reads.

// sigaction is the kernel's struct sigaction.
type sigaction struct{ handler, flags, restorer, mask uintptr }

const (
	sigBus      = 7
	saSiginfo   = 4
	saRestorer  = 0x04000000
	saNodefer   = 0x40000000
	sigUnblock  = 1
	sigSetmask  = 2
	sigsetBytes = 8
)

// guarded is what was there before.
type guarded struct {
	on   bool
	old  sigaction
	mask uint64
}

// guard catches SIGBUS from here on.
//
//go:noinline
func guard() {
	l := &process
	g := &l.guarded
	if g.on {
		return
	}
	g.on = true
	act := sigaction{busPC(), saSiginfo | saRestorer | saNodefer, busPC(), 0}
	sys(sysRtSigaction, sigBus, uintptr(unsafe.Pointer(&act)), uintptr(unsafe.Pointer(&g.old)), sigsetBytes, 0, 0)
	mask := uint64(1) << (sigBus - 1)
	sys(sysRtSigprocmask, sigUnblock, uintptr(unsafe.Pointer(&mask)), uintptr(unsafe.Pointer(&g.mask)), sigsetBytes, 0, 0)
}

// unguard makes everything as it was.
func unguard() {
	l := &process
	if g := &l.guarded; g.on {
		g.on = false
		sys(sysRtSigaction, sigBus, uintptr(unsafe.Pointer(&g.old)), 0, sigsetBytes, 0, 0)
		sys(sysRtSigprocmask, sigSetmask, uintptr(unsafe.Pointer(&g.mask)), 0, sigsetBytes, 0, 0)
	}
}

// busCaught is where a SIGBUS ends.
func busCaught() {
	m := process.about
	m.changed(m.size)
}
