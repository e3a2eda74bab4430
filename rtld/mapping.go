package rtld

import "unsafe"

// Mapping: the segments side by side in free space, or over a reservation of the whole span, and nothing
// ever writable and executable at once.

// protOf returns the mmap protection of p_flags.
func protOf(flags uint32) uintptr {
	// PF_X, PF_W, PF_R are 1, 2, 4; PROT_READ, PROT_WRITE, PROT_EXEC are 1, 2, 4.
	return uintptr(flags>>2&1 | flags&2 | flags&1<<2)
}

// mapAll maps the segments right below what was mapped last, where there is room as a rule: a kernel does
// less for a mapping in free space than for one over a part of another. Where there is none, and for
// what may not lie there, they go over a reservation. When that fails, the process ends, or undoLate unmaps it.
func (m *module) mapAll() {
	l := &process
	if m.align == l.page && !m.fixed && m.hi < hugePage { // never near address 0, however large .bss is
		m.base = l.below - uintptr(m.hi)
		if !failed(m.mapLoads(mapFixedNoreplace)) {
			l.below = m.base + uintptr(m.lo)
			m.isMapped = true
			return
		}
		munmap(m.base+uintptr(m.lo), uintptr(l.mapped-m.lo)) // EINVAL for nothing at all is as good
	}
	m.reserve()
	m.isMapped = true
	check(lit("cannot map a segment: &\x00"), m.mapLoads(mapFixed))
}

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
			bad(lit("address in use: p_vaddr=$\x00"), m.lo)
		}
		return
	}
	if failed(at) {
		bad(lit("no address space: bytes=#\x00"), uint64(span+extra))
	}
	skip := (uintptr(m.lo) - at) & uintptr(m.align-1)
	m.base = at + skip - uintptr(m.lo)
	if extra != 0 {
		munmap(at, skip)
		munmap(at+skip+span, extra-skip)
	}
}

// mapLoads maps the segments in order, and leaves in process.mapped up to where they are. It
// returns −errno when one cannot be mapped.
//
//go:noinline
func (m *module) mapLoads(flags uintptr) (answer uintptr) {
	process.mapped = m.lo
	for i := range m.loads {
		next := m.hi
		if i+1 < len(m.loads) {
			next = m.loads[i+1].vaddr
		}
		if answer = m.mapSegment(&m.loads[i], next, flags|mapPrivate); failed(answer) {
			break
		}
	}
	return answer
}

// mapSegment maps the PT_LOAD s; the next one begins at next. Pages below process.mapped are there
// already (the page that it may share with the segment before it, from the same page of the file).
func (m *module) mapSegment(s *phdr, next uint64, flags uintptr) uintptr {
	l := &process
	prot := protOf(s.flags)
	fileEnd := s.vaddr + s.filesz
	answer := m.place(pageDown(s.vaddr, l.page), protNone, flags|mapAnonymous, 0) // a hole
	if s.filesz != 0 && !failed(answer) {
		answer = m.place(pageUp(fileEnd, l.page), prot, flags, s.off+(l.mapped-s.vaddr))
	}
	if failed(answer) {
		return answer
	}
	if s.memsz > s.filesz && fileEnd < l.mapped {
		// The last page of the file's bytes, or of the segment before, has more in it.
		m.zeroTail(fileEnd, min(l.mapped, pageUp(fileEnd, l.page), next), prot)
	}
	return m.place(pageUp(s.end(), l.page), prot, flags|mapAnonymous, 0)
}

// place maps something from process.mapped up to end, if that is higher.
//
//go:noinline
func (m *module) place(end uint64, prot, flags uintptr, off uint64) uintptr {
	l := &process
	if l.mapped >= end {
		return 0
	}
	want := m.base + uintptr(l.mapped)
	answer := mmap(want, uintptr(end-l.mapped), prot, flags, m.fd, off)
	if answer == want {
		l.mapped = end
	} else if !failed(answer) {
		answer = ^uintptr(0) // a kernel before 4.17, see reserve
	}
	return answer
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
