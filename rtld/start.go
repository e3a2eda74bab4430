package rtld

import "unsafe"

// The loader's table of contents: what happens between the kernel's jump to entry0
// and the jump to the program, in order.

// start gets the kernel's stack pointer, roomSize bytes of memory, and the address of
// its own first instruction. It never returns: a stage that fails ends the process.
//
// The room is not zero when the loader is the interpreter of a script: fs/binfmt_script.c
// takes argv[0] off the stack and leaves its bytes there. entry0 zeroes the program's place.
func start(sp, room, self uintptr) {
	p := (*program)(pointer(room + programAt)) // zero
	p.self = self &^ 4095
	p.room = room
	b := &p.block
	b.walk(sp)
	if p.secure = b.isSecure(); p.secure {
		b.scrub() // first of all: from here on no string of the caller matters
		p.openStandard()
	}
	p.find()
	p.readHeaders()
	p.loadAll()
	p.introduce()
	// From here on the process is the program's: its fds, its names, its auxv. Its
	// constructors may change everything, so nothing of the file is believed any more.
	p.construct(b)
	enter(b.sp, p.base+uintptr(p.entry))
}

// program is the one that is being started.
type program struct {
	image
	self   uintptr // the first byte of the loader's own image
	secure bool
	comm   uintptr // the name for PR_SET_NAME
	how    launch
	block  block
	other  kernelStat // of a file that may be the program's
}

// image is an ELF file: open, then checked, then mapped, then relocated. What is large
// comes last, which keeps the offsets of the rest, and so the code, short.
type image struct {
	report // file is its path: for messages, later for AT_EXECFN
	fd     uintptr
	page   uint64 // of the system
	size   uint64 // of the file
	phoff  uint64
	loads  []phdr  // PT_LOADs that have memory, by address: the first of table
	base   uintptr // what is added to the file's addresses
	tags   uint64  // bit per dynamic tag that is there
	lo, hi uint64  // the pages that the PT_LOADs span
	align  uint64  // the largest p_align, at least a page

	note, dynamic, relro, interp *phdr // nil when the file has none

	table   []phdr
	entry   uint64 // the program's own first instruction, the file's address
	symbols uint64 // how many
	missing bool   // one of them is defined by nobody
	stat    kernelStat
	dyn     [dynSlots]uint64 // values of the dynamic tags
}

// headers returns the size in bytes of the program header table.
func (m *image) headers() uint64 { return uint64(len(m.table)) * phdrSize }

// The room's parts: a line for messages, the program's path, a program header table that
// lies elsewhere in the file, the head of the file, the program. What is always used is
// at the end, next to the frames: each page of stack that is touched costs a page fault.
const (
	programSize = 1280
	headSize    = 1024
	tableSize   = roomSize - lineMax - pathMax - headSize - programSize

	pathAt    = lineMax // these count from report.room
	tableAt   = pathAt + pathMax
	headAt    = tableAt + tableSize
	programAt = headAt + headSize
)

func (p *program) pathRoom() uintptr { return p.room + pathAt }

// find leaves the open program in p.fd and its path in p.file.
func (p *program) find() {
	p.how = decide(&p.block, p.self+ehdrSize)
	switch p.how.mode {
	case modeStub:
		p.findStub()
	case modeExplicit:
		p.file = p.explicitArgs(&p.block)
		if p.secure {
			p.refused(lit("not permitted in secure mode\x00"), ^uintptr(eperm-1))
		}
		p.fd = open(p.file, programFlags)
		p.check(lit("cannot open: %\x00"), p.fd)
	default:
		p.bad(lit("start mode not supported yet: mode=#\x00"), uint64(p.how.mode))
	}
}

// findStub takes over from the stub. When that could not open the program for lack of
// /proc, the name by which the shell found it has to do.
func (p *program) findStub() {
	p.file = p.block.arg0()
	if p.how.n >= 0 {
		p.fd = uintptr(p.how.n)
		return // commName finds its path
	}
	e := uint64(-p.how.n)
	if e != enoent || p.secure {
		p.stubFailure(e)
	}
	if p.file == baseName(p.file) { // no slash
		if !p.block.searchPath(p.file, &p.other, p.pathRoom()) {
			p.stubFailure(e)
		}
		p.file = p.pathRoom()
	}
	if p.fd = open(p.file, programFlags); failed(p.fd) {
		p.stubFailure(e)
	}
}

