// Names: what is visible where, and guesses for those that are not.

package check

import (
	"slices"

	"slul/compiler/syntax"
)

// scopes is what the blocks around a place declare.
type scopes struct {
	vars   map[string]*Var // that are visible
	list   []*Var          // the same, in order; those of inner blocks last
	blocks []int           // where those of each open block begin in list
	only   []map[*Var]bool // of each open arena, the outer references that are seen; nil: all
}

// noScope is that of places outside of funcs.
var noScope scopes

func (c *checker) push() { c.scope.blocks = append(c.scope.blocks, len(c.scope.list)) }

func (c *checker) pop() {
	s := c.scope
	last := len(s.blocks) - 1
	for _, v := range slices.Backward(s.list[s.blocks[last]:]) {
		if v.outer != nil {
			s.vars[v.Name] = v.outer
		} else {
			delete(s.vars, v.Name)
		}
	}
	s.list = s.list[:s.blocks[last]]
	s.blocks = s.blocks[:last]
}

// local is the variable of this name, nil without one.
func (c *checker) local(name string) *Var { return c.scope.vars[name] }

// declare makes v visible in the block at hand. A name has one meaning at any place:
// one that is taken is refused.
func (c *checker) declare(v *Var) {
	if what := c.taken(v.Name); what != "" {
		c.errorf(v.Ident.Pos(), "`%s` is already %s: a name cannot be shadowed", v.Name, what)
		v.outer = c.local(v.Name)
	}
	c.scope.vars[v.Name] = v
	c.scope.list = append(c.scope.list, v)
	v.depth = c.arenas
	c.vars = append(c.vars, v)
	c.fn.owns = c.fn.owns || v.Type.isOwn()
}

// taken says what a name already means, "" when it is free.
func (c *checker) taken(name string) string {
	if v := c.local(name); v != nil {
		return varKinds[v.Kind] + lineOf(v.Ident)
	}
	if v := c.given(name); v != nil {
		return "a giveme" + lineOf(v.Ident)
	}
	if v := c.ownField(name); v != nil {
		return "a field" + lineOf(v.Ident)
	}
	if c.class != nil && c.class.Funcs[name] != nil {
		return "a func of " + c.class.Name + lineOf(c.class.Funcs[name].Decl.Name)
	}
	return c.takenGlobally(name)
}

// given is the giveme of this name, which only the service's own funcs see.
func (c *checker) given(name string) *Var {
	if c.file != c.service || c.class != nil {
		return nil
	}
	return c.givemes[name]
}

// ownField is the field of this name of the class at hand.
func (c *checker) ownField(name string) *Var {
	if class := c.objectClass(); class != nil {
		return class.field(name)
	}
	return nil
}

// objectClass is the class of the object that the func at hand belongs to: in the file of
// the service, outside of classes, the service's, when it has fields.
func (c *checker) objectClass() *Class {
	if c.class == nil && c.file == c.service && !c.core {
		return c.object
	}
	return c.class
}

// takenGlobally is taken for the names outside of funcs.
func (c *checker) takenGlobally(name string) string {
	switch o := c.global(name).(type) {
	case *Const:
		return "a constant" + c.lineIn(o.file, o.Decl.Name)
	case *Func:
		switch {
		case o.Core && !c.core:
			return "a func of the core library"
		case o.Module != nil && c.units[o.File] != c.unit:
			return "a func of the module " + o.Module.Module
		}
		return "a func" + c.lineIn(o.File, o.Decl.Name)
	}
	if prims[name] != nil || name == closeName {
		return "a func of the core library"
	}
	return ""
}

// varKinds names a variable in a message.
var varKinds = [...]string{
	ParamVar: "a parameter", LocalVar: "a variable", LoopVar: "a loop's name",
	ErrorVar: "an error's name", GivemeVar: "a giveme", FieldVar: "a field",
}

func lineOf(id *syntax.Ident) string {
	return " (line " + itoa(id.Pos().Line) + ")"
}

func (c *checker) lineIn(f *syntax.File, id *syntax.Ident) string {
	if f != c.file {
		return " of " + f.Name
	}
	return lineOf(id)
}

// global is the constant or func of this name that the file at hand can see.
func (c *checker) global(name string) Object {
	of := c.ask(name)
	o := of.names[name]
	if o == nil || of == c.own && !c.sees(o) || of == c.lib && !c.core && !c.public[name] {
		return nil
	}
	return o
}

// sees says whether the file at hand sees a global of the program: the funcs of the
// service are its own.
func (c *checker) sees(o Object) bool {
	fn, ok := o.(*Func)
	return !ok || fn.File == c.file || fn.File != c.service
}

// maxGuesses bounds the mistakes that get a guess: each looks at all names.
const maxGuesses = 200

// visible lists all names for a guess.
func (c *checker) visible() []string {
	if len(c.errs) > maxGuesses {
		return nil
	}
	list := []string{closeName, "return", "assert", "while", "match", "break", "skip", "error"}
	for name := range c.scope.vars {
		list = append(list, name)
	}
	for name := range c.givemes {
		list = append(list, name)
	}
	for name := range prims {
		list = append(list, name)
	}
	for name := range c.lib.names {
		if c.core || c.public[name] {
			list = append(list, name)
		}
	}
	if !c.core {
		for name := range c.unit.names {
			list = append(list, name)
		}
		for name, item := range c.uses[c.file] {
			if item.of.names[name] != nil {
				list = append(list, name)
			}
		}
	}
	if c.unsafe() {
		for name := range unsafePrims {
			list = append(list, name)
		}
	}
	return list
}

// usualGivemes is what programs call what they are given, and so what a program means
// that forgot to ask for it.
var usualGivemes = map[string]string{"console": "@Console", "args": "Args"}

// unknown refuses a name that means nothing here. want is the type of its place, nil if
// any will do.
func (c *checker) unknown(name *syntax.Name, want *Type) {
	hint := syntax.HintFor(name.Name)
	if want != nil && want.Kind == EnumKind {
		for _, v := range want.Enum.Values {
			if v.Name == name.Name {
				hint = " (did you mean `." + v.Name + "`?)"
			}
		}
	}
	if class, ok := usualGivemes[name.Name]; ok && !c.core {
		hint = " (it comes by a `giveme`: `" + class + " " + name.Name + "`)"
	}
	if o := c.own.names[name.Name]; o != nil && !c.sees(o) && !c.core {
		hint = " (it is a func of the service, which only " + c.service.Name + " sees)"
	}
	if hint == "" {
		hint = didYouMean(name.Name, c.visible())
	}
	c.errorf(name.Pos(), "no such name: `%s`%s", name.Name, hint)
}

// didYouMean is " (did you mean `x`?)" for the known name nearest to name, or "". All
// names of one letter are near to each other, so there it guesses nothing.
func didYouMean(name string, known []string) string {
	if len(name) > 60 {
		return ""
	}
	slices.Sort(known)
	best, least := "", (len(name)+1)/3
	for _, k := range known {
		if d := distance(name, k, least+1); d <= least && (best == "" || d < least) {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean `" + best + "`?)"
}

// distance is how many letters must be put in, left out, replaced or swapped with the
// next one to turn a into b; at most limit.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	older, row := []int(nil), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], older[j-1]+1)
			}
		}
		older, row = row, next
	}
	return min(row[len(b)], limit)
}
