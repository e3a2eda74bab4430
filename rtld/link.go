package rtld

// Linking: from a mapped program to one whose words are all in place.

// linkProgram loads what p needs and binds everything. Nothing of it runs yet.
func linkProgram(p *module) {
	if p.isSimple() {
		return
	}
	l := &process
	l.own.base = l.self
	l.last = &l.own
	enlist(p)
	if p.dynamic != nil {
		p.prepare()
		prepareOwn()
		traceLoad(p)
		loadNeeded(p)
		tick(lit("loaded\x00"))
	}
	bind(p)
}

// bind binds the modules from first on, all of which are loaded, to each other and to
// those before.
func bind(first *module) {
	l := &process
	for m := first; m != nil; m = m.next {
		l.about = m
		m.walkNeeds(true)
		checkInterfaces(m)
		placeTLS(m)
	}
	makeIndex()
	missing := false
	// Libraries come first: a COPY relocation of the program takes what is relocated already.
	for m := l.last; m != first.prev; m = m.prev {
		l.about = m
		relocate(m)
		missing = missing || m.missing
	}
	if missing {
		complainMissing(first)
	}
	for m := first; m != nil; m = m.next {
		l.about = m
		m.checkFunctions()
	}
	sortModules(first)
}

// complete does what is left when everything is bound: calls the functions that give
// words their values, and makes read-only what need not change any more.
func complete(p *module) {
	startTLS()
	finishModules(p)
}

// finishModules is complete for the modules from first on.
func finishModules(first *module) {
	l := &process
	for d := l.late.deferred; d != nil; d = d.next {
		v := callC(d.function, 0, 0, 0) + uintptr(d.addend)
		store(d.where, v)
		store(d.copied, v)
	}
	l.late.deferred = nil
	for m := first; m != nil; m = m.next {
		l.about = m
		fillTLS(m)
		m.protectRelro()
	}
}

// prepareOwn makes the loader's own symbols ready to be found. Its file is not hostile, but it is
// read in the same way.
func prepareOwn() {
	l := &process
	o := &l.own
	n := uint64(phdrCount(l.self))
	copied := alloc(n * phdrSize)
	copyBytes(copied, l.self+ehdrSize, uintptr(n)*phdrSize)
	o.size = maxAddress
	o.setTable(copied, n)
	// Debuggers look at PT_DYNAMIC; the section itself lies behind the program headers (rtld/shrink).
	o.dynamic.vaddr, o.dynamic.memsz = ehdrSize+n*phdrSize, 256
	l.about = o
	o.prepare()
	l.about = &l.program
	addName(o, o.name(o.get(dtSoname)))
}

// phdrCount returns e_phnum of the ELF header at addr.
func phdrCount(addr uintptr) uint16 { return (*ehdr)(pointer(addr)).phnum }
