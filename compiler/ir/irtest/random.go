package irtest

import (
	"fmt"
	"math/rand/v2"

	"slul/compiler/ir"
)

// random.go makes functions by seed. They are valid, they end, and nothing in them is
// undefined: divisors are made odd, shift counts masked, addresses kept in a slot. They
// may trap. Equal seeds make equal modules.

// TrapSym is the trap symbol of random functions; the module does not hold it.
const TrapSym = "trap.random"

// RandomName is the function to call: of two W and two L, to an L.
const RandomName = "f0"

// maxArgs is more than registers hold, so that some go over the stack.
const maxArgs = 9

// Random makes a module of a few functions that call each other downwards. size is
// about how many values each has.
func Random(seed uint64, size int) *ir.Module {
	r := rand.New(rand.NewPCG(seed, 0x51d1))
	m := &ir.Module{Files: []string{"random.slul"}, Data: []*ir.Data{{Name: "table", Bytes: make([]byte, 64), Align: 8}}}
	for i := range m.Data[0].Bytes {
		m.Data[0].Bytes[i] = byte(r.Uint32())
	}
	n := 1 + r.IntN(3)
	m.Funcs = make([]*ir.Func, n+1)
	m.Funcs[n] = tinyFunc(r)
	for i := n - 1; i >= 0; i-- {
		m.Funcs[i] = randomFunc(r, fmt.Sprintf("f%d", i), m.Funcs[i+1:], size)
	}
	return m
}

// maker makes one function.
type maker struct {
	*rand.Rand
	f     *ir.Func
	b     *ir.Block
	calls []*ir.Func
	w, l  []*ir.Value    // that may be used here
	pairs [][2]*ir.Value // that were compared, and may be used here
	slot  *ir.Value      // 64 bytes, all of them stored to
	left  int            // values still to be made
	line  int32
	depth int
}

func randomFunc(r *rand.Rand, name string, calls []*ir.Func, size int) *ir.Func {
	g := &maker{Rand: r, f: &ir.Func{Name: name, Result: ir.L, TrapSym: TrapSym, Pos: ir.Pos{Line: 1}}, calls: calls, left: size, line: 1}
	g.b = g.f.NewBlock()
	params := []ir.Type{ir.W, ir.W, ir.L, ir.L}
	if name != RandomName {
		params = params[:0]
		for range 1 + r.IntN(maxArgs) {
			params = append(params, ir.Type(1+r.IntN(2)))
		}
		if r.IntN(2) == 0 {
			g.f.Result2 = ir.W
		}
	}
	for _, t := range params {
		g.have(g.f.NewParam(t))
	}
	g.have(g.konst(ir.W, 7))
	g.have(g.konst(ir.L, -3))
	g.slot = g.value(ir.OpSlot, ir.L)
	g.slot.Imm = 64
	g.value(ir.OpFillMem, ir.None, g.slot, g.konst(ir.W, 0), g.konst(ir.L, 64))
	g.statements()
	g.finish()
	return g.f
}

// tinyFunc is small enough to stand in place of its calls.
func tinyFunc(r *rand.Rand) *ir.Func {
	g := &maker{Rand: r, f: &ir.Func{Name: "tiny", Result: ir.L, Result2: ir.W, TrapSym: TrapSym, Pos: ir.Pos{Line: 1}}, line: 2}
	g.b = g.f.NewBlock()
	w, l := g.f.NewParam(ir.W), g.f.NewParam(ir.L)
	sum := g.value(ir.OpAdd, ir.W, w, g.someConst(ir.W))
	if r.IntN(2) == 0 {
		sum.Check, sum.Trap = ir.Signed, ir.TrapOverflow
	}
	g.b.Term, g.b.Ctl, g.b.Ctl2 = ir.Return, g.value(ir.OpMul, ir.L, l, g.value(ir.OpSextW, ir.L, w)), sum
	return g.f
}

