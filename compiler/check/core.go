// Core as a module of its own: what it offers by symbols, and its interface, which is all
// that code outside of it relies on. There is no interface file: the source has it all.

package check

import (
	"slul/compiler/module"
	"slul/compiler/syntax"
)

// CoreVersion is the version of the core library.
const CoreVersion = "1.0.0"

// CoreName is what the core library is called.
const CoreName = "core"

// coreLines gives the canonical lines of all of core, fields of classes among them, as
// the code of others reads and writes them; and the lines of its funcs by symbol.
func (info *Info) coreLines() (lines []string, funcs map[string]string) {
	for _, fn := range info.Funcs {
		if fn.Core {
			info.checker.signed(fn)
		}
	}
	heads := make(map[*syntax.File]*module.Text)
	for _, f := range info.Files[:info.CoreFiles] {
		heads[f] = module.NewText(f)
		for _, d := range f.Decls {
			class, ok := d.(*syntax.ClassDecl)
			if !ok {
				lines = append(lines, heads[f].Line(d))
				continue
			}
			for _, m := range class.Members {
				lines = append(lines, "class "+class.Name.Name+" "+heads[f].Line(m))
			}
		}
	}
	funcs = make(map[string]string)
	for _, fn := range info.Funcs {
		if fn.Core {
			funcs[fn.Symbol] = heads[fn.File].Line(fn.Decl)
		}
	}
	return lines, funcs
}

// ShareCore makes core a module that the one at hand is bound to when it is loaded.
func (info *Info) ShareCore() {
	lines, funcs := info.coreLines()
	info.CoreSymbols = make(map[string]string, len(funcs))
	for name, line := range funcs {
		info.CoreSymbols[name] = module.Symbol(CoreName, name, line)
	}
	info.Needs[CoreName] = module.Dep{Hash: module.InterfaceHash(CoreName, lines), Name: CoreName, Version: CoreVersion}
}

// OfferCore makes core, checked alone, the library of that name.
func (info *Info) OfferCore() {
	lines, funcs := info.coreLines()
	info.Modules.Own = &module.Interface{
		Module: CoreName, Unsafe: true,
		Versions: []module.Version{{Name: CoreVersion, Hash: module.InterfaceHash(CoreName, lines)}},
	}
	for _, fn := range info.Funcs {
		info.Exports = append(info.Exports, Export{Symbol: module.Symbol(CoreName, fn.Symbol, funcs[fn.Symbol]), Func: fn})
	}
}
