// What check finds out about a program: facts beside the tree. Those of expressions are
// in beside.go. Lowering reads only these and the tree; it looks no name up and compares
// no types.
//
// All facts of a program without errors are complete: every expression that is
// evaluated has a Type, every call is resolved, every default is filled in.

package check

import (
	"path/filepath"

	"slul/compiler/module"
	"slul/compiler/syntax"
)

// Info is all facts of one program and its core library.
type Info struct {
	Files     []*syntax.File // core's first, then the program's
	CoreFiles int            // how many are core's

	// Service is the program's service; nil of a library, and when only core was checked.
	Service *Service

	// Modules is the interfaces that the module has to do with, its own among them.
	Modules Modules

	// Exports is what a library offers by symbols, in the order of its interface.
	Exports []Export

	// CoreSymbols is by which symbols the funcs of core are reached where it is a module of
	// its own; nil: it is compiled along.
	CoreSymbols map[string]string

	// Needs is what is used of other modules, by their names: the oldest version that has
	// it all.
	Needs map[string]module.Dep

	// Funcs holds every func, core's first, each group in source order. Funcs that are
	// never called are here too. Those of core have types
	// and facts behind Need.
	Funcs []*Func

	// Classes is every record and class, core's first, those of other modules among them.
	Classes []*Class

	// CopyOut is set for a `copy` whose result goes to an arena around the one at hand:
	// the number of arenas of the func that are open there.
	CopyOut map[*syntax.Copy]int

	// Labels is the values of a case label, both the same without `..=`.
	Labels map[*syntax.Label]Label

	// Sinks says whether the program formats into more than the console.
	Sinks bool

	// Warnings is what is allowed but hardly meant, sorted; of the program only.
	Warnings syntax.Errors

	beside
	checker *checker // for Need
}

// FileName is what debuggers and messages of traps call Files[i], whose path is given: those of a
// library are told apart from those of the program.
func (info *Info) FileName(i int, path string) string {
	name := filepath.Base(path)
	if own := info.Modules.Own; own != nil && i >= info.CoreFiles {
		name = own.Module + "/" + name
	}
	return name
}

// Service is a program: a service with its entry.
type Service struct {
	File    *syntax.File
	Type    string // CommandMain
	Command string // the command's name
	Class   string // symbol prefix: the file's name without .slul, first letter upper case
	Givemes []*Var // in order: Var.Index is the word in the service object
	Fields  []*Var // FieldVar, behind the givemes: Var.Index is bytes from the object's start
	Size    int    // bytes of the object
	Ctor    *Func  // nil: none
	Main    *Func
}

// ---- Types ----

// TypeKind is what a type is at its base.
type TypeKind uint8

const (
	Invalid TypeKind = iota // of an expression that was refused already
	Bool
	Byte
	Int
	SignedInt
	Long
	SignedLong
	Wuint32
	Wuint64
	Addr // UNSAFE_addr
	String
	EnumKind
	ObjectKind // of a Class: a reference
	ArrayKind  // Array of Elem: a reference
	MaybeKind  // ?Elem: a value, or none
	Nothing    // of a call without a result
	NoneKind   // of `none`, until its place says what it could have been; never left in Info
	Untyped    // a constant whose type its place will decide; never left in Info
)

// Type is a type. Types are unique: equal types are the same pointer.
type Type struct {
	Kind  TypeKind
	Name  string        // as in messages: "signed int", "@Console", "!List of string"
	key   string        // Name, with the modules of types that others declare
	Class *Class        // ObjectKind
	Sigil syntax.Sigils // ObjectKind and ArrayKind: Own, Change, DoIO
	Key   *Type         // of a Map
	Elem  *Type         // of a List, Map or Array, or what a MaybeKind may hold
	Enum  *Enum         // EnumKind
}

// Class is a record, or a class with funcs, of the program or of the core library.
type Class struct {
	Name   string
	Record bool
	Core   bool
	Fields []*Var // FieldVar, in order
	Size   int    // bytes of an object
	Ctor   *Func  // nil: none
	Funcs  map[string]*Func

	Module *module.Interface // of another module, which alone knows the fields of a class; else nil

	file   *syntax.File
	ident  *syntax.Ident
	decl   syntax.Decl      // nil: the file is the class
	ctor   *syntax.CtorDecl // as written
	fields []*syntax.Param
	flat   bool // holds no references
}

// File is the file that declares the class.
func (class *Class) File() *syntax.File { return class.file }

// Pos is where.
func (class *Class) Pos() syntax.Pos { return class.ident.Pos() }

// Enum is the list of an enum's values.
type Enum struct {
	Name   string
	Values []EnumValue      // in source order
	Decl   *syntax.EnumDecl // nil: of the universe
	Module string           // that another module's enum comes from, else ""

	file *syntax.File
}

// EnumValue is one value of an enum.
type EnumValue struct {
	Name   string
	Number int64
}

// ---- Objects: what a name can stand for ----

// Object is *Var, *Const or *Func.
type Object interface{ object() }

// VarKind says where a variable lives.
type VarKind uint8

const (
	ParamVar  VarKind = iota // Index: number of the parameter, `this` not counted
	LocalVar                 // VarStmt
	LoopVar                  // ForStmt
	ErrorVar                 // of `on error name`
	GivemeVar                // Index: word in the service object
	FieldVar                 // Index: bytes from the object's start
)

// Var is a variable.
type Var struct {
	Name    string
	Type    *Type
	Index   int         // FieldVar: bytes from the object's start; GivemeVar: word of the service object; of others, lowering keeps a number of its own here
	Range   *Range      // nil: the type's own
	Default syntax.Expr // ParamVar, FieldVar: value when left out; has a type and a value, and may be widened
	Ident   *syntax.Ident

	Giveme       *syntax.Giveme // GivemeVar
	DefaultValue Value          // GivemeVar: of Default
	Rights       uint32         // GivemeVar: bits of what a capability may do

	Kind          VarKind
	Mutable       bool // may be assigned again
	used, changed bool // read; assigned again
	depth         int  // number of arenas of its func that are open where it is declared
	outer         *Var // what its name meant before: a mistake that was reported
}

