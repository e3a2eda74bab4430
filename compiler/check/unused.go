// Warnings of what the program declares and does not use.

package check

import (
	"maps"
	"slices"
)

// unused warns of the variables of a func.
func (c *checker) unused(fn *Func) {
	if fn.Core {
		return
	}
	for _, v := range c.vars {
		switch {
		case !v.used && v.Kind == LoopVar: // counts turns
		case !v.used && v.Kind == ErrorVar:
			c.warnf(fn.File, v.Ident.Pos(), "`%s` is never used: write `on error` alone", v.Name)
		case !v.used:
			c.warnf(fn.File, v.Ident.Pos(), "`%s` is never used", v.Name)
		case v.Mutable && !v.changed:
			c.warnf(fn.File, v.Ident.Pos(), "`%s` is never assigned again: leave `!` out", v.Name)
		}
	}
}

// unusedGlobals warns of funcs that nobody else calls, of constants, of fields of classes,
// and of what the service is given.
func (c *checker) unusedGlobals() {
	c.exported()
	for _, fn := range c.info.Funcs {
		for _, call := range fn.calls {
			if call.Func != nil && call.Func != fn {
				call.Func.called = true
			}
		}
	}
	for _, fn := range c.info.Funcs {
		if !fn.Core && !fn.Entry && !fn.called && (fn.Class == nil || fn.Class != c.object) {
			c.warnf(fn.File, fn.Decl.Name.Pos(), "`%s` is never called", callName(fn))
		}
	}
	for name, o := range c.own.names { // warnings are sorted
		if k, ok := o.(*Const); ok && !k.used {
			c.warnf(k.file, k.Decl.Name.Pos(), "`%s` is never used", name)
		}
	}
	classes := c.order
	if c.object != nil {
		classes = append(classes[:len(classes):len(classes)], c.object)
	}
	for _, class := range classes {
		for _, v := range class.Fields {
			if c.units[class.file] == c.own && !class.Record && !v.used {
				c.warnf(class.file, v.Ident.Pos(), "`%s` is never read", v.Name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.givemes)) {
		if v := c.givemes[name]; !v.used {
			c.warnf(c.service, v.Ident.Pos(), "`%s` is given and never used", name)
		}
	}
}
