package rtld

// Mapping: one reservation for the whole span, each segment into it, and nothing
// ever writable and executable at once.

// An image is a file that has been mapped.
type image struct {
	loads  []phdr  // PT_LOADs, by address
	lo, hi uint64  // the file's addresses that mem spans
	base   uintptr // what is added to the file's addresses
	page   uint64
	mem    []byte // the whole span, hi − lo bytes; only what view gives out may be touched
	hint   *phdr  // the PT_LOAD of the last view
}

// protOf returns the mmap protection of p_flags.
func protOf(flags uint32) uintptr {
	prot := uintptr(protNone)
	if flags&pfR != 0 {
		prot |= protRead
	}
	if flags&pfW != 0 {
		prot |= protWrite
	}
	if flags&pfX != 0 {
		prot |= protExec
	}
	return prot
}

// mapImage maps the segments of fd into m. When it fails, the caller ends the process:
// nothing is unmapped.
func mapImage(f *fault, m *image, fd uintptr, l *layout, page uint64) bool {
	m.loads, m.lo, m.hi, m.page = l.loads, l.lo, l.hi, page
	m.hint = &l.loads[0]
	if isWhole(l, page) {
		// Its mapping is the reservation.
		s := &l.loads[0]
		at := mmap(0, uintptr(l.hi-l.lo), protOf(s.flags), mapPrivate, fd, pageDown(s.off, page))
		m.settle(at)
		return !failed(at) || f.refused("cannot map the program: %\x00", at)
	}
	at := reserve(l.hi-l.lo, l.lo, l.align, page)
	if failed(at) {
		return f.bad("cannot reserve address space: bytes=#\x00", l.hi-l.lo+l.align-page)
	}
	m.settle(at)
	mapped := l.lo // pages below are done
	for i := range m.loads {
		next := ^uint64(0)
		if i+1 < len(m.loads) {
			next = m.loads[i+1].vaddr
		}
		if !m.mapSegment(f, fd, &m.loads[i], mapped, next) {
			return false
		}
		mapped = pageUp(m.loads[i].end(), page)
	}
	return true
}

// settle says where the span begins in memory.
func (m *image) settle(at uintptr) {
	m.base = at - uintptr(m.lo)
	m.mem = bytesAt(at, uintptr(m.hi-m.lo))
}

// isWhole tells whether a single segment is all of the span, as in small programs.
func isWhole(l *layout, page uint64) bool {
	s := &l.loads[0]
	return len(l.loads) == 1 && l.align == page && s.filesz == s.memsz
}

// reserve finds span bytes of address space where lo falls on a multiple of align,
// without access. What alignment needs above that is given back. Returns −errno when
// there is no such space.
func reserve(span, lo, align, page uint64) uintptr {
	extra := align - page
	at := mmap(0, uintptr(span+extra), protNone, mapPrivate|mapAnonymous|mapNoreserve, ^uintptr(0), 0)
	if failed(at) || extra == 0 {
		return at
	}
	skip := uintptr((lo - uint64(at)) & (align - 1))
	if skip != 0 {
		munmap(at, skip)
	}
	if rest := uintptr(extra) - skip; rest != 0 {
		munmap(at+skip+uintptr(span), rest)
	}
	return at + skip
}

// mapSegment maps s. Pages below mapped are there already (the page that s may
// share with the segment before it, from the same page of the file); next is where
// the following segment begins.
func (m *image) mapSegment(f *fault, fd uintptr, s *phdr, mapped, next uint64) bool {
	prot := protOf(s.flags)
	fileEnd := s.vaddr + s.filesz
	start := max(pageDown(s.vaddr, m.page), mapped)
	end := pageUp(fileEnd, m.page)
	if s.filesz != 0 && start < end {
		off := s.off - (s.vaddr - start) // congruent within a page: no borrow beyond it
		r := mmap(m.base+uintptr(start), uintptr(end-start), prot, mapPrivate|mapFixed, fd, off)
		if failed(r) {
			return f.refused("cannot map a segment: %\x00", r)
		}
		start = end
	}
	// The last page of the file's bytes, or of the segment before, has more in it.
	if s.memsz > s.filesz && fileEnd < start && !m.zeroTail(f, fileEnd, min(start, next), prot) {
		return false
	}
	if end = pageUp(s.end(), m.page); start < end && prot != protNone {
		r := mmap(m.base+uintptr(start), uintptr(end-start), prot, mapPrivate|mapFixed|mapAnonymous, ^uintptr(0), 0)
		if failed(r) {
			return f.refused("cannot make zeroed memory: %\x00", r)
		}
	}
	return true
}

// zeroTail zeroes what follows a segment's bytes in their last page, where the file
// has whatever comes next in it. A page that is not writable is so for this moment only.
func (m *image) zeroTail(f *fault, from, to uint64, prot uintptr) bool {
	at := m.base + uintptr(pageDown(from, m.page))
	r := uintptr(0)
	if prot&protWrite == 0 {
		r = mprotect(at, uintptr(m.page), protRead|protWrite)
	}
	if !failed(r) {
		clear(m.mem[from-m.lo : to-m.lo])
		if prot&protWrite == 0 {
			r = mprotect(at, uintptr(m.page), prot)
		}
	}
	return !failed(r) || f.refused("cannot protect a segment: %\x00", r)
}

// view returns the n bytes at the file's address addr, when they lie in one PT_LOAD
// that has all of these flags. Every table of the program is read, and every
// relocated word written, through here.
func (m *image) view(addr, n uint64, flags uint32) ([]byte, bool) {
	s := m.hint // what is near the last one is found at once
	if addr < s.vaddr || addr-s.vaddr >= s.memsz {
		for i := range m.loads {
			if t := &m.loads[i]; addr >= t.vaddr && addr-t.vaddr < t.memsz {
				s = t
			}
		}
		m.hint = s
	}
	if addr < s.vaddr || addr-s.vaddr > s.memsz || n > s.memsz-(addr-s.vaddr) || s.flags&flags != flags {
		return nil, false
	}
	return m.mem[addr-m.lo:][:n], true
}

// protectRelro makes PT_GNU_RELRO read-only: whole pages only. A first page that the
// segment fills only from the beginning of its own PT_LOAD on is taken along, for
// nothing else lives in it (that is how GNU ld lays it out).
func (m *image) protectRelro(f *fault, r *phdr) bool {
	start, end := pageUp(r.vaddr, m.page), pageDown(r.end(), m.page)
	for i := range m.loads {
		if m.loads[i].vaddr == r.vaddr {
			start = pageDown(r.vaddr, m.page)
		}
	}
	if r.memsz == 0 || start >= end {
		return true
	}
	res := mprotect(m.base+uintptr(start), uintptr(end-start), protRead)
	return !failed(res) || f.refused("cannot make PT_GNU_RELRO read-only: %\x00", res)
}
