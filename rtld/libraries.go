package rtld

import "unsafe"

// Libraries: DT_NEEDED breadth first, each file once, by a list and not by recursion.

// maxModules bounds how many files are loaded. The kernel's limit of mappings
// (vm.max_map_count, 65530) comes soon behind.
const maxModules = 16000

// names are the names by which modules are known, by hash: a name that was asked for, a DT_SONAME.
type names [256]*alias

type alias struct {
	next  *alias // of the same head
	older *alias // added before
	name  uintptr
	hash  uint32
	m     *module
}

// moduleNamed returns the module of that name, or nil.
//
//go:noinline
func moduleNamed(name uintptr) *module {
	l := &process
	h := gnuHashOf(name)
	for a := l.names[h%256]; a != nil; a = a.next {
		if a.hash == h && isSame(a.name, name) {
			return a.m
		}
	}
	return nil
}

// addName makes m known by a name, which stays where it is.
//
//go:noinline
func addName(m *module, name uintptr) {
	l := &process
	h := gnuHashOf(name)
	a := (*alias)(pointer(alloc(uint64(unsafe.Sizeof(alias{})))))
	a.next, a.older, a.name, a.hash, a.m = l.names[h%256], l.lastAlias, name, h, m
	l.names[h%256] = a
	l.lastAlias = a
}

// loadNeeded loads what the modules from m on need, and what that needs. What cannot be
// found is left nil in deps, and complained about in the end.
func loadNeeded(m *module) {
	absent := false
	for first := m; m != nil; m = m.next {
		m.deps = (*[maxTable]*module)(pointer(alloc(m.needed * word)))[:min(m.needed, maxTable)]
		at := uint64(0)
		for i := range m.deps {
			process.about = m
			m.deps[i] = libraryNamed(m, m.eachNeeded(&at))
			absent = absent || m.deps[i] == nil
		}
		if m.next == nil && absent {
			complainAbsent(first)
		}
	}
}

// libraryNamed returns the library that m calls name, loaded; nil when it is not found.
func libraryNamed(m *module, name uintptr) *module {
	if d := moduleNamed(name); d != nil {
		return d
	}
	fd := search(m, name)
	if failed(fd) {
		return nil
	}
	d := loadFile(m, fd)
	addName(d, name)
	return d
}

// loadFile loads the open library at path pathPlace, which m asks for.
func loadFile(m *module, fd uintptr) *module {
	l := &process
	d := (*module)(pointer(alloc(uint64(moduleSize))))
	d.file, d.fd, d.isOpen, d.by = pathPlace(), fd, true, m
	l.about, l.late.opened = d, d
	d.look(&l.stat)
	if l.stat.uid != 0 {
		insecure()
	}
	for known := &l.program; known != nil; known = known.next {
		if known.ino == l.stat.ino && known.dev == l.stat.dev {
			d.close()
			return known
		}
	}
	d.file = keepString(d.file)
	d.takeStat()
	if l.count == maxModules {
		bad(lit("too many libraries: #\x00"), maxModules)
	}
	d.readHeaders(headPlace(), l.headRead)
	switch {
	case d.fixed:
		bad(lit("not a library but a program: e_type=#\x00"), etExec)
	case d.note != nil:
		bad(lit("not a library but a program: e_type=#\x00"), etDyn)
	case d.dynamic == nil:
		bad(lit("not a library: no PT_DYNAMIC\x00"), 0)
	}
	d.mapAll()
	d.close()
	enlist(d)
	d.prepare()
	if d.get(slotFlags1)&df1Pie != 0 {
		bad(lit("not a library but a program: e_type=#\x00"), etDyn)
	}
	if d.has(dtSoname) {
		if name := d.name(d.get(dtSoname)); moduleNamed(name) == nil {
			addName(d, name)
		}
	}
	traceLoad(d)
	return d
}

// prepare reads the dynamic section of a mapped module.
func (m *module) prepare() {
	guard()
	m.readDynamic()
	m.checkDynamic()
}

// complainAbsent names what is absent of what the modules from m on need, who needs it,
// and where it was looked for.
func complainAbsent(m *module) {
	l := &process
	l.about = m
	beginComplaint()
	say(lit("libraries not found:\x00"), 0, 0)
	for ; m != nil; m = m.next {
		at := uint64(0)
		for i := range m.deps {
			if name := m.eachNeeded(&at); m.deps[i] == nil && !process.line.full() {
				say(lit(" %\x00"), name, 0)
				say(lit(" (for %\x00"), m.file, 0)
				sayDirs(m)
				process.line.put(')')
			}
		}
	}
	if l.denied != 0 { // one that was found, but could not be opened, or a directory of no use
		say(lit(", last error &\x00"), rowOf(lit(errnoNames), errno(l.denied)), 0)
	}
	endComplaint(exitCannotStart)
}
