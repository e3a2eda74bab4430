package ir

// ir.go holds the data types. Code generators compile from exactly these.

// Type is the width of a value in a register. SLUL's types are gone here: a bool,
// byte, int, signed int or enum is a W, everything else an L.
type Type uint8

const (
	None Type = iota // no value
	W                // 32 bits; the register's upper half is undefined
	L                // 64 bits: numbers and addresses
)

// Cond is a comparison of two values of one width.
type Cond uint8

const (
	EQ Cond = iota
	NE
	SLT // signed
	SLE
	SGT
	SGE
	ULT // unsigned
	ULE
	UGT
	UGE
)

// Trap is why a program stops; its text is printed by core's trap func.
type Trap uint8

const (
	TrapNone Trap = iota
	TrapOverflow
	TrapDivision
	TrapBounds
	TrapRange
	TrapAssert
	TrapShift
	TrapMemory
	TrapStack
)

// Op is what a value does. Its facts (name, number of arguments, effects) are in opTable (op.go).
type Op uint8

const (
	OpInvalid Op = iota
	OpConst      // Imm; of a W sign-extended from its 32 bits, whatever the source type was
	OpParam      // Imm: number of the parameter, 0 first
	OpPhi        // one argument per predecessor of its block, in Preds order
	OpAddr       // address of the symbol Sym (RIP-relative) plus Imm
	OpSlot       // address of Imm bytes of the function's frame, 16-byte aligned; contents undefined at first

	OpAdd // wrap around; see Check for the trapping forms
	OpSub
	OpMul
	OpDiv // signed, toward zero; the caller has ruled out 0 and MIN/−1
	OpRem
	OpUDiv
	OpURem
	OpAnd
	OpOr
	OpXor
	OpShl  // by Args[1], a W below the width of the value: the caller has ruled out more
	OpShr  // logical
	OpSar  // arithmetic
	OpRotr // by Args[1] modulo the width
	OpNeg
	OpNot
	OpSwap // the bytes in the other order

	OpSextW // L from W, sign-extended
	OpZextW // L from W, zero-extended
	OpTrunc // W from L: the low half
	OpCmp   // W 0 or 1: Args[0] Cond Args[1]

	OpLoad8  // zero-extended byte at Args[0]+Imm; of type W or L
	OpLoad16 // zero-extended
	OpLoad32 // W; as L zero-extended
	OpLoad64
	OpStore8 // Args[1] to Args[0]+Imm
	OpStore16
	OpStore32
	OpStore64
	OpCopyMem // copy Args[2] bytes from Args[1] to Args[0]; they do not overlap
	OpFillMem // Args[2] bytes of value Args[1] to Args[0]

	OpCall    // Sym(Args...), result of the value's Type; Sym may be of another module (IsForeign)
	OpResult2 // W: the second result word of the call Args[0], which stands directly before it
	OpCallAt  // Args[0] an address of code, Args[1:] up to six arguments, by the platform's convention; L
	OpSyscall // Args[0] number, Args[1:] up to six arguments; L: the kernel's answer
	OpArena   // L: the register that holds the current arena (r15)
	OpSetArena
	OpStack  // L: the stack pointer, in the function's body
	OpTrapIf // stop with Trap at Pos when Args[0] Cond Args[1]
)

// Check says when OpAdd, OpSub, OpMul and OpNeg trap instead of wrapping.
type Check uint8

const (
	Wrap   Check = iota
	Signed       // on signed overflow at the value's width (jo)
	Nonneg       // both arguments are >= 0 and the result must be: jo for add and mul, js for sub
)

// Pos is a place in the source: an index in Module.Files and a line from 1. The zero
// Pos is no place.
type Pos struct{ File, Line int32 }

// Value is one SSA value and the instruction that makes it. Its size matters: there are some ten
// for each line of a program.
type Value struct {
	ID    int32 // unique in its function, stable in print
	Uses  int32 // kept by the passes that need it; see CountUses
	Op    Op
	Type  Type
	Cond  Cond  // OpCmp, OpTrapIf
	Check Check // OpAdd, OpSub, OpMul, OpNeg
	Trap  Trap  // OpTrapIf, and the checked arithmetic

	// What lowering knows from the source types; passes may rely on it.
	Mem    MemSet // loads and stores: where they go
	Fixed  bool   // loads: the memory never changes while it can be named, so the load may be shared across stores and calls; not moved down, for its arena may be given back
	Nonneg bool   // >= 0 as a signed number of its type

	Pos   Pos
	Imm   int64
	Args  []*Value
	Sym   string
	Block *Block
}

// TermKind is how a block ends.
type TermKind uint8

const (
	TermNone TermKind = iota
	Jump              // to Succs[0]
	Branch            // Ctl <> 0: Succs[0], else Succs[1]
	Return            // Ctl is the result, or nil; Ctl2 the second result word, or nil
	Stop              // never reached: the last value is a call or system call that does not return
)

// Block is a run of values without jumps. Phis come first in Values; in the entry block
// the parameters do. No block is twice among its Preds: a Branch has two different Succs.
type Block struct {
	ID     int32
	Term   TermKind
	Cold   bool // seldom run: placed at the end of the function
	Pos    Pos  // of the terminator
	Values []*Value
	Ctl    *Value
	Ctl2   *Value
	Succs  []*Block
	Preds  []*Block
}

// Func is one function. Blocks[0] is its entry and has no predecessors.
type Func struct {
	Name     string
	Params   []*Value // OpParam values, also in Blocks[0].Values
	Result   Type
	Result2  Type // None, or W: 0, or 1 + the number of an error; see OpResult2
	Blocks   []*Block
	NoReturn bool
	Keep     bool   // never inlined: debuggers ask for it by name
	Asks     bool   // asks whether there is room on the stack before all else
	Start    bool   // the program's first instruction: its parameter 0 is the stack pointer at entry, it never returns
	TrapSym  string // symbol that traps call: W number (line<<4 | Trap) is its only argument
	Pos      Pos
	nextID   int
	nextBlk  int
	room     *room

	number int32 // of its name, in the symbols of its module
	sum    summary
}

// Data is a constant in the read-only part of the image.
type Data struct {
	Name  string
	Bytes []byte
	Align int // a power of two
}

// Module is one program or library.
type Module struct {
	Files   []string // Pos.File is an index here
	Funcs   []*Func
	Data    []*Data
	Exports []Export // of a library; not in the text form
	symbols *symbols
}
