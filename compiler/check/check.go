// Check: the one way in, and the stages behind it.

package check

import (
	"fmt"
	"slices"
	"strconv"

	"slul/compiler/slab"
	"slul/compiler/syntax"
)

// checker is the state of one Check.
type checker struct {
	info *Info
	errs syntax.Errors

	lib     *unit                  // the core library
	own     *unit                  // the module that is compiled
	units   map[*syntax.File]*unit // whose file it is
	files   []*syntax.File         // all, with those of interfaces
	uses    map[*syntax.File]map[string]*used
	order   []*Class            // of all units, core's first, each in source order
	types   map[typeParts]*Type // those made of others
	small   [256]*constant      // the numbers up to there, once they were met
	public  map[string]bool     // the consts and funcs of core that others see
	foreign []*Func             // of other modules: there is no body
	givemes map[string]*Var     // of the service, while its file is checked
	options map[string]*Var     // those of them with `param`, by option

	service *syntax.File // the file with the service; nil without one
	object  *Class       // what its own funcs see of the service object: its fields; nil without any

	place
	vars  []*Var // all that the func at hand declares
	names scopes // what scope is in a func; its memory serves the next one

	complete map[*syntax.MatchStmt]bool // covers all values

	// memory of what there are many of
	varMemory  slab.Of[Var]
	callMemory slab.Of[Call]
	varLists   slab.Of[*Var]
	exprLists  slab.Of[syntax.Expr]
	orders     slab.Of[int]
}

// place is what is at hand.
type place struct {
	// of the file
	file *syntax.File
	unit *unit
	core bool

	// of the func
	fn         *Func  // nil outside of funcs
	class      *Class // that it belongs to; nil: the service's or the module's
	scope      *scopes
	loops      int
	arenas     int           // that are open
	notNone    map[*Var]bool // narrowed
	mayFail    syntax.Expr   // the one call that may fail here, because its place handles that
	asArgument syntax.Expr   // an argument, until it is looked at
	receiver   syntax.Expr   // what stands before a member's dot, until it is looked at
}

// Check gives the program and its core library their meaning. core is the files of
// package core, parsed; program is the files of one module.
//
// The list has all mistakes, sorted; with an empty one Info is complete, but for funcs of
// core that nothing of the program leads to: Info.Need. Info.Warnings says what is allowed
// but hardly meant.
func Check(core, program []*syntax.File) (*Info, syntax.Errors) {
	return CheckModule(core, program, Modules{})
}

// CheckModule is Check for a program or library that uses other modules.
func CheckModule(core, program []*syntax.File, m Modules) (*Info, syntax.Errors) {
	c := newChecker(append(append([]*syntax.File(nil), core...), program...))
	c.info.checker = c
	c.info.CoreFiles = len(core)
	c.info.Modules = m
	c.addUnits(core, program, m)
	c.info.beside = newBeside(c.files)
	c.findService(program)

	// declarations: from here on every global name is known
	for _, f := range c.files {
		c.enter(f, c.units[f] == c.lib)
		c.collect()
	}
	for _, f := range c.files {
		c.enter(f, c.units[f] == c.lib)
		c.resolveUses()
	}
	// signatures and constants: from here on every global name has a type
	for _, class := range c.order {
		c.enter(class.file, class.Core)
		c.layout(class)
	}
	c.info.Classes = c.order
	for _, o := range append(slices.Clone(c.info.Funcs), c.foreign...) {
		if !o.Core || len(program) == 0 {
			c.signed(o)
		}
	}
	c.constants()
	switch {
	case m.Own != nil:
		c.library()
	case len(program) > 0:
		c.serviceDecl(program)
	}

	// bodies; of core those that the program's lead to
	var bodies []*Func
	for _, fn := range c.info.Funcs {
		if !fn.Core || len(program) == 0 {
			bodies = append(bodies, fn)
		}
	}
	bodies = c.bodies(bodies)
	c.spreadThis(bodies)
	c.flow(bodies)
	c.unusedGlobals()
	c.ctors()
	c.owned()
	c.needs()

	c.errs.Sort()
	c.info.Warnings.Sort()
	return c.info, c.errs
}

func newChecker(files []*syntax.File) *checker {
	return &checker{
		info: &Info{
			Files: files, CopyOut: make(map[*syntax.Copy]int), Labels: make(map[*syntax.Label]Label),
		},
		units: make(map[*syntax.File]*unit), uses: make(map[*syntax.File]map[string]*used),
		types: make(map[typeParts]*Type), public: make(map[string]bool),
		givemes: make(map[string]*Var), options: make(map[string]*Var),
		complete: make(map[*syntax.MatchStmt]bool),
		names:    scopes{vars: make(map[string]*Var)},
	}
}

