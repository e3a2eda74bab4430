package amd64

import (
	"github.com/twitchyliquid64/golang-asm/obj"
	"github.com/twitchyliquid64/golang-asm/obj/x86"
)

// The table of operations: for each, the library's opcode, the name under which
// the decoder must find it again, the form of its operands and their sizes.

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
	cByte          // 0–255
	cTarget        // Label as a target
	cSymbol        // Sym as a target
	cNop           // 1–9
	cOpt           // may be left out
)

// order says where the library wants the operands: p.From, p.To, in its words.
type order uint8

const (
	dstTo   order = iota // second operand in From, first in To: the usual
	dstFrom              // first in From, second in To: comparisons
	oneTo                // the only operand in To
	oneFrom              // the only operand in From
	immFrom              // third in From, second in RestArgs, first in To
)

// form is the pattern of an operation's operands.
type form struct {
	args  [3]class
	order order
	any   bool // the decoder may show operands that the operation does not name, or swap them
}

var (
	formNone  = form{any: true}
	formALU   = form{args: [3]class{cReg | cMem, cReg | cMem | cImm}}
	formTest  = form{args: [3]class{cReg | cMem, cReg | cMem | cImm}, any: true}
	formCmp   = form{args: [3]class{cReg | cMem, cReg | cMem | cImm}, order: dstFrom}
	formMov   = form{args: [3]class{cReg | cMem, cReg | cMem | cImm}}
	formMov64 = form{args: [3]class{cReg | cMem, cReg | cMem | cImm | cImm64}}
	formLoad  = form{args: [3]class{cReg, cReg | cMem}}
	formLea   = form{args: [3]class{cReg, cMem}}
	formXchg  = form{args: [3]class{cReg | cMem, cReg | cMem}, any: true}
	formUnary = form{args: [3]class{cReg | cMem}, order: oneTo}
	formWide  = form{args: [3]class{cReg | cMem}, order: oneFrom}
	formReg   = form{args: [3]class{cReg}, order: oneTo}
	formImul3 = form{args: [3]class{cReg, cReg | cMem, cImm}, order: immFrom}
	formSh32  = form{args: [3]class{cReg | cMem, cCount31 | cCL}}
	formSh64  = form{args: [3]class{cReg | cMem, cCount63 | cCL}}
	formBit32 = form{args: [3]class{cReg | cMem, cReg | cCount31}}
	formBit64 = form{args: [3]class{cReg | cMem, cReg | cCount63}}
	formJump  = form{args: [3]class{cReg | cMem | cTarget | cSymbol}, order: oneTo}
	formInd   = form{args: [3]class{cMem}, order: oneTo}
	formCond  = form{args: [3]class{cTarget}, order: oneTo}
	formPush  = form{args: [3]class{cReg | cMem | cImm}, order: oneFrom}
	formNop   = form{args: [3]class{cNop | cOpt}, any: true}
)

// opInfo is a line of the table.
type opInfo struct {
	as    obj.As
	name  string // the decoder's
	form  *form
	width uint8  // bytes of the operands
	src   uint8  // bytes of the second, where it differs
	rep   obj.As // the string operation behind a REP prefix
	raw   string // bytes that the library has no operation for
}

