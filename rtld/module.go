package rtld

import "unsafe"

// A module is an ELF file in this process: the program, a library, the loader itself.
// It is opened, checked, mapped, relocated, in this order.

// module begins as struct link_map of <link.h> does, which is how debuggers read it. The
// list through next is the order in which symbols are searched, behind the loader's own entry.
type module struct {
	base uintptr // l_addr: what is added to the file's addresses
	file uintptr // l_name: the path, for messages too
	ld   uintptr // l_ld: the dynamic section
	next *module // l_next
	prev *module // l_prev

	// What is used most comes first: offsets below 128 make shorter instructions.
	tags      uint64  // bit per dynamic tag that is there
	loads     []phdr  // PT_LOADs that have memory, by address: the first of table
	fd        uintptr // of the file, as long as isOpen says so, or the caller
	symbols   uint64  // how many
	size      uint64  // of the file
	isOpen    bool
	isMapped  bool
	isSeen    bool // on the way to the order of constructors,
	isWaiting bool // and what it needs is still on that way
	missing   bool // a symbol that it needs is defined by nobody
	unlinked  bool // file is no path any more
	fixed     bool // ET_EXEC: at its own addresses

	hasSections bool   // it is not stripped of everything
	lo, hi      uint64 // the pages that the PT_LOADs span

	deps   []*module // what DT_NEEDED asks for, in that order; nil for what is absent
	strtab uintptr   // in memory, as the two below
	symtab uintptr
	versym uintptr // 0: no versions

	note, dynamic, relro, interp, phdr, tls *phdr // nil when the file has none

	table    []phdr
	versions []version // by number: what it offers and what it asks for
	entry    uint64    // where it begins, the file's address
	align    uint64    // the largest p_align, at least a page
	phoff    uint64
	gnu      gnuHash
	sysv     sysvHash
	writable *phdr   // the PT_LOAD that was relocated last
	by       *module // who asked for it first
	ino, dev uint64

	tlsOffset uint64 // how far its TLS block begins below the thread pointer

	steps    uint64           // entries of version tables that were read
	dynCount uint64           // entries of the dynamic section
	needed   uint64           // of these DT_NEEDED
	dyn      [dynSlots]uint64 // values of the dynamic tags

	nextDep uint64  // on the way to the order of constructors: the next of deps
	up      *module // and who to go on with
	after   *module // the next to be constructed
	before  *module // the next to be destructed
}

const moduleSize = unsafe.Sizeof(module{})

// headers returns the size in bytes of the program header table.
func (m *module) headers() uint64 { return uint64(len(m.table)) * phdrSize }

// look is fstat of the file.
func (m *module) look(st *kernelStat) {
	check(lit("cannot read: &\x00"), fstat(m.fd, st))
}

// takeStat notes what process.stat says about the file.
func (m *module) takeStat() {
	st := &process.stat
	if st.mode&sIfmt != sIfreg {
		bad(lit("not a regular file: st_mode=$\x00"), uint64(st.mode))
	}
	m.size, m.dev, m.ino = st.size, st.dev, st.ino
}

// A program that is started by a "#!" line has its ELF file behind that line, at exactly scriptSize
// (docs/start-modes.md). It counts in explicit mode alone: by the other ways the kernel has
// seen an ELF file, and in secure mode there is no explicit mode.
const (
	scriptMark = 0x2123 // "#!"
	scriptSize = 4096
)

// readHead reads the first bytes of the file to head, checks what must be there, and
// returns how many they are.
func (m *module) readHead(head uintptr) uint64 {
	m.takeStat()
	n, r := pread(m.fd, head, min(m.size, headSize), 0)
	if process.how.mode == modeExplicit && m.by == nil && *(*uint16)(pointer(head)) == scriptMark && m.size > scriptSize {
		process.skip = scriptSize
		m.size -= scriptSize
		n, r = pread(m.fd, head, headSize, scriptSize)
	}
	check(lit("cannot read: &\x00"), r)
	m.readHeaders(head, n)
	return n
}

// readHeaders checks the file's headers, the first n bytes of which are at head, and puts its
// program headers where they stay.
func (m *module) readHeaders(head uintptr, n uint64) {
	e := (*ehdr)(pointer(head))
	m.checkHeader(e, n)
	m.phoff, m.entry, m.fixed, m.hasSections = e.phoff+uint64(process.skip), e.entry, e.typ == etExec, e.shnum != 0
	size := uint64(e.phnum) * phdrSize
	at := head + uintptr(e.phoff)
	if isIn := !outside(e.phoff, size, n); !isIn || m != &process.program {
		at = alloc(size)
		if isIn {
			copyBytes(at, head+uintptr(e.phoff), uintptr(size))
		} else {
			m.readAt(at, size, m.phoff)
		}
	}
	m.setTable(at, uint64(e.phnum))
}

// setTable takes the n program headers at address at, which may be changed.
//
//go:noinline
func (m *module) setTable(at uintptr, n uint64) {
	m.note, m.dynamic, m.relro, m.interp, m.phdr, m.tls = nil, nil, nil, nil, nil, nil
	m.table = (*[maxTable / phdrSize]phdr)(pointer(at))[:n:n]
	m.checkSegments()
}

// readAt reads n bytes at off of the file to addr.
//
//go:noinline
func (m *module) readAt(addr uintptr, n, off uint64) {
	got, r := pread(m.fd, addr, n, off)
	check(lit("cannot read: &\x00"), r)
	if got != n {
		m.changed(off + got)
	}
}

// changed complains about a file that got another size while it is being loaded.
func (m *module) changed(size uint64) { bad(lit("file changed while loading: size=#\x00"), size) }

// close closes the file when it is still open.
//
//go:noinline
func (m *module) close() {
	if m.isOpen {
		m.isOpen = false
		closeFd(m.fd)
	}
}
