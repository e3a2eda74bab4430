package shrink

import (
	"fmt"

	"slul/asm/amd64"
)

// Options says what Link keeps.
type Options struct {
	Entry    string               // symbol of the first instruction
	Packages []string             // import paths whose code and data may be reached
	Replace  map[string]string    // routine of the runtime -> its stand-in; a key that ends in * is a prefix
	Indirect []string             // functions that may jump or call through a register, to code that is not ours
	Inline   map[string][]byte    // functions -> the instruction that stands in the place of a call, its argument in rax
	NoReturn []string             // functions after whose call nothing runs
	At       map[string]string    // of these, function -> its like that takes the text which stands behind its call
	Say      map[string]amd64.Reg // functions that print a text, and where they take it
	Words    string               // the text that becomes the list of words of these texts
	Trap     string               // of these, the one that reports a failed check
	Base     string               // the variable that r14 points into, see base.go; "": none
	Offset   int                  // how far into it
	Fixed    []string             // variables that are part of the file, at its end
	Fast     []string             // functions in which speed is worth more than size
	Exports  []Export             // what the file offers to those that it loads; each is an entry of its own
	Soname   string               // its name for them, DT_SONAME; with Exports
	Version  string               // of the exports: a symbol version
	Size     int                  // bytes of the finished file: what is not needed is zero
	MaxStack int                  // bytes below the entry's stack pointer
}

// An Export is a function or variable in the dynamic symbol table of the finished file.
type Export struct{ Name, Symbol string }

// Result is a finished loader.
type Result struct {
	File  []byte
	Used  int    // bytes of it, from the first on
	Map   string // the ledger: address, size, stack and name of each piece, as text
	Stack int    // bytes of stack that it can use at most
}

// Link makes the small static PIE out of a linked Go program.
func Link(linked []byte, opt Options) (*Result, error) {
	o, err := readObject(linked)
	if err != nil {
		return nil, err
	}
	// Freestanding packages have no init code: it would never run.
	if err := checkInit(o, opt.Packages); err != nil {
		return nil, err
	}
	// From here on all that matters is in w.pieces, in the order of first use.
	w := newWalk(o, &opt)
	if err := w.run(); err != nil {
		return nil, err
	}
	dropFrames(w)
	depth, err := stackDepth(w)
	if err != nil {
		return nil, err
	}
	if depth > opt.MaxStack {
		return nil, fmt.Errorf("the stack may get %d bytes deep, more than %d", depth, opt.MaxStack)
	}
	layOut(w)
	file, err := write(w)
	if err != nil {
		return nil, err
	}
	list := ledger(w, len(file), depth)
	if len(file) > opt.Size {
		return nil, fmt.Errorf("the file has %d bytes, more than %d:\n%s", len(file), opt.Size, list)
	}
	// A file that is written at once and has a power of two of pages is one folio in the page cache
	// of Linux 6 (mm/filemap.c, __filemap_get_folio; ext4, xfs), which is mapped and unmapped at once: 2 us of 180.
	used := len(file)
	file = append(file, make([]byte, opt.Size-used)...)
	return &Result{File: file, Used: used, Map: list, Stack: depth}, nil
}
