package ir

import "math/bits"

// eval.go computes ops on numbers, once for constant folding and for the interpreter
// of tests. Numbers of type W are sign-extended from their 32 bits, as in Imm.

// Eval is the value of a pure op of type t with the given numbers (args of OpZextW and
// OpSextW are W's, of OpTrunc an L). ok is false when the op does not fold: it traps,
// divides by zero, shifts too far, or is no arithmetic.
func Eval(op Op, t Type, check Check, x, y int64) (n int64, ok bool) {
	switch op {
	case OpAdd, OpSub, OpMul, OpNeg:
		return evalChecked(op, t, check, x, y)
	case OpDiv, OpRem, OpUDiv, OpURem:
		return evalDivide(op, t, x, y)
	case OpAnd:
		n = x & y
	case OpOr:
		n = x | y
	case OpXor:
		n = x ^ y
	case OpNot:
		n = ^x
	case OpShl, OpShr, OpSar:
		if y < 0 || y >= int64(t.Bits()) {
			return 0, false
		}
		switch op {
		case OpShl:
			n = x << y
		case OpShr:
			n = int64(zext(t, x) >> y)
		case OpSar:
			n = x >> y
		}
	case OpRotr:
		n = int64(bits.RotateLeft64(uint64(x), -int(y)))
		if t == W {
			n = int64(bits.RotateLeft32(uint32(x), -int(y)))
		}
	case OpSwap:
		n = int64(bits.ReverseBytes64(uint64(x)))
		if t == W {
			n = int64(bits.ReverseBytes32(uint32(x)))
		}
	case OpSextW:
		n = x
	case OpZextW:
		n = int64(uint32(x))
	case OpTrunc:
		n = int64(int32(x))
	default:
		return 0, false
	}
	return constBits(t, n), true
}

// zext is a number's bits without a sign.
func zext(t Type, n int64) uint64 {
	if t == W {
		return uint64(uint32(n))
	}
	return uint64(n)
}

func evalChecked(op Op, t Type, check Check, x, y int64) (int64, bool) {
	if op == OpNeg {
		op, x, y = OpSub, 0, x
	}
	var n int64
	overflow := false
	switch op {
	case OpAdd:
		n = x + y
		overflow = (n > x) != (y > 0)
	case OpSub:
		n = x - y
		overflow = (n < x) != (y > 0)
	case OpMul:
		hi, lo := bits.Mul64(uint64(x), uint64(y))
		h := int64(hi) // of the signed product
		if x < 0 {
			h -= y
		}
		if y < 0 {
			h -= x
		}
		n = int64(lo)
		overflow = h != n>>63
	}
	r := constBits(t, n)
	switch {
	case check == Signed && (overflow || r != n), check == Nonneg && (overflow || r != n || n < 0):
		return 0, false
	}
	return r, true
}

func evalDivide(op Op, t Type, x, y int64) (int64, bool) {
	if y == 0 {
		return 0, false
	}
	var n int64
	switch op {
	case OpDiv, OpRem:
		if y == -1 && x == -1<<(t.Bits()-1) {
			return 0, false
		}
		if n = x / y; op == OpRem {
			n = x % y
		}
	case OpUDiv:
		n = int64(zext(t, x) / zext(t, y))
	case OpURem:
		n = int64(zext(t, x) % zext(t, y))
	}
	return constBits(t, n), true
}

// Holds says whether a comparison of two numbers of type t holds.
func (c Cond) Holds(t Type, x, y int64) bool {
	ux, uy := zext(t, x), zext(t, y)
	switch c {
	case EQ:
		return x == y
	case NE:
		return x != y
	case SLT:
		return x < y
	case SLE:
		return x <= y
	case SGT:
		return x > y
	case SGE:
		return x >= y
	case ULT:
		return ux < uy
	case ULE:
		return ux <= uy
	case UGT:
		return ux > uy
	}
	return ux >= uy
}
