package amd64

// The table of operations: for each, the name under which the decoder must find it again, the form
// of its operands and their sizes, and how it is encoded.

// Op is an operation with its operand size: B, W, L, Q for 1, 2, 4, 8 bytes.
type Op uint16

const (
	badOp Op = iota

	MOVB // mov of 1 byte; the rest of a register stays
	MOVW
	MOVL // clears the upper half of a register
	MOVQ // takes 64-bit constants into a register
	MOVZXB
	MOVZXW
	MOVSXBL // byte to 32 bits
	MOVSXBQ // byte to 64 bits
	MOVSXWL
	MOVSXWQ
	MOVSXLQ // movsxd
	LEAL
	LEAQ
	XCHGL
	XCHGQ
	BSWAPL
	BSWAPQ

	ADDB
	ADDL
	ADDQ
	ADCL
	ADCQ
	SUBB
	SUBL
	SUBQ
	SBBL
	SBBQ
	ANDB
	ANDL
	ANDQ
	ORB
	ORL
	ORQ
	XORB
	XORL
	XORQ
	CMPB
	CMPW
	CMPL
	CMPQ
	TESTB
	TESTL
	TESTQ

	IMULL // reg, reg/mem
	IMULQ
	IMUL3L // reg, reg/mem, imm
	IMUL3Q
	IMUL1L // edx:eax = eax · operand, signed
	IMUL1Q
	MULL // edx:eax = eax · operand, unsigned
	MULQ
	DIVL
	DIVQ
	IDIVL
	IDIVQ
	CDQ // edx = sign of eax
	CQO // rdx = sign of rax
	NEGL
	NEGQ
	NOTL
	NOTQ
	INCL
	INCQ
	DECL
	DECQ

	SHLL
	SHLQ
	SHRL
	SHRQ
	SARL
	SARQ
	ROLL
	ROLQ
	RORL
	RORQ

	BSFL
	BSFQ
	BSRL
	BSRQ
	BTL
	BTQ

	JMP    // label, symbol, register, memory
	CALL   // label, symbol, register, memory
	JMPIND // through the word at a label or symbol
	CALLIND
	RET
	PUSH // 64 bits
	POP
	SYSCALL
	UD2
	INT3
	NOP // of 1 byte, or of Imm(1) to Imm(9) bytes
	CLD
	STOSB // [rdi++] = al
	MOVSB
	REPSTOSB
	REPSTOSQ
	REPMOVSB
	REPMOVSQ

	JO // the sixteen in Cond's order
	JNO
	JB
	JAE
	JE
	JNE
	JBE
	JA
	JS
	JNS
	JP
	JNP
	JL
	JGE
	JLE
	JG

	SETO // one byte, register or memory; in Cond's order
	SETNO
	SETB
	SETAE
	SETE
	SETNE
	SETBE
	SETA
	SETS
	SETNS
	SETP
	SETNP
	SETL
	SETGE
	SETLE
	SETG

	cmovlO               // see CMOVLcc
	cmovqO = cmovlO + 16 // see CMOVQcc
	numOps = cmovqO + 16
)

// class is a set of operand kinds that may stand in one place.
type class uint16

const (
	cReg     class = 1 << iota
	cMem           // Mem, and Label and Sym as memory
	cImm           // of the operation's size
	cImm64         // any constant, when the other operand is a register
	cCount31       // of a shift of 32 bits: 0–31
	cCount63       // of 64 bits
	cCL            // RCX
	cTarget        // Label as a target
	cSymbol        // Sym as a target
	cNop           // 1–9
	cOpt           // may be left out
)

// form is the pattern of an operation's operands.
type form struct {
	args [3]class
	any  bool // the decoder may show operands that the operation does not name, or swap them
}

