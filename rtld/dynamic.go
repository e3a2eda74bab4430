package rtld

import "unsafe"

// The dynamic section: read once into a small table of values, every table that it
// names checked to lie in the image before anything reads from it.

// slotGnuHash and slotVersym are where the values of DT_GNU_HASH and DT_VERSYM are kept.
// Tags below 38 have the slot of their number.
const (
	slotGnuHash = 38
	slotVersym  = 39
	dynSlots    = 64 // a power of two: masked numbers need no check
)

// has tells whether the dynamic section has the tag of slot.
func (m *image) has(slot uint8) bool { return m.tags>>(slot%dynSlots)&1 != 0 }

// get returns the value of the tag of slot, 0 when it is not there.
func (m *image) get(slot uint8) uint64 { return m.dyn[slot%dynSlots] }

// complain names the tag of slot and its value.
//
//go:noinline
func (m *image) complain(what uintptr, slot uint8) {
	m.badName(what, rowOf(lit(tagNames), uint64(slot)), m.get(slot))
}

// tagNames names the slots.
const tagNames = "\x01NEEDED\n\x02PLTRELSZ\n\x04HASH\n\x05STRTAB\n\x06SYMTAB\n\x07RELA\n\x08RELASZ\n" +
	"\x09RELAENT\n\x0aSTRSZ\n\x0bSYMENT\n\x0cINIT\n\x11REL\n\x12RELSZ\n\x14PLTREL\n\x16TEXTREL\n" +
	"\x17JMPREL\n\x19INIT_ARRAY\n\x1bINIT_ARRAYSZ\n\x1eFLAGS\n\x20PREINIT_ARRAY\n\x21PREINIT_ARRAYSZ\n" +
	"\x23RELRSZ\n\x24RELR\n\x25RELRENT\n\x26GNU_HASH\n\xff?\n\x00"

// readDynamic reads the dynamic section. It ends at DT_NULL or with its segment.
func (m *image) readDynamic() {
	s := m.dynamic
	at := m.view(s.vaddr, s.filesz, pfR)
	if at == nil {
		m.bad(lit("PT_DYNAMIC outside the image: p_vaddr=$\x00"), s.vaddr)
	}
	for n := s.filesz / dynSize; n != 0; n-- {
		e := (*dyn)(at)
		at = unsafe.Add(at, dynSize)
		slot := uint8(e.tag)
		switch {
		case e.tag == dtNull:
			return
		case e.tag == dtGnuHash:
			slot = slotGnuHash
		case e.tag == dtVersym:
			slot = slotVersym
		case e.tag >= slotGnuHash:
			continue // of no interest, or unknown
		}
		m.dyn[slot%dynSlots] = e.value
		if m.has(slot) && slot != dtNeeded {
			m.complain(lit("dynamic tag given twice: DT_%=$\x00"), slot)
		}
		m.tags |= 1 << (slot % dynSlots)
	}
}

// dynTables has a row per table: the tag of its address, that of its size, and what an
// entry measures, of which the size is a multiple.
const dynTables = "\x07\x08\x18" + // DT_RELA, DT_RELASZ
	"\x24\x23\x08" + // DT_RELR, DT_RELRSZ
	"\x17\x02\x18" + // DT_JMPREL, DT_PLTRELSZ
	"\x19\x1b\x08" + // DT_INIT_ARRAY, DT_INIT_ARRAYSZ
	"\x20\x21\x08" + // DT_PREINIT_ARRAY, DT_PREINIT_ARRAYSZ
	"\x05\x0a\x01" + // DT_STRTAB, DT_STRSZ
	"\x00"

// dynValues has a row per tag that can have only one value.
const dynValues = "\x09\x18" + // DT_RELAENT
	"\x25\x08" + // DT_RELRENT
	"\x0b\x18" + // DT_SYMENT
	"\x14\x07" + // DT_PLTREL: DT_RELA
	"\x00"

// checkDynamic checks the values against each other and against the image.
func (m *image) checkDynamic() {
	for row := lit(dynTables); byteAt(row) != 0; row += 3 {
		at, size, unit := byteAt(row), byteAt(row+1), uint64(byteAt(row+2))
		n := m.get(size)
		switch {
		case n%unit != 0:
			m.complain(lit("size is no multiple of the entry size: DT_%=$\x00"), size)
		case !m.has(at) && n == 0:
		case !m.has(at) || !m.has(size):
			m.complain(lit("table without address or size: DT_%=$\x00"), size)
		case n > m.size || m.view(m.get(at), n, pfR) == nil: // no table is .bss, where one could be endless
			m.complain(lit("table outside the image: DT_%=$\x00"), at)
		}
	}
	for row := lit(dynValues); byteAt(row) != 0; row += 2 {
		if slot := byteAt(row); m.has(slot) && m.get(slot) != uint64(byteAt(row+1)) {
			m.complain(lit("wrong value: DT_%=$\x00"), slot)
		}
	}
	if m.has(dtNeeded) {
		m.badName(lit("needs library %: libraries are not supported by this version\x00"), m.name(m.get(dtNeeded)), 0)
	}
	if m.tags&(1<<dtRel|1<<dtTextRel) != 0 || m.get(dtFlags)&dfTextRel != 0 {
		m.complain(lit("relocations of a kind not supported: DT_%=$\x00"), dtFlags)
	}
}

// name returns the string at off of the string table, which must end there too.
func (m *image) name(off uint64) uintptr {
	size, at := m.get(dtStrSz), m.get(dtStrtab)
	for i := off; i < size; i++ {
		c := m.view(at+i, 1, pfR)
		if c == nil {
			break
		}
		if *(*byte)(c) == 0 {
			return m.base + uintptr(at+off)
		}
	}
	m.bad(lit("string outside the string table: offset=$\x00"), off)
	return 0
}