// readHeaders reads and checks the file's headers.
func (p *program) readHeaders() {
	page, _ := p.block.aux(atPagesz)
	if p.page = uint64(page); p.page < 4096 || p.page&(p.page-1) != 0 {
		p.bad(lit("unknown page size: AT_PAGESZ=#\x00"), p.page)
	}
	p.look(&p.stat)
	p.size = p.stat.size
	p.comm = p.commName()
	if p.stat.mode&sIfmt != sIfreg {
		p.bad(lit("not a regular file: st_mode=$\x00"), uint64(p.stat.mode))
	}
	n, r := pread(p.fd, p.room+headAt, min(p.size, headSize), 0)
	p.check(lit("cannot read: %\x00"), r)
	e := (*ehdr)(pointer(p.room + headAt))
	p.checkHeader(e, n)
	p.phoff = e.phoff
	p.table = (*[maxTable / phdrSize]phdr)(p.read(n, e.phoff, uint64(e.phnum)*phdrSize))[:e.phnum:e.phnum]
	p.checkSegments()
	p.checkInterp()
	p.readNote(n)
}

// look is fstat of the program.
func (m *image) look(st *kernelStat) {
	m.check(lit("cannot read: %\x00"), fstat(m.fd, st))
}

// read returns n bytes at off of the file: out of its first head bytes, which are in the
// room already, else in the room for tables, else in pages made for them.
func (p *program) read(head, off, n uint64) unsafe.Pointer {
	if !outside(off, n, head) {
		return pointer(p.room + headAt + uintptr(off))
	}
	at := p.room + tableAt
	if n > tableSize {
		at = p.newPages(n)
	}
	p.readAt(at, n, off)
	return pointer(at)
}

// readAt reads n bytes at off of the file to addr.
//
//go:noinline
func (m *image) readAt(addr uintptr, n, off uint64) {
	got, r := pread(m.fd, addr, n, off)
	m.check(lit("cannot read: %\x00"), r)
	if got != n {
		m.bad(lit("file changed while loading: size=#\x00"), off+got)
	}
}

// readNote reads the program note and checks where the program begins.
func (p *program) readNote(head uint64) {
	s := p.note
	if s == nil {
		p.bad(lit("not a SLUL program: no PT_SLUL program header\x00"), 0)
	}
	n := min(s.filesz, noteSize)
	at := p.room + headAt + uintptr(s.off)
	if outside(s.off, n, head) {
		at = p.room // where lines are made
		p.readAt(at, n, s.off)
	}
	p.entry = p.checkNote((*note)(pointer(at)), n)
}

// checkInterp checks a PT_INTERP, which matters only to the kernel, so that a file
// that it would refuse is refused here too.
func (m *image) checkInterp() {
	s := m.interp
	if s == nil {
		return
	}
	setByte(m.room, 1)
	if s.filesz-2 <= pathMax-2 {
		m.readAt(m.room, 1, s.off+s.filesz-1)
	}
	if byteAt(m.room) != 0 {
		m.bad(lit("bad interpreter name: p_filesz=#\x00"), s.filesz)
	}
}

// loadAll maps and relocates the program. Nothing of it runs yet.
func (p *program) loadAll() {
	p.mapAll()
	if p.look(&p.other); p.other.size != p.size {
		// Touching pages behind the new end would be a SIGBUS.
		p.bad(lit("file changed while loading: size=#\x00"), p.other.size)
	}
	if p.view(p.entry, 1, pfX) == nil {
		p.bad(lit("entry point not in code: entry=$\x00"), p.entry)
	}
	if p.dynamic != nil {
		p.readDynamic()
		p.checkDynamic()
		p.relocate()
		p.construct(nil)
	}
	p.protectRelro()
}

// introduce makes the process look as if the kernel had started the program alone:
// its name, its auxv, its fds.
func (p *program) introduce() {
	b := &p.block
	setComm(p.comm)
	phdr := p.headersAt()
	if phdr == 0 {
		phdr = p.newPages(p.headers())
		p.readAt(phdr, p.headers(), p.phoff)
	}
	execfn := p.file // an argument, as from execve
	if p.pathRoom() == execfn {
		// In the loader's own memory. The argument, if it is the same, or a copy outlives it.
		execfn = b.arg0()
		if !isSame(execfn, p.file) {
			execfn = p.newPages(pathMax)
			copied := buffer{execfn, execfn + pathMax}
			copied.all(p.file)
		}
	}
	b.mendAux(phdr, uintptr(len(p.table)), p.base+uintptr(p.entry), p.self, execfn)
	p.release(p.fd)
	if p.how.mode == modeStub {
		p.release(p.how.rtld)
	}
}

// newPages returns n bytes of zeroed memory that outlives the loader: for the path in
// AT_EXECFN, and for program headers that no segment has.
//
//go:noinline
func (m *image) newPages(n uint64) uintptr {
	at := mmap(0, uintptr(n), protRead|protWrite, mapPrivate|mapAnonymous, ^uintptr(0), 0)
	m.check(lit("no memory: %\x00"), at)
	return at
}

// release closes an fd that the program's caller did not give. In secure mode one
// of the first three becomes /dev/null.
//
//go:noinline
func (p *program) release(fd uintptr) {
	closeFd(fd)
	if p.secure && fd < 3 {
		p.openNull(fd)
	}
}
