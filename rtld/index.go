package rtld

import "unsafe"

// The index: one table of all symbols that the modules offer, by hash, for programs with so
// many libraries that asking one after the other would take longer than making it.

// slot is an entry of the index, as small as can be: what is far apart in memory is waited for.
type slot struct {
	hash uint32 // bit 0 is not known: chains use it for their end
	ref  uint32 // number of the module << symBits, plus that of the symbol; 0: free
}

const (
	slotSize   = unsafe.Sizeof(slot{})
	symBits    = 20
	maxIndexed = 1<<(32-symBits) - 2 // modules besides the loader's own; their numbers begin with 1
)

// index is an open hash table. Among equal hashes the entry of the module that is
// searched first comes first.
type index struct {
	at      uintptr // of its slots
	slots   uint64  // a power of two; 0: there is no index
	modules uintptr // their addresses, by number
	last    uint64  // the last number
}

// makeIndex makes the index when that pays: when the symbols that are asked for, times the
// modules that may have to be asked, are many more than the symbols there are. To foresee many symbols
// is worth as much as many modules.
func makeIndex() {
	l := &process
	offered, asked := uint64(0), uint64(0)
	for m := &l.program; m != nil; m = m.next {
		if m.gnu.count == 0 && m.sysv.count != 0 || m.symbols>>symBits != 0 {
			return // without hashes in its table a symbol cannot be entered
		}
		offered += m.gnu.hashed
		asked += (m.get(dtRelaSz) + m.get(dtPltRelSz)) / relaSize
	}
	gain := l.count
	if asked >= 512 {
		gain += 32
	}
	if asked*gain < 16*(asked+offered) || l.count > maxIndexed {
		return
	}
	n := uint64(64)
	for n*4 < offered*5 {
		n *= 2
	}
	x := &l.index
	x.at, x.slots = alloc(n*uint64(slotSize)), n
	x.modules = alloc(l.count*word + 2*word)
	for m := &l.program; m != nil; m = m.next {
		x.enter(m)
	}
	x.enter(&l.own)
}

// enter enters the symbols of m, each once, whatever chains say it is in.
func (x *index) enter(m *module) {
	x.last++
	store(x.modules+uintptr(x.last)*word, handleOf(m))
	for i := m.symbols - m.gnu.hashed; i < m.symbols; i++ {
		c := uint32(load32(m.gnu.chain + uintptr(i)*4))
		s := x.slot(c)
		for s.ref != 0 {
			s = x.next(s)
		}
		checkWork()
		s.hash, s.ref = c, uint32(x.last<<symBits|i)
	}
}

// slot returns where entries of that hash begin.
func (x *index) slot(hash uint32) *slot {
	return (*slot)(pointer(x.at + uintptr(uint64(hash>>1)&(x.slots-1))*slotSize))
}

// module returns the module of s, which is not free.
func (x *index) module(s *slot) *module {
	return moduleOf(load(x.modules + uintptr(s.ref>>symBits)*word))
}

// sym returns the number of the symbol of s.
func (s *slot) sym() uint64 { return uint64(s.ref & (1<<symBits - 1)) }

// next returns the slot behind s.
func (x *index) next(s *slot) *slot {
	process.work++ // see spend
	at := uintptr(unsafe.Pointer(s)) + slotSize
	if at == x.at+uintptr(x.slots)*slotSize {
		at = x.at
	}
	return (*slot)(pointer(at))
}

// find is lookup with the index.
func (x *index) find(q *query) (*module, *symbol) {
	for s := x.slot(q.hash); s.ref != 0; s = x.next(s) {
		if (s.hash^q.hash)>>1 == 0 {
			m := x.module(s)
			if y := m.offers(s.sym(), q); y != nil {
				return m, y
			}
		}
	}
	checkWork()
	return nil, nil
}

// foreseen is what foresee knows of a relocation.
type foreseen struct {
	m    *module // that seems to have the symbol, or nil
	y    *symbol
	hash uint32
	sym  uint32 // 0: nothing is known, or the end
}

const (
	foreseenSize = unsafe.Sizeof(foreseen{})
	foreseeMax   = 12 // relocations
)

// foresee looks at the n relocations of m from e on, and asks for what their symbols need: the
// entries of the index, then the symbols, then the names. One after the other each would be waited
// for; so the memory has many of them to bring at once. What is not in order is skipped here, and found
// when it is used.
func (m *module) foresee(e *rela, n uint64) {
	l := &process
	end := pathPlace() + uintptr(n)*foreseenSize
	l.foreseen = pathPlace()
	(*foreseen)(pointer(end)).sym = 0
	for p := l.foreseen; p < end; p += foreseenSize {
		f := (*foreseen)(pointer(p))
		f.sym, f.m = 0, nil
		if i := uint64(e.sym); i != 0 && i < m.symbols {
			if name := uint64(m.symbol(i).name); name < m.get(dtStrSz) {
				f.sym, f.hash = uint32(i), gnuHashOf(m.strtab+uintptr(name))
				prefetch(uintptr(unsafe.Pointer(l.index.slot(f.hash))))
			}
		}
		e = (*rela)(unsafe.Add(unsafe.Pointer(e), relaSize))
	}
	for p := l.foreseen; p < end; p += foreseenSize {
		f := (*foreseen)(pointer(p))
		if f.sym == 0 {
			continue
		}
		s := l.index.slot(f.hash)
		for s.ref != 0 && (s.hash^f.hash)>>1 != 0 {
			s = l.index.next(s)
		}
		if s.ref != 0 {
			f.m = l.index.module(s)
			f.y = f.m.symbol(s.sym())
			prefetch(uintptr(unsafe.Pointer(f.y)))
		}
	}
	for p := l.foreseen; p < end; p += foreseenSize {
		if f := (*foreseen)(pointer(p)); f.m != nil {
			prefetch(f.m.strtab + uintptr(f.y.name))
		}
	}
}

// prefetch asks for the cache line of an address, which may be any. rtld/shrink puts the instruction in
// the place of the call.
//
//go:noinline
func prefetch(addr uintptr) { _ = addr }
