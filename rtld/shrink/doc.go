// Package shrink makes the loader out of a Go program whose runtime never runs.
//
// It is given the file that `go build -buildmode=pie -ldflags='-E ENTRY'` leaves and
// walks from ENTRY over every function and constant that it reaches. What it reaches
// is laid out anew as one R+X segment of a static PIE without relocations; all the rest,
// the Go runtime, is dropped. The walk is the audit as well: freestanding code may
// reach its own packages and a few routines that have a stand-in, and whatever else it
// reaches (an allocation, a map, a defer) fails the build with the chain of calls.
// docs/loader.md, "Go without its runtime", says why this holds.
//
// Files in reading order:
//
//	shrink.go  Link: the stages, and what the caller chooses
//	object.go  the linked file: symbols, bytes, pointers in data
//	walk.go    what is reached, and from where
//	code.go    one function: its instructions, what is dropped of them
//	words.go   words that many texts have
//	message.go texts that stand behind the call that prints them
//	merge.go   equal ends of ways through a function, jumps to jumps
//	frame.go   the frame: dead stores, shorter addresses
//	audit.go   what may be reached; the messages
//	stack.go   how deep the stack can get
//	layout.go  new addresses, displacements
//	write.go   the finished ELF file, and the ledger of its contents
//	build.go   the go build in front of it all
package shrink