// Range is the values that a variable may hold, both ends included.
type Range struct{ Low, High int64 }

// Const is a declared constant.
type Const struct {
	Name  string
	Type  *Type
	Value Value
	Array []Value // ArrayKind
	Decl  *syntax.ConstDecl

	file  *syntax.File
	state constState
	val   *constant
	used  bool
}

// Value is a value known while compiling. Bits is a number of the expression's type
// (for bool 0 or 1, for an enum its number, for wuint64 and UNSAFE_addr its bits); for a
// string it is Str.
type Value struct {
	Bits int64
	Str  string
}

// Label is the values of one case label.
type Label struct{ Low, High Value }

// Func is a func, entry or ctor; with a body unless it is of another module.
type Func struct {
	Name     string
	Symbol   string            // core.NAME, Class.NAME, module.NAME; of another module with its tag (module.Symbol)
	Module   *module.Interface // the other module, else nil
	Core     bool
	Entry    bool
	Class    *Class // nil: of the service, the module or core at large
	Sigils   syntax.Sigils
	Params   []*Var
	Result   *Type // NothingType when there is none
	Fails    *Type // the enum behind `or`, or nil
	Traps    bool  // Fails is no failure but a trap, at the place of the call (core only)
	UsesThis bool  // takes `this` as hidden first parameter: is of a class, reads a giveme, or calls a func that does
	NoReturn bool  // never comes back: its body ends in UNSAFE_trap
	File     *syntax.File
	Decl     *syntax.FuncDecl // of a ctor: with its parameters and body

	signed bool // has its types; those of core have when something leads there

	// of the body, once it was looked at
	looked  bool
	touches bool // uses `this` directly
	leaves  bool // by `return` or `error` somewhere
	owns    bool // has an own variable
	called  bool // by others, or by those who use the library
	calls   []*Call
	callers []*Func // see noteCallers
}

func (*Var) object()   {}
func (*Const) object() {}
func (*Func) object()  {}

// ---- Calls ----

// Prim is something that the compiler itself knows how to do.
type Prim uint8

const (
	PrimNone Prim = iota

	// of console: Format is set, Recv is the console
	PrimPrint
	PrimWrite
	PrimError

	PrimFormat      // a string of Format
	PrimPushFormat  // Format to Bytes, Recv
	PrimStreamPrint // Format and a newline to a Stream, Recv; can fail

	PrimStringLength // of Recv; int
	PrimArrayLength  // of Recv; int

	PrimNew   // an object of the result's class: Func is its ctor, or Init the fields that Args are for
	PrimArray // an array of zeros, its length in Args

	// Conversions: Args[0] to the call's type, with a trap when it does not fit.
	PrimConvert
	PrimLowByte // low 8 bits of a wuint, as byte
	PrimLow32   // low 32 bits of a wuint64, as wuint32

	// Of Args of the call's own type.
	PrimMin
	PrimMax
	PrimAbs

	// .slunsafe only. Numbers are UNSAFE_addr, loads give wuint64.
	PrimLoad8
	PrimLoad16
	PrimLoad32
	PrimLoad64
	PrimStore8
	PrimStore16
	PrimStore32
	PrimStore64
	PrimSetWord  // ADDR WORD: a store of 64 bits to what is no field of an object
	PrimCopy     // DST SRC N
	PrimFill     // DST BYTE N
	PrimMove     // DST SRC N: as PrimCopy, but they may overlap; a call, fast for all N
	PrimSet      // DST BYTE N: as PrimFill; a call
	PrimSame     // A B N: how many bytes are equal from the start on
	PrimSeek     // FROM N BYTE: how many bytes stand before the first that is BYTE
	PrimSyscall  // NR and up to six arguments; signed long
	PrimAddrOf   // UNSAFE_addr of a reference
	PrimRef      // address to a reference of the call's type
	PrimArena    // UNSAFE_addr
	PrimSetArena // ADDR
	PrimTrap     // CODE; does not return
	PrimInt      // WORD; int, of its low bits
	PrimLong     // WORD; long, of its bits
	PrimRotr32   // WORD COUNT; wuint32, the count modulo 32
	PrimSwap32   // WORD; its low 32 bits with the bytes in the other order
	PrimSwap64   // WORD; the same of 64 bits
	PrimSinks    // bool: the program formats into more than the console
	PrimArch     // the enum UNSAFE_arch (ArchType): a match on it is resolved while compiling
	PrimCall     // ADDR ARGS; wuint64
)

// Call is one resolved call: of a func, or of a primitive.
type Call struct {
	Func   *Func // nil: Prim
	Prim   Prim
	This   bool          // the callee takes `this`, the caller passes its own
	Recv   syntax.Expr   // object before the dot; for a func of core that is a string's member also the first of Args
	Args   []syntax.Expr // in parameter order, defaults filled in
	Init   []*Var        // PrimNew of a record: the fields that Args are for
	Eval   []int         // order of evaluation: indexes into Args, as they are written, defaults last
	Format []Piece       // of prims with a format: the text, newline of print not included
	Result *Type
	Fails  *Type // nil: cannot fail

	pos syntax.Pos
}

// Piece is literal text, or with X set one value of a format.
type Piece struct {
	Text  string
	X     syntax.Expr
	Width int  // 0: as wide as needed
	Left  bool // {-8}
	Zero  bool // {08}, {x8}
	Hex   bool // {x}
}
