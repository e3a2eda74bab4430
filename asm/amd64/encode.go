package amd64

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/twitchyliquid64/golang-asm/obj"
	"github.com/twitchyliquid64/golang-asm/obj/x86"
	"github.com/twitchyliquid64/golang-asm/objabi"
)

// encode.go has the library encode single instructions, and keeps what it gave: most
// instructions of a program have been met before.

// encoding is the bytes of an instruction.
type encoding struct {
	key   key
	bytes [15]byte
	size  uint8
	field int8  // where the 4 bytes lie that wait for a label or symbol; -1: nowhere
	moves int32 // as note.moves
}

// key is all that the bytes of an instruction depend on: not which label or symbol is meant, nor
// which constant in its last 4 bytes.
type key struct {
	form uint64 // the operation, and 16 bits for each operand
	imm  int64
	disp int64
}

// Constants that need 4 bytes are the same to the library, but for their sign: only that is in
// key.form, above the operation.
const (
	wideImm     = 1 << 14
	wideImmLess = 1 << 15
	immBytes    = 4
)

// wide gives the bit of a constant of n that needs 4 bytes, or 0. A constant that moves the stack
// pointer is one of its own.
func (n *note) wide(imm int64) uint64 {
	switch width := n.op.info().width; {
	case width != 4 && width != 8 || n.args[0].kind == isReg && n.args[0].reg == RSP:
	case math.MaxUint8 < imm && imm <= math.MaxInt32:
		return wideImm
	case math.MinInt32 <= imm && imm < math.MinInt8:
		return wideImmLess
	}
	return 0
}

// isWide says whether the constant of an encoding is one of many.
func (k *key) isWide() bool { return k.form&(wideImm|wideImmLess) != 0 }

// scaleBits makes Mem.Scale a number from 1 to 4; the rest is none.
var scaleBits = [9]uint8{1: 1, 2: 2, 4: 3, 8: 4}

// key gives n's key. What may be wrong with n, beyond what the key says, is said by ok.
func (n *note) key() (k key, ok bool) {
	k.form = uint64(n.op)
	for i := range n.args[:n.n] {
		o := &n.args[i]
		part := uint64(o.kind)
		switch o.kind {
		case isReg:
			part |= uint64(o.reg) << 3
		case isMem:
			if o.mem.Base > R15 || o.mem.Index > R15 || o.mem.Scale > 8 {
				return k, false
			}
			part |= uint64(scaleBits[o.mem.Scale])<<3 | uint64(o.mem.Base)<<6 | uint64(o.mem.Index)<<11
			k.disp = int64(o.mem.Disp)
		case isImm:
			if wide := n.wide(o.imm); wide != 0 {
				k.form |= wide
			} else {
				k.imm = o.imm
			}
		case isSym:
			if o.name == "" || o.imm != int64(int32(o.imm)) {
				return k, false
			}
		}
		k.form |= part << (16 * (i + 1))
	}
	return k, true
}

// hash spreads keys over 32 bits. The factors are odd, and without a pattern.
func (k *key) hash() uint32 {
	h := k.form*0x9E3779B97F4A7C15 ^ uint64(k.imm)*0xC2B2AE3D27D4EB4F ^ uint64(k.disp)*0x165667B19E3779F9
	return uint32((h ^ h>>29) * 0xBF58476D1CE4E5B9 >> 32)
}

// Sizes of the table of encodings. The program of 100,000 lines (tests/volume) has some 600 different
// instructions, with those of core; the largest table is for programs with more variety.
const (
	leastKept = 64
	mostKept  = 4096
)

// encoder is the library with what it needs, and what it gave. The zero value is ready to use.
type encoder struct {
	kept  []encoding // each at its hash, or not at all; the length is a power of two
	taken int        // how many were put there
	jumps [17]jumpForm
	lib   *library
}

// find gives what is kept of an instruction, or nil.
func (e *encoder) find(k key) *encoding {
	if len(e.kept) == 0 {
		return nil
	}
	if x := &e.kept[k.hash()&uint32(len(e.kept)-1)]; x.key == k && x.size > 0 {
		return x
	}
	return nil
}

