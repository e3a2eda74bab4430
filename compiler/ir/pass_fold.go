package ir

import "math"

// pass_fold.go computes what is known while compiling and brings values into the
// simplest form: constants to the right, sums of constants joined, offsets moved into
// loads and stores, comparisons without detours. Needs nothing; leaves unused values
// behind for removeDead.

// folder goes through the blocks, dominators first, so that the arguments of a value
// have their final form before it.
type folder struct {
	f     *Func
	r     *replacements
	out   []*Value // the block's new list
	block *Block
}

func fold(f *Func) {
	g := &folder{f: f, r: f.replacements()}
	room := f.space()
	for _, b := range f.order().order {
		g.block, g.out = b, room.out[:0]
		isChanged := false
		for _, v := range b.Values {
			g.r.useIn(v)
			before := len(g.out)
			switch w := g.simplify(v); {
			case w == v:
				g.out = append(g.out, v)
			case w != nil:
				g.r.set(v, w)
			}
			isChanged = isChanged || len(g.out) != before+1 || g.out[before] != v
		}
		if room.out = g.out[:0]; isChanged {
			room.setValues(b, g.out)
		}
	}
	g.r.use() // what is replaced is in no list any more; only its uses are left
	for _, b := range f.Blocks {
		f.foldBranch(b)
	}
}

// foldBranch takes a branch on "x is 0" as one on x with its sides changed over.
func (f *Func) foldBranch(b *Block) {
	for b.Term == Branch && b.Ctl.Op == OpCmp && b.Ctl.Args[0].Type == W && isConst(b.Ctl.Args[1], 0) {
		switch b.Ctl.Cond {
		case EQ:
			b.Succs[0], b.Succs[1] = b.Succs[1], b.Succs[0]
			f.edgesChanged() // the order of blocks goes along Succs
		case NE:
		default:
			return
		}
		b.Ctl = b.Ctl.Args[0]
	}
}

func isConst(v *Value, n int64) bool { return v.Op == OpConst && v.Imm == n }

// konst makes a constant in front of the value that is looked at.
func (g *folder) konst(like *Value, t Type, n int64) *Value {
	v := g.f.newValue(OpConst, t)
	v.Imm, v.Block, v.Pos = constBits(t, n), g.block, like.Pos
	g.out = append(g.out, v)
	return v
}

// become turns v into another op in place.
func (v *Value) become(op Op, args ...*Value) {
	v.Op, v.Args, v.Imm, v.Sym = op, args, 0, ""
	v.Check, v.Trap, v.Cond = Wrap, TrapNone, EQ
}

// simplify gives the value that stands for v: v itself, perhaps in a new form, another
// one, or nil for a trap that never happens.
func (g *folder) simplify(v *Value) *Value {
	if v.Op.Commutes() && v.Args[0].Op == OpConst && v.Args[1].Op != OpConst {
		v.Args[0], v.Args[1] = v.Args[1], v.Args[0]
	}
	if v.Op.hasOffset() {
		g.foldAddress(v)
		if n := madeLength(v); n != nil && v.Type == W {
			return g.low(v, n)
		}
		return v
	}
	if n, ok := evalConst(v); ok {
		return g.konst(v, v.Type, n)
	}
	switch v.Op {
	case OpAdd, OpSub, OpMul, OpNeg:
		return g.foldSum(v)
	case OpDiv, OpRem, OpUDiv, OpURem:
		return g.foldDivide(v)
	case OpAnd, OpOr, OpXor, OpNot:
		return g.foldBits(v)
	case OpShl, OpShr, OpSar, OpRotr:
		if isConst(v.Args[1], 0) {
			return v.Args[0]
		}
	case OpSextW, OpZextW, OpTrunc:
		return g.foldWidth(v)
	case OpCmp, OpTrapIf:
		return g.foldCompare(v)
	}
	return v
}

// evalConst computes v when its arguments are constants.
func evalConst(v *Value) (int64, bool) {
	if len(v.Args) == 0 || len(v.Args) > 2 || v.Op == OpPhi || v.Op == OpCall || v.Op == OpCallAt || v.Op == OpSyscall {
		return 0, false
	}
	for _, a := range v.Args {
		if a.Op != OpConst {
			return 0, false
		}
	}
	x, y := v.Args[0].Imm, int64(0)
	if len(v.Args) == 2 {
		y = v.Args[1].Imm
	}
	if v.Op == OpCmp {
		if v.Cond.Holds(v.Args[0].Type, x, y) {
			return 1, true
		}
		return 0, true
	}
	return Eval(v.Op, v.Type, v.Check, x, y)
}

// foldAddress moves constants that are added to an address into the offset.
func (g *folder) foldAddress(v *Value) {
	for {
		a := v.Args[0]
		if a.Op != OpAdd || a.Check != Wrap || a.Args[1].Op != OpConst {
			return
		}
		n := v.Imm + a.Args[1].Imm
		if n != int64(int32(n)) || a.Args[1].Imm != int64(int32(a.Args[1].Imm)) {
			return
		}
		v.Imm, v.Args[0] = n, a.Args[0]
	}
}