// finish returns a number that depends on everything that is still known.
func (g *maker) finish() {
	sum := g.konst(ir.L, 1)
	for _, v := range g.l {
		sum = g.value(ir.OpAdd, ir.L, g.value(ir.OpMul, ir.L, sum, g.konst(ir.L, 31)), v)
	}
	for _, v := range g.w {
		sum = g.value(ir.OpXor, ir.L, g.value(ir.OpMul, ir.L, sum, g.konst(ir.L, 17)), g.value(ir.OpSextW, ir.L, v))
	}
	for i := range int64(8) {
		x := g.value(ir.OpLoad64, ir.L, g.slot)
		x.Imm = 8 * i
		sum = g.value(ir.OpAdd, ir.L, g.value(ir.OpMul, ir.L, sum, g.konst(ir.L, 31)), x)
	}
	g.b.Term, g.b.Ctl = ir.Return, sum
	if g.f.Result2 != ir.None {
		g.b.Ctl2 = g.anyW()
	}
}

func (g *maker) value(op ir.Op, t ir.Type, args ...*ir.Value) *ir.Value {
	v := g.f.NewValue(g.b, op, t, args...)
	v.Pos = ir.Pos{Line: g.line}
	g.left--
	return v
}

func (g *maker) konst(t ir.Type, n int64) *ir.Value {
	v := g.value(ir.OpConst, t)
	v.Imm = narrow(t, n)
	return v
}

func (g *maker) have(v *ir.Value) *ir.Value {
	switch v.Type {
	case ir.W:
		g.w = append(g.w, v)
	case ir.L:
		g.l = append(g.l, v)
	}
	return v
}

// any prefers what was made last.
func (g *maker) any(list []*ir.Value) *ir.Value {
	n := len(list)
	if g.IntN(2) == 0 {
		return list[n-1-g.IntN(min(n, 4))]
	}
	return list[g.IntN(n)]
}

func (g *maker) anyW() *ir.Value { return g.any(g.w) }
func (g *maker) anyL() *ir.Value { return g.any(g.l) }

func (g *maker) anyOf(t ir.Type) *ir.Value {
	if t == ir.W {
		return g.anyW()
	}
	return g.anyL()
}

func (g *maker) anyType() ir.Type { return ir.Type(1 + g.IntN(2)) }

func (g *maker) anyCond() ir.Cond { return ir.Cond(g.IntN(int(ir.UGE) + 1)) }

// someConst is small, near an end of the type, or anything.
func (g *maker) someConst(t ir.Type) *ir.Value {
	var n int64
	switch g.IntN(4) {
	case 0:
		n = int64(g.IntN(20)) - 4
	case 1:
		n = int64(1) << g.IntN(64)
	case 2:
		n = int64(g.Uint64())
	case 3:
		n = 1<<(t.Bits()-1) - int64(g.IntN(3))
	}
	return g.konst(t, n)
}

// statements fills g.b and blocks behind it until the budget is used.
func (g *maker) statements() {
	for g.left > 0 {
		g.line++
		switch k := g.IntN(19); {
		case k < 8:
			g.have(g.arithmetic())
		case k == 8:
			g.memory()
		case k == 9:
			g.trapIf()
		case k == 10:
			g.checked()
		case k == 11:
			g.call()
		case k < 14 && g.depth < 4:
			g.diamond()
		case k == 14 && g.depth < 3:
			[]func(){g.loop, g.testedLoop, g.countedLoop, g.shortLoop, g.shortLoop}[g.IntN(5)]()
		case k == 15:
			g.again()
		case k == 16:
			g.have(g.small())
		case k == 17 && g.IntN(2) == 0:
			g.fixed()
		case k == 17:
			g.index(g.part)
		}
	}
}