var ops = [numOps]opInfo{
	MOVB:    {as: x86.AMOVB, name: "MOV", form: &formMov, width: 1},
	MOVW:    {as: x86.AMOVW, name: "MOV", form: &formMov, width: 2},
	MOVL:    {as: x86.AMOVL, name: "MOV", form: &formMov, width: 4},
	MOVQ:    {as: x86.AMOVQ, name: "MOV", form: &formMov64, width: 8},
	MOVZXB:  {as: x86.AMOVBLZX, name: "MOVZX", form: &formLoad, width: 4, src: 1},
	MOVZXW:  {as: x86.AMOVWLZX, name: "MOVZX", form: &formLoad, width: 4, src: 2},
	MOVSXBL: {as: x86.AMOVBLSX, name: "MOVSX", form: &formLoad, width: 4, src: 1},
	MOVSXBQ: {as: x86.AMOVBQSX, name: "MOVSX", form: &formLoad, width: 8, src: 1},
	MOVSXWL: {as: x86.AMOVWLSX, name: "MOVSX", form: &formLoad, width: 4, src: 2},
	MOVSXWQ: {as: x86.AMOVWQSX, name: "MOVSX", form: &formLoad, width: 8, src: 2},
	MOVSXLQ: {as: x86.AMOVLQSX, name: "MOVSXD", form: &formLoad, width: 8, src: 4},
	LEAL:    {as: x86.ALEAL, name: "LEA", form: &formLea, width: 4},
	LEAQ:    {as: x86.ALEAQ, name: "LEA", form: &formLea, width: 8},
	XCHGL:   {as: x86.AXCHGL, name: "XCHG", form: &formXchg, width: 4},
	XCHGQ:   {as: x86.AXCHGQ, name: "XCHG", form: &formXchg, width: 8},
	BSWAPL:  {as: x86.ABSWAPL, name: "BSWAP", form: &formReg, width: 4},
	BSWAPQ:  {as: x86.ABSWAPQ, name: "BSWAP", form: &formReg, width: 8},

	ADDB:  {as: x86.AADDB, name: "ADD", form: &formALU, width: 1},
	ADDL:  {as: x86.AADDL, name: "ADD", form: &formALU, width: 4},
	ADDQ:  {as: x86.AADDQ, name: "ADD", form: &formALU, width: 8},
	ADCL:  {as: x86.AADCL, name: "ADC", form: &formALU, width: 4},
	ADCQ:  {as: x86.AADCQ, name: "ADC", form: &formALU, width: 8},
	SUBB:  {as: x86.ASUBB, name: "SUB", form: &formALU, width: 1},
	SUBL:  {as: x86.ASUBL, name: "SUB", form: &formALU, width: 4},
	SUBQ:  {as: x86.ASUBQ, name: "SUB", form: &formALU, width: 8},
	SBBL:  {as: x86.ASBBL, name: "SBB", form: &formALU, width: 4},
	SBBQ:  {as: x86.ASBBQ, name: "SBB", form: &formALU, width: 8},
	ANDB:  {as: x86.AANDB, name: "AND", form: &formALU, width: 1},
	ANDL:  {as: x86.AANDL, name: "AND", form: &formALU, width: 4},
	ANDQ:  {as: x86.AANDQ, name: "AND", form: &formALU, width: 8},
	ORB:   {as: x86.AORB, name: "OR", form: &formALU, width: 1},
	ORL:   {as: x86.AORL, name: "OR", form: &formALU, width: 4},
	ORQ:   {as: x86.AORQ, name: "OR", form: &formALU, width: 8},
	XORB:  {as: x86.AXORB, name: "XOR", form: &formALU, width: 1},
	XORL:  {as: x86.AXORL, name: "XOR", form: &formALU, width: 4},
	XORQ:  {as: x86.AXORQ, name: "XOR", form: &formALU, width: 8},
	CMPB:  {as: x86.ACMPB, name: "CMP", form: &formCmp, width: 1},
	CMPW:  {as: x86.ACMPW, name: "CMP", form: &formCmp, width: 2},
	CMPL:  {as: x86.ACMPL, name: "CMP", form: &formCmp, width: 4},
	CMPQ:  {as: x86.ACMPQ, name: "CMP", form: &formCmp, width: 8},
	TESTB: {as: x86.ATESTB, name: "TEST", form: &formTest, width: 1},
	TESTL: {as: x86.ATESTL, name: "TEST", form: &formTest, width: 4},
	TESTQ: {as: x86.ATESTQ, name: "TEST", form: &formTest, width: 8},

	IMULL:  {as: x86.AIMULL, name: "IMUL", form: &formLoad, width: 4},
	IMULQ:  {as: x86.AIMULQ, name: "IMUL", form: &formLoad, width: 8},
	IMUL3L: {as: x86.AIMUL3L, name: "IMUL", form: &formImul3, width: 4},
	IMUL3Q: {as: x86.AIMUL3Q, name: "IMUL", form: &formImul3, width: 8},
	IMUL1L: {as: x86.AIMULL, name: "IMUL", form: &formWide, width: 4},
	IMUL1Q: {as: x86.AIMULQ, name: "IMUL", form: &formWide, width: 8},
	MULL:   {as: x86.AMULL, name: "MUL", form: &formWide, width: 4},
	MULQ:   {as: x86.AMULQ, name: "MUL", form: &formWide, width: 8},
	DIVL:   {as: x86.ADIVL, name: "DIV", form: &formWide, width: 4},
	DIVQ:   {as: x86.ADIVQ, name: "DIV", form: &formWide, width: 8},
	IDIVL:  {as: x86.AIDIVL, name: "IDIV", form: &formWide, width: 4},
	IDIVQ:  {as: x86.AIDIVQ, name: "IDIV", form: &formWide, width: 8},
	CDQ:    {as: x86.ACDQ, name: "CDQ", form: &formNone},
	CQO:    {as: x86.ACQO, name: "CQO", form: &formNone},
	NEGL:   {as: x86.ANEGL, name: "NEG", form: &formUnary, width: 4},
	NEGQ:   {as: x86.ANEGQ, name: "NEG", form: &formUnary, width: 8},
	NOTL:   {as: x86.ANOTL, name: "NOT", form: &formUnary, width: 4},
	NOTQ:   {as: x86.ANOTQ, name: "NOT", form: &formUnary, width: 8},
	INCL:   {as: x86.AINCL, name: "INC", form: &formUnary, width: 4},
	INCQ:   {as: x86.AINCQ, name: "INC", form: &formUnary, width: 8},
	DECL:   {as: x86.ADECL, name: "DEC", form: &formUnary, width: 4},
	DECQ:   {as: x86.ADECQ, name: "DEC", form: &formUnary, width: 8},

	SHLL: {as: x86.ASHLL, name: "SHL", form: &formSh32, width: 4, src: 1},
	SHLQ: {as: x86.ASHLQ, name: "SHL", form: &formSh64, width: 8, src: 1},
	SHRL: {as: x86.ASHRL, name: "SHR", form: &formSh32, width: 4, src: 1},
	SHRQ: {as: x86.ASHRQ, name: "SHR", form: &formSh64, width: 8, src: 1},
	SARL: {as: x86.ASARL, name: "SAR", form: &formSh32, width: 4, src: 1},
	SARQ: {as: x86.ASARQ, name: "SAR", form: &formSh64, width: 8, src: 1},
	ROLL: {as: x86.AROLL, name: "ROL", form: &formSh32, width: 4, src: 1},
	ROLQ: {as: x86.AROLQ, name: "ROL", form: &formSh64, width: 8, src: 1},
	RORL: {as: x86.ARORL, name: "ROR", form: &formSh32, width: 4, src: 1},
	RORQ: {as: x86.ARORQ, name: "ROR", form: &formSh64, width: 8, src: 1},

	BSFL: {as: x86.ABSFL, name: "BSF", form: &formLoad, width: 4},
	BSFQ: {as: x86.ABSFQ, name: "BSF", form: &formLoad, width: 8},
	BSRL: {as: x86.ABSRL, name: "BSR", form: &formLoad, width: 4},
	BSRQ: {as: x86.ABSRQ, name: "BSR", form: &formLoad, width: 8},
	BTL:  {as: x86.ABTL, name: "BT", form: &formBit32, width: 4},
	BTQ:  {as: x86.ABTQ, name: "BT", form: &formBit64, width: 8},

	JMP:      {as: obj.AJMP, name: "JMP", form: &formJump, width: 8},
	CALL:     {as: obj.ACALL, name: "CALL", form: &formJump, width: 8},
	JMPIND:   {as: obj.AJMP, name: "JMP", form: &formInd, width: 8},
	CALLIND:  {as: obj.ACALL, name: "CALL", form: &formInd, width: 8},
	RET:      {as: obj.ARET, name: "RET", form: &formNone},
	PUSH:     {as: x86.APUSHQ, name: "PUSH", form: &formPush, width: 8},
	POP:      {as: x86.APOPQ, name: "POP", form: &formUnary, width: 8},
	SYSCALL:  {as: x86.ASYSCALL, name: "SYSCALL", form: &formNone},
	UD2:      {as: x86.AUD2, name: "UD2", form: &formNone},
	INT3:     {raw: "\xcc", name: "INT", form: &formNone},
	NOP:      {raw: "\x90", name: "NOP", form: &formNop},
	CLD:      {as: x86.ACLD, name: "CLD", form: &formNone},
	STOSB:    {as: x86.ASTOSB, name: "STOSB", form: &formNone},
	MOVSB:    {as: x86.AMOVSB, name: "MOVSB", form: &formNone},
	REPSTOSB: {as: x86.AREP, rep: x86.ASTOSB, name: "STOSB", form: &formNone},
	REPSTOSQ: {as: x86.AREP, rep: x86.ASTOSQ, name: "STOSQ", form: &formNone},
	REPMOVSB: {as: x86.AREP, rep: x86.AMOVSB, name: "MOVSB", form: &formNone},
	REPMOVSQ: {as: x86.AREP, rep: x86.AMOVSQ, name: "MOVSQ", form: &formNone},
}

