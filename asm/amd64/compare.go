package amd64

import (
	"errors"
	"fmt"

	"slul/asm"
)

// compare: the check that the assembler's bytes mean what the caller asked for.

// compare says where inst, decoded from c.Bytes[off:end], differs from n. f is the
// fixup inside it, if there is one.
func (n *note) compare(inst *Inst, c *asm.Code, off, end int, f *asm.Fixup) error {
	info := n.op.info()
	switch {
	case inst.Size != end-off:
		return fmt.Errorf("it decodes to %d bytes", inst.Size)
	case inst.Op != info.name:
		return errors.New("another operation")
	case inst.rep != (info.rep != 0) || inst.lock || inst.repn:
		return errors.New("another prefix")
	}
	if err := n.compareTarget(inst, c, off, end, f); err != nil {
		return err
	}
	want, got := n.args[:n.n], inst.Args[:inst.N]
	if n.op == NOP || len(want) == 0 {
		return nil
	}
	if n.matches(want, got) {
		return nil
	}
	if info.form.any && len(want) == 2 && n.matches([]operand{want[1], want[0]}, got) {
		return nil
	}
	return errors.New("other operands")
}

func (n *note) matches(want []operand, got []Operand) bool {
	if len(want) != len(got) {
		return false
	}
	info := n.op.info()
	for k := range want {
		if !want[k].matches(&got[k], int(info.bytes(k))) {
			return false
		}
	}
	return true
}

func (o *operand) matches(d *Operand, width int) bool {
	switch o.kind {
	case isReg:
		return d.Kind == KindReg && d.Reg == o.reg && d.Width == width
	case isImm:
		return d.Kind == KindImm && (d.Imm == o.imm || width == 1 && int8(d.Imm) == int8(o.imm))
	case isMem:
		return d.Kind == KindMem && d.Mem == o.mem && (d.Width == width || d.Width == 0) && d.Seg == ""
	case isLabel, isSym: // the value is compareTarget's
		return d.Kind == KindRel || d.Kind == KindMem && d.Mem.Base == RIP && (d.Width == width || d.Width == 0)
	}
	return false
}

// compareTarget checks the PC-relative field: that it leads to the label, or that
// the symbol's fixup lies on it and counts from the end of the instruction.
func (n *note) compareTarget(inst *Inst, c *asm.Code, off, end int, f *asm.Fixup) error {
	var o *operand
	for k := range n.args[:n.n] {
		if n.args[k].kind == isLabel || n.args[k].kind == isSym {
			o = &n.args[k]
		}
	}
	switch {
	case o == nil && f == nil && inst.PCRelSize == 0:
		return nil
	case o == nil:
		return errors.New("a PC-relative field that nobody asked for")
	case inst.PCRelSize == 0:
		return errors.New("no PC-relative field")
	case o.kind == isLabel && f == nil:
		if int64(end)+inst.PCRel != int64(c.Labels[o.name]) {
			return errors.New("it leads elsewhere")
		}
		return nil
	case o.kind == isSym && f != nil:
		field := off + inst.PCRelOff
		if f.Off != field || inst.PCRelSize != 4 || inst.PCRel != 0 || f.Sym != o.name || f.Add != o.imm-int64(end-field) {
			return errors.New("the fixup does not fit the field")
		}
		return nil
	}
	return errors.New("a label with a fixup, or a symbol without one")
}
