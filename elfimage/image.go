// What goes into a file, and the stages from there to its bytes.
// It is given an Image and leaves it as it was.

package elfimage

import (
	"slul/asm"
)

// Section names a part of an Image that symbols and fixups refer to.
type Section uint8

const (
	Undef  Section = iota // an import: it lives in another file
	Text                  // code: R+X
	Rodata                // constants: R, no relocations
	Bss                   // zeroed memory: RW, no file bytes
	Relro                 // constants that hold addresses: relocated, then read-only
)

var sectionNames = [...]string{Undef: "undefined", Text: ".text", Rodata: ".rodata", Bss: ".bss", Relro: ".data.rel.ro"}

func (s Section) String() string {
	if int(s) < len(sectionNames) {
		return sectionNames[s]
	}
	return "bad section"
}

// Symbol is a name with an address in the file.
type Symbol struct {
	Name    string
	Section Section
	Off     uint64 // from the start of its section
	Size    uint64
	Func    bool   // STT_FUNC; else STT_OBJECT
	Export  bool   // in .dynsym; Undef symbols always are
	As      string // how others know it, in .dynsym; "": by Name
	Weak    bool   // for Undef: resolves to 0 when nobody defines it
}

// Fixup is an asm.Fixup in a section. A PC32 against an Undef symbol is given
// the address of the symbol's GOT slot: "call [rip+sym]".
type Fixup struct {
	Section Section
	asm.Fixup
}

// Frame says where the stack pointer is from Off in Text on.
type Frame = asm.Frame

// Line says that the code from Off in Text on comes from this line.
type Line = asm.Line

// Note is one ELF note that goes into the loaded part of the file.
type Note struct {
	Section string // section name, ".note.slul-entry"
	Owner   string // "SLUL"
	Type    uint32
	Desc    []byte
	Fixups  []asm.Fixup // Off counts from the start of Desc; only PC32 against defined symbols
}

// Image is everything that goes into one file. A file with an Entry is a
// program, one without is a library.
type Image struct {
	Machine uint16 // EM_X86_64
	Entry   string // symbol of the program's own first instruction
	MinRtld uint32 // least loader version that can start the file
	Text    []byte // placed at a multiple of TextAlign
	Rodata  []byte // placed at a multiple of RodataAlign
	Relro   []byte // placed at a multiple of 16
	BssSize uint64 // placed at a multiple of 16
	Symbols []Symbol
	Fixups  []Fixup
	Notes   []Note   // besides the program note, which Bytes makes
	Needed  []string // DT_NEEDED
	Soname  string   // DT_SONAME
	Runpath string   // DT_RUNPATH: where the Needed are looked for, "$ORIGIN:/usr/lib/x"
	Loader  string   // path of the loader, for debuggers: the section .interp
	Files   []string // source files that Lines refer to
	Lines   []Line   // for .debug_line, by Off
	Frames  []Frame  // for .debug_frame, by Off; functions begin with Depth 0
	Strip   bool     // no section headers, no .symtab, no debug sections

	// How a program is started: by one of the first three. A library has none of them.
	Stub     []byte // the start-up stub, where the kernel begins
	Interp   string // PT_INTERP: the path of a loader that the kernel runs
	Signpost []byte // code that the kernel runs when nobody else starts the file; it says so, and ends
	Script   string // beside a Signpost: a path for a "#!" line, which goes before the file

	// Powers of two up to 64; 0 is 16. A small program saves up to 30 bytes when it
	// says what it needs.
	TextAlign, RodataAlign uint64

	Relr     bool // DT_RELR: 8-byte fields at multiples of 8 take a bit each, not 24 bytes
	Separate bool // no byte that is not code is ever executable: pads the file to page bounds
}

// Bytes makes the file. All undefined symbols are reported together.
func (im *Image) Bytes() ([]byte, error) {
	b, err := newBuilder(im) // symbols and offsets are checked here, once
	if err != nil {
		return nil, err
	}
	b.addNotes()
	b.addDynamic() // from here on no dynamic symbol or relocation is added
	b.addSections()
	if err := b.place(); err != nil { // from here on nothing loaded moves or grows
		return nil, err
	}
	b.fillNotes()
	b.fillDynamic()
	if !im.Strip {
		b.addLoader()
		b.addDebug()
		b.addSymtab()
		b.addSectionNames()
	}
	file := b.serialise() // from here on the parts' contents lie there
	if err := b.applyFixups(); err != nil {
		return nil, err
	}
	if im.Script != "" {
		return Script(im.Script, file)
	}
	return file, nil
}
