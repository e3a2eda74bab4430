package rtld

// Programs that are not ours, in explicit mode: mapped and started as the kernel would, with
// their own interpreter if they ask for one (fs/binfmt_elf.c, load_elf_binary).

// startForeign starts p, which has no program note. It never returns.
func startForeign(p *module) {
	l := &process
	if l.secure || l.how.mode == modeStub {
		bad(lit("not a SLUL program: no PT_SLUL\x00"), 0)
	}
	p.mapAll()
	first, base := p, uintptr(0)
	if path := p.interpName(); path != 0 {
		first = openInterp(p, path)
		base = first.base
	}
	if first.view(first.entry, 1, pfX) == nil {
		bad(lit("entry point not in code: entry=$\x00"), first.entry)
	}
	if l.option != 0 {
		answerForeign(p, first)
	}
	describeProcess(p, base)
	unguard()
	enter(l.block.sp, first.base+uintptr(first.entry), 0)
}

// openInterp maps the interpreter of p at path.
func openInterp(p *module, path uintptr) *module {
	l := &process
	m := (*module)(pointer(alloc(uint64(moduleSize))))
	m.file, m.by = keepString(path), p
	l.about = m
	m.open()
	m.look(&l.stat)
	m.readHead(headPlace())
	if m.interp != nil || m.fixed {
		bad(lit("not a library but a program: e_type=#\x00"), etDyn)
	}
	m.mapAll()
	closeFd(m.fd)
	return m
}

// interpName returns the path in PT_INTERP, checked, 0 when there is none.
func (m *module) interpName() uintptr {
	s := m.interp
	if s == nil {
		return 0
	}
	at := pathPlace()
	end := at
	if n := uintptr(s.filesz); n-2 <= pathMax-2 {
		m.readAt(at, s.filesz, s.off)
		end = at + n - 1
	} else {
		setByte(at, 1)
	}
	if byteAt(end) != 0 || byteAt(at) == 0 {
		bad(lit("bad interpreter name: p_filesz=#\x00"), s.filesz)
	}
	return at
}
