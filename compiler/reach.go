package compiler

import "slul/compiler/ir"

// keepReached drops the funcs that nothing leads to from start: most of the core
// library, for most programs. The passes then have less to do, and one that counts
// callers counts only those that exist. The order of the rest stays.
func keepReached(m *ir.Module, start string) {
	byName := make(map[string]*ir.Func, len(m.Funcs))
	for _, f := range m.Funcs {
		byName[f.Name] = f
	}
	reached := map[*ir.Func]bool{}
	queue := []*ir.Func{byName[start]}
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
