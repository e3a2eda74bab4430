package rtld

// Symbol versions, as GNU ld and Solaris have them (LSB core specification, "Symbol Versioning"):
// a module defines some by number (DT_VERDEF), asks for some of other modules by number
// (DT_VERNEED), and has a number for each symbol (DT_VERSYM).

// version is what a number stands for in one module; name 0: nothing.
type version struct {
	name uintptr // a C string
	hash uint32  // sysvHashOf(name)
	weak bool    // asked for, but may be absent
}

const (
	versionMask   = 0x7fff
	versionHidden = 0x8000 // only who asks for the version gets the symbol
)

// findVersions finds and checks the tables of versions.
func (m *module) findVersions() {
	if !m.has(slotVersym) {
		return
	}
	if m.view(m.get(slotVersym), m.symbols*2, pfR) == nil {
		m.complain(lit(outsideImage), slotVersym)
	}
	m.versym = m.base + uintptr(m.get(slotVersym))
	n := max(m.walkDefinitions(), m.walkNeeds(nil)) + 1
	m.versions = (*[versionMask + 1]version)(pointer(process.alloc(n * 16)))[:n:n]
	m.walkDefinitions()
	m.walkNeeds(nil)
}

// walk is a walk along one of the tables: entries that each say how far away the next is.
// It takes no more steps than the segment has room for.
type walk struct {
	m    *module
	at   uint64 // the entry's address in the file
	left uint64 // steps
	slot uint8
}

func (m *module) walkTable(slot uint8) walk {
	return walk{m, m.get(slot), min(m.size, 1<<19) / 8, slot}
}

// step moves on by next bytes, and checks that there is an entry of n bytes.
//
//go:noinline
func (w *walk) step(next uint32, n uint64) uintptr {
	w.at += uint64(next)
	w.left--
	if w.left == 0 || w.m.view(w.at, n, pfR) == nil {
		w.m.complain(lit("damaged version table: DT_&=$\x00"), w.slot)
	}
	return w.m.base + uintptr(w.at)
}

// set makes number ndx stand for a version, once the table is there.
func (m *module) set(ndx uint16, name uint64, hash uint32, weak bool) {
	if i := int(ndx & versionMask); i < len(m.versions) {
		m.versions[i] = version{m.name(name), hash, weak}
	}
}

// walkDefinitions fills in what m defines, as far as there is room, and returns the
// largest number.
func (m *module) walkDefinitions() (largest uint64) {
	w := m.walkTable(slotVerDef)
	next := uint32(0)
	for n := m.get(slotVerDefNum); n != 0; n-- {
		d := (*verdef)(pointer(w.step(next, 20)))
		a := w
		name := load32(a.step(d.aux, 8))
		if largest = max(largest, uint64(d.ndx&versionMask)); d.flags&verFlgBase == 0 {
			m.set(d.ndx, name, d.hash, false)
		}
		if next = d.next; next == 0 {
			break
		}
	}
	return largest
}

// walkNeeds fills in what m asks for, as far as there is room, and returns the largest
// number. When provider is given it checks instead that the versions asked of it are there.
func (m *module) walkNeeds(l *loader) (largest uint64) {
	w := m.walkTable(slotVerNeed)
	next := uint32(0)
	for n := m.get(slotVerNeedNum); n != 0; n-- {
		d := (*verneed)(pointer(w.step(next, 16)))
		a, move := w, d.aux
		for k := d.cnt; k != 0; k-- {
			x := (*vernaux)(pointer(a.step(move, 16)))
			w.left = a.left
			if largest = max(largest, uint64(x.other&versionMask)); l == nil {
				m.set(x.other, uint64(x.name), x.hash, x.flags&verFlgWeak != 0)
			} else {
				l.checkVersion(m, m.name(uint64(d.file)), x)
			}
			if move = x.next; move == 0 {
				break
			}
		}
		if next = d.next; next == 0 {
			break
		}
	}
	return largest
}

// checkVersion checks that the library that m calls file has the version of x.
func (l *loader) checkVersion(m *module, file uintptr, x *vernaux) {
	d := l.named(file)
	if d == nil || len(d.versions) == 0 || x.flags&verFlgWeak != 0 {
		return // absent by itself, or of a time before versions
	}
	name := m.name(uint64(x.name))
	for i := range d.versions {
		if v := &d.versions[i]; v.name != 0 && v.hash == x.hash && isSame(v.name, name) {
			return
		}
	}
	beginComplaint()
	say(lit("needs version %\x00"), name, 0)
	say(lit(", which is not in %\x00"), d.file, 0)
	endComplaint(exitCannotStart)
}

// isVersion tells whether symbol i, which m defines, has the version that is asked for; nil
// asks for the default one.
func (m *module) isVersion(i uint64, want *version) bool {
	if m.versym == 0 {
		return true
	}
	ndx := load16(m.versym + uintptr(i)*2)
	if want == nil || want.name == 0 {
		return ndx&versionHidden == 0
	}
	k := uint(ndx & versionMask)
	if k >= uint(len(m.versions)) || m.versions[k].name == 0 {
		return ndx&versionHidden == 0 // without version: of a time before versions
	}
	v := &m.versions[k]
	return v.hash == want.hash && isSame(v.name, want.name)
}

// versionOf returns the version that m asks for when it uses symbol i; nil for none.
func (m *module) versionOf(i uint64) *version {
	if m.versym != 0 {
		if k := uint(load16(m.versym+uintptr(i)*2) & versionMask); k < uint(len(m.versions)) && k > verNdxGlobal {
			return &m.versions[k]
		}
	}
	return nil
}
