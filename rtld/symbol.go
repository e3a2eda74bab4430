package rtld

// The symbols of a module: how many there are, how they are found by name, and whether
// one is what somebody asks for.

// gnuHash is DT_GNU_HASH, checked: a filter, buckets, and a chain entry for each symbol
// from the first hashed one on (https://sourceware.org/ml/binutils/2006-10/msg00377.html).
type gnuHash struct {
	filter  uintptr
	buckets uintptr
	chain   uintptr // of symbol 0, if it had one
	words   uint64  // of the filter, less 1: a mask
	count   uint64  // of buckets; 0: there is no table
	shift   uint64
	hashed  uint64 // how many symbols have a chain entry: the last ones
}

// sysvHash is DT_HASH (gABI, "Hash Table").
type sysvHash struct {
	buckets uintptr
	chain   uintptr
	count   uint64
}

// findSymbols finds and checks the tables of symbols.
func (m *module) findSymbols() {
	if n := m.get(dtStrSz); n != 0 {
		m.strtab = m.base + uintptr(m.get(dtStrtab))
		if byteAt(m.strtab+uintptr(n)-1) != 0 {
			m.complain(lit("damaged table: DT_&=$\x00"), dtStrtab)
		}
	}
	if !m.has(dtSymtab) {
		return
	}
	m.symtab = m.base + uintptr(m.get(dtSymtab))
	m.countSymbols()
	if m.has(slotGnuHash) {
		m.checkGnuHash()
	} else if m.has(dtHash) {
		m.checkSysvHash()
	}
	m.findVersions()
}

// countSymbols counts the symbols. Their table has no size of its own: it ends where
// the next table begins, or with its segment.
func (m *module) countSymbols() {
	at := m.get(dtSymtab)
	s := m.around(at, 0, pfR)
	if s == nil {
		m.complain(lit(outsideImage), dtSymtab)
	}
	end := s.vaddr + s.filesz
	for row := lit(tablesBehind); byteAt(row) != 0; row++ {
		if next := m.get(byteAt(row)); next > at {
			end = min(end, next)
		}
	}
	if end > at {
		m.symbols = (end - at) / symSize
	}
}

// tablesBehind are the slots of tables that linkers put behind the symbols.
const tablesBehind = "\x04\x05\x07\x17\x24\x26\x27\x29\x2b\x00" // HASH STRTAB RELA JMPREL RELR GNU_HASH VERSYM VERDEF VERNEED

// words32 returns how many 32-bit words there are from addr to the end of what the file has of
// the segment around, 0 when addr is in none.
func (m *module) words32(addr uint64) uint64 {
	s := m.around(addr, 0, pfR)
	if s == nil || addr-s.vaddr > s.filesz {
		return 0
	}
	return (s.filesz - (addr - s.vaddr)) / 4
}

// checkGnuHash checks DT_GNU_HASH so that find may believe it. All chains lie in one
// array: when the one that begins last ends, all do.
func (m *module) checkGnuHash() {
	at := m.get(slotGnuHash)
	n := m.words32(at)
	if n < 4 {
		m.complain(lit(outsideImage), slotGnuHash)
	}
	p := m.base + uintptr(at)
	count, first, words, shift := load32(p), load32(p+4), load32(p+8), load32(p+12)
	if count == 0 || words == 0 || words&(words-1) != 0 || shift >= 64 || words*2+count > n-4 {
		m.complain(lit("damaged table: DT_&=$\x00"), slotGnuHash)
	}
	g := &m.gnu
	g.filter = p + 16
	g.buckets = g.filter + uintptr(words)*8
	g.words, g.count, g.shift = words-1, count, shift
	chain := g.buckets + uintptr(count)*4
	g.chain = chain - uintptr(first)*4
	last := uint64(0)
	for b := g.buckets; b < chain; b += 4 {
		i := load32(b)
		if i != 0 && i < first {
			last = m.symbols
		}
		last = max(last, i)
	}
	if last == 0 {
		return // it offers nothing
	}
	end := min(m.symbols, first+n-4-words*2-count)
	for ; last < end; last++ {
		if load32(g.chain+uintptr(last)*4)&1 != 0 {
			m.symbols = last + 1
			g.hashed = m.symbols - first
			return
		}
	}
	m.complain(lit("damaged table: DT_&=$\x00"), slotGnuHash)
}