func (g *maker) arithmetic() *ir.Value {
	t := g.anyType()
	x, y := g.anyOf(t), g.anyOf(t)
	if g.IntN(3) == 0 {
		y = g.someConst(t)
	}
	switch k := g.IntN(12); k {
	case 0, 1, 2, 3, 4, 5:
		return g.value([]ir.Op{ir.OpAdd, ir.OpSub, ir.OpMul, ir.OpAnd, ir.OpOr, ir.OpXor}[k], t, x, y)
	case 6:
		return g.value([]ir.Op{ir.OpNeg, ir.OpNot, ir.OpSwap}[g.IntN(3)], t, x)
	case 7:
		count := g.value(ir.OpAnd, ir.W, g.anyW(), g.konst(ir.W, int64(t.Bits()-1)))
		if g.IntN(2) == 0 {
			count = g.konst(ir.W, int64(g.IntN(int(t.Bits()))))
		}
		return g.value([]ir.Op{ir.OpShl, ir.OpShr, ir.OpSar, ir.OpRotr}[g.IntN(4)], t, x, count)
	case 8:
		return g.divide(t, x, y)
	case 9:
		v := g.value(ir.OpCmp, ir.W, x, y)
		v.Cond = g.anyCond()
		return v
	case 10:
		return g.value([]ir.Op{ir.OpSextW, ir.OpZextW}[g.IntN(2)], ir.L, g.anyW())
	}
	return g.value(ir.OpTrunc, ir.W, g.anyL())
}

// divide makes the divisor odd, so not 0, and for signed ones positive, so not -1.
func (g *maker) divide(t ir.Type, x, y *ir.Value) *ir.Value {
	op := []ir.Op{ir.OpDiv, ir.OpRem, ir.OpUDiv, ir.OpURem}[g.IntN(4)]
	if y.Op != ir.OpConst || y.Imm == 0 || y.Imm == -1 {
		y = g.value(ir.OpOr, t, g.value(ir.OpAnd, t, y, g.konst(t, 0xff)), g.konst(t, 1))
	}
	return g.value(op, t, x, y)
}

// address is a place in the slot with room for 8 bytes behind it.
func (g *maker) address() *ir.Value {
	i := g.value(ir.OpAnd, ir.L, g.anyL(), g.konst(ir.L, 48))
	return g.value(ir.OpAdd, ir.L, g.slot, i)
}

func (g *maker) memory() {
	at, off := g.address(), int64(g.IntN(9))
	switch k := g.IntN(6); k {
	case 0:
		v := g.value([]ir.Op{ir.OpLoad8, ir.OpLoad16, ir.OpLoad32}[g.IntN(3)], g.anyType(), at)
		v.Imm = off
		g.have(v)
	case 1:
		v := g.value(ir.OpLoad64, ir.L, at)
		v.Imm = off
		g.have(v)
	case 2:
		v := g.value([]ir.Op{ir.OpStore8, ir.OpStore16, ir.OpStore32}[g.IntN(3)], ir.None, at, g.anyOf(g.anyType()))
		v.Imm = off
	case 3:
		v := g.value(ir.OpStore64, ir.None, at, g.anyL())
		v.Imm = off
	case 4:
		from := g.value(ir.OpAddr, ir.L)
		from.Sym = "table"
		from.Imm = int64(g.IntN(40))
		n := g.konst(ir.L, int64(g.IntN(17)))
		if g.IntN(2) == 0 {
			n = g.value(ir.OpAnd, ir.L, g.anyL(), g.konst(ir.L, 15))
		}
		g.value(ir.OpCopyMem, ir.None, at, from, n)
	case 5:
		n := g.value(ir.OpAnd, ir.L, g.anyL(), g.konst(ir.L, 15))
		g.value(ir.OpFillMem, ir.None, at, g.anyW(), n)
	}
}

// part is a number of some bits, at most 31, that says that it is not negative.
func (g *maker) part() *ir.Value {
	bits := 1 + g.IntN(8)
	if g.IntN(8) == 0 {
		bits = 31
	}
	v := g.value(ir.OpAnd, ir.W, g.anyW(), g.konst(ir.W, 1<<bits-1))
	v.Nonneg = true
	return v
}

