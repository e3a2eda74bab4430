package shrink

import (
	"bytes"
	"debug/elf"
	"fmt"
	"strings"
)

// write makes the ELF file: headers, what is loaded, and behind it, not loaded, section
// headers, for debuggers and for whoever links to the exports.
func write(w *walk) ([]byte, error) {
	l := &w.text
	var f bytes.Buffer
	put := func(v any) { f.Write(encode(v)) }
	sections, names := w.sections()
	shoff := (l.end + uint64(len(names)) + 7) &^ 7
	h := elf.Header64{
		Type: uint16(elf.ET_DYN), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Entry: w.pieces[0].new, Phoff: ehdrSize, Shoff: shoff, Ehsize: ehdrSize,
		Phentsize: phdrSize, Phnum: phdrs, Shentsize: 64, Shnum: uint16(len(sections)), Shstrndx: uint16(len(sections) - 1),
	}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS] = byte(elf.ELFCLASS64)
	h.Ident[elf.EI_DATA] = byte(elf.ELFDATA2LSB)
	h.Ident[elf.EI_VERSION] = byte(elf.EV_CURRENT)
	put(h)
	for _, p := range w.programHeaders() {
		put(p)
	}
	f.Write(l.dynamic.entries(w))
	for _, isCode := range []bool{true, false} {
		for _, p := range w.pieces {
			if (p.code != nil) != isCode || p.zero != 0 {
				continue
			}
			if pad := int(p.new) - f.Len(); pad > 0 {
				f.Write(make([]byte, pad))
			}
			f.Write(p.bytes())
		}
	}
	f.Write(make([]byte, int(l.tables)-f.Len()))
	f.Write(l.dynamic.tables(w))
	f.Write(make([]byte, int(l.end)-f.Len()))
	if f.Len() != int(l.end) {
		return nil, fmt.Errorf("bug: wrote %d bytes of %d", f.Len(), l.end)
	}
	f.WriteString(names)
	f.Write(make([]byte, int(shoff)-f.Len()))
	put(sections)
	return f.Bytes(), nil
}

// programHeaders lists as many as phdrs says; a file without exports has PT_NULL
// in the place of PT_DYNAMIC. gdb wants PT_PHDR, and before PT_DYNAMIC.
func (w *walk) programHeaders() []elf.Prog64 {
	l := &w.text
	list := []elf.Prog64{
		{Type: uint32(elf.PT_PHDR), Flags: uint32(elf.PF_R), Off: ehdrSize, Vaddr: ehdrSize, Paddr: ehdrSize, Filesz: phdrs * phdrSize, Memsz: phdrs * phdrSize, Align: 8},
		{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Filesz: l.end, Memsz: l.end, Align: pageSize},
		{},
		{Type: uint32(elf.PT_GNU_STACK), Flags: uint32(elf.PF_R | elf.PF_W), Align: 16},
	}
	if l.vars > l.data {
		list[2] = elf.Prog64{Type: uint32(elf.PT_DYNAMIC), Flags: uint32(elf.PF_R | elf.PF_W), Off: l.data, Vaddr: l.data, Paddr: l.data, Filesz: debugSize, Memsz: debugSize, Align: 8}
	}
	return list
}

// Sections that every file has, by index: symbols name them.
const (
	sectionText = 1
	sectionVars = 2
)

// sectionOf is the section that the exported piece p is in.
func (w *walk) sectionOf(p *piece) uint16 {
	if p.zero != 0 {
		return sectionVars
	}
	return sectionText
}

// Where this CPU's kernel puts files that are mapped: any stack limit, with and without
// randomization (arch/x86/mm/mmap.c).
const (
	mmapFrom = 0x100000000000
	mmapTo   = 0x800000000000
)

// sections makes the section headers and the table of their names.
func (w *walk) sections() (list []elf.Section64, names string) {
	l := &w.text
	index := map[string]uint32{}
	var links []string
	add := func(name, link string, s elf.Section64) {
		if len(names) == 0 {
			names = "\x00"
		}
		index[name] = uint32(len(list))
		links = append(links, link)
		if name != "" {
			s.Name = uint32(len(names))
			names += name + "\x00"
		}
		list = append(list, s)
	}
	text := endOfText(w)
	add("", "", elf.Section64{})
	add(".text", "", elf.Section64{Type: uint32(elf.SHT_PROGBITS), Flags: uint64(elf.SHF_ALLOC | elf.SHF_EXECINSTR), Addr: l.text, Off: l.text, Size: text - l.text, Addralign: 1})
	add(".data", "", elf.Section64{Type: uint32(elf.SHT_PROGBITS), Flags: uint64(elf.SHF_ALLOC | elf.SHF_WRITE), Addr: l.vars, Off: l.vars, Size: l.end - l.vars, Addralign: 16})
	tables, _ := l.dynamic.place(w)
	for _, t := range tables {
		if t.typ != elf.SHT_DYNSYM && t.typ != elf.SHT_STRTAB {
			continue // only the loader itself reads it, and without a section header
		}
		at := l.tables + t.off
		add(t.name, t.link, elf.Section64{Type: uint32(t.typ), Flags: uint64(elf.SHF_ALLOC), Addr: at, Off: at, Size: uint64(len(t.data)), Info: t.info, Addralign: t.align, Entsize: t.entry})
	}
	if tables != nil {
		add(".dynamic", ".dynstr", elf.Section64{Type: uint32(elf.SHT_DYNAMIC), Flags: uint64(elf.SHF_ALLOC | elf.SHF_WRITE), Addr: l.data, Off: l.data, Size: debugSize, Addralign: 8, Entsize: 16})
	}
	// In no segment: see docs/loader.md, "Debuggers". As thread-local storage it is in nobody's way.
	add(".tbss.mmap", "", elf.Section64{Type: uint32(elf.SHT_NOBITS), Flags: uint64(elf.SHF_ALLOC | elf.SHF_TLS), Addr: mmapFrom, Size: mmapTo - mmapFrom, Addralign: 1})
	add(".shstrtab", "", elf.Section64{Type: uint32(elf.SHT_STRTAB), Off: l.end, Addralign: 1})
	list[len(list)-1].Size = uint64(len(names))
	for i, link := range links {
		list[i].Link = index[link]
	}
	return list, names
}

// ledger lists what is in the file: where, how large, how much stack a function takes
// for itself and with all that it calls; then the variables behind it.
func ledger(w *walk, total, depth int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %d bytes in all, %d of stack at most. Made by rtld/shrink.\n", total, depth)
	fmt.Fprintf(&b, "# %4s %6s %6s %6s  %s\n", "at", "size", "frame", "deep", "name")
	row := func(p *piece, frame, deep any) {
		fmt.Fprintf(&b, "%6x %6d %6v %6v  %s\n", p.new, p.size(), frame, deep, p.name)
	}
	for _, p := range w.pieces {
		if p.code != nil {
			row(p, p.frame, p.deep)
		}
	}
	for _, zero := range []bool{false, true} {
		for _, p := range w.pieces {
			if p.code == nil && (p.zero != 0) == zero {
				row(p, "", "")
			}
		}
	}
	return b.String()
}
