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
		readEnv()
	}
	p := &l.program
	l.about = p
	findProgram(p)
	readProgram(p)
	if p.note == nil && l.how.mode != modeInterp {
		startForeign(p)
	}
	loadProgram(p)
	linkProgram(p)
	tick(lit("bound\x00"))
	if l.option != 0 {
		answer() // --list or --verify: nothing of the program has run, or will
	}
	complete(p)
	introduce(p)
	// From here on the process is the program's: its fds, its names, its auxv. Its
	// constructors may change everything, so nothing of the files is believed any more.
	construct(l.initFirst)
	unguard()
	tick(lit("constructed\x00"))
	enter(b.sp, p.base+uintptr(p.entry), finisher())
}

// loader is all that the loader remembers. What is always used comes first: each page
// that is touched costs a page fault, and the first 256 bytes are reached by shorter
// instructions (rtld/shrink, base.go).
type loader struct {
	self   uintptr // the first byte of the loader's own image
	page   uint64  // of the system, bytes
	about  *module // which complaints are about
	last   *module // of those that are loaded
	count  uint64  // of them, without own
	free   uintptr // memory for alloc,
	full   uintptr // and its end
	secure bool
	option uint8 // optionList, optionVerify
	trace  uint8 // traceFiles, traceSymbols, traceTime

	isRenamed bool // by --argv0

	initFirst *module // constructors: the order, through module.after
	initLast  *module
	finiFirst *module // destructors, through module.before

	line    buffer // the one that is being put together: a message, a line of --list, of a trace
	late    lateLoad
	block   block
	program module

	how         launch
	comm        uintptr        // the name for PR_SET_NAME
	libraryPath uintptr        // where to look first, a C string or 0
	stat        kernelStat     // of the program or the library that is being opened
	head        [headSize]byte // of the program's file

	tls      tlsArea
	index    index
	own      module     // the loader itself, which offers symbols too
	other    kernelStat // of any file
	headRead uint64     // bytes of a library's file that are in room.head
	guarded  guarded
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

// alloc returns n bytes of zeroed memory that stays, aligned to 16.
//
//go:noinline
func alloc(n uint64) uintptr {
	l := &process
	n = (n + 15) &^ 15
	if n > uint64(l.full-l.free) {
		size := max(pageUp(n, l.page), 65536)
		l.free = newPages(size)
		l.full = l.free + uintptr(size)
	}
	at := l.free
	l.free += uintptr(n)
	return at
}

// keepString returns a copy of the C string at s that stays.
func keepString(s uintptr) uintptr {
	n := uintptr(1)
	for byteAt(s+n-1) != 0 {
		n++
	}
	to := alloc(uint64(n))
	copyBytes(to, s, n)
	return to
}

// introduce makes the process look as if the kernel had started the program alone:
// its name, its auxv, its fds.
func introduce(p *module) {
	l := &process
	if l.how.mode != modeInterp {
		describeProcess(p, l.self)
	}
	announce(rtConsistent)
}

// describeProcess makes the process that of the program p, with an interpreter at base.
func describeProcess(p *module, base uintptr) {
	l := &process
	b := &l.block
	phdr := p.headersAt()
	if phdr == 0 {
		phdr = alloc(p.headers())
		p.readAt(phdr, p.headers(), p.phoff)
	}
	execfn := p.file // an argument, as from execve
	if execfn == pathPlace() {
		// In the loader's own memory, which the program has no business in. The argument,
		// if it is the same, or a copy outlives it.
		if execfn = b.arg0(); !isSame(execfn, p.file) {
			execfn = keepString(p.file)
		}
	}
	b.mendAux(phdr, uintptr(len(p.table)), p.base+uintptr(p.entry), base, execfn)
	if l.how.mode != modeBinfmt {
		setComm(l.comm)
	}
	if !l.isRenamed && (l.how.mode == modeBinfmt || l.how.mode == modeExplicit) {
		l.block.mendCmdline()
	}
	releaseFd(l.program.fd)
	if l.how.mode == modeStub {
		releaseFd(l.how.rtld)
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

// releaseFd closes an fd that the program's caller did not give. In secure mode one
// of the first three becomes /dev/null.
//
//go:noinline
func releaseFd(fd uintptr) {
	l := &process
	closeFd(fd)
	if l.secure && fd < 3 {
		openNull(fd)
	}
}
