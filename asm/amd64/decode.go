package amd64

import (
	"errors"
	"fmt"

	"golang.org/x/arch/x86/x86asm"
)

// Decoding: bytes to instructions in a neutral form, on which callers can reason
// without knowing the decoder.

// Inst is one decoded instruction.
type Inst struct {
	Size     int    // bytes, 1 to 15
	Op       string // mnemonic in Intel's spelling, upper case: "MOV", "JNE", "SYSCALL"
	Flow     Flow   // what runs after it
	Indirect bool   // a jump or call whose target is in a register or in memory
	Prefix   Prefix // legacy prefixes that are present, mandatory ones of SSE too; REX is none
	N        int    // explicit operands in Args
	Args     [4]Operand

	// The field that is relative to the end of the instruction: of a direct jump
	// or call, or of a [rip+disp] operand. Its size is 0 when there is none.
	PCRelOff  int
	PCRelSize int
	PCRel     int64 // its value, sign-extended: target = address of the instruction + Size + PCRel

	op   x86asm.Op
	lock bool // prefixes that the text shows
	rep  bool
	repn bool
}

// Flow says where the CPU goes after an instruction.
type Flow uint8

const (
	FlowNext   Flow = iota // to the next one
	FlowJump               // to the target only
	FlowCond               // to the target or to the next one
	FlowCall               // to the target, and from there usually back to the next one
	FlowReturn             // away
	FlowSystem             // into the kernel, and back to the next one: syscall, int
	FlowTrap               // nowhere: ud2, hlt, int3
)

// Prefix is a set of legacy prefixes.
type Prefix uint8

const (
	PrefixLock  Prefix = 1 << iota // F0
	PrefixRepNE                    // F2
	PrefixRep                      // F3
	PrefixSeg                      // 2E 36 3E 26 64 65
	PrefixData                     // 66
	PrefixAddr                     // 67
	PrefixVEX                      // C4, C5, 62: not a legacy prefix, but no plain instruction either
)

// Operand is an explicit operand of a decoded instruction.
type Operand struct {
	Kind  Kind
	Reg   Reg    // KindReg
	Width int    // bytes of the register or of the memory that is accessed; 0 where none is (lea) or unknown
	Mem   Mem    // KindMem; Base may be RIP, and then Disp counts from the end of the instruction
	Imm   int64  // KindImm: sign-extended, but of 8-bit operations as it stands. KindRel: the distance from the end. KindMem: the address, when Far
	Seg   string // KindMem: "fs" or "gs"
	Far   bool   // KindMem: a 64-bit absolute address in Imm (A0 to A3)

	reg x86asm.Reg // for the text of what Reg cannot name
}

// Kind is the kind of an Operand.
type Kind uint8

const (
	KindNone Kind = iota
	KindReg
	KindMem
	KindImm
	KindRel
)

// Decode decodes the instruction at the start of b.
func Decode(b []byte) (Inst, error) {
	x, err := x86asm.Decode(b, 64)
	if len(b) == 0 {
		return Inst{}, errors.New("no instruction: nothing is left")
	}
	if err != nil || x.Op == 0 || x.Len <= 0 || x.Len > len(b) { // Op 0 is a prefix or a first byte alone
		return Inst{}, fmt.Errorf("no instruction: % x", b[:min(len(b), 8)])
	}
	i := Inst{Size: x.Len, Op: x.Op.String(), op: x.Op}
	i.setPrefixes(&x)
	if x.PCRel > 0 && x.PCRelOff+x.PCRel <= x.Len {
		i.PCRelOff, i.PCRelSize = x.PCRelOff, x.PCRel
		i.PCRel = signed(b[x.PCRelOff:], x.PCRel)
	}
	for _, a := range x.Args {
		if a == nil || i.N == len(i.Args) {
			break
		}
		i.Args[i.N] = i.operand(&x, a)
		i.N++
	}
	i.setFlow()
	return i, nil
}

// DecodeAll decodes all of b, which must be whole instructions.
func DecodeAll(b []byte) ([]Inst, error) {
	all := make([]Inst, 0, len(b)/4) // instructions are some 4 bytes long
	for off := 0; off < len(b); {
		i, err := Decode(b[off:])
		if err != nil {
			return all, fmt.Errorf("offset %#x: %w", off, err)
		}
		all = append(all, i)
		off += i.Size
	}
	return all, nil
}

// signed reads a little-endian field of 1, 2 or 4 bytes. The decoder itself does
// not extend the sign of RIP displacements.
func signed(b []byte, size int) int64 {
	switch size {
	case 1:
		return int64(int8(b[0]))
	case 2:
		return int64(int16(uint16(b[0]) | uint16(b[1])<<8))
	}
	return int64(int32(uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24))
}

var prefixBits = map[x86asm.Prefix]Prefix{
	0xF0: PrefixLock, 0xF2: PrefixRepNE, 0xF3: PrefixRep, 0x66: PrefixData, 0x67: PrefixAddr,
	0x2E: PrefixSeg, 0x36: PrefixSeg, 0x3E: PrefixSeg, 0x26: PrefixSeg, 0x64: PrefixSeg, 0x65: PrefixSeg,
}

