package ir

import (
	"cmp"
	"slices"

	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_core.go lowers of core what the program leads to, which is little of it for most programs.

// findCore notes what core has.
func (l *lowering) findCore() {
	l.core = make(map[string]*check.Func)
	for _, fn := range l.info.Funcs {
		if fn.Core {
			l.core[fn.Symbol] = fn
		}
	}
}

// need lowers a func of core, and what it leads to, if nothing has led there before.
func (l *lowering) need(symbol string) {
	fn := l.core[symbol]
	if fn == nil {
		return
	}
	delete(l.core, symbol)
	l.info.Need(fn)
	f := l.lowerFunc(fn)
	l.lowered[fn] = f
	l.m.Funcs = append(l.m.Funcs, f)
	l.lead(f)
}

// lead lowers what functions name of core.
func (l *lowering) lead(funcs ...*Func) {
	s := l.m.symbolTable()
	for _, f := range funcs {
		for _, m := range f.sum.named {
			n := m.name
			for int(n) >= len(l.led) {
				l.led = append(l.led, false)
			}
			if !l.led[n] {
				l.led[n] = true
				l.need(s.names[n])
			}
		}
	}
}

// coreTrapsFirst gives the files that need a trap function: those of core in their own order,
// whatever led there first, then those of the program.
func (l *lowering) coreTrapsFirst() []*syntax.File {
	slices.SortStableFunc(l.traps, func(a, b *syntax.File) int {
		return cmp.Compare(min(int(l.files[a].number), l.info.CoreFiles), min(int(l.files[b].number), l.info.CoreFiles))
	})
	return l.traps
}

// coreFirst puts the funcs of core in front, in the order of the facts.
func (l *lowering) coreFirst() {
	all := make([]*Func, 0, len(l.m.Funcs))
	isCore := make(map[*Func]bool, len(l.lowered))
	for _, fn := range l.info.Funcs {
		if f := l.lowered[fn]; f != nil {
			all = append(all, f)
			isCore[f] = true
		}
	}
	for _, f := range l.m.Funcs {
		if !isCore[f] {
			all = append(all, f)
		}
	}
	l.m.Funcs = all
}
