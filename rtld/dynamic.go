package rtld

import "unsafe"

// The dynamic section: read once into a small table of values, every table that it
// names checked to lie in the image before anything reads from it.

// dynamic holds the values of the tags that the loader uses. Tags below 38 have the
// slot of their number.
type dynamic struct {
	value [dynSlots]uint64
	seen  uint64 // bit per slot
}

const (
	slotGnuHash = 38
	dynSlots    = 39
)

func (d *dynamic) has(slot uint) bool { return d.seen&(1<<slot) != 0 }

// used is the set of tags that the loader reads; all others are ignored.
const used = 1<<dtNeeded | 1<<dtPltRelSz | 1<<dtHash | 1<<dtStrtab | 1<<dtSymtab | 1<<dtRela | 1<<dtRelaSz | 1<<dtRelaEnt |
	1<<dtStrSz | 1<<dtSymEnt | 1<<dtInit | 1<<dtRel | 1<<dtRelSz | 1<<dtPltRel | 1<<dtTextRel | 1<<dtJmpRel | 1<<dtInitArray |
	1<<dtInitArraySz | 1<<dtFlags | 1<<dtPreInit | 1<<dtPreInitSz | 1<<dtRelrSz | 1<<dtRelr | 1<<dtRelrEnt | 1<<slotGnuHash

// tagNames names the slots.
const tagNames = "\x01DT_NEEDED\n\x02DT_PLTRELSZ\n\x04DT_HASH\n\x05DT_STRTAB\n\x06DT_SYMTAB\n\x07DT_RELA\n\x08DT_RELASZ\n" +
	"\x09DT_RELAENT\n\x0aDT_STRSZ\n\x0bDT_SYMENT\n\x0cDT_INIT\n\x11DT_REL\n\x12DT_RELSZ\n\x14DT_PLTREL\n\x16DT_TEXTREL\n" +
	"\x17DT_JMPREL\n\x19DT_INIT_ARRAY\n\x1bDT_INIT_ARRAYSZ\n\x1eDT_FLAGS\n\x20DT_PREINIT_ARRAY\n\x21DT_PREINIT_ARRAYSZ\n" +
	"\x23DT_RELRSZ\n\x24DT_RELR\n\x25DT_RELRENT\n\x26DT_GNU_HASH\n\xffd_tag\n\x00"

// readDynamic reads the dynamic section s of m. It ends at DT_NULL or with the
// segment.
func readDynamic(f *fault, m *image, s *phdr, d *dynamic) bool {
	b, ok := m.view(s.vaddr, s.filesz, pfR)
	if !ok {
		return f.bad("PT_DYNAMIC outside the image: p_vaddr=$\x00", s.vaddr)
	}
	for ; len(b) >= dynSize; b = b[dynSize:] {
		e := (*dyn)(unsafe.Pointer(unsafe.SliceData(b)))
		tag, value := e.tag, e.value
		slot := uint(tag)
		switch {
		case tag == dtNull:
			return checkDynamic(f, m, d)
		case tag == dtGnuHash:
			slot = slotGnuHash
		case tag >= slotGnuHash || used&(1<<tag) == 0:
			continue
		}
		if d.has(slot) && slot != dtNeeded {
			return f.badName("dynamic tag given twice: %=$\x00", rowOf(tagNames, uint64(slot)), value)
		}
		if !d.has(slot) {
			d.value[slot] = value // of several DT_NEEDED, the first
		}
		d.seen |= 1 << slot
	}
	return checkDynamic(f, m, d)
}

// dynTables has a row per table: the tag of its address, of its size, of its entry
// size (0x7f: none), and what an entry must measure, of which the size is a multiple.
const dynTables = "\x07\x08\x09\x18" + // DT_RELA
	"\x24\x23\x25\x08" + // DT_RELR
	"\x17\x02\x7f\x18" + // DT_JMPREL
	"\x19\x1b\x7f\x08" + // DT_INIT_ARRAY
	"\x20\x21\x7f\x08" + // DT_PREINIT_ARRAY
	"\x05\x0a\x7f\x01\x00" // DT_STRTAB

const noTag = 0x7f

// checkDynamic checks the values against each other and against the image.
func checkDynamic(f *fault, m *image, d *dynamic) bool {
	for t := 0; dynTables[t] != 0; t += 4 {
		at, size, ent, unit := uint(dynTables[t]), uint(dynTables[t+1]), uint(dynTables[t+2]), uint64(dynTables[t+3])
		n := d.value[size]
		switch {
		case !d.has(at) && n == 0:
			continue
		case !d.has(at) || !d.has(size):
			return f.badName("dynamic table without address or without size: %=$\x00", rowOf(tagNames, uint64(size)), n)
		case ent != noTag && d.value[ent] != unit:
			return f.badName("wrong entry size: %=#\x00", rowOf(tagNames, uint64(ent)), d.value[ent])
		case n%unit != 0:
			return f.badName("size is no multiple of the entry size: %=$\x00", rowOf(tagNames, uint64(size)), n)
		}
		if _, ok := m.view(d.value[at], n, pfR); !ok {
			return f.badName("dynamic table outside the image: %=$\x00", rowOf(tagNames, uint64(at)), d.value[at])
		}
	}
	switch {
	case d.has(dtNeeded):
		name, ok := m.name(d, d.value[dtNeeded])
		if !ok {
			return f.bad("string outside the string table: DT_NEEDED=$\x00", d.value[dtNeeded])
		}
		return f.badName("needs library %: libraries are not supported by this version\x00", name, 0)
	case d.has(dtRel) || d.value[dtRelSz] != 0:
		return f.bad("relocations without addends are not of this machine: DT_REL=$\x00", d.value[dtRel])
	case d.value[dtPltRelSz] != 0 && d.value[dtPltRel] != dtRela:
		return f.bad("relocations without addends are not of this machine: DT_PLTREL=#\x00", d.value[dtPltRel])
	case d.has(dtTextRel) || d.value[dtFlags]&dfTextRel != 0:
		return f.bad("relocations of read-only memory are not supported: DT_TEXTREL=$\x00", d.value[dtTextRel])
	case d.has(dtSymtab) && d.value[dtSymEnt] != symSize:
		return f.bad("wrong entry size: DT_SYMENT=#\x00", d.value[dtSymEnt])
	}
	return true
}

// name returns the string at off of the string table, with its NUL.
func (m *image) name(d *dynamic, off uint64) (string, bool) {
	size := d.value[dtStrSz]
	b, ok := m.view(d.value[dtStrtab], size, pfR)
	if !ok || !d.has(dtStrtab) || off >= size {
		return "", false
	}
	b = b[off:]
	for i, c := range b {
		if c == 0 {
			return text(b[:i+1]), true
		}
	}
	return "", false
}
