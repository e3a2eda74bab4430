// The tree that Parse makes: one node type per thing that the grammar can say.
//
// Every node knows where it starts and ends. Nothing of the source is lost that a
// reader would miss: parentheses are nodes, literals keep their spelling, comments
// stand in File.Comments in source order. Meaning (types, names, constants) is not
// here: package check keeps it beside the tree, by the keys of the nodes, so a node is
// never shared between two places.

package syntax

// Pos is a place in one file: line from 1, column from 1 counted in runes. The zero
// Pos is no place.
type Pos struct{ Line, Col int32 }

// Before reports whether p comes before q in the file.
func (p Pos) Before(q Pos) bool {
	return p.Line < q.Line || p.Line == q.Line && p.Col < q.Col
}

// Node is any part of the tree.
type Node interface {
	Pos() Pos // of its first character
	End() Pos // just behind its last character
}

// span is the place of a node; every node embeds it.
type span struct{ pos, end Pos }

func (s *span) Pos() Pos { return s.pos }
func (s *span) End() Pos { return s.end }

func (s *span) startAt(p Pos) { s.pos = p }

// Key is the number of an expression, or of a name that declares a variable, in its file, from 0
// on without gaps; File is the file's. What others know of the node they keep beside the tree,
// by its key.
type Key struct{ File, Node uint32 }

// keyed is the place of a node that has a key.
type keyed struct {
	span
	key Key
}

func (k *keyed) Key() Key { return k.key }

// FileKind is what kind of text a file holds; its name decides (KindOf).
type FileKind uint8

const (
	KindSource    FileKind = iota // Name.slul, toplevels.slul
	KindUnsafe                    // .slunsafe: keywords in upper case, UNSAFE_ words allowed
	KindInterface                 // interface.slul: heads only
)

// File is one parsed file.
type File struct {
	Name     string // as given to Parse; shown in messages
	Kind     FileKind
	Src      []byte // the text, for the echo of a line in messages
	Header   *Header
	Uses     []*UseDecl
	APIs     []*APIDecl // interface files only
	Decls    []Decl
	Comments []*Comment
	End      Pos

	number uint32 // of all files that were ever parsed, from 1
	keys   uint32 // that its nodes have
	nodes  *nodes
	text   string   // Src
	unread []unread // funcs that Heads has left out; see heads.go
}

// Number is what keys call the file: no other has it.
func (f *File) Number() uint32 { return f.number }

// Keys is how many keys its nodes have, which Read may make more.
func (f *File) Keys() int { return int(f.keys) }

// Comment is one `#` comment up to its line's end, without the line end.
type Comment struct {
	span
	Text string // with the `#`
	Own  bool   // it stands alone on its line
}

// Ident is a name or a type name where it is written. That of a VarStmt, ForStmt or OnError has a key.
type Ident struct {
	keyed
	Name string
}

// Header is `service TypeName STRING` or `class`.
type Header struct {
	span
	Service *Ident     // nil for a class file
	Command *StringLit // nil for a class file
}

// UseDecl is `use module item …`.
type UseDecl struct {
	span
	Module *Ident
	Items  []*Ident
}

// APIDecl is `api VERSION HASH` of an interface file.
type APIDecl struct {
	span
	Version string
	Hash    string
}

// ---- Types as written ----

// Sigils are the marks before a type (or, without Maybe and Own, before a func's name).
type Sigils uint8

const (
	Own    Sigils = 1 << iota // own
	Maybe                     // ?
	Change                    // !
	DoIO                      // @
)

// TypeKind is the base of a written type.
type TypeKind uint8

const (
	TypeNamed TypeKind = iota // TypeExpr.Name
	TypeBool
	TypeByte
	TypeInt
	TypeSignedInt
	TypeLong
	TypeSignedLong
	TypeWuint32
	TypeWuint64
	TypeString
	TypeArray // of Elem
	TypeList  // of Elem
	TypeMap   // of Key to Elem
	TypeAddr  // UNSAFE_addr
	TypeC     // c_int …, Name holds the word; only in foreign blocks
)

// TypeExpr is a type as it is written.
type TypeExpr struct {
	span
	Sigils Sigils
	Kind   TypeKind
	Name   *Ident // TypeNamed, TypeC
	Key    *TypeExpr
	Elem   *TypeExpr
}

