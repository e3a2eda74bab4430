package rtld

// Symbol versions, as GNU ld and Solaris have them (LSB core specification, "Symbol Versioning"):
// a module defines some by number (DT_VERDEF), asks for some of other modules by number
// (DT_VERNEED), and has a number for each symbol (DT_VERSYM).

// version is what a number stands for in one module; name 0: nothing.
type version struct {
	name uintptr // a C string
	hash uint32  // sysvHashOf(name)
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
	n := max(m.walkDefinitions(), m.walkNeeds(false)) + 1
	m.versions = (*[versionMask + 1]version)(pointer(alloc(n * 16)))[:n:n]
	m.walkDefinitions()
	m.walkNeeds(false)
}

// maxSteps bounds how many entries of version tables are read, since entries may overlap and
// counts may lie: far more than any library has.
const maxSteps = 1 << 20

// versionEntry returns where the n bytes of an entry at the file's address at are.
//
//go:noinline
func (m *module) versionEntry(at, n uint64, slot uint8) uintptr {
	m.steps++
	w := m.view(at, n, pfR)
	if w == nil || m.steps > maxSteps {
		m.complain(lit("damaged table: DT_&=$\x00"), slot)
	}
	return uintptr(w)
}

// set makes number ndx stand for a version, once the table is there. It returns the number.
//
//go:noinline
func (m *module) set(ndx uint16, name uint64, hash uint32) uint64 {
	i := uint64(ndx & versionMask)
	if i < uint64(len(m.versions)) {
		m.versions[i] = version{m.name(name), hash}
	}
	return i
}

// walkDefinitions fills in what m defines, as far as there is room, and returns the
// largest number.
func (m *module) walkDefinitions() (largest uint64) {
	at := m.get(slotVerDef)
	for n := m.get(slotVerDefNum); n != 0; n-- {
		d := (*verdef)(pointer(m.versionEntry(at, 20, slotVerDef)))
		name := load32(m.versionEntry(at+uint64(d.aux), 8, slotVerDef))
		if d.flags&verFlgBase == 0 {
			largest = max(largest, m.set(d.ndx, name, d.hash))
		}
		if d.next == 0 {
			break
		}
		at += uint64(d.next)
	}
	return largest
}

// walkNeeds fills in what m asks for, as far as there is room, and returns the largest
// number; or it checks that the versions are there.
func (m *module) walkNeeds(isCheck bool) (largest uint64) {
	at := m.get(slotVerNeed)
	for n := m.get(slotVerNeedNum); n != 0; n-- {
		d := (*verneed)(pointer(m.versionEntry(at, 16, slotVerNeed)))
		aux := at + uint64(d.aux)
		for k := d.cnt; k != 0; k-- {
			x := (*vernaux)(pointer(m.versionEntry(aux, 16, slotVerNeed)))
			if isCheck {
				checkVersion(m, m.name(uint64(d.file)), x)
			} else {
				largest = max(largest, m.set(x.other, uint64(x.name), x.hash))
			}
			if x.next == 0 {
				break
			}
			aux += uint64(x.next)
		}
		if d.next == 0 {
			break
		}
		at += uint64(d.next)
	}
	return largest
}

// checkVersion checks that the library that m calls file has the version of x.
func checkVersion(m *module, file uintptr, x *vernaux) {
	d := moduleNamed(file)
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