var (
	formNone  = form{any: true}
	formALU   = form{args: [3]class{cReg | cMem, cReg | cMem | cImm}}
	formTest  = form{args: [3]class{cReg | cMem, cReg | cMem | cImm}, any: true}
	formCmp   = form{args: [3]class{cReg | cMem, cReg | cMem | cImm}}
	formMov   = form{args: [3]class{cReg | cMem, cReg | cMem | cImm}}
	formMov64 = form{args: [3]class{cReg | cMem, cReg | cMem | cImm | cImm64}}
	formLoad  = form{args: [3]class{cReg, cReg | cMem}}
	formLea   = form{args: [3]class{cReg, cMem}}
	formXchg  = form{args: [3]class{cReg | cMem, cReg | cMem}, any: true}
	formUnary = form{args: [3]class{cReg | cMem}}
	formWide  = form{args: [3]class{cReg | cMem}}
	formReg   = form{args: [3]class{cReg}}
	formImul3 = form{args: [3]class{cReg, cReg | cMem, cImm}}
	formSh32  = form{args: [3]class{cReg | cMem, cCount31 | cCL}}
	formSh64  = form{args: [3]class{cReg | cMem, cCount63 | cCL}}
	formBit32 = form{args: [3]class{cReg | cMem, cReg | cCount31}}
	formBit64 = form{args: [3]class{cReg | cMem, cReg | cCount63}}
	formJump  = form{args: [3]class{cReg | cMem | cTarget | cSymbol}}
	formInd   = form{args: [3]class{cMem}}
	formCond  = form{args: [3]class{cTarget}}
	formPush  = form{args: [3]class{cReg | cMem | cImm}}
	formNop   = form{args: [3]class{cNop | cOpt}, any: true}
)

// opInfo is a line of the table.
type opInfo struct {
	name  string // the decoder's
	form  *form
	width uint8 // bytes of the operands
	src   uint8 // bytes of the second, where it differs
	shape shape
	code  uint16 // see shape
	digit byte
	rep   bool   // has a REP prefix
	raw   string // of shBytes: all bytes
}

