package amd64

import (
	"errors"
	"fmt"
	"strings"
)

// Vector instructions. Neither library can be relied on for these: the decoder does not
// know AVX. They are encoded here, by the table below (Intel SDM, volume 2, chapters 2.3
// and 4); a test has objdump read all of them in all forms.

// Vec is an SSE or AVX register, 0 to 15.
type Vec uint8

func (Vec) isArg() {}

// VecOp is an operation on vector registers. Those that begin with V are AVX, and work on
// 256 bits where their name does not end in X.
type VecOp uint8

const (
	badVec VecOp = iota
	MOVUPS
	MOVUPSTO // to memory
	MOVQX    // from a general register
	PUNPCKLQDQ
	PCMPEQB
	PAND
	POR
	PMOVMSKB // to a general register
	VMOVDQU
	VMOVDQUTO
	VPBROADCASTB
	VPCMPEQB
	VPAND
	VPOR
	VPMOVMSKB
	VZEROUPPER
	CPUID
	XGETBV
	numVec
)

// vecForm is what the operands are.
type vecForm uint8

const (
	vecNone  vecForm = iota
	vecLoad          // Vec, Mem or Vec
	vecStore         // Mem, Vec
	vecIn            // Vec, Reg
	vecOut           // Reg, Vec
	vecTwo           // Vec, Mem or Vec; the first is read as well
	vecThree         // Vec, Vec, Mem or Vec
)

type vecInfo struct {
	name    string
	form    vecForm
	prefix  byte // 0, 0x66 or 0xf3
	leading byte // 1: 0f; 2: 0f 38
	opcode  byte
	vex     bool
	wide    bool // of VEX: 256 bits; else: REX.W
}

var vecs = [numVec]vecInfo{
	MOVUPS:       {"movups", vecLoad, 0, 1, 0x10, false, false},
	MOVUPSTO:     {"movups", vecStore, 0, 1, 0x11, false, false},
	MOVQX:        {"movq", vecIn, 0x66, 1, 0x6e, false, true},
	PUNPCKLQDQ:   {"punpcklqdq", vecTwo, 0x66, 1, 0x6c, false, false},
	PCMPEQB:      {"pcmpeqb", vecTwo, 0x66, 1, 0x74, false, false},
	PAND:         {"pand", vecTwo, 0x66, 1, 0xdb, false, false},
	POR:          {"por", vecTwo, 0x66, 1, 0xeb, false, false},
	PMOVMSKB:     {"pmovmskb", vecOut, 0x66, 1, 0xd7, false, false},
	VMOVDQU:      {"vmovdqu", vecLoad, 0xf3, 1, 0x6f, true, true},
	VMOVDQUTO:    {"vmovdqu", vecStore, 0xf3, 1, 0x7f, true, true},
	VPBROADCASTB: {"vpbroadcastb", vecLoad, 0x66, 2, 0x78, true, true},
	VPCMPEQB:     {"vpcmpeqb", vecThree, 0x66, 1, 0x74, true, true},
	VPAND:        {"vpand", vecThree, 0x66, 1, 0xdb, true, true},
	VPOR:         {"vpor", vecThree, 0x66, 1, 0xeb, true, true},
	VPMOVMSKB:    {"vpmovmskb", vecOut, 0x66, 1, 0xd7, true, true},
	VZEROUPPER:   {"vzeroupper", vecNone, 0, 1, 0x77, true, false},
	CPUID:        {"cpuid", vecNone, 0, 1, 0xa2, false, false},
	XGETBV:       {"xgetbv", vecNone, 0, 1, 0x01, false, false}, // and d0
}

// Vec adds a vector instruction, destination first.
func (a *Asm) Vec(op VecOp, args ...Arg) {
	data, text, err := encodeVec(op, args)
	if err != nil {
		a.errs = append(a.errs, fmt.Errorf("%s: %w", text, err))
		return
	}
	a.add(&note{kind: noteVec, at: a.here(), name: text})
	a.code = append(a.code, data...)
}

// encodeVec gives the bytes and the text of an instruction.
func encodeVec(op VecOp, args []Arg) (data []byte, text string, err error) {
	if op == badVec || op >= numVec {
		return nil, "vector operation", errors.New("there is none of this number")
	}
	info := &vecs[op]
	text = vecText(info, args)
	var reg, vvvv byte
	var rm Arg
	fits := false
	switch info.form {
	case vecNone:
		fits = len(args) == 0
	case vecLoad, vecTwo:
		if fits = len(args) == 2; fits {
			reg, fits = vecNumber(args[0])
			rm = args[1]
		}
	case vecStore:
		if fits = len(args) == 2; fits {
			reg, fits = vecNumber(args[1])
			rm = args[0]
			_, isMem := rm.(Mem)
			fits = fits && isMem
		}
	case vecIn:
		if fits = len(args) == 2; fits {
			reg, fits = vecNumber(args[0])
			rm = args[1]
		}
	case vecOut:
		if fits = len(args) == 2; fits {
			r, isReg := args[0].(Reg)
			reg, fits = byte(r-RAX), isReg && r.isGeneral()
			rm = args[1]
		}
	case vecThree:
		if fits = len(args) == 3; fits {
			var second bool
			reg, fits = vecNumber(args[0])
			vvvv, second = vecNumber(args[1])
			fits = fits && second
			rm = args[2]
		}
	}
	if !fits {
		return nil, text, errors.New("other operands are wanted")
	}
	modrm, rexX, rexB, err := vecPlace(info, reg, rm)
	if err != nil {
		return nil, text, err
	}
	rexR := reg >> 3
	if info.vex {
		return append(vexPrefix(info, rexR, rexX, rexB, vvvv), append([]byte{info.opcode}, modrm...)...), text, nil
	}
	if info.prefix != 0 {
		data = append(data, info.prefix)
	}
	rex := rexR<<2 | rexX<<1 | rexB
	if info.wide {
		rex |= 8
	}
	if rex != 0 {
		data = append(data, 0x40|rex)
	}
	data = append(data, 0x0f, info.opcode)
	if op == XGETBV {
		data = append(data, 0xd0)
	}
	return append(data, modrm...), text, nil
}

