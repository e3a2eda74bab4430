package amd64

import (
	"errors"
	"fmt"

	"github.com/twitchyliquid64/golang-asm/obj"
)

// Asm: the caller's side of the assembler. Each call notes one instruction after
// checking its operands; Assemble turns the notes into bytes.

// Asm is a piece of code under construction. The zero value is ready to use.
type Asm struct {
	notes  []note
	labels map[string]int // label or string name -> index in notes
	lines  []lineNote
	frames []frameNote
	depth  int64 // as in asm.Frame, behind the last instruction
	errs   []error

	trusted bool
	spare   []obj.Prog // the library's list of the code before; see Reset
	first   []int
}

// note is an instruction, a label or a string, as asked for.
type note struct {
	kind noteKind
	op   Op
	n    uint8 // operands
	args [3]operand
	name string // of a label or string; the text of a vector instruction
	data []byte // of a string, or a vector instruction
}

type noteKind uint8

const (
	noteOp noteKind = iota
	noteLabel
	noteString
	noteVec // encoded already; name is its text
)

type lineNote struct{ note, file, line int }

type frameNote struct {
	note  int
	depth int64
	saved Reg
}

// operand is an Arg without its interface.
type operand struct {
	kind operandKind
	reg  Reg
	mem  Mem
	imm  int64  // the constant, or a Sym's offset
	name string // of a Label or Sym
}

type operandKind uint8

const (
	isNone operandKind = iota
	isReg
	isMem
	isImm
	isLabel
	isSym
)

// New gives an empty Asm.
func New() *Asm { return new(Asm) }

// NewTrusted gives an Asm whose code is not decoded again, and which has neither Items nor
// Labels: for code generators, whose instructions are decoded when they are listed, and in tests.
// That the library has left none of them out is looked at here, too.
func NewTrusted() *Asm { return &Asm{trusted: true} }

// Reset makes a as it was when it was new, but for memory that it has already.
func (a *Asm) Reset() {
	clear(a.labels)
	*a = Asm{notes: a.notes[:0], labels: a.labels, lines: a.lines[:0], frames: a.frames[:0],
		trusted: a.trusted, spare: a.spare, first: a.first}
}

// Len is the number of calls of Op, Label and String so far.
func (a *Asm) Len() int { return len(a.notes) }

// Label puts a name on the next instruction. Names are one space with those of strings.
func (a *Asm) Label(name string) {
	a.define(name)
	a.notes = append(a.notes, note{kind: noteLabel, name: name})
}

// String puts named bytes here, between instructions; nothing must run into them.
// b is not copied.
func (a *Asm) String(name string, b []byte) {
	a.define(name)
	a.notes = append(a.notes, note{kind: noteString, name: name, data: b})
}

// Line says that the following instructions come from this line of that file.
func (a *Asm) Line(file, line int) {
	if n := len(a.lines); n > 0 && a.lines[n-1].note == len(a.notes) {
		a.lines = a.lines[:n-1]
	}
	a.lines = append(a.lines, lineNote{len(a.notes), file, line})
}

// Depth says that the following instructions run with the stack pointer so many bytes below
// where it was at entry. What PUSH, POP, ADDQ and SUBQ do to it is noted without being said,
// as if all instructions ran one after the other.
func (a *Asm) Depth(bytes int64) {
	if bytes == a.depth && len(a.frames) > 0 {
		return
	}
	a.depth = bytes
	if n := len(a.frames); n > 0 && a.frames[n-1].note == len(a.notes) {
		a.frames = a.frames[:n-1]
	}
	a.frames = append(a.frames, frameNote{note: len(a.notes), depth: bytes})
}

// Save pushes a register whose value at entry the end of the function brings back.
func (a *Asm) Save(r Reg) {
	a.Op(PUSH, r)
	if n := len(a.frames); n > 0 {
		a.frames[n-1].saved = r
	}
}

// move notes what n does to the stack pointer.
func (a *Asm) move(n *note) {
	by := n.args[1].imm
	switch {
	case n.op == PUSH:
		by = 8
	case n.op == POP:
		by = -8
	case (n.op != ADDQ && n.op != SUBQ) || n.args[0].kind != isReg || n.args[0].reg != RSP || n.args[1].kind != isImm:
		return
	case n.op == ADDQ:
		by = -by
	}
	a.Depth(a.depth + by)
}

func (a *Asm) define(name string) {
	if name == "" {
		a.errs = append(a.errs, errors.New("a label without a name"))
	}
	if _, twice := a.labels[name]; twice {
		a.errs = append(a.errs, fmt.Errorf("%s: label defined twice", name))
	}
	if a.labels == nil {
		a.labels = make(map[string]int)
	}
	a.labels[name] = len(a.notes)
}

// Op adds an instruction, destination first. What is wrong with it is reported by
// Assemble.
func (a *Asm) Op(op Op, args ...Arg) {
	n := note{op: op, n: uint8(min(len(args), 3))}
	for i, arg := range args[:n.n] {
		n.args[i] = operandOf(arg)
	}
	if err := n.check(len(args)); err != nil {
		a.refuse(n, err)
		return
	}
	if op == MOVQ && n.args[0].kind == isReg && n.args[1].kind == isImm && uint64(n.args[1].imm) <= 0xFFFFFFFF {
		n.op = MOVL // shorter, and clears the upper half
		n.args[1].imm = int64(int32(n.args[1].imm))
	}
	a.notes = append(a.notes, n)
	a.move(&n)
}

