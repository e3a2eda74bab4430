// What only tools read: the symbol table and the section header table. All of
// it lies behind the loaded part, so a stripped file has the same addresses.

package elfimage

import (
	"cmp"
	"debug/elf"
	"slices"
)

// The names in .symtab of the stub, and of what stands in its place.
const (
	stubSymbol     = "slul_stub"
	signpostSymbol = "slul_signpost"
)

// addUnloaded adds a part that no segment covers.
func (b *builder) addUnloaded(p *part) *part {
	end := b.loadedEnd
	for _, q := range b.parts {
		if q.group == unloaded {
			end = max(end, q.off+q.size())
		}
	}
	p.group = unloaded
	p.off = alignUp(end, p.align)
	return b.add(p)
}

// addSymtab lists the stub and every symbol: local ones first, as the gABI asks,
// by address and then by name.
func (b *builder) addSymtab() {
	list := b.sortedSymbols()
	size, named := 1+len(list), 1
	for _, s := range list {
		named += len(s.Name) + 1
	}
	name := ""
	if b.stub != nil {
		name = stubSymbol
		if len(b.im.Stub) == 0 {
			name = signpostSymbol
		}
		size++
		named += len(name) + 1
	}
	data, strs := make([]byte, 0, symSize*size), make([]byte, 1, named)
	add := func(name string, e elf.Sym64) {
		if name != "" {
			e.Name = uint32(len(strs))
			strs = append(append(strs, name...), 0)
		}
		data = data[:len(data)+symSize]
		putSym(data[len(data)-symSize:], &e)
	}
	add("", elf.Sym64{})
	if b.stub != nil {
		add(name, elf.Sym64{Info: elf.ST_INFO(elf.STB_LOCAL, elf.STT_FUNC), Shndx: b.sectionIndex(b.stub), Value: b.stub.addr, Size: b.stub.size()})
	}
	locals := size - len(list)
	for _, s := range list {
		e := b.symEntry(s, 0)
		if elf.ST_BIND(e.Info) == elf.STB_LOCAL {
			locals++
		}
		add(s.Name, e)
	}
	symtab := b.addUnloaded(&part{name: ".symtab", typ: SHT_SYMTAB, align: 8, entSize: symSize, info: uint32(locals), data: data})
	symtab.link = b.addUnloaded(&part{name: ".strtab", typ: SHT_STRTAB, align: 1, data: strs})
}

// sortedSymbols gives local symbols first, each kind by address and then by name; it needs place.
func (b *builder) sortedSymbols() []*Symbol {
	if b.list != nil {
		return b.list
	}
	b.list = make([]*Symbol, len(b.im.Symbols))
	for i := range b.im.Symbols {
		b.list[i] = &b.im.Symbols[i]
	}
	global := func(s *Symbol) int {
		if s.Export || s.Weak || s.Section == Undef {
			return 1
		}
		return 0
	}
	slices.SortFunc(b.list, func(x, y *Symbol) int {
		if order := cmp.Or(cmp.Compare(global(x), global(y)), cmp.Compare(b.address(x), b.address(y))); order != 0 {
			return order
		}
		return cmp.Compare(x.Name, y.Name)
	})
	return b.list
}

// addSectionNames ends the list of parts.
func (b *builder) addSectionNames() {
	var strs strtab
	strs.add("")
	for i, p := range b.parts {
		strs.add(p.name)
		p.index = uint32(i + 1)
	}
	strs.add(".shstrtab")
	b.shstrtab = b.addUnloaded(&part{name: ".shstrtab", typ: SHT_STRTAB, align: 1, data: strs.data})
	b.shstrtab.index = uint32(len(b.parts))
	b.sectionNames = strs
}

func (b *builder) sectionHeader(p *part) elf.Section64 {
	h := elf.Section64{Name: b.sectionNames.add(p.name), Type: p.typ, Flags: p.flags, Addr: p.addr, Off: p.off,
		Size: p.size(), Info: p.info, Addralign: p.align, Entsize: p.entSize}
	if p.link != nil {
		h.Link = p.link.index
	}
	return h
}
