// Package module knows what modules promise each other: the interface of a library, its
// versions and their hashes, the names of symbols that carry a part of the hash, and the
// list of what a module depends on (docs/language.md, "Modules").
//
// It reads text and trees, asks for no types, and writes no file.
//
// The files in reading order:
//
//	version.go    numbers of versions, and their order
//	line.go       the canonical line of a declaration
//	interface.go  interface.slul as data
//	hash.go       hashes of versions, tags of symbols
//	lock.go       the api lines that are missing
//	deps.go       deps.index
//	find.go       where interfaces are looked for
package module
