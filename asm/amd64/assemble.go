package amd64

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"slul/asm"

	"github.com/twitchyliquid64/golang-asm/obj"
	"github.com/twitchyliquid64/golang-asm/obj/x86"
	"github.com/twitchyliquid64/golang-asm/objabi"
)

// Assembling: the library's instruction list is made from the notes, assembled,
// its relocations resolved or handed out as fixups, and the result decoded again
// and compared with what was asked for.

// Assemble gives the code, or every error that was found, each with its instruction.
func (a *Asm) Assemble() (*asm.Code, error) {
	a.checkLabels()
	if len(a.errs) > 0 {
		return nil, errors.Join(a.errs...)
	}
	u := a.translate()
	if err := u.run(); err != nil {
		return nil, err
	}
	return u.finish()
}

// checkLabels finds operands that name no label of this code.
func (a *Asm) checkLabels() {
	for k := range a.notes {
		n := &a.notes[k]
		for j := range n.args[:n.n] {
			o := &n.args[j]
			if o.kind != isLabel {
				continue
			}
			if _, known := a.labels[o.name]; !known {
				a.errs = append(a.errs, fmt.Errorf("%s: no label %s", n, o.name))
			}
		}
	}
}

// unit is one run of the library.
type unit struct {
	a     *Asm
	progs []obj.Prog // in order; cap is never exceeded, so addresses hold
	first []int      // note -> index of its first Prog; one more at the end
	sym   obj.LSym   // the code: P bytes, R relocations
	local map[string]*obj.LSym
	diags []error
}

// translate makes the library's list. A label is a Prog of no bytes, a string a
// row of data words, all else one Prog, or two with a REP prefix.
func (a *Asm) translate() *unit {
	count := 1
	for k := range a.notes {
		count += a.notes[k].progs()
	}
	if count > cap(a.spare) {
		a.spare = make([]obj.Prog, 0, count+count/4)
	}
	u := &unit{a: a, progs: a.spare[:0], first: a.first[:0]}
	for k := range a.notes {
		n := &a.notes[k]
		u.first = append(u.first, len(u.progs))
		switch {
		case n.kind == noteLabel:
			u.add(obj.ANOP)
		case n.kind == noteString, n.kind == noteVec:
			u.data(n.data)
		case n.op.info().raw != "":
			u.data([]byte(n.raw()))
		default:
			p := u.add(n.op.info().as)
			if !n.isJump() { // those are jumps'
				u.operands(p, n)
			}
			if rep := n.op.info().rep; rep != 0 {
				u.add(rep)
			}
		}
	}
	u.first = append(u.first, len(u.progs))
	u.add(obj.ANOP) // the end
	a.first = u.first
	u.jumps()
	return u
}

// progs is how many Progs n becomes.
func (n *note) progs() int {
	switch {
	case n.kind == noteLabel:
		return 1
	case n.kind == noteString, n.kind == noteVec:
		return words(len(n.data))
	case n.op.info().raw != "":
		return words(len(n.raw()))
	case n.op.info().rep != 0:
		return 2
	}
	return 1
}

// words is how many data words of 8 bytes and then of 1 byte hold size bytes.
func words(size int) int { return size/8 + size%8 }

// raw is the bytes of an operation that the library does not have.
func (n *note) raw() string {
	if n.op == NOP && n.n == 1 {
		return nops[n.args[0].imm]
	}
	return n.op.info().raw
}

func (u *unit) add(as obj.As) *obj.Prog {
	u.progs = append(u.progs, obj.Prog{As: as})
	p := &u.progs[len(u.progs)-1]
	if len(u.progs) > 1 {
		u.progs[len(u.progs)-2].Link = p
	}
	return p
}

func (u *unit) data(b []byte) {
	for ; len(b) >= 8; b = b[8:] {
		u.add(x86.AQUAD).From = obj.Addr{Type: obj.TYPE_CONST, Offset: int64(binary.LittleEndian.Uint64(b))}
	}
	for _, c := range b {
		u.add(x86.ABYTE).From = obj.Addr{Type: obj.TYPE_CONST, Offset: int64(c)}
	}
}

// operands puts n's operands where the library wants them.
func (u *unit) operands(p *obj.Prog, n *note) {
	info := n.op.info()
	if n.n == 0 {
		return
	}
	addr := func(k int) obj.Addr { return u.addr(&n.args[k], info.form.args[k], info.bytes(k)) }
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

func (u *unit) addr(o *operand, c class, width uint8) obj.Addr {
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
		return obj.Addr{Type: obj.TYPE_MEM, Name: obj.NAME_EXTERN, Sym: u.symbol(o), Offset: o.imm}
	}
	return obj.Addr{Type: obj.TYPE_BRANCH, Sym: u.symbol(o), Offset: o.imm}
}