func (i *Inst) setPrefixes(x *x86asm.Inst) {
	for _, p := range x.Prefix {
		if p == 0 {
			return
		}
		if p.IsVEX() || p.IsEVEX() {
			i.Prefix |= PrefixVEX
			return // payload bytes follow
		}
		bit := prefixBits[p&0xFF]
		i.Prefix |= bit
		if p&(x86asm.PrefixImplicit|x86asm.PrefixIgnored) != 0 {
			continue
		}
		switch bit {
		case PrefixLock:
			i.lock = true
		case PrefixRep:
			i.rep = true
		case PrefixRepNE:
			i.repn = true
		}
	}
}

func (i *Inst) operand(x *x86asm.Inst, a x86asm.Arg) Operand {
	switch a := a.(type) {
	case x86asm.Reg:
		r, width := regOf(a)
		return Operand{Kind: KindReg, Reg: r, Width: width, reg: a}
	case x86asm.Imm:
		return Operand{Kind: KindImm, Imm: int64(a)}
	case x86asm.Rel:
		return Operand{Kind: KindRel, Imm: i.PCRel}
	case x86asm.Mem:
		return i.memory(x, a)
	}
	return Operand{Kind: KindNone}
}

func (i *Inst) memory(x *x86asm.Inst, a x86asm.Mem) Operand {
	o := Operand{Kind: KindMem, Width: x.MemBytes}
	o.Mem.Base, _ = regOf(a.Base)
	if a.Index != 0 && a.Scale != 0 {
		o.Mem.Index, _ = regOf(a.Index)
		o.Mem.Scale = a.Scale
	} else {
		o.Mem.Scale = 1
	}
	if o.Mem.Base == RIP && i.PCRelSize > 0 {
		o.Mem.Disp = int32(i.PCRel)
	} else {
		o.Mem.Disp = int32(a.Disp)
	}
	switch a.Segment {
	case x86asm.FS:
		o.Seg = "fs"
	case x86asm.GS:
		o.Seg = "gs"
	}
	if op := x.Opcode >> 24; x.Op == x86asm.MOV && 0xA0 <= op && op <= 0xA3 {
		o.Far, o.Imm = true, a.Disp
	}
	if x.Op == x86asm.LEA {
		o.Width = 0
	}
	return o
}

// regOf gives our name and the size in bytes of a register.
func regOf(r x86asm.Reg) (Reg, int) {
	switch {
	case r == 0:
		return NoReg, 0
	case x86asm.AL <= r && r <= x86asm.BL:
		return RAX + Reg(r-x86asm.AL), 1
	case x86asm.AH <= r && r <= x86asm.BH:
		return AH + Reg(r-x86asm.AH), 1
	case x86asm.SPB <= r && r <= x86asm.R15B:
		return RSP + Reg(r-x86asm.SPB), 1
	case x86asm.AX <= r && r <= x86asm.R15W:
		return RAX + Reg(r-x86asm.AX), 2
	case x86asm.EAX <= r && r <= x86asm.R15L:
		return RAX + Reg(r-x86asm.EAX), 4
	case x86asm.RAX <= r && r <= x86asm.R15:
		return RAX + Reg(r-x86asm.RAX), 8
	case r == x86asm.RIP || r == x86asm.EIP:
		return RIP, 8
	case x86asm.X0 <= r && r <= x86asm.X15:
		return X0 + Reg(r-x86asm.X0), 16
	}
	return OtherReg, 0
}

// flows lists what does not simply go on; conditional jumps are known by their
// relative operand.
var flows = map[x86asm.Op]Flow{
	x86asm.JMP: FlowJump, x86asm.LJMP: FlowJump,
	x86asm.CALL: FlowCall, x86asm.LCALL: FlowCall,
	x86asm.RET: FlowReturn, x86asm.LRET: FlowReturn,
	x86asm.IRET: FlowReturn, x86asm.IRETD: FlowReturn, x86asm.IRETQ: FlowReturn,
	x86asm.SYSRET: FlowReturn, x86asm.SYSEXIT: FlowReturn,
	x86asm.SYSCALL: FlowSystem, x86asm.SYSENTER: FlowSystem, x86asm.INT: FlowSystem,
	x86asm.UD0: FlowTrap, x86asm.UD1: FlowTrap, x86asm.UD2: FlowTrap, x86asm.HLT: FlowTrap, x86asm.ICEBP: FlowTrap,
}

func (i *Inst) setFlow() {
	f, listed := flows[i.op]
	if !listed && i.N == 1 && i.Args[0].Kind == KindRel {
		f = FlowCond
	}
	if i.op == x86asm.INT && i.N == 1 && i.Args[0].Imm == 3 {
		f = FlowTrap
	}
	i.Flow = f
	i.Indirect = (f == FlowJump || f == FlowCall) && i.Args[0].Kind != KindRel
}
