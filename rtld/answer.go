package rtld

// --list and --verify: what would be loaded, and whether it could be. Nothing of the files
// is run.

const (
	optionList   = 1
	optionVerify = 2
)

// answer prints what was asked for and ends the process.
func (l *loader) answer() {
	p := &l.program
	if l.option&optionList != 0 {
		for m := p; m != nil; m = m.next {
			l.listModule(m)
		}
		if l.isAbsent(p) {
			exit(exitCannotStart)
		}
	}
	if l.option&optionVerify != 0 {
		beginLine()
		say(lit("%: ok, modules: #\x00"), p.file, l.count)
		writeLine(1)
	}
	exit(0)
}

// listModule prints where m is, what it needs and where that was found, and the versions
// that it offers and asks for.
func (l *loader) listModule(m *module) {
	beginLine()
	say(lit("% at $\x00"), m.file, m.start())
	writeLine(1)
	at := uint64(0)
	for i := range m.deps {
		beginLine()
		say(lit("\t% => \x00"), m.eachNeeded(&at), 0)
		if d := m.deps[i]; d != nil {
			say(lit("% at $\x00"), d.file, d.start())
		} else {
			say(lit("not found\x00"), 0, 0)
			l.sayDirs(m)
		}
		writeLine(1)
	}
	for i := range m.versions {
		if v := &m.versions[i]; v.name != 0 {
			beginLine()
			say(lit("\tversion %\x00"), v.name, 0)
			writeLine(1)
		}
	}
}

// start is where m begins in memory.
func (m *module) start() uint64 { return uint64(m.base) + m.lo }

// answerForeign answers about a program of another kind, which its own interpreter loads
// libraries for.
func (l *loader) answerForeign(p, interp *module) {
	if interp != p {
		p.next = interp
	}
	l.count = 1
	l.answer()
}

// isAbsent tells whether something that the modules from m on need was not found.
func (l *loader) isAbsent(m *module) bool {
	for ; m != nil; m = m.next {
		for i := range m.deps {
			if m.deps[i] == nil {
				return true
			}
		}
	}
	return false
}
