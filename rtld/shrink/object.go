package shrink

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
)

// object is the linked file, by address.
type object struct {
	sections []section
	symbols  []elf.Symbol      // with a size, by address
	byName   map[string]uint64 // all, also those without a size
	names    []string          // all, sorted, for the rules about what must not be there
	pointers map[uint64]bool   // addresses of words in data that hold an address
}

type section struct {
	*elf.Section
	data []byte // nil for SHT_NOBITS
}

// readObject reads a linked PIE.
func readObject(file []byte) (*object, error) {
	f, err := elf.NewFile(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if f.Type != elf.ET_DYN || f.Machine != elf.EM_X86_64 {
		return nil, fmt.Errorf("the linked file is %v for %v, not a PIE for x86-64", f.Type, f.Machine)
	}
	o := &object{byName: map[string]uint64{}, pointers: map[uint64]bool{}}
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 || s.Flags&elf.SHF_TLS != 0 {
			continue
		}
		sec := section{Section: s}
		if s.Type != elf.SHT_NOBITS {
			if sec.data, err = s.Data(); err != nil {
				return nil, fmt.Errorf("section %s: %w", s.Name, err)
			}
		}
		o.sections = append(o.sections, sec)
		if s.Type == elf.SHT_RELA {
			if err := o.readRelocations(sec.data); err != nil {
				return nil, err
			}
		}
	}
	symbols, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("the linked file has no symbols: %w", err)
	}
	for _, s := range symbols {
		if s.Section == elf.SHN_UNDEF || s.Section >= elf.SHN_LORESERVE {
			continue
		}
		o.byName[s.Name] = s.Value
		o.names = append(o.names, s.Name)
		if s.Size != 0 && elf.ST_TYPE(s.Info) != elf.STT_TLS {
			o.symbols = append(o.symbols, s)
		}
	}
	sort.Strings(o.names)
	sort.SliceStable(o.symbols, func(i, j int) bool { return o.symbols[i].Value < o.symbols[j].Value })
	return o, nil
}

// readRelocations notes every word that gets an address at load time. A PIE of the
// Go linker has R_X86_64_RELATIVE and nothing else.
func (o *object) readRelocations(b []byte) error {
	for ; len(b) >= 24; b = b[24:] {
		if t := binary.LittleEndian.Uint32(b[8:]); elf.R_X86_64(t) != elf.R_X86_64_RELATIVE {
			return fmt.Errorf("the linked file has a relocation of type %v", elf.R_X86_64(t))
		}
		o.pointers[binary.LittleEndian.Uint64(b)] = true
	}
	return nil
}

// symbolAt returns the smallest symbol around addr.
func (o *object) symbolAt(addr uint64) (elf.Symbol, bool) {
	var best elf.Symbol
	end := sort.Search(len(o.symbols), func(i int) bool { return o.symbols[i].Value > addr })
	for i := end - 1; i >= 0 && i >= end-64; i-- {
		s := o.symbols[i]
		if addr < s.Value+s.Size && (best.Size == 0 || s.Size < best.Size) {
			best = s
		}
	}
	return best, best.Size != 0
}

var errNoBytes = errors.New("no bytes of the file there")

// sectionAt returns the section around addr.
func (o *object) sectionAt(addr uint64) (section, bool) {
	for _, s := range o.sections {
		if addr >= s.Addr && addr < s.Addr+s.Size {
			return s, true
		}
	}
	return section{}, false
}

// bytesAt returns the file's bytes from addr to the end of its section.
func (o *object) bytesAt(addr uint64) ([]byte, error) {
	s, ok := o.sectionAt(addr)
	if !ok || s.data == nil {
		return nil, errNoBytes
	}
	return s.data[addr-s.Addr:], nil
}
