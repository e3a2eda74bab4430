package amd64

import "encoding/binary"

// Encoding: one instruction becomes bytes (Intel SDM, volume 2, chapter 2). The operands were
// checked before (build.go), so nothing can go wrong here. Of several encodings the shortest is
// taken; a register goes to another by the opcode that reads it from the field `reg`.

// shape is how an operation's opcode and operands become bytes.
type shape uint8

const (
	shBytes   shape = iota // opInfo.raw
	shALU                  // code is that of the form "r/m8, r8", digit that of the form with a constant
	shTest                 // as ALU, with codes of its own
	shMov                  //
	shXchg                 //
	shLoad                 // r, r/m
	shRM                   // r/m; digit
	shImul3                // r, r/m, constant
	shShift                // r/m, constant or cl; digit
	shBit                  // r/m, r or constant; digit
	shBswap                // r in the opcode
	shPush                 //
	shPop                  //
	shNear                 // jmp and call: code of the near form, digit of the form through r/m
	shThrough              // r/m of 8 bytes; digit
	shJcc                  //
)

// Bits of a REX prefix (SDM, table 2-4).
const (
	rexW = 8
	rexR = 4
	rexX = 2
	rexB = 1
)

// number of a register, as fields hold it: 3 bits, the fourth is in REX.
func number(r Reg) byte { return byte(r - RAX) }

// modRM adds prefixes, opcode, ModRM and what follows it up to the displacement. rm is register or
// memory; reg is what stands in the field of that name. behind is how many bytes of a constant
// will follow. width is that of the operation; byteReg and byteRM say which of the two are registers
// of a byte, of which some need REX to be told from ah and the like. A code above 255 begins with 0f.
func (a *Asm) modRM(width uint8, code uint16, reg byte, byteReg bool, rm *operand, byteRM bool, behind int64) {
	rex := byte(0)
	if width == 8 {
		rex = rexW
	}
	needed := byteReg && reg >= 4
	if reg >= 8 {
		rex |= rexR
	}
	switch rm.kind {
	case isReg:
		n := number(rm.reg)
		if n >= 8 {
			rex |= rexB
		}
		needed = needed || byteRM && n >= 4
	case isMem:
		if rm.mem.Base >= R8 {
			rex |= rexB
		}
		if rm.mem.Index >= R8 {
			rex |= rexX
		}
	}
	if width == 2 {
		a.buf = append(a.buf, 0x66)
	}
	if rex != 0 || needed {
		a.buf = append(a.buf, 0x40|rex)
	}
	if code > 0xff {
		a.buf = append(a.buf, 0x0f)
	}
	a.buf = append(a.buf, byte(code))
	field := reg & 7 << 3
	switch rm.kind {
	case isReg:
		a.buf = append(a.buf, 0xc0|field|number(rm.reg)&7)
	case isMem:
		a.memory(field, &rm.mem)
	default: // [rip + label or symbol]
		a.buf = append(a.buf, field|5)
		a.reference(rm, behind)
	}
}

// memory adds ModRM, SIB and displacement (SDM, tables 2-2 and 2-3).
func (a *Asm) memory(field byte, m *Mem) {
	const sib, none, disp8, disp32 = 4, 4 << 3, 1 << 6, 2 << 6
	if m.Base == NoReg {
		a.buf = append(a.buf, field|sib, scaleBits(m.Scale)|number(m.Index)&7<<3|5)
		a.buf = binary.LittleEndian.AppendUint32(a.buf, uint32(m.Disp))
		return
	}
	base := number(m.Base) & 7
	mod := byte(disp32)
	switch {
	case m.Disp == 0 && base != 5: // rbp and r13 need a displacement
		mod = 0
	case m.Disp == int32(int8(m.Disp)):
		mod = disp8
	}
	switch {
	case m.Index != NoReg:
		a.buf = append(a.buf, mod|field|sib, scaleBits(m.Scale)|number(m.Index)&7<<3|base)
	case base == sib: // rsp and r12 say that there is more
		a.buf = append(a.buf, mod|field|sib, none|base)
	default:
		a.buf = append(a.buf, mod|field|base)
	}
	switch mod {
	case disp8:
		a.buf = append(a.buf, byte(m.Disp))
	case disp32:
		a.buf = binary.LittleEndian.AppendUint32(a.buf, uint32(m.Disp))
	}
}

func scaleBits(scale uint8) byte {
	switch scale {
	case 2:
		return 1 << 6
	case 4:
		return 2 << 6
	case 8:
		return 3 << 6
	}
	return 0
}

// opcodeReg adds an instruction whose register is in the opcode.
func (a *Asm) opcodeReg(wide bool, code uint16, r Reg) {
	rex := number(r) >> 3
	if wide {
		rex |= rexW
	}
	if rex != 0 {
		a.buf = append(a.buf, 0x40|rex)
	}
	if code > 0xff {
		a.buf = append(a.buf, 0x0f)
	}
	a.buf = append(a.buf, byte(code)|number(r)&7)
}

// constant adds c in so many bytes.
func (a *Asm) constant(c int64, bytes int64) {
	for ; bytes > 0; bytes-- {
		a.buf = append(a.buf, byte(c))
		c >>= 8
	}
}

func isByte(c int64) bool { return c == int64(int8(c)) }

