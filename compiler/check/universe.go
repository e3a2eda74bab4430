// The universe: what programs can name without declaring it, and the primitives. The
// core library's own funcs and enums are not here; they come from its source
// (compiler/core): every func of its .slul files is visible to programs, and one that
// is called string_NAME is the member NAME of every string.

package check

import "slul/compiler/syntax"

// laterTypes are types of the language that this version does not have.
var laterTypes = map[string]bool{"ForeignError": true}

// primInfo is how a primitive is called.
type primInfo struct {
	prim   Prim
	params []*Type // nil entries: see rule
	most   int     // arguments at most; 0: len(params)
	result *Type
	rule   primRule // how arguments without a fixed type are checked
}

type primRule uint8

const (
	ruleFixed   primRule = iota // all arguments have the type of params
	ruleConvert                 // any integer, to result
	ruleLow                     // a wuint, to result
	ruleSame                    // integers of one type, which is the result's
	ruleSigned                  // a signed integer, which is the result's type
	ruleRef                     // any reference
	ruleToRef                   // to the reference type that its place wants
)

// prims are the primitives that all files know.
var prims = map[string]*primInfo{
	"to_byte":        {prim: PrimConvert, params: []*Type{nil}, result: ByteType, rule: ruleConvert},
	"to_int":         {prim: PrimConvert, params: []*Type{nil}, result: IntType, rule: ruleConvert},
	"to_long":        {prim: PrimConvert, params: []*Type{nil}, result: LongType, rule: ruleConvert},
	"to_signed_int":  {prim: PrimConvert, params: []*Type{nil}, result: SintType, rule: ruleConvert},
	"to_signed_long": {prim: PrimConvert, params: []*Type{nil}, result: SlongType, rule: ruleConvert},
	"to_wuint32":     {prim: PrimConvert, params: []*Type{nil}, result: Wuint32Type, rule: ruleConvert},
	"to_wuint64":     {prim: PrimConvert, params: []*Type{nil}, result: Wuint64Type, rule: ruleConvert},
	"low_byte":       {prim: PrimLowByte, params: []*Type{nil}, result: ByteType, rule: ruleLow},
	"low_32":         {prim: PrimLow32, params: []*Type{nil}, result: Wuint32Type, rule: ruleLow},
	"min":            {prim: PrimMin, params: []*Type{nil, nil}, rule: ruleSame},
	"max":            {prim: PrimMax, params: []*Type{nil, nil}, rule: ruleSame},
	"abs":            {prim: PrimAbs, params: []*Type{nil}, rule: ruleSigned},
}

