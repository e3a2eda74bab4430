package compiler

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
)

// dumpTokens shows the words of the program as the scanner tells them apart.
func dumpTokens(src source, d Dump) {
	if d.wants("tokens") {
		tokens, _ := syntax.Tokens(src.name, src.text) // parsing will find the same mistakes
		d.print("tokens", syntax.DumpTokens(tokens))
	}
}

// dumpTree shows the syntax tree.
func dumpTree(f *syntax.File, d Dump) {
	if d.wants("ast") {
		d.print("ast", syntax.Dump(f))
	}
}

// dumpTypes shows what check found out about the program.
func dumpTypes(info *check.Info, d Dump) {
	if d.wants("types") {
		d.print("types", check.Dump(info))
	}
}
