package rtld

// What the loader does for the running program (docs/loader.md, "What programs can ask
// for"). A mistake there does not end the process: all that was done for the call is undone,
// and the program gets 0 and a line of text.
//
// Calls come one after the other: entry_amd64.s answers 0 to one that comes while
// another is busy, from a constructor or another thread.

// lateLoad is the state of a call.
type lateLoad struct {
	on           bool    // mistakes go back to the caller
	back         uintptr // the caller's stack
	opened       *module // the last file that was opened
	deferred     *deferred
	lastDeferred *deferred
	message      uintptr // of the last mistake, a C string; 0: there was none

	before growth // as it was before the call
}

// service numbers of the exported functions.
const (
	serviceLoad = iota
	serviceSymbol
	serviceError
	serviceFinish
)

// service does what the exported function nr was called for. back is the caller's stack.
func service(nr, a, b, back uintptr) uintptr {
	l := &process
	l.late.back = back
	switch {
	case nr == serviceLoad:
		return loadLate(a)
	case nr == serviceSymbol:
		return symbolLate(a, b)
	case nr == serviceError:
		return l.late.message
	}
	destruct()
	return 0
}

// loadLate loads the library that the program calls name, with all that it needs, and runs
// its constructors. It returns a handle, which is never 0.
func loadLate(name uintptr) uintptr {
	l := &process
	t, p := &l.late, &l.program
	beginLate()
	m := moduleNamed(name)
	if m == nil {
		fd := search(p, name)
		if failed(fd) {
			badName(lit("cannot find library %\x00"), name)
		}
		m = loadFile(p, fd)
		addName(m, keepString(name))
	}
	first := t.before.last.next
	if first == nil {
		t.on = false
		return handleOf(m)
	}
	loadNeeded(first)
	l.initFirst = nil
	bind(first)
	finishModules(first)
	unguard()
	t.on = false
	announce(rtConsistent)
	construct(l.initFirst)
	return handleOf(m)
}

// beginLate notes how everything is; from here on a mistake goes back to the caller.
//
//go:noinline
func beginLate() {
	l := &process
	t := &l.late
	t.message, l.work, l.denied = 0, 0, 0
	t.before, l.before = l.growth, l.pool
	t.on = true
	l.index.slots = 0 // it knows nothing of late libraries
}

// undoLate makes everything as it was before the call.
func undoLate() {
	l := &process
	t := &l.late
	t.on = false
	unguard()
	if m := t.opened; m != nil {
		m.close()
		if m.isMapped && m.prev == nil {
			m.unmap()
		}
	}
	for m := t.before.last.next; m != nil; m = m.next {
		m.unmap()
	}
	for a := l.lastAlias; a != t.before.lastAlias; a = a.older {
		l.names[a.hash%256] = a.next
	}
	t.before.last.next = nil
	t.opened, t.deferred = nil, nil
	l.growth = t.before
	l.pool.giveBack(&l.before)
}

//go:noinline
func (m *module) unmap() { munmap(m.base+uintptr(m.lo), uintptr(m.hi-m.lo)) }

// symbolLate returns the address of a symbol of the module with that handle, or with handle 0 of
// the one that a search finds; 0 when there is none.
func symbolLate(handle, name uintptr) uintptr {
	l := &process
	beginLate()
	q := query{name: name, hash: gnuHashOf(name)}
	of, y := moduleOf(handle), (*symbol)(nil)
	l.about = of
	if of != nil {
		y = of.find(&q)
	} else {
		of, y = lookup(&q)
	}
	l.late.on = false
	if y == nil {
		return 0
	}
	t := of.target(y)
	switch v := uintptr(t.value); {
	case y.info&15 == sttTLS:
		return l.tls.tp - uintptr(of.tlsOffset) + v
	case t.isFunction:
		return callC(v, 0, 0, 0)
	default:
		return v
	}
}
