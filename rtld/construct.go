package rtld

import "unsafe"

// Constructors of the program: DT_PREINIT_ARRAY, DT_INIT, DT_INIT_ARRAY, in this order
// (gABI, "Initialization and Termination Functions"). DT_FINI and DT_FINI_ARRAY are the
// business of a C library's exit; a program without one ends with exit_group.

// eachConstructor gives the addresses of the constructors to yield. Entries 0 and −1
// of the arrays mean nothing by old custom.
func eachConstructor(m *image, d *dynamic, yield func(fn uint64)) {
	eachOf(m, d.value[dtPreInit], d.value[dtPreInitSz], yield)
	if d.value[dtInit] != 0 {
		yield(uint64(m.base) + d.value[dtInit])
	}
	eachOf(m, d.value[dtInitArray], d.value[dtInitArraySz], yield)
}

func eachOf(m *image, at, size uint64, yield func(fn uint64)) {
	for end := at + size; at < end; at += 8 {
		b, ok := m.view(at, 8, pfR)
		if !ok {
			return // checkDynamic saw the table in one segment
		}
		fn := *(*uint64)(unsafe.Pointer(unsafe.SliceData(b)))
		if fn != 0 && fn != ^uint64(0) {
			yield(fn)
		}
	}
}

// checkConstructors refuses a program with a constructor outside its code. Needs
// relocation to be done.
func checkConstructors(f *fault, m *image, d *dynamic) bool {
	ok := true
	eachConstructor(m, d, func(fn uint64) {
		if at := fn - uint64(m.base); !isCode(m.loads, at) {
			ok = f.bad("constructor outside the executable segments: address=$\x00", at)
		}
	})
	return ok
}
