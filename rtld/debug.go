package rtld

import "unsafe"

// What debuggers need: struct r_debug of <link.h>, a list of modules, and a function that
// is called when the list has changed (docs/loader.md, "Debuggers").

// debugger is struct r_debug, which debuggers find as the symbol _r_debug and through DT_DEBUG, and
// what else has to have an address in the loader's image.
type debugger struct {
	version int32   // r_version
	first   *module // r_map
	changed uintptr // r_brk
	state   int32   // r_state
	base    uintptr // r_ldbase

	// What follows is ours.
	loader uintptr // the address of process, plus BaseOffset
	busy   uint32  // 1: an exported function is at work
}

const (
	rtConsistent = 0
	rtAdd        = 1
)

// announce tells debuggers that the list of modules is about to change, or has changed.
func announce(state int32) {
	l := &process
	l.own.file = lit("\x00") // the executable that debuggers know has no name in the list
	at := uintptr(unsafe.Pointer(&fixed))
	page := at &^ uintptr(l.page-1)
	check(lit("no memory: &\x00"), sys3(sysMprotect, page, uintptr(l.page), protRead|protWrite))
	d := (*debugger)(pointer(at)) // not fixed: that would be larger code
	d.version, d.first, d.changed, d.state, d.base = 1, &l.own, debugStatePC(), state, l.self
	d.loader = uintptr(unsafe.Pointer(l)) + BaseOffset
	// shrink puts PT_DYNAMIC, which is empty, before the variables.
	store(at-debugSize, dtDebug)
	store(at-debugSize+8, at)
	makeAbsolute()
	debugState()
}

// makeAbsolute makes the paths of all modules absolute: a debugger has a working directory of its own. Where
// there is no path to this one, the names stay what they are.
func makeAbsolute() {
	n := uintptr(0) // bytes of the working directory, with its NUL
	for m := &process.program; m != nil; m = m.next {
		if byteAt(m.file) == '/' {
			continue
		}
		if n == 0 {
			n = sys3(sysGetcwd, pathPlace(), pathMax, 0)
		}
		if failed(n) || byteAt(pathPlace()) != '/' {
			return
		}
		path := buffer{pathPlace() + n - 1, pathPlace() + pathMax}
		path.put('/')
		path.all(m.file)
		path.put(0)
		if !path.full() {
			m.file = keepString(pathPlace())
		}
	}
}

// debugSize is the size of PT_DYNAMIC: DT_DEBUG and DT_NULL.
const debugSize = 2 * dynSize
