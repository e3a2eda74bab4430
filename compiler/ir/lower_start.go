package ir

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_start.go makes the program's own first instructions, which the loader jumps to
// (docs/startup.md): the run block on the stack, the service object, main, the end.

// What the start function calls in core, and what it must know of it.
const (
	coreRunInit    = "core.run_init"    // run block
	coreArgsMake   = "core.args_make"   // the kernel's stack -> Args
	coreMainFailed = "core.main_failed" // command, name of the error; does not return
	coreFinish     = "core.finish"      // W status; does not return
	coreRunSize    = "run_size"         // constant: bytes of the run block
)

func (l *lowering) startFunc(s *check.Service) *Func {
	f := &Func{Name: "_start", Start: true, NoReturn: true, Pos: l.pos(s.File, s.Main.Decl.Pos())}
	g := newBuilder(f, varType)
	stack := f.NewParam(L)
	g.value(OpSetArena, None, g.slot(l.runSize()))
	run := g.value(OpArena, L) // shorter to name than the slot
	g.call(coreRunInit, None, run)
	var args []*Value
	if s.Main.UsesThis {
		args = append(args, l.serviceObject(g, s, stack, run))
	}
	status := g.call(s.Main.Symbol, typeOf(s.Main.Result), args...)
	if s.Main.Fails != nil {
		l.reportFailure(g, s, status)
	}
	if s.Main.Result.Kind != check.EnumKind {
		status = g.konst(W, 0)
	}
	g.call(coreFinish, None, status)
	g.finish()
	return f
}

// serviceObject fills the givemes in, a word each. Those that no func reads stay as
// they are.
func (l *lowering) serviceObject(g *builder, s *check.Service, stack, run *Value) *Value {
	object := g.slot(8 * int64(len(s.Givemes)))
	for _, v := range s.Givemes {
		if !l.givemes[v] {
			continue
		}
		word := run
		if v.Type.Class == "Args" {
			word = g.call(coreArgsMake, L, stack)
		}
		g.store(OpStore64, object, 8*int64(v.Index), word)
	}
	return object
}

// reportFailure goes on only when main, a func with "or E", did not fail.
func (l *lowering) reportFailure(g *builder, s *check.Service, status *Value) {
	second := g.value(OpResult2, W, status)
	bad, good := g.block(), g.block()
	g.branch(second, bad, good)
	g.start(bad)
	name := l.enumName(g, enumOf(s.Main.Fails), g.errorNumber(second))
	g.call(coreMainFailed, None, g.addr(l.text(s.Command)), name)
	g.end(Stop)
	g.start(good)
}

// runSize is the constant of core that says how large the run block is.
func (l *lowering) runSize() int64 {
	for _, file := range l.info.Files {
		for _, d := range file.Decls {
			if c, ok := d.(*syntax.ConstDecl); ok && file.Kind == syntax.KindUnsafe && c.Name.Name == coreRunSize {
				return l.info.Consts[c.Value].Bits
			}
		}
	}
	panic("bug: lower: core has no constant " + coreRunSize)
}