var ops = [numOps]opInfo{
	MOVB:    {name: "MOV", form: &formMov, width: 1, shape: shMov},
	MOVW:    {name: "MOV", form: &formMov, width: 2, shape: shMov},
	MOVL:    {name: "MOV", form: &formMov, width: 4, shape: shMov},
	MOVQ:    {name: "MOV", form: &formMov64, width: 8, shape: shMov},
	MOVZXB:  {name: "MOVZX", form: &formLoad, width: 4, src: 1, shape: shLoad, code: 0xfb6},
	MOVZXW:  {name: "MOVZX", form: &formLoad, width: 4, src: 2, shape: shLoad, code: 0xfb7},
	MOVSXBL: {name: "MOVSX", form: &formLoad, width: 4, src: 1, shape: shLoad, code: 0xfbe},
	MOVSXBQ: {name: "MOVSX", form: &formLoad, width: 8, src: 1, shape: shLoad, code: 0xfbe},
	MOVSXWL: {name: "MOVSX", form: &formLoad, width: 4, src: 2, shape: shLoad, code: 0xfbf},
	MOVSXWQ: {name: "MOVSX", form: &formLoad, width: 8, src: 2, shape: shLoad, code: 0xfbf},
	MOVSXLQ: {name: "MOVSXD", form: &formLoad, width: 8, src: 4, shape: shLoad, code: 0x63},
	LEAL:    {name: "LEA", form: &formLea, width: 4, shape: shLoad, code: 0x8d},
	LEAQ:    {name: "LEA", form: &formLea, width: 8, shape: shLoad, code: 0x8d},
	XCHGL:   {name: "XCHG", form: &formXchg, width: 4, shape: shXchg},
	XCHGQ:   {name: "XCHG", form: &formXchg, width: 8, shape: shXchg},
	BSWAPL:  {name: "BSWAP", form: &formReg, width: 4, shape: shBswap, code: 0x0fc8},
	BSWAPQ:  {name: "BSWAP", form: &formReg, width: 8, shape: shBswap, code: 0x0fc8},

	ADDB:  {name: "ADD", form: &formALU, width: 1, shape: shALU, code: 0x00, digit: 0},
	ADDL:  {name: "ADD", form: &formALU, width: 4, shape: shALU, code: 0x00, digit: 0},
	ADDQ:  {name: "ADD", form: &formALU, width: 8, shape: shALU, code: 0x00, digit: 0},
	ADCL:  {name: "ADC", form: &formALU, width: 4, shape: shALU, code: 0x10, digit: 2},
	ADCQ:  {name: "ADC", form: &formALU, width: 8, shape: shALU, code: 0x10, digit: 2},
	SUBB:  {name: "SUB", form: &formALU, width: 1, shape: shALU, code: 0x28, digit: 5},
	SUBL:  {name: "SUB", form: &formALU, width: 4, shape: shALU, code: 0x28, digit: 5},
	SUBQ:  {name: "SUB", form: &formALU, width: 8, shape: shALU, code: 0x28, digit: 5},
	SBBL:  {name: "SBB", form: &formALU, width: 4, shape: shALU, code: 0x18, digit: 3},
	SBBQ:  {name: "SBB", form: &formALU, width: 8, shape: shALU, code: 0x18, digit: 3},
	ANDB:  {name: "AND", form: &formALU, width: 1, shape: shALU, code: 0x20, digit: 4},
	ANDL:  {name: "AND", form: &formALU, width: 4, shape: shALU, code: 0x20, digit: 4},
	ANDQ:  {name: "AND", form: &formALU, width: 8, shape: shALU, code: 0x20, digit: 4},
	ORB:   {name: "OR", form: &formALU, width: 1, shape: shALU, code: 0x08, digit: 1},
	ORL:   {name: "OR", form: &formALU, width: 4, shape: shALU, code: 0x08, digit: 1},
	ORQ:   {name: "OR", form: &formALU, width: 8, shape: shALU, code: 0x08, digit: 1},
	XORB:  {name: "XOR", form: &formALU, width: 1, shape: shALU, code: 0x30, digit: 6},
	XORL:  {name: "XOR", form: &formALU, width: 4, shape: shALU, code: 0x30, digit: 6},
	XORQ:  {name: "XOR", form: &formALU, width: 8, shape: shALU, code: 0x30, digit: 6},
	CMPB:  {name: "CMP", form: &formCmp, width: 1, shape: shALU, code: 0x38, digit: 7},
	CMPW:  {name: "CMP", form: &formCmp, width: 2, shape: shALU, code: 0x38, digit: 7},
	CMPL:  {name: "CMP", form: &formCmp, width: 4, shape: shALU, code: 0x38, digit: 7},
	CMPQ:  {name: "CMP", form: &formCmp, width: 8, shape: shALU, code: 0x38, digit: 7},
	TESTB: {name: "TEST", form: &formTest, width: 1, shape: shTest},
	TESTL: {name: "TEST", form: &formTest, width: 4, shape: shTest},
	TESTQ: {name: "TEST", form: &formTest, width: 8, shape: shTest},

	IMULL:  {name: "IMUL", form: &formLoad, width: 4, shape: shLoad, code: 0xfaf},
	IMULQ:  {name: "IMUL", form: &formLoad, width: 8, shape: shLoad, code: 0xfaf},
	IMUL3L: {name: "IMUL", form: &formImul3, width: 4, shape: shImul3},
	IMUL3Q: {name: "IMUL", form: &formImul3, width: 8, shape: shImul3},
	IMUL1L: {name: "IMUL", form: &formWide, width: 4, shape: shRM, code: 0xf7, digit: 5},
	IMUL1Q: {name: "IMUL", form: &formWide, width: 8, shape: shRM, code: 0xf7, digit: 5},
	MULL:   {name: "MUL", form: &formWide, width: 4, shape: shRM, code: 0xf7, digit: 4},
	MULQ:   {name: "MUL", form: &formWide, width: 8, shape: shRM, code: 0xf7, digit: 4},
	DIVL:   {name: "DIV", form: &formWide, width: 4, shape: shRM, code: 0xf7, digit: 6},
	DIVQ:   {name: "DIV", form: &formWide, width: 8, shape: shRM, code: 0xf7, digit: 6},
	IDIVL:  {name: "IDIV", form: &formWide, width: 4, shape: shRM, code: 0xf7, digit: 7},
	IDIVQ:  {name: "IDIV", form: &formWide, width: 8, shape: shRM, code: 0xf7, digit: 7},
	CDQ:    {name: "CDQ", form: &formNone, raw: "\x99"},
	CQO:    {name: "CQO", form: &formNone, raw: "\x48\x99"},
	NEGL:   {name: "NEG", form: &formUnary, width: 4, shape: shRM, code: 0xf7, digit: 3},
	NEGQ:   {name: "NEG", form: &formUnary, width: 8, shape: shRM, code: 0xf7, digit: 3},
	NOTL:   {name: "NOT", form: &formUnary, width: 4, shape: shRM, code: 0xf7, digit: 2},
	NOTQ:   {name: "NOT", form: &formUnary, width: 8, shape: shRM, code: 0xf7, digit: 2},
	INCL:   {name: "INC", form: &formUnary, width: 4, shape: shRM, code: 0xff, digit: 0},
	INCQ:   {name: "INC", form: &formUnary, width: 8, shape: shRM, code: 0xff, digit: 0},
	DECL:   {name: "DEC", form: &formUnary, width: 4, shape: shRM, code: 0xff, digit: 1},
	DECQ:   {name: "DEC", form: &formUnary, width: 8, shape: shRM, code: 0xff, digit: 1},

	SHLL: {name: "SHL", form: &formSh32, width: 4, src: 1, shape: shShift, digit: 4},
	SHLQ: {name: "SHL", form: &formSh64, width: 8, src: 1, shape: shShift, digit: 4},
	SHRL: {name: "SHR", form: &formSh32, width: 4, src: 1, shape: shShift, digit: 5},
	SHRQ: {name: "SHR", form: &formSh64, width: 8, src: 1, shape: shShift, digit: 5},
	SARL: {name: "SAR", form: &formSh32, width: 4, src: 1, shape: shShift, digit: 7},
	SARQ: {name: "SAR", form: &formSh64, width: 8, src: 1, shape: shShift, digit: 7},
	ROLL: {name: "ROL", form: &formSh32, width: 4, src: 1, shape: shShift, digit: 0},
	ROLQ: {name: "ROL", form: &formSh64, width: 8, src: 1, shape: shShift, digit: 0},
	RORL: {name: "ROR", form: &formSh32, width: 4, src: 1, shape: shShift, digit: 1},
	RORQ: {name: "ROR", form: &formSh64, width: 8, src: 1, shape: shShift, digit: 1},

	BSFL: {name: "BSF", form: &formLoad, width: 4, shape: shLoad, code: 0xfbc},
	BSFQ: {name: "BSF", form: &formLoad, width: 8, shape: shLoad, code: 0xfbc},
	BSRL: {name: "BSR", form: &formLoad, width: 4, shape: shLoad, code: 0xfbd},
	BSRQ: {name: "BSR", form: &formLoad, width: 8, shape: shLoad, code: 0xfbd},
	BTL:  {name: "BT", form: &formBit32, width: 4, shape: shBit, code: 0x0fa3, digit: 4},
	BTQ:  {name: "BT", form: &formBit64, width: 8, shape: shBit, code: 0x0fa3, digit: 4},

	JMP:      {name: "JMP", form: &formJump, width: 8, shape: shNear, code: 0xe9, digit: 4},
	CALL:     {name: "CALL", form: &formJump, width: 8, shape: shNear, code: 0xe8, digit: 2},
	JMPIND:   {name: "JMP", form: &formInd, width: 8, shape: shThrough, digit: 4},
	CALLIND:  {name: "CALL", form: &formInd, width: 8, shape: shThrough, digit: 2},
	RET:      {name: "RET", form: &formNone, raw: "\xc3"},
	PUSH:     {name: "PUSH", form: &formPush, width: 8, shape: shPush},
	POP:      {name: "POP", form: &formUnary, width: 8, shape: shPop},
	SYSCALL:  {name: "SYSCALL", form: &formNone, raw: "\x0f\x05"},
	UD2:      {name: "UD2", form: &formNone, raw: "\x0f\x0b"},
	INT3:     {name: "INT", form: &formNone, raw: "\xcc"},
	NOP:      {name: "NOP", form: &formNop, raw: "\x90"},
	CLD:      {name: "CLD", form: &formNone, raw: "\xfc"},
	STOSB:    {name: "STOSB", form: &formNone, raw: "\xaa"},
	MOVSB:    {name: "MOVSB", form: &formNone, raw: "\xa4"},
	REPSTOSB: {name: "STOSB", form: &formNone, raw: "\xf3\xaa", rep: true},
	REPSTOSQ: {name: "STOSQ", form: &formNone, raw: "\xf3\x48\xab", rep: true},
	REPMOVSB: {name: "MOVSB", form: &formNone, raw: "\xf3\xa4", rep: true},
	REPMOVSQ: {name: "MOVSQ", form: &formNone, raw: "\xf3\x48\xa5", rep: true},
}

