// Reading: bytes that anybody may have made -> File. Every number of the file is
// checked before it is used; what is damaged is an error, never a panic. It reads
// any ELF file for 64-bit little-endian Linux, and makes most of ours.

package elfimage

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

// Start says how the kernel gets a file to run.
type Start string

const (
	StartRt0     Start = "rt0"     // a stub runs the loader
	StartInterp  Start = "interp"  // PT_INTERP names the loader
	StartShebang Start = "shebang" // a "#!" line names the loader; the ELF file lies behind it
	StartNone    Start = "none"    // not at all, or the file runs by itself
)

// Starts are all of them, the usual one first.
var Starts = []Start{StartRt0, StartInterp, StartShebang, StartNone}

// Segment is a program header.
type Segment struct {
	Type   elf.ProgType
	Flags  elf.ProgFlag
	Off    uint64
	Vaddr  uint64
	Filesz uint64
	Memsz  uint64
	Align  uint64
}

// ParsedNote is a note of PT_SLUL or PT_NOTE.
type ParsedNote struct {
	Owner string
	Type  uint32
	Desc  []byte
	Addr  uint64 // of the description; 0 when no segment loads it
}

// File is what a file says about itself.
type File struct {
	Size     int // of the whole file
	Type     elf.Type
	Machine  elf.Machine
	Entry    uint64 // e_entry
	Start    Start
	Offset   int    // where in the file the ELF file begins: 0, or behind a "#!" line
	Interp   string // PT_INTERP, or the "#!" line's first word
	Segments []Segment
	Program  *ProgramNote // nil when the file is no SLUL program
	Stub     []byte       // of StartRt0: every byte of it
	Notes    []ParsedNote
	Services []Service
	Needed   []string
	Soname   string
	Flags1   elf.DynFlag1
	TextRel  bool // it has relocations in segments that are not writable

	b        []byte // the ELF file, without a "#!" line
	sections []elf.Section64
	dynamic  []elf.Dyn64
}

