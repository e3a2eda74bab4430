package amd64

// Operands: what may stand behind an operation, and what a decoded instruction
// has. The same registers and addresses serve both ways.

// Reg is a register. The zero value is NoReg, so that a Mem names only what it uses.
type Reg uint8

// The general registers are in the CPU's own order: number = Reg − RAX.
const (
	NoReg Reg = iota
	RAX
	RCX
	RDX
	RBX
	RSP
	RBP
	RSI
	RDI
	R8
	R9
	R10
	R11
	R12
	R13
	R14
	R15

	// The rest are met in decoded instructions only.

	RIP // base of a Mem: the address behind the instruction
	X0  // SSE registers X0 to X15
	X1
	X2
	X3
	X4
	X5
	X6
	X7
	X8
	X9
	X10
	X11
	X12
	X13
	X14
	X15
	AH // the second byte of RAX, RCX, RDX, RBX
	CH
	DH
	BH
	OtherReg // segment, control, x87, MMX, AVX… : only Text knows its name
)

// CL is the count of a shift by a register.
const CL = RCX

// isGeneral says whether r is one of RAX … R15.
func (r Reg) isGeneral() bool { return RAX <= r && r <= R15 }

// Arg is an operand of Asm.Op: a Reg, Mem, Imm, Label, Local or Sym.
type Arg interface{ isArg() }

// Mem is the memory at Base + Index·Scale + Disp. Scale is 1, 2, 4 or 8 (0 means
// 1). An address without Base and Index is refused: nothing here is absolute.
type Mem struct {
	Base, Index Reg
	Scale       uint8
	Disp        int32
}

// scaled is m with the scale 1 where it has none.
func (m Mem) scaled() Mem {
	if m.Scale == 0 {
		m.Scale = 1
	}
	return m
}

// Imm is a constant. For an operation of n bits, constants from −2^(n−1) to 2^n−1
// are accepted; of 64 bits, what fits a sign-extended 32-bit field (MOVQ to a
// register takes all).
type Imm int64

// Label is a label or named string of the same code. After a jump or call it is
// the target; elsewhere it is the memory at [rip+label], whose address LEA takes.
type Label string

// Local is a label by its number, which NewLabels gives. It is used as a Label is.
type Local int32

// Sym is a symbol that is not known yet, plus Off bytes; it becomes a PC32 fixup.
// After JMP and CALL it is the target; elsewhere it is the memory at [rip+sym].
type Sym struct {
	Name string
	Off  int64
}

func (Reg) isArg()   {}
func (Mem) isArg()   {}
func (Imm) isArg()   {}
func (Label) isArg() {}
func (Local) isArg() {}
func (Sym) isArg()   {}

// Cond is a condition as the CPU numbers them; c^1 is its opposite.
type Cond uint8

const (
	CondO  Cond = iota // overflow
	CondNO             // no overflow
	CondB              // below: unsigned <, carry
	CondAE             // above or equal: unsigned >=, no carry
	CondE              // equal, zero
	CondNE             // not equal, not zero
	CondBE             // below or equal: unsigned <=
	CondA              // above: unsigned >
	CondS              // negative
	CondNS             // not negative
	CondP              // parity even; unordered
	CondNP             // parity odd
	CondL              // less: signed <
	CondGE             // signed >=
	CondLE             // signed <=
	CondG              // signed >
)

// Not gives the opposite condition.
func (c Cond) Not() Cond { return c ^ 1 }

// Jcc, SETcc, CMOVLcc and CMOVQcc give the operation for a condition.
func Jcc(c Cond) Op     { return JO + Op(c&15) }
func SETcc(c Cond) Op   { return SETO + Op(c&15) }
func CMOVLcc(c Cond) Op { return cmovlO + Op(c&15) }
func CMOVQcc(c Cond) Op { return cmovqO + Op(c&15) }
