package ir

// op.go holds the facts of every op in one table, and the names of conditions, traps
// and checks. The text form, the verifier and the passes all read them from here.

type opFlag uint8

const (
	pure     opFlag = 1 << iota // depends on its arguments alone, changes nothing: may be shared or dropped
	loads                       // reads memory or the arena register: may be dropped, not shared across an effect
	effect                      // must stay, and in its place
	commutes                    // Args[0] and Args[1] may change places
	checked                     // may carry a Check, and then is an effect unless that is proved
	anyType                     // its Type is W or L; without it the type is fixed by want
)

// want says which types the arguments have: a letter each, W, L, t (the type of the
// value) or s (W or L, but the same for all s), ? (W or L); a last * repeats it.
type opInfo struct {
	name  string
	want  string
	typ   Type // result, where anyType is not set
	flags opFlag
}

var opTable = [...]opInfo{
	OpInvalid: {"invalid", "", None, effect},
	OpConst:   {"const", "", None, pure | anyType},
	OpParam:   {"param", "", None, effect | anyType},
	OpPhi:     {"phi", "t*", None, anyType},
	OpAddr:    {"addr", "", L, pure},
	OpSlot:    {"slot", "", L, 0},

	OpAdd:  {"add", "tt", None, pure | commutes | checked | anyType},
	OpSub:  {"sub", "tt", None, pure | checked | anyType},
	OpMul:  {"mul", "tt", None, pure | commutes | checked | anyType},
	OpDiv:  {"div", "tt", None, pure | anyType},
	OpRem:  {"rem", "tt", None, pure | anyType},
	OpUDiv: {"udiv", "tt", None, pure | anyType},
	OpURem: {"urem", "tt", None, pure | anyType},
	OpAnd:  {"and", "tt", None, pure | commutes | anyType},
	OpOr:   {"or", "tt", None, pure | commutes | anyType},
	OpXor:  {"xor", "tt", None, pure | commutes | anyType},
	OpShl:  {"shl", "tW", None, pure | anyType},
	OpShr:  {"shr", "tW", None, pure | anyType},
	OpSar:  {"sar", "tW", None, pure | anyType},
	OpRotr: {"rotr", "tW", None, pure | anyType},
	OpNeg:  {"neg", "t", None, pure | checked | anyType},
	OpNot:  {"not", "t", None, pure | anyType},
	OpSwap: {"swap", "t", None, pure | anyType},

	OpSextW: {"sextw", "W", L, pure},
	OpZextW: {"zextw", "W", L, pure},
	OpTrunc: {"trunc", "L", W, pure},
	OpCmp:   {"cmp", "ss", W, pure},

	OpLoad8:   {"load8", "L", None, loads | anyType},
	OpLoad16:  {"load16", "L", None, loads | anyType},
	OpLoad32:  {"load32", "L", None, loads | anyType},
	OpLoad64:  {"load64", "L", L, loads},
	OpStore8:  {"store8", "L?", None, effect},
	OpStore16: {"store16", "L?", None, effect},
	OpStore32: {"store32", "L?", None, effect},
	OpStore64: {"store64", "LL", None, effect},
	OpCopyMem: {"copymem", "LLL", None, effect},
	OpFillMem: {"fillmem", "LWL", None, effect},

	OpCall:     {"call", "?*", None, effect},
	OpResult2:  {"result2", "r", W, effect},
	OpCallAt:   {"callat", "L*", L, effect},
	OpSyscall:  {"syscall", "L*", L, effect},
	OpArena:    {"arena", "", L, loads},
	OpSetArena: {"setarena", "L", None, effect},
	OpStack:    {"stack", "", L, loads},
	OpTrapIf:   {"trapif", "ss", None, effect},
}

var condNames = [...]string{
	EQ: "eq", NE: "ne", SLT: "slt", SLE: "sle", SGT: "sgt", SGE: "sge",
	ULT: "ult", ULE: "ule", UGT: "ugt", UGE: "uge",
}

// The other side of each condition (not), and the same one with its arguments changed over.
var (
	condNot  = [...]Cond{EQ: NE, NE: EQ, SLT: SGE, SLE: SGT, SGT: SLE, SGE: SLT, ULT: UGE, ULE: UGT, UGT: ULE, UGE: ULT}
	condSwap = [...]Cond{EQ: EQ, NE: NE, SLT: SGT, SLE: SGE, SGT: SLT, SGE: SLE, ULT: UGT, ULE: UGE, UGT: ULT, UGE: ULE}
)

// Trap names are the words that a stopped program prints (core's trap func has the same list).
var trapNames = [...]string{
	TrapNone: "none", TrapOverflow: "overflow", TrapDivision: "division", TrapBounds: "bounds",
	TrapRange: "range", TrapAssert: "assert", TrapShift: "shift", TrapMemory: "memory", TrapStack: "stack",
}

var (
	checkNames = [...]string{Wrap: "wrap", Signed: "signed", Nonneg: "nonneg"}
	typeNames  = [...]string{None: "-", W: "W", L: "L"}
	termNames  = [...]string{TermNone: "none", Jump: "jump", Branch: "branch", Return: "return", Stop: "stop"}
)

func name(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return "bad"
}

func (t Type) String() string     { return name(typeNames[:], int(t)) }
func (c Cond) String() string     { return name(condNames[:], int(c)) }
func (t Trap) String() string     { return name(trapNames[:], int(t)) }
func (c Check) String() string    { return name(checkNames[:], int(c)) }
func (k TermKind) String() string { return name(termNames[:], int(k)) }
func (o Op) info() opInfo {
	if int(o) < len(opTable) {
		return opTable[o]
	}
	return opTable[OpInvalid]
}
func (o Op) String() string { return o.info().name }

// opFlags is the flags of each op, those of OpInvalid for what is none.
var opFlags = func() (list [256]opFlag) {
	for i := range list {
		list[i] = Op(i).info().flags
	}
	return list
}()

func (o Op) flags() opFlag { return opFlags[o] }

// Not is the condition that holds exactly when c does not.
func (c Cond) Not() Cond { return condNot[c] }

// Swap is the condition on (b, a) that holds exactly when c holds on (a, b).
func (c Cond) Swap() Cond { return condSwap[c] }

// Commutes says whether the op's two arguments may change places.
func (o Op) Commutes() bool { return o.flags()&commutes != 0 }

// HasEffect says whether v must stay where it is even when nobody uses its value:
// it stores, calls, traps or is a parameter.
func (v *Value) HasEffect() bool {
	fl := v.Op.flags()
	return fl&effect != 0 || fl&checked != 0 && v.Check != Wrap
}

// isPure says whether v depends on its arguments alone and changes nothing.
func (v *Value) isPure() bool {
	return (v.Op.flags()&pure != 0 || v.Fixed) && !v.HasEffect()
}

// Bits is the width of a type in bits.
func (t Type) Bits() uint {
	switch t {
	case W:
		return 32
	case L:
		return 64
	}
	return 0
}