// index is like i * n + k, checked, with its bounds; sometimes something stands between.
func (g *maker) index(part func() *ir.Value) {
	join := func(op ir.Op, x, y *ir.Value) *ir.Value {
		v := g.value(op, ir.W, x, y)
		v.Check, v.Trap, v.Nonneg = ir.Nonneg, ir.TrapOverflow, true
		return v
	}
	x, y, z := part(), part(), part()
	i := join(ir.OpAdd, join(ir.OpMul, x, y), z)
	if g.IntN(4) == 0 {
		g.memory()
	}
	if g.IntN(3) > 0 {
		bounds := g.value(ir.OpTrapIf, ir.None, i, g.konst(ir.W, 1<<(6+g.IntN(25))))
		bounds.Cond, bounds.Trap = ir.UGE, ir.TrapBounds
	}
	g.have(i)
	wide := g.value(ir.OpZextW, ir.L, i)
	wide.Nonneg = true
	g.have(wide)
}

// small is a number of a few bits, which says that it is not negative.
func (g *maker) small() *ir.Value {
	t := g.anyType()
	v := g.value(ir.OpAnd, t, g.anyOf(t), g.konst(t, 1<<(1+g.IntN(12))-1))
	v.Nonneg = true
	return v
}

// fixed reads a constant.
func (g *maker) fixed() {
	at := g.value(ir.OpAddr, ir.L)
	at.Sym = "table"
	i := g.value(ir.OpAdd, ir.L, at, g.value(ir.OpAnd, ir.L, g.anyL(), g.konst(ir.L, 40)))
	v := g.value([]ir.Op{ir.OpLoad8, ir.OpLoad16, ir.OpLoad32}[g.IntN(3)], g.anyType(), i)
	v.Imm, v.Fixed = int64(g.IntN(9)), true
	g.have(v)
}

// again compares what was compared before, or values made from it: there is something
// to be proved.
func (g *maker) again() {
	if len(g.pairs) == 0 {
		return
	}
	p := g.pairs[g.IntN(len(g.pairs))]
	x, y := p[0], p[1]
	switch g.IntN(5) {
	case 0:
		x, y = y, x
	case 1:
		x = g.value(ir.OpAdd, x.Type, x, g.konst(x.Type, int64(g.IntN(5)-2)))
	case 2:
		y = g.someConst(x.Type)
	}
	if g.IntN(8) == 0 {
		v := g.value(ir.OpTrapIf, ir.None, x, y)
		v.Cond, v.Trap = g.anyCond(), ir.TrapRange
		return
	}
	v := g.value(ir.OpCmp, ir.W, x, y)
	v.Cond = g.anyCond()
	g.have(v)
}

// trapIf seldom traps: one side is a constant that few values meet.
func (g *maker) trapIf() {
	t := g.anyType()
	v := g.value(ir.OpTrapIf, ir.None, g.anyOf(t), g.someConst(t))
	v.Cond = ir.EQ
	if g.IntN(10) == 0 {
		v.Cond = g.anyCond()
	}
	v.Trap = ir.Trap(1 + g.IntN(int(ir.TrapMemory)))
}

func (g *maker) checked() {
	t := g.anyType()
	x, y := g.anyOf(t), g.anyOf(t)
	check := ir.Check(1 + g.IntN(2))
	op := []ir.Op{ir.OpAdd, ir.OpSub, ir.OpMul, ir.OpNeg}[g.IntN(4)]
	if check == ir.Nonneg {
		if op == ir.OpNeg {
			op = ir.OpAdd
		}
		small := g.konst(t, 0xfff)
		x = g.value(ir.OpAnd, t, x, g.konst(t, 1<<(t.Bits()-1)-1))
		y = g.value(ir.OpAnd, t, y, small)
		if op == ir.OpMul && g.IntN(4) > 0 {
			x = g.value(ir.OpShr, t, x, g.konst(ir.W, 12))
		}
		if op == ir.OpSub && g.IntN(4) > 0 {
			x = g.value(ir.OpOr, t, x, small)
		}
		if op == ir.OpAdd && g.IntN(2) > 0 {
			x = g.value(ir.OpShr, t, x, g.konst(ir.W, 1))
		}
	}
	if op == ir.OpMul && check == ir.Signed {
		x = g.value(ir.OpSar, t, x, g.konst(ir.W, int64(t.Bits()-8)))
	}
	args := []*ir.Value{x, y}
	if op == ir.OpNeg {
		args = args[:1]
	}
	v := g.value(op, t, args...)
	v.Check, v.Trap = check, ir.TrapOverflow
	g.have(v)
}

