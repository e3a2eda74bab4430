// Libraries: what the interface declares must be what the source has.

package check

import (
	"maps"
	"slices"

	"slul/compiler/module"
	"slul/compiler/syntax"
)

// Export is what others reach by a symbol: a func, or what makes an object of a class.
type Export struct {
	Symbol string
	Func   *Func  // nil: Class is made
	Class  *Class // whose ctor, if there is one, takes the arguments
}

// library compares the interface of the module with its source.
func (c *checker) library() {
	own := c.info.Modules.Own
	if c.service != nil {
		c.errs.Add(c.service, c.service.Header.Pos(), "%s makes this directory a library, which has no service: programs have a directory of their own", module.FileName)
	}
	texts := make(map[*syntax.File]*module.Text)
	line := func(f *syntax.File, d syntax.Decl) string {
		if texts[f] == nil {
			texts[f] = module.NewText(f)
		}
		return texts[f].Line(d)
	}
	for _, item := range own.Items {
		c.enter(own.File, false)
		switch d := item.Decl.(type) {
		case *syntax.ClassDecl:
			c.exportClass(d, item, line)
			continue
		case *syntax.FuncDecl:
			if fn, ok := c.own.names[item.Name].(*Func); ok {
				c.matches(item.Decl, item.Name, item.Line, line(fn.File, fn.Decl), fn.File, fn.Decl)
				c.sameTypes(item, fn.File)
				c.info.Exports = append(c.info.Exports, Export{Symbol: module.Symbol(own.Module, fn.Symbol, item.Line), Func: fn})
				continue
			}
		case *syntax.ConstDecl:
			if k, ok := c.own.names[item.Name].(*Const); ok {
				c.matches(item.Decl, item.Name, item.Line, line(k.file, k.Decl), k.file, k.Decl)
				c.sameTypes(item, k.file)
				k.used = true
				continue
			}
		case *syntax.EnumDecl:
			if t := c.own.enums[item.Name]; t != nil && t.Enum != nil {
				c.matches(item.Decl, item.Name, item.Line, line(t.Enum.file, t.Enum.Decl), t.Enum.file, t.Enum.Decl)
				continue
			}
		case *syntax.RecordDecl:
			if class := c.own.classes[item.Name]; class != nil && class.Record {
				c.matches(item.Decl, item.Name, item.Line, line(class.file, class.decl), class.file, class.decl)
				c.sameTypes(item, class.file)
				continue
			}
		}
		c.errorf(item.Decl.Pos(), "`%s` is declared for others, and no file of the module has it%s", item.Name, c.otherKind(item.Name))
	}
}

// otherKind is a hint where the source has something else by that name.
func (c *checker) otherKind(name string) string {
	if c.own.has(name) {
		return ": what is called like this is something else"
	}
	var known []string
	for n := range c.own.names {
		known = append(known, n)
	}
	for n := range c.own.classes {
		known = append(known, n)
	}
	for n := range c.own.enums {
		known = append(known, n)
	}
	return didYouMean(name, known)
}

// matches refuses a declaration of the interface that differs from the source.
func (c *checker) matches(d syntax.Node, name, line, source string, f *syntax.File, at syntax.Node) {
	if line != source {
		c.errorf(d.Pos(), "`%s` differs from %s:%d, which has `%s`", name, f.Name, at.Pos().Line, source)
	}
}

// sameTypes refuses a type that the interface takes from one module and the source from
// another.
func (c *checker) sameTypes(item *module.Item, f *syntax.File) {
	for _, name := range item.Types {
		if x := c.uses[c.file][name]; x != nil {
			if y := c.uses[f][name]; y == nil || y.of != x.of {
				c.errorf(item.Decl.Pos(), "`%s` is one of the module %s here, and another in %s", name, x.of.name, f.Name)
			}
		}
	}
}

// exportClass is library for one block of a class.
func (c *checker) exportClass(d *syntax.ClassDecl, item *module.Item, line func(*syntax.File, syntax.Decl) string) {
	own := c.info.Modules.Own
	class := c.own.classes[item.Name]
	if class == nil || class.Record {
		c.errorf(d.Pos(), "`%s` is declared for others, and no file of the module has it%s", item.Name, c.otherKind(item.Name))
		return
	}
	c.sameTypes(item, class.file)
	for _, m := range item.Members {
		symbol := module.Symbol(own.Module, own.Module+"."+class.Name+"."+m.Name, m.Line)
		if _, isCtor := m.Decl.(*syntax.CtorDecl); isCtor {
			source, at := "ctor end", syntax.Node(class.ident) // all fields have defaults
			if class.Ctor != nil {
				source, at = line(class.file, class.ctor), class.ctor
			}
			c.matches(m.Decl, "ctor", m.Line, source, class.file, at)
			c.info.Exports = append(c.info.Exports, Export{Symbol: symbol, Class: class})
			continue
		}
		fn := class.Funcs[m.Name]
		if fn == nil {
			c.errorf(m.Decl.Pos(), "%s has no func `%s`%s", class.Name, m.Name, didYouMean(m.Name, slices.Sorted(maps.Keys(class.Funcs))))
			continue
		}
		c.matches(m.Decl, m.Name, m.Line, line(fn.File, fn.Decl), fn.File, fn.Decl)
		c.info.Exports = append(c.info.Exports, Export{Symbol: symbol, Func: fn})
	}
}

// exported marks what others call.
func (c *checker) exported() {
	for _, e := range c.info.Exports {
		if e.Func != nil {
			e.Func.called = true
		} else if e.Class.Ctor != nil {
			e.Class.Ctor.called = true
		}
	}
}
