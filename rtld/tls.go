package rtld

// Thread-local storage, variant II (ELF Handling For Thread-Local Storage, Drepper, section 3):
//
//	… block of module 2 | block of module 1 | TCB
//	                                        ^ thread pointer, FS base
//
// Every block has its place before the program starts, and late libraries get theirs from what
// is kept free below, so no block is ever made on demand. That makes the module number of
// __tls_get_addr ours to choose: it is the distance from the thread pointer to the block.

// maxTLS bounds the blocks and their alignment: far more than any program has.
const maxTLS = 1 << 30

const (
	tlsSpare = 2048 // bytes for late libraries
	tcbSize  = 64   // of which a C compiler's stack protector reads a word

	tcbSelf    = 0x00 // its own address (psABI, section 3.4.6)
	tcbSelf2   = 0x10 // the same, where GNU code looks
	tcbCanary  = 0x28 // for the stack protector
	tcbPointer = 0x30 // for who hides pointers
)

// tlsArea is where the blocks are.
type tlsArea struct {
	size  uint64 // that there are
	align uint64
	tp    uintptr // the thread pointer, 0 as long as there is none
}

// placeTLS gives the TLS block of m its place.
func placeTLS(m *module) {
	l := &process
	s, t := m.tls, &l.tls
	if s == nil || s.memsz == 0 {
		return
	}
	align := max(s.align, 1)
	first := -s.vaddr & (align - 1)
	m.tlsOffset = pageUp(l.tlsUsed+s.memsz-first, align) + first
	if m.tlsOffset < l.tlsUsed+s.memsz {
		m.tlsOffset += align
	}
	if t.tp != 0 && (m.tlsOffset > t.size || align > t.align) {
		bad(lit("no room for TLS: p_memsz=#\x00"), s.memsz)
	}
	l.tlsUsed = m.tlsOffset
	t.align = max(t.align, align)
}

// startTLS makes the area and sets the thread pointer, for programs that may use it: all that have
// a dynamic section, since a stack protector does.
func startTLS() {
	l := &process
	if l.program.dynamic == nil && l.program.tls == nil {
		return
	}
	t := &l.tls
	random, ok := l.block.aux(atRandom)
	if !ok {
		bad(lit("no AT_RANDOM\x00"), 0)
	}
	t.align = max(t.align, 64)
	t.size = pageUp(l.tlsUsed+tlsSpare, t.align)
	at := alloc(t.size + t.align + tcbSize)
	t.tp = uintptr(pageUp(uint64(at)+t.size, t.align))
	store(t.tp+tcbSelf, t.tp)
	store(t.tp+tcbSelf2, t.tp)
	store(t.tp+tcbCanary, load(random)&^0xff) // a byte 0 ends strings that run into it
	store(t.tp+tcbPointer, load(random+word))
	check(lit("no memory: &\x00"), setThreadPointer(t.tp))
}

// fillTLS puts the initial bytes into the block of m.
func fillTLS(m *module) {
	l := &process
	if s := m.tls; s != nil && s.filesz != 0 {
		copyBytes(l.tls.tp-uintptr(m.tlsOffset), m.base+uintptr(s.vaddr), uintptr(s.filesz))
	}
}
