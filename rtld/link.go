package rtld

// Linking: from a mapped program to one whose words are all in place.

// link loads what p needs and binds everything. Nothing of it runs yet.
func (l *loader) link(p *module) {
	if p.dynamic == nil {
		l.placeTLS(p)
		return
	}
	p.prepare()
	l.prepareOwn()
	l.traceLoad(p)
	l.loadNeeded(p)
	l.tick(lit("loaded\x00"))
	if l.option&optionList != 0 && l.isAbsent(p) {
		return // the list says so
	}
	l.bind(p)
	p.setDebug()
}

// bind binds the modules from first on, all of which are loaded, to each other and to
// those before.
func (l *loader) bind(first *module) {
	for m := first; m != nil; m = m.next {
		l.about = m
		m.walkNeeds(l)
		l.checkInterfaces(m)
		l.placeTLS(m)
	}
	l.makeIndex()
	missing := false
	// Libraries come first: a COPY relocation of the program takes what is relocated already.
	for m := l.last; m != first.prev; m = m.prev {
		l.about = m
		l.relocate(m)
		missing = missing || m.missing
	}
	if missing {
		l.complainMissing(first)
	}
	for m := first; m != nil; m = m.next {
		l.about = m
		m.checkFunctions()
	}
	l.sortModules(first)
}

// complete does what is left when everything is bound: calls the functions that give
// words their values, and makes read-only what need not change any more.
func (l *loader) complete(p *module) {
	l.startTLS()
	l.finishModules(p)
}

// finishModules is complete for the modules from first on.
func (l *loader) finishModules(first *module) {
	for m := first; m != nil; m = m.next {
		l.about = m
		l.fillTLS(m)
	}
	l.unguard()
	for d := l.late.deferred; d != nil; d = d.next {
		store(d.where, callC(d.function, 0, 0, 0)+uintptr(d.addend))
	}
	l.late.deferred = nil
	for m := first; m != nil; m = m.next {
		l.about = m
		m.protectRelro()
	}
}

// prepareOwn makes the loader's own symbols ready to be found. Its file is not hostile, but it is
// read in the same way.
func (l *loader) prepareOwn() {
	o := &l.own
	n := uint64(phdrCount(l.self))
	copied := l.alloc(n * phdrSize)
	copyBytes(copied, l.self+ehdrSize, uintptr(n)*phdrSize)
	o.size = maxAddress
	o.setTable(copied, n)
	l.about = o
	o.prepare()
	l.about = &l.program
	l.call(o, o.name(o.get(dtSoname)))
}

// phdrCount returns e_phnum of the ELF header at addr.
func phdrCount(addr uintptr) uint16 { return (*ehdr)(pointer(addr)).phnum }
