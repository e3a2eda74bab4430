package rtld

// --list and --verify: what would be loaded, and whether it could be. Nothing of the files
// is run.

const (
	optionList   = 1
	optionVerify = 2
)

// answer prints what was asked for and ends the process.
func answer() {
	l := &process
	p := &l.program
	if l.option&optionList != 0 {
		for m := p; m != nil; m = m.next {
			list(m)
		}
	}
	if l.option&optionVerify != 0 {
		beginLine()
		say(lit("%: ok\x00"), p.file, 0)
		writeLine(1)
	}
	exit(0)
}

// list prints where m is and who asked for it, and the versions that it offers and asks for.
func list(m *module) {
	beginLine()
	m.sayPlace()
	writeLine(1)
	for i := range m.versions {
		if v := &m.versions[i]; v.name != 0 {
			beginLine()
			say(lit("\tversion %\x00"), v.name, 0)
			writeLine(1)
		}
	}
}

// sayPlace appends the path of m, where it is in memory, and who asked for it.
func (m *module) sayPlace() {
	say(lit("% at $\x00"), m.file, uint64(m.base)+m.lo)
	if m.by != nil {
		say(lit(" for %\x00"), m.by.file, 0)
	}
}

// answerForeign answers about a program of another kind, which its own interpreter loads
// libraries for.
func answerForeign(p, interp *module) {
	if interp != p {
		p.next = interp
	}
	answer()
}
