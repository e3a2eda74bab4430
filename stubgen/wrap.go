// Wrap puts a start-up stub, or what another way to start wants, on a finished shared
// object. It is given the bytes that a linker left and leaves a program. Nothing of the
// object moves. What is new is appended:
//
//	[the object, as it was] [stub] [note] [interpreter]          one new PT_LOAD, R+X
//	                        [section names] [section headers]    when the object has some
//
// Two program headers are new, PT_SLUL in front and that PT_LOAD; with --start=interp
// PT_INTERP as well, and PT_PHDR when the table moves. The table stays
// where it is when room for them can be made, by giving up headers that no loader
// needs; else a new table is appended in front of the stub.
//
// docs/file-format.md draws both and says which tools accept the result.

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

const (
	wrapPage  = 4096    // x86-64 has no other
	maxAddr   = 1 << 46 // half of what a process has: the loader must find room
	noteName  = ".note.slul"
	stubName  = ".slul.stub"
	magicName = ".slul.magic"

	interpName = ".interp"
)

// WrapOptions says how a wrapped object starts.
type WrapOptions struct {
	Entry string // symbol of its first function; "": _start, or else its own e_entry
	Rtld  string // path of the loader; "": the usual one
	Start elfimage.Start
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
	start := cmp.Or(o.Start, elfimage.StartRt0)
	rtld, err := LoaderPath(target, start, o.Rtld)
	if err != nil {
		return nil, err
	}
	first, err := firstCode(target, start, rtld)
	if err != nil {
		return nil, err
	}
	entry, err := findEntry(f, o.Entry)
	if err != nil {
		return nil, err
	}
	w := &wrapper{out: bytes.Clone(so), file: f, start: start, entry: entry, rtld: rtld}
	if err := w.readHeaders(); err != nil {
		return nil, err
	}
	w.appendLoaded(first)
	if err := w.appendSections(); err != nil {
		return nil, err
	}
	w.put(0, &w.header)
	if start == elfimage.StartShebang {
		return elfimage.Script(rtld, w.out)
	}
	return w.out, nil
}

// wrapper is one run of Wrap.
type wrapper struct {
	out    []byte // the object, then what is appended
	file   *elfimage.File
	header elf.Header64
	progs  []elf.Prog64
	start  elfimage.Start
	entry  uint64 // the program's own
	rtld   string // the loader's path; "" for none
	note   elf.Section64
	stub   elf.Section64
	interp elf.Section64
	magic  elf.Section64 // the word at 64, so that strip keeps it; only for a table that was appended
	room   bool          // the old table has room for two more headers
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
	w.room = true // which more depends on
	w.room = w.makeRoom(len(w.progs) - w.more())
	if len(w.progs)+w.more() >= 0xffff { // PN_XNUM, elf(5)
		return fmt.Errorf("%d program headers: no room for more", len(w.progs))
	}
	return nil
}

// more is how many program headers are new.
func (w *wrapper) more() int {
	switch {
	case w.start != elfimage.StartInterp:
		return 2 // PT_SLUL, PT_LOAD
	case w.room:
		return 3 // and PT_INTERP
	}
	return 4 // and PT_PHDR
}

// spare lists the program headers that a wrapped object can do without, the least
// loss first. Sections still tell what PT_NOTE and PT_GNU_PROPERTY told; about the
// stack the kernel asks the loader's file, and the loader makes none executable. With
// PT_INTERP it asks the program, so there PT_GNU_STACK stays.
var spare = []elf.ProgType{elf.PT_GNU_PROPERTY, elf.PT_NOTE, elf.PT_GNU_STACK}

// makeRoom gives up as many headers as it must so that at most n remain, and tells
// whether they do; else only what describes the old table.
func (w *wrapper) makeRoom(n int) bool {
	w.progs = drop(w.progs, elf.PT_NULL, len(w.progs))
	w.progs = drop(w.progs, elf.PT_PHDR, len(w.progs))
	fewer := w.progs
	for _, typ := range spare {
		if w.start == elfimage.StartInterp && typ == elf.PT_GNU_STACK {
			continue
		}
		fewer = drop(fewer, typ, len(fewer)-n)
	}
	if len(fewer) > n || w.header.Phoff != elfimage.EhdrSize {
		return false
	}
	w.progs = fewer
	return true
}

