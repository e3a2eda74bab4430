package mach

// room.go has the memory of a function's instructions and their operands: pieces of many, which
// live as long as the function.

// Sizes of the pieces, in instructions and in operands: the first is small, as most functions are.
const (
	roomFirst = 16
	roomMost  = 256
)

type room struct {
	insts []Inst
	args  []Operand
	next  int // size of the next piece
}

func (r *room) grow() int {
	n := max(r.next, roomFirst)
	r.next = min(2*n, roomMost)
	return n
}

// operands gives a copy of args that has no room behind it: appending to it makes another copy.
func (r *room) operands(args []Operand) []Operand {
	n := len(args)
	if n > roomFirst {
		return append(make([]Operand, 0, n), args...)
	}
	if n > len(r.args) {
		r.args = make([]Operand, 2*max(r.next, roomFirst))
	}
	list := r.args[:n:n]
	r.args = r.args[n:]
	copy(list, args)
	return list
}

// NewInst makes an instruction that is in no block yet.
func (f *Func) NewInst(op Op, wide bool, args ...Operand) *Inst {
	r := &f.room
	if len(r.insts) == 0 {
		r.insts = make([]Inst, r.grow())
	}
	i := &r.insts[0]
	r.insts = r.insts[1:]
	i.Op, i.Wide, i.Args = op, wide, r.operands(args)
	return i
}

// Copy makes an OpCopy of one pair.
func (f *Func) Copy(to Reg, from Operand) *Inst {
	return f.NewInst(OpCopy, false, RM(to, Def), from)
}
