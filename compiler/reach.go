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
// callers counts only those that exist.
func keepReached(m *ir.Module) { m.KeepReached(roots(m)) }
