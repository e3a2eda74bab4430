package rtld

import "unsafe"

// The dynamic section: read once into a small table of values, every table that it
// names checked to lie in the image before anything reads from it.

// Slots for the values of tags with large numbers. Tags below 38 have the slot of their
// number; DT_FLAGS_1 to DT_VERNEEDNUM, five consecutive numbers, have 40 to 44.
const (
	slotGnuHash    = 38
	slotVersym     = 39
	slotFlags1     = 40
	slotVerDef     = 41
	slotVerDefNum  = 42
	slotVerNeed    = 43
	slotVerNeedNum = 44
	slotAuxiliary  = 45 // DT_AUXILIARY, DT_FILTER: libraries that stand for others
	dynSlots       = 64 // a power of two: masked numbers need no check
)

// has tells whether the dynamic section has the tag of slot.
func (m *module) has(slot uint8) bool { return m.tags>>(slot%dynSlots)&1 != 0 }

// get returns the value of the tag of slot, 0 when it is not there.
func (m *module) get(slot uint8) uint64 { return m.dyn[slot%dynSlots] }

// complain names the tag of slot and its value.
//
//go:noinline
func (m *module) complain(what uintptr, slot uint8) {
	die(what, rowOf(lit(tagNames), uint64(slot)), m.get(slot), exitCannotStart)
}

// tagNames names the slots.
const tagNames = "\x01NEEDED\n\x02PLTRELSZ\n\x04HASH\n\x05STRTAB\n\x06SYMTAB\n\x07RELA\n\x08RELASZ\n" +
	"\x09RELAENT\n\x0aSTRSZ\n\x0bSYMENT\n\x0cINIT\n\x0dFINI\n\x14PLTREL\n" +
	"\x17JMPREL\n\x19INIT_ARRAY\n\x1aFINI_ARRAY\n\x1bINIT_ARRAYSZ\n\x1cFINI_ARRAYSZ\n\x1eFLAGS\n\x20PREINIT_ARRAY\n\x21PREINIT_ARRAYSZ\n" +
	"\x23RELRSZ\n\x24RELR\n\x25RELRENT\n\x26GNU_HASH\n\x27VERSYM\n\x29VERDEF\n\x2aVERDEFNUM\n\x2bVERNEED\n\x2cVERNEEDNUM\n\xff?\n\x00"

// slotOf returns the slot of a tag; ok is false for what is of no interest, or unknown.
//
//go:noinline
func slotOf(tag uint64) (slot uint8, ok bool) {
	switch {
	case tag < slotGnuHash:
		return uint8(tag), true
	case tag == dtGnuHash:
		return slotGnuHash, true
	case tag == dtVersym:
		return slotVersym, true
	}
	return uint8(slotFlags1 + tag - dtFlags1), tag-dtFlags1 <= dtVerNeedNum-dtFlags1
}

// readDynamic reads the dynamic section. It ends at DT_NULL or with its segment.
func (m *module) readDynamic() {
	s := m.dynamic
	at := m.view(s.vaddr, s.memsz, pfR)
	if at == nil {
		bad(lit("segment outside the image: p_vaddr=$\x00"), s.vaddr)
	}
	m.ld = uintptr(at)
	for n := s.memsz / dynSize; m.dynCount < n; m.dynCount++ {
		e := (*dyn)(at)
		at = unsafe.Add(at, dynSize)
		slot, ok := slotOf(e.tag)
		switch {
		case e.tag == dtNull:
			return
		case !ok:
			continue
		case slot == dtNeeded:
			m.needed++
		case slot == dtDebug:
			// Read-only as our own files have it, it is of no use to anybody.
			if m.around(uint64(uintptr(unsafe.Pointer(e))-m.base), dynSize, pfW) != nil {
				e.value = uint64(uintptr(unsafe.Pointer(&fixed)))
			}
			continue
		case m.has(slot):
			m.dyn[slot%dynSlots] = e.value
			m.complain(lit("dynamic tag given twice: DT_&=$\x00"), slot)
		}
		m.dyn[slot%dynSlots] = e.value
		m.tags |= 1 << (slot % dynSlots)
	}
}

// eachNeeded returns the name of the DT_NEEDED at index *i of the dynamic section or behind
// it, and moves *i behind. There is one: they were counted.
func (m *module) eachNeeded(i *uint64) uintptr {
	for *i < m.dynCount {
		e := (*dyn)(pointer(m.ld + uintptr(*i*dynSize)))
		*i++
		if e.tag == dtNeeded {
			name := m.name(e.value)
			if byteAt(name) == 0 {
				m.complain(lit("empty name: DT_&=$\x00"), dtNeeded)
			}
			return name
		}
	}
	m.changed(m.size)
	return 0
}

// dynTables has a row per table: the tag of its address, that of its size, and what an
// entry measures, of which the size is a multiple.
const dynTables = "\x07\x08\x18" + // DT_RELA, DT_RELASZ
	"\x24\x23\x08" + // DT_RELR, DT_RELRSZ
	"\x17\x02\x18" + // DT_JMPREL, DT_PLTRELSZ
	"\x19\x1b\x08" + // DT_INIT_ARRAY, DT_INIT_ARRAYSZ
	"\x1a\x1c\x08" + // DT_FINI_ARRAY, DT_FINI_ARRAYSZ
	"\x20\x21\x08" + // DT_PREINIT_ARRAY, DT_PREINIT_ARRAYSZ
	"\x05\x0a\x01" + // DT_STRTAB, DT_STRSZ
	"\x00"

// dynValues has a row per tag that can have only one value.
const dynValues = "\x09\x18" + // DT_RELAENT
	"\x25\x08" + // DT_RELRENT
	"\x0b\x18" + // DT_SYMENT
	"\x14\x07" + // DT_PLTREL: DT_RELA
	"\x00"

// checkDynamic checks the values against each other and against the image, and finds the
// tables of symbols.
func (m *module) checkDynamic() {
	for row := lit(dynTables); byteAt(row) != 0; row += 3 {
		at, size, unit := byteAt(row), byteAt(row+1), uint64(byteAt(row+2))
		n := m.get(size)
		switch {
		case n%unit != 0:
			m.complain(lit("wrong value: DT_&=$\x00"), size)
		case !m.has(at) && n == 0:
		case !m.has(at) || !m.has(size):
			m.complain(lit("incomplete table: DT_&=$\x00"), size)
		case n > m.size || m.view(m.get(at), n, pfR) == nil: // no table is .bss, where one could be endless
			m.complain(lit(outsideImage), at)
		}
	}
	for row := lit(dynValues); byteAt(row) != 0; row += 2 {
		if slot := byteAt(row); m.has(slot) && m.get(slot) != uint64(byteAt(row+1)) {
			m.complain(lit("wrong value: DT_&=$\x00"), slot)
		}
	}
	for slot := uint8(dtInit); slot <= dtFini; slot++ {
		if m.has(slot) && m.view(m.get(slot), 1, pfX) == nil {
			m.complain(lit("not in code: DT_&=$\x00"), slot)
		}
	}
	if m.tags&(1<<dtRel|1<<dtTextRel) != 0 || m.get(dtFlags)&dfTextRel != 0 {
		m.complain(lit("relocations not supported: DT_&=$\x00"), dtFlags)
	}
	m.findSymbols()
}

const outsideImage = "table outside the image: DT_&=$\x00"

// name returns the string at off of the string table, which is known to end in a NUL.
//
//go:noinline
func (m *module) name(off uint64) uintptr {
	if off >= m.get(dtStrSz) {
		bad(lit("bad string: offset=$\x00"), off)
	}
	return m.strtab + uintptr(off)
}
