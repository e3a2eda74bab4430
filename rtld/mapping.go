package rtld

import "unsafe"

// Mapping: one reservation for the whole span, each segment into it, and nothing
// ever writable and executable at once.

// protOf returns the mmap protection of p_flags.
func protOf(flags uint32) uintptr {
	// PF_X, PF_W, PF_R are 1, 2, 4; PROT_READ, PROT_WRITE, PROT_EXEC are 1, 2, 4.
	return uintptr(flags>>2&1 | flags&2 | flags&1<<2)
}

// mapAll maps the segments. When it fails, the process ends, or undo unmaps it.
func (m *module) mapAll() {
	page := process.page
	s := &m.loads[0]
	mapped := m.lo // pages below are done
	span := uintptr(m.hi - m.lo)
	if m.align == page && !m.fixed && s.filesz != 0 {
		// The mapping of the first segment is the reservation; what comes behind it is
		// mapped over the rest.
		at := mmap(0, span, protOf(s.flags), mapPrivate, m.fd, pageDown(s.off, page))
		if failed(at) && errno(at) == enomem {
			noSpace(span)
		}
		check(lit("cannot map a segment: &\x00"), at)
		m.base = at - uintptr(m.lo)
		mapped = pageUp(s.vaddr+s.filesz, page)
	} else {
		m.reserve()
	}
	m.isMapped = true
	before := (*phdr)(nil)
	for i := range m.loads {
		s := &m.loads[i]
		if before != nil {
			mapped = m.mapSegment(before, s.vaddr, mapped)
		}
		before = s
	}
	m.mapSegment(before, m.hi, mapped)
}

// noSpace complains that n bytes of address space are too many.
func noSpace(n uintptr) { bad(lit("no address space: bytes=#\x00"), uint64(n)) }

// reserve finds the span in the address space, with lo on a multiple of align, and
// leaves it without access. What alignment needs above that is given back.
func (m *module) reserve() {
	span, extra := uintptr(m.hi-m.lo), uintptr(m.align-process.page)
	want, flags := uintptr(0), uintptr(mapPrivate|mapAnonymous|mapNoreserve)
	if m.fixed {
		want, extra, flags = uintptr(m.lo), 0, flags|mapFixedNoreplace
	}
	at := mmap(want, span+extra, protNone, flags, ^uintptr(0), 0)
	if m.fixed {
		if at != want { // EEXIST; a kernel before 4.17 takes the address for a wish
			bad(lit("addresses not free: p_vaddr=$\x00"), m.lo)
		}
		return
	}
	if failed(at) {
		noSpace(span + extra)
	}
	skip := (uintptr(m.lo) - at) & uintptr(m.align-1)
	m.base = at + skip - uintptr(m.lo)
	if extra != 0 {
		munmap(at, skip)
		munmap(at+skip+span, extra-skip) // EINVAL for nothing at all is as good
	}
}

// mapSegment maps the PT_LOAD s; the next one begins at next. Pages below mapped are there already
// (the page that it may share with the segment before it, from the same page of the file). It returns
// up to where they are then.
func (m *module) mapSegment(s *phdr, next, mapped uint64) uint64 {
	page := process.page
	prot := protOf(s.flags)
	fileEnd := s.vaddr + s.filesz
	start := pageDown(s.vaddr, page)
	if mapped < start {
		m.protect(mapped, start, protNone) // a hole
	}
	start = max(start, mapped)
	end := pageUp(fileEnd, page)
	if s.filesz != 0 && start < end {
		// Congruent within a page: the subtraction does not go below 0.
		m.place(start, end, prot, mapPrivate|mapFixed, s.off-(s.vaddr-start))
		start = end
	}
	if s.memsz > s.filesz && fileEnd < start {
		// The last page of the file's bytes, or of the segment before, has more in it.
		m.zeroTail(fileEnd, min(start, pageUp(fileEnd, page), next), prot)
	}
	if end = pageUp(s.end(), page); start < end {
		m.place(start, end, prot, mapPrivate|mapFixed|mapAnonymous, 0)
		start = end
	}
	return start
}

// place maps something over part of the reservation.
//
//go:noinline
func (m *module) place(start, end uint64, prot, flags uintptr, off uint64) {
	check(lit("cannot map a segment: &\x00"), mmap(m.base+uintptr(start), uintptr(end-start), prot, flags, m.fd, off))
}

// maxPage is the largest page size of any CPU here (arm64 can have 64 KiB).
const maxPage = 65536

// zeroTail zeroes what follows a segment's bytes in their last page, where the file
// has whatever comes next in it. A page that is not writable is so for this moment only.
func (m *module) zeroTail(from, to uint64, prot uintptr) {
	page := pageDown(from, process.page)
	if from >= to {
		return
	}
	guard()
	if prot&protWrite == 0 {
		m.protect(page, page+process.page, protRead|protWrite)
	}
	clear((*[maxPage]byte)(pointer(m.base + uintptr(from)))[:to-from])
	if prot&protWrite == 0 {
		m.protect(page, page+process.page, prot)
	}
}

// protect changes the protection of whole pages.
//
//go:noinline
func (m *module) protect(start, end uint64, prot uintptr) {
	check(lit("cannot map a segment: &\x00"), sys3(sysMprotect, m.base+uintptr(start), uintptr(end-start), prot))
}

// view returns where the n bytes at the file's address addr are in memory, nil when they
// do not all lie in one PT_LOAD that has all of these flags. Every table of the program
// is read, and every relocated word written, through here.
//
//go:noinline
func (m *module) view(addr, n uint64, flags uint32) unsafe.Pointer {
	if m.around(addr, n, flags) == nil {
		return nil
	}
	return pointer(m.base + uintptr(addr))
}

// around returns the PT_LOAD that has all of the n bytes at addr and these flags, or nil.
//
//go:noinline
func (m *module) around(addr, n uint64, flags uint32) *phdr {
	loads := m.loads
	for i := range loads {
		s := &loads[i]
		if addr >= s.vaddr && addr-s.vaddr < s.memsz {
			if s.flags&flags != flags || n > s.memsz-(addr-s.vaddr) {
				break
			}
			return s
		}
	}
	return nil
}

// headersAt returns where the program header table is mapped, 0 when no readable
// PT_LOAD has all of it. Never "first segment + e_phoff": it may be anywhere in the file.
func (m *module) headersAt() uintptr {
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
func (m *module) protectRelro() {
	p := m.relro
	if p == nil {
		return
	}
	start, end := pageUp(p.vaddr, process.page), pageDown(p.end(), process.page)
	loads := m.loads
	for i := range loads {
		if loads[i].vaddr == p.vaddr {
			start = pageDown(p.vaddr, process.page)
		}
	}
	if p.memsz != 0 && start < end {
		m.protect(start, end, protRead)
	}
}
