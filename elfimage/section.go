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
	var strs strtab
	strs.add("")
	entries := make([]elf.Sym64, 1)
	if b.stub != nil {
		name := stubSymbol
		if len(b.im.Stub) == 0 {
			name = signpostSymbol
		}
		entries = append(entries, elf.Sym64{Name: strs.add(name), Info: elf.ST_INFO(elf.STB_LOCAL, elf.STT_FUNC),
			Shndx: b.sectionIndex(b.stub), Value: b.stub.addr, Size: b.stub.size()})
	}
	for _, s := range b.sortedSymbols() {
		entries = append(entries, b.symEntry(s, s.Name, &strs))
	}
	locals := slices.IndexFunc(entries, func(e elf.Sym64) bool { return elf.ST_BIND(e.Info) != elf.STB_LOCAL })
	if locals < 0 {
		locals = len(entries)
	}
	data := make([]byte, symSize*len(entries))
	for i := range entries {
		put(data, uint64(i*symSize), &entries[i])
	}
	symtab := b.addUnloaded(&part{name: ".symtab", typ: SHT_SYMTAB, align: 8, entSize: symSize, info: uint32(locals), data: data})
	symtab.link = b.addUnloaded(&part{name: ".strtab", typ: SHT_STRTAB, align: 1, data: strs.data})
}

func (b *builder) sortedSymbols() []*Symbol {
	var list []*Symbol
	for i := range b.im.Symbols {
		list = append(list, &b.im.Symbols[i])
	}
	global := func(s *Symbol) int {
		if s.Export || s.Weak || s.Section == Undef {
			return 1
		}
		return 0
	}
	slices.SortFunc(list, func(x, y *Symbol) int {
		return cmp.Or(cmp.Compare(global(x), global(y)), cmp.Compare(b.address(x), b.address(y)), cmp.Compare(x.Name, y.Name))
	})
	return list
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