// Range is `in Low..=High`.
type Range struct {
	span
	Low, High Expr
}

// ---- Declarations ----

// Decl is one declaration of a file or a class.
type Decl interface {
	Node
	decl()
	startAt(Pos)
}

type (
	// ConstDecl is `const type name = expr`.
	ConstDecl struct {
		span
		Since string // version, interface files only
		Type  *TypeExpr
		Name  *Ident
		Value Expr
	}

	// EnumDecl is `enum TypeName … end`.
	EnumDecl struct {
		span
		Since  string
		Name   *Ident
		Values []*EnumItem
		EndPos Pos // of the word `end`, as in all blocks below
	}

	// RecordDecl is `record TypeName … end`.
	RecordDecl struct {
		span
		Since  string
		Name   *Ident
		Fields []*Param
		EndPos Pos
	}

	// ClassDecl is `class TypeName … end`: fields, a ctor and funcs.
	ClassDecl struct {
		span
		Since   string
		Name    *Ident
		Members []Decl // *FieldsDecl, *CtorDecl, *FuncDecl
		EndPos  Pos
	}

	// FieldsDecl is `fields … end`.
	FieldsDecl struct {
		span
		Fields []*Param
		EndPos Pos
	}

	// CtorDecl is `ctor params code … end`. In an interface it has no body.
	CtorDecl struct {
		span
		Params []*Param
		Body   *Block
	}

	// FuncDecl is a func or, with Entry set, an entry. In an interface it has no body.
	FuncDecl struct {
		span
		Since  string
		Entry  bool
		Sigils Sigils // Change, DoIO
		Name   *Ident
		Params []*Param
		Result *Result // nil without `returns`
		Body   *Block
	}

	// GivemeDecl is `giveme … end`.
	GivemeDecl struct {
		span
		Items  []*Giveme
		EndPos Pos
	}

	// ForeignDecl is `foreign TypeName … end`.
	ForeignDecl struct {
		span
		Name    *Ident
		Library *StringLit
		Mode    *Ident
		Funcs   []*ForeignFunc
		EndPos  Pos
	}
)

// EnumItem is one line of an enum.
type EnumItem struct {
	span
	Name  *Ident
	Value *IntLit // nil: one more than the item before
}

// Param is a parameter or a field.
type Param struct {
	span
	Type    *TypeExpr
	Name    *Ident
	Range   *Range // nil: the type's own
	Default Expr   // nil: must be given
}

// Result is what follows `returns`.
type Result struct {
	span
	Type  *TypeExpr // nil: nothing
	Error *Ident    // the enum behind `or`, or nil
}

// Giveme is one line of a giveme section.
type Giveme struct {
	span
	Type    *TypeExpr
	Name    *Ident
	Option  *StringLit // `= param STRING`
	Default Expr       // `defval expr`
	Only    []*EnumVal // `= only .a .b`
}

// ForeignFunc is one func of a foreign block.
type ForeignFunc struct {
	span
	Name   *Ident
	Symbol *StringLit // nil: the same as Name
	Params []*ForeignParam
	Result *TypeExpr // nil: nothing
	FailOp Op        // comparison of `fails when`, or OpNone
	Fail   Expr
	EndPos Pos
}

// ForeignParam is one parameter of a ForeignFunc.
type ForeignParam struct {
	span
	Type   *TypeExpr
	Name   *Ident
	Length *Ident // `length name`, or nil
}

// ---- Statements ----

// Stmt is one statement.
type Stmt interface {
	Node
	stmt()
}

// Block is a run of statements. It starts at its first statement, or that of a func at
// its `code`; EndPos is the word that closes it: `end`, `else` or `case`.
type Block struct {
	span
	Stmts  []Stmt
	EndPos Pos
}

// OnError is `on error [name] … end` behind a statement.
type OnError struct {
	span
	Name *Ident // nil: the error is not looked at
	Body *Block
}

