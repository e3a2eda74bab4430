// Package syntax turns source text into a tree, or into a list of mistakes, and a tree
// back into text. It knows the grammar (docs/language.md) and nothing of meaning: it
// parses the whole language, of which package check may refuse a part.
//
// The files in reading order:
//
//	ast.go         the tree: files, declarations, statements, expressions
//	token.go       the kinds of tokens
//	scan.go        text -> tokens; the four spacing rules
//	literal.go     numbers, bytes and texts
//	nodes.go       memory of nodes
//	parse.go       the parser's machinery: one token ahead, mistakes, going on after them
//	decl.go        rules of declarations
//	foreign.go     rules of foreign blocks
//	type.go        rules of types, parameters, ranges
//	heads.go       bodies that are read only when asked for
//	block.go       blocks, and a missing or surplus `end`
//	stmt.go        rules of statements
//	expr.go        rules of expressions
//	errors.go      the list of mistakes that all stages share
//	dump.go        text forms of tokens and tree; walking a tree
//	print.go       the canonical layout, with print_decl.go, print_stmt.go, print_expr.go
//
// marktest is the test helper that compares mistakes with marks in a source.
package syntax
