package rtld

import "unsafe"

// Relocation: RELR, then RELA and PLT relocations, each word checked to lie in a
// writable segment. Letters in the sums are the psABI's: B base, S symbol, A addend.

// Kinds of relocation, the same for every CPU.
const (
	relocUnknown = iota + 1 // none is 0: that would end the table
	relocNone
	relocBase     // B + A
	relocJump     // S, the address of a function that is only called
	relocSym      // S
	relocSymAdd   // S + A
	relocUnsigned // S + A, 32 bits
	relocSigned   // S + A, 32 bits
	relocCopy     // the bytes of the symbol, which a library defines, for the program
	relocModule   // of the symbol's TLS block
	relocInBlock  // S + A, in the symbol's TLS block
	relocThread   // S + A, from the thread pointer
	relocDesc     // a TLS descriptor
	relocCall     // what the function at B + A returns
)

// isSymbolic tells whether kind needs the value of a symbol.
func isSymbolic(kind byte) bool { return kind >= relocJump && kind <= relocDesc }

// deferred is a word whose value a function of the program gives: an IRELATIVE relocation or
// a symbol of type STT_GNU_IFUNC. All of them wait until the rest is done, see complete.
type deferred struct {
	next     *deferred
	where    uintptr
	copied   uintptr // the same word in the program's copy of a variable, or where
	function uintptr
	addend   uint64
}

// relocate applies all relocations.
func relocate(m *module) {
	m.relocateRelr(m.get(dtRelr), m.get(dtRelrSz))
	relocateRela(m, m.get(dtRela), m.get(dtRelaSz))
	relocateRela(m, m.get(dtJmpRel), m.get(dtPltRelSz))
}

// relocateRela applies the table of size bytes at the file's address at. Undefined
// symbols do not stop it, so that all of them are known in the end.
func relocateRela(m *module, at, size uint64) {
	l := &process
	left := uint64(0)                           // of those that are foreseen
	e := (*rela)(pointer(m.base + uintptr(at))) // checkDynamic saw the table in one segment
	for n := size / relaSize; n != 0; n-- {
		if left == 0 && e.sym != 0 && l.index.slots != 0 {
			left = min(n, foreseeMax)
			m.foresee(e, left)
		}
		kind := byte(relocUnknown)
		if uint(e.number) < uint(len(relocKinds)-1) {
			kind = relocKinds[e.number]
		}
		if kind == relocBase {
			*m.word(e.offset, 8) = uint64(m.base) + e.addend
		} else if kind != relocNone {
			relocateOne(m, e, kind)
		}
		if left != 0 {
			left--
			l.foreseen += foreseenSize
		}
		e = (*rela)(unsafe.Add(unsafe.Pointer(e), relaSize))
	}
	l.foreseen = 0
}

// relocateOne applies a relocation that is more than a sum of base and addend.
func relocateOne(m *module, e *rela, kind byte) {
	s := target{m: m} // without symbol: the module itself, and 0
	if isSymbolic(kind) && e.sym != 0 {
		s = resolve(m, uint64(e.sym), kind)
	}
	switch v := s.value; {
	case kind == relocUnknown:
		bad(lit("unknown relocation: r_type=#\x00"), uint64(e.number))
	case kind == relocCall:
		later(m, e.offset, m, uint64(m.base)+e.addend, 0)
	case kind > relocSymAdd:
		relocateRest(m, e, kind, &s)
	default:
		addend := e.addend
		if kind <= relocSym {
			addend = 0
		}
		if s.isFunction {
			later(m, e.offset, s.m, v, addend)
		} else {
			*m.word(e.offset, 8) = v + addend
		}
	}
}

// relocateRest applies the kinds that are seldom met.
func relocateRest(m *module, e *rela, kind byte, s *target) {
	v := s.value + e.addend
	offset := uint64(0)
	if s.m != nil {
		if kind >= relocModule && s.m.tls == nil {
			bad(lit("symbol without PT_TLS: r_sym=#\x00"), uint64(e.sym))
		}
		offset = s.m.tlsOffset
	}
	switch {
	case kind == relocCopy:
		copySymbol(m, e, s)
	case kind == relocUnsigned || kind == relocSigned:
		if kind == relocUnsigned && v != uint64(uint32(v)) || kind == relocSigned && v != uint64(int32(v)) {
			bad(lit("value too large: r_offset=$\x00"), e.offset)
		}
		*(*uint32)(unsafe.Pointer(m.word(e.offset, 4))) = uint32(v)
	case kind == relocModule:
		*m.word(e.offset, 8) = -offset // docs/loader.md, "Thread-local storage"
	case kind == relocInBlock:
		*m.word(e.offset, 8) = v
	case kind == relocThread:
		*m.word(e.offset, 8) = v - offset
	default:
		w := m.word(e.offset, 16)
		*w = uint64(staticDescriptor())
		*(*uint64)(unsafe.Add(unsafe.Pointer(w), 8)) = v - offset
	}
}

