// ELF notes (gABI chapter 5, "Note Section"), and the program note, which tells
// the loader where the program behind the stub begins.
//
//	u32 length of owner with its NUL
//	u32 length of description
//	u32 type
//	owner, NUL, zeros up to a multiple of 4
//	description, zeros up to a multiple of 4

package elfimage

import (
	"encoding/binary"
	"fmt"

	"slul/asm"
)

// Numbers that SLUL files share with the loader and with binfmt_misc.
const (
	PT_SLUL     = 0x60534C55 // program header type, "`SLU" read as a word: in the range for operating systems
	Owner       = "SLUL"     // owner of all our notes
	NoteModule  = 1          // types of notes: .note.slul-module, of a library
	NoteAPI     = 2          // .note.slul-api: the interfaces that a library offers
	NoteBdeps   = 3          // .note.slul-bdeps: those that it takes to read its own
	NoteXdeps   = 4          // .note.slul-xdeps: those that it takes to run
	NoteEntry   = 5          // .note.slul-entry
	NoteProgram = 6          // type of the note that PT_SLUL covers first
)

const (
	noteHeaderSize  = 12
	programDescSize = 24
	programFormat   = 1

	// ProgramNoteSize is the size of the program note with header and owner.
	ProgramNoteSize = noteHeaderSize + 8 + programDescSize
)

// ProgramNote is the description of the note that PT_SLUL covers first:
//
//	u32 format    1
//	u32 flags     0
//	u64 entry     address of the program's own first instruction
//	u32 minRtld   least loader version that can start the file
//	u32 stubSize  bytes of stub from e_entry on; 0: e_entry is no stub
//
// The loader reads none of the last word. It is there because a stripped file
// has no section that says where the stub ends, and "slul stub verify" must
// look at every byte of it and at no other.
type ProgramNote struct {
	Flags    uint32
	Entry    uint64
	MinRtld  uint32
	StubSize uint32
}

// Desc is the note's description.
func (n ProgramNote) Desc() []byte {
	le := binary.LittleEndian
	d := le.AppendUint32(make([]byte, 0, programDescSize), programFormat)
	d = le.AppendUint32(d, n.Flags)
	d = le.AppendUint64(d, n.Entry)
	d = le.AppendUint32(d, n.MinRtld)
	return le.AppendUint32(d, n.StubSize)
}

// Bytes is the whole note, ProgramNoteSize bytes.
func (n ProgramNote) Bytes() []byte {
	return appendNote(nil, Owner, NoteProgram, n.Desc())
}

func parseProgramNote(d []byte) (ProgramNote, error) {
	le := binary.LittleEndian
	if len(d) != programDescSize {
		return ProgramNote{}, fmt.Errorf("program note: description of %d bytes, expected %d", len(d), programDescSize)
	}
	if f := le.Uint32(d); f != programFormat {
		return ProgramNote{}, fmt.Errorf("program note: format=%d, expected %d", f, programFormat)
	}
	return ProgramNote{Flags: le.Uint32(d[4:]), Entry: le.Uint64(d[8:]), MinRtld: le.Uint32(d[16:]), StubSize: le.Uint32(d[20:])}, nil
}

func appendNote(b []byte, owner string, typ uint32, desc []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint32(b, uint32(len(owner)+1))
	b = le.AppendUint32(b, uint32(len(desc)))
	b = le.AppendUint32(b, typ)
	b = pad(append(append(b, owner...), 0), 4)
	return pad(append(b, desc...), 4)
}

// pad appends zeros up to a multiple of align.
func pad(b []byte, align int) []byte {
	for len(b)%align != 0 {
		b = append(b, 0)
	}
	return b
}

// notePlace remembers where a note's description lies, for its fixups.
type notePlace struct {
	part   *part
	off    int // of the description, in the part
	fixups []asm.Fixup
}

// addNotes makes the note parts: the program note, then the others. Notes with
// one section name share one part, in the order in which names first appear.
func (b *builder) addNotes() {
	if b.im.Entry != "" {
		b.programNote = b.add(&part{name: ".note.slul", typ: SHT_NOTE, flags: SHF_ALLOC, align: 4, data: ProgramNote{}.Bytes(), group: readOnly})
	}
	parts := map[string]*part{}
	for _, n := range b.im.Notes {
		p := parts[n.Section]
		if p == nil {
			p = b.add(&part{name: n.Section, typ: SHT_NOTE, flags: SHF_ALLOC, align: 4, group: readOnly})
			parts[n.Section] = p
		}
		start := len(p.data) + noteHeaderSize + (len(n.Owner)+1+3)&^3
		p.data = appendNote(p.data, n.Owner, n.Type, n.Desc)
		b.notes = append(b.notes, notePlace{p, start, n.Fixups})
	}
}

// fillNotes writes the addresses that the program note holds; it needs place.
func (b *builder) fillNotes() {
	if b.programNote == nil {
		return
	}
	entry := b.address(b.syms[b.im.Entry])
	b.programNote.data = ProgramNote{Entry: entry, MinRtld: b.im.MinRtld, StubSize: uint32(len(b.im.Stub))}.Bytes()
	b.entry = entry
	if b.stub != nil {
		b.entry = b.stub.addr
	}
}
