package ir

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_call.go lowers calls of funcs and of what the compiler itself knows.

// callExpr is a call that cannot fail.
func (g *fn) callExpr(e syntax.Expr, c *check.Call) *Value {
	switch {
	case c.Prim == check.PrimNew:
		return g.newObject(e, c)
	case c.Func == nil:
		return g.prim(e, c)
	}
	return g.callFunc(e, c)
}

// failingCall is a call of a func with "or E": its result and its second result word.
func (g *fn) failingCall(e syntax.Expr) (v, second *Value) {
	e = unparen(e)
	c := g.l.info.Call(e)
	if c == nil || c.Fails == nil {
		panic("bug: lower: a call that cannot fail")
	}
	if c.Prim == check.PrimStreamPrint {
		return g.streamPrint(e, c)
	}
	return g.callBoth(e, c)
}

func (g *fn) callFunc(e syntax.Expr, c *check.Call) *Value {
	v, _ := g.callBoth(e, c)
	return v
}

// callBoth evaluates the object and the arguments in their order and calls. second is
// nil where nobody asks for it.
func (g *fn) callBoth(e syntax.Expr, c *check.Call) (v, second *Value) {
	list := g.list(len(c.Args) + 1)
	args := list[1:]
	switch {
	case c.This:
		list[0] = g.this
	case c.Func.Class != nil:
		list[0] = g.expr(c.Recv)
	default:
		list = args
	}
	g.evaluate(c, args)
	for i, p := range c.Func.Params {
		args[i] = g.inRange(c.Args[i], args[i], p)
		if isErased(p.Type) {
			args[i] = g.toWord(args[i], g.typeAfter(c.Args[i]))
		}
	}
	g.at(e.Pos())
	symbol := c.Func.Symbol
	if e == g.spent {
		symbol = coreMapSetSpent
	}
	v = g.call(symbol, typeOf(c.Func.Result))
	v.Args, v.Nonneg = list, isNonneg(c.Func.Result)
	if c.Func.Fails != nil || c.Result.IsPair() {
		second = g.value(OpResult2, W, v)
	}
	if c.Func.Traps {
		g.trapOn(second)
	}
	if isErased(c.Func.Result) {
		v = g.fromWord(v, c.Result)
	}
	return v, second
}

// trapOn stops the program, at the place of the call, when a func of core says so: the
// second word is 0 or the kind of trap.
func (g *fn) trapOn(second *Value) {
	bad, good := g.block(), g.block()
	g.branch(second, bad, good)
	g.start(bad)
	g.call(g.f.TrapSym, None, g.wrap(OpOr, second, g.konst(W, int64(g.pos.Line)<<4)))
	g.end(Stop)
	g.start(good)
}

// args evaluates the arguments, and gives them in the order of parameters.
func (g *fn) args(c *check.Call) []*Value {
	args := g.list(len(c.Args))
	g.evaluate(c, args)
	return args
}

// evaluate evaluates the arguments in the order in which they are written.
func (g *fn) evaluate(c *check.Call, args []*Value) {
	for _, i := range c.Eval {
		args[i] = g.expr(c.Args[i])
	}
	for i, a := range c.Args {
		if args[i] == nil {
			args[i] = g.expr(a)
		}
	}
}

// prim is a call of what every program may use.
func (g *fn) prim(e syntax.Expr, c *check.Call) *Value {
	switch c.Prim {
	case check.PrimPrint, check.PrimWrite, check.PrimError:
		g.output(e, c)
		return nil
	case check.PrimFormat:
		return g.formatText(e, c)
	case check.PrimPushFormat:
		g.pushFormat(e, c)
		return nil
	case check.PrimArray:
		return g.newArray(e, c)
	case check.PrimStringLength, check.PrimArrayLength:
		return g.length(g.expr(c.Recv))
	case check.PrimConvert:
		x := g.expr(c.Args[0])
		g.at(e.Pos())
		return g.convert(x, g.typeAfter(c.Args[0]), c.Result)
	case check.PrimLowByte:
		return g.wrap(OpAnd, g.low32(g.expr(c.Args[0])), g.konst(W, 255))
	case check.PrimLow32:
		return g.low32(g.expr(c.Args[0]))
	case check.PrimMin, check.PrimMax:
		args := g.args(c)
		return g.choose(c, args[0], args[1])
	case check.PrimAbs:
		return g.abs(e, c)
	}
	return g.unsafePrim(e, c)
}

// choose is min or max.
func (g *fn) choose(c *check.Call, x, y *Value) *Value {
	first := syntax.OpLt
	if c.Prim == check.PrimMax {
		first = syntax.OpGt
	}
	other, end := g.block(), g.block()
	g.branch(g.cmp(condOf(first, c.Result), x, y), end, other)
	g.start(other)
	g.jump(end)
	v := g.joined(end, x, y)
	v.Nonneg = isNonneg(c.Result)
	return v
}