// refuse notes what is wrong with an instruction. It has a copy of it, so that the instruction
// itself need not outlive Op.
func (a *Asm) refuse(n note, err error) { a.errs = append(a.errs, fmt.Errorf("%s: %w", &n, err)) }

func operandOf(arg Arg) operand {
	switch x := arg.(type) {
	case Reg:
		return operand{kind: isReg, reg: x}
	case Mem:
		if x.Scale == 0 {
			x.Scale = 1
		}
		return operand{kind: isMem, mem: x}
	case Imm:
		return operand{kind: isImm, imm: int64(x)}
	case Label:
		return operand{kind: isLabel, name: string(x)}
	case Sym:
		return operand{kind: isSym, name: x.Name, imm: x.Off}
	}
	return operand{}
}

// check says what is wrong with n, given as many operands; it brings constants
// into the sign-extended form that the encoding has.
func (n *note) check(given int) error {
	info := n.op.info()
	if info.form == nil {
		return fmt.Errorf("operation %d does not exist", n.op)
	}
	classes := &info.form.args
	want := 0
	for want < 3 && classes[want] != 0 {
		want++
	}
	if given > want || given < want && classes[given]&cOpt == 0 {
		return fmt.Errorf("%d operands, want %d", given, want)
	}
	memories := 0
	for i := range n.args[:n.n] {
		o := &n.args[i]
		if err := o.check(classes[i], info.bytes(i), n.args[0].kind); err != nil {
			return fmt.Errorf("operand %d: %w", i+1, err)
		}
		if o.isMemory(classes[i]) {
			memories++
		}
	}
	if memories > 1 {
		return errors.New("two operands in memory")
	}
	if info.form == &formXchg && n.args[0] == n.args[1] {
		return errors.New("an exchange of a register with itself")
	}
	return nil
}

// isMemory says whether the operand, in a place that takes c, addresses memory.
func (o *operand) isMemory(c class) bool {
	switch o.kind {
	case isMem:
		return true
	case isLabel:
		return c&cTarget == 0
	case isSym:
		return c&cSymbol == 0
	}
	return false
}

func (o *operand) check(c class, width uint8, first operandKind) error {
	switch o.kind {
	case isReg:
		return o.checkReg(c, width)
	case isMem:
		if c&cMem == 0 {
			return errors.New("memory cannot stand here")
		}
		return o.mem.check()
	case isImm:
		return o.checkImm(c, width, first)
	case isLabel:
		if c&(cMem|cTarget) == 0 {
			return errors.New("a label cannot stand here")
		}
		return nil
	case isSym:
		if c&(cMem|cSymbol) == 0 {
			return errors.New("a symbol cannot stand here")
		}
		if o.name == "" {
			return errors.New("a symbol without a name")
		}
		if int64(int32(o.imm)) != o.imm {
			return errors.New("the symbol's offset does not fit in 32 bits")
		}
		return nil
	}
	return errors.New("not an operand")
}

func (o *operand) checkReg(c class, width uint8) error {
	switch {
	case !o.reg.isGeneral():
		return errors.New("not a general register")
	case c&cReg != 0 && width == 1 && o.reg == RSP:
		return errors.New("spl is no operand for the assembler")
	case c&cReg != 0:
		return nil
	case c&cCL != 0 && o.reg == CL:
		return nil
	case c&cCL != 0:
		return errors.New("a shift's count is in cl")
	}
	return errors.New("a register cannot stand here")
}

func (m *Mem) check() error {
	switch {
	case m.Base != NoReg && !m.Base.isGeneral():
		return errors.New("the base is not a general register")
	case m.Index != NoReg && !m.Index.isGeneral():
		return errors.New("the index is not a general register")
	case m.Index == RSP:
		return errors.New("rsp cannot be an index")
	case m.Base == NoReg && m.Index == NoReg:
		return errors.New("an absolute address")
	case m.Scale != 1 && m.Scale != 2 && m.Scale != 4 && m.Scale != 8:
		return fmt.Errorf("scale %d is not 1, 2, 4 or 8", m.Scale)
	case m.Index == NoReg && m.Scale != 1:
		return errors.New("a scale without an index")
	}
	return nil
}

func (o *operand) checkImm(c class, width uint8, first operandKind) error {
	bits := 8 * uint(width)
	lo, hi := int64(0), int64(0)
	switch {
	case c&cCount31 != 0:
		hi = 31
	case c&cCount63 != 0:
		hi = 63
	case c&cNop != 0:
		lo, hi = 1, int64(len(nops))-1
	case c&cImm64 != 0 && first == isReg:
		return nil
	case c&cImm == 0:
		return errors.New("a constant cannot stand here")
	case width == 8:
		lo, hi = -1<<31, 1<<31-1
	default:
		lo, hi = -1<<(bits-1), 1<<bits-1
	}
	if o.imm < lo || o.imm > hi {
		return fmt.Errorf("the constant %d is not in %d to %d", o.imm, lo, hi)
	}
	if c&cImm != 0 && width < 8 { // as the field is extended
		o.imm = o.imm << (64 - bits) >> (64 - bits)
	}
	return nil
}