// condNames is Cond's table: the suffix in Intel's words.
var condNames = [16]string{
	CondO:  "O",
	CondNO: "NO",
	CondB:  "B",
	CondAE: "AE",
	CondE:  "E",
	CondNE: "NE",
	CondBE: "BE",
	CondA:  "A",
	CondS:  "S",
	CondNS: "NS",
	CondP:  "P",
	CondNP: "NP",
	CondL:  "L",
	CondGE: "GE",
	CondLE: "LE",
	CondG:  "G",
}

func init() {
	for c, name := range condNames {
		c, code := Op(c), uint16(c)
		ops[JO+c] = opInfo{name: "J" + name, form: &formCond, shape: shJcc}
		ops[SETO+c] = opInfo{name: "SET" + name, form: &formUnary, width: 1, shape: shRM, code: 0x0f90 + code}
		ops[cmovlO+c] = opInfo{name: "CMOV" + name, form: &formLoad, width: 4, shape: shLoad, code: 0x0f40 + code}
		ops[cmovqO+c] = opInfo{name: "CMOV" + name, form: &formLoad, width: 8, shape: shLoad, code: 0x0f40 + code}
	}
}

// nops are the no-operations of 1 to 9 bytes that Intel recommends (SDM volume 2, NOP).
var nops = [...]string{
	1: "\x90",
	2: "\x66\x90",
	3: "\x0f\x1f\x00",
	4: "\x0f\x1f\x40\x00",
	5: "\x0f\x1f\x44\x00\x00",
	6: "\x66\x0f\x1f\x44\x00\x00",
	7: "\x0f\x1f\x80\x00\x00\x00\x00",
	8: "\x0f\x1f\x84\x00\x00\x00\x00\x00",
	9: "\x66\x0f\x1f\x84\x00\x00\x00\x00\x00",
}

// bytes is the size of operand k.
func (i *opInfo) bytes(k int) uint8 {
	if k == 1 && i.src != 0 {
		return i.src
	}
	return i.width
}

func (op Op) info() *opInfo {
	if op >= numOps {
		return &ops[badOp]
	}
	return &ops[op]
}

// String gives the operation's name in lower case, without the operand size.
func (op Op) String() string {
	if op.info().form == nil {
		return "no operation"
	}
	return string(appendMnemonic(nil, op.info().name, op.info().rep, false, false))
}