// checkSysvHash checks DT_HASH. Each symbol is in one chain at most, so walking all of
// them takes no more steps than there are symbols.
func (m *module) checkSysvHash() {
	at := m.get(dtHash)
	n := m.words32(at)
	if n < 2 {
		m.complain(lit(outsideImage), dtHash)
	}
	p := m.base + uintptr(at)
	count, chains := load32(p), load32(p+4)
	if count == 0 || count+chains > n-2 || chains > m.symbols {
		m.complain(lit("damaged table: DT_&=$\x00"), dtHash)
	}
	h := &m.sysv
	h.buckets, h.count = p+8, count
	h.chain = h.buckets + uintptr(count)*4
	m.symbols = chains
	steps := uint64(0)
	for b := h.buckets; b < h.chain; b += 4 {
		for i := load32(b); i != 0; i = load32(h.chain + uintptr(i)*4) {
			if steps++; i >= chains || steps > chains {
				m.complain(lit("damaged table: DT_&=$\x00"), dtHash)
			}
		}
	}
}

// symbol returns entry i.
func (m *module) symbol(i uint64) *symbol { return (*symbol)(pointer(m.symtab + uintptr(i*symSize))) }

// maxWork bounds the steps that searches take, all together: far more than a program of a
// million relocations needs, and about a second. Without it a file of a few megabytes could
// make them last for days: hash chains of all symbols, all names alike but for their end.
const maxWork = 1 << 30

// spend counts n steps. Where it would cost too much to call it, the steps are added to work
// and checkWork is what follows.
//
//go:noinline
func spend(n uint64) {
	if process.work += n; process.work > maxWork {
		bad(lit("too much to do: steps=#\x00"), process.work)
	}
}

//go:noinline
func checkWork() {
	if process.work > maxWork {
		spend(0)
	}
}

// A query is a symbol that is looked for.
type query struct {
	name    uintptr  // a C string
	hash    uint32   // gnuHashOf(name)
	sysv    uint32   // sysvHashOf(name), 0 until it is needed
	version *version // nil: the default one
	skip    *module  // where not to look: COPY wants another definition
	isCall  bool     // a program's own way to a library's function is not meant
}

// gnuHashOf is the hash function of DT_GNU_HASH.
//
//go:noinline
func gnuHashOf(name uintptr) uint32 {
	h, from := uint32(5381), name
	for {
		c := byteAt(name)
		if c == 0 {
			process.work += uint64(name - from)
			return h
		}
		h = h*33 + uint32(c)
		name++
	}
}

// sysvHashOf is the hash function of DT_HASH and of symbol versions.
//
//go:noinline
func sysvHashOf(name uintptr) uint32 {
	h := uint32(0)
	for ; byteAt(name) != 0; name++ {
		h = h<<4 + uint32(byteAt(name))
		h ^= h >> 24 & 0xf0
	}
	return h & 0x0fffffff
}

// find returns the symbol of m that q looks for, or nil.
func (m *module) find(q *query) *symbol {
	if g := &m.gnu; g.count != 0 {
		h := uint64(q.hash)
		word := uint64(load(g.filter + uintptr(h/64&g.words)*8))
		if word>>(h&63)&(word>>(h>>g.shift&63))&1 == 0 {
			return nil
		}
		i := load32(g.buckets + uintptr(h%g.count)*4)
		if i == 0 {
			return nil
		}
		y, from := (*symbol)(nil), i
		for {
			c := load32(g.chain + uintptr(i)*4)
			if (c^h)>>1 == 0 {
				y = m.offers(i, q)
			}
			if y != nil || c&1 != 0 {
				break
			}
			i++
		}
		if i-from > 16 {
			spend(i - from)
		}
		return y
	}
	if m.sysv.count == 0 {
		return nil
	}
	if q.sysv == 0 {
		q.sysv = sysvHashOf(q.name)
	}
	for i := load32(m.sysv.buckets + uintptr(uint64(q.sysv)%m.sysv.count)*4); i != 0; i = load32(m.sysv.chain + uintptr(i)*4) {
		process.work += 4 // see spend
		if y := m.offers(i, q); y != nil {
			return y
		}
	}
	return nil
}

