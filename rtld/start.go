package rtld

import "unsafe"

// The loader's table of contents: what happens between the kernel's jump to entry0
// and the jump to the program, in order.

// start gets the kernel's stack pointer, roomSize bytes of untouched memory, and
// the address of its own first instruction. It never returns.
func start(sp, room, self uintptr) {
	b := findBlock(sp)
	secure := b.isSecure()
	if secure {
		b.scrub() // first of all: from here on no string of the caller matters
	}
	p := program{secure: secure, base: self &^ 4095, room: room}
	p.run(&b) // returns only when it failed
	die(p.name, &p.fault)
}

// program is the one that is being started.
type program struct {
	fault
	secure bool
	base   uintptr // of the loader's own image
	room   uintptr
	how    launch
	fd     uintptr // P
	file   stat
	name   string // its path: for messages, later for AT_EXECFN; NUL behind it
	page   uint64
	phoff  uint64
	table  []phdr
	entry  uint64 // the program's own first instruction, the file's address
	layout layout
	image  image
	dyn    dynamic
}

// The room's parts: the head of the file, a program header table that lies elsewhere in
// it, the program's path.
const (
	headSize  = 1024
	tableSize = roomSize - headSize - pathMax
)

func (p *program) head() []byte      { return bytesAt(p.room, headSize) }
func (p *program) tableRoom() []byte { return bytesAt(p.room+headSize, tableSize) }
func (p *program) path() []byte      { return bytesAt(p.room+headSize+tableSize, pathMax) }

// run starts the program, or says why it cannot.
func (p *program) run(b *block) bool {
	if p.secure && !openStandard(&p.fault) {
		return false
	}
	page, ok := b.aux(atPagesz)
	if p.page = uint64(page); !ok || page < 4096 || page&(page-1) != 0 {
		return p.bad("the kernel does not tell the page size: AT_PAGESZ=#\x00", uint64(page))
	}
	if !p.find(b) || !p.check() || !p.load() || !p.introduce(b) {
		return false
	}
	// From here on the process is the program's: its fds, its names, its auxv.
	p.construct(b)
	enter(b.sp, p.image.base+uintptr(p.entry))
	return false
}

// find leaves the open program in p.fd and its path in p.name.
func (p *program) find(b *block) bool {
	p.how = decide(b, p.base+ehdrSize)
	switch p.how.mode {
	case modeStub:
		return p.findStub(b)
	case modeExplicit:
		at, ok := explicitArgs(&p.fault, b)
		if !ok {
			return false
		}
		p.name = cstring(at)
		if p.secure {
			return p.refused("not permitted with the rights of another user\x00", ^uintptr(eperm-1))
		}
		if p.fd = open(at, programFlags); failed(p.fd) {
			return p.refused("cannot open: %\x00", p.fd)
		}
		return true
	}
	return p.bad("started in a way that this version does not support: mode=#\x00", uint64(p.how.mode))
}

// findStub takes over from the stub. When that could not open the program for lack
// of /proc, the name by which it was called has to do.
func (p *program) findStub(b *block) bool {
	if p.how.n >= 0 {
		p.fd = uintptr(p.how.n)
		if p.name = linkOf(p.fd, p.path()); p.name == "" {
			p.name = b.arg(0)
		}
		return true
	}
	p.name = b.arg(0)
	e := uint64(-p.how.n)
	if (e != enoent && e != enotdir) || p.secure {
		return stubFailure(&p.fault, e)
	}
	var ok bool
	p.fd, p.name, ok = openByName(&p.fault, b, p.path())
	return ok
}

// check reads and checks the file's headers.
func (p *program) check() bool {
	var r uintptr
	if p.file, r = fstat(p.fd); failed(r) {
		return p.refused("cannot look at the program: %\x00", r)
	}
	if p.file.mode&sIfmt != sIfreg {
		return p.bad("not a regular file: st_mode=$\x00", uint64(p.file.mode))
	}
	head := p.head()
	n, r := pread(p.fd, head, 0)
	if failed(r) {
		return p.refused("cannot read: %\x00", r)
	}
	h, ok := checkHeader(&p.fault, head[:n], p.file.size)
	if !ok {
		return false
	}
	p.phoff = h.phoff
	table, ok := p.read(head[:n], h.phoff, h.tableSize())
	if !ok {
		return false
	}
	p.table = unsafe.Slice((*phdr)(unsafe.Pointer(unsafe.SliceData(table))), h.phnum)
	return checkSegments(&p.fault, &p.layout, p.table, p.file.size, p.page) && p.checkNote(head[:n]) && p.checkInterp()
}

// read returns n bytes at off of the file: out of head when it has them, else in the
// room, else in pages made for them.
func (p *program) read(head []byte, off, n uint64) ([]byte, bool) {
	if off <= uint64(len(head)) && n <= uint64(len(head))-off {
		return head[off : off+n], true
	}
	b := p.tableRoom()
	if n > uint64(len(b)) {
		l, ok := newLeftovers(&p.fault, n, p.page)
		if !ok {
			return nil, false
		}
		b = l.take(n)
	}
	return b[:n], p.readAt(b[:n], off)
}

