package amd64

import (
	"errors"
	"fmt"
)

// check.go finds all that can be wrong with the operands of an instruction, before the library
// sees it.

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