// Open reads and parses the file at path.
func Open(path string) (*File, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	f, err := Parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Parse reads a whole file. It keeps b.
func Parse(b []byte) (*File, error) {
	f := &File{Size: len(b), Start: StartNone, b: b}
	if err := f.parseScript(); err != nil {
		return nil, err
	}
	for _, step := range []func() error{f.parseHeader, f.parseNotes, f.parseProgram, f.parseDynamic, f.parseSections} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *File) parseHeader() error {
	if err := checkIdent(f.b); err != nil {
		return err
	}
	var h elf.Header64
	if !f.read(0, &h) {
		return fmt.Errorf("%d bytes, too short for an ELF header", len(f.b))
	}
	f.Type, f.Machine, f.Entry = elf.Type(h.Type), elf.Machine(h.Machine), h.Entry
	if h.Phnum > 0 && h.Phentsize != PhdrSize {
		return fmt.Errorf("e_phentsize=%d, expected %d", h.Phentsize, PhdrSize)
	}
	for i := range uint64(h.Phnum) {
		var p elf.Prog64
		if !f.read(h.Phoff+i*PhdrSize, &p) || h.Phoff > uint64(len(f.b)) {
			return fmt.Errorf("e_phoff=%#x: program header %d lies outside the file", h.Phoff, i)
		}
		s := Segment{elf.ProgType(p.Type), elf.ProgFlag(p.Flags), p.Off, p.Vaddr, p.Filesz, p.Memsz, p.Align}
		if err := f.checkSegment(int(i), s); err != nil {
			return err
		}
		f.Segments = append(f.Segments, s)
	}
	return nil
}

// checkIdent says what a file is that is not 64-bit little-endian ELF.
func checkIdent(b []byte) error {
	switch {
	case len(b) == 0:
		return errors.New("an empty file")
	case bytes.HasPrefix(b, []byte("!<arch>\n")), bytes.HasPrefix(b, []byte("!<thin>\n")):
		return errors.New("an archive (.a), not an ELF file")
	case !bytes.HasPrefix(b, []byte(elf.ELFMAG)):
		return errors.New("not an ELF file")
	case len(b) < EhdrSize:
		return fmt.Errorf("%d bytes, too short for an ELF header", len(b))
	case b[elf.EI_CLASS] == byte(elf.ELFCLASS32):
		return errors.New("a 32-bit ELF file")
	case b[elf.EI_CLASS] != byte(elf.ELFCLASS64):
		return fmt.Errorf("ELF class %d, expected 2", b[elf.EI_CLASS])
	case b[elf.EI_DATA] == byte(elf.ELFDATA2MSB):
		return errors.New("a big-endian ELF file")
	case b[elf.EI_DATA] != byte(elf.ELFDATA2LSB):
		return fmt.Errorf("ELF byte order %d, expected 1", b[elf.EI_DATA])
	case b[elf.EI_VERSION] != byte(elf.EV_CURRENT):
		return fmt.Errorf("ELF version %d, expected 1", b[elf.EI_VERSION])
	}
	return nil
}

// checkSegment makes File's offsets and addresses safe to add.
func (f *File) checkSegment(i int, s Segment) error {
	name := fmt.Sprintf("program header %d (%v)", i, s.Type)
	switch {
	case s.Off > uint64(len(f.b)) || s.Filesz > uint64(len(f.b))-s.Off:
		if s.Filesz == 0 {
			return nil // nothing is read from there
		}
		return fmt.Errorf("%s: %d bytes at %#x lie outside the file of %d bytes: truncated?", name, s.Filesz, s.Off, len(f.b))
	case s.Type == elf.PT_LOAD && s.Filesz > s.Memsz:
		return fmt.Errorf("%s: p_filesz=%#x is more than p_memsz=%#x", name, s.Filesz, s.Memsz)
	case s.Vaddr+s.Memsz < s.Vaddr:
		return fmt.Errorf("%s: %#x bytes at %#x wrap around", name, s.Memsz, s.Vaddr)
	}
	return nil
}

// read decodes a fixed-size structure at off.
func (f *File) read(off uint64, v any) bool {
	if off > uint64(len(f.b)) {
		return false
	}
	_, err := binary.Decode(f.b[off:], binary.LittleEndian, v)
	return err == nil
}

// contents are the bytes of a segment that the file holds.
func (f *File) contents(s Segment) []byte {
	if s.Filesz == 0 {
		return nil
	}
	return f.b[s.Off:][:s.Filesz]
}

// Memory gives n bytes at an address, when one PT_LOAD holds all of them in the file.
func (f *File) Memory(addr, n uint64) ([]byte, bool) {
	tail, ok := f.tail(addr)
	if !ok || n > uint64(len(tail)) {
		return nil, false
	}
	return tail[:n], true
}

// tail is all that the file holds of a segment from addr on.
func (f *File) tail(addr uint64) ([]byte, bool) {
	for _, s := range f.Segments {
		if s.Type == elf.PT_LOAD && addr >= s.Vaddr && addr-s.Vaddr < s.Filesz {
			return f.contents(s)[addr-s.Vaddr:], true
		}
	}
	return nil, false
}

// Address is where the byte at a file offset is loaded; 0 when nowhere.
func (f *File) Address(off uint64) uint64 {
	for _, s := range f.Segments {
		if s.Type == elf.PT_LOAD && off >= s.Off && off-s.Off < s.Filesz {
			return s.Vaddr + (off - s.Off)
		}
	}
	return 0
}

// parseNotes walks PT_SLUL and PT_NOTE. The same bytes count once. What is
// damaged ends the walk of its segment.
func (f *File) parseNotes() error {
	seen := map[uint64]bool{}
	for _, s := range f.Segments {
		if s.Type != PT_SLUL && s.Type != elf.PT_NOTE {
			continue
		}
		// gABI and Linux: 8 for .note.gnu.property, 4 for all else.
		align := uint64(4)
		if s.Align == 8 {
			align = 8
		}
		for off := s.Off; ; {
			n, next, ok := f.note(off, s.Off+s.Filesz, align)
			if !ok || seen[off] {
				break
			}
			seen[off] = true
			f.Notes = append(f.Notes, n)
			off = next
		}
	}
	return nil
}

// note reads the note at off; everything of it lies before end.
func (f *File) note(off, end, align uint64) (n ParsedNote, next uint64, ok bool) {
	var h struct{ Namesz, Descsz, Type uint32 }
	if end > uint64(len(f.b)) || end-off < noteHeaderSize || off >= end || !f.read(off, &h) {
		return n, 0, false
	}
	name := off + noteHeaderSize
	desc := alignUp(name+uint64(h.Namesz), align)
	next = alignUp(desc+uint64(h.Descsz), align)
	if desc+uint64(h.Descsz) > end {
		return n, 0, false
	}
	owner, _, _ := bytes.Cut(f.b[name:][:h.Namesz], []byte{0})
	return ParsedNote{string(owner), h.Type, f.b[desc:][:h.Descsz], f.Address(desc)}, next, true
}

// parseProgram finds out how the file starts and what it is.
func (f *File) parseProgram() error {
	for _, s := range f.Segments {
		switch s.Type {
		case elf.PT_INTERP:
			path, _, ok := bytes.Cut(f.contents(s), []byte{0})
			if !ok {
				return errors.New("PT_INTERP: path without end")
			}
			f.Start, f.Interp = StartInterp, string(path)
		case PT_SLUL:
			n, _, ok := f.note(s.Off, s.Off+s.Filesz, 4)
			if !ok || n.Owner != Owner || n.Type != NoteProgram {
				return errors.New("PT_SLUL: no program note")
			}
			p, err := parseProgramNote(n.Desc)
			if err != nil {
				return err
			}
			f.Program = &p
		}
	}
	for _, n := range f.Notes {
		if n.Owner == Owner && n.Type == NoteEntry {
			services, err := ParseServices(n.Desc)
			if err != nil {
				return err
			}
			f.Services = append(f.Services, services...)
		}
	}
	return f.parseStub()
}

func (f *File) parseStub() error {
	if f.Program == nil || f.Program.StubSize == 0 {
		return nil
	}
	stub, ok := f.Memory(f.Entry, uint64(f.Program.StubSize))
	if !ok {
		return fmt.Errorf("stub of %d bytes at %#x: outside the file", f.Program.StubSize, f.Entry)
	}
	f.Stub = stub
	if f.Start == StartNone {
		f.Start = StartRt0
	}
	return nil
}

// parseDynamic reads what the loader would bind.
func (f *File) parseDynamic() error {
	for _, s := range f.Segments {
		if s.Type != elf.PT_DYNAMIC {
			continue
		}
		if len(f.dynamic) > 0 {
			return errors.New("two PT_DYNAMIC")
		}
		for b := f.contents(s); len(b) >= dynSize; b = b[dynSize:] {
			var d elf.Dyn64
			binary.Decode(b, binary.LittleEndian, &d)
			if elf.DynTag(d.Tag) == elf.DT_NULL {
				break
			}
			f.dynamic = append(f.dynamic, d)
		}
	}
	for _, d := range f.dynamic {
		switch elf.DynTag(d.Tag) {
		case elf.DT_TEXTREL:
			f.TextRel = true
		case elf.DT_FLAGS:
			f.TextRel = f.TextRel || elf.DynFlag(d.Val)&elf.DF_TEXTREL != 0
		case elf.DT_FLAGS_1:
			f.Flags1 = elf.DynFlag1(d.Val)
		case elf.DT_NEEDED, elf.DT_SONAME:
			name, ok := f.dynString(d.Val)
			if !ok {
				return fmt.Errorf("%v: string %#x lies outside DT_STRTAB", elf.DynTag(d.Tag), d.Val)
			}
			if elf.DynTag(d.Tag) == elf.DT_SONAME {
				f.Soname = name
			} else {
				f.Needed = append(f.Needed, name)
			}
		}
	}
	return nil
}

// dyn is the value of the last entry with a tag.
func (f *File) dyn(tag elf.DynTag) (v uint64, ok bool) {
	for _, d := range f.dynamic {
		if elf.DynTag(d.Tag) == tag {
			v, ok = d.Val, true
		}
	}
	return v, ok
}

func (f *File) dynString(off uint64) (string, bool) {
	addr, ok1 := f.dyn(elf.DT_STRTAB)
	size, ok2 := f.dyn(elf.DT_STRSZ)
	table, ok3 := f.Memory(addr, size)
	if !ok1 || !ok2 || !ok3 {
		return "", false
	}
	return stringAt(table, off)
}

func stringAt(table []byte, off uint64) (string, bool) {
	if off >= uint64(len(table)) {
		return "", false
	}
	s, _, ok := bytes.Cut(table[off:], []byte{0})
	return string(s), ok
}