// offers returns symbol i when it is what q looks for. An undefined one with a value is a program's
// own way to a library's function, and the address of that function for all.
//
//go:noinline
func (m *module) offers(i uint64, q *query) *symbol {
	checkWork()
	y := m.symbol(i)
	if y.shndx == shnUndef && (y.value == 0 || q.isCall) || y.info>>4 == stbLocal || y.other&3-1 < stvHidden || !isSame(m.name(uint64(y.name)), q.name) || !m.isVersion(i, q.version) {
		return nil
	}
	return y
}

// isMissing tells whether somebody else would have to define y.
func (y *symbol) isMissing() bool { return y.shndx == shnUndef && y.info>>4 != stbWeak }

// lookup finds a symbol: in the program, then in the libraries in the order in which they
// were loaded, breadth first, then in the loader itself.
func lookup(q *query) (*module, *symbol) {
	l := &process
	if l.index.slots != 0 && q.skip == nil {
		return l.index.find(q)
	}
	for m := &l.program; m != nil; m = m.next {
		if m != q.skip {
			if y := m.find(q); y != nil {
				return m, y
			}
		}
	}
	return &l.own, l.own.find(q)
}

// target is what a symbol that a module uses stands for.
type target struct {
	m          *module // that defines it; nil for an undefined weak one
	y          *symbol
	value      uint64 // its address; for STT_TLS its offset in the TLS block
	isFunction bool   // STT_GNU_IFUNC: value is that of a function which gives the value
}

// resolve finds what symbol i of m stands for. An undefined one is missing unless it
// is weak, and worth 0.
func resolve(m *module, i uint64, kind byte) target {
	isCopy := kind == relocCopy
	if i >= m.symbols {
		bad(lit("relocation without symbol: r_sym=#\x00"), i)
	}
	y := m.symbol(i)
	of := m
	// A local, protected or hidden symbol is the module's own, whoever else defines it.
	if isCopy || y.info>>4 != stbLocal && y.other&3 == 0 || y.shndx == shnUndef {
		var q query
		m.ask(&q, y, i)
		q.isCall = kind == relocJump
		own := y
		y = nil
		if isCopy {
			q.skip = m
		} else if m.has(dtSymbolic) || m.get(dtFlags)&dfSymbolic != 0 {
			y = m.find(&q)
		}
		if y == nil {
			of, y = lookup(&q)
		}
		if y == nil && isCopy {
			badName(lit("no library has % to copy\x00"), q.name)
		}
		if y == nil {
			m.missing = m.missing || own.isMissing()
			return target{}
		}
		if process.trace&traceSymbols != 0 {
			traceBind(m, of, &q, y)
		}
	}
	return of.target(y)
}

// target is what symbol y of m stands for.
//
//go:noinline
func (m *module) target(y *symbol) target {
	t := target{m: m, y: y, value: uint64(m.base) + y.value, isFunction: y.info&15 == sttGnuIfunc}
	if y.info&15 == sttTLS || y.shndx == shnAbs {
		t.value = y.value
	}
	return t
}

// complainMissing names the undefined symbols of the modules from m on, and who needs
// them, all in one line, as far as they fit.
func complainMissing(m *module) {
	l := &process
	l.about = m
	beginComplaint()
	say(lit("undefined symbols:\x00"), 0, 0)
	for ; m != nil; m = m.next {
		if !m.missing {
			continue
		}
		for i := uint64(1); i < m.symbols && !process.line.full(); i++ {
			y := m.symbol(i)
			if !y.isMissing() {
				continue
			}
			var q query
			m.ask(&q, y, i)
			if _, found := lookup(&q); found == nil {
				process.line.put(' ')
				q.say()
				if m != l.about {
					say(lit(" (for %)\x00"), m.file, 0)
				}
			}
		}
	}
	endComplaint(exitCannotStart)
}

// ask makes q the query for y, which is symbol i of m.
//
//go:noinline
func (m *module) ask(q *query, y *symbol, i uint64) {
	name := m.name(uint64(y.name))
	f := (*foreseen)(pointer(process.foreseen))
	hash := uint32(0)
	if f != nil && uint64(f.sym) == i {
		hash = f.hash
	} else {
		hash = gnuHashOf(name)
	}
	*q = query{name: name, hash: hash, version: m.versionOf(i)}
}

// say appends what is looked for to the line.
func (q *query) say() {
	say(lit("%\x00"), q.name, 0)
	if q.version != nil && q.version.name != 0 {
		say(lit("@%\x00"), q.version.name, 0)
	}
}
