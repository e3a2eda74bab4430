// Wrap puts a start-up stub on a finished shared object. It is given the bytes
// that a linker left and leaves a program that the kernel starts through stub and
// loader. Nothing of the object moves: all that is new is appended, and three
// things in front change: e_entry, e_phoff with e_phnum, e_shoff with e_shnum, and
// the type word of the old program header table, which nobody reads any more.
//
//	[the object, as it was] [program headers] [note] [stub]      one new PT_LOAD, R+X
//	                        [section names] [section headers]    when the object has some
//
// docs/file-format.md draws it and says which tools accept the result.

package stubgen

import (
	"bytes"
	"cmp"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"slul/elfimage"
)

// Sizes of Elf64_Ehdr, Elf64_Phdr and Elf64_Shdr.
const (
	ehdrSize = 64
	phdrSize = 56
	shdrSize = 64
)

const (
	wrapPage  = 4096    // x86-64 has no other
	maxAddr   = 1 << 46 // half of what a process has: the loader must find room
	noteName  = ".note.slul"
	stubName  = ".slul.stub"
	magicName = ".slul.magic"
)

// leastRTLD is the loader version that a wrapped object needs.
const leastRTLD = 1

// WrapOptions says how a wrapped object starts.
type WrapOptions struct {
	Entry string // symbol of its first function; "": _start, or else its own e_entry
	Rtld  string // path of the loader; "": the target's usual one
}

// Wrap makes a program of a freestanding shared object. The error says in one line
// what so is when it is no such thing.
func Wrap(so []byte, o WrapOptions) ([]byte, error) {
	f, err := elfimage.Parse(so)
	if err != nil {
		return nil, err
	}
	if err := refuse(f); err != nil {
		return nil, err
	}
	target, err := ForMachine(f.Machine)
	if err != nil {
		return nil, err
	}
	stub, err := Generate(target, cmp.Or(o.Rtld, target.RTLD))
	if err != nil {
		return nil, err
	}
	entry, err := findEntry(f, o.Entry)
	if err != nil {
		return nil, err
	}
	w := &wrapper{out: bytes.Clone(so), file: f, entry: entry}
	if err := w.readHeaders(); err != nil {
		return nil, err
	}
	w.appendLoaded(stub.Bytes)
	if err := w.appendSections(); err != nil {
		return nil, err
	}
	w.put(0, &w.header)
	return w.out, nil
}

// wrapper is one run of Wrap.
type wrapper struct {
	out    []byte // the object, then what is appended
	file   *elfimage.File
	header elf.Header64
	progs  []elf.Prog64
	entry  uint64 // the program's own
	note   elf.Section64
	stub   elf.Section64
	magic  elf.Section64 // the word at 64, so that strip keeps it
}

// refuse says of a file that is no freestanding shared object what it is.
func refuse(f *elfimage.File) error {
	switch {
	case f.Program != nil:
		return errors.New("a SLUL program already")
	case f.Start == elfimage.StartShebang:
		return errors.New("a script with an ELF file behind it")
	case f.Type == elf.ET_REL:
		return errors.New("a relocatable object (.o): link it with -shared")
	case f.Type == elf.ET_EXEC:
		return errors.New("an executable at fixed addresses (ET_EXEC): link it with -shared")
	case f.Type == elf.ET_CORE:
		return errors.New("a core dump")
	case f.Type != elf.ET_DYN:
		return fmt.Errorf("an ELF file of type %d, expected a shared object", f.Type)
	case f.Start == elfimage.StartInterp:
		return fmt.Errorf("started by its interpreter %q: not a freestanding shared object", f.Interp)
	case f.Flags1&elf.DF_1_PIE != 0:
		return errors.New("a static PIE, which relocates itself: link it with -shared")
	case f.TextRel:
		return errors.New("needs text relocations: compile it with -fPIC")
	}
	return refuseSegments(f)
}

// refuseSegments finds what the loader would refuse at run time.
func refuseSegments(f *elfimage.File) error {
	loads := 0
	for i, s := range f.Segments {
		if s.Type != elf.PT_LOAD {
			continue
		}
		loads++
		switch {
		case s.Flags&(elf.PF_W|elf.PF_X) == elf.PF_W|elf.PF_X:
			return fmt.Errorf("program header %d is writable and executable: the loader maps no such memory", i)
		case s.Vaddr > maxAddr || s.Memsz > maxAddr:
			return fmt.Errorf("program header %d: %#x bytes at %#x are out of reach", i, s.Memsz, s.Vaddr)
		}
	}
	if loads == 0 {
		return errors.New("no PT_LOAD: nothing in it would be in memory")
	}
	return nil
}