func (g *fn) abs(e syntax.Expr, c *check.Call) *Value {
	x := g.expr(c.Args[0])
	if !isSigned(c.Result) {
		return x
	}
	below, end := g.block(), g.block()
	g.branch(g.cmp(SGE, x, g.konst(x.Type, 0)), end, below)
	g.start(below)
	g.at(e.Pos())
	y := g.checked(Signed, OpNeg, x)
	g.jump(end)
	return g.joined(end, x, y)
}

// ---- .slunsafe ----

// memOps are the loads and stores of .slunsafe files.
var memOps = map[check.Prim]Op{
	check.PrimLoad8: OpLoad8, check.PrimLoad16: OpLoad16, check.PrimLoad32: OpLoad32, check.PrimLoad64: OpLoad64,
	check.PrimStore8: OpStore8, check.PrimStore16: OpStore16, check.PrimStore32: OpStore32, check.PrimStore64: OpStore64, check.PrimSetWord: OpStore64,
}

// Routines are the symbols of what a code generator has to provide: functions on blocks of
// memory, with the arguments and the result of their primitives (W for a byte).
var Routines = map[check.Prim]string{
	check.PrimMove: "mem.move", check.PrimSet: "mem.set", check.PrimSame: "mem.same", check.PrimSeek: "mem.seek",
}

// primSets is where they go; those that are not listed, anywhere.
var primSets = map[check.Prim]MemSet{
	check.PrimLoad8: MemByte, check.PrimStore8: MemByte, check.PrimSetWord: elementSet(8),
}

// unsafePrim is one of the primitives of .slunsafe files, where numbers are L.
func (g *fn) unsafePrim(e syntax.Expr, c *check.Call) *Value {
	args := g.args(c)
	g.at(e.Pos())
	switch c.Prim {
	case check.PrimLoad8, check.PrimLoad16, check.PrimLoad32, check.PrimLoad64:
		v := g.load(memOps[c.Prim], L, args[0], 0)
		v.Mem = primSets[c.Prim]
		return v
	case check.PrimStore8, check.PrimStore16, check.PrimStore32, check.PrimStore64, check.PrimSetWord:
		g.store(memOps[c.Prim], args[0], 0, args[1]).Mem = primSets[c.Prim]
		return nil
	case check.PrimCopy:
		g.value(OpCopyMem, None, args...)
		return nil
	case check.PrimMove, check.PrimSame:
		return g.call(Routines[c.Prim], typeOf(c.Result), args...)
	case check.PrimSet:
		return g.call(Routines[c.Prim], None, args[0], g.low32(args[1]), args[2])
	case check.PrimSeek:
		return g.call(Routines[c.Prim], L, args[0], args[1], g.low32(args[2]))
	case check.PrimFill:
		g.value(OpFillMem, None, args[0], g.low32(args[1]), args[2])
		return nil
	case check.PrimSyscall:
		return g.value(OpSyscall, L, args...)
	case check.PrimCall:
		return g.value(OpCallAt, L, args...)
	case check.PrimAddrOf, check.PrimRef, check.PrimLong:
		return args[0]
	case check.PrimSinks:
		if g.l.info.Sinks || !g.l.isAlone() {
			return g.konst(W, 1)
		}
		return g.konst(W, 0)
	case check.PrimInt:
		v := g.low32(args[0])
		v.Nonneg = true
		return v
	case check.PrimRotr32:
		return g.wrap(OpRotr, args[0], g.low32(args[1]))
	case check.PrimSwap32:
		return g.value(OpZextW, L, g.wrap(OpSwap, g.low32(args[0])))
	case check.PrimSwap64:
		return g.wrap(OpSwap, args[0])
	case check.PrimArena:
		return g.value(OpArena, L)
	case check.PrimSetArena:
		g.value(OpSetArena, None, args[0])
		return nil
	case check.PrimTrap:
		g.trapNow(e, args[0])
		return nil
	}
	g.l.fail(g.file, e, "this primitive is not in this version of the compiler")
	return g.konst(L, 0)
}

// trapNow is UNSAFE_trap: what a check that fails does, without a check.
func (g *fn) trapNow(e syntax.Expr, code *Value) {
	if code.Op != OpConst {
		g.l.fail(g.file, e, "UNSAFE_trap needs a constant")
	}
	g.call(g.f.TrapSym, None, g.konst(W, int64(g.pos.Line)<<4|code.Imm))
	g.end(Stop)
}
