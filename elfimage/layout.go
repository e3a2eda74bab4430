// Layout: which part of the image lies where.
//
// The loaded parts come in three groups, in this order:
//
//	readOnly  headers, notes, dynamic tables, .rodata
//	code      .slul.stub, .text
//	writable  .data.rel.ro, .got, page bound, .bss
//
// Each group is one PT_LOAD, except that readOnly and code share one R+X segment
// when all of both fits one page: each PT_LOAD costs some 3 µs at start.
// Addresses begin at 0. A group that begins a new segment begins on a new page
// at the offset within it that the file has reached, so that the file needs no
// padding; with Separate, code begins on a page of the file as well.

package elfimage

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
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

	SHF_WRITE     = uint64(elf.SHF_WRITE)
	SHF_ALLOC     = uint64(elf.SHF_ALLOC)
	SHF_EXECINSTR = uint64(elf.SHF_EXECINSTR)
)

const (
	ehdrSize = 64 // sizes of Elf64_Ehdr, _Phdr, _Shdr, _Sym, _Rela, _Dyn
	phdrSize = 56
	shdrSize = 64
	symSize  = 24
	relaSize = 24
	dynSize  = 16

	codeAlign = 16 // of .text, .rodata, .data.rel.ro and .bss
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
	parts []*part // in the order of the file

	programNote, stub, text, rodata, relro, bss *part
	relroEnd                                    *part
	notes                                       []notePlace
	entry                                       uint64 // e_entry
	dyn                                         dynamic
	shared                                      bool   // readOnly and code lie in one segment
	loadedEnd                                   uint64 // file offset behind the last loaded byte
	shstrtab                                    *part
	sectionNames                                strtab
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
		if len(im.Stub) > 0 {
			return nil, errors.New("a stub, but no entry symbol behind it")
		}
		return b, nil
	}
	if e := b.syms[im.Entry]; e == nil {
		return nil, fmt.Errorf("entry symbol %s: undefined", im.Entry)
	} else if e.Section != Text {
		return nil, fmt.Errorf("entry symbol %s: in %v, expected .text", im.Entry, e.Section)
	}
	return b, nil
}

