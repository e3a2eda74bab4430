package ir

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_start.go makes the program's own first instructions, which the loader jumps to
// (docs/startup.md): the run block on the stack, the service object, main, the end.

// What the start function calls in core, and what it must know of it.
const (
	coreRunInit    = "core.run_init"      // run block
	coreArenaInit  = "core.arena_init"    // run block
	coreArenaNew   = "core.arena_new"     // what needs that
	coreStackInit  = "core.stack_init"    // run block, the kernel's stack, stack pointer, bytes to be kept free
	coreArgsMake   = "core.args_make"     // the kernel's stack -> List of string
	coreOptions    = "core.options_parse" // that List, table, service object, command -> what is no option
	coreMainFailed = "core.main_failed"   // command, name of the error; does not return
	coreFinish     = "core.finish"        // W status; does not return
	coreRunSize    = "run_size"           // constant: bytes of the run block
)

// capabilityMakers make what a program is given, from its rights and the kernel's stack. The console is the run
// block itself.
var capabilityMakers = map[string]string{
	"FileSystem": "core.files_make", "Process": "core.process_make", "Network": "core.network_make",
	"Clock": "core.clock_make", "Random": "core.random_make", "Env": "core.env_make",
	"UnrestrictedSystemAccess": "core.system_make",
}

func (l *lowering) startFunc(s *check.Service) *Func {
	f := &Func{Name: "_start", Start: true, NoReturn: true, Pos: l.pos(s.File, s.Main.Decl.Pos())}
	g := l.builderFor(f)
	stack := f.NewParam(L)
	g.value(OpSetArena, None, g.slot(l.runSize()))
	run := g.value(OpArena, L) // shorter to name than the slot
	g.call(coreRunInit, None, run)
	arena := g.call(coreArenaInit, None, run)
	spareAt := g.addr(StackSpare)
	spare := g.fixed(OpLoad64, L, spareAt, 0)
	guard := g.call(coreStackInit, None, run, stack, g.value(OpStack, L), spare)
	object := l.serviceObject(g, s, stack, run)
	if s.Ctor != nil {
		g.call(s.Ctor.Symbol, None, object)
	}
	var args []*Value
	if s.Main.UsesThis {
		args = append(args, object)
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
	l.m.symbolTable().note(f)
	l.lead(f)
	reached := l.m.callGraph().reachedFrom(f)
	out := reached.leadsOut() || l.info.CoreSymbols != nil
	needsArena := out || reached.has(coreArenaNew)
	for _, name := range Routines { // they keep in it what they know of the CPU
		needsArena = needsArena || reached.has(name)
	}
	f.keep(func(v *Value) bool {
		return (v != arena || needsArena) && (v != guard && v != spare && v != spareAt || out || l.isGuarded(reached))
	})
	f.changed()
	l.m.Data = append(l.m.Data, &Data{Name: StackSpare, Bytes: make([]byte, 8), Align: 1})
	return f
}

// serviceObject fills the givemes in, a word each. Those that no func reads stay as
// they are, but options are looked at all the same.
func (l *lowering) serviceObject(g *builder, s *check.Service, stack, run *Value) *Value {
	hasOptions := false
	for _, v := range s.Givemes {
		hasOptions = hasOptions || v.Giveme.Option != nil
	}
	if !s.Main.UsesThis && !hasOptions && s.Ctor == nil {
		return nil
	}
	object := g.slot(int64(s.Size))
	for _, v := range s.Fields {
		if v.Default != nil {
			l.fieldDefault(g, object, v)
		}
	}
	for _, v := range s.Givemes {
		switch {
		case v.Giveme.Option != nil || v.Giveme.Default != nil:
			g.store(OpStore64, object, 8*int64(v.Index), l.optionDefault(g, v))
		case l.givemes[v] && v.Type.Elem == nil:
			g.store(OpStore64, object, 8*int64(v.Index), l.capability(g, v, stack, run))
		}
	}
	var args *Value
	if hasOptions {
		args = g.call(coreArgsMake, L, stack)
		args = g.call(coreOptions, L, args, g.addr(l.optionTable(s)), object, g.addr(l.text(s.Command)))
	}
	for _, v := range s.Givemes {
		if v.Type.Elem != nil && v.Type.Kind == check.ObjectKind && l.givemes[v] {
			if args == nil {
				args = g.call(coreArgsMake, L, stack)
			}
			g.store(OpStore64, object, 8*int64(v.Index), args)
		}
	}
	return object
}

// fieldDefault puts a constant, or none, into a field of the service object.
func (l *lowering) fieldDefault(g *builder, object *Value, v *check.Var) {
	x := g.konst(typeOf(v.Type), 0)
	if k, ok := l.info.Const(v.Default); ok && l.info.Type(v.Default).Kind == check.String {
		x = g.addr(l.text(k.Str))
	} else if ok {
		x = g.konst(typeOf(v.Type), k.Bits)
	}
	(&fn{builder: g, l: l}).storeField(v.Type, object, int64(v.Index), x)
}

func (l *lowering) capability(g *builder, v *check.Var, stack, run *Value) *Value {
	if v.Type.Class.Name == "Console" {
		return run
	}
	return g.call(capabilityMakers[v.Type.Class.Name], L, g.konst(L, int64(v.Rights)), stack)
}

// optionDefault is what an option is when it is not given.
func (l *lowering) optionDefault(g *builder, v *check.Var) *Value {
	if v.Type.Kind == check.String {
		return g.addr(l.text(v.DefaultValue.Str))
	}
	return g.konst(L, v.DefaultValue.Bits)
}

// optionKinds are the numbers of core/options.slunsafe.
var optionKinds = map[check.TypeKind]byte{
	check.Bool: 1, check.Int: 2, check.Long: 3, check.SignedInt: 4, check.SignedLong: 5, check.String: 6, check.MaybeKind: 6,
}

// optionTable says what options there are: for each its kind, whether it must be given,
// its word in the service object, and its name as {u8 length, bytes}; then a kind of 0.
func (l *lowering) optionTable(s *check.Service) string {
	var b []byte
	for _, v := range s.Givemes {
		if v.Giveme.Option == nil {
			continue
		}
		must := byte(0)
		if v.Giveme.Default == nil && v.Type.Kind != check.Bool && v.Type.Kind != check.MaybeKind {
			must = 1
		}
		name := v.Giveme.Option.Value
		b = append(b, optionKinds[v.Type.Kind], must, byte(v.Index), byte(len(name)))
		b = append(b, name...)
	}
	l.m.Data = append(l.m.Data, &Data{Name: "options", Bytes: append(b, 0), Align: 1})
	return "options"
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
				size, _ := l.info.Const(c.Value)
				return size.Bits
			}
		}
	}
	panic("bug: lower: core has no constant " + coreRunSize)
}