func (w *wrapper) readHeaders() error {
	w.get(0, &w.header)
	w.progs = make([]elf.Prog64, w.header.Phnum)
	w.get(w.header.Phoff, w.progs)
	// The old table is given up, and with it its description of itself.
	w.progs = slices.DeleteFunc(w.progs, func(p elf.Prog64) bool {
		return p.Type == uint32(elf.PT_PHDR) || p.Type == uint32(elf.PT_NULL)
	})
	if len(w.progs)+2 >= 0xffff { // PN_XNUM, elf(5)
		return fmt.Errorf("%d program headers: no room for two more", len(w.progs))
	}
	return nil
}

// findEntry finds the program's own first instruction.
func findEntry(f *elfimage.File, name string) (uint64, error) {
	want := cmp.Or(name, "_start")
	addr, what := f.Entry, "e_entry"
	switch s, ok := f.Lookup(want); {
	case ok && s.Type != elf.STT_FUNC && s.Type != elf.STT_NOTYPE:
		return 0, fmt.Errorf("symbol %q is no function: %v", want, s.Type)
	case ok:
		addr, what = s.Addr, fmt.Sprintf("symbol %q", want)
	case name != "":
		return 0, fmt.Errorf("no symbol %q", name)
	case f.Entry == 0:
		return 0, errors.New("no symbol _start and no e_entry: name the first function with --entry")
	}
	for _, s := range f.Segments {
		if s.Type == elf.PT_LOAD && s.Flags&elf.PF_X != 0 && addr >= s.Vaddr && addr-s.Vaddr < s.Filesz {
			return addr, nil
		}
	}
	return 0, fmt.Errorf("%s at %#x is not in an executable segment", what, addr)
}

// appendLoaded appends what the new PT_LOAD holds: program headers, note, stub.
// It lies above all other memory of the object.
//
// Its offset within a page is that of the end of the object's loaded bytes. So
// when strip takes away what lies between (symbols, debug sections), it can move
// the new segment down in the file without changing an address; otherwise GNU
// strip would stretch the segment and warn of it.
func (w *wrapper) appendLoaded(stub []byte) {
	high, fileEnd := uint64(0), uint64(0)
	for _, p := range w.progs {
		if p.Type == uint32(elf.PT_LOAD) {
			high = max(high, p.Vaddr+p.Memsz)
			if p.Filesz > 0 { // else p_offset may be anything
				fileEnd = max(fileEnd, p.Off+p.Filesz)
			}
		}
	}
	base := alignUp(fileEnd, 8)
	base += alignUp(uint64(len(w.out))-min(base, uint64(len(w.out))), wrapPage)
	w.out = append(w.out, make([]byte, base-uint64(len(w.out)))...)
	addr := alignUp(high, wrapPage) + base%wrapPage
	note := elfimage.ProgramNote{Entry: w.entry, MinRtld: leastRTLD, StubSize: uint32(len(stub))}.Bytes()
	noteAt := base + phdrSize*uint64(len(w.progs)+2)
	stubAt := noteAt + uint64(len(note))
	end := stubAt + uint64(len(stub))

	slul := elf.Prog64{Type: elfimage.PT_SLUL, Flags: uint32(elf.PF_R), Off: noteAt, Vaddr: addr + noteAt - base,
		Paddr: addr + noteAt - base, Filesz: uint64(len(note)), Memsz: uint64(len(note)), Align: 4}
	load := elf.Prog64{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Off: base, Vaddr: addr,
		Paddr: addr, Filesz: end - base, Memsz: end - base, Align: wrapPage}
	table := w.newTable(slul, load)

	w.out = append(w.out, make([]byte, noteAt-base)...)
	w.put(base, table)
	w.out = append(append(w.out, note...), stub...)
	w.note = elf.Section64{Type: uint32(elf.SHT_NOTE), Flags: uint64(elf.SHF_ALLOC), Addr: slul.Vaddr, Off: noteAt, Size: slul.Filesz, Addralign: 4}
	w.stub = elf.Section64{Type: uint32(elf.SHT_PROGBITS), Flags: uint64(elf.SHF_ALLOC | elf.SHF_EXECINSTR),
		Addr: addr + stubAt - base, Off: stubAt, Size: uint64(len(stub)), Addralign: 1}

	if w.header.Phoff == ehdrSize {
		// A binfmt_misc magic sees no more than the first 128 bytes: there the word
		// at 64 must be PT_SLUL, as in files that we link. The table that it belongs
		// to is dead; where the old one was elsewhere, 64 belongs to the object.
		binary.LittleEndian.PutUint32(w.out[ehdrSize:], elfimage.PT_SLUL)
		w.magic = elf.Section64{Type: uint32(elf.SHT_PROGBITS), Flags: uint64(elf.SHF_ALLOC), Off: ehdrSize, Addr: w.file.Address(ehdrSize), Size: 4, Addralign: 1}
	}
	w.header.Phoff, w.header.Phnum, w.header.Phentsize = base, uint16(len(table)), phdrSize
	w.header.Entry = w.stub.Addr
}

