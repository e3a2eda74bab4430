package rtld

// SLUL's own rules for modules. A program or library says in a note which interfaces it was
// made for, each by the module's name and a hash; a module says which ones it offers. An
// interface must be there by its hash before symbols are looked at: names alone
// do not tell whether a func still means what it did (docs/language.md, "Modules").

// Types of the notes, whose text is lines that end in a NUL (docs/file-format.md, "Module notes").
const (
	noteModule = 1 // name NAME, version VERSION, kind KIND, flags N, profile PROFILE
	noteAPI    = 2 // api VERSION HASH
	noteXdeps  = 4 // dep HASH NAME VERSION
)

const (
	hashSize  = 43 // characters of a hash,
	hashShown = 12 // and how many of them messages show
	depName   = 4 + hashSize + 1
)

// text is the lines of a note, from at to end.
type text struct{ at, end uintptr }

// note returns the text of the first note of a type; it is empty when there is none.
//
//go:noinline
func (m *module) noteText(typ uint32) text {
	for i := range m.table {
		s := &m.table[i]
		if s.typ != ptNote && s.typ != ptSlul {
			continue
		}
		at := uintptr(m.view(s.vaddr, s.filesz, pfR))
		for left := s.filesz; at != 0 && left >= ntSize+8; {
			n := (*noteHeader)(pointer(at))
			size := ntSize + pageUp(uint64(n.namesz), 4) + pageUp(uint64(n.descsz), 4)
			if size > left {
				break
			}
			if n.typ == typ && n.namesz == 5 && n.owner == noteOwner && n.descsz != 0 {
				t := text{at + ntSize + 8, at + ntSize + 8 + uintptr(n.descsz)}
				if byteAt(t.end-1) != 0 {
					bad(lit("damaged note: n_type=#\x00"), uint64(typ))
				}
				return t
			}
			at += uintptr(size)
			left -= size
		}
	}
	return text{}
}

// find returns what follows the word in the first line that begins with it, 0 when none does.
//
//go:noinline
func (t text) find(word uintptr) uintptr {
	for ; t.at < t.end; t.at = endOf(t.at) {
		if hasPrefix(t.at, word) {
			return endOf(word) - 1 - word + t.at
		}
	}
	return 0
}

// checkInterfaces checks that the interfaces that m needs are there.
func checkInterfaces(m *module) {
	for t := m.noteText(noteXdeps); t.at < t.end; t.at = endOf(t.at) {
		if endOf(t.at)-t.at <= depName+1 {
			bad(lit("damaged note: n_type=#\x00"), noteXdeps)
		}
		name := buffer{pathPlace(), pathPlace() + pathMax}
		version := name.cstring(t.at+depName, ' ', nameMax)
		end := name.at
		name.all(lit(".so\x00"))
		name.put(0)
		d := moduleNamed(pathPlace())
		setByte(end, 0)
		if d == nil {
			badName(lit("needs an interface of %, not the library\x00"), pathPlace())
		}
		if what := d.unfit(t.at+4, version); what != 0 {
			complainInterface(what, m, d, t.at)
		}
	}
}

// unfit tells why m does not offer the interface with that hash, which was that of a version: a
// message, 0 when it does.
func (m *module) unfit(hash, version uintptr) uintptr {
	about := m.noteText(noteModule)
	if profile := about.find(lit("profile \x00")); profile == 0 || !isSame(profile, lit("small\x00")) {
		return lit("'%' is not a module of this profile\x00")
	}
	if flags := about.find(lit("flags \x00")); flags != 0 && byteAt(flags)&1 != 0 && !hasPrefix(m.file, lit("/usr/lib/slul/\x00")) {
		return lit("unsafe module '%' outside the system directory\x00")
	}
	what := lit("cannot start: module '%' is too old\x00")
	for t := m.noteText(noteAPI); t.at < t.end; t.at = endOf(t.at) {
		mine := t.apiHash()
		if mine == 0 {
			continue
		}
		if hasPrefix(hash, mine) {
			return 0
		}
		if hasPrefix(t.at+3, version) { // which begins with the blank before it
			what = lit("cannot start: module '%' has a different interface\x00")
		}
	}
	return what
}

// apiHash is where the hash of the first line, "api VERSION HASH", begins, 0 when the line is too short.
//
//go:noinline
func (t text) apiHash() uintptr {
	hash := endOf(t.at) - (hashSize + 1)
	if hash <= t.at+3 {
		return 0
	}
	return hash
}

// complainInterface says what is wrong with d for m, whose line of needs is dep: what is
// needed, and what is there. The name of the module is in pathPlace.
func complainInterface(what uintptr, m, d *module, dep uintptr) {
	beginComplaint()
	say(what, pathPlace(), 0)
	say(lit("\n  needs  %\x00"), dep+depName, 0)
	sayHash(dep + 4)
	between := lit(": %\x00")
	for i := uint64(1); i < m.symbols; i++ {
		y := m.symbol(i)
		if y.shndx != shnUndef || !hasPrefix(m.name(uint64(y.name)), pathPlace()) {
			continue
		}
		var q query
		if m.ask(&q, y, i); d.find(&q) == nil {
			say(between, q.name, 0)
			between = lit(", %\x00")
		}
	}
	say(lit("\n  found  %:\x00"), d.file, 0)
	for t := d.noteText(noteAPI); t.at < t.end; t.at = endOf(t.at) {
		hash := t.apiHash()
		if hash == 0 {
			continue
		}
		process.line.put(' ')
		process.line.cstring(t.at+4, ' ', nameMax)
		sayHash(hash)
	}
	endComplaint(exitCannotStart)
}

// sayHash appends the beginning of a hash.
func sayHash(hash uintptr) {
	process.line.all(lit(" (\x00"))
	process.line.cstring(hash, 0, hashShown)
	process.line.all(lit("…)\x00"))
}
