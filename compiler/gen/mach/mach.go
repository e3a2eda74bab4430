package mach

import "slul/compiler/ir"

// mach.go holds the data types.

// Reg is a register of a Func: 0 is none, below FirstVirtual are the CPU's own, in its
// numbering, and the others are virtual.
type Reg int32

const (
	NoReg        Reg = 0
	FirstVirtual Reg = 64
)

// IsVirtual says whether r waits for a place.
func (r Reg) IsVirtual() bool { return r >= FirstVirtual }

// RegSet is a set of physical registers.
type RegSet uint64

// Set makes a set.
func Set(regs ...Reg) (s RegSet) {
	for _, r := range regs {
		s |= 1 << r
	}
	return s
}

// Has says whether r is in s.
func (s RegSet) Has(r Reg) bool { return s>>r&1 != 0 }

// Kind is what an operand is.
type Kind uint8

const (
	KReg  Kind = iota + 1
	KImm       // the constant Imm
	KMem       // the memory at an address
	KAddr      // the address itself; as a source of OpCopy, and of calls
)

// Role is what an instruction does with a register operand. Registers inside an address
// are always read.
type Role uint8

const (
	Use    Role = 1
	Def    Role = 2
	UseDef Role = Use | Def
)

// Place is what an address is relative to.
type Place uint8

const (
	AtReg    Place = iota // Reg + Index·Scale + Imm
	AtSym                 // Syms[Num] + Imm
	AtLocal               // Imm bytes into the frame object Num; with Index·Scale
	AtSpill               // spill slot Num, of 8 bytes
	Incoming              // Imm bytes above the stack pointer at entry
	Outgoing              // Imm bytes above the stack pointer at calls
)

// Operand is a register, a constant, memory or an address.
type Operand struct {
	Kind   Kind
	Role   Role  // KReg
	MayMem bool  // KReg: the instruction takes a spill slot as well, if it has no other memory
	Wide   bool  // in OpCopy: of a destination, 64 bits are copied; of a source, the destination has 64
	Scale  uint8 // of Index: 1, 2, 4, 8
	Place  Place
	Reg    Reg // KReg; base of AtReg
	Index  Reg
	Num    int32
	Imm    int64
}

// Op is an operation: one of the few below, or from FirstOp on the CPU's own.
type Op uint16

const (
	OpDead   Op = iota // nothing
	OpCopy             // Args are pairs (destination, source); all read before any is written
	OpSwap             // exchanges Args[0] and Args[1], 64 bits; only made by Allocate
	OpClear            // clears the upper half of Args[0]; only made by Allocate
	OpJump             // to Succs[0]; ends its block
	OpBranch           // to Succs[0] when Cond holds, else Succs[1]; ends its block
	FirstOp  Op = 16
)

// Inst is one instruction.
type Inst struct {
	Op       Op
	Wide     bool  // works on 64 bits, else on 32 or less
	Cond     uint8 // the CPU's number of a condition
	Like     bool  // Args[0] would best be in the register of the first register it reads
	Flags    bool  // for the CPU's use: whether its flags are read behind this
	spill    bool  // is a reload or a store
	Trap     int32 // of a jump that traps: line<<4 | ir.Trap
	at       int32 // position
	Pos      ir.Pos
	Clobbers RegSet // registers that are destroyed besides the written ones
	Args     []Operand
	block    *Block // where it is
}

// Block is a run of instructions; the last one ends it.
type Block struct {
	ID    int
	Insts []*Inst
	Succs []*Block
	Preds []*Block
	Cold  bool

	onEdge   bool  // made by SplitEdge
	from, to int32 // positions
	loop     *loop // the innermost, or nil
	freq     float64
	index    int // in Func.Blocks
}

// Func is one function in the form of one CPU.
type Func struct {
	Name     string
	CPU      *CPU
	Blocks   []*Block // Blocks[0] is the entry
	Locals   []int64  // sizes of the frame objects, bytes
	Syms     []string // names of symbols; see NewSym
	Spills   int      // number of spill slots; set by Allocate
	OutBytes int64    // room for arguments on the stack
	Used     RegSet   // registers that are written anywhere; set by Allocate

	wide    []bool // by virtual register: holds 64 bits
	nextBlk int
	room    *room
}

// CPU is what register allocation and the text form must know of a CPU.
type CPU struct {
	RegNames    []string // by Reg; at 32 bits the same
	OpNames     []string // from FirstOp on
	CondNames   []string
	Allocatable []Reg  // the best first
	CalleeSaved RegSet // costs a save and a restore when it is used
	Dear        RegSet // makes instructions longer
}

// NewVirtual makes a virtual register of 32 or 64 bits.
func (f *Func) NewVirtual(wide bool) Reg {
	f.wide = append(f.wide, wide)
	return FirstVirtual + Reg(len(f.wide)-1)
}

// NewSym gives a symbol its number.
func (f *Func) NewSym(name string) int32 {
	f.Syms = append(f.Syms, name)
	return int32(len(f.Syms) - 1)
}

// NewBlock appends an empty block.
func (f *Func) NewBlock() *Block {
	b := f.room.blocks.One()
	b.ID = f.nextBlk
	b.Succs, b.Preds = f.room.edges.List(2)[:0], f.room.edges.List(2)[:0]
	f.nextBlk++
	f.Blocks = append(f.Blocks, b)
	return b
}

// NumBlockIDs is more than every block's ID.
func (f *Func) NumBlockIDs() int { return f.nextBlk }

// AddEdge makes to a successor of b.
func (b *Block) AddEdge(to *Block) {
	b.Succs = append(b.Succs, to)
	to.Preds = append(to.Preds, b)
}

func (f *Func) isWide(v Reg) bool { return !v.IsVirtual() || f.wide[v-FirstVirtual] }

// R is a register operand.
func R(r Reg, role Role) Operand { return Operand{Kind: KReg, Reg: r, Role: role} }

// RM is a register operand that may become a spill slot.
func RM(r Reg, role Role) Operand { return Operand{Kind: KReg, Reg: r, Role: role, MayMem: true} }

// I is a constant operand.
func I(c int64) Operand { return Operand{Kind: KImm, Imm: c} }

// reads says whether the register a.Reg, if there is one, is read. An index always is.
func (a *Operand) reads() bool { return a.Kind != KReg || a.Role&Use != 0 }

// writes says whether a is a register that is written.
func (a *Operand) writes() bool { return a.Kind == KReg && a.Role&Def != 0 }

// roleOf says what i does with r in all its operands.
func (i *Inst) roleOf(r Reg) (role Role) {
	for k := range i.Args {
		a := &i.Args[k]
		if a.Reg == r {
			if a.reads() {
				role |= Use
			}
			if a.writes() {
				role |= Def
			}
		}
		if a.Index == r {
			role |= Use
		}
	}
	return role
}

// isEnd says whether control leaves the block here in a way that Succs tells.
func (i *Inst) isEnd() bool { return i.Op == OpJump || i.Op == OpBranch }
