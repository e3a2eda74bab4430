package rtld

import "unsafe"

// What debuggers need: struct r_debug of <link.h>, a list of modules, and a function that
// is called when the list has changed (docs/loader.md, "Debuggers").

// debugger is struct r_debug, which debuggers find as the symbol _r_debug and through DT_DEBUG.
type debugger struct {
	version int32   // r_version
	first   *module // r_map
	changed uintptr // r_brk
	state   int32   // r_state
	base    uintptr // r_ldbase
}

const (
	rtConsistent = 0
	rtAdd        = 1
)

var rDebug debugger

// announce tells debuggers that the list of modules is about to change, or has changed.
func announce(state int32) {
	l := &process
	l.own.file = lit("\x00") // the executable that debuggers know has no name in the list
	rDebug = debugger{1, &l.own, debugStatePC(), state, l.self}
	// shrink makes PT_DYNAMIC, which is empty, the fourth program header.
	dynamic := l.self + load(l.self+ehdrSize+3*phdrSize+16)
	store(dynamic, dtDebug)
	store(dynamic+8, uintptr(unsafe.Pointer(&rDebug)))
	debugState()
}