type (
	// VarStmt is `type [!]name [range] = expr`.
	VarStmt struct {
		span
		Type    *TypeExpr
		Mutable bool
		Name    *Ident
		Range   *Range
		Value   Expr
		OnError *OnError
	}

	// AssignStmt is `left op right`; Op is OpNone for a plain `=`, else OpAdd, OpSub,
	// OpMul or OpDiv.
	AssignStmt struct {
		span
		Left    Expr // *Name, *Member or *Index
		Op      Op
		OpPos   Pos
		Right   Expr
		OnError *OnError
	}

	// ExprStmt is a call for its effect.
	ExprStmt struct {
		span
		X       Expr
		OnError *OnError
	}

	// IfStmt is `if … [else …] end`; `else if` is an IfStmt in ElseIf.
	IfStmt struct {
		span
		Cond   Expr
		Then   *Block
		ElseIf *IfStmt
		Else   *Block
	}

	WhileStmt struct {
		span
		Cond Expr
		Body *Block
	}

	// ForStmt is `for name in X`, or with To set `for name in X..To` or `X..=To`.
	ForStmt struct {
		span
		Name      *Ident
		X         Expr
		To        Expr // nil: over the elements of X
		Inclusive bool // ..=
		Body      *Block
	}

	MatchStmt struct {
		span
		X      Expr
		Arms   []*Arm
		Else   *Block
		EndPos Pos
	}

	// ArenaStmt is `arena names … end`.
	ArenaStmt struct {
		span
		Names []*Ident
		Body  *Block
	}

	ReturnStmt struct {
		span
		X Expr // nil: nothing
	}

	// ErrorStmt is `error atom`: the func fails.
	ErrorStmt struct {
		span
		X Expr
	}

	// LoopStmt is `skip` or `break`, with or without `if`.
	LoopStmt struct {
		span
		Break bool
		Cond  Expr
	}

	AssertStmt struct {
		span
		X Expr
	}
)

// Arm is one `case` of a match.
type Arm struct {
	span
	Labels []*Label
	Body   *Block
}

// Label is one value, or with High set a range of values, of a case.
type Label struct {
	span
	Low, High Expr
}

// ---- Expressions ----

// Expr is one expression.
type Expr interface {
	Node
	Key() Key
	expr()
}

type (
	// IntLit is a whole number without a sign.
	IntLit struct {
		keyed
		Text  string
		Value uint64
	}

	// ByteLit is 'x'.
	ByteLit struct {
		keyed
		Text  string
		Value byte
	}

	// StringLit is "text"; Value has the escapes resolved.
	StringLit struct {
		keyed
		Text  string
		Value string
	}

	BoolLit struct {
		keyed
		Value bool
	}

	NoneLit struct{ keyed }

	ThisExpr struct{ keyed }

	// Name is a use of a local, parameter, constant, field or func.
	Name struct {
		keyed
		Name string
	}

	// EnumVal is `.name`, or with Type set `TypeName.name`.
	EnumVal struct {
		keyed
		Type *Ident
		Name *Ident
	}

	Paren struct {
		keyed
		X Expr
	}

	// ListLit is `[a b c]`.
	ListLit struct {
		keyed
		Elems []Expr
	}

	// Member is `X.Name`: a field, or a func (alone: a call without arguments).
	Member struct {
		keyed
		X    Expr
		Name *Ident
	}

	// Index is `X[I]`.
	Index struct {
		keyed
		X, I Expr
	}

	// Call is a func with at least one argument: `Fun a b=c`.
	Call struct {
		keyed
		Fun  Expr
		Args []*Arg
	}

	// New is `new [Type] args`.
	New struct {
		keyed
		Type *TypeExpr // nil: the target's
		Args []*Arg
	}

	// Format is `format "…" args`.
	Format struct {
		keyed
		Text *StringLit
		Args []Expr
	}

	// Try is `try call`.
	Try struct {
		keyed
		X Expr
	}

	// Copy is `copy atom`.
	Copy struct {
		keyed
		X Expr
	}

	// Unary is OpNeg or OpNot of X.
	Unary struct {
		keyed
		Op Op
		X  Expr
	}

	// Binary is arithmetic, bit operations, OpAnd and OpOr.
	Binary struct {
		keyed
		Op    Op
		OpPos Pos
		X, Y  Expr
	}

	// Compare is a chain: X[0] Ops[0] X[1] Ops[1] X[2] …; len(X) = len(Ops)+1. It
	// is true when each neighbouring pair is; each X is evaluated at most once.
	Compare struct {
		keyed
		X     []Expr
		Ops   []Op
		OpPos []Pos
	}

	// Else is `X else Y`: Y when X fails or is none.
	Else struct {
		keyed
		X, Y Expr
	}
)

