// Symbols of a parsed file: .dynsym through the dynamic section, as a loader
// sees it, and .symtab through the section headers, as a debugger does.

package elfimage

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
)

// FileSymbol is a defined symbol.
type FileSymbol struct {
	Name string
	Type elf.SymType
	Addr uint64
	Size uint64
}

// parseSections keeps the section headers. Nothing needs them, so a damaged
// table counts as none unless the header itself is at odds.
func (f *File) parseSections() error {
	var h elf.Header64
	f.read(0, &h)
	if h.Shnum == 0 || h.Shoff == 0 {
		return nil
	}
	if h.Shentsize != ShdrSize {
		return fmt.Errorf("e_shentsize=%d, expected %d", h.Shentsize, ShdrSize)
	}
	sections := make([]elf.Section64, h.Shnum)
	if !f.read(h.Shoff, sections) {
		return fmt.Errorf("e_shoff=%#x: %d section headers lie outside the file: truncated?", h.Shoff, h.Shnum)
	}
	f.sections = sections
	return nil
}

// Lookup finds a defined symbol by name, in .dynsym first.
func (f *File) Lookup(name string) (FileSymbol, bool) {
	for _, list := range [][]FileSymbol{f.DynamicSymbols(), f.Symtab()} {
		for _, s := range list {
			if s.Name == name {
				return s, true
			}
		}
	}
	return FileSymbol{}, false
}

// DynamicSymbols lists what the file exports.
func (f *File) DynamicSymbols() []FileSymbol {
	addr, ok := f.dyn(elf.DT_SYMTAB)
	table, ok2 := f.tail(addr)
	if !ok || !ok2 {
		return nil
	}
	n := min(f.dynamicCount(), uint64(len(table)/symSize))
	return f.symbols(table[:n*symSize], f.dynString)
}

// dynamicCount is the number of entries of .dynsym, which only the hash tables know.
func (f *File) dynamicCount() uint64 {
	le := binary.LittleEndian
	if addr, ok := f.dyn(elf.DT_HASH); ok {
		if head, ok := f.Memory(addr, 8); ok {
			return uint64(le.Uint32(head[4:]))
		}
	}
	addr, _ := f.dyn(elf.DT_GNU_HASH)
	t, ok := f.tail(addr)
	if !ok || len(t) < 16 {
		return 0
	}
	buckets, first, words := uint64(le.Uint32(t)), uint64(le.Uint32(t[4:])), uint64(le.Uint32(t[8:]))
	bucketsAt := 16 + 8*words
	chainAt := bucketsAt + 4*buckets
	if chainAt > uint64(len(t)) {
		return 0
	}
	last := uint64(0)
	for at := bucketsAt; at < chainAt; at += 4 {
		last = max(last, uint64(le.Uint32(t[at:])))
	}
	if last < first {
		return first // nothing is exported
	}
	for at := chainAt + 4*(last-first); at+4 <= uint64(len(t)); at += 4 {
		last++
		if le.Uint32(t[at:])&1 != 0 {
			return last
		}
	}
	return 0
}

// Symtab lists .symtab.
func (f *File) Symtab() []FileSymbol {
	var list []FileSymbol
	for _, s := range f.sections {
		if elf.SectionType(s.Type) != elf.SHT_SYMTAB || int(s.Link) >= len(f.sections) {
			continue
		}
		strs := f.section(f.sections[s.Link])
		list = append(list, f.symbols(f.section(s), func(off uint64) (string, bool) { return stringAt(strs, off) })...)
	}
	return list
}

// section is a section's bytes in the file; nil when they are not all there.
func (f *File) section(s elf.Section64) []byte {
	if elf.SectionType(s.Type) == elf.SHT_NOBITS || s.Off > uint64(len(f.b)) || s.Size > uint64(len(f.b))-s.Off {
		return nil
	}
	return f.b[s.Off:][:s.Size]
}

func (f *File) symbols(table []byte, name func(uint64) (string, bool)) []FileSymbol {
	var list []FileSymbol
	for ; len(table) >= symSize; table = table[symSize:] {
		var s elf.Sym64
		binary.Decode(table, binary.LittleEndian, &s)
		if elf.SectionIndex(s.Shndx) == elf.SHN_UNDEF {
			continue
		}
		if text, ok := name(uint64(s.Name)); ok && text != "" {
			list = append(list, FileSymbol{text, elf.ST_TYPE(s.Info), s.Value, s.Size})
		}
	}
	return list
}