func (g *maker) call() {
	if len(g.calls) == 0 {
		return
	}
	to := g.calls[g.IntN(len(g.calls))]
	var args []*ir.Value
	for _, p := range to.Params {
		args = append(args, g.anyOf(p.Type))
	}
	v := g.value(ir.OpCall, to.Result, args...)
	v.Sym = to.Name
	if to.Result2 != ir.None && g.IntN(4) > 0 {
		g.have(g.value(ir.OpResult2, ir.W, v))
	}
	g.have(v)
}

// scope runs do in a new block; what it makes is not known behind it.
func (g *maker) scope(b *ir.Block, budget int, do func()) (w, l *ir.Value) {
	nw, nl, np, left := len(g.w), len(g.l), len(g.pairs), g.left
	g.b, g.left = b, min(budget, left)
	g.depth++
	do()
	g.depth--
	w, l = g.anyW(), g.anyL()
	g.left = left - budget
	g.w, g.l, g.pairs = g.w[:nw:nw], g.l[:nl:nl], g.pairs[:np:np]
	return w, l
}

func (g *maker) condition() *ir.Value {
	if g.IntN(4) == 0 {
		return g.anyW()
	}
	t := g.anyType()
	v := g.value(ir.OpCmp, ir.W, g.anyOf(t), g.anyOf(t))
	if g.IntN(2) == 0 {
		v.Args[1] = g.someConst(t)
		g.b.Values[len(g.b.Values)-1], g.b.Values[len(g.b.Values)-2] = v, v.Args[1]
	}
	v.Cond = g.anyCond()
	g.pairs = append(g.pairs, [2]*ir.Value{v.Args[0], v.Args[1]})
	return v
}

// diamond is if and else, or with an edge straight to the end if alone.
func (g *maker) diamond() {
	c := g.condition()
	top := g.b
	top.Term, top.Ctl = ir.Branch, c
	yes := g.f.NewBlock()
	top.AddEdge(yes)
	w1, l1 := g.scope(yes, 4+g.IntN(12), g.statements)
	yesEnd := g.b
	w2, l2, noEnd := g.w[0], g.l[0], top
	if g.IntN(2) == 0 {
		no := g.f.NewBlock()
		top.AddEdge(no)
		w2, l2 = g.scope(no, 4+g.IntN(12), g.statements)
		noEnd = g.b
		noEnd.Term = ir.Jump
	}
	end := g.f.NewBlock()
	yesEnd.Term = ir.Jump
	yesEnd.AddEdge(end)
	noEnd.AddEdge(end)
	g.b = end
	pw := g.value(ir.OpPhi, ir.W, w1, w2)
	pl := g.value(ir.OpPhi, ir.L, l1, l2)
	g.have(pw)
	g.have(pl)
}

// loop counts down from a few turns; two more variables go around and may change places.
func (g *maker) loop() {
	start, w0, l0, l1 := g.konst(ir.W, int64(1+g.IntN(4))), g.anyW(), g.anyL(), g.anyL()
	before := g.b
	before.Term = ir.Jump
	head := g.f.NewBlock()
	before.AddEdge(head)
	g.b = head
	count := g.value(ir.OpPhi, ir.W, start)
	pw := g.value(ir.OpPhi, ir.W, w0)
	pl := g.value(ir.OpPhi, ir.L, l0)
	pm := g.value(ir.OpPhi, ir.L, l1)
	for _, v := range []*ir.Value{pw, pl, pm} {
		g.have(v)
	}
	var next *ir.Value
	var again *ir.Value
	w, l := g.scope(head, 6+g.IntN(16), func() {
		g.statements()
		next = g.value(ir.OpSub, ir.W, count, g.konst(ir.W, 1))
		again = g.value(ir.OpCmp, ir.W, next, g.konst(ir.W, 0))
		again.Cond = ir.NE
	})
	bottom, exit := g.b, g.f.NewBlock()
	// w and l may have been made before the counting: all of them reach the bottom
	bottom.Term, bottom.Ctl = ir.Branch, again
	bottom.AddEdge(head)
	bottom.AddEdge(exit)
	count.Args = append(count.Args, next)
	pw.Args = append(pw.Args, w)
	if g.IntN(2) == 0 {
		pl.Args, pm.Args = append(pl.Args, pm), append(pm.Args, pl)
	} else {
		pl.Args, pm.Args = append(pl.Args, l), append(pm.Args, pl)
	}
	g.b = exit
	g.have(w)
	g.have(l)
}

