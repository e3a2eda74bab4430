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
//
// What lies below rsp is nobody's: there is no red zone in Go's code.
func (c *code) shortenMoves(isSmall bool) {
	for k := range c.insts {
		i := &c.insts[k]
		if !i.keep || i.Op != "MOV" || i.N != 2 || i.Args[0].Kind != amd64.KindReg {
			continue
		}
		to, from := i.Args[0], i.Args[1]
		d := byte(to.Reg - amd64.RAX) // its number
		switch {
		case to.Reg > amd64.R15 || to.Width < 4:
		case from.Kind == amd64.KindImm && isSmall && from.Imm >= 0 && from.Imm <= 127 && d < 8:
			i.replace(0x6a, byte(from.Imm), 0x58|d)
		case from.Kind == amd64.KindImm && to.Width == 8 && len(i.raw) == 7 && from.Imm >= 0 && d < 8:
			i.replace(binary.LittleEndian.AppendUint32([]byte{0xb8 | d}, uint32(from.Imm))...)
		case from.Kind == amd64.KindReg && isSmall && to.Width == 8 && d < 8 && from.Reg >= amd64.RAX && from.Reg < amd64.R8:
			i.replace(0x50|byte(from.Reg-amd64.RAX), 0x58|d)
		}
	}
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
