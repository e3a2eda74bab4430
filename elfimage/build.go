// The builder: one run of Bytes. It is given an Image, refuses what is wrong with
// it, and holds the parts of the file while they get their places and contents.

package elfimage

import (
	"cmp"
	"debug/elf"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The constants of ELF keep their names from the specification.
const (
	SHT_PROGBITS = uint32(elf.SHT_PROGBITS)
	SHT_SYMTAB   = uint32(elf.SHT_SYMTAB)
	SHT_STRTAB   = uint32(elf.SHT_STRTAB)
	SHT_RELA     = uint32(elf.SHT_RELA)
	SHT_DYNAMIC  = uint32(elf.SHT_DYNAMIC)
	SHT_NOTE     = uint32(elf.SHT_NOTE)
	SHT_NOBITS   = uint32(elf.SHT_NOBITS)
	SHT_DYNSYM   = uint32(elf.SHT_DYNSYM)
	SHT_GNU_HASH = uint32(elf.SHT_GNU_HASH)
	SHT_RELR     = uint32(19) // gABI; debug/elf does not have it

	SHF_WRITE     = uint64(elf.SHF_WRITE)
	SHF_ALLOC     = uint64(elf.SHF_ALLOC)
	SHF_EXECINSTR = uint64(elf.SHF_EXECINSTR)
)

// Sizes in bytes of Elf64_Ehdr, Elf64_Phdr and Elf64_Shdr (gABI, chapters 4 and 5).
const (
	EhdrSize = 64
	PhdrSize = 56
	ShdrSize = 64
)

const (
	symSize  = 24 // sizes of Elf64_Sym, _Rela, _Dyn
	relaSize = 24
	dynSize  = 16
	relrSize = 8

	codeAlign = 16 // of .data.rel.ro and .bss, and of .text and .rodata unless the Image says otherwise
	mostAlign = 64 // that it can say: a line of the cache
)

// machine holds what layout and relocation need to know about a CPU.
type machine struct {
	page     uint64 // largest page size that a kernel may have
	relative uint32 // B + A
	globDat  uint32 // S
}

// psABI x86-64, table 4.9.
var machines = map[uint16]machine{
	uint16(elf.EM_X86_64): {page: 4096, relative: uint32(elf.R_X86_64_RELATIVE), globDat: uint32(elf.R_X86_64_GLOB_DAT)},
}

type group uint8

const (
	readOnly group = iota
	code
	writable
	unloaded // only for tools: no address
)

// part is one section of the file; its contents, and where they lie.
type part struct {
	name    string
	typ     uint32 // SHT_…
	flags   uint64 // SHF_…
	align   uint64
	data    []byte
	memSize uint64 // of a SHT_NOBITS part, which has no data
	entSize uint64
	link    *part // sh_link
	info    uint32
	group   group
	off     uint64 // in the file
	addr    uint64
	index   uint32 // in the section header table
}

func (p *part) size() uint64 {
	if p.typ == SHT_NOBITS {
		return p.memSize
	}
	return uint64(len(p.data))
}

// builder is one run of Bytes.
type builder struct {
	im    *Image
	mach  machine
	syms  map[string]*Symbol
	list  []*Symbol // see sortedSymbols
	parts []*part   // in the order of the file

	programNote, interp, stub, text, rodata, relro, bss *part
	relroEnd                                            *part
	notes                                               []notePlace
	entry                                               uint64 // e_entry
	dyn                                                 dynamic
	shared                                              bool   // readOnly and code lie in one segment
	loadedEnd                                           uint64 // file offset behind the last loaded byte
	shstrtab                                            *part
	sectionNames                                        strtab
}

// newBuilder checks all that can be wrong with an Image before anything is placed.
func newBuilder(im *Image) (*builder, error) {
	mach, ok := machines[im.Machine]
	if !ok {
		return nil, fmt.Errorf("machine %d: no file layout for it", im.Machine)
	}
	b := &builder{im: im, mach: mach, syms: make(map[string]*Symbol, len(im.Symbols))}
	if err := im.checkNames(); err != nil {
		return nil, err
	}
	for i := range im.Symbols {
		s := &im.Symbols[i]
		if err := b.checkSymbol(s); err != nil {
			return nil, err
		}
		b.syms[s.Name] = s
	}
	if im.Entry == "" {
		if im.starters() > 0 {
			return nil, errors.New("a stub, but no entry symbol behind it")
		}
		return b, nil
	}
	if im.starters() > 1 || im.Script != "" && len(im.Signpost) == 0 {
		return nil, errors.New("more than one way to start")
	}
	if e := b.syms[im.Entry]; e == nil {
		return nil, fmt.Errorf("entry symbol %s: undefined", im.Entry)
	} else if e.Section != Text {
		return nil, fmt.Errorf("entry symbol %s: in %v, expected .text", im.Entry, e.Section)
	} else if e.Off == uint64(len(im.Text)) {
		return nil, fmt.Errorf("entry symbol %s: at the end of .text", im.Entry)
	}
	return b, nil
}

// starters counts the ways to be started.
func (im *Image) starters() int {
	n := 0
	for _, is := range []bool{len(im.Stub) > 0, im.Interp != "", len(im.Signpost) > 0} {
		if is {
			n++
		}
	}
	return n
}

// checkNames refuses strings that a table of NUL-terminated strings cannot hold,
// alignments that are none, and lines that point nowhere.
func (im *Image) checkNames() error {
	lists := []struct {
		what  string
		names []string
	}{{"DT_NEEDED", im.Needed}, {"source file", im.Files}}
	for _, n := range im.Notes {
		lists = append(lists, struct {
			what  string
			names []string
		}{"note", []string{n.Section, n.Owner}})
	}
	for _, l := range lists {
		for _, n := range l.names {
			if n == "" || strings.IndexByte(n, 0) >= 0 {
				return fmt.Errorf("%s %q: bad name", l.what, n)
			}
		}
	}
	if strings.IndexByte(im.Interp, 0) >= 0 {
		return fmt.Errorf("PT_INTERP %q: bad path", im.Interp)
	}
	if strings.IndexByte(im.Soname, 0) >= 0 {
		return fmt.Errorf("DT_SONAME %q: bad name", im.Soname)
	}
	if strings.IndexByte(im.Runpath, 0) >= 0 {
		return fmt.Errorf("DT_RUNPATH %q: bad name", im.Runpath)
	}
	for _, a := range []uint64{im.TextAlign, im.RodataAlign} {
		if a > mostAlign || a&(a-1) != 0 {
			return fmt.Errorf("alignment %d: expected a power of two up to %d", a, mostAlign)
		}
	}
	for _, l := range im.Lines {
		if l.Off < 0 || int(l.Off) > len(im.Text) || l.File < 0 || int(l.File) >= len(im.Files) || l.Line < 0 {
			return fmt.Errorf("line %d of file %d at .text+%d: outside", l.Line, l.File, l.Off)
		}
	}
	for _, f := range im.Frames {
		if f.Off < 0 || int(f.Off) > len(im.Text) || f.Depth < 0 || f.Saved < 0 || f.Saved >= dwarfReturnAddress {
			return fmt.Errorf("frame of %d bytes at .text+%d: outside", f.Depth, f.Off)
		}
	}
	return nil
}

func (b *builder) checkSymbol(s *Symbol) error {
	switch {
	case s.Name == "" || strings.IndexByte(s.Name, 0) >= 0:
		return fmt.Errorf("symbol %q: bad name", s.Name)
	case b.syms[s.Name] != nil:
		return fmt.Errorf("symbol %s: defined twice", s.Name)
	case s.Section > Relro:
		return fmt.Errorf("symbol %s: section %d does not exist", s.Name, s.Section)
	case s.Section == Undef && (s.Off != 0 || s.Size != 0):
		return fmt.Errorf("symbol %s: undefined, but with offset or size", s.Name)
	}
	if n := b.im.sectionSize(s.Section); s.Off > n || s.Size > n-s.Off {
		return fmt.Errorf("symbol %s: %d bytes at %d lie outside %v of %d bytes", s.Name, s.Size, s.Off, s.Section, n)
	}
	return nil
}

func (im *Image) sectionSize(s Section) uint64 {
	switch s {
	case Text:
		return uint64(len(im.Text))
	case Rodata:
		return uint64(len(im.Rodata))
	case Relro:
		return uint64(len(im.Relro))
	case Bss:
		return im.BssSize
	}
	return 0
}

func (b *builder) add(p *part) *part {
	b.parts = append(b.parts, p)
	return p
}

// addSections adds what the compiler gave. Contents are copied when the file is
// made: fixups are written into that.
func (b *builder) addSections() {
	im := b.im
	ro, rx, rw := SHF_ALLOC, SHF_ALLOC|SHF_EXECINSTR, SHF_ALLOC|SHF_WRITE
	if im.Interp != "" {
		b.interp = b.add(&part{name: ".interp", typ: SHT_PROGBITS, flags: ro, align: 1, data: append([]byte(im.Interp), 0), group: readOnly})
	}
	if len(im.Rodata) > 0 {
		b.rodata = b.add(&part{name: ".rodata", typ: SHT_PROGBITS, flags: ro, align: cmp.Or(im.RodataAlign, codeAlign), data: im.Rodata, group: readOnly})
	}
	if first := slices.Concat(im.Stub, im.Signpost); len(first) > 0 {
		b.stub = b.add(&part{name: ".slul.stub", typ: SHT_PROGBITS, flags: rx, align: 1, data: first, group: code})
	}
	if len(im.Text) > 0 {
		b.text = b.add(&part{name: ".text", typ: SHT_PROGBITS, flags: rx, align: cmp.Or(im.TextAlign, codeAlign), data: im.Text, group: code})
	}
	if len(im.Relro) > 0 {
		b.relro = b.add(&part{name: ".data.rel.ro", typ: SHT_PROGBITS, flags: rw, align: codeAlign, data: im.Relro, group: writable})
	}
	if d := b.dyn.section; d != nil && im.forDebugger() {
		d.flags, d.group = rw, writable
		b.add(d)
	}
	if n := uint64(len(b.dyn.imports)); n > 0 {
		b.dyn.got = b.add(&part{name: ".got", typ: SHT_NOBITS, flags: rw, align: 8, memSize: 8 * n, entSize: 8, group: writable})
	}
	if len(b.parts) > 0 && b.parts[len(b.parts)-1].group == writable {
		// Up to the end of the page, so that all of it can be made read-only.
		b.relroEnd = b.add(&part{name: ".relro_padding", typ: SHT_NOBITS, flags: rw, align: 1, group: writable})
	}
	if im.BssSize > 0 {
		b.bss = b.add(&part{name: ".bss", typ: SHT_NOBITS, flags: rw, align: codeAlign, memSize: im.BssSize, group: writable})
	}
}
