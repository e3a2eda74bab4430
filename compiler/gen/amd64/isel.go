package amd64

import (
	"math"
	"slices"
	"sync"

	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// isel.go selects instructions. Blocks are walked backwards, and blocks after those that
// they dominate, so that at each value it is known whether anybody needs it in a
// register: operations that have been folded into their users just disappear.

type selector struct {
	f      *ir.Func
	m      *mach.Func
	facts  facts
	blocks []*mach.Block // by IR block ID
	into   [][2]int32    // by IR block ID: its places among the predecessors of its successors
	order  []*ir.Block   // as postorder gives them
	stack  []*ir.Block
	next   []int32 // by block ID: how many of its successors postorder has been to, plus 1

	block  *ir.Block
	now    int32          // effects before the value that is selected, as fact.ahead
	pos    ir.Pos         // of that value
	out    []*mach.Inst   // of the block, last instruction first
	held   []*mach.Inst   // out, while the copies on an edge are made
	before []*mach.Inst   // what the operands of the coming instructions need, in order
	args   []mach.Operand // of the instruction that is made
	list   []*mach.Inst   // those that are emitted together
}

// selectors are used again: their lists grow to what the largest functions need.
var selectors = sync.Pool{New: func() any { return new(selector) }}

// grown gives a list of n values that are what they were, in the memory of an old one where that is
// enough.
func grown[T any](old []T, n int) []T {
	if cap(old) < n {
		return make([]T, n, n+n/4)
	}
	return old[:n]
}

// isel gives f in machine form, with virtual registers.
func isel(f *ir.Func, cpu *mach.CPU) *mach.Func {
	s := selectors.Get().(*selector)
	s.f, s.m = f, mach.NewFunc(f.Name, cpu)
	s.facts.find(f)
	s.blocks, s.into = grown(s.blocks, f.NumBlockIDs()), grown(s.into, f.NumBlockIDs())
	for _, b := range f.Blocks {
		m := s.m.NewBlock()
		m.Cold = b.Cold
		s.blocks[b.ID] = m
		for _, v := range b.Values {
			if v.Op == ir.OpSlot {
				s.facts.of[v.ID].local = int32(len(s.m.Locals))
				s.m.Locals = append(s.m.Locals, v.Imm)
			}
		}
	}
	for _, b := range f.Blocks {
		for _, to := range b.Succs {
			s.blocks[b.ID].AddEdge(s.blocks[to.ID])
		}
		for n, p := range b.Preds {
			k := 0
			if p.Succs[0] != b {
				k = 1
			}
			s.into[p.ID][k] = int32(n)
		}
	}
	s.postorder()
	for _, b := range s.order {
		s.selectBlock(b)
	}
	m := s.m
	s.free()
	return m
}

// free lets go of the function.
func (s *selector) free() {
	s.facts.free()
	clear(s.order)
	clear(s.stack[:cap(s.stack)])
	s.f, s.m, s.block = nil, nil, nil
	selectors.Put(s)
}

// postorder gives the blocks that the entry reaches, each after all that it dominates.
func (s *selector) postorder() {
	s.next = grown(s.next, s.f.NumBlockIDs())
	clear(s.next)
	s.order, s.stack = s.order[:0], append(s.stack[:0], s.f.Blocks[0])
	s.next[s.f.Blocks[0].ID] = 1
	for len(s.stack) > 0 {
		b := s.stack[len(s.stack)-1]
		done := s.next[b.ID] - 1
		if int(done) == len(b.Succs) {
			s.order = append(s.order, b)
			s.stack = s.stack[:len(s.stack)-1]
			continue
		}
		s.next[b.ID]++
		if to := b.Succs[done]; s.next[to.ID] == 0 {
			s.next[to.ID] = 1
			s.stack = append(s.stack, to)
		}
	}
}

func (s *selector) selectBlock(b *ir.Block) {
	s.block, s.out = b, s.out[:0]
	s.now = s.facts.effects[b.ID]
	s.pos = b.Pos
	values := s.end(b)
	for n := len(values) - 1; n >= 0; n-- {
		v := values[n]
		if v.Pos.Line != 0 {
			s.pos = v.Pos
		}
		s.now = s.facts.of[v.ID].ahead
		s.value(v)
	}
	if b == s.f.Blocks[0] {
		s.params()
	}
	slices.Reverse(s.out)
	s.blocks[b.ID].Insts = s.m.List(s.out)
}

// end selects what stands behind the values of b, and gives those that are left to do.
func (s *selector) end(b *ir.Block) []*ir.Value {
	values := b.Values
	switch b.Term {
	case ir.Jump:
		s.emit(s.inst(mach.OpJump, false))
		s.phis(b, 0)
	case ir.Branch:
		for k, to := range b.Succs {
			if hasPhis(to) {
				s.edge(b, k)
			}
		}
		test, cond := s.test(b.Ctl, true)
		branch := s.inst(mach.OpBranch, false)
		branch.Cond = cond
		s.emit(test, branch)
	case ir.Return:
		if n := s.tailCall(b); n > 0 {
			return values[:len(values)-n]
		}
		s.results(b)
	case ir.Stop:
		s.emit(s.inst(oStop, false))
	}
	return values
}

// hasPhis says whether something must be copied on the way into b.
func hasPhis(b *ir.Block) bool {
	for _, v := range b.Values {
		if v.Op == ir.OpPhi && v.Uses > 0 {
			return true
		}
	}
	return false
}

// edge puts the copies for the phis of b's successor k into a block of their own.
func (s *selector) edge(b *ir.Block, k int) {
	e := s.m.SplitEdge(s.blocks[b.ID], k)
	s.out, s.held = s.held[:0], s.out
	s.emit(s.inst(mach.OpJump, false))
	s.phis(b, k)
	slices.Reverse(s.out)
	e.Insts = s.m.List(s.out)
	s.out, s.held = s.held, s.out
}

// phis copies what the phis of b's successor k get along the edge from b.
func (s *selector) phis(b *ir.Block, k int) {
	to, from := b.Succs[k], s.into[b.ID][k]
	s.args = s.args[:0]
	for _, v := range to.Values {
		if v.Op == ir.OpPhi && v.Uses > 0 {
			s.args = append(s.args, mach.RM(s.reg(v), mach.Def), s.copied(v.Args[from]))
		}
	}
	if len(s.args) > 0 {
		s.emit(s.inst(mach.OpCopy, false, s.args...))
	}
}

// emit puts instructions, which stand in order, before all that the block has so far,
// and before them what their operands asked for. A nil is none.
func (s *selector) emit(insts ...*mach.Inst) {
	for n := len(insts) - 1; n >= 0; n-- {
		if insts[n] != nil {
			insts[n].Pos = s.pos
			s.out = append(s.out, insts[n])
		}
	}
	for n := len(s.before) - 1; n >= 0; n-- {
		s.before[n].Pos = s.pos
		s.out = append(s.out, s.before[n])
	}
	s.before = s.before[:0]
}

func (s *selector) inst(op mach.Op, wide bool, args ...mach.Operand) *mach.Inst {
	return s.m.NewInst(op, wide, args...)
}

// reg gives the register that holds v, and so says that v is needed in one. Constants
// and addresses are made where they are used.
func (s *selector) reg(v *ir.Value) mach.Reg {
	v = s.facts.root(v)
	switch {
	case v.Op == ir.OpArena && s.facts.arena:
		return arena
	case v.Op == ir.OpStack:
		return rsp
	}
	if _, ok := constant(v); ok || s.madeAtUse(v) {
		r := s.m.NewVirtual(v.Type == ir.L)
		s.before = append(s.before, s.m.Copy(r, s.copied(v)))
		return r
	}
	x := &s.facts.of[v.ID]
	x.inUse = s.block.ID + 1
	if x.reg == mach.NoReg {
		x.reg = s.m.NewVirtual(v.Type == ir.L || x.widened)
	}
	return x.reg
}

// madeAtUse says whether v is an address that nobody else needs in a register.
func (s *selector) madeAtUse(v *ir.Value) bool {
	return v.Op == ir.OpAddr && s.isSingle(v) || v.Op == ir.OpSlot
}

// dest gives the register that v is to be put in; NoReg when nobody needs v.
func (s *selector) dest(v *ir.Value) mach.Reg { return s.facts.of[v.ID].reg }

// isSingle says whether v may be worked out where it is used, because that is in the same
// block and the only use.
func (s *selector) isSingle(v *ir.Value) bool { return v.Uses == 1 && v.Block == s.block }

// isLast says whether no use of v has been met behind this place.
func (s *selector) isLast(v *ir.Value) bool {
	v = s.facts.root(v)
	return s.facts.of[v.ID].inUse != s.block.ID+1 && !s.facts.liveOut(s.block, v)
}

// copied is v as the source of a copy: also a constant or an address.
func (s *selector) copied(v *ir.Value) mach.Operand {
	if c, ok := constant(v); ok {
		if v.Type == ir.W {
			c = int64(uint32(c)) // short, and leaves a clean register
		}
		return mach.I(c)
	}
	switch v = s.facts.root(v); v.Op {
	case ir.OpAddr:
		return s.symbol(v.Sym, v.Imm)
	case ir.OpSlot:
		return mach.Operand{Kind: mach.KAddr, Place: mach.AtLocal, Num: s.facts.of[v.ID].local}
	}
	return mach.RM(s.reg(v), mach.Use)
}

// isImm says whether c fits the sign-extended 32 bits of an instruction.
func isImm(c int64) bool { return c == int64(int32(c)) }

// source is v as the second operand of an operation of v's width: a constant, memory or
// a register.
func (s *selector) source(v *ir.Value) mach.Operand {
	if c, ok := constant(v); ok && isImm(c) {
		return mach.I(c)
	}
	return s.memOrReg(v)
}

func (s *selector) memOrReg(v *ir.Value) mach.Operand {
	if v.Op == ir.OpLoad32 && v.Type == ir.W || v.Op == ir.OpLoad64 {
		if s.mayMove(v) {
			return s.loaded(v)
		}
	}
	return mach.RM(s.reg(v), mach.Use)
}

// value selects one value.
func (s *selector) value(v *ir.Value) {
	d := s.dest(v)
	if d == mach.NoReg && !v.HasEffect() && s.facts.of[v.ID].with == nil {
		return
	}
	if d == mach.NoReg && v.Type != ir.None && v.Op != ir.OpParam {
		d = s.m.NewVirtual(v.Type == ir.L)
	}
	wide := v.Type == ir.L
	switch v.Op {
	case ir.OpAddr:
		s.emit(s.m.Copy(d, s.symbol(v.Sym, v.Imm)))
	case ir.OpArena:
		s.emit(s.m.Copy(d, mach.R(arena, mach.Use)))
	case ir.OpStack: // see reg
	case ir.OpSetArena:
		s.emit(s.m.Copy(arena, s.copied(v.Args[0])))

	case ir.OpAdd:
		if v.Check == ir.Wrap && !s.addsMemory(v) {
			s.lea(v, d)
			return
		}
		s.twoAddress(v, d, oAdd)
	case ir.OpSub:
		if c, ok := constant(v.Args[1]); ok && v.Check == ir.Wrap && isImm(-c) {
			s.lea(v, d)
			return
		}
		s.twoAddress(v, d, oSub)
	case ir.OpMul:
		s.multiply(v, d)
	case ir.OpAnd:
		s.and(v, d)
	case ir.OpOr:
		s.twoAddress(v, d, oOr)
	case ir.OpXor:
		s.twoAddress(v, d, oXor)
	case ir.OpNeg:
		s.emit(s.m.Copy(d, s.copied(v.Args[0])), s.inst(oNeg, wide, mach.RM(d, mach.UseDef)), s.check(v))
	case ir.OpNot:
		s.emit(s.m.Copy(d, s.copied(v.Args[0])), s.inst(oNot, wide, mach.RM(d, mach.UseDef)))
	case ir.OpShl:
		s.shift(v, d, oShl)
	case ir.OpShr:
		s.shift(v, d, oShr)
	case ir.OpSar:
		s.shift(v, d, oSar)
	case ir.OpRotr:
		s.shift(v, d, oRor)
	case ir.OpSwap:
		s.emit(s.m.Copy(d, s.copied(v.Args[0])), s.inst(oSwap, wide, mach.R(d, mach.UseDef)))
	case ir.OpDiv, ir.OpRem, ir.OpUDiv, ir.OpURem:
		s.divide(v, d)

	case ir.OpSextW:
		s.emit(s.inst(oSext32, false, mach.R(d, mach.Def), s.memOrReg(v.Args[0])))
	case ir.OpZextW:
		s.emit(s.inst(oZext32, false, mach.R(d, mach.Def), s.memOrReg(v.Args[0])))
	case ir.OpCmp:
		test, cond := s.compare(v.Args[0], v.Args[1], v.Cond)
		set := s.inst(oSet, false, mach.R(d, mach.UseDef))
		set.Cond = cond
		s.emit(s.m.Copy(d, mach.I(0)), test, set)
	case ir.OpTrapIf:
		test, cond := s.compare(v.Args[0], v.Args[1], v.Cond)
		s.emit(test, s.trap(v, cond))

	case ir.OpLoad8, ir.OpLoad16, ir.OpLoad32, ir.OpLoad64:
		s.load(v, d)
	case ir.OpStore8, ir.OpStore16, ir.OpStore32, ir.OpStore64:
		s.store(v)
	case ir.OpCopyMem:
		s.copyMem(v)
	case ir.OpFillMem:
		s.fillMem(v)
	case ir.OpCall:
		s.call(v)
	case ir.OpCallAt:
		s.callAt(v, d)
	case ir.OpSyscall:
		s.syscall(v, d)
	case ir.OpResult2: // the call makes the first one
		if first := s.facts.of[v.Args[0].ID].second; first != v {
			s.emit(s.m.Copy(d, s.copied(first)))
		}
	case ir.OpParam, ir.OpPhi, ir.OpSlot, ir.OpConst, ir.OpTrunc:
		// Made by params, by the predecessors, at their uses, or nowhere.
	default:
		panic("bug: amd64: isel: no rule for " + v.Op.String())
	}
}

// twoAddress selects an operation that overwrites its first operand.
func (s *selector) twoAddress(v *ir.Value, d mach.Reg, op mach.Op) {
	a, b := v.Args[0], v.Args[1]
	if v.Op.Commutes() && s.betterFirst(v, b, a) {
		a, b = b, a
	}
	wide := v.Type == ir.L
	var second mach.Operand
	switch {
	case s.facts.root(a) == s.facts.root(b):
		second = mach.R(d, mach.Use)
	case op == oImul: // takes no constant in this form
		second = s.memOrReg(b)
	default:
		second = s.source(b)
	}
	first := mach.RM(d, mach.UseDef)
	if op == oImul {
		first.MayMem = false
	}
	s.emit(s.m.Copy(d, s.copied(a)), s.inst(op, wide, first, second), s.check(v))
}

// betterFirst says whether a rather than b should be overwritten by v.
func (s *selector) betterFirst(v, a, b *ir.Value) bool {
	rank := func(x *ir.Value) int {
		if c, ok := constant(x); ok {
			if isImm(c) {
				return 0
			}
			return 4
		}
		if s.foldsLoad(x) {
			return 1
		}
		root := s.facts.root(x)
		if root.Op == ir.OpPhi && slices.Contains(root.Args, v) {
			return 4
		}
		if s.isLast(x) {
			return 3
		}
		return 2
	}
	return rank(a) > rank(b)
}

// foldsLoad says whether source would make a memory operand of v.
func (s *selector) foldsLoad(v *ir.Value) bool {
	return (v.Op == ir.OpLoad32 && v.Type == ir.W || v.Op == ir.OpLoad64) && s.mayMove(v)
}

// addsMemory says whether one side of an addition is best read from memory.
func (s *selector) addsMemory(v *ir.Value) bool {
	_, isConst := constant(v.Args[1])
	return !isConst && (s.foldsLoad(v.Args[0]) || s.foldsLoad(v.Args[1]))
}

// lea selects an addition that does not trap, with all that an address can hold. Written
// out, it is an add where that is shorter.
func (s *selector) lea(v *ir.Value, d mach.Reg) {
	a := s.sum(v)
	a.Kind = mach.KAddr
	i := s.inst(oLea, v.Type == ir.L, mach.R(d, mach.Def), a)
	i.Like = true
	s.emit(i)
}

func (s *selector) multiply(v *ir.Value, d mach.Reg) {
	a, b := v.Args[0], v.Args[1]
	if _, ok := constant(a); ok {
		a, b = b, a
	}
	c, ok := constant(b)
	if !ok || !isImm(c) {
		s.twoAddress(v, d, oImul)
		return
	}
	s.emit(s.inst(oImul3, v.Type == ir.L, mach.R(d, mach.Def), s.memOrReg(a), mach.I(c)), s.check(v))
}

// and knows shorter forms for the masks of 8, 16 and 32 bits.
func (s *selector) and(v *ir.Value, d mach.Reg) {
	a, b := v.Args[0], v.Args[1]
	if _, ok := constant(a); ok {
		a, b = b, a
	}
	c, ok := constant(b)
	if ok && v.Type == ir.W {
		c = int64(uint32(c))
	}
	switch {
	case ok && c == math.MaxUint8:
		s.emit(s.inst(oZext8, false, mach.R(d, mach.Def), mach.RM(s.reg(a), mach.Use)))
	case ok && c == math.MaxUint16:
		s.emit(s.inst(oZext16, false, mach.R(d, mach.Def), mach.RM(s.reg(a), mach.Use)))
	case ok && v.Type == ir.L && c == math.MaxUint32:
		s.emit(s.inst(oZext32, false, mach.R(d, mach.Def), mach.RM(s.reg(a), mach.Use)))
	case ok && v.Type == ir.L && uint64(c) < math.MaxUint32:
		s.emit(s.m.Copy(d, s.copied(a)),
			s.inst(oAnd, false, mach.R(d, mach.UseDef), mach.I(int64(int32(c)))))
	default:
		s.twoAddress(v, d, oAnd)
	}
}

func (s *selector) shift(v *ir.Value, d mach.Reg, op mach.Op) {
	wide := v.Type == ir.L
	first := s.m.Copy(d, s.copied(v.Args[0]))
	if c, ok := constant(v.Args[1]); ok {
		mask := int64(31)
		if wide {
			mask = 63
		}
		s.emit(first, s.inst(op, wide, mach.RM(d, mach.UseDef), mach.I(c&mask)))
		return
	}
	s.emit(first,
		s.m.Copy(rcx, s.copied(v.Args[1])),
		s.inst(op, wide, mach.RM(d, mach.UseDef), mach.R(rcx, mach.Use)))
}

// divide uses rdx:rax. Unsigned division by a power of two is a shift or a mask.
func (s *selector) divide(v *ir.Value, d mach.Reg) {
	wide := v.Type == ir.L
	a, b := v.Args[0], v.Args[1]
	signed := v.Op == ir.OpDiv || v.Op == ir.OpRem
	if c, ok := constant(b); ok {
		if !wide {
			c = int64(uint32(c))
		}
		if n := log2(uint64(c)); n >= 0 && !signed && c != math.MinInt64 {
			s.divideByPower(v, d, n)
			return
		}
	}
	if first := s.earlier(v); first != nil && s.facts.of[v.ID].with == nil {
		s.facts.of[first.ID].with = v
		return
	}
	divisor := mach.RM(s.reg(b), mach.Use)
	op := oDiv
	extend := s.m.Copy(rdx, mach.I(0))
	if signed {
		op = oIdiv
		extend = s.inst(oCdq, wide, mach.R(rax, mach.Use), mach.R(rdx, mach.Def))
	}
	s.args = s.args[:0]
	for _, x := range [...]*ir.Value{v, s.facts.of[v.ID].with} {
		if x == nil || s.dest(x) == mach.NoReg {
			continue
		}
		from := rax
		if x.Op == ir.OpRem || x.Op == ir.OpURem {
			from = rdx
		}
		s.args = append(s.args, mach.RM(s.dest(x), mach.Def), mach.R(from, mach.Use))
	}
	results := s.inst(mach.OpCopy, false, s.args...)
	s.emit(
		s.m.Copy(rax, s.copied(a)),
		extend,
		s.inst(op, wide, divisor, mach.R(rax, mach.UseDef), mach.R(rdx, mach.UseDef)),
		results)
}

// other is the operation that the same instruction does.
var other = [...]ir.Op{ir.OpDiv: ir.OpRem, ir.OpRem: ir.OpDiv, ir.OpUDiv: ir.OpURem, ir.OpURem: ir.OpUDiv}

// earlier gives the quotient to the remainder v, or the other way round, if it stands
// before v in the block and is worked out for nobody else: the first of them.
func (s *selector) earlier(v *ir.Value) (first *ir.Value) {
	k := &s.facts
	for n := k.divisions[k.of[v.ID].division-1].before; n > 0; n = k.divisions[n-1].before {
		x := k.divisions[n-1].v
		if x.Block == s.block && x.Op == other[v.Op] && x.Args[1] == v.Args[1] && k.of[x.ID].with == nil {
			first = x
		}
	}
	return first
}

func (s *selector) divideByPower(v *ir.Value, d mach.Reg, n int) {
	wide := v.Type == ir.L
	a := v.Args[0]
	mask := int64(1)<<n - 1
	switch {
	case v.Op == ir.OpUDiv:
		s.emit(s.m.Copy(d, s.copied(a)), s.inst(oShr, wide, mach.RM(d, mach.UseDef), mach.I(int64(n))))
	case isImm(mask): // 32 bits clear the rest
		s.emit(s.m.Copy(d, s.copied(a)), s.inst(oAnd, false, mach.R(d, mach.UseDef), mach.I(mask)))
	default:
		r := s.m.NewVirtual(wide)
		s.emit(s.m.Copy(d, s.copied(a)), s.m.Copy(r, mach.I(mask)),
			s.inst(oAnd, wide, mach.R(d, mach.UseDef), mach.R(r, mach.Use)))
	}
}

// log2 gives n when c is 2^n, else −1.
func log2(c uint64) int {
	if c == 0 || c&(c-1) != 0 {
		return -1
	}
	n := 0
	for c > 1 {
		c >>= 1
		n++
	}
	return n
}
