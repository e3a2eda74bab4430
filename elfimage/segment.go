// Program headers, and the last stage: headers and parts -> bytes. It needs place.

package elfimage

import (
	"debug/elf"
	"encoding/binary"
)

// segment is one program header.
type segment struct {
	typ         uint32
	flags       uint32
	first, last *part // what it covers; both nil: nothing
	fromStart   bool  // it covers the ELF header and the program headers, too
	table       bool  // it covers the program headers alone
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
	if p := b.interp; p != nil { // both must precede the PT_LOADs (gABI, "Program Header")
		segs = append(segs, segment{typ: uint32(elf.PT_PHDR), flags: pf_R, table: true, align: 8},
			segment{typ: uint32(elf.PT_INTERP), flags: pf_R, first: p, last: p, align: 1})
	}
	segs = append(segs, b.loads()...)
	if d := b.dyn.section; d != nil {
		flags := pf_R
		if d.group == writable {
			flags = pf_RW
		}
		segs = append(segs, segment{typ: uint32(elf.PT_DYNAMIC), flags: flags, first: d, last: d, align: d.align})
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
		h.Memsz = max(h.Memsz, EhdrSize+PhdrSize*uint64(len(b.segments())))
	}
	h.Filesz = s.fileEnd(b, h) - h.Off
	if s.table {
		h.Off, h.Vaddr = EhdrSize, EhdrSize
		h.Memsz = PhdrSize * uint64(len(b.segments()))
		h.Filesz = h.Memsz
	}
	h.Paddr = h.Vaddr
	return h
}

// fileEnd is the offset behind the last byte of the segment that the file holds.
func (s segment) fileEnd(b *builder, h elf.Prog64) uint64 {
	end := h.Off
	if s.fromStart {
		end = EhdrSize + PhdrSize*uint64(len(b.segments()))
	}
	for _, p := range b.parts {
		if s.first != nil && p.group != unloaded && p.typ != SHT_NOBITS && p.addr >= h.Vaddr && p.addr+p.size() <= h.Vaddr+h.Memsz {
			end = max(end, p.off+p.size())
		}
	}
	return end
}

// serialise writes headers and parts; every byte between them is 0. The parts' contents are
// those in the file then.
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
		Entry: b.entry, Phoff: EhdrSize, Ehsize: EhdrSize, Phentsize: PhdrSize, Phnum: uint16(len(segs)), Shentsize: ShdrSize,
	}
	h.Ident = [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)}
	if b.shstrtab != nil {
		h.Shoff = alignUp(end, 8)
		h.Shnum = uint16(len(b.parts) + 1)
		h.Shstrndx = uint16(b.shstrtab.index)
		end = h.Shoff + ShdrSize*uint64(h.Shnum)
	}
	file := make([]byte, end)
	put(file, 0, &h)
	for i, s := range segs {
		p := s.header(b)
		put(file, EhdrSize+PhdrSize*uint64(i), &p)
	}
	for i, p := range b.parts {
		if p.typ != SHT_NOBITS {
			in := file[p.off:][:len(p.data):len(p.data)]
			copy(in, p.data)
			p.data = in
		}
		if h.Shnum > 0 {
			sh := b.sectionHeader(p)
			put(file, h.Shoff+ShdrSize*uint64(i+1), &sh)
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
