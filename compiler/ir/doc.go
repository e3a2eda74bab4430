// Package ir is the compiler's middle form: functions of basic blocks of values in SSA
// form. It takes facts about a checked program and leaves a module from which machine
// code is generated. docs/ir.md describes the form, its text and the passes.
//
// Single letters mean the same everywhere: b block, v value, f function, m module, t
// type, c condition; g is what builds or rewrites, in its methods; x and y are operands.
//
// The files in reading order:
//
//	ir.go              the data types
//	op.go              what is known of each op: name, arguments, effects
//	func.go            tools that make and change functions
//	room.go            the memory that these make values in
//	print.go parse.go  the text form, written and read
//	dom.go             order and dominators of blocks
//	memory.go          what stores loads can see
//	repair.go          SSA form again, where a value has got two definitions
//	callgraph.go       which functions name which
//	verify.go          what every function must fulfil
//	eval.go            ops on numbers
//
//	build.go           SSA construction, statement by statement; with defs.go, the table of what
//	                   variables are, and lower_turns.go, which says what loops assign
//	lower.go           program -> module; then lower_start.go, lower_stmt.go,
//	                   lower_loop.go, lower_expr.go, lower_cond.go, lower_range.go,
//	                   lower_object.go, lower_maybe.go, lower_arena.go,
//	                   lower_stack.go, lower_call.go, lower_format.go, lower_names.go,
//	                   lower_module.go, lower_core.go, lower_spent.go
//
//	pass.go            the passes in order; then one file for each: pass_fold.go,
//	                   pass_blocks.go, pass_cse.go with value_table.go, pass_hoist.go, pass_invert.go,
//	                   pass_check.go with pass_check_sums.go and ranges.go, pass_strength.go, pass_dead.go, pass_version.go
//	                   with pass_twice.go, pass_walk.go, pass_arrange.go, pass_sink.go, pass_inline.go, pass_splice.go
//
// The folder irtest has an interpreter and a maker of random functions, for tests here
// and in the code generators.
package ir
