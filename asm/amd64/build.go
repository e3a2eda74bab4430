package amd64

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Asm: the caller's side of the assembler. Each call encodes one instruction; jumps to labels
// wait until Assemble knows how far they go.

// Asm is a piece of code under construction. The zero value is ready to use.
type Asm struct {
	code   []byte // all but the jumps to labels
	jumps  []jump
	fields []field
	labels []label          // by number
	named  map[string]Local // the labels and strings that have names
	lines  []lineNote
	frames []frameNote
	depth  int64 // as in asm.Frame, behind the last instruction
	count  int   // calls of Op, Label and String
	errs   []error

	next  note // the instruction that was begun
	given int  // its operands

	trusted bool
	notes   []note // what was asked for; nobody asks a trusted one
	before  []int  // by jump, and behind the last: bytes of all jumps before; see layout
	encoder encoder
}

// place is somewhere in the code while the sizes of jumps are open: behind so many bytes and
// so many jumps.
type place struct{ bytes, jumps int }

// jump is a JMP or Jcc to a label.
type jump struct {
	op   Op
	long bool
	at   int // bytes before it, without those of jumps
	to   Local
}

// field is 4 bytes that count from the end of their instruction, which lies -add behind them.
type field struct {
	at  place // of the field's beginning
	to  Local // a label; or, below 0,
	sym string
	add int64
}

// label is a numbered place. Its name is kept for errors and lists.
type label struct {
	at      place
	defined bool
	name    string
}

// note is an instruction, a label, a string or a vector instruction, as asked for.
type note struct {
	kind noteKind
	op   Op
	n    uint8 // operands
	args [3]operand
	at   place
	name string // of a label or string; the text of a vector instruction
}

type noteKind uint8

const (
	noteOp noteKind = iota
	noteLabel
	noteString
	noteVec // name is its text
)

// lineNote and frameNote come in front of the instruction, label or string of number before.
type lineNote struct {
	at         place
	before     int
	file, line int32
}

type frameNote struct {
	at     place
	before int
	depth  int64
	saved  Reg
}

