package rtld

import "unsafe"

// Relocation of the program: RELR, then RELA and PLT relocations, each word checked
// to lie in a writable segment. Letters in the sums are the psABI's: B base, S symbol,
// A addend.

// Kinds of relocation, the same for every CPU.
const (
	relocUnknown = iota + 1 // none is 0: that would end the table
	relocNone
	relocBase   // B + A
	relocSym    // S
	relocSymAdd // S + A
)

// relocate applies all relocations of m. buf takes the names of missing symbols.
func relocate(f *fault, m *image, d *dynamic, buf []byte) bool {
	if !relocateRelr(f, m, d.value[dtRelr], d.value[dtRelrSz]) {
		return false
	}
	if d.value[dtRelaSz]|d.value[dtPltRelSz] == 0 {
		return true
	}
	s, ok := findSymbols(f, m, d)
	missing := uint64(0)
	ok = ok && relocateRela(f, m, &s, d.value[dtRela], d.value[dtRelaSz], &missing) &&
		relocateRela(f, m, &s, d.value[dtJmpRel], d.value[dtPltRelSz], &missing)
	if ok && missing != 0 {
		return m.missingSymbols(f, d, &s, missing, buf)
	}
	return ok
}

// relocateRela applies the table of size bytes at the file's address at. Undefined
// symbols do not stop it: missing becomes the last of them.
func relocateRela(f *fault, m *image, s *symbols, at, size uint64, missing *uint64) bool {
	for end := at + size; at < end; at += relaSize {
		b, ok := m.view(at, relaSize, pfR)
		if !ok {
			return f.bad("relocation outside the image: DT_RELA=$\x00", at)
		}
		r := *(*rela)(unsafe.Pointer(unsafe.SliceData(b)))
		kind := byte(relocUnknown)
		if int(r.number) < len(relocKinds)-1 {
			kind = relocKinds[r.number]
		}
		v := uint64(m.base)
		switch kind {
		case relocNone:
			continue
		case relocUnknown:
			return f.bad("relocation type is not supported: r_type=#\x00", uint64(r.number))
		case relocSym, relocSymAdd:
			var isMissing bool
			if v, isMissing, ok = m.resolve(f, s, uint64(r.sym)); !ok {
				return false
			}
			if isMissing {
				*missing = uint64(r.sym)
			}
		}
		if kind != relocSym {
			v += r.addend
		}
		if b, ok = m.view(r.offset, 8, pfW); !ok {
			return f.bad("relocation of memory that is not writable: r_offset=$\x00", r.offset)
		}
		*(*uint64)(unsafe.Pointer(unsafe.SliceData(b))) = v
	}
	return true
}

// relocateRelr adds B to the words that the table of size bytes at the file's address
// at names: an even entry is the address of a word, an odd one has a bit for each
// of the 63 words behind (gABI, "Relative Relocation Table").
func relocateRelr(f *fault, m *image, at, size uint64) bool {
	where := uint64(0) // of the next word; 0: no address seen yet
	for end := at + size; at < end; at += relrSize {
		b, ok := m.view(at, relrSize, pfR)
		if !ok {
			return f.bad("relocation outside the image: DT_RELR=$\x00", at)
		}
		entry := *(*uint64)(unsafe.Pointer(unsafe.SliceData(b)))
		if entry&1 == 0 {
			if !addBase(f, m, entry) {
				return false
			}
			where = entry + 8
			continue
		}
		if where == 0 {
			return f.bad("relocation bitmap without an address: DT_RELR=$\x00", entry)
		}
		for i, bits := uint64(0), entry>>1; bits != 0; i, bits = i+1, bits>>1 {
			if bits&1 != 0 && !addBase(f, m, where+8*i) {
				return false
			}
		}
		where += 63 * 8
	}
	return true
}

// addBase adds B to the word at the file's address at.
func addBase(f *fault, m *image, at uint64) bool {
	b, ok := m.view(at, 8, pfR|pfW)
	if !ok || at%8 != 0 {
		return f.bad("relocation of memory that is not writable: DT_RELR=$\x00", at)
	}
	*(*uint64)(unsafe.Pointer(unsafe.SliceData(b))) += uint64(m.base)
	return true
}
