package rtld

import "unsafe"

// The index: one table of all symbols that the modules offer, by hash, for programs with so
// many libraries that asking one after the other would take longer than making it.

// slot is an entry of the index; m nil: it is free.
type slot struct {
	m    *module
	hash uint32 // bit 0 is not known: chains use it for their end
	sym  uint32
}

const slotSize = unsafe.Sizeof(slot{})

// index is an open hash table. Among equal hashes the entry of the module that is
// searched first comes first.
type index struct {
	at    uintptr // of its slots
	slots uint64  // a power of two; 0: there is no index
}

// makeIndex makes the index when that pays: when the symbols that are asked for, times the
// modules that may have to be asked, are many more than the symbols there are.
func makeIndex() {
	l := &process
	offered, asked := uint64(0), uint64(0)
	for m := &l.program; m != nil; m = m.next {
		if m.gnu.count == 0 && m.sysv.count != 0 {
			return // without hashes in its table a symbol cannot be entered
		}
		offered += m.gnu.hashed
		asked += (m.get(dtRelaSz) + m.get(dtPltRelSz)) / relaSize
	}
	if asked*l.count < 16*(asked+offered) {
		return
	}
	n := uint64(64)
	for n < 2*offered {
		n *= 2
	}
	x := &l.index
	x.at, x.slots = alloc(n*uint64(slotSize)), n
	for m := &l.program; m != nil; m = m.next {
		x.enter(m)
	}
	x.enter(&l.own)
}

// enter enters the symbols of m, each once, whatever chains say it is in.
func (x *index) enter(m *module) {
	for i := m.symbols - m.gnu.hashed; i < m.symbols; i++ {
		c := uint32(load32(m.gnu.chain + uintptr(i)*4))
		s := x.slot(c)
		for s.m != nil {
			s = x.next(s)
		}
		checkWork()
		s.m, s.hash, s.sym = m, c, uint32(i)
	}
}

// slot returns where entries of that hash begin.
func (x *index) slot(hash uint32) *slot {
	return (*slot)(pointer(x.at + uintptr(uint64(hash>>1)&(x.slots-1))*slotSize))
}

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
	for s := x.slot(q.hash); s.m != nil; s = x.next(s) {
		if (s.hash^q.hash)>>1 == 0 {
			if y := s.m.offers(uint64(s.sym), q); y != nil {
				return s.m, y
			}
		}
	}
	checkWork()
	return nil, nil
}