// symbol gives the library's symbol for a label or an open symbol. The two kinds
// of names are kept apart by a first byte.
func (u *unit) symbol(o *operand) *obj.LSym {
	name := "S" + o.name
	if o.kind == isLabel {
		name = "L" + o.name
	}
	s := u.local[name]
	if s == nil {
		if u.local == nil {
			u.local = make(map[string]*obj.LSym)
		}
		s = &obj.LSym{Name: name}
		u.local[name] = s
	}
	return s
}

// jumps ties JMP and Jcc to the Progs of their labels, so that the library can
// choose short ones. CALL has no short form and keeps its symbol.
func (u *unit) jumps() {
	for k := range u.a.notes {
		n := &u.a.notes[k]
		if !n.isJump() {
			continue
		}
		p := &u.progs[u.first[k]]
		p.To = obj.Addr{Type: obj.TYPE_BRANCH}
		p.To.SetTarget(&u.progs[u.first[u.a.labels[n.args[0].name]]])
	}
}

// isJump says whether n goes to a label by JMP or Jcc.
func (n *note) isJump() bool {
	return n.kind == noteOp && n.op != CALL && n.n == 1 && n.args[0].kind == isLabel && n.op.info().form.args[0]&cTarget != 0
}

// libReg is the library's name for the lower bytes of a register.
func libReg(r Reg, width uint8) int16 {
	if width == 1 {
		return [...]int16{x86.REG_AL, x86.REG_CL, x86.REG_DL, x86.REG_BL, x86.REG_SPB, x86.REG_BPB, x86.REG_SIB, x86.REG_DIB,
			x86.REG_R8B, x86.REG_R9B, x86.REG_R10B, x86.REG_R11B, x86.REG_R12B, x86.REG_R13B, x86.REG_R14B, x86.REG_R15B}[r-RAX]
	}
	return x86.REG_AX + int16(r-RAX)
}

var initLibrary sync.Once

// run lets the library assemble. Its diagnostics become the error: it drops an
// instruction that it does not like and goes on.
func (u *unit) run() error {
	ctxt := &obj.Link{
		Arch:     &x86.Linkamd64,
		Headtype: objabi.Hlinux,
		IsAsm:    true, // no padding around jumps
	}
	ctxt.DiagFunc = u.diagnose
	ctxt.DiagFlush = func() {}
	initLibrary.Do(func() { x86.Linkamd64.Init(ctxt) })
	for k := range u.progs {
		u.progs[k].Ctxt = ctxt
	}
	u.sym = obj.LSym{Name: "code", Func: &obj.FuncInfo{Text: &u.progs[0]}}
	x86.Linkamd64.Assemble(ctxt, &u.sym, func() *obj.Prog { return &obj.Prog{Ctxt: ctxt} })
	return errors.Join(u.diags...)
}

// diagnose notes what the library says of the instruction that it is at.
func (u *unit) diagnose(format string, args ...any) {
	u.diags = append(u.diags, fmt.Errorf("%s: the assembler refuses it: %s", u.current(), fmt.Sprintf(format, args...)))
}

// current is the instruction that the library is at, in its first pass: Progs
// behind it have no address yet.
func (u *unit) current() *note {
	at := 0
	for k := range u.a.notes {
		n := &u.a.notes[k]
		if n.kind == noteOp && (u.progs[u.first[k]].Pc != 0 || u.a.notes[at].kind != noteOp) {
			at = k
		}
	}
	return &u.a.notes[at]
}

// dwarfNumbers of the registers: psABI, figure 3.36. Only those that functions save.
var dwarfNumbers = map[Reg]int{RBX: 3, RBP: 6, R12: 12, R13: 13, R14: 14, R15: 15}

// finish makes the Code: labels, fixups, items, lines.
func (u *unit) finish() (*asm.Code, error) {
	c := &asm.Code{Bytes: slices.Clone(u.sym.P[:u.offset(len(u.a.notes))])}
	if len(u.a.labels) > 0 && !u.a.trusted {
		c.Labels = make(map[string]int, len(u.a.labels))
		for name, k := range u.a.labels {
			c.Labels[name] = u.offset(k)
		}
	}
	if err := u.relocate(c); err != nil {
		return nil, err
	}
	for _, l := range u.a.lines {
		c.Lines = append(c.Lines, asm.Line{Off: u.offset(l.note), File: l.file, Line: l.line})
	}
	for _, f := range u.a.frames {
		if off := u.offset(f.note); off < len(c.Bytes) { // behind the end is another function's beginning
			c.Frames = append(c.Frames, asm.Frame{Off: off, Depth: f.depth, Saved: dwarfNumbers[f.saved]})
		}
	}
	if u.a.trusted {
		return c, u.complete(c)
	}
	if err := u.items(c); err != nil {
		return nil, err
	}
	return c, nil
}

