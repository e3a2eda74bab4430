// Object: the same parts as a relocatable file (ET_REL), for those who link with another
// tool. It has no stub and no notes; its global names are the entry, what it exports and
// what it imports.

package elfimage

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"

	"slul/asm"
)

// Sections of a relocatable file, by number.
const (
	objText = iota + 1
	objRodata
	objStack
	objRela
	objSymtab
	objStrtab
	objNames
	objSections
)

// relaTypes is the psABI's number of each kind (psABI x86-64, table 4.9).
var relaTypes = map[asm.FixupKind]elf.R_X86_64{asm.PC32: elf.R_X86_64_PC32, asm.Abs64: elf.R_X86_64_64}

// Object gives a relocatable file with code and constants. Nothing in it may lie in other
// sections.
func (im *Image) Object() ([]byte, error) {
	if elf.Machine(im.Machine) != elf.EM_X86_64 {
		return nil, fmt.Errorf("machine %d: no relocatable files for it", im.Machine)
	}
	var names strtab
	symbols, locals, place, err := im.objectSymbols(&names)
	if err != nil {
		return nil, err
	}
	rela, err := im.objectRela(place)
	if err != nil {
		return nil, err
	}

	var strs strtab
	var file bytes.Buffer
	file.Write(make([]byte, EhdrSize))
	headers := make([]elf.Section64, 1, objSections)
	section := func(name string, h elf.Section64, data []byte) {
		for uint64(file.Len())%h.Addralign != 0 {
			file.WriteByte(0)
		}
		h.Name, h.Off, h.Size = strs.add(name), uint64(file.Len()), uint64(len(data))
		file.Write(data)
		headers = append(headers, h)
	}
	section(".text", elf.Section64{Type: SHT_PROGBITS, Flags: SHF_ALLOC | SHF_EXECINSTR, Addralign: max(codeAlign, im.TextAlign)}, im.Text)
	section(".rodata", elf.Section64{Type: SHT_PROGBITS, Flags: SHF_ALLOC, Addralign: codeAlign}, im.Rodata)
	section(".note.GNU-stack", elf.Section64{Type: SHT_PROGBITS, Addralign: 1}, nil) // no executable stack
	section(".rela.text", elf.Section64{Type: SHT_RELA, Link: objSymtab, Info: objText, Entsize: relaSize, Addralign: 8}, littleEndian(rela))
	section(".symtab", elf.Section64{Type: SHT_SYMTAB, Link: objStrtab, Info: locals, Entsize: symSize, Addralign: 8}, littleEndian(symbols))
	section(".strtab", elf.Section64{Type: SHT_STRTAB, Addralign: 1}, names.data)
	strs.add(".shstrtab")
	section(".shstrtab", elf.Section64{Type: SHT_STRTAB, Addralign: 1}, strs.data)

	for file.Len()%8 != 0 {
		file.WriteByte(0)
	}
	h := elf.Header64{Type: uint16(elf.ET_REL), Machine: im.Machine, Version: uint32(elf.EV_CURRENT), Shoff: uint64(file.Len()),
		Ehsize: EhdrSize, Shentsize: ShdrSize, Shnum: objSections, Shstrndx: objNames}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS], h.Ident[elf.EI_DATA], h.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	file.Write(littleEndian(headers))
	out := file.Bytes()
	copy(out, littleEndian(h))
	return out, nil
}

// objectPlace is where a name lies, or for one that is imported its number.
type objectPlace struct {
	Symbol
	number uint32
}

// objectSymbols makes the symbol table, with so many local ones first, and says where each
// name lies.
func (im *Image) objectSymbols(names *strtab) (list []elf.Sym64, locals uint32, place map[string]objectPlace, err error) {
	numbers := map[Section]uint16{Text: objText, Rodata: objRodata, Undef: uint16(elf.SHN_UNDEF)}
	list = make([]elf.Sym64, 1, len(im.Symbols)+3)
	for _, n := range []uint16{objText, objRodata} {
		list = append(list, elf.Sym64{Info: elf.ST_INFO(elf.STB_LOCAL, elf.STT_SECTION), Shndx: n})
	}
	place = make(map[string]objectPlace, len(im.Symbols))
	hasEntry := im.Entry == ""
	for _, global := range []bool{false, true} {
		for _, s := range im.Symbols {
			n, ok := numbers[s.Section]
			if !ok {
				return nil, 0, nil, fmt.Errorf("symbol %q lies in %s, which relocatable files do not have", s.Name, s.Section)
			}
			isEntry := s.Name == im.Entry
			hasEntry = hasEntry || isEntry
			if global != (isEntry || s.Export || s.Section == Undef) {
				continue
			}
			bind, typ := elf.STB_LOCAL, elf.STT_OBJECT
			if global {
				bind = elf.STB_GLOBAL
			}
			if s.Func {
				typ = elf.STT_FUNC
			}
			if s.Section == Undef {
				typ = elf.STT_NOTYPE // as assemblers leave it
			}
			place[s.Name] = objectPlace{s, uint32(len(list))}
			list = append(list, elf.Sym64{Name: names.add(s.dynName()), Info: elf.ST_INFO(bind, typ), Shndx: n, Value: s.Off, Size: s.Size})
		}
		if !global {
			locals = uint32(len(list))
		}
	}
	if !hasEntry {
		return nil, 0, nil, fmt.Errorf("no symbol is called like the entry, %q", im.Entry)
	}
	return list, locals, place, nil
}

// objectRela makes the relocations, each against the section that the name lies in, or
// against the name itself where that is imported: code calls those through a slot, which
// linkers leave out when they know the address (psABI x86-64, B.2).
func (im *Image) objectRela(place map[string]objectPlace) (list []elf.Rela64, err error) {
	for _, f := range im.Fixups {
		s, ok := place[f.Sym]
		if !ok || f.Section != Text {
			return nil, fmt.Errorf("fixup of %q in %s: not for a relocatable file", f.Sym, f.Section)
		}
		n := uint32(1) // the section symbols come first
		switch {
		case s.Section == Rodata:
			n = 2
		case s.Section == Undef && f.Kind == asm.PC32:
			list = append(list, elf.Rela64{Off: uint64(f.Off), Info: elf.R_INFO(s.number, uint32(elf.R_X86_64_GOTPCRELX)), Addend: f.Add})
			continue
		case s.Section == Undef:
			return nil, fmt.Errorf("fixup of %q in %s: an import's address is not known here", f.Sym, f.Section)
		}
		list = append(list, elf.Rela64{Off: uint64(f.Off), Info: elf.R_INFO(n, uint32(relaTypes[f.Kind])), Addend: f.Add + int64(s.Off)})
	}
	return list, nil
}

func littleEndian(data any) []byte {
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, data); err != nil {
		panic("bug: elfimage: " + err.Error())
	}
	return b.Bytes()
}