// copySymbol copies the bytes of a library's variable to where the program has room for it.
func copySymbol(m *module, e *rela, s *target) {
	l := &process
	if m != &l.program || s.y == nil {
		bad(lit("relocation only for programs: r_type=#\x00"), uint64(e.number))
	}
	n := min(s.y.size, m.symbol(uint64(e.sym)).size)
	from := s.m.view(s.y.value, n, pfR)
	spend(n)
	if from == nil {
		bad(lit("symbol outside the image: r_sym=#\x00"), uint64(e.sym))
	}
	to := uintptr(unsafe.Pointer(m.word(e.offset, n)))
	copyBytes(to, uintptr(from), uintptr(n))
	for d := l.late.deferred; d != nil; d = d.next {
		if at := d.where - uintptr(from); at < uintptr(n) && at+8 <= uintptr(n) {
			d.copied = to + at
		}
	}
}

// later makes the word of m at the file's address at wait for function, an address in the code of module of.
func later(m *module, at uint64, of *module, function, addend uint64) {
	l := &process
	if of.view(function-uint64(of.base), 1, pfX) == nil {
		bad(lit("function not in code: address=$\x00"), function-uint64(of.base))
	}
	d := (*deferred)(pointer(alloc(uint64(unsafe.Sizeof(deferred{})))))
	d.where, d.function, d.addend = uintptr(unsafe.Pointer(m.word(at, 8))), uintptr(function), addend
	d.copied = d.where
	if l.late.deferred == nil {
		l.late.deferred = d
	} else {
		l.late.lastDeferred.next = d
	}
	l.late.lastDeferred = d
}

// word returns where the n bytes at the file's address at are, which must be writable, and
// not beside tables that were checked already and are read again.
func (m *module) word(at, n uint64) *uint64 {
	if !m.isBeside(at, n) {
		s := m.around(at, n, pfW)
		if s == nil || m.hasTables(s) {
			bad(lit("not writable: address=$\x00"), at)
		}
		m.writable = s
	}
	return (*uint64)(pointer(m.base + uintptr(at)))
}

// isBeside tells whether the n bytes at the file's address at are in the segment of the last word, which
// needs no more checks.
func (m *module) isBeside(at, n uint64) bool {
	s := m.writable
	return s != nil && at-s.vaddr <= s.memsz && s.memsz-(at-s.vaddr) >= n
}

// hasTables tells whether a table that is read for each symbol lies in s.
func (m *module) hasTables(s *phdr) bool {
	for row := lit(symbolTables); byteAt(row) != 0; row++ {
		if slot := byteAt(row); m.has(slot) && m.around(m.get(slot), 0, 0) == s {
			return true
		}
	}
	return false
}

const symbolTables = "\x04\x05\x06\x26\x27\x00" // HASH STRTAB SYMTAB GNU_HASH VERSYM

// relocateRelr adds B to the words that the table of size bytes at the file's address
// at names: an even entry is the address of a word, an odd one has a bit for each
// of the 63 words behind (gABI, "Relative Relocation Table").
func (m *module) relocateRelr(at, size uint64) {
	next := uint64(1) // the word that the next bitmap begins with; odd: none yet
	p := m.base + uintptr(at)
	for end := p + uintptr(size); p < end; p += relrSize {
		bits := uint64(load(p))
		w := next
		next += 63 * 8
		if bits&1 == 0 {
			w, next, bits = bits, bits+8, 3
		}
		if w%8 != 0 {
			bad(lit("bad address: DT_RELR=$\x00"), w)
		}
		isChecked := m.isBeside(w, 63*8)
		for ; bits > 1; w += 8 {
			if bits >>= 1; bits&1 != 0 {
				if !isChecked {
					m.word(w, 8)
				}
				*(*uint64)(pointer(m.base + uintptr(w))) += uint64(m.base)
			}
		}
	}
}