// keep makes room where the next encoding of that key belongs: whatever was there is lost.
func (e *encoder) keep(k key) *encoding {
	if e.taken >= len(e.kept)/2 && len(e.kept) < mostKept {
		old := e.kept
		e.kept = make([]encoding, max(leastKept, 2*len(old)))
		for n := range old {
			if x := &old[n]; x.size > 0 {
				e.kept[x.key.hash()&uint32(len(e.kept)-1)] = *x
			}
		}
	}
	e.taken++
	return &e.kept[k.hash()&uint32(len(e.kept)-1)]
}

// encode gives the bytes of n, which is no jump to a label and was not found.
func (e *encoder) encode(k key, n *note) (*encoding, error) {
	info := n.op.info()
	var data []byte
	field := -1
	if info.raw != "" {
		data = []byte(n.raw())
	} else {
		l := e.library()
		n.operands(l.add(info.as))
		if info.rep != 0 {
			l.add(info.rep)
		}
		if err := l.run(); err != nil {
			return nil, err
		}
		data = l.sym.P
		var err error
		if field, err = l.field(); err != nil {
			return nil, err
		}
	}
	if len(data) == 0 || len(data) > len(encoding{}.bytes) {
		return nil, errors.New("the assembler left it out")
	}
	if last := n.args[n.n-min(n.n, 1)].imm; k.isWide() && (len(data) <= immBytes || int32(binary.LittleEndian.Uint32(data[len(data)-immBytes:])) != int32(last)) {
		return nil, fmt.Errorf("bug: the constant is not at the end of % x", data)
	}
	x := e.keep(k)
	*x = encoding{key: k, size: uint8(len(data)), field: int8(field), moves: int32(n.moves())}
	copy(x.bytes[:], data)
	return x, nil
}

// raw is the bytes of an operation that the library does not have.
func (n *note) raw() string {
	if n.op == NOP && n.n == 1 {
		return nops[n.args[0].imm]
	}
	return n.op.info().raw
}

// jumpForm is how a jump to a label begins, behind which the distance comes.
type jumpForm struct {
	short byte   // then 1 byte
	long  []byte // then 4 bytes
}

// Sizes of a short jump, and of the distance in a long one, in bytes.
const (
	shortJump = 2
	farField  = 4
)

// jump gives the form of a JMP or Jcc: that of one over nothing, and over more than a byte can say.
func (e *encoder) jump(op Op) (*jumpForm, error) {
	f := &e.jumps[len(e.jumps)-1]
	if op != JMP {
		f = &e.jumps[op-JO]
	}
	if f.long != nil {
		return f, nil
	}
	const words = 32
	for _, n := range []int{0, words} {
		l := e.library()
		p := l.add(op.info().as)
		for range n {
			l.add(x86.AQUAD).From = obj.Addr{Type: obj.TYPE_CONST}
		}
		p.To.Type = obj.TYPE_BRANCH
		p.To.SetTarget(l.add(obj.ANOP))
		if err := l.run(); err != nil {
			return nil, err
		}
		data := l.sym.P[:len(l.sym.P)-8*n]
		if n == 0 && len(data) == shortJump {
			f.short = data[0]
		} else if n > 0 && len(data) > farField && binary.LittleEndian.Uint32(data[len(data)-farField:]) == 8*words {
			f.long = data[:len(data)-farField]
		} else {
			return nil, fmt.Errorf("bug: %s: the assembler gave % x", op, data)
		}
	}
	return f, nil
}

// library is golang-asm, and its list for one run.
type library struct {
	ctxt  obj.Link
	progs []obj.Prog
	sym   obj.LSym // the code: P bytes, R relocations
	text  obj.FuncInfo
	diags []error
}

// progsAtOnce is how many Progs a run has at most: a jump over the words, and its label.
const progsAtOnce = 40

var initLibrary sync.Once

// library gives the library with an empty list.
func (e *encoder) library() *library {
	l := e.lib
	if l == nil {
		l = &library{progs: make([]obj.Prog, 0, progsAtOnce)}
		l.ctxt = obj.Link{
			Arch:     &x86.Linkamd64,
			Headtype: objabi.Hlinux,
			IsAsm:    true, // no padding around jumps
		}
		l.ctxt.DiagFunc = func(format string, args ...any) {
			l.diags = append(l.diags, fmt.Errorf("the assembler refuses it: "+format, args...))
		}
		l.ctxt.DiagFlush = func() {}
		initLibrary.Do(func() { x86.Linkamd64.Init(&l.ctxt) })
		e.lib = l
	}
	l.progs, l.diags = l.progs[:0], nil
	return l
}

