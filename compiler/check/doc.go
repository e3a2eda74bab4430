// Package check gives a parsed program its meaning: what each name stands for, the type
// of each expression, the value of each constant, which argument goes to which
// parameter. It leaves an Info for lowering, or a list of mistakes. It refuses, once and
// at its place, what the language has and this version of the compiler has not.
//
// The core library is checked together with the program: its funcs and enums come from
// its own source. Only what needs the compiler itself (conversions, min, max, members of
// the console, UNSAFE_ words) stands in tables here.
//
// The files in reading order:
//
//	facts.go       Info: what lowering reads; beside.go: of expressions
//	check.go       Check: the order of the stages
//	types.go       types, widening, the type in which two operands meet
//	universe.go    names that nobody declares, primitives
//	names.go       scopes, shadowing, guesses
//	decl.go        consts, enums, signatures, ranges
//	class.go       records and classes: layout, `new`
//	unit.go        whose names a file sees: its module's, core's, those that it uses
//	service.go     header, givemes, entries
//	library.go     whether an interface says what the source has
//	core.go        core as a library
//	stmt.go        bodies and statements
//	match.go       labels and whether they cover all values
//	expr.go        expressions
//	arith.go       arithmetic, bits, logic, constant folding
//	compare.go     comparisons
//	conv.go        operands and how they get their final type
//	call.go        calls, and which argument goes to which parameter
//	member.go      what stands behind a dot
//	prim.go        calls of primitives
//	format.go      formats and their fields
//	value.go       list literals and copies
//	narrow.go      where what may be none is known not to be
//	arena.go       how deep references may live, and what may be assigned where
//	paths.go       a walk over all ways through a body, for
//	ctor.go        ctors that set everything, and
//	own.go         own values that are given away exactly once
//	flow.go        missing `return`, blocks that must leave, what is never reached
//	unused.go      warnings of what is not used
//	dump.go        the text form of facts
package check
