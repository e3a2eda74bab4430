// Layout: which part of the image lies where.
//
// The loaded parts come in three groups, in this order:
//
//	readOnly  headers, notes, dynamic tables, .rodata
//	code      .slul.stub, .text
//	writable  .data.rel.ro, .got, page bound, .bss; .dynamic where the loader writes into it
//
// Each group is one PT_LOAD, except that readOnly and code share one R+X segment
// when all of both fits one page: each PT_LOAD costs some 3 µs at start.
// Addresses begin at 0. A group that begins a new segment begins on a new page
// at the offset within it that the file has reached, so that the file needs no
// padding; with Separate, code begins on a page of the file as well.

package elfimage

import "fmt"

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
	off := EhdrSize + PhdrSize*uint64(len(b.segments()))
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
	b.loadedEnd = max(b.loadedEnd, EhdrSize+PhdrSize*uint64(len(b.segments())))
}

func alignUp(n, align uint64) uint64 { return (n + align - 1) &^ (align - 1) }