// madeLength is what core was asked for, when v is the length of an Array that was just made.
func madeLength(v *Value) *Value {
	if a := v.Args[0]; v.Op == OpLoad32 && v.Fixed && v.Imm == 0 && a.Op == OpCall && a.Sym == coreArrayMake {
		return a.Args[0]
	}
	return nil
}

// low is the low half of the L x, in place of v.
func (g *folder) low(v, x *Value) *Value {
	v.become(OpTrunc, x)
	v.Fixed = false
	return g.foldWidth(v)
}

func (g *folder) foldSum(v *Value) *Value {
	x := v.Args[0]
	if v.Op == OpNeg {
		if v.Check == Wrap && x.Op == OpNeg && x.Check == Wrap {
			return x.Args[0]
		}
		return v
	}
	y := v.Args[1]
	switch {
	case v.Op != OpMul && isConst(y, 0), v.Op == OpMul && isConst(y, 1):
		return x
	case v.Op == OpMul && isConst(y, 0), v.Op == OpSub && x == y:
		return g.konst(v, v.Type, 0)
	}
	if v.Check != Wrap {
		return v
	}
	switch {
	case v.Op == OpSub && y.Op == OpConst: // one form for x - c and x + -c
		v.become(OpAdd, x, g.konst(v, v.Type, -y.Imm))
		return g.foldSum(v)
	case v.Op == OpSub && isConst(x, 0):
		v.become(OpNeg, y)
	case v.Op == OpMul && y.Op == OpConst && isPower(zext(v.Type, y.Imm)):
		v.become(OpShl, x, g.konst(v, W, int64(log2(zext(v.Type, y.Imm)))))
	case v.Op == OpAdd && y.Op == OpConst && x.Op == OpAdd && x.Check == Wrap && x.Args[1].Op == OpConst:
		v.become(OpAdd, x.Args[0], g.konst(v, v.Type, x.Args[1].Imm+y.Imm))
		v.Nonneg = false
		return g.foldSum(v)
	case v.Op == OpAdd && y.Op == OpConst && x.Op == OpAddr && fits32(x.Imm+y.Imm) && fits32(y.Imm):
		n, sym := x.Imm+y.Imm, x.Sym
		v.become(OpAddr)
		v.Args, v.Sym, v.Imm = nil, sym, n
	}
	return v
}

func fits32(n int64) bool { return n == int64(int32(n)) }

func isPower(n uint64) bool { return n != 0 && n&(n-1) == 0 }

func log2(n uint64) (k uint) {
	for n > 1 {
		n >>= 1
		k++
	}
	return k
}

// foldDivide knows division by 1 and by powers of two; strengthReduce knows more.
func (g *folder) foldDivide(v *Value) *Value {
	x, y := v.Args[0], v.Args[1]
	if x.Nonneg && y.Nonneg || x.Nonneg && y.Op == OpConst && y.Imm > 0 {
		switch v.Op {
		case OpDiv:
			v.Op = OpUDiv
		case OpRem:
			v.Op = OpURem
		}
	}
	if y.Op != OpConst {
		return v
	}
	d := zext(v.Type, y.Imm)
	rem := v.Op == OpRem || v.Op == OpURem
	switch {
	case d == 1 && rem:
		return g.konst(v, v.Type, 0)
	case d == 1:
		return x
	case v.Op == OpUDiv && isPower(d):
		v.become(OpShr, x, g.konst(v, W, int64(log2(d))))
	case v.Op == OpURem && isPower(d):
		v.become(OpAnd, x, g.konst(v, v.Type, int64(d-1)))
		return g.foldBits(v)
	}
	return v
}

func (g *folder) foldBits(v *Value) *Value {
	x := v.Args[0]
	if v.Op == OpNot {
		if x.Op == OpNot {
			return x.Args[0]
		}
		return v
	}
	y := v.Args[1]
	if n, of := rotation(x, y); of != nil && v.Op != OpAnd {
		v.become(OpRotr, of, g.konst(v, W, n))
		return v
	}
	switch {
	case x == y && v.Op == OpXor:
		return g.konst(v, v.Type, 0)
	case x == y:
		return x
	case y.Op != OpConst:
		return v
	case v.Op == OpAnd && y.Imm == -1, v.Op != OpAnd && y.Imm == 0:
		return x
	case v.Op == OpAnd && y.Imm == 0, v.Op == OpOr && y.Imm == -1:
		return y
	case v.Op == OpXor && y.Imm == 1 && x.Op == OpCmp: // not
		v.become(OpCmp, x.Args[0], x.Args[1])
		v.Cond = x.Cond.Not()
		return g.foldCompare(v)
	case x.Op == v.Op && x.Args[1].Op == OpConst:
		n, _ := Eval(v.Op, v.Type, Wrap, x.Args[1].Imm, y.Imm)
		v.become(v.Op, x.Args[0], g.konst(v, v.Type, n))
		return g.foldBits(v)
	case v.Op == OpAnd && x.Op == OpLoad8 && y.Imm&0xff == 0xff, v.Op == OpAnd && x.Op == OpLoad16 && y.Imm&0xffff == 0xffff:
		return x
	}
	return v
}