// testedLoop counts down as well, and is tested before each turn. What its head computes is
// there in the body and behind the loop.
func (g *maker) testedLoop() {
	start, w0, l0 := g.konst(ir.W, int64(g.IntN(4))), g.anyW(), g.anyL()
	before := g.b
	before.Term = ir.Jump
	head, body, exit := g.f.NewBlock(), g.f.NewBlock(), g.f.NewBlock()
	before.AddEdge(head)
	g.b = head
	count := g.value(ir.OpPhi, ir.W, start)
	pw := g.value(ir.OpPhi, ir.W, w0)
	pl := g.value(ir.OpPhi, ir.L, l0)
	g.have(pw)
	g.have(pl)
	g.have(g.value(ir.OpXor, ir.W, pw, w0))
	again := g.value(ir.OpCmp, ir.W, count, g.konst(ir.W, 0))
	again.Cond = ir.NE
	head.Term, head.Ctl = ir.Branch, again
	head.AddEdge(body)
	head.AddEdge(exit)
	var next *ir.Value
	w, l := g.scope(body, 6+g.IntN(16), func() {
		same := g.value(ir.OpMul, ir.W, w0, w0) // on every turn
		if g.IntN(4) == 0 {
			same.Check, same.Trap = ir.Signed, ir.TrapOverflow
		}
		g.have(same)
		g.statements()
		next = g.value(ir.OpSub, ir.W, count, g.konst(ir.W, 1))
	})
	bottom := g.b
	bottom.Term = ir.Jump
	bottom.AddEdge(head)
	count.Args = append(count.Args, next)
	pw.Args = append(pw.Args, w)
	pl.Args = append(pl.Args, l)
	g.b = exit
}

// countedLoop counts up to a few, and computes indexes of its number and others that are
// the same on every turn.
func (g *maker) countedLoop() {
	from, limit := g.konst(ir.W, int64(g.IntN(2))), g.value(ir.OpAnd, ir.W, g.anyW(), g.konst(ir.W, 7))
	limit.Nonneg = true
	same := []*ir.Value{g.part(), g.part()}
	var places []*ir.Value // numbers up to 3 and 7
	for _, mask := range []int64{3, 7} {
		v := g.value(ir.OpAnd, ir.W, g.anyW(), g.konst(ir.W, mask))
		v.Nonneg = true
		places = append(places, v)
	}
	w0 := g.anyW()
	before := g.b
	before.Term = ir.Jump
	head, exit := g.f.NewBlock(), g.f.NewBlock()
	before.AddEdge(head)
	var i, pw, next, again *ir.Value
	w, _ := g.scope(head, 1, func() {
		i, pw = g.value(ir.OpPhi, ir.W, from), g.value(ir.OpPhi, ir.W, w0)
		i.Nonneg = true
		g.have(pw)
		for range 1 + g.IntN(3) {
			g.index(func() *ir.Value {
				if g.IntN(2) == 0 {
					return i
				}
				return same[g.IntN(2)]
			})
			if g.IntN(4) == 0 {
				g.memory()
			}
			if g.IntN(2) == 0 {
				g.element(i, places)
			}
		}
		if g.IntN(2) == 0 { // a sum whose first part is known last
			op := []ir.Op{ir.OpAdd, ir.OpXor, ir.OpAnd, ir.OpOr}[g.IntN(4)]
			sum := g.value(op, ir.W, g.value(op, ir.W, pw, i), g.anyW())
			g.have(g.value(op, ir.W, sum, g.anyW()))
		}
		next = g.value(ir.OpAdd, ir.W, i, g.konst(ir.W, 1))
		next.Nonneg = true
		again = g.value(ir.OpCmp, ir.W, next, limit)
		again.Cond = ir.ULT
	})
	head.Term, head.Ctl = ir.Branch, again
	head.AddEdge(head)
	head.AddEdge(exit)
	i.Args = append(i.Args, next)
	pw.Args = append(pw.Args, w)
	g.b = exit
	g.have(w)
}