func vecNumber(a Arg) (byte, bool) {
	v, ok := a.(Vec)
	return byte(v), ok && v < 16
}

// vexPrefix is the VEX prefix, of two bytes where that can say all.
func vexPrefix(info *vecInfo, r, x, b, vvvv byte) []byte {
	last := (^vvvv & 15) << 3
	switch info.prefix {
	case 0x66:
		last |= 1
	case 0xf3:
		last |= 2
	}
	if info.wide {
		last |= 4
	}
	if x == 0 && b == 0 && info.leading == 1 {
		return []byte{0xc5, (1-r)<<7 | last}
	}
	return []byte{0xc4, (1-r)<<7 | (1-x)<<6 | (1-b)<<5 | info.leading, last}
}

// vecPlace is the ModRM byte and what follows it, with the high bits of its registers.
func vecPlace(info *vecInfo, reg byte, rm Arg) (out []byte, x, b byte, err error) {
	switch m := rm.(type) {
	case nil:
		return nil, 0, 0, nil
	case Vec:
		if info.form == vecIn || m > 15 {
			break
		}
		return []byte{0xc0 | reg&7<<3 | byte(m)&7}, 0, byte(m) >> 3, nil
	case Reg:
		if info.form != vecIn || !m.isGeneral() {
			break
		}
		n := byte(m - RAX)
		return []byte{0xc0 | reg&7<<3 | n&7}, 0, n >> 3, nil
	case Mem:
		if info.form == vecIn || info.form == vecOut {
			break
		}
		return vecMemory(reg, m)
	}
	return nil, 0, 0, errors.New("other operands are wanted")
}

// vecMemory is ModRM, SIB and displacement of [base + index·scale + disp].
func vecMemory(reg byte, m Mem) (out []byte, x, b byte, err error) {
	if m.Scale == 0 {
		m.Scale = 1
	}
	if err := m.check(); err != nil {
		return nil, 0, 0, err
	}
	if m.Base == NoReg {
		return nil, 0, 0, errors.New("an address without a base")
	}
	base := byte(m.Base - RAX)
	mod := byte(0)
	switch {
	case m.Disp == 0 && base&7 != 5: // rbp and r13 need a displacement
	case m.Disp == int32(int8(m.Disp)):
		mod = 1
	default:
		mod = 2
	}
	if m.Index == NoReg && base&7 != 4 {
		out = []byte{mod<<6 | reg&7<<3 | base&7}
	} else {
		index := byte(4) // none
		if m.Index != NoReg {
			index = byte(m.Index - RAX)
			x = index >> 3
		}
		scale := map[uint8]byte{1: 0, 2: 1, 4: 2, 8: 3}[m.Scale]
		out = []byte{mod<<6 | reg&7<<3 | 4, scale<<6 | index&7<<3 | base&7}
	}
	switch mod {
	case 1:
		out = append(out, byte(m.Disp))
	case 2:
		out = append(out, byte(m.Disp), byte(m.Disp>>8), byte(m.Disp>>16), byte(m.Disp>>24))
	}
	return out, x, base >> 3, nil
}

// vecText is the instruction in Intel's words.
func vecText(info *vecInfo, args []Arg) string {
	words := []string{}
	letter := "xmm"
	if info.vex && info.wide {
		letter = "ymm"
	}
	for k, a := range args {
		switch o := a.(type) {
		case Vec:
			l := letter
			if info == &vecs[VPBROADCASTB] && k == 1 {
				l = "xmm"
			}
			words = append(words, fmt.Sprintf("%s%d", l, o))
		case Reg:
			words = append(words, vecRegister(info, o))
		case Mem:
			words = append(words, vecAddress(o))
		default:
			words = append(words, fmt.Sprint(a))
		}
	}
	return strings.TrimSpace(info.name + " " + strings.Join(words, ", "))
}

func vecRegister(info *vecInfo, r Reg) string {
	if !r.isGeneral() {
		return "?"
	}
	width := 4
	if info.form == vecIn && info.wide {
		width = 8
	}
	return string(appendReg(nil, r, width))
}

func vecAddress(m Mem) string {
	if !m.Base.isGeneral() {
		return "[?]"
	}
	s := "[" + string(appendReg(nil, m.Base, 8))
	if m.Index.isGeneral() {
		s += fmt.Sprintf("+%s*%d", appendReg(nil, m.Index, 8), max(m.Scale, 1))
	}
	if m.Disp != 0 {
		s += fmt.Sprintf("%+#x", m.Disp)
	}
	return s + "]"
}
