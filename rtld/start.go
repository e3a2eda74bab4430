package rtld

import "unsafe"

// The loader's table of contents: what happens between the kernel's jump to entry0
// and the jump to the program, in order.

// start gets the kernel's stack pointer and the address of the loader's first
// instruction. It never returns: a stage that fails ends the process.
func start(sp, self uintptr) {
	l := &process
	l.self = self &^ 4095
	b := &l.block
	b.walk(sp)
	if l.secure = b.isSecure(); l.secure {
		b.scrub() // first of all: from here on no string of the caller matters
		openStandard()
	} else {
		l.readEnv()
	}
	p := &l.program
	l.about = p
	l.find(p)
	l.readProgram(p)
	if p.note == nil && l.how.mode != modeInterp {
		l.startForeign(p)
	}
	l.loadProgram(p)
	l.link(p)
	l.tick(lit("bound\x00"))
	if l.option != 0 {
		l.answer() // --list or --verify: nothing of the program has run, or will
	}
	l.complete(p)
	l.introduce(p)
	// From here on the process is the program's: its fds, its names, its auxv. Its
	// constructors may change everything, so nothing of the files is believed any more.
	l.construct(l.initFirst)
	l.tick(lit("constructed\x00"))
	enter(b.sp, p.base+uintptr(p.entry), l.finisher())
}

// loader is all that the loader remembers. What is always used comes first: each page
// that is touched costs a page fault.
type loader struct {
	self   uintptr // the first byte of the loader's own image
	page   uint64  // of the system, bytes
	about  *module // which complaints are about
	last   *module // of those that are loaded
	count  uint64  // of them, without own
	pool   pool
	how    launch
	secure bool
	option uint8 // optionList, optionVerify
	trace  uint8 // traceLoad, traceBind, traceTime

	libraryPath uintptr // where to look first, a C string or 0
	initFirst   *module // constructors: the order, through module.after
	initLast    *module
	finiFirst   *module // destructors, through module.before
	comm        uintptr // the name for PR_SET_NAME

	block   block
	stat    kernelStat // of the program or the library that is being opened
	program module
	head    [headSize]byte // of the program's file

	own      module     // the loader itself, which offers symbols too
	other    kernelStat // of any file
	work     uint64     // steps of searches, see spend
	headRead uint64     // bytes of a library's file that are in room.head
	guarded  guarded
	tls      tlsArea
	index    index
	late     lateLoad
	times    uint64 // ns, when it began
	names    names
}

// process is the loader of this process. But for room it is the only variable.
var process loader

// room is for what is seldom needed: a line for messages, the program's path, a path
// that is being tried, the head of a library's file.
var room struct {
	line [lineMax]byte
	path [pathMax]byte
	try  [pathMax]byte
	head [headSize]byte
}

const headSize = 1024

func linePlace() uintptr { return uintptr(unsafe.Pointer(&room.line)) }
func pathPlace() uintptr { return uintptr(unsafe.Pointer(&room.path)) }
func tryPlace() uintptr  { return uintptr(unsafe.Pointer(&room.try)) }
func headPlace() uintptr { return uintptr(unsafe.Pointer(&room.head)) }

// pool is the memory for alloc: the last chunk, what of it is free. A chunk begins with the pool
// as it was before.
type pool struct{ chunk, free, full uintptr }

const (
	poolWords = 3
	poolSize  = 32 // of the head of a chunk
)

// alloc returns n bytes of zeroed memory that stays, aligned to 16.
//
//go:noinline
func (l *loader) alloc(n uint64) uintptr {
	a := &l.pool
	n = (n + 15) &^ 15
	if n > uint64(a.full-a.free) {
		size := max(pageUp(n+poolSize, l.page), 65536)
		at := newPages(size)
		moveWords(at, uintptr(unsafe.Pointer(a)), poolWords)
		a.chunk, a.free, a.full = at, at+poolSize, at+uintptr(size)
	}
	at := a.free
	a.free += uintptr(n)
	return at
}

// giveBack takes back all that was allocated since the pool was like old.
func (a *pool) giveBack(old *pool) {
	for a.chunk != old.chunk {
		at, full := a.chunk, a.full
		moveWords(uintptr(unsafe.Pointer(a)), at, poolWords)
		munmap(at, full-at)
	}
	for a.free > old.free {
		a.free -= word
		store(a.free, 0)
	}
}

// keep returns a copy of the C string at s that stays.
func (l *loader) keep(s uintptr) uintptr {
	n := uintptr(1)
	for byteAt(s+n-1) != 0 {
		n++
	}
	to := l.alloc(uint64(n))
	copyBytes(to, s, n)
	return to
}

// introduce makes the process look as if the kernel had started the program alone:
// its name, its auxv, its fds.
func (l *loader) introduce(p *module) {
	if l.how.mode != modeInterp {
		phdr := p.headersAt()
		if phdr == 0 {
			phdr = l.alloc(p.headers())
			p.readAt(phdr, p.headers(), p.phoff)
		}
		l.describe(p, phdr, l.self)
		l.rename()
	}
	l.announce(rtConsistent)
}

// describe makes auxv that of the program p, whose program headers are at phdr, beside
// an interpreter at base.
func (l *loader) describe(p *module, phdr, base uintptr) {
	b := &l.block
	execfn := p.file // an argument, as from execve
	if execfn == pathPlace() {
		// In the loader's own memory, which the program has no business in. The argument,
		// if it is the same, or a copy outlives it.
		if execfn = b.arg0(); !isSame(execfn, p.file) {
			execfn = l.keep(p.file)
		}
	}
	b.mendAux(phdr, uintptr(len(p.table)), p.base+uintptr(p.entry), base, execfn)
}

// rename gives the process the program's name, and closes what the program's caller
// did not give it.
func (l *loader) rename() {
	if l.how.mode != modeBinfmt {
		setComm(l.comm)
	}
	if l.how.mode == modeBinfmt || l.how.mode == modeExplicit {
		l.block.mendCmdline()
	}
	l.release(l.program.fd)
	if l.how.mode == modeStub {
		l.release(l.how.rtld)
	}
}

// newPages returns n bytes of zeroed memory that outlives the loader.
//
//go:noinline
func newPages(n uint64) uintptr {
	at := mmap(0, uintptr(n), protRead|protWrite, mapPrivate|mapAnonymous, ^uintptr(0), 0)
	check(lit("no memory: &\x00"), at)
	return at
}

// release closes an fd that the program's caller did not give. In secure mode one
// of the first three becomes /dev/null.
//
//go:noinline
func (l *loader) release(fd uintptr) {
	closeFd(fd)
	if l.secure && fd < 3 {
		openNull(fd)
	}
}