// Arg is one argument, with its name when it was given by name.
type Arg struct {
	span
	Name *Ident // nil: by place
	X    Expr
}

// Class is the class that a file with the header `class` is, called like the file: its
// members are the file's declarations.
func (f *File) Class(name string) *ClassDecl {
	at := f.Header.span
	d := &ClassDecl{span: at, Name: &Ident{keyed{span: at}, name}, EndPos: f.End}
	for _, m := range f.Decls {
		switch m.(type) {
		case *FieldsDecl, *CtorDecl, *FuncDecl:
			d.Members = append(d.Members, m)
		}
	}
	return d
}

// Func is the ctor as a func that is called `ctor`.
func (d *CtorDecl) Func() *FuncDecl {
	end := Pos{d.pos.Line, d.pos.Col + int32(len("ctor"))}
	return &FuncDecl{span: d.span, Name: &Ident{keyed{span: span{d.pos, end}}, "ctor"}, Params: d.Params, Body: d.Body}
}

// Op is an operator.
type Op uint8

const (
	OpNone Op = iota
	OpAdd     // +
	OpSub     // -
	OpMul     // *
	OpDiv     // /
	OpMod     // mod
	OpBand    // band
	OpBor     // bor
	OpBxor    // bxor
	OpShl     // shl
	OpShr     // shr
	OpAnd     // and
	OpOr      // or
	OpEq      // ==
	OpNe      // <>
	OpLt      // <
	OpLe      // <=
	OpGt      // >
	OpGe      // >=
	OpNeg     // - before its operand
	OpNot     // not
)

var opNames = [...]string{
	OpNone: "=", OpAdd: "+", OpSub: "-", OpMul: "*", OpDiv: "/", OpMod: "mod",
	OpBand: "band", OpBor: "bor", OpBxor: "bxor", OpShl: "shl", OpShr: "shr",
	OpAnd: "and", OpOr: "or", OpEq: "==", OpNe: "<>", OpLt: "<", OpLe: "<=",
	OpGt: ">", OpGe: ">=", OpNeg: "-", OpNot: "not",
}

func (o Op) String() string { return opNames[o] }

func (*ConstDecl) decl()   {}
func (*EnumDecl) decl()    {}
func (*RecordDecl) decl()  {}
func (*ClassDecl) decl()   {}
func (*FieldsDecl) decl()  {}
func (*CtorDecl) decl()    {}
func (*FuncDecl) decl()    {}
func (*GivemeDecl) decl()  {}
func (*ForeignDecl) decl() {}

func (*VarStmt) stmt()    {}
func (*AssignStmt) stmt() {}
func (*ExprStmt) stmt()   {}
func (*IfStmt) stmt()     {}
func (*WhileStmt) stmt()  {}
func (*ForStmt) stmt()    {}
func (*MatchStmt) stmt()  {}
func (*ArenaStmt) stmt()  {}
func (*ReturnStmt) stmt() {}
func (*ErrorStmt) stmt()  {}
func (*LoopStmt) stmt()   {}
func (*AssertStmt) stmt() {}

func (*IntLit) expr()    {}
func (*ByteLit) expr()   {}
func (*StringLit) expr() {}
func (*BoolLit) expr()   {}
func (*NoneLit) expr()   {}
func (*ThisExpr) expr()  {}
func (*Name) expr()      {}
func (*EnumVal) expr()   {}
func (*Paren) expr()     {}
func (*ListLit) expr()   {}
func (*Member) expr()    {}
func (*Index) expr()     {}
func (*Call) expr()      {}
func (*New) expr()       {}
func (*Format) expr()    {}
func (*Try) expr()       {}
func (*Copy) expr()      {}
func (*Unary) expr()     {}
func (*Binary) expr()    {}
func (*Compare) expr()   {}
func (*Else) expr()      {}