// bodies checks bodies and those of core that they lead to, and gives all that it has checked.
func (c *checker) bodies(work []*Func) (done []*Func) {
	for len(work) > 0 {
		fn := work[0]
		work = work[1:]
		if fn.looked {
			continue
		}
		fn.looked = true
		done = append(done, fn)
		c.signed(fn)
		c.enter(fn.File, fn.Core)
		c.body(fn)
		for _, call := range fn.calls {
			if call.Func != nil && call.Func.Core && !call.Func.looked {
				work = append(work, call.Func)
			}
		}
	}
	return done
}

// Need gives a func of core, which code is generated for, the facts of its body; those of the
// program have theirs.
func (info *Info) Need(fn *Func) {
	c := info.checker
	if fn.looked {
		return
	}
	added := c.bodies([]*Func{fn})
	for _, fn := range added {
		c.passThis(fn.calls)
	}
	c.flow(added)
	if len(c.errs) > 0 {
		panic("bug: check: core: " + c.errs.Error())
	}
}

// newVar and newCall make what there are many of.
func (c *checker) newVar(v Var) *Var {
	made := c.varMemory.One()
	*made = v
	return made
}

func (c *checker) newCall(call Call) *Call {
	made := c.callMemory.One()
	*made = call
	return made
}

// enter makes f the file at hand, outside of its funcs.
func (c *checker) enter(f *syntax.File, core bool) {
	c.place = place{file: f, unit: c.units[f], core: core, scope: &noScope}
}

// aside looks at something in f, and goes on where it was.
func (c *checker) aside(f *syntax.File, look func()) {
	defer func(p place) { c.place = p }(c.place)
	c.enter(f, c.units[f] == c.lib)
	look()
}

// unsafe says whether the file at hand may use UNSAFE_ words.
func (c *checker) unsafe() bool {
	own := c.info.Modules.Own
	return c.file.Kind == syntax.KindUnsafe && (c.core || own != nil && own.Unsafe)
}

func (c *checker) errorf(pos syntax.Pos, format string, args ...any) {
	c.errs.Add(c.file, pos, format, args...)
}

// warnf notes what is allowed but hardly meant. The core library is not the business
// of those who use it.
func (c *checker) warnf(f *syntax.File, pos syntax.Pos, format string, args ...any) {
	c.info.Warnings.Add(f, pos, syntax.Warning+format, args...)
}

// refuse is errorf for places that need a type to go on with.
func (c *checker) refuse(pos syntax.Pos, format string, args ...any) *Type {
	c.errorf(pos, format, args...)
	return InvalidType
}

// later refuses what the language has and this version of the compiler has not. what
// ends in a verb.
func (c *checker) later(pos syntax.Pos, what string, args ...any) *Type {
	return c.refuse(pos, "%s not in this version of the compiler", fmt.Sprintf(what, args...))
}

func itoa(n int32) string { return strconv.Itoa(int(n)) }

// spreadThis finds the funcs that need the service object: those that use a giveme, and
// those that call one of them; then it marks the calls that pass it on. list is those whose
// bodies were looked at.
func (c *checker) spreadThis(list []*Func) {
	var work []*Func
	for _, fn := range list {
		if fn.touches {
			fn.UsesThis = true
			if fn.Class == nil {
				work = append(work, fn)
			}
		}
	}
	if len(work) > 0 {
		noteCallers(list)
	}
	for len(work) > 0 {
		fn := work[len(work)-1]
		work = work[:len(work)-1]
		for _, caller := range fn.callers {
			if caller.Class == nil && !caller.UsesThis {
				caller.UsesThis = true
				work = append(work, caller)
			}
		}
	}
	for _, fn := range list {
		for _, call := range fn.calls {
			if call.Func != nil && call.Func.Class == nil && fn.Class != nil && fn.Class != c.object && call.Func.UsesThis {
				c.errs.Add(fn.File, call.pos, "`%s` uses what the service is given: a func of %s cannot call it", call.Func.Name, fn.Class.Name)
			}
		}
		c.passThis(fn.calls)
	}
}

// noteCallers notes who calls the funcs that belong to no class.
func noteCallers(list []*Func) {
	for _, fn := range list {
		for _, call := range fn.calls {
			if of := call.Func; of != nil && of.Class == nil {
				of.callers = append(of.callers, fn)
			}
		}
	}
}

// passThis marks the calls that pass the service object, or that of a class, on.
func (c *checker) passThis(list []*Call) {
	for _, call := range list {
		call.This = call.Func != nil && call.Func.UsesThis && call.Recv == nil && call.Prim == PrimNone
	}
}