// encode adds the bytes of n; a jump to a label is only noted.
func (a *Asm) encode(n *note) {
	info := n.op.info()
	x, y := &n.args[0], &n.args[1]
	w := info.width
	small := w == 1
	wide := uint16(1) // what tells most opcodes of more than a byte from those of a byte
	if small {
		wide = 0
	}
	full := int64(min(w, 4)) // bytes of a constant that is written out
	switch info.shape {
	case shBytes:
		a.buf = append(a.buf, n.raw()...)
	case shALU:
		switch {
		case y.kind == isImm && !small && isByte(y.imm):
			a.modRM(w, 0x83, info.digit, false, x, false, 1)
			a.constant(y.imm, 1)
		case y.kind == isImm && x.kind == isReg && x.reg == RAX:
			a.accumulator(w, info.code+4+wide)
			a.constant(y.imm, full)
		case y.kind == isImm:
			a.modRM(w, 0x80+wide, info.digit, false, x, small, full)
			a.constant(y.imm, full)
		case y.kind == isReg:
			a.modRM(w, info.code+wide, number(y.reg), small, x, small, 0)
		default:
			a.modRM(w, info.code+2+wide, number(x.reg), small, y, false, 0)
		}
	case shTest:
		switch {
		case y.kind == isImm && x.kind == isReg && x.reg == RAX:
			a.accumulator(w, 0xa8+wide)
			a.constant(y.imm, full)
		case y.kind == isImm:
			a.modRM(w, 0xf6+wide, 0, false, x, small, full)
			a.constant(y.imm, full)
		default:
			if y.kind != isReg {
				x, y = y, x
			}
			a.modRM(w, 0x84+wide, number(y.reg), small, x, small, 0)
		}
	case shMov:
		a.mov(w, wide, x, y)
	case shXchg:
		if x.kind == isReg && y.kind == isReg && (x.reg == RAX || y.reg == RAX) {
			other := x.reg
			if other == RAX {
				other = y.reg
			}
			a.opcodeReg(w == 8, 0x90, other)
			return
		}
		if y.kind != isReg {
			x, y = y, x
		}
		a.modRM(w, 0x87, number(y.reg), false, x, false, 0)
	case shLoad:
		a.modRM(w, info.code, number(x.reg), false, y, info.src == 1, 0)
	case shRM:
		a.modRM(w, info.code, info.digit, false, x, small, 0)
	case shImul3:
		c := n.args[2].imm
		if isByte(c) {
			a.modRM(w, 0x6b, number(x.reg), false, y, false, 1)
			a.constant(c, 1)
			return
		}
		a.modRM(w, 0x69, number(x.reg), false, y, false, 4)
		a.constant(c, 4)
	case shShift:
		switch {
		case y.kind == isReg:
			a.modRM(w, 0xd3, info.digit, false, x, false, 0)
		case y.imm == 1:
			a.modRM(w, 0xd1, info.digit, false, x, false, 0)
		default:
			a.modRM(w, 0xc1, info.digit, false, x, false, 1)
			a.constant(y.imm, 1)
		}
	case shBit:
		if y.kind == isReg {
			a.modRM(w, info.code, number(y.reg), false, x, false, 0)
			return
		}
		a.modRM(w, 0x0fba, info.digit, false, x, false, 1)
		a.constant(y.imm, 1)
	case shBswap:
		a.opcodeReg(w == 8, info.code, x.reg)
	case shPush:
		switch {
		case x.kind == isReg:
			a.opcodeReg(false, 0x50, x.reg)
		case x.kind == isImm && isByte(x.imm):
			a.buf = append(a.buf, 0x6a, byte(x.imm))
		case x.kind == isImm:
			a.buf = append(a.buf, 0x68)
			a.constant(x.imm, 4)
		default:
			a.modRM(4, 0xff, 6, false, x, false, 0)
		}
	case shPop:
		if x.kind == isReg {
			a.opcodeReg(false, 0x58, x.reg)
			return
		}
		a.modRM(4, 0x8f, 0, false, x, false, 0)
	case shNear:
		switch {
		case x.kind == isLabel && n.op == JMP:
			a.jump(jumpAlways, x)
		case x.kind == isLabel, x.kind == isSym:
			a.buf = append(a.buf, byte(info.code))
			a.reference(x, 0)
		default:
			a.modRM(4, 0xff, info.digit, false, x, false, 0)
		}
	case shThrough:
		a.modRM(4, 0xff, info.digit, false, x, false, 0)
	case shJcc:
		a.jump(uint8(n.op-JO), x)
	}
}

// accumulator adds an opcode that means al, eax or rax.
func (a *Asm) accumulator(width uint8, code uint16) {
	switch width {
	case 2:
		a.buf = append(a.buf, 0x66)
	case 8:
		a.buf = append(a.buf, 0x40|rexW)
	}
	a.buf = append(a.buf, byte(code))
}

func (a *Asm) mov(w uint8, wide uint16, x, y *operand) {
	small := w == 1
	switch {
	case y.kind == isReg:
		a.modRM(w, 0x88+wide, number(y.reg), small, x, small, 0)
	case y.kind != isImm:
		a.modRM(w, 0x8a+wide, number(x.reg), small, y, false, 0)
	case x.kind != isReg:
		bytes := int64(min(w, 4))
		a.modRM(w, 0xc6+wide, 0, false, x, false, bytes)
		a.constant(y.imm, bytes)
	case w == 8 && y.imm == int64(int32(y.imm)):
		a.modRM(w, 0xc7, 0, false, x, false, 4)
		a.constant(y.imm, 4)
	default:
		code := uint16(0xb8)
		switch n := number(x.reg); {
		case w == 2:
			a.buf = append(a.buf, 0x66)
		case small:
			code = 0xb0
			if 4 <= n && n < 8 {
				a.buf = append(a.buf, 0x40)
			}
		}
		a.opcodeReg(w == 8, code, x.reg)
		a.constant(y.imm, int64(w))
	}
}
