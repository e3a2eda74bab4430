package amd64

import (
	"strconv"
	"strings"

	"golang.org/x/arch/x86/x86asm"
)

// Text: Intel syntax, as GNU as reads it with `.intel_syntax noprefix`. Distances
// are written `.+0x12`, from the start of the instruction, or by name where the
// name is known.

// Text is the instruction in Intel syntax.
func (i *Inst) Text() string { return string(i.appendText(nil, "")) }

// appendText adds the instruction; target, when not empty, stands for its
// PC-relative field.
func (i *Inst) appendText(b []byte, target string) []byte {
	if i.lock {
		b = append(b, "lock "...)
	}
	b = appendMnemonic(b, i.Op, i.rep, i.repn, i.isInt3())
	if i.isInt3() || isString(i.op) {
		return b
	}
	sep := " "
	for k := range i.Args[:i.N] {
		b = append(b, sep...)
		b = i.appendOperand(b, &i.Args[k], target)
		sep = ", "
	}
	return b
}

func (i *Inst) isInt3() bool { return i.op == x86asm.INT && i.Size == 1 }

// isString says whether op is a string operation, whose operands go without saying.
func isString(op x86asm.Op) bool {
	switch op {
	case x86asm.MOVSB, x86asm.MOVSW, x86asm.MOVSD, x86asm.MOVSQ,
		x86asm.STOSB, x86asm.STOSW, x86asm.STOSD, x86asm.STOSQ,
		x86asm.LODSB, x86asm.LODSW, x86asm.LODSD, x86asm.LODSQ,
		x86asm.SCASB, x86asm.SCASW, x86asm.SCASD, x86asm.SCASQ,
		x86asm.CMPSB, x86asm.CMPSW, x86asm.CMPSD, x86asm.CMPSQ,
		x86asm.INSB, x86asm.INSW, x86asm.INSD, x86asm.OUTSB, x86asm.OUTSW, x86asm.OUTSD:
		return true
	}
	return false
}

func appendMnemonic(b []byte, name string, rep, repn, int3 bool) []byte {
	if rep {
		b = append(b, "rep "...)
	}
	if repn {
		b = append(b, "repne "...)
	}
	if int3 {
		return append(b, "int3"...)
	}
	name = strings.TrimSuffix(name, "_XMM")
	for k := 0; k < len(name); k++ {
		c := name[k]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

func (i *Inst) appendOperand(b []byte, o *Operand, target string) []byte {
	switch o.Kind {
	case KindReg:
		if o.Reg == OtherReg {
			return append(b, strings.ToLower(o.reg.String())...)
		}
		return appendReg(b, o.Reg, o.Width)
	case KindImm:
		return appendHex(b, o.Imm)
	case KindRel:
		if target != "" {
			return append(b, target...)
		}
		b = append(b, '.')
		return appendSigned(b, o.Imm+int64(i.Size))
	case KindMem:
		b = append(b, widthNames[uint8(o.Width)]...)
		if o.Seg != "" {
			b = append(append(b, o.Seg...), ':')
		}
		if o.Far {
			b = append(b, '[')
			b = strconv.AppendUint(append(b, "0x"...), uint64(o.Imm), 16)
			return append(b, ']')
		}
		if o.Mem.Base != RIP {
			target = ""
		}
		return o.Mem.append(b, target)
	}
	return append(b, '?')
}

var widthNames = map[uint8]string{
	1: "byte ptr ", 2: "word ptr ", 4: "dword ptr ", 8: "qword ptr ", 16: "xmmword ptr ", 32: "ymmword ptr ",
}

// append writes [base+index*scale+disp], with a name instead of disp when there is one.
func (m *Mem) append(b []byte, name string) []byte {
	b = append(b, '[')
	start := len(b)
	if m.Base != NoReg {
		b = appendReg(b, m.Base, 8)
	}
	if m.Index != NoReg {
		if len(b) > start {
			b = append(b, '+')
		}
		b = appendReg(b, m.Index, 8)
		b = append(b, '*', '0'+m.Scale)
	}
	switch {
	case name != "":
		b = append(append(b, '+'), name...)
	case len(b) == start:
		b = appendHex(b, int64(m.Disp))
	case m.Disp != 0 || m.Base == RIP:
		b = appendSigned(b, int64(m.Disp))
	}
	return append(b, ']')
}

var regNames = [...][4]string{
	{"al", "ax", "eax", "rax"}, {"cl", "cx", "ecx", "rcx"}, {"dl", "dx", "edx", "rdx"}, {"bl", "bx", "ebx", "rbx"},
	{"spl", "sp", "esp", "rsp"}, {"bpl", "bp", "ebp", "rbp"}, {"sil", "si", "esi", "rsi"}, {"dil", "di", "edi", "rdi"},
	{"r8b", "r8w", "r8d", "r8"}, {"r9b", "r9w", "r9d", "r9"}, {"r10b", "r10w", "r10d", "r10"}, {"r11b", "r11w", "r11d", "r11"},
	{"r12b", "r12w", "r12d", "r12"}, {"r13b", "r13w", "r13d", "r13"}, {"r14b", "r14w", "r14d", "r14"}, {"r15b", "r15w", "r15d", "r15"},
}

var highNames = [...]string{"ah", "ch", "dh", "bh"}

func appendReg(b []byte, r Reg, width int) []byte {
	switch {
	case r.isGeneral():
		w := 3
		switch width {
		case 1:
			w = 0
		case 2:
			w = 1
		case 4:
			w = 2
		}
		return append(b, regNames[r-RAX][w]...)
	case r == RIP:
		return append(b, "rip"...)
	case X0 <= r && r <= X15:
		return strconv.AppendUint(append(b, "xmm"...), uint64(r-X0), 10)
	case AH <= r && r <= BH:
		return append(b, highNames[r-AH]...)
	}
	return append(b, '?')
}

// String is the register's 64-bit name.
func (r Reg) String() string { return string(appendReg(nil, r, 8)) }

// appendHex writes small constants in decimal and others in hex.
func appendHex(b []byte, v int64) []byte {
	if -10 < v && v < 10 {
		return strconv.AppendInt(b, v, 10)
	}
	if v < 0 {
		b = append(b, '-')
		return strconv.AppendUint(append(b, "0x"...), -uint64(v), 16)
	}
	return strconv.AppendUint(append(b, "0x"...), uint64(v), 16)
}

// appendSigned is appendHex with a sign always.
func appendSigned(b []byte, v int64) []byte {
	if v >= 0 {
		b = append(b, '+')
	}
	return appendHex(b, v)
}

// String is the note as it was asked for, for errors.
func (n *note) String() string {
	b := []byte(n.op.String())
	info := n.op.info()
	sep := " "
	for k := range n.args[:n.n] {
		b = append(b, sep...)
		b = n.args[k].appendText(b, int(info.bytes(k)))
		sep = ", "
	}
	return string(b)
}

func (o *operand) appendText(b []byte, width int) []byte {
	switch o.kind {
	case isReg:
		return appendReg(b, o.reg, width)
	case isMem:
		return o.mem.append(append(b, widthNames[uint8(width)]...), "")
	case isImm:
		return appendHex(b, o.imm)
	case isLabel, isSym:
		return append(b, o.target()...)
	}
	return append(b, '?')
}

// target is a label's or symbol's name with its offset.
func (o *operand) target() string {
	if o.kind == isSym && o.imm != 0 {
		return string(appendSigned([]byte(o.name), o.imm))
	}
	return o.name
}