// operand is an Arg without its interface.
type operand struct {
	kind operandKind
	reg  Reg
	mem  Mem
	to   Local  // of a label, once it is known
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
func NewTrusted() *Asm { return &Asm{trusted: true} }

// Reset makes a as it was when it was new, but for memory and encodings that it has already.
func (a *Asm) Reset() {
	clear(a.named)
	clear(a.fields)
	clear(a.labels)
	clear(a.notes)
	*a = Asm{code: a.code[:0], jumps: a.jumps[:0], fields: a.fields[:0], labels: a.labels[:0], named: a.named, lines: a.lines[:0],
		frames: a.frames[:0], trusted: a.trusted, notes: a.notes[:0], before: a.before[:0], encoder: a.encoder}
}

// here is the end of the code so far.
func (a *Asm) here() place { return place{len(a.code), len(a.jumps)} }

// add counts a call, and keeps what was asked for.
func (a *Asm) add(n *note) {
	a.count++
	if !a.trusted {
		a.notes = append(a.notes, *n)
	}
}

// NewLabels makes n labels without names, and gives the first. What lists call them name is
// asked for, if they are to be listed.
func (a *Asm) NewLabels(n int, name func(k int) string) Local {
	first := Local(len(a.labels))
	for k := range n {
		l := label{}
		if !a.trusted {
			l.name = name(k)
		}
		a.labels = append(a.labels, l)
	}
	return first
}

// Here puts a label on the next instruction.
func (a *Asm) Here(l Local) {
	a.place(l)
	a.add(&note{kind: noteLabel, at: a.here(), name: a.labels[l].name})
}

// place says that a label is here.
func (a *Asm) place(l Local) {
	x := &a.labels[l]
	if x.defined {
		a.errs = append(a.errs, fmt.Errorf("%s: label defined twice", x.name))
	}
	x.at, x.defined = a.here(), true
}

// Label puts a name on the next instruction. Names are one space with those of strings.
func (a *Asm) Label(name string) { a.Here(a.define(name)) }

// define gives the label of a name that is to be put somewhere.
func (a *Asm) define(name string) Local {
	if name == "" {
		a.errs = append(a.errs, errors.New("a label without a name"))
	}
	return a.local(name)
}

// local gives the label of a name.
func (a *Asm) local(name string) Local {
	l, known := a.named[name]
	if !known {
		if a.named == nil {
			a.named = make(map[string]Local)
		}
		l = Local(len(a.labels))
		a.labels = append(a.labels, label{name: name})
		a.named[name] = l
	}
	return l
}

// String puts named bytes here, between instructions; nothing must run into them.
func (a *Asm) String(name string, b []byte) {
	a.place(a.define(name))
	a.add(&note{kind: noteString, at: a.here(), name: name})
	a.code = append(a.code, b...)
}

// Line says that the following instructions come from this line of that file.
func (a *Asm) Line(file, line int) {
	if n := len(a.lines); n > 0 && a.lines[n-1].before == a.count {
		a.lines = a.lines[:n-1]
	}
	a.lines = append(a.lines, lineNote{a.here(), a.count, int32(file), int32(line)})
}

// Depth says that the following instructions run with the stack pointer so many bytes below
// where it was at entry. What PUSH, POP, ADDQ and SUBQ do to it is noted without being said,
// as if all instructions ran one after the other.
func (a *Asm) Depth(bytes int64) {
	if bytes == a.depth && len(a.frames) > 0 {
		return
	}
	a.depth = bytes
	if n := len(a.frames); n > 0 && a.frames[n-1].before == a.count {
		a.frames = a.frames[:n-1]
	}
	a.frames = append(a.frames, frameNote{at: a.here(), before: a.count, depth: bytes})
}

// Save pushes a register whose value at entry the end of the function brings back.
func (a *Asm) Save(r Reg) {
	a.Op(PUSH, r)
	if n := len(a.frames); n > 0 {
		a.frames[n-1].saved = r
	}
}

// moves is by how much n moves the stack pointer down.
func (n *note) moves() int64 {
	switch {
	case n.op == PUSH:
		return 8
	case n.op == POP:
		return -8
	case (n.op != ADDQ && n.op != SUBQ) || n.args[0].kind != isReg || n.args[0].reg != RSP || n.args[1].kind != isImm:
		return 0
	case n.op == ADDQ:
		return -n.args[1].imm
	}
	return n.args[1].imm
}

// Op adds an instruction, destination first. What is wrong with it is reported by
// Assemble.
func (a *Asm) Op(op Op, args ...Arg) {
	a.Begin(op)
	for _, arg := range args {
		a.arg(arg)
	}
	a.End()
}

// Begin is Op for operands that come one by one, up to End: those of a code generator, who
// does not know of what kinds they are.
func (a *Asm) Begin(op Op) { a.next.op, a.given = op, 0 }

// Reg is an operand of the instruction that was begun, and so are the next ones.
func (a *Asm) Reg(r Reg)   { *a.one() = operand{kind: isReg, reg: r} }
func (a *Asm) Mem(m Mem)   { *a.one() = operand{kind: isMem, mem: m.scaled()} }
func (a *Asm) Imm(c int64) { *a.one() = operand{kind: isImm, imm: c} }
func (a *Asm) Sym(name string, offset int64) {
	*a.one() = operand{kind: isSym, name: name, imm: offset}
}
func (a *Asm) Local(l Local) { *a.one() = operand{kind: isLabel, to: l, name: a.labels[l].name} }

// arg is any of those.
func (a *Asm) arg(arg Arg) {
	switch x := arg.(type) {
	case Reg:
		a.Reg(x)
	case Mem:
		a.Mem(x)
	case Imm:
		a.Imm(int64(x))
	case Label:
		a.Local(a.local(string(x)))
	case Local:
		a.Local(x)
	case Sym:
		a.Sym(x.Name, x.Off)
	default:
		*a.one() = operand{}
	}
}

// one is the next operand. One too many is in nobody's way, as its number is refused.
func (a *Asm) one() *operand {
	a.given++
	return &a.next.args[min(a.given, len(a.next.args))-1]
}

// End adds the instruction that was begun.
func (a *Asm) End() {
	n := &a.next
	n.at, n.n = a.here(), uint8(min(a.given, len(n.args)))
	if n.isJump() {
		a.add(n)
		a.jumps = append(a.jumps, jump{op: n.op, at: len(a.code), to: n.args[0].to})
		return
	}
	key, mayKeep := n.key()
	e := a.encoder.find(key)
	if e == nil || !mayKeep || !a.trusted || a.given > len(n.args) {
		if err := n.check(a.given); err != nil {
			a.errs = append(a.errs, fmt.Errorf("%s: %w", n, err))
			return
		}
		n.shorten()
	}
	if e == nil {
		var err error
		if e, err = a.encoder.encode(key, n); err != nil {
			a.errs = append(a.errs, fmt.Errorf("%s: %w", n, err))
			return
		}
	}
	a.add(n)
	if e.field >= 0 {
		a.field(n, int(e.field), int(e.size))
	}
	a.code = append(a.code, e.bytes[:e.size]...)
	if key.isWide() {
		binary.LittleEndian.PutUint32(a.code[len(a.code)-immBytes:], uint32(n.args[n.n-1].imm))
	}
	if e.moves != 0 {
		a.Depth(a.depth + int64(e.moves))
	}
}

// field notes the 4 bytes in n that wait for a label or symbol.
func (a *Asm) field(n *note, off, size int) {
	f := field{at: place{n.at.bytes + off, n.at.jumps}, to: -1, add: int64(off - size)}
	for i := range n.args[:n.n] {
		switch o := &n.args[i]; o.kind {
		case isLabel:
			f.to = o.to
		case isSym:
			f.sym, f.add = o.name, f.add+o.imm
		}
	}
	a.fields = append(a.fields, f)
}

// shorten makes a MOVQ of a constant below 2^32 a MOVL, which clears the upper half.
func (n *note) shorten() {
	if c := &n.args[1]; n.op == MOVQ && n.args[0].kind == isReg && c.kind == isImm && uint64(c.imm) <= 0xFFFFFFFF {
		n.op = MOVL
		c.imm = int64(int32(c.imm))
	}
}
