package rtld

import "unsafe"

// Mapping: one reservation for the whole span, each segment into it, and nothing
// ever writable and executable at once.

// protOf returns the mmap protection of p_flags.
func protOf(flags uint32) uintptr {
	// PF_X, PF_W, PF_R are 1, 2, 4; PROT_READ, PROT_WRITE, PROT_EXEC are 1, 2, 4.
	return uintptr(flags>>2&1 | flags&2 | flags&1<<2)
}

// mapAll maps the segments. When it fails, the process ends: nothing is unmapped.
func (m *image) mapAll() {
	s := &m.loads[0]
	if len(m.loads) == 1 && m.align == m.page && s.filesz == s.memsz {
		// A single segment that is all of the span, as in small programs: its mapping
		// is the reservation.
		at := mmap(0, uintptr(m.hi-m.lo), protOf(s.flags), mapPrivate, m.fd, pageDown(s.off, m.page))
		m.check(lit("cannot map a segment: %\x00"), at)
		m.base = at - uintptr(m.lo)
		return
	}
	m.reserve()
	mapped := m.lo // pages below are done
	loads := m.loads
	for i := range loads {
		m.mapSegment(i, mapped)
		mapped = pageUp(m.loads[i].end(), m.page)
	}
}

// reserve finds the span in the address space, with lo on a multiple of align, and
// leaves it without access. What alignment needs above that is given back.
func (m *image) reserve() {
	span, extra := uintptr(m.hi-m.lo), uintptr(m.align-m.page)
	at := mmap(0, span+extra, protNone, mapPrivate|mapAnonymous|mapNoreserve, ^uintptr(0), 0)
	if failed(at) {
		m.bad(lit("cannot reserve address space: bytes=#\x00"), uint64(span+extra))
	}
	skip := (uintptr(m.lo) - at) & uintptr(m.align-1)
	m.base = at + skip - uintptr(m.lo)
	if extra != 0 {
		munmap(at, skip)
		munmap(at+skip+span, extra-skip) // EINVAL for nothing at all is as good
	}
}

// mapSegment maps PT_LOAD i. Pages below mapped are there already (the page that it
// may share with the segment before it, from the same page of the file).
func (m *image) mapSegment(i int, mapped uint64) {
	s := &m.loads[i]
	prot := protOf(s.flags)
	fileEnd := s.vaddr + s.filesz
	start := max(pageDown(s.vaddr, m.page), mapped)
	end := pageUp(fileEnd, m.page)
	if s.filesz != 0 && start < end {
		// Congruent within a page: the subtraction does not go below 0.
		m.place(start, end, prot, mapPrivate|mapFixed, s.off-(s.vaddr-start))
		start = end
	}
	if s.memsz > s.filesz && fileEnd < start {
		// The last page of the file's bytes, or of the segment before, has more in it.
		tail := start
		if i+1 < len(m.loads) {
			tail = min(start, m.loads[i+1].vaddr)
		}
		m.zeroTail(fileEnd, tail, prot)
	}
	if end = pageUp(s.end(), m.page); start < end && prot != protNone {
		m.place(start, end, prot, mapPrivate|mapFixed|mapAnonymous, 0)
	}
}

// place maps something over part of the reservation.
//
//go:noinline
func (m *image) place(start, end uint64, prot, flags uintptr, off uint64) {
	m.check(lit("cannot map a segment: %\x00"), mmap(m.base+uintptr(start), uintptr(end-start), prot, flags, m.fd, off))
}

// maxPage is the largest page size of any CPU here (arm64 can have 64 KiB).
const maxPage = 65536

// zeroTail zeroes what follows a segment's bytes in their last page, where the file
// has whatever comes next in it. A page that is not writable is so for this moment only.
func (m *image) zeroTail(from, to uint64, prot uintptr) {
	page := pageDown(from, m.page)
	if prot&protWrite == 0 {
		m.protect(page, page+m.page, protRead|protWrite)
	}
	clear((*[maxPage]byte)(pointer(m.base + uintptr(from)))[:to-from])
	if prot&protWrite == 0 {
		m.protect(page, page+m.page, prot)
	}
}

// protect changes the protection of whole pages.
//
//go:noinline
func (m *image) protect(start, end uint64, prot uintptr) {
	m.check(lit("cannot map a segment: %\x00"), sys3(sysMprotect, m.base+uintptr(start), uintptr(end-start), prot))
}

// view returns where the n bytes at the file's address addr are in memory, nil when they
// do not all lie in one PT_LOAD that has all of these flags. Every table of the program
// is read, and every relocated word written, through here.
//
//go:noinline
func (m *image) view(addr, n uint64, flags uint32) unsafe.Pointer {
	loads := m.loads
	for i := range loads {
		s := &loads[i]
		if addr >= s.vaddr && addr-s.vaddr < s.memsz {
			if s.flags&flags != flags || n > s.memsz-(addr-s.vaddr) {
				break
			}
			return pointer(m.base + uintptr(addr))
		}
	}
	return nil
}

// headersAt returns where the program header table is mapped, 0 when no readable
// PT_LOAD has all of it. Never "first segment + e_phoff": it may be anywhere in the file.
func (m *image) headersAt() uintptr {
	loads := m.loads
	for i := range loads {
		s := &loads[i]
		if s.flags&pfR != 0 && m.phoff >= s.off && !outside(m.phoff-s.off, m.headers(), s.filesz) {
			return m.base + uintptr(s.vaddr+(m.phoff-s.off))
		}
	}
	return 0
}

// protectRelro makes PT_GNU_RELRO read-only: whole pages only. A first page that the
// segment fills only from the beginning of its own PT_LOAD on is taken along, for
// nothing else lives in it (that is how GNU ld lays it out).
func (m *image) protectRelro() {
	p := m.relro
	if p == nil {
		return
	}
	start, end := pageUp(p.vaddr, m.page), pageDown(p.end(), m.page)
	loads := m.loads
	for i := range loads {
		if loads[i].vaddr == p.vaddr {
			start = pageDown(p.vaddr, m.page)
		}
	}
	if p.memsz != 0 && start < end {
		m.protect(start, end, protRead)
	}
}
