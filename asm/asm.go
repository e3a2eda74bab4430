package asm

// The types that all CPUs share: what an assembler gives its caller.

// Code is one assembled piece: position independent bytes, with what is still
// open in them.
type Code struct {
	Bytes  []byte
	Align  int            // Bytes is to stand at a multiple of this power of two; 0 is 1
	Fixups []Fixup        // fields whose value depends on addresses not known here, by Off
	Labels map[string]int // label and string name -> offset in Bytes
	Items  []Item         // every byte of Bytes, in order: instructions and named strings
	Lines  []Line         // source positions, by Off
	Frames []Frame        // where the stack pointer is, by Off; at entry Depth is 0
}

// Item is one instruction, or one named string of data between instructions.
type Item struct {
	Off  int
	Size int
	Text string // the instruction in Intel syntax, or the string quoted
	Name string // the string's name; empty for an instruction
}

// Line says that the instructions from Off on come from this line of a source file.
type Line struct {
	Off  int32
	File int32 // index in the caller's list of files
	Line int32 // 1 is the first
}

// Frame says that from Off on the stack pointer is Depth bytes below where it was at entry.
type Frame struct {
	Off   int32
	Saved int32 // DWARF number of the register whose value at entry lies in the lowest word; 0 if none was stored there
	Depth int64
}

// FixupKind says how a Fixup's field is computed. S is the symbol's address, A
// the addend, P the address of the field, as in the psABI.
type FixupKind uint8

const (
	// PC32 is S + A − P in 4 bytes (R_X86_64_PC32). A holds the usual −4 and
	// whatever else lies between field and next instruction.
	PC32 FixupKind = iota
	// Abs64 is S + A in 8 bytes (R_X86_64_64).
	Abs64
)

// Fixup is a field that waits for a symbol's address.
type Fixup struct {
	Off  int // offset of the field in Bytes
	Kind FixupKind
	Sym  string
	Add  int64
}
