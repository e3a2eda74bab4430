// Package binfmt knows binfmt_misc, by which the kernel starts the loader at once for a
// SLUL program, with the program open and without its stub (docs/start-modes.md). It is
// given texts, and a mounted binfmt_misc; it leaves entries there, and warnings.
//
//	entry.go     an entry, and the line that registers it
//	state.go     an entry as the kernel shows it
//	ours.go      the two entries for SLUL programs, and the text for binfmt.d
//	match.go     which files an entry catches
//	dir.go       a mounted binfmt_misc: entries are listed, added, removed
//	features.go  what this kernel's binfmt_misc can do
//	warn.go      what is wrong with the entries that are there
//	status.go    all that there is to say about a mounted binfmt_misc
//
// The interface is Documentation/admin-guide/binfmt-misc.rst of Linux.
package binfmt
