package rtld

import "unsafe"

// Symbols of the program itself: how many there are, and what one is worth.

// symbols is the dynamic symbol table of an image.
type symbols struct {
	at    uint64 // the file's address of entry 0
	count uint64
	exact bool // count comes from a hash table, not from the end of the segment
}

// findSymbols counts the symbols. The table itself has no size: the hash tables
// know it, and without one it ends with its segment.
func findSymbols(f *fault, m *image, d *dynamic) (s symbols, ok bool) {
	s = symbols{at: d.value[dtSymtab], exact: true}
	switch {
	case !d.has(dtSymtab):
		return symbols{}, true
	case d.has(slotGnuHash):
		s.count, ok = countGnu(f, m, d.value[slotGnuHash])
	case d.has(dtHash):
		s.count, ok = countSysv(f, m, d.value[dtHash])
	default:
		s.exact, ok = false, true
		for i := range m.loads {
			if g := &m.loads[i]; s.at >= g.vaddr && s.at-g.vaddr < g.memsz {
				s.count = (g.end() - s.at) / symSize
			}
		}
	}
	if !ok {
		return s, false
	}
	if _, ok = m.view(s.at, s.count*symSize, pfR); !ok || s.count > maxAddress/symSize {
		return s, f.bad("symbol table outside the image: DT_SYMTAB=$\x00", s.at)
	}
	return s, true
}

// words returns n 32-bit words at the file's address at.
func words(m *image, at, n uint64) ([]uint32, bool) {
	b, ok := m.view(at, 4*n, pfR)
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/4), ok
}

// countSysv returns the number of symbols by DT_HASH: nbucket, nchain, buckets,
// chains, and a chain entry for each symbol (gABI, "Hash Table").
func countSysv(f *fault, m *image, at uint64) (uint64, bool) {
	h, ok := words(m, at, 2)
	if !ok {
		return 0, f.bad("dynamic table outside the image: DT_HASH=$\x00", at)
	}
	buckets, chains := uint64(h[0]), uint64(h[1])
	if _, ok = m.view(at, 8+4*(buckets+chains), pfR); !ok {
		return 0, f.bad("hash table outside the image: nchain=#\x00", chains)
	}
	if buckets == 0 {
		return 0, f.bad("hash table without buckets: DT_HASH=$\x00", at)
	}
	return chains, true
}

// countGnu returns the number of symbols by DT_GNU_HASH: the chain of the bucket
// with the highest symbol ends with the last symbol of all.
func countGnu(f *fault, m *image, at uint64) (uint64, bool) {
	h, ok := words(m, at, 4)
	if !ok {
		return 0, f.bad("dynamic table outside the image: DT_GNU_HASH=$\x00", at)
	}
	buckets, first, bloom, shift := uint64(h[0]), uint64(h[1]), uint64(h[2]), h[3]
	switch {
	case buckets == 0:
		return 0, f.bad("hash table without buckets: DT_GNU_HASH=$\x00", at)
	case bloom == 0 || bloom&(bloom-1) != 0:
		return 0, f.bad("size of the bloom filter is no power of two: DT_GNU_HASH=$\x00", at)
	case shift >= 64:
		return 0, f.bad("shift of the bloom filter too large: DT_GNU_HASH=$\x00", at)
	}
	bucketsAt := at + 16 + 8*bloom
	h, ok = words(m, bucketsAt, buckets)
	if !ok {
		return 0, f.bad("hash table outside the image: nbuckets=#\x00", buckets)
	}
	last := uint64(0)
	for _, v := range h {
		i := uint64(v)
		if i != 0 && i < first {
			return 0, f.bad("hash bucket of a symbol that is not hashed: DT_GNU_HASH=$\x00", at)
		}
		last = max(last, i)
	}
	if last == 0 {
		return first, true // only imports
	}
	for chain := bucketsAt + 4*buckets - 4*first; ; last++ {
		h, ok = words(m, chain+4*last, 1)
		if !ok {
			return 0, f.bad("hash chain without end: DT_GNU_HASH=$\x00", at)
		}
		if h[0]&1 != 0 {
			return last + 1, true
		}
	}
}

// symbol returns entry i, nil when there is none.
func (m *image) symbol(s *symbols, i uint64) *symbol {
	if i >= s.count {
		return nil
	}
	b, _ := m.view(s.at+i*symSize, symSize, pfR)
	return (*symbol)(unsafe.Pointer(unsafe.SliceData(b)))
}

// isMissing tells whether somebody else would have to define y.
func (y *symbol) isMissing() bool { return y.shndx == shnUndef && y.info>>4 != stbWeak }

// resolve returns the address of symbol i in the running program; 0 for an
// undefined weak one. missing: nobody defines it, and it is not weak.
func (m *image) resolve(f *fault, s *symbols, i uint64) (addr uint64, missing, ok bool) {
	if i == 0 {
		return 0, false, true // STN_UNDEF: the addend alone
	}
	y := m.symbol(s, i)
	switch {
	case y == nil:
		return 0, false, f.bad("relocation of a symbol that does not exist: r_sym=#\x00", i)
	case y.shndx == shnUndef:
		return 0, y.isMissing(), true
	case y.info&15 == sttTLS || y.info&15 == sttGnuIfunc:
		return 0, false, f.bad("symbol type is not supported by this version: st_info=#\x00", uint64(y.info))
	case y.shndx == shnAbs:
		return y.value, false, true
	}
	return uint64(m.base) + y.value, false, true
}

// missingSymbols is the fault of undefined symbols: all of them by name, as far as
// they fit into buf. first is the one that a relocation asked for.
func (m *image) missingSymbols(f *fault, d *dynamic, s *symbols, first uint64, buf []byte) bool {
	n, more := 0, uint64(0)
	i, end := uint64(1), s.count
	if !s.exact {
		i, end = first, first+1
	}
	for ; i < end; i++ {
		y := m.symbol(s, i)
		if y == nil || !y.isMissing() {
			continue
		}
		name, ok := m.name(d, uint64(y.name))
		if !ok {
			return f.bad("string outside the string table: st_name=$\x00", uint64(y.name))
		}
		if n+len(name)+2 > len(buf) || more != 0 {
			more++
			continue
		}
		if n != 0 {
			buf[n], buf[n+1] = ',', ' '
			n += 2
		}
		n += copy(buf[n:], name[:len(name)-1])
	}
	if more != 0 {
		return f.badName("undefined symbols: % and # more\x00", text(buf[:n]), more)
	}
	return f.badName("undefined symbols: %\x00", text(buf[:n]), 0)
}