// complete finds instructions that the library has left out. What it forgets of fixups is put
// right here, as in items.
func (u *unit) complete(c *asm.Code) error {
	fix := 0
	for k := range u.a.notes {
		n := &u.a.notes[k]
		if n.kind != noteOp {
			continue
		}
		end := u.offset(k + 1)
		if u.offset(k) == end {
			return fmt.Errorf("bug: %s: the assembler left it out", n)
		}
		if fix < len(c.Fixups) && c.Fixups[fix].Off < end {
			u.mendFixup(n, &c.Fixups[fix])
			fix++
		}
	}
	return nil
}

// mendFixup adds the offset of a symbol to jump to, which the library forgets.
func (u *unit) mendFixup(n *note, f *asm.Fixup) {
	if n.op == JMP {
		f.Add += n.args[0].imm
	}
}

// offset is where a note's bytes begin; that of the note behind the last is the size.
func (u *unit) offset(k int) int { return int(u.progs[u.first[k]].Pc) }

// relocate resolves references to labels and turns the others into fixups. The
// library's addend counts from the end of the field, ours from its start.
func (u *unit) relocate(c *asm.Code) error {
	for _, r := range u.sym.R {
		if r.Type == objabi.R_CALLIND { // a remark, no field
			continue
		}
		if r.Siz != 4 || r.Sym == nil || r.Type != objabi.R_PCREL && r.Type != objabi.R_CALL {
			return fmt.Errorf("bug: relocation %v of %d bytes", r.Type, r.Siz)
		}
		name, add := r.Sym.Name[1:], r.Add-4
		if r.Sym.Name[0] == 'S' {
			c.Fixups = append(c.Fixups, asm.Fixup{Off: int(r.Off), Kind: asm.PC32, Sym: name, Add: add})
			continue
		}
		rel := int64(u.offset(u.a.labels[name])) + add - int64(r.Off)
		binary.LittleEndian.PutUint32(c.Bytes[r.Off:], uint32(rel))
	}
	return nil
}

// items decodes the code again, compares it with the notes, and fills c.Items.
// All texts share one string.
func (u *unit) items(c *asm.Code) error {
	type text struct{ from, to int }
	var texts []byte
	ends := make([]text, 0, len(u.a.notes))
	c.Items = make([]asm.Item, 0, len(u.a.notes))
	fix := 0
	for k := range u.a.notes {
		n := &u.a.notes[k]
		off, end := u.offset(k), u.offset(k+1)
		from := len(texts)
		switch n.kind {
		case noteLabel:
			continue
		case noteString:
			if string(c.Bytes[off:end]) != string(n.data) {
				return fmt.Errorf("bug: %s: the assembler changed the string", n.name)
			}
			texts = strconv.AppendQuoteToASCII(texts, string(n.data))
		case noteVec:
			if string(c.Bytes[off:end]) != string(n.data) {
				return fmt.Errorf("bug: %s: the assembler changed the bytes", n.name)
			}
			ends = append(ends, text{from, from + len(n.name)})
			texts = append(texts, n.name...)
			c.Items = append(c.Items, asm.Item{Off: off, Size: end - off})
			continue
		default:
			inst, err := Decode(c.Bytes[off:end])
			if err != nil {
				return fmt.Errorf("%s: the assembler gave % x: %w", n, c.Bytes[off:end], err)
			}
			var f *asm.Fixup
			if fix < len(c.Fixups) && c.Fixups[fix].Off < end {
				f = &c.Fixups[fix]
				fix++
				u.mendFixup(n, f)
			}
			if err := n.compare(&inst, c, off, end, f); err != nil {
				return fmt.Errorf("%s: the assembler gave % x (%s): %w", n, c.Bytes[off:end], inst.Text(), err)
			}
			texts = inst.appendText(texts, n.pcrel())
		}
		ends = append(ends, text{from, len(texts)})
		c.Items = append(c.Items, asm.Item{Off: off, Size: end - off, Name: n.name})
	}
	if fix != len(c.Fixups) {
		return errors.New("bug: a fixup outside the instructions")
	}
	all := string(texts)
	for k := range c.Items {
		c.Items[k].Text = all[ends[k].from:ends[k].to]
	}
	return nil
}

// pcrel is the name of the operand that stands in the PC-relative field.
func (n *note) pcrel() string {
	for k := range n.args[:n.n] {
		if n.args[k].kind == isLabel || n.args[k].kind == isSym {
			return n.args[k].target()
		}
	}
	return ""
}
