package rtld

// Constructors of the program: DT_PREINIT_ARRAY, DT_INIT, DT_INIT_ARRAY, in this order
// (gABI, "Initialization and Termination Functions"). DT_FINI and DT_FINI_ARRAY are the
// business of a C library's exit; a program without one ends with exit_group.

// construct calls the constructors, with the arguments that C libraries give them. With
// b nil it only checks that each is code; needs relocation to be done.
func (m *image) construct(b *block) {
	m.constructArray(b, m.get(dtPreInit), m.get(dtPreInitSz))
	if m.has(dtInit) {
		m.constructor(b, m.base+uintptr(m.get(dtInit)))
	}
	m.constructArray(b, m.get(dtInitArray), m.get(dtInitArraySz))
}

func (m *image) constructArray(b *block, at, size uint64) {
	for end := at + size; at < end; at += word {
		// checkDynamic saw the table in one segment.
		m.constructor(b, load(m.base+uintptr(at)))
	}
}

// constructor calls or checks one. 0 and −1 mean nothing by old custom.
//
//go:noinline
func (m *image) constructor(b *block, fn uintptr) {
	switch {
	case fn == 0 || fn == ^uintptr(0):
	case b != nil:
		callC(fn, b.argc, b.argv, b.envp)
	case m.view(uint64(fn-m.base), 1, pfX) == nil:
		m.bad(lit("constructor not in code: address=$\x00"), uint64(fn-m.base))
	}
}
