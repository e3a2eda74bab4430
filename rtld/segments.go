package rtld

import "unsafe"

// The program header table: every entry checked, the PT_LOADs sorted by address,
// and nothing mapped yet. Numbers come from the file: each sum is checked.

// maxAddress bounds every address of a file: user space ends at 2^56 at the latest
// (5-level paging, Documentation/arch/x86/x86_64/mm.rst; arm64 has less).
const maxAddress = 1 << 56

// hugePage is how files of that size and more are aligned, so that one entry of the page table can serve for
// many of their pages (mm/huge_memory.c, thp_get_unmapped_area).
const hugePage = 2 << 20

// checkSegments checks the program header table and sorts it: PT_LOADs with memory
// first, by address, as the kernel accepts them in any order. It leaves the places of
// the other segments, and the pages that the PT_LOADs span.
func (m *module) checkSegments() {
	table, loads := m.table, 0
	for i := range table {
		if s := &table[i]; s.typ == ptLoad && s.memsz != 0 {
			sortLoad(table, i, loads)
			loads++
		}
	}
	m.loads = table[:loads]
	m.align = process.page
	if m.size >= hugePage {
		m.align = hugePage
	}
	skip := uint64(process.skip)
	for i := range table {
		m.takeSegment(&table[i])
		table[i].off += skip
	}
	m.size += skip // what has been checked once may be checked again (settle)
	process.skip = 0
	if loads == 0 {
		bad(lit("nothing to load: e_phnum=#\x00"), uint64(len(table)))
	}
	m.lo = pageDown(table[0].vaddr, process.page)
	m.hi = pageUp(table[loads-1].end(), process.page)
	m.checkNeighbours()
	m.checkRelro()
	m.checkTLS()
}

// takeSegment checks a program header alone, and notes where the segment is.
func (m *module) takeSegment(s *phdr) {
	place := &m.note
	switch s.typ {
	case ptLoad:
		m.checkLoad(s)
		return
	case ptDynamic:
		place = &m.dynamic
	case ptGnuRelro:
		place = &m.relro
	case ptInterp:
		place = &m.interp
	case ptPhdr:
		place = &m.phdr
	case ptTLS:
		place = &m.tls
	case ptSlul:
	default:
		return
	}
	if *place != nil {
		bad(lit("two segments of one kind: p_type=$\x00"), uint64(s.typ))
	}
	*place = s
	if outside(s.off, s.filesz, m.size) {
		bad(lit("segment outside the file: p_offset=$\x00"), s.off)
	}
}

// sortLoad moves entry i to its place among the first n entries, which are sorted. What
// stood there goes where it was.
func sortLoad(table []phdr, i, n int) {
	swap(&table[i], &table[n])
	for ; n > 0 && table[n-1].vaddr > table[n].vaddr; n-- {
		swap(&table[n-1], &table[n])
	}
}

// swap swaps a and b word by word.
func swap(a, b *phdr) {
	x, y := uintptr(unsafe.Pointer(a)), uintptr(unsafe.Pointer(b))
	for end := x + phdrSize; x < end; x += word {
		v := load(x)
		store(x, load(y))
		store(y, v)
		y += word
	}
}

// checkLoad checks one PT_LOAD alone.
func (m *module) checkLoad(s *phdr) {
	apart := (s.vaddr - s.off) & (process.page - 1)
	if s.filesz == 0 {
		apart = 0
	}
	switch {
	case s.filesz > s.memsz:
		bad(lit("p_filesz larger than p_memsz: p_filesz=$\x00"), s.filesz)
	case outside(s.vaddr, s.memsz, maxAddress):
		bad(lit("segment too large: p_memsz=$\x00"), s.memsz)
	case outside(s.off, s.filesz, m.size):
		bad(lit("segment outside the file: p_offset=$\x00"), s.off)
	case s.align&(s.align-1) != 0 || s.align > maxAddress:
		bad(lit("bad segment alignment: p_align=$\x00"), s.align)
	case apart != 0:
		bad(lit("address and offset differ: p_vaddr=$\x00"), s.vaddr)
	case s.flags&(pfW|pfX) == pfW|pfX:
		bad(lit("segment writable and executable: p_flags=#\x00"), uint64(s.flags))
	}
	m.align = max(m.align, s.align)
}

// checkNeighbours checks the sorted PT_LOADs pairwise. Two may share a page only
// when one mapping can serve both: same permissions, and the same page of the
// file or nothing of the file in the second.
func (m *module) checkNeighbours() {
	loads := m.loads
	for i := 1; i < len(loads); i++ {
		a, b := &loads[i-1], &loads[i]
		shared := pageDown(b.vaddr, process.page)
		switch {
		case b.vaddr < a.end():
			bad(lit("segments overlap: p_vaddr=$\x00"), b.vaddr)
		case shared >= pageUp(a.end(), process.page):
		case a.flags != b.flags, b.filesz != 0 && (a.filesz == 0 || shared >= pageUp(a.vaddr+a.filesz, process.page) || a.vaddr-a.off != b.vaddr-b.off):
			bad(lit("segments share a page: p_vaddr=$\x00"), b.vaddr)
		}
	}
}

// checkRelro checks that PT_GNU_RELRO lies in the pages of one writable PT_LOAD (older
// lld rounds it up to the page that the segment ends in).
func (m *module) checkRelro() {
	p := m.relro
	if p == nil || p.memsz == 0 {
		return
	}
	loads := m.loads
	for i := range loads {
		s := &loads[i]
		if s.flags&pfW != 0 && p.vaddr >= s.vaddr && !outside(p.vaddr-s.vaddr, p.memsz, pageUp(s.end(), process.page)-s.vaddr) {
			return
		}
	}
	bad(lit("segment outside the image: p_vaddr=$\x00"), p.vaddr)
}

// checkTLS checks PT_TLS, whose initial bytes lie in one readable PT_LOAD.
func (m *module) checkTLS() {
	s := m.tls
	if s == nil {
		return
	}
	switch {
	case s.filesz > s.memsz:
		bad(lit("p_filesz larger than p_memsz: p_filesz=$\x00"), s.filesz)
	case s.align&(s.align-1) != 0 || s.align > maxTLS:
		bad(lit("bad segment alignment: p_align=$\x00"), s.align)
	case s.memsz > maxTLS:
		bad(lit("PT_TLS too large: p_memsz=#\x00"), s.memsz)
	case s.filesz != 0 && m.around(s.vaddr, s.filesz, pfR) == nil:
		bad(lit("segment outside the image: p_vaddr=$\x00"), s.vaddr)
	}
}
