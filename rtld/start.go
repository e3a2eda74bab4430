package rtld

import "unsafe"

// The loader's table of contents: what happens between the kernel's jump to entry0
// and the jump to the program, in order.

// prepare gets the kernel's stack pointer and the address of the loader's first
// instruction. It reads what the kernel left, and returns where the hot part of the loader's
// state is from then on. A stage that fails ends the process.
func prepare(sp, self uintptr) uintptr {
	l := &process
	l.self = self &^ 4095
	l.below = l.self - vdsoRoom
	b := &l.block
	b.walk(sp)
	if l.secure = b.isSecure(); l.secure {
		b.scrub() // first of all: from here on no string of the caller matters
		openStandard()
	} else {
		readEnv()
	}
	l.about = &l.program
	l.how = decide(b, l.self+ehdrSize)
	if l.how.mode == modeExplicit {
		return settle() // this may be valgrind, to which nothing below rsp is memory
	}
	return hotPlace()
}

// find finds the program and reads its headers. It returns what prepare does.
func find() uintptr {
	l := &process
	p := &l.program
	findProgram(p)
	readProgram(p)
	if p.isSimple() || l.how.mode == modeExplicit {
		return hotPlace()
	}
	return settle()
}

// vdsoRoom is more than the kernel puts right below the loader, as it does below each program without an
// interpreter: the vDSO and its data.
const vdsoRoom = 65536

func hotPlace() uintptr { return uintptr(unsafe.Pointer(&process.hot)) }

// run loads the program and starts it. It never returns.
func run() {
	l := &process
	p := &l.program
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
	enter(l.block.sp, p.base+uintptr(p.entry), finisher())
}

// loader is all that the loader remembers, its state. At first it lies on the stack around the
// frames of the loader, later maybe in memory of its own (settle). Each page that is touched costs a
// page fault, so frames and all that is always used share one, which is the page that a program with
// a large frame touches next.
//
// entry0 makes what lies between frames and head zero; all of it is after settle.
type loader struct {
	// Nothing up to frames is used before settle but room.
	room     room
	before   pool // as it was before a late load
	tls      tlsArea
	index    index
	foreseen uintptr // what is known of the relocation at hand, or 0
	headRead uint64  // bytes of a library's file that are in headPlace
	names    *names
	own      module  // the loader itself, which offers symbols too
	denied   uintptr // what the last search for a library met besides ENOENT, or 0

	frames [MaxStack]byte // of the loader as long as the state is on the stack; of busCaught always

	hot
}

// hot is what is used for every program. What is used most lies in the 256 bytes around baseInHot,
// which are reached by shorter instructions (rtld/shrink, base.go).
type hot struct {
	self  uintptr // the first byte of the loader's own image
	page  uint64  // of the system, bytes
	about *module // which complaints are about
	growth
	secure bool
	option uint8 // optionList, optionVerify
	trace  uint8 // traceFiles, traceSymbols, traceTime

	isRenamed bool // by --argv0

	skip uint32 // bytes of the file before its ELF file, until they are added to all offsets (checkSegments)

	initFirst *module // constructors: the order, through module.after
	initLast  *module

	line    buffer // the one that is being put together: a message, a line of --list, of a trace
	late    lateLoad
	block   block
	program module

	pool        pool   // for alloc
	work        uint64 // steps of searches, see spend
	guarded     guarded
	times       uint64 // ns, when it began
	how         launch
	below       uintptr    // the lowest address of what the loader has mapped last
	mapped      uint64     // up to where the segments of the module are mapped that is being mapped
	libraryPath uintptr    // where to look first, a C string or 0
	stat        kernelStat // of the program or the library that is being opened
	other       kernelStat // of any file

	head [headSize]byte // the first bytes of the program's file
}

// growth is what grows with every module, and what a late load that fails goes back to.
type growth struct {
	last      *module // of the list
	count     uint64  // of modules, without own
	lastAlias *alias
	finiFirst *module // destructors, through module.before
	tlsUsed   uint64  // bytes below the thread pointer
}

// process is the loader of this process.
var process loader

// room is memory of which only what is used is touched.
type room struct {
	line [lineMax]byte // also for the first bytes of a library's file
	path [pathMax]byte // one that is being tried
}

const headSize = 1008

func linePlace() uintptr { return uintptr(unsafe.Pointer(&process.room.line)) }
func pathPlace() uintptr { return uintptr(unsafe.Pointer(&process.room.path)) }
func headPlace() uintptr { return linePlace() }

// What entry_amd64.s and rtld/shrink have to know of it, in bytes.
const (
	hotSize    = unsafe.Sizeof(hot{})
	zeroSize   = unsafe.Offsetof(hot{}.head)
	hotAt      = unsafe.Offsetof(process.hot)
	secureAt   = unsafe.Offsetof(hot{}.secure)
	programAt  = unsafe.Offsetof(hot{}.program) + unsafe.Offsetof(module{}.file)
	baseInHot  = 128
	BaseOffset = hotAt + baseInHot
	MaxStack   = 1440
)

// fixed is the variable that has an address in the loader's image. It is zero, and its page
// read-only, until announce.
var fixed debugger

// isSimple tells whether the program needs nothing of the loader once it runs: no libraries, and
// nothing that a debugger could show.
func (m *module) isSimple() bool { return m.dynamic == nil && m.tls == nil && !m.hasSections }

// settle moves the state to memory that stays when the program has the stack. What points
// into it is made anew.
func settle() uintptr {
	state := newPages(uint64(unsafe.Sizeof(process) + unsafe.Sizeof(names{})))
	n := (*loader)(pointer(state))
	from, to := hotPlace(), uintptr(unsafe.Pointer(&n.hot))
	copyBytes(to, from, hotSize)
	p := &n.program
	n.about = p
	n.names = (*names)(pointer(to + hotSize))
	if table := uintptr(unsafe.Pointer(unsafe.SliceData(p.table))); table-from < hotSize {
		p.setTable(table-from+to, uint64(len(p.table)))
	}
	return to
}

// pool is the memory for alloc: the last chunk, what of it is free. A chunk begins with the pool
// as it was before.
type pool struct{ chunk, free, full uintptr }

const poolSize = 32 // of the head of a chunk

// alloc returns n bytes of zeroed memory that stays, aligned to 16.
//
//go:noinline
func alloc(n uint64) uintptr {
	a := &process.pool
	n = (n + 15) &^ 15
	if n > uint64(a.full-a.free) {
		size := max(pageUp(n+poolSize, process.page), 65536)
		at := newPages(size)
		*(*pool)(pointer(at)) = *a
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
		*a = *(*pool)(pointer(at))
		munmap(at, full-at)
	}
	for a.free > old.free {
		a.free -= word
		store(a.free, 0)
	}
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
	if !p.isSimple() {
		announce(rtConsistent)
	}
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
	b.mendAux(phdr, uintptr(len(p.table)), p.base+uintptr(p.entry), base, p.file)
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
	flags := uintptr(mapPrivate | mapAnonymous)
	if n > 65536 {
		flags |= mapPopulate // an index, all of which is used: one fault after the other takes ten times as long
	}
	at := mmap(0, uintptr(n), protRead|protWrite, flags, ^uintptr(0), 0)
	check(lit("no memory: &\x00"), at)
	process.below = at
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
