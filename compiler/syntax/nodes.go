// Memory of the nodes that there are many of.

package syntax

import "slul/compiler/slab"

// nodes gives them, in pieces of many, and the lists in them.
type nodes struct {
	idents    slab.Of[Ident]
	types     slab.Of[TypeExpr]
	params    slab.Of[Param]
	blocks    slab.Of[Block]
	vars      slab.Of[VarStmt]
	assigns   slab.Of[AssignStmt]
	exprStmts slab.Of[ExprStmt]
	ifs       slab.Of[IfStmt]
	returns   slab.Of[ReturnStmt]
	names     slab.Of[Name]
	ints      slab.Of[IntLit]
	texts     slab.Of[StringLit]
	members   slab.Of[Member]
	indexes   slab.Of[Index]
	calls     slab.Of[Call]
	args      slab.Of[Arg]
	parens    slab.Of[Paren]
	binaries  slab.Of[Binary]
	compares  slab.Of[Compare]
	comments  slab.Of[Comment]

	stmtLists  slab.Of[Stmt]
	argLists   slab.Of[*Arg]
	paramLists slab.Of[*Param]
	exprLists  slab.Of[Expr]
	ops        slab.Of[Op]
	places     slab.Of[Pos]
}

// put makes a node.
func put[T any](of *slab.Of[T], v T) *T {
	n := of.One()
	*n = v
	return n
}
