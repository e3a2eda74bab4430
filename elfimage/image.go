// Package elfimage writes ELF files: it is given code, data, symbols, fixups and
// a start-up stub, and leaves the bytes of a finished file (docs/startup.md, "The file").
package elfimage

import "slul/asm"

// Section names a part of an Image that symbols and fixups refer to.
type Section uint8

const (
	Undef  Section = iota // an import: it lives in another file
	Text                  // code: R+X
	Rodata                // constants: R, no relocations
	Bss                   // zeroed memory: RW, no file bytes
)

// Symbol is a name with an address in the file.
type Symbol struct {
	Name    string
	Section Section
	Off     uint64 // from the start of its section
	Size    uint64
	Func    bool // STT_FUNC; else STT_OBJECT
	Export  bool // in .dynsym; Undef symbols always are
	Weak    bool // for Undef: resolves to 0 when nobody defines it
}

// Fixup is an asm.Fixup in a section.
type Fixup struct {
	Section Section
	asm.Fixup
}

// Line says that the code from Off in Text on comes from this line.
type Line = asm.Line

// Note is one ELF note that goes into the loaded part of the file.
type Note struct {
	Section string // section name, ".note.slul-entry"
	Owner   string // "SLUL"
	Type    uint32
	Desc    []byte
}

// Image is everything that goes into one file.
type Image struct {
	Machine  uint16 // EM_X86_64
	Stub     []byte // the start-up stub; empty for a file that has none
	Entry    string // symbol of the program's own first instruction, hidden behind the stub
	MinRtld  uint32 // least loader version that can start the file
	Text     []byte
	Rodata   []byte
	BssSize  uint64
	Symbols  []Symbol
	Fixups   []Fixup
	Notes    []Note   // besides the program note, which Write makes
	Needed   []string // DT_NEEDED
	Soname   string   // DT_SONAME
	Files    []string // source files that Lines refer to
	Lines    []Line   // for .debug_line, by Off
	Strip    bool     // no section headers, no .symtab, no debug sections
	Separate bool     // never share one R+X segment between rodata and text
}