// checkNames refuses strings that a table of NUL-terminated strings cannot hold,
// and lines that point nowhere.
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
	if strings.IndexByte(im.Soname, 0) >= 0 {
		return fmt.Errorf("DT_SONAME %q: bad name", im.Soname)
	}
	for _, l := range im.Lines {
		if l.Off < 0 || l.Off > len(im.Text) || l.File < 0 || l.File >= len(im.Files) || l.Line < 0 {
			return fmt.Errorf("line %d of file %d at .text+%d: outside", l.Line, l.File, l.Off)
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

// addSections adds what the compiler gave. Contents are copied: fixups are
// written into them.
func (b *builder) addSections() {
	im := b.im
	ro, rx, rw := SHF_ALLOC, SHF_ALLOC|SHF_EXECINSTR, SHF_ALLOC|SHF_WRITE
	if len(im.Rodata) > 0 {
		b.rodata = b.add(&part{name: ".rodata", typ: SHT_PROGBITS, flags: ro, align: codeAlign, data: bytes.Clone(im.Rodata), group: readOnly})
	}
	if len(im.Stub) > 0 {
		b.stub = b.add(&part{name: ".slul.stub", typ: SHT_PROGBITS, flags: rx, align: 1, data: im.Stub, group: code})
	}
	if len(im.Text) > 0 {
		b.text = b.add(&part{name: ".text", typ: SHT_PROGBITS, flags: rx, align: codeAlign, data: bytes.Clone(im.Text), group: code})
	}
	if len(im.Relro) > 0 {
		b.relro = b.add(&part{name: ".data.rel.ro", typ: SHT_PROGBITS, flags: rw, align: codeAlign, data: bytes.Clone(im.Relro), group: writable})
	}
	if n := uint64(len(b.dyn.imports)); n > 0 {
		b.dyn.got = b.add(&part{name: ".got", typ: SHT_NOBITS, flags: rw, align: 8, memSize: 8 * n, entSize: 8, group: writable})
	}
	if b.relro != nil || b.dyn.got != nil {
		// Up to the end of the page, so that all of it can be made read-only.
		b.relroEnd = b.add(&part{name: ".relro_padding", typ: SHT_NOBITS, flags: rw, align: 1, group: writable})
	}
	if im.BssSize > 0 {
		b.bss = b.add(&part{name: ".bss", typ: SHT_NOBITS, flags: rw, align: codeAlign, memSize: im.BssSize, group: writable})
	}
}

// sectionPart is the part that a Section became; nil when it is empty.
func (b *builder) sectionPart(s Section) *part {
	return [...]*part{Undef: nil, Text: b.text, Rodata: b.rodata, Bss: b.bss, Relro: b.relro}[s]
}

// address needs place. A symbol at the end of an empty section has none: 0.
func (b *builder) address(s *Symbol) uint64 {
	if p := b.sectionPart(s.Section); p != nil {
		return p.addr + s.Off
	}
	return 0
}

// maxSpan keeps every distance within the reach of a signed 32-bit field.
const maxSpan = 1<<31 - 1<<20

// place gives every loaded part its offset and address. It tries one shared
// segment first; the number of program headers depends on the answer, and the
// first offset on that number.
func (b *builder) place() error {
	if err := b.checkSpan(); err != nil {
		return err
	}
	b.shared = !b.im.Separate
	b.placeParts()
	if b.shared && b.codeEnd() > b.mach.page {
		b.shared = false
		b.placeParts()
	}
	return nil
}

func (b *builder) checkSpan() error {
	span := uint64(0)
	for _, p := range b.parts {
		if p.size() > maxSpan || span > maxSpan {
			return fmt.Errorf("%s of %d bytes: a file spans at most %d bytes", p.name, p.size(), maxSpan)
		}
		span += p.size() + 2*b.mach.page
	}
	if span > maxSpan {
		return fmt.Errorf("%d bytes: a file spans at most %d bytes", span, maxSpan)
	}
	return nil
}

// codeEnd is the address behind readOnly and code.
func (b *builder) codeEnd() uint64 {
	end := uint64(0)
	for _, p := range b.parts {
		if p.group <= code {
			end = max(end, p.addr+p.size())
		}
	}
	return end
}

func (b *builder) placeParts() {
	page := b.mach.page
	off := ehdrSize + phdrSize*uint64(len(b.segments()))
	addr := off
	last := readOnly
	for _, p := range b.parts {
		if p.group != last && !(p.group == code && b.shared) {
			switch {
			case p.group == code && b.im.Separate:
				off = alignUp(off, page)
			case p.typ == SHT_NOBITS:
				// p_offset is inside the file, and not before what was loaded last, or
				// strip moves it by a page.
				off = alignUp(off, codeAlign)
				b.loadedEnd = off
			}
			addr = alignUp(addr, page) + off%page
		}
		last = p.group
		aligned := alignUp(addr, p.align)
		off += aligned - addr
		addr = aligned
		if p == b.relroEnd {
			p.memSize = alignUp(addr, page) - addr
		}
		p.off, p.addr = off, addr
		addr += p.size()
		if p.typ != SHT_NOBITS {
			off += p.size()
			b.loadedEnd = off
		}
	}
	b.loadedEnd = max(b.loadedEnd, ehdrSize+phdrSize*uint64(len(b.segments())))
}

func alignUp(n, align uint64) uint64 { return (n + align - 1) &^ (align - 1) }

// segment is one program header.
type segment struct {
	typ         uint32
	flags       uint32
	first, last *part // what it covers; both nil: nothing
	fromStart   bool  // it covers the ELF header and the program headers, too
	align       uint64
}

const (
	pf_R  = uint32(elf.PF_R)
	pf_RW = uint32(elf.PF_R | elf.PF_W)
	pf_RX = uint32(elf.PF_R | elf.PF_X)
)

// segments lists the program headers: PT_SLUL first, so that it lies at offset
// 64 where a binfmt_misc magic looks for it. Their number is known before place.
func (b *builder) segments() []segment {
	var segs []segment
	notes := b.span(func(p *part) bool { return p.typ == SHT_NOTE })
	if b.programNote != nil {
		notes.typ = PT_SLUL
	} else {
		notes.typ = uint32(elf.PT_NOTE)
	}
	notes.flags, notes.align = pf_R, 4
	if notes.first != nil {
		segs = append(segs, notes)
	}
	segs = append(segs, b.loads()...)
	if d := b.dyn.section; d != nil {
		segs = append(segs, segment{typ: uint32(elf.PT_DYNAMIC), flags: pf_R, first: d, last: d, align: d.align})
	}
	segs = append(segs, segment{typ: uint32(elf.PT_GNU_STACK), flags: pf_RW, align: 16})
	if b.relroEnd != nil {
		s := b.span(func(p *part) bool { return p.group == writable && p != b.bss })
		s.typ, s.flags, s.align = uint32(elf.PT_GNU_RELRO), pf_R, 1
		segs = append(segs, s)
	}
	return segs
}

func (b *builder) loads() []segment {
	ro := b.span(func(p *part) bool { return p.group == readOnly })
	rx := b.span(func(p *part) bool { return p.group == code })
	rw := b.span(func(p *part) bool { return p.group == writable })
	ro.flags, rx.flags, rw.flags = pf_R, pf_RX, pf_RW
	ro.fromStart = true
	if b.shared && rx.first != nil {
		ro.flags, ro.last, rx.first = pf_RX, rx.last, nil
		if ro.first == nil {
			ro.first = ro.last
		}
	}
	segs := []segment{ro}
	for _, s := range []segment{rx, rw} {
		if s.first != nil {
			segs = append(segs, s)
		}
	}
	for i := range segs {
		segs[i].typ, segs[i].align = uint32(elf.PT_LOAD), b.mach.page
	}
	return segs
}

// span covers the parts from the first to the last that belong.
func (b *builder) span(belongs func(*part) bool) segment {
	var s segment
	for _, p := range b.parts {
		if belongs(p) {
			if s.first == nil {
				s.first = p
			}
			s.last = p
		}
	}
	return s
}

// header makes the program header; it needs place.
func (s segment) header(b *builder) elf.Prog64 {
	h := elf.Prog64{Type: s.typ, Flags: s.flags, Align: s.align}
	if s.first != nil {
		h.Off, h.Vaddr = s.first.off, s.first.addr
		h.Memsz = s.last.addr + s.last.size() - h.Vaddr
	}
	if s.fromStart {
		h.Memsz += h.Vaddr
		h.Off, h.Vaddr = 0, 0
		h.Memsz = max(h.Memsz, ehdrSize+phdrSize*uint64(len(b.segments())))
	}
	h.Filesz = s.fileEnd(b, h) - h.Off
	h.Paddr = h.Vaddr
	return h
}

// fileEnd is the offset behind the last byte of the segment that the file holds.
func (s segment) fileEnd(b *builder, h elf.Prog64) uint64 {
	end := h.Off
	if s.fromStart {
		end = ehdrSize + phdrSize*uint64(len(b.segments()))
	}
	for _, p := range b.parts {
		if s.first != nil && p.group != unloaded && p.typ != SHT_NOBITS && p.addr >= h.Vaddr && p.addr+p.size() <= h.Vaddr+h.Memsz {
			end = max(end, p.off+p.size())
		}
	}
	return end
}

// serialise writes headers and parts; every byte between them is 0.
func (b *builder) serialise() []byte {
	segs := b.segments()
	end := b.loadedEnd
	for _, p := range b.parts {
		if p.typ != SHT_NOBITS {
			end = max(end, p.off+p.size())
		}
	}
	h := elf.Header64{
		Type: uint16(elf.ET_DYN), Machine: b.im.Machine, Version: uint32(elf.EV_CURRENT),
		Entry: b.entry, Phoff: ehdrSize, Ehsize: ehdrSize, Phentsize: phdrSize, Phnum: uint16(len(segs)), Shentsize: shdrSize,
	}
	h.Ident = [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)}
	if b.shstrtab != nil {
		h.Shoff = alignUp(end, 8)
		h.Shnum = uint16(len(b.parts) + 1)
		h.Shstrndx = uint16(b.shstrtab.index)
		end = h.Shoff + shdrSize*uint64(h.Shnum)
	}
	file := make([]byte, end)
	put(file, 0, &h)
	for i, s := range segs {
		p := s.header(b)
		put(file, ehdrSize+phdrSize*uint64(i), &p)
	}
	for i, p := range b.parts {
		if p.typ != SHT_NOBITS {
			copy(file[p.off:], p.data)
		}
		if h.Shnum > 0 {
			sh := b.sectionHeader(p)
			put(file, h.Shoff+shdrSize*uint64(i+1), &sh)
		}
	}
	return file
}

// put writes a fixed-size structure at off.
func put(file []byte, off uint64, v any) {
	if _, err := binary.Encode(file[off:], binary.LittleEndian, v); err != nil {
		panic("bug: elfimage.put: " + err.Error())
	}
}