// unsafePrims are the primitives of .slunsafe files.
var unsafePrims = map[string]*primInfo{
	"UNSAFE_load8":     {prim: PrimLoad8, params: []*Type{AddrType}, result: Wuint64Type},
	"UNSAFE_load16":    {prim: PrimLoad16, params: []*Type{AddrType}, result: Wuint64Type},
	"UNSAFE_load32":    {prim: PrimLoad32, params: []*Type{AddrType}, result: Wuint64Type},
	"UNSAFE_load64":    {prim: PrimLoad64, params: []*Type{AddrType}, result: Wuint64Type},
	"UNSAFE_store8":    {prim: PrimStore8, params: []*Type{AddrType, Wuint64Type}, result: NothingType},
	"UNSAFE_store16":   {prim: PrimStore16, params: []*Type{AddrType, Wuint64Type}, result: NothingType},
	"UNSAFE_store32":   {prim: PrimStore32, params: []*Type{AddrType, Wuint64Type}, result: NothingType},
	"UNSAFE_store64":   {prim: PrimStore64, params: []*Type{AddrType, Wuint64Type}, result: NothingType},
	"UNSAFE_set_word":  {prim: PrimSetWord, params: []*Type{AddrType, Wuint64Type}, result: NothingType},
	"UNSAFE_copy":      {prim: PrimCopy, params: []*Type{AddrType, AddrType, Wuint64Type}, result: NothingType},
	"UNSAFE_fill":      {prim: PrimFill, params: []*Type{AddrType, Wuint64Type, Wuint64Type}, result: NothingType},
	"UNSAFE_move":      {prim: PrimMove, params: []*Type{AddrType, AddrType, Wuint64Type}, result: NothingType},
	"UNSAFE_set":       {prim: PrimSet, params: []*Type{AddrType, Wuint64Type, Wuint64Type}, result: NothingType},
	"UNSAFE_same":      {prim: PrimSame, params: []*Type{AddrType, AddrType, Wuint64Type}, result: Wuint64Type},
	"UNSAFE_seek":      {prim: PrimSeek, params: []*Type{AddrType, Wuint64Type, Wuint64Type}, result: Wuint64Type},
	"UNSAFE_syscall":   {prim: PrimSyscall, params: []*Type{Wuint64Type}, most: 7, result: SlongType},
	"UNSAFE_addr_of":   {prim: PrimAddrOf, params: []*Type{nil}, result: AddrType, rule: ruleRef},
	"UNSAFE_ref":       {prim: PrimRef, params: []*Type{AddrType}, rule: ruleToRef},
	"UNSAFE_arena":     {prim: PrimArena, result: AddrType},
	"UNSAFE_set_arena": {prim: PrimSetArena, params: []*Type{AddrType}, result: NothingType},
	"UNSAFE_trap":      {prim: PrimTrap, params: []*Type{Wuint32Type}, result: NothingType},
	"UNSAFE_int":       {prim: PrimInt, params: []*Type{Wuint64Type}, result: IntType},
	"UNSAFE_long":      {prim: PrimLong, params: []*Type{Wuint64Type}, result: LongType},
	"UNSAFE_rotr32":    {prim: PrimRotr32, params: []*Type{Wuint32Type, Wuint64Type}, result: Wuint32Type},
	"UNSAFE_swap32":    {prim: PrimSwap32, params: []*Type{Wuint64Type}, result: Wuint64Type},
	"UNSAFE_swap64":    {prim: PrimSwap64, params: []*Type{Wuint64Type}, result: Wuint64Type},
	"UNSAFE_sinks":     {prim: PrimSinks, result: BoolType},
	"UNSAFE_arch":      {prim: PrimArch, result: ArchType},
	"UNSAFE_call":      {prim: PrimCall, params: []*Type{AddrType}, most: 7, result: Wuint64Type},
}

// memberInfo is a primitive that is called as a member of a value.
type memberInfo struct {
	of     string // "string", "Array" or a class
	name   string
	prim   Prim
	format bool          // takes a format and its values
	sigil  syntax.Sigils // that the value needs
	result *Type
	fails  string // the enum of its failure
}

var members = []memberInfo{
	{of: "string", name: "length", prim: PrimStringLength, result: IntType},
	{of: "Array", name: "length", prim: PrimArrayLength, result: IntType},
	{of: "Console", name: "print", prim: PrimPrint, format: true, sigil: syntax.DoIO, result: NothingType},
	{of: "Console", name: "write", prim: PrimWrite, format: true, sigil: syntax.DoIO, result: NothingType},
	{of: "Console", name: "error", prim: PrimError, format: true, sigil: syntax.DoIO, result: NothingType},
	{of: "Bytes", name: "push_format", prim: PrimPushFormat, format: true, sigil: syntax.Change, result: NothingType},
	{of: "Stream", name: "print", prim: PrimStreamPrint, format: true, sigil: syntax.DoIO, result: NothingType, fails: "IoError"},
}

// elementNeeds is what some funcs of List need to be in it.
var elementNeeds = map[string]struct {
	what  string
	holds func(*Type) bool
}{
	"sort": {"integers, enums or strings", func(t *Type) bool { return t.IsInteger() || t.Kind == EnumKind || t.Kind == String }},
	"join": {"strings", func(t *Type) bool { return t.Kind == String }},
}

// coreMember is the prefix of core funcs that are members of strings.
const coreMember = "string_"

// openFuncs are the funcs of .slunsafe files that programs see by name.
var openFuncs = map[string]bool{"rotl32": true, "rotr32": true}

// isStringMember says whether a core func of this name is a member of strings.
func isStringMember(name string) bool {
	return len(name) > len(coreMember) && name[:len(coreMember)] == coreMember
}
