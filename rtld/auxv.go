package rtld

// The auxiliary vector as the program shall see it: changed in place so that it is
// what the kernel would have given with the loader as PT_INTERP.

// mendAux describes the program instead of the loader. phdr and entry are addresses
// in memory, execfn is that of a C string, base is where the loader itself lies.
func mendAux(b *block, phdr, phnum, entry, base, execfn uintptr) {
	b.setAux(atPhdr, atPhdr, phdr)
	b.setAux(atPhent, atPhent, phdrSize)
	b.setAux(atPhnum, atPhnum, phnum)
	b.setAux(atEntry, atEntry, entry)
	b.setAux(atBase, atBase, base)
	b.setAux(atExecfn, atExecfn, execfn)
	b.setAux(atExecfd, atIgnore, 0)
}

// headersAt returns where the size bytes at off of the file are mapped, 0 when no
// readable PT_LOAD has them all. Never "first segment + e_phoff": the headers may be
// anywhere in the file.
func (m *image) headersAt(off, size uint64) uintptr {
	for i := range m.loads {
		s := &m.loads[i]
		if s.flags&pfR != 0 && off >= s.off && off-s.off <= s.filesz && size <= s.filesz-(off-s.off) {
			return m.base + uintptr(s.vaddr+(off-s.off))
		}
	}
	return 0
}

// leftovers are what the program needs and the file does not hold: the path for
// AT_EXECFN, and the program headers when no segment has them. They get pages of
// their own, which outlive the loader.
type leftovers struct {
	at, size, n uintptr
}

func newLeftovers(f *fault, size, page uint64) (leftovers, bool) {
	size = pageUp(size, page)
	at := mmap(0, uintptr(size), protRead|protWrite, mapPrivate|mapAnonymous, ^uintptr(0), 0)
	if failed(at) {
		return leftovers{}, f.refused("cannot make memory for the program's name: %\x00", at)
	}
	return leftovers{at: at, size: uintptr(size)}, true
}

// take returns n bytes, aligned to 8.
func (l *leftovers) take(n uint64) []byte {
	b := bytesAt(l.at+l.n, uintptr(n))
	l.n += uintptr(n+7) &^ 7
	return b
}
