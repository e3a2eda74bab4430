package rtld

import "unsafe"

// LD_SLUL_TRACE: what the loader does, on fd 2. A list of words with commas between:
//
//	load   each file: where it is, who asks for it; what a search passes over
//	bind   each symbol: who uses it, who defines it
//	time   how many µs after the start each stage was done
//
// Never in secure mode, in which the variable is not read (secure.go).

const (
	traceFiles = 1 << iota
	traceSymbols
	traceTime
)

// traceWords has a row per word: its bit, the word, a newline.
const traceWords = "\x01load\n\x02bind\n\x04time\n\x00"

// setTrace reads the list at addr.
func setTrace(addr uintptr) {
	l := &process
	l.times = now()
	for {
		bit, end := keyOf(lit(traceWords), addr)
		if byteAt(end) == 0 || byteAt(end) == ',' {
			l.trace |= bit
		}
		for byteAt(end) != ',' {
			if byteAt(end) == 0 {
				return
			}
			end++
		}
		addr = end + 1
	}
}

// tracing begins a line about something.
//
//go:noinline
func tracing(what, name uintptr, value uint64) {
	beginLine()
	say(lit("slulrtld: \x00"), 0, 0)
	say(what, name, value)
}

// traceLoad tells that m was loaded.
func traceLoad(m *module) {
	l := &process
	if l.trace&traceFiles == 0 {
		return
	}
	tracing(lit("load: \x00"), 0, 0)
	m.sayPlace()
	writeLine(2)
}

// traceBind tells that m uses symbol y of module of, when that is wanted.
func traceBind(m, of *module, q *query, y *symbol) {
	tracing(lit("bind: %: \x00"), m.file, 0)
	q.say()
	say(lit(" -> % at $\x00"), of.file, uint64(of.base)+y.value)
	writeLine(2)
}

// now returns the time in ns (CLOCK_MONOTONIC).
//
//go:noinline
func now() uint64 {
	var t struct{ seconds, nanos uint64 }
	sys3(sysClockGettime, clockMonotonic, uintptr(unsafe.Pointer(&t)), 0)
	return t.seconds*1e9 + t.nanos
}

// tick tells that a stage is done.
//
//go:noinline
func tick(stage uintptr) {
	l := &process
	if l.trace&traceTime != 0 {
		tracing(lit("time: % after # µs\x00"), stage, (now()-l.times)/1000)
		writeLine(2)
	}
}
