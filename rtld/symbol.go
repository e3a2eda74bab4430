package rtld

// Symbols of the program itself: how many there are, and what one is worth.

// countSymbols counts the symbols. Their table has no size of its own: it ends where
// the next table begins, or with its segment.
func (m *image) countSymbols() {
	at := m.get(dtSymtab)
	end := at
	loads := m.loads
	for i := range loads {
		if s := &loads[i]; s.flags&pfR != 0 && at-s.vaddr < s.memsz {
			end = s.end()
		}
	}
	for row := lit(tablesBehind); byteAt(row) != 0; row++ {
		if next := m.get(byteAt(row)); next > at {
			end = min(end, next)
		}
	}
	m.symbols = (end - at) / symSize
}

// tablesBehind are the tags of tables that linkers put behind the symbols.
const tablesBehind = "\x04\x05\x07\x17\x24\x26\x27\x00" // HASH STRTAB RELA JMPREL RELR GNU_HASH VERSYM

// symbol returns entry i.
//
//go:noinline
func (m *image) symbol(i uint64) *symbol {
	if i >= m.symbols {
		m.bad(lit("relocation without symbol: r_sym=#\x00"), i)
	}
	return (*symbol)(pointer(m.base + uintptr(m.get(dtSymtab)+i*symSize)))
}

// isMissing tells whether somebody else would have to define y.
func (y *symbol) isMissing() bool { return y.shndx == shnUndef && y.info>>4 != stbWeak }

// resolve returns the address of symbol i in the running program; 0 for an undefined
// one, which is missing unless it is weak.
func (m *image) resolve(i uint64) uint64 {
	y := m.symbol(i)
	switch {
	case y.isMissing() && i != 0: // STN_UNDEF stands for the addend alone
		m.missing = true
		return 0
	case y.shndx == shnUndef:
		return 0
	case y.info&15 == sttTLS || y.info&15 == sttGnuIfunc:
		m.bad(lit("symbol type not supported yet: st_info=$\x00"), uint64(y.info))
	case y.shndx == shnAbs:
		return y.value
	}
	return uint64(m.base) + y.value
}

// complainMissing names the undefined symbols, all in one line, as far as they fit.
func (m *image) complainMissing() {
	var b buffer
	m.begin(&b)
	b.all(lit("undefined symbols:\x00"))
	for i := uint64(1); i < m.symbols && !b.full(); i++ {
		if y := m.symbol(i); y.isMissing() {
			b.put(' ')
			b.name(m.name(uint64(y.name)))
		}
	}
	m.finish(b.at, exitCannotStart)
}
