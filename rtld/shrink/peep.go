package shrink

import (
	"encoding/binary"

	"slul/asm/amd64"
)

// Small rewritings of single instructions and of neighbours.

// shortenMoves encodes mov of a 64-bit register with a constant that fits 32 bits without
// sign as mov of its lower half, which clears the upper one: five or six bytes for seven.
func (c *code) shortenMoves() {
	for k := range c.insts {
		i := &c.insts[k]
		if !i.keep || i.Op != "MOV" || len(i.raw) != 7 || i.raw[1] != 0xc7 || i.raw[2]>>6 != 3 || i.raw[0]&0xfe != 0x48 {
			continue
		}
		if v := binary.LittleEndian.Uint32(i.raw[3:]); v>>31 == 0 {
			out := append([]byte{0xb8 | i.raw[2]&7}, i.raw[3:]...)
			if i.raw[0]&1 != 0 { // r8 to r15
				out = append([]byte{0x41}, out...)
			}
			i.raw, i.Size = out, len(out)
		}
	}
}

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
