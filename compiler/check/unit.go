// Units: the module that is compiled, core, and the interfaces of the modules that are
// used, each with its own names; and `use`, by which a file sees names of another unit.

package check

import (
	"slices"

	"slul/compiler/module"
	"slul/compiler/syntax"
)

// Modules is what a module has to do with others.
type Modules struct {
	Own     *module.Interface   // of a library; nil: a program
	Imports []*module.Interface // what is used, directly or by an interface that is
}

// unit is the global names of one module.
type unit struct {
	name    string            // of the module; "" of a program, "core"
	names   map[string]Object // *Const and *Func
	enums   map[string]*Type  // InvalidType for types that were refused
	classes map[string]*Class
	iface   *module.Interface // nil: there is source
	isOwn   bool              // the interface of the module that is compiled
}

func newUnit(name string, x *module.Interface, files ...*syntax.File) *unit {
	decls := 0
	for _, f := range files {
		decls += len(f.Decls)
	}
	return &unit{name: name, iface: x, names: make(map[string]Object, decls), enums: make(map[string]*Type), classes: make(map[string]*Class)}
}

// used is one item of a `use` line.
type used struct {
	of    *unit
	id    *syntax.Ident
	asked bool // something here is called by that name
}

// addUnits makes the units, and sets the order in which files are looked at: core,
// interfaces, the module.
func (c *checker) addUnits(core, program []*syntax.File, m Modules) {
	c.lib, c.own = newUnit("core", nil, core...), newUnit("", nil, program...)
	add := func(u *unit, files ...*syntax.File) {
		for _, f := range files {
			c.units[f] = u
			c.files = append(c.files, f)
		}
	}
	add(c.lib, core...)
	for _, x := range m.Imports {
		add(newUnit(x.Module, x), x.File)
	}
	if m.Own != nil {
		c.own.name = m.Own.Module
		u := newUnit(m.Own.Module, m.Own)
		u.isOwn = true
		add(u, m.Own.File)
	}
	add(c.own, program...)
}

// unitNamed is the interface of a module that is used, nil without one.
func (c *checker) unitNamed(name string) *unit {
	for _, f := range c.files {
		if u := c.units[f]; u.iface != nil && !u.isOwn && u.name == name {
			return u
		}
	}
	return nil
}

// has says whether the unit declares a name.
func (u *unit) has(name string) bool {
	return u.names[name] != nil || u.enums[name] != nil || u.classes[name] != nil
}

// resolveUses finds what the `use` lines of the file at hand name.
func (c *checker) resolveUses() {
	items := make(map[string]*used)
	c.uses[c.file] = items
	for _, line := range c.file.Uses {
		u := c.unitNamed(line.Module.Name)
		if u == nil {
			continue // whoever looked for its interface has said so
		}
		for _, id := range line.Items {
			c.useItem(u, id, items)
		}
	}
}

func (c *checker) useItem(u *unit, id *syntax.Ident, items map[string]*used) {
	name := id.Name
	switch old := items[name]; {
	case !u.has(name):
		c.errorf(id.Pos(), "the module %s has no `%s`%s", u.name, name, didYouMean(name, u.iface.Names()))
	case old != nil && old.of == u:
		c.errorf(id.Pos(), "`%s` is used already%s", name, lineOf(old.id))
	case old != nil:
		c.errorf(id.Pos(), "`%s` is already one of the module %s%s", name, old.of.name, lineOf(old.id))
	case c.unit.has(name):
		c.errorf(id.Pos(), "`%s` is already declared in this module: a name cannot be shadowed", name)
	case c.lib.enums[name] != nil, c.lib.classes[name] != nil, c.public[name], prims[name] != nil:
		c.errorf(id.Pos(), "`%s` is already one of the core library: a name cannot be shadowed", name)
	default:
		items[name] = &used{of: u, id: id}
		return
	}
	if items[name] == nil { // uses of it are not to blame
		items[name] = &used{of: u, id: id, asked: true}
	}
}

// ask is the unit in which the file at hand finds a name: its own, or one that it is used
// from, else core's.
func (c *checker) ask(name string) *unit {
	if c.core || c.unit.has(name) {
		return c.unit
	}
	if item := c.uses[c.file][name]; item != nil {
		item.asked = true
		return item.of
	}
	return c.lib
}

// needs says what is used of other modules, of which version that is, and warns of `use`
// for nothing.
func (c *checker) needs() {
	names := make(map[string][]string)
	note := func(u *unit, name string) {
		if !slices.Contains(names[u.name], name) {
			names[u.name] = append(names[u.name], name)
		}
	}
	for _, f := range c.files {
		u := c.units[f]
		if u == c.lib || u.iface != nil && !u.isOwn {
			continue
		}
		for _, line := range f.Uses {
			for _, id := range line.Items {
				item := c.uses[f][id.Name]
				if item == nil {
					continue
				}
				note(item.of, id.Name)
				if !item.asked && u == c.own {
					c.warnf(f, id.Pos(), "`%s` is never used", id.Name)
				}
			}
		}
	}
	for _, fn := range c.info.Funcs {
		for _, call := range fn.calls {
			if fn := call.Func; fn != nil && fn.Module != nil && fn.Class != nil {
				note(c.units[fn.File], fn.Class.Name+"."+fn.Name)
			}
		}
	}
	c.info.Needs = make(map[string]module.Dep)
	for _, f := range c.files {
		if u := c.units[f]; u.iface != nil && !u.isOwn && len(names[u.name]) > 0 && len(u.iface.Versions) > 0 {
			c.info.Needs[u.name] = u.iface.Dep(names[u.name])
		}
	}
}