// newTable is the old one with PT_SLUL first and the new PT_LOAD behind the
// others, which are in order of their addresses, as the gABI asks.
func (w *wrapper) newTable(slul, load elf.Prog64) []elf.Prog64 {
	isLoad := func(p elf.Prog64) bool { return p.Type == uint32(elf.PT_LOAD) }
	var loads, rest []elf.Prog64
	for _, p := range w.progs {
		if isLoad(p) {
			loads = append(loads, p)
		} else {
			rest = append(rest, p)
		}
	}
	slices.SortStableFunc(loads, func(x, y elf.Prog64) int { return cmp.Compare(x.Vaddr, y.Vaddr) })
	return slices.Concat([]elf.Prog64{slul}, loads, []elf.Prog64{load}, rest)
}

// appendSections names what is new, so that debuggers and disassemblers see it.
// The old section headers are copied; indices stay what they were.
func (w *wrapper) appendSections() error {
	h := &w.header
	if h.Shnum == 0 || h.Shoff == 0 {
		return nil
	}
	sections := make([]elf.Section64, h.Shnum)
	w.get(h.Shoff, sections)
	if int(h.Shstrndx) >= len(sections) || len(sections)+3 >= int(elf.SHN_LORESERVE) {
		return fmt.Errorf("e_shstrndx=%d with %d section headers", h.Shstrndx, h.Shnum)
	}
	names := &sections[h.Shstrndx]
	if names.Off > uint64(len(w.out)) || names.Size > uint64(len(w.out))-names.Off {
		return errors.New("the section names lie outside the file")
	}
	table := bytes.Clone(w.out[names.Off:][:names.Size])
	w.note.Name, table = appendName(table, noteName)
	w.stub.Name, table = appendName(table, stubName)
	w.magic.Name, table = appendName(table, magicName)
	names.Off, names.Size = uint64(len(w.out)), uint64(len(table))
	w.out = append(w.out, table...)
	w.pad(8)
	sections = append(sections, w.note, w.stub)
	if w.magic.Addr != 0 {
		sections = append(sections, w.magic)
	}
	h.Shoff, h.Shnum = uint64(len(w.out)), uint16(len(sections))
	w.out = append(w.out, make([]byte, shdrSize*len(sections))...)
	w.put(h.Shoff, sections)
	return nil
}

func appendName(table []byte, name string) (uint32, []byte) {
	return uint32(len(table)), append(append(table, name...), 0)
}

func alignUp(n, align uint64) uint64 { return (n + align - 1) &^ (align - 1) }

func (w *wrapper) pad(align int) {
	for len(w.out)%align != 0 {
		w.out = append(w.out, 0)
	}
}

// get and put need an offset that Parse, or we, have checked.
func (w *wrapper) get(off uint64, v any) {
	if _, err := binary.Decode(w.out[off:], binary.LittleEndian, v); err != nil {
		panic("bug: stubgen.Wrap: " + err.Error())
	}
}

func (w *wrapper) put(off uint64, v any) {
	if _, err := binary.Encode(w.out[off:], binary.LittleEndian, v); err != nil {
		panic("bug: stubgen.Wrap: " + err.Error())
	}
}
