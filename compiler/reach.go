package compiler

import "slul/compiler/ir"

// roots is where a module begins: at a program's first instruction, or at all that a
// library offers.
func roots(m *ir.Module) (names []string) {
	for _, e := range m.Exports {
		names = append(names, e.Func)
	}
	if m.FindFunc(startSymbol) != nil {
		names = append(names, startSymbol)
	}
	return names
}

// keepReached drops the funcs that nothing leads to from the roots: most of the core
// library, for most programs. The passes then have less to do, and one that counts
// callers counts only those that exist. The order of the rest stays.
func keepReached(m *ir.Module) {
	byName := make(map[string]*ir.Func, len(m.Funcs))
	for _, f := range m.Funcs {
		byName[f.Name] = f
	}
	reached := map[*ir.Func]bool{}
	var queue []*ir.Func
	for _, name := range roots(m) {
		queue = append(queue, byName[name])
	}
	for len(queue) > 0 {
		f := queue[0]
		queue = queue[1:]
		if f == nil || reached[f] { // constants are no funcs
			continue
		}
		reached[f] = true
		queue = append(queue, byName[f.TrapSym])
		for _, b := range f.Blocks {
			for _, v := range b.Values {
				if v.Sym != "" {
					queue = append(queue, byName[v.Sym])
				}
			}
		}
	}
	kept := m.Funcs[:0]
	for _, f := range m.Funcs {
		if reached[f] {
			kept = append(kept, f)
		}
	}
	m.Funcs = kept
}