// conds is Cond's table: the suffix in Intel's words and the library's four opcodes.
var conds = [16]struct {
	name                 string
	jump, set, cmov, cmq obj.As
}{
	CondO:  {"O", x86.AJOS, x86.ASETOS, x86.ACMOVLOS, x86.ACMOVQOS},
	CondNO: {"NO", x86.AJOC, x86.ASETOC, x86.ACMOVLOC, x86.ACMOVQOC},
	CondB:  {"B", x86.AJCS, x86.ASETCS, x86.ACMOVLCS, x86.ACMOVQCS},
	CondAE: {"AE", x86.AJCC, x86.ASETCC, x86.ACMOVLCC, x86.ACMOVQCC},
	CondE:  {"E", x86.AJEQ, x86.ASETEQ, x86.ACMOVLEQ, x86.ACMOVQEQ},
	CondNE: {"NE", x86.AJNE, x86.ASETNE, x86.ACMOVLNE, x86.ACMOVQNE},
	CondBE: {"BE", x86.AJLS, x86.ASETLS, x86.ACMOVLLS, x86.ACMOVQLS},
	CondA:  {"A", x86.AJHI, x86.ASETHI, x86.ACMOVLHI, x86.ACMOVQHI},
	CondS:  {"S", x86.AJMI, x86.ASETMI, x86.ACMOVLMI, x86.ACMOVQMI},
	CondNS: {"NS", x86.AJPL, x86.ASETPL, x86.ACMOVLPL, x86.ACMOVQPL},
	CondP:  {"P", x86.AJPS, x86.ASETPS, x86.ACMOVLPS, x86.ACMOVQPS},
	CondNP: {"NP", x86.AJPC, x86.ASETPC, x86.ACMOVLPC, x86.ACMOVQPC},
	CondL:  {"L", x86.AJLT, x86.ASETLT, x86.ACMOVLLT, x86.ACMOVQLT},
	CondGE: {"GE", x86.AJGE, x86.ASETGE, x86.ACMOVLGE, x86.ACMOVQGE},
	CondLE: {"LE", x86.AJLE, x86.ASETLE, x86.ACMOVLLE, x86.ACMOVQLE},
	CondG:  {"G", x86.AJGT, x86.ASETGT, x86.ACMOVLGT, x86.ACMOVQGT},
}

func init() {
	for c, k := range conds {
		c := Op(c)
		ops[JO+c] = opInfo{as: k.jump, name: "J" + k.name, form: &formCond}
		ops[SETO+c] = opInfo{as: k.set, name: "SET" + k.name, form: &formUnary, width: 1}
		ops[cmovlO+c] = opInfo{as: k.cmov, name: "CMOV" + k.name, form: &formLoad, width: 4}
		ops[cmovqO+c] = opInfo{as: k.cmq, name: "CMOV" + k.name, form: &formLoad, width: 8}
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
	return string(appendMnemonic(nil, op.info().name, op.info().rep != 0, false, false))
}
