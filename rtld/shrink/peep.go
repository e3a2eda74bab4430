package shrink

import (
	"encoding/binary"

	"slul/asm/amd64"
)

// Small rewritings of single instructions and of neighbours.

// shortenMoves encodes loads of constants, and where size matters more than speed moves between
// registers, in fewer bytes:
//
//	mov r64, imm32            mov r32, imm32    when the number has no sign: 5 bytes for 7
//	mov r32, imm32            push imm8; pop    3 bytes for 5
//	mov r64, r64              push; pop         2 bytes for 3
//	mov qword [m], imm32      push imm8; pop    5 bytes for 8
//
// What lies below rsp is nobody's: there is no red zone in Go's code.
func (c *code) shortenMoves(isSmall bool) {
	for k := range c.insts {
		i := &c.insts[k]
		if !i.keep || i.Op != "MOV" || i.N != 2 {
			continue
		}
		to, from := i.Args[0], i.Args[1]
		if to.Kind != amd64.KindReg {
			if isSmall && to.Width == 8 && from.Kind == amd64.KindImm && from.Imm == int64(int8(from.Imm)) {
				i.storeByPop(byte(from.Imm))
			}
			continue
		}
		d := byte(to.Reg - amd64.RAX) // its number
		switch {
		case to.Reg > amd64.R15 || to.Width < 4:
		case from.Kind == amd64.KindImm && isSmall && from.Imm == int64(int8(from.Imm)) && (from.Imm >= 0 || to.Width == 8) && d < 8:
			i.replace(0x6a, byte(from.Imm), 0x58|d)
		case from.Kind == amd64.KindImm && to.Width == 8 && len(i.raw) == 7 && from.Imm >= 0 && d < 8:
			i.replace(binary.LittleEndian.AppendUint32([]byte{0xb8 | d}, uint32(from.Imm))...)
		case from.Kind == amd64.KindReg && isSmall && to.Width == 8 && d < 8 && from.Reg >= amd64.RAX && from.Reg < amd64.R8:
			i.replace(0x50|byte(from.Reg-amd64.RAX), 0x58|d)
		}
	}
}

// storeByPop encodes i, mov qword [m], n, as push n; pop qword [m]. Where m is counted from rsp, or from
// rip, it stays what it is.
func (i *inst) storeByPop(n byte) {
	rex, op, modrm := i.raw[0], i.raw[1], i.raw[2]
	if rex&0xf8 != 0x48 || op != 0xc7 || modrm&0xc7 == 5 || modrm&7 == 4 && i.raw[3]&7 == 4 {
		return
	}
	out := []byte{0x6a, n}
	if rex &^= 8; rex != 0x40 { // pop is 64-bit by itself
		out = append(out, rex)
	}
	out = append(out, 0x8f)
	i.replace(append(out, i.raw[2:len(i.raw)-4]...)...)
}

// replace changes the encoding.
func (i *inst) replace(raw ...byte) { i.raw, i.Size = raw, len(raw) }

// turnBranches makes one instruction of a branch around a jump:
//
//	jcc next; jmp far; next:   is   jncc far
func (c *code) turnBranches() {
	for k := range c.insts {
		i := &c.insts[k]
		if !i.keep || i.Flow != amd64.FlowCond || i.to < 0 {
			continue
		}
		j := c.next(k) // nothing jumps to it
		if j == 0 || c.insts[j].Flow != amd64.FlowJump || c.insts[j].to < 0 {
			continue
		}
		after := j + 1
		for after < len(c.insts) && !c.insts[after].keep {
			after++
		}
		if after == len(c.insts) || c.first(i.to) != after {
			continue
		}
		raw := append([]byte{}, i.raw...)
		raw[len(raw)-1-i.PCRelSize] ^= 1 // the condition's other sense
		i.raw, i.to = raw, c.insts[j].to
		c.insts[j].keep = false
	}
}