// add appends a Prog, which stays where it is until the next run.
func (l *library) add(as obj.As) *obj.Prog {
	l.progs = append(l.progs, obj.Prog{As: as, Ctxt: &l.ctxt})
	p := &l.progs[len(l.progs)-1]
	if len(l.progs) > 1 {
		l.progs[len(l.progs)-2].Link = p
	}
	return p
}

// run lets the library assemble its list. Its diagnostics become the error: it drops an
// instruction that it does not like and goes on.
func (l *library) run() error {
	l.text = obj.FuncInfo{Text: &l.progs[0]}
	l.sym = obj.LSym{Name: "code", Func: &l.text, R: l.sym.R[:0]}
	x86.Linkamd64.Assemble(&l.ctxt, &l.sym, func() *obj.Prog { return &obj.Prog{Ctxt: &l.ctxt} })
	return errors.Join(l.diags...)
}

// field is where the last run left 4 bytes open for a label or symbol; -1: nowhere. What the
// library adds to the distance counts from the end of the field.
func (l *library) field() (int, error) {
	field := -1
	for _, r := range l.sym.R {
		if r.Type == objabi.R_CALLIND { // a remark, no field
			continue
		}
		end := int64(r.Off) + farField - r.Add
		if field >= 0 || r.Siz != farField || r.Sym != symbol || r.Type != objabi.R_PCREL && r.Type != objabi.R_CALL || end != int64(len(l.sym.P)) {
			return 0, fmt.Errorf("bug: relocation %v of %d bytes", r.Type, r.Siz)
		}
		field = int(r.Off)
	}
	return field, nil
}

// symbol stands for the label or symbol that is meant.
var symbol = &obj.LSym{Name: "symbol"}

// operands puts n's operands where the library wants them.
func (n *note) operands(p *obj.Prog) {
	info := n.op.info()
	if n.n == 0 {
		return
	}
	addr := func(k int) obj.Addr { return n.args[k].addr(info.form.args[k], info.bytes(k)) }
	switch info.form.order {
	case dstTo:
		p.From, p.To = addr(1), addr(0)
	case dstFrom:
		p.From, p.To = addr(0), addr(1)
	case oneTo:
		p.To = addr(0)
	case oneFrom:
		p.From = addr(0)
	case immFrom:
		p.From, p.RestArgs, p.To = addr(2), []obj.Addr{addr(1)}, addr(0)
	}
}

func (o *operand) addr(c class, width uint8) obj.Addr {
	switch o.kind {
	case isReg:
		return obj.Addr{Type: obj.TYPE_REG, Reg: libReg(o.reg, width)}
	case isImm:
		return obj.Addr{Type: obj.TYPE_CONST, Offset: o.imm}
	case isMem:
		m := obj.Addr{Type: obj.TYPE_MEM, Offset: int64(o.mem.Disp), Scale: int16(o.mem.Scale)}
		if o.mem.Base != NoReg {
			m.Reg = libReg(o.mem.Base, 8)
		}
		if o.mem.Index != NoReg {
			m.Index = libReg(o.mem.Index, 8)
		}
		return m
	}
	if o.isMemory(c) {
		return obj.Addr{Type: obj.TYPE_MEM, Name: obj.NAME_EXTERN, Sym: symbol}
	}
	return obj.Addr{Type: obj.TYPE_BRANCH, Sym: symbol}
}

// libReg is the library's name for the lower bytes of a register.
func libReg(r Reg, width uint8) int16 {
	if width == 1 {
		return [...]int16{x86.REG_AL, x86.REG_CL, x86.REG_DL, x86.REG_BL, x86.REG_SPB, x86.REG_BPB, x86.REG_SIB, x86.REG_DIB,
			x86.REG_R8B, x86.REG_R9B, x86.REG_R10B, x86.REG_R11B, x86.REG_R12B, x86.REG_R13B, x86.REG_R14B, x86.REG_R15B}[r-RAX]
	}
	return x86.REG_AX + int16(r-RAX)
}
