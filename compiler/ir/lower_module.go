package ir

import (
	"slices"
	"strings"

	"slul/compiler/check"
	"slul/compiler/module"
)

// lower_module.go makes what modules offer each other: the funcs that make objects of a
// library's classes, and the list of what others reach.

// Export is a func of the module that others reach by a symbol of its own.
type Export struct{ Func, Symbol string }

// IsForeign says whether a symbol is defined by another module.
func IsForeign(symbol string) bool { return strings.Contains(symbol, module.Mark) }

// exports lists what the module offers, and makes the makers of its classes.
func (l *lowering) exports() {
	for _, e := range l.info.Exports {
		name := ""
		if e.Func != nil {
			name = e.Func.Symbol
			l.need(name) // where core is a library itself
		} else {
			f := l.maker(e.Class)
			l.m.Funcs = append(l.m.Funcs, f)
			name = f.Name
		}
		l.m.Exports = append(l.m.Exports, Export{name, e.Symbol})
	}
}

// maker is what others call for `new` of a class: only its own module knows how large an
// object is and what its fields begin with.
func (l *lowering) maker(class *check.Class) *Func {
	own := l.info.Modules.Own
	f := &Func{Name: own.Module + "." + class.Name + ".new", Result: L}
	file := class.File()
	f.Pos = l.pos(file, class.Pos())
	g := &fn{builder: l.builderFor(f), l: l, file: file}
	var args []*Value
	if class.Ctor != nil {
		for _, p := range class.Ctor.Params {
			v := f.NewParam(typeOf(p.Type))
			v.Nonneg = isNonneg(p.Type)
			args = append(args, v)
		}
	}
	g.pos = f.Pos
	object := g.makeObject(class, nil)
	if class.Ctor != nil {
		g.call(class.Ctor.Symbol, None, append([]*Value{object}, args...)...)
	}
	g.ret(object, nil)
	g.finish()
	l.ask(f, file)
	return f
}

// offered is the funcs that others reach, by name.
func (l *lowering) offered() map[string]bool {
	names := make(map[string]bool, len(l.m.Exports))
	for _, e := range l.m.Exports {
		names[e.Func] = true
	}
	return names
}

// isAlone says whether no code of other modules runs in the process, which could use
// whatever core has.
func (l *lowering) isAlone() bool { return l.info.Modules.Own == nil && len(l.info.Needs) == 0 }

// leadsOut says whether other modules are called from what is reached.
func (r *reach) leadsOut() bool {
	for n, name := range r.g.names[:len(r.seen)] {
		if r.seen[n] && IsForeign(name) {
			return true
		}
	}
	return false
}

// shareCore leaves out the funcs of core where that is a module of its own, and calls them
// by the names that it gives to others.
func (l *lowering) shareCore() {
	symbols := l.info.CoreSymbols
	if symbols == nil {
		return
	}
	l.m.Funcs = slices.DeleteFunc(l.m.Funcs, func(f *Func) bool { return symbols[f.Name] != "" })
	for _, f := range l.m.Funcs {
		f.changed()
		for _, b := range f.Blocks {
			for _, v := range b.Values {
				if to := symbols[v.Sym]; to != "" {
					v.Sym = to
				}
			}
		}
	}
}
