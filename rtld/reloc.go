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

// relocate applies all relocations.
func (m *image) relocate() {
	m.relocateRelr(m.get(dtRelr), m.get(dtRelrSz))
	if m.get(dtRelaSz)|m.get(dtPltRelSz) == 0 {
		return
	}
	m.countSymbols()
	m.relocateRela(m.get(dtRela), m.get(dtRelaSz))
	m.relocateRela(m.get(dtJmpRel), m.get(dtPltRelSz))
	if m.missing {
		m.complainMissing()
	}
}

// relocateRela applies the table of size bytes at the file's address at. Undefined
// symbols do not stop it, so that all of them are known in the end.
func (m *image) relocateRela(at, size uint64) {
	for end := at + size; at < end; at += relaSize {
		e := (*rela)(m.relocated(at, relaSize, pfR))
		kind := byte(relocUnknown)
		if uint(e.number) < uint(len(relocKinds)-1) {
			kind = relocKinds[e.number]
		}
		v := uint64(m.base)
		switch kind {
		case relocNone:
			continue
		case relocUnknown:
			m.bad(lit("relocation type not supported: r_type=#\x00"), uint64(e.number))
		case relocSym, relocSymAdd:
			v = m.resolve(uint64(e.sym))
		}
		if kind != relocSym {
			v += e.addend
		}
		*(*uint64)(m.relocated(e.offset, 8, pfW)) = v
	}
}

// relocateRelr adds B to the words that the table of size bytes at the file's address
// at names: an even entry is the address of a word, an odd one has a bit for each
// of the 63 words behind (gABI, "Relative Relocation Table").
func (m *image) relocateRelr(at, size uint64) {
	next := uint64(1) // the word that the next bitmap begins with; odd: none yet
	for end := at + size; at < end; at += relrSize {
		bits := *(*uint64)(m.relocated(at, relrSize, pfR))
		w := next
		next += 63 * 8
		if bits&1 == 0 {
			w, next, bits = bits, bits+8, 3
		}
		for ; bits > 1; w += 8 {
			if bits >>= 1; bits&1 != 0 {
				if w%8 != 0 {
					m.bad(lit("unaligned relocation, or bitmap first: DT_RELR=$\x00"), w)
				}
				*(*uint64)(m.relocated(w, 8, pfR|pfW)) += uint64(m.base)
			}
		}
	}
}

// relocated is view for relocation: of the tables, and of what they change.
//
//go:noinline
func (m *image) relocated(at, n uint64, flags uint32) unsafe.Pointer {
	w := m.view(at, n, flags)
	if w == nil {
		m.bad(lit("relocation outside the writable segments: address=$\x00"), at)
	}
	return w
}