// readAt fills b from off of the file on.
func (p *program) readAt(b []byte, off uint64) bool {
	n, r := pread(p.fd, b, off)
	if failed(r) {
		return p.refused("cannot read: %\x00", r)
	}
	if n != len(b) {
		return p.bad("file became shorter: size=#\x00", off+uint64(n))
	}
	return true
}

// checkNote reads the program note and checks where the program begins.
func (p *program) checkNote(head []byte) bool {
	s := &p.layout.note
	if s.typ == 0 {
		return p.bad("not a SLUL program: it has no PT_SLUL program header\x00", 0)
	}
	var b note
	raw := unsafe.Slice((*byte)(unsafe.Pointer(&b)), noteSize)
	n := min(s.filesz, noteSize)
	if s.off <= uint64(len(head)) && n <= uint64(len(head))-s.off {
		copy(raw, head[s.off:s.off+n])
	} else if !p.readAt(raw[:n], s.off) {
		return false
	}
	var ok bool
	if p.entry, ok = checkNote(&p.fault, &b, n); !ok {
		return false
	}
	if !isCode(p.layout.loads, p.entry) {
		return p.bad("entry point outside the executable segments: entry=$\x00", p.entry)
	}
	return true
}

// checkInterp checks a PT_INTERP, which matters only to the kernel, so that a file
// that it would refuse is refused here too.
func (p *program) checkInterp() bool {
	s := &p.layout.interp
	if s.typ == 0 {
		return true
	}
	if s.filesz < 2 || s.filesz > pathMax {
		return p.bad("interpreter name too short or too long: p_filesz=#\x00", s.filesz)
	}
	var last [1]byte
	if !p.readAt(last[:], s.off+s.filesz-1) {
		return false
	}
	if last[0] != 0 {
		return p.bad("interpreter name without end: p_filesz=#\x00", s.filesz)
	}
	return true
}

// load maps and relocates the program. Nothing of it runs yet.
func (p *program) load() bool {
	f, m := &p.fault, &p.image
	if !mapImage(f, m, p.fd, &p.layout, p.page) {
		return false
	}
	now, r := fstat(p.fd)
	if failed(r) || now.size != p.file.size {
		// Touching pages behind the new end would be a SIGBUS.
		return p.bad("file changed while it was being loaded: size=#\x00", now.size)
	}
	if p.layout.dynamic.typ == 0 {
		return true
	}
	return readDynamic(f, m, &p.layout.dynamic, &p.dyn) &&
		relocate(f, m, &p.dyn, p.path()) &&
		checkConstructors(f, m, &p.dyn) &&
		m.protectRelro(f, &p.layout.relro)
}

// introduce makes the process look as if the kernel had started the program alone:
// its name, its auxv, its fds.
func (p *program) introduce(b *block) bool {
	setComm(commName(b, p.name, &p.file, p.secure, p.tableRoom()))
	execfn := addressOf(p.name) // explicit mode: the argument itself, as from execve
	size := uint64(0)
	if p.how.mode == modeStub && p.name == b.arg(0) {
		execfn = load(b.argv)
	} else if p.how.mode == modeStub {
		execfn = 0
		size = uint64(len(p.name)) + 1
	}
	headers := uint64(len(p.table)) * phdrSize
	phdr := p.image.headersAt(p.phoff, headers)
	if phdr == 0 {
		size += headers
	}
	if size != 0 {
		l, ok := newLeftovers(&p.fault, size, p.page)
		if !ok {
			return false
		}
		if phdr == 0 {
			table := l.take(headers)
			if !p.readAt(table, p.phoff) {
				return false
			}
			phdr = address(table)
		}
		if execfn == 0 {
			name := l.take(uint64(len(p.name)) + 1)
			copy(name, p.name) // the NUL behind it is the new page's
			execfn = address(name)
		}
	}
	mendAux(b, phdr, uintptr(len(p.table)), p.image.base+uintptr(p.entry), p.base, execfn)
	return p.release(p.fd) && (p.how.mode != modeStub || p.release(p.how.rtld))
}

// release closes an fd that the program's caller did not give. In secure mode one
// of the first three becomes /dev/null.
func (p *program) release(fd uintptr) bool {
	closeFd(fd)
	if p.secure && fd < 3 {
		return openNull(&p.fault, fd)
	}
	return true
}

// construct runs the program's constructors. They may change everything, so nothing
// of the file is believed after them.
func (p *program) construct(b *block) {
	if p.layout.dynamic.typ == 0 {
		return
	}
	call := func(fn uint64) { callC(uintptr(fn), b.argc, b.argv, b.envp) }
	eachConstructor(&p.image, &p.dyn, call)
}
