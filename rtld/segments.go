package rtld

// The program header table: every entry checked, the PT_LOADs sorted by address,
// and nothing mapped yet. Numbers come from the file: each sum is checked.

// layout is what the program headers say, once checkSegments has approved of them.
type layout struct {
	loads   []phdr // PT_LOADs that have memory, by address
	lo, hi  uint64 // the pages they span
	align   uint64 // the largest p_align, at least a page
	note    phdr   // PT_SLUL, PT_DYNAMIC and so on; typ is 0 when the file has none
	dynamic phdr
	relro   phdr
	interp  phdr
}

// maxAddress bounds every address of a file: user space ends at 2^56 at the latest
// (5-level paging, Documentation/arch/x86/x86_64/mm.rst; arm64 has less).
const maxAddress = 1 << 56

// checkSegments checks the program header table of a file of this size and sorts it:
// PT_LOADs with memory first, by address, as the kernel accepts them in any order.
func checkSegments(f *fault, l *layout, table []phdr, size, page uint64) bool {
	l.align = page
	loads := 0
	for i := range table {
		s := &table[i]
		ok := true
		switch s.typ {
		case ptLoad:
			ok = checkLoad(f, s, size, page)
			if s.memsz != 0 {
				l.align = max(l.align, s.align)
				insertLoad(table, i, loads)
				loads++
			}
		case ptDynamic:
			ok = keepOne(f, &l.dynamic, s, size)
		case ptGnuRelro:
			ok = keepOne(f, &l.relro, s, size)
		case ptInterp:
			ok = keepOne(f, &l.interp, s, size)
		case ptSlul:
			ok = keepOne(f, &l.note, s, size)
		case ptTLS:
			ok = f.bad("thread-local storage is not supported by this version: p_memsz=#\x00", s.memsz)
		}
		if !ok {
			return false
		}
	}
	if loads == 0 {
		return f.bad("nothing to load: e_phnum=#\x00", uint64(len(table)))
	}
	l.loads = table[:loads]
	l.lo = pageDown(table[0].vaddr, page)
	l.hi = pageUp(table[loads-1].end(), page)
	return checkNeighbours(f, l.loads, page) && checkRelro(f, l, page)
}

// keepOne keeps a segment of which there may be only one.
func keepOne(f *fault, place, s *phdr, size uint64) bool {
	if place.typ != 0 {
		return f.bad("two segments of one kind: p_type=$\x00", uint64(s.typ))
	}
	*place = *s
	if s.off > size || s.filesz > size-s.off {
		return f.bad("segment outside the file: p_offset=$\x00", s.off)
	}
	return true
}

// insertLoad moves entry i to its place among the first n entries, which are sorted.
// What stood there goes where it was.
func insertLoad(table []phdr, i, n int) {
	e := table[i]
	table[i] = table[n]
	for ; n > 0 && table[n-1].vaddr > e.vaddr; n-- {
		table[n] = table[n-1]
	}
	table[n] = e
}

// checkLoad checks one PT_LOAD alone.
func checkLoad(f *fault, s *phdr, size, page uint64) bool {
	apart := s.filesz != 0 && (s.vaddr-s.off)&(page-1) != 0
	switch {
	case s.filesz > s.memsz:
		return f.bad("segment larger in the file than in memory: p_filesz=$\x00", s.filesz)
	case s.memsz > maxAddress:
		return f.bad("segment too large: p_memsz=$\x00", s.memsz)
	case s.vaddr > maxAddress-s.memsz:
		return f.bad("segment outside the address space: p_vaddr=$\x00", s.vaddr)
	case s.off > size || s.filesz > size-s.off:
		return f.bad("segment outside the file: p_offset=$\x00", s.off)
	case s.align&(s.align-1) != 0:
		return f.bad("segment alignment is no power of two: p_align=$\x00", s.align)
	case s.align > maxAddress:
		return f.bad("segment alignment too large: p_align=$\x00", s.align)
	case apart && s.align < page && (s.vaddr-s.off)&(s.align-1) == 0 && s.align > 1:
		return f.bad("segment made for smaller pages than this system's: p_align=$\x00", s.align)
	case apart:
		return f.bad("segment address and file offset differ within a page: p_vaddr=$\x00", s.vaddr)
	case s.flags&(pfW|pfX) == pfW|pfX:
		return f.bad("segment is writable and executable: p_flags=#\x00", uint64(s.flags))
	}
	return true
}

// checkNeighbours checks the sorted PT_LOADs pairwise. Two may share a page only
// when one mapping can serve both: same permissions, and the same page of the
// file or nothing of the file in the second.
func checkNeighbours(f *fault, loads []phdr, page uint64) bool {
	for i := 1; i < len(loads); i++ {
		a, b := &loads[i-1], &loads[i]
		shared := pageDown(b.vaddr, page)
		switch {
		case b.vaddr < a.end():
			return f.bad("segments overlap: p_vaddr=$\x00", b.vaddr)
		case shared >= pageUp(a.end(), page):
		case a.flags != b.flags:
			return f.bad("segments of different permissions share a page: p_vaddr=$\x00", b.vaddr)
		case b.filesz != 0 && (a.filesz == 0 || shared >= pageUp(a.vaddr+a.filesz, page) || a.vaddr-a.off != b.vaddr-b.off):
			return f.bad("segments from different parts of the file share a page: p_vaddr=$\x00", b.vaddr)
		}
	}
	return true
}

// checkRelro checks that PT_GNU_RELRO lies in the pages of one writable PT_LOAD (older
// lld rounds it up to the page that the segment ends in).
func checkRelro(f *fault, l *layout, page uint64) bool {
	r := &l.relro
	if r.typ == 0 || r.memsz == 0 {
		return true
	}
	for i := range l.loads {
		s := &l.loads[i]
		if s.flags&pfW != 0 && r.vaddr >= s.vaddr && r.vaddr-s.vaddr <= s.memsz && r.memsz <= pageUp(s.end(), page)-r.vaddr {
			return true
		}
	}
	return f.bad("PT_GNU_RELRO outside the writable segments: p_vaddr=$\x00", r.vaddr)
}

// isCode tells whether addr lies in an executable PT_LOAD.
func isCode(loads []phdr, addr uint64) bool {
	for i := range loads {
		s := &loads[i]
		if s.flags&pfX != 0 && addr >= s.vaddr && addr-s.vaddr < s.memsz {
			return true
		}
	}
	return false
}