// drop leaves out the first n headers of a type.
func drop(list []elf.Prog64, typ elf.ProgType, n int) []elf.Prog64 {
	var kept []elf.Prog64
	for _, p := range list {
		if p.Type == uint32(typ) && n > 0 {
			n--
			continue
		}
		kept = append(kept, p)
	}
	return kept
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

// appendLoaded appends what the new PT_LOAD holds: a program header table unless
// the old one has room, stub, note, and the path for PT_INTERP. It lies above all other
// memory of the object. (Neither note nor path must come first: llvm-strip takes a
// segment that begins where PT_SLUL or PT_INTERP does for a part of that, and forgets its
// alignment.)
func (w *wrapper) appendLoaded(stub []byte) {
	base, table := w.place()
	high := uint64(0)
	for _, p := range w.progs {
		if p.Type == uint32(elf.PT_LOAD) {
			high = max(high, p.Vaddr+p.Memsz)
		}
	}
	addr := alignUp(high, wrapPage) + base%wrapPage
	about := elfimage.ProgramNote{Entry: w.entry, MinRtld: LeastRTLD}
	if w.start == elfimage.StartRt0 {
		about.StubSize = uint32(len(stub))
	}
	note := about.Bytes()
	stubAt := base + table
	noteAt := alignUp(stubAt+uint64(len(stub)), 4)
	path := w.interpPath()
	pathAt := noteAt + uint64(len(note))
	end := pathAt + uint64(len(path))
	w.note = elf.Section64{Type: uint32(elf.SHT_NOTE), Flags: uint64(elf.SHF_ALLOC),
		Addr: addr + noteAt - base, Off: noteAt, Size: uint64(len(note)), Addralign: 4}
	w.stub = elf.Section64{Type: uint32(elf.SHT_PROGBITS), Flags: uint64(elf.SHF_ALLOC | elf.SHF_EXECINSTR),
		Addr: addr + table, Off: stubAt, Size: uint64(len(stub)), Addralign: 1}
	w.interp = elf.Section64{Type: uint32(elf.SHT_PROGBITS), Flags: uint64(elf.SHF_ALLOC),
		Addr: addr + pathAt - base, Off: pathAt, Size: uint64(len(path)), Addralign: 1}
	slul := elf.Prog64{Type: elfimage.PT_SLUL, Flags: uint32(elf.PF_R), Off: noteAt, Vaddr: w.note.Addr,
		Paddr: w.note.Addr, Filesz: w.note.Size, Memsz: w.note.Size, Align: 4}
	load := elf.Prog64{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Off: base, Vaddr: addr,
		Paddr: addr, Filesz: end - base, Memsz: end - base, Align: wrapPage}

	w.out = append(w.out, make([]byte, end-uint64(len(w.out)))...)
	copy(w.out[stubAt:], stub)
	copy(w.out[noteAt:], note)
	copy(w.out[pathAt:], path)
	w.putTable(w.newTable(slul, load, w.interpHeaders(addr, base)), base)
	w.header.Entry = w.stub.Addr
}

// interpPath is what PT_INTERP covers; nothing when there is none.
func (w *wrapper) interpPath() []byte {
	if w.start != elfimage.StartInterp {
		return nil
	}
	return append([]byte(w.rtld), 0)
}

// interpHeaders are the program headers of a program with PT_INTERP. A table that is not
// at the file's beginning needs PT_PHDR, by which the loader finds out where the kernel
// has put the program.
func (w *wrapper) interpHeaders(addr, base uint64) []elf.Prog64 {
	if w.start != elfimage.StartInterp {
		return nil
	}
	s := w.interp
	list := []elf.Prog64{{Type: uint32(elf.PT_INTERP), Flags: uint32(elf.PF_R), Off: s.Off, Vaddr: s.Addr, Paddr: s.Addr,
		Filesz: s.Size, Memsz: s.Size, Align: 1}}
	if !w.room {
		size := elfimage.PhdrSize * uint64(len(w.progs)+w.more())
		list = append([]elf.Prog64{{Type: uint32(elf.PT_PHDR), Flags: uint32(elf.PF_R), Off: base, Vaddr: addr, Paddr: addr,
			Filesz: size, Memsz: size, Align: 8}}, list...)
	}
	for i := range w.progs { // the kernel obeys it here, and nobody needs code on the stack
		if w.progs[i].Type == uint32(elf.PT_GNU_STACK) {
			w.progs[i].Flags &^= uint32(elf.PF_X)
		}
	}
	return list
}

// place gives the file offset of the new PT_LOAD, and the size of the program
// header table at its start: 0 when the old one has room.
//
// With a table, its offset within a page is that of the end of the object's loaded
// bytes. So when GNU strip takes away what lies between (symbols, debug sections),
// it can move the segment down in the file without stretching it and warning so.
func (w *wrapper) place() (base, table uint64) {
	size := uint64(len(w.out))
	if w.room {
		return alignUp(size, 4), 0
	}
	end := uint64(0)
	for _, p := range w.progs {
		if p.Type == uint32(elf.PT_LOAD) && p.Filesz > 0 { // else p_offset may be anything
			end = max(end, p.Off+p.Filesz)
		}
	}
	base = alignUp(end, 8)
	return base + alignUp(size-min(base, size), wrapPage), elfimage.PhdrSize * uint64(len(w.progs)+w.more())
}

// putTable writes the program headers over the old ones, or at base.
func (w *wrapper) putTable(table []elf.Prog64, base uint64) {
	h := &w.header
	if w.room {
		clear(w.out[h.Phoff:][:elfimage.PhdrSize*int(h.Phnum)])
	} else if h.Phoff == elfimage.EhdrSize {
		// A binfmt_misc magic sees no more than the first 128 bytes: there the word
		// at 64 must be PT_SLUL, as in files that we link. The table that it belongs
		// to is dead; where the old one was elsewhere, 64 belongs to the object.
		binary.LittleEndian.PutUint32(w.out[elfimage.EhdrSize:], elfimage.PT_SLUL)
		w.magic = elf.Section64{Type: uint32(elf.SHT_PROGBITS), Flags: uint64(elf.SHF_ALLOC),
			Addr: w.file.Address(elfimage.EhdrSize), Off: elfimage.EhdrSize, Size: 4, Addralign: 1}
	}
	if !w.room {
		h.Phoff = base
	}
	h.Phnum, h.Phentsize = uint16(len(table)), elfimage.PhdrSize
	w.put(h.Phoff, table)
}

// newTable is the old one with PT_SLUL first, then those of PT_INTERP, and the new
// PT_LOAD behind the others, which are in order of their addresses, as the gABI asks.
func (w *wrapper) newTable(slul, load elf.Prog64, interp []elf.Prog64) []elf.Prog64 {
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
	return slices.Concat([]elf.Prog64{slul}, interp, loads, []elf.Prog64{load}, rest)
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
	if int(h.Shstrndx) >= len(sections) || len(sections)+4 >= int(elf.SHN_LORESERVE) {
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
	if w.start == elfimage.StartRt0 {
		// In no segment, for debuggers: docs/loader.md, "Debuggers".
		w.interp = elf.Section64{Type: uint32(elf.SHT_PROGBITS), Off: uint64(len(w.out)), Size: uint64(len(w.rtld) + 1), Addralign: 1}
		w.out = append(append(w.out, w.rtld...), 0)
	}
	w.interp.Name, table = appendName(table, interpName)
	names.Off, names.Size = uint64(len(w.out)), uint64(len(table))
	w.out = append(w.out, table...)
	w.pad(8)
	sections = append(sections, w.note, w.stub)
	if w.interp.Size != 0 {
		sections = append(sections, w.interp)
	}
	if w.magic.Addr != 0 {
		sections = append(sections, w.magic)
	}
	h.Shoff, h.Shnum = uint64(len(w.out)), uint16(len(sections))
	w.out = append(w.out, make([]byte, elfimage.ShdrSize*len(sections))...)
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
