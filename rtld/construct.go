package rtld

// Constructors and destructors: DT_PREINIT_ARRAY of the program, then DT_INIT and DT_INIT_ARRAY of
// each module after those of what it needs; DT_FINI_ARRAY and DT_FINI in the other order
// (gABI, "Initialization and Termination Functions").

// sortModules puts the modules that first needs, and first, into the order of construction: a
// module after what it needs, and what it needs in the order of its DT_NEEDED. In a cycle
// the module that is met first comes last; SLUL has no cycles.
func sortModules(first *module) {
	l := &process
	first.isSeen = true
	l.own.isSeen = true // it has nothing to construct
	for m := first; m != nil; {
		if m.nextDep < uint64(len(m.deps)) {
			d := m.deps[m.nextDep]
			m.nextDep++
			if !d.isSeen {
				d.isSeen, d.isWaiting = true, true
				d.up = m
				m = d
			} else if d.isWaiting && m.noteText(noteModule).at != 0 {
				badName(lit("cycle of modules: %\x00"), d.file)
			}
			continue
		}
		m.isWaiting = false
		if l.initFirst == nil {
			l.initFirst = m
		} else {
			l.initLast.after = m
		}
		l.initLast = m
		m.before = l.finiFirst
		l.finiFirst = m
		m = m.up
	}
}

// construct runs the constructors of m and of those after it, with the arguments that C
// libraries give them.
func construct(m *module) {
	l := &process
	p := &l.program
	callArray(p, p.get(dtPreInit), p.get(dtPreInitSz))
	p.tags &^= 1 << dtPreInit
	p.dyn[dtPreInitSz] = 0
	for ; m != nil; m = m.after {
		if m.has(dtInit) {
			call3(m.base + uintptr(m.get(dtInit)))
		}
		callArray(m, m.get(dtInitArray), m.get(dtInitArraySz))
	}
}

// destruct runs the destructors, each once.
func destruct() {
	l := &process
	for m := l.finiFirst; m != nil; m = m.before {
		l.finiFirst = m.before
		at := m.base + uintptr(m.get(dtFiniArray))
		for p := at + uintptr(m.get(dtFiniArraySz)); p > at; {
			p -= word
			call3(load(p))
		}
		if m.has(dtFini) {
			call3(m.base + uintptr(m.get(dtFini)))
		}
	}
}

// callArray calls the functions of an array, which checkDynamic saw in one segment.
func callArray(m *module, at, size uint64) {
	for p, end := m.base+uintptr(at), m.base+uintptr(at+size); p < end; p += word {
		call3(load(p))
	}
}

// call3 calls a function with (argc, argv, envp). 0 and −1 mean nothing by old custom.
//
//go:noinline
func call3(fn uintptr) {
	l := &process
	if b := &l.block; isFunction(fn) {
		unguard() // from the first one on, signals are the program's
		callC(fn, b.argc, b.argv, b.envp)
	}
}

func isFunction(fn uintptr) bool { return fn+1 > 1 }

// checkFunctions checks that what construct and destruct would call is code of m. Needs
// relocation to be done.
func (m *module) checkFunctions() {
	for row := lit(functionArrays); byteAt(row) != 0; row += 2 {
		at := m.base + uintptr(m.get(byteAt(row)))
		for end := at + uintptr(m.get(byteAt(row+1))); at < end; at += word {
			if fn := load(at); isFunction(fn) && m.view(uint64(fn-m.base), 1, pfX) == nil {
				bad(lit("function not in code: address=$\x00"), uint64(fn-m.base))
			}
		}
	}
}

// functionArrays has a row per array: the tags of its address and of its size.
const functionArrays = "\x19\x1b\x1a\x1c\x20\x21\x00"

// finisher returns the function that the program may register with atexit (psABI, section
// 3.4.1, rdx); 0 when there is nothing to do.
func finisher() uintptr {
	l := &process
	for m := l.finiFirst; m != nil; m = m.before {
		if m.tags&(1<<dtFini|1<<dtFiniArray) != 0 {
			return finishPC()
		}
	}
	return 0
}