// rotation says that x and y are two parts of a rotation of one value to the right, by n:
// x >> n and x << (width - n), in either order. They have no bit in common.
func rotation(x, y *Value) (n int64, of *Value) {
	if x.Op == OpShl {
		x, y = y, x
	}
	if x.Op != OpShr || y.Op != OpShl || x.Args[0] != y.Args[0] || x.Args[1].Op != OpConst || y.Args[1].Op != OpConst {
		return 0, nil
	}
	n = x.Args[1].Imm
	if n <= 0 || n+y.Args[1].Imm != int64(x.Type.Bits()) {
		return 0, nil
	}
	return n, x.Args[0]
}

func (g *folder) foldWidth(v *Value) *Value {
	x := v.Args[0]
	switch {
	case v.Op == OpTrunc && (x.Op == OpZextW || x.Op == OpSextW):
		return x.Args[0]
	case v.Op == OpSextW && x.Nonneg:
		v.Op, v.Nonneg = OpZextW, true
	}
	return v
}

// foldCompare simplifies OpCmp and OpTrapIf alike.
func (g *folder) foldCompare(v *Value) *Value {
	for g.compareStep(v) {
	}
	x, y := v.Args[0], v.Args[1]
	t := x.Type
	switch {
	case x.Op == OpConst && y.Op == OpConst:
		return g.decided(v, v.Cond.Holds(t, x.Imm, y.Imm))
	case x == y:
		return g.decided(v, v.Cond.Holds(t, 0, 0))
	case isConst(y, 0) && (v.Cond == ULT || v.Cond == UGE):
		return g.decided(v, v.Cond == UGE)
	case v.Op == OpCmp && x.Op == OpCmp && isConst(y, 0) && v.Cond == NE:
		return x
	}
	return v
}

// decided is v when it is known whether its comparison holds.
func (g *folder) decided(v *Value, holds bool) *Value {
	n := int64(0)
	if holds {
		n = 1
	}
	if v.Op == OpCmp {
		return g.konst(v, W, n)
	}
	if !holds {
		return nil
	}
	zero := g.konst(v, W, 0)
	v.Args, v.Cond = []*Value{zero, zero}, EQ
	return v
}

// compareStep makes one step to the simplest form, if there is one.
func (g *folder) compareStep(v *Value) bool {
	x, y := v.Args[0], v.Args[1]
	switch {
	case x.Op == OpConst && y.Op != OpConst:
		v.Args[0], v.Args[1] = y, x
		v.Cond = v.Cond.Swap()
		return true
	case y.Op == OpConst && x.Op == OpCmp && y.Imm == 0 && (v.Cond == EQ || v.Cond == NE) && (v.Cond == EQ || v.Op == OpTrapIf):
		// "a < b is 0" is "a >= b"
		c := x.Cond
		if v.Cond == EQ {
			c = c.Not()
		}
		v.Args, v.Cond = []*Value{x.Args[0], x.Args[1]}, c
		return true
	case isConst(y, 1) && (v.Cond == ULT || v.Cond == UGE), isConst(y, 0) && (v.Cond == UGT || v.Cond == ULE):
		zero := y
		if y.Imm == 1 {
			zero = g.konst(v, y.Type, 0)
		}
		c := NE
		if v.Cond == ULT || v.Cond == ULE {
			c = EQ
		}
		v.Args, v.Cond = []*Value{x, zero}, c
		return true
	case y.Op == OpConst && x.Op == OpAdd && x.Check == Wrap && x.Args[1].Op == OpConst && (v.Cond == EQ || v.Cond == NE):
		// x + c is d when x is d - c
		v.Args = []*Value{x.Args[0], g.konst(v, y.Type, y.Imm-x.Args[1].Imm)}
		return true
	case x.Op == OpZextW:
		return g.compareHalf(v, x.Args[0], y)
	}
	return false
}

// compareHalf compares 32 bits in place of their extensions to 64.
func (g *folder) compareHalf(v, x, y *Value) bool {
	unsigned := [...]Cond{EQ: EQ, NE: NE, SLT: ULT, SLE: ULE, SGT: UGT, SGE: UGE, ULT: ULT, ULE: ULE, UGT: UGT, UGE: UGE}
	switch {
	case y.Op == OpZextW:
		y = y.Args[0]
	case y.Op == OpConst && y.Imm >= 0 && y.Imm <= math.MaxUint32:
		y = g.konst(v, W, y.Imm)
	default:
		return false
	}
	v.Args, v.Cond = []*Value{x, y}, unsigned[v.Cond]
	return true
}
