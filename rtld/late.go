package rtld

import "unsafe"

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

	// as it was before the call
	last      *module
	count     uint64
	alias     *alias
	finiFirst *module
	tlsUsed   uint64
	pool      pool
}

// service numbers of the exported functions.
const (
	serviceLoad = iota
	serviceSymbol
	serviceError
	serviceSecure
	serviceProgram
	serviceFinish
)

// busy is 1 while a call is being served.
var busy uint32

// service does what the exported function nr was called for. back is the caller's stack.
func service(nr, a, b, back uintptr) uintptr {
	l := &process
	l.late.back = back
	switch {
	case nr == serviceLoad:
		return l.loadLate(a)
	case nr == serviceSymbol:
		return l.symbolLate(a, b)
	case nr == serviceError:
		return l.late.message
	case nr == serviceSecure:
		return uintptr(boolBit(l.secure))
	case nr == serviceProgram:
		return l.program.file
	}
	l.destruct()
	return 0
}

func boolBit(v bool) uint8 {
	if v {
		return 1
	}
	return 0
}

// loadLate loads the library that the program calls name, with all that it needs, and runs
// its constructors. It returns a handle, which is never 0.
func (l *loader) loadLate(name uintptr) uintptr {
	t, p := &l.late, &l.program
	if p.dynamic == nil && l.own.dynamic == nil {
		l.prepareOwn()
		l.unguard()
	}
	l.begin()
	m := l.named(name)
	if m == nil {
		fd := l.search(p, name)
		if failed(fd) {
			badName(lit("cannot find library %\x00"), name)
		}
		m = l.loadFile(p, fd)
		l.call(m, l.keep(name))
	}
	first := t.last.next
	if first == nil {
		t.on = false
		return handleOf(m)
	}
	l.loadNeeded(first)
	l.initFirst = nil
	l.bind(first)
	if l.tls.tp == 0 {
		l.startTLS()
	}
	l.finishModules(first)
	t.on = false
	l.announce(rtConsistent)
	l.construct(l.initFirst)
	return handleOf(m)
}

// begin notes how everything is; from here on a mistake goes back to the caller.
//
//go:noinline
func (l *loader) begin() {
	t := &l.late
	t.message, l.work = 0, 0
	t.last, t.count, t.alias, t.finiFirst, t.tlsUsed = l.last, l.count, l.names.last, l.finiFirst, l.tls.used
	moveWords(uintptr(unsafe.Pointer(&t.pool)), uintptr(unsafe.Pointer(&l.pool)), poolWords)
	t.on = true
	l.index.slots = 0 // it knows nothing of late libraries
}

// undo makes everything as it was before the call.
func (l *loader) undo() {
	t := &l.late
	t.on = false
	l.unguard()
	if m := t.opened; m != nil {
		m.close()
		if m.isMapped && m.prev == nil {
			m.unmap()
		}
	}
	for m := t.last.next; m != nil; m = m.next {
		m.unmap()
	}
	for a := l.names.last; a != t.alias; a = a.older {
		l.names.heads[a.hash%256] = a.next
	}
	t.last.next = nil
	t.opened, t.deferred = nil, nil
	l.last, l.count, l.names.last, l.finiFirst, l.tls.used = t.last, t.count, t.alias, t.finiFirst, t.tlsUsed
	l.pool.giveBack(&t.pool)
}

func (m *module) unmap() { munmap(m.base+uintptr(m.lo), uintptr(m.hi-m.lo)) }

// symbolLate returns the address of a symbol of the module with that handle, or with handle 0 of
// the one that a search finds; 0 when there is none.
func (l *loader) symbolLate(handle, name uintptr) uintptr {
	l.begin()
	q := query{name: name, hash: gnuHashOf(name)}
	of, y := moduleOf(handle), (*symbol)(nil)
	l.about = of
	if of != nil {
		y = of.find(&q)
	} else {
		of, y = l.lookup(&q)
	}
	l.late.on = false
	switch {
	case y == nil:
		return 0
	case y.info&15 == sttTLS:
		return l.tls.tp - uintptr(of.tlsOffset) + uintptr(y.value)
	case y.shndx == shnAbs:
		return uintptr(y.value)
	case y.info&15 == sttGnuIfunc:
		return callC(of.base+uintptr(y.value), 0, 0, 0)
	}
	return of.base + uintptr(y.value)
}