// shortLoop counts up to a constant and is tested before each turn; half of the time it may
// be left in the middle of one. What it has made last goes around, and is there behind it.
func (g *maker) shortLoop() {
	from := int64(g.IntN(3))
	start, w0, l0 := g.konst(ir.W, from), g.anyW(), g.anyL()
	limit := g.konst(ir.W, from+int64(g.IntN(5)))
	before := g.b
	before.Term = ir.Jump
	head, body, exit := g.f.NewBlock(), g.f.NewBlock(), g.f.NewBlock()
	before.AddEdge(head)
	g.b = head
	i := g.value(ir.OpPhi, ir.W, start)
	pw := g.value(ir.OpPhi, ir.W, w0)
	pl := g.value(ir.OpPhi, ir.L, l0)
	i.Nonneg = true
	for _, v := range []*ir.Value{i, pw, pl} {
		g.have(v)
	}
	again := g.value(ir.OpCmp, ir.W, i, limit)
	again.Cond = ir.ULT
	head.Term, head.Ctl = ir.Branch, again
	head.AddEdge(body)
	head.AddEdge(exit)
	var next *ir.Value
	w, l := g.scope(body, 4+g.IntN(8), func() {
		if g.IntN(2) == 0 {
			leave := g.condition()
			rest := g.f.NewBlock()
			g.b.Term, g.b.Ctl = ir.Branch, leave
			g.b.AddEdge(exit)
			g.b.AddEdge(rest)
			g.b = rest
		}
		for range 1 + g.IntN(4) {
			g.have(g.arithmetic())
		}
		g.memory()
		next = g.value(ir.OpAdd, ir.W, i, g.konst(ir.W, 1))
		next.Nonneg = true
	})
	bottom := g.b
	bottom.Term = ir.Jump
	bottom.AddEdge(head)
	i.Args, pw.Args, pl.Args = append(i.Args, next), append(pw.Args, w), append(pl.Args, l)
	g.b = exit
}

// element reads or writes an element of the slot. Its number is made of that of a loop, at most 7,
// and of those of places, without checks, for none of it is too large.
func (g *maker) element(i *ir.Value, places []*ir.Value) {
	join := func(op ir.Op, x, y *ir.Value) *ir.Value {
		v := g.value(op, ir.W, x, y)
		v.Nonneg = true
		return v
	}
	at := i
	if g.IntN(2) == 0 {
		at = join(ir.OpMul, at, places[0])
	}
	at = join(ir.OpAdd, at, places[1])
	if g.IntN(4) == 0 {
		at = join(ir.OpAdd, join(ir.OpAdd, at, g.konst(ir.W, 3)), g.konst(ir.W, -2))
	}
	place := g.value(ir.OpZextW, ir.L, at)
	if g.IntN(2) == 0 {
		place = g.value(ir.OpShl, ir.L, place, g.konst(ir.W, 1))
	}
	place = g.value(ir.OpAdd, ir.L, g.slot, place)
	if g.IntN(2) == 0 {
		v := g.value([]ir.Op{ir.OpStore8, ir.OpStore16, ir.OpStore32}[g.IntN(3)], ir.None, place, g.anyW())
		v.Imm = int64(g.IntN(3))
		return
	}
	v := g.value([]ir.Op{ir.OpLoad8, ir.OpLoad16, ir.OpLoad32}[g.IntN(3)], ir.W, place)
	v.Imm = int64(g.IntN(3))
	g.have(v)
}
