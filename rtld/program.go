package rtld

import "unsafe"

// The program: found, read, mapped. How it differs from a library: the kernel or the
// caller chose it, and it says where to begin.

// findProgram leaves the open program in p.fd and its path in p.file.
func findProgram(p *module) {
	l := &process
	b := &l.block
	switch l.how.mode {
	case modeStub:
		findStub(p)
	case modeBinfmt:
		b.dropLoader()
		p.file, _ = b.aux(atExecfn)
		fd, ok := b.aux(atExecfd)
		if p.fd = fd; !ok { // without its flag O
			p.open()
		}
	case modeInterp:
		p.file, _ = b.aux(atExecfn)
	default:
		p.file = explicitArgs(b)
		p.open()
	}
	if p.file == 0 {
		p.file = b.arg0()
	}
}

// insecure refuses in secure mode what somebody else than root may have chosen.
//
//go:noinline
func insecure() {
	if process.secure {
		refused(lit("not permitted in secure mode\x00"), ^uintptr(eperm-1))
	}
}

// open opens the file of a program or an interpreter by its path, which is not for secure mode.
//
//go:noinline
func (m *module) open() {
	insecure()
	m.fd = open(m.file, programFlags)
	check(lit("cannot open: &\x00"), m.fd)
}

// findStub takes over from the stub. When that could not open the program for lack of
// /proc, the name by which the shell found it has to do.
func findStub(p *module) {
	l := &process
	p.file = l.block.arg0()
	if l.how.n >= 0 {
		p.fd = uintptr(l.how.n)
		return // commName finds its path
	}
	e := uint64(-l.how.n)
	if e != enoent || l.secure {
		stubFailure(e)
	}
	if p.file == baseName(p.file) { // no slash
		if !l.block.searchPath(p.file, &l.other, pathPlace()) {
			stubFailure(e)
		}
		p.file = pathPlace()
	}
	if p.fd = open(p.file, programFlags); failed(p.fd) {
		stubFailure(e)
	}
}

// readProgram reads and checks the program's headers.
func readProgram(p *module) {
	l := &process
	page, _ := l.block.aux(atPagesz)
	if l.page = uint64(page); l.page < 4096 || l.page&(l.page-1) != 0 {
		bad(lit("unknown page size: AT_PAGESZ=#\x00"), l.page)
	}
	if l.how.mode == modeInterp {
		takeMapped(p)
		return
	}
	p.look(&l.stat)
	nameProcess(p)
	head := uintptr(unsafe.Pointer(&l.head))
	n := p.readHead(head)
	if s := p.note; s != nil {
		if p.fixed {
			bad(lit("not position-independent: e_type=#\x00"), etExec)
		}
		p.interpName() // only the kernel uses it; what it would refuse is refused here too
		size := min(s.filesz, noteSize)
		at := head + uintptr(s.off)
		if outside(s.off, size, n) {
			at = linePlace()
			p.readAt(at, size, s.off)
		}
		p.entry = p.checkNote((*note)(pointer(at)), size)
	}
}

// takeMapped makes p the program that the kernel has mapped, because the loader is its
// PT_INTERP: what is left to do is to find out where.
func takeMapped(p *module) {
	l := &process
	at, _ := l.block.aux(atPhdr)
	n, _ := l.block.aux(atPhnum)
	entry, ok := l.block.aux(atEntry)
	// Where no segment has them, the kernel names any address.
	if size, _ := l.block.aux(atPhent); !ok || size != phdrSize || n-1 >= maxTable/phdrSize || isUnmapped(at) {
		bad(lit("unknown program headers: AT_PHNUM=#\x00"), uint64(n))
	}
	copied := uintptr(unsafe.Pointer(&l.head))
	if n > headSize/phdrSize {
		copied = alloc(uint64(n) * phdrSize)
	}
	copyBytes(copied, at, n*phdrSize)
	p.size = maxAddress // the kernel knows
	p.isMapped = true
	p.setTable(copied, uint64(n))
	// The ELF header, with which the first segment begins, tells the rest: it is in the page of the
	// table, or where PT_PHDR says, which may lie.
	head := at &^ (uintptr(l.page) - 1)
	if p.phdr != nil {
		head = at - uintptr(p.phdr.vaddr-p.lo)
	}
	e := (*ehdr)(pointer(head))
	there := uintptr(0) // where that header says that the table is
	if !isUnmapped(head) && e.magic == elfMagic {
		p.base = entry - uintptr(e.entry)
		there = head + uintptr(e.phoff)
	}
	if there != at && head != p.base+uintptr(p.lo) {
		bad(lit("unknown program headers: AT_PHNUM=#\x00"), uint64(n))
	}
	p.entry = uint64(entry - p.base)
	if s := p.note; s != nil {
		guard()
		at := p.view(s.vaddr, min(s.filesz, noteSize), pfR)
		if at == nil {
			bad(lit("segment outside the file: p_offset=$\x00"), s.off)
		}
		p.entry = p.checkNote((*note)(at), s.filesz)
	}
}

// isUnmapped tells whether there is nothing at an address: the kernel reads a signal mask there before
// it sees that there is nothing to do with it (kernel/signal.c). For the null pointer it would read nothing.
//
//go:noinline
func isUnmapped(at uintptr) bool {
	return sys(sysRtSigprocmask, ^uintptr(0), at|1, 0, sigsetBytes, 0, 0) == ^uintptr(efault-1)
}

// loadProgram maps the program.
func loadProgram(p *module) {
	l := &process
	if !p.isMapped {
		p.mapAll()
		if p.look(&l.other); l.other.size != p.size {
			// Touching pages behind the new end would be a SIGBUS.
			p.changed(l.other.size)
		}
	}
	if p.view(p.entry, 1, pfX) == nil {
		bad(lit("entry point not in code: entry=$\x00"), p.entry)
	}
}

// enlist makes m the last of the modules.
//
//go:noinline
func enlist(m *module) {
	l := &process
	m.prev = l.last
	l.last.next = m
	l.last = m
	l.count++
}
