package shrink

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"strings"
)

// write makes the ELF file: headers, the one segment of size bytes, and behind it,
// not loaded, a section header for the functions, for objdump's sake.
func write(w *walk, size uint64) ([]byte, error) {
	var f bytes.Buffer
	const names = "\x00.text\x00.shstrtab\x00"
	shoff := (size + uint64(len(names)) + 7) &^ 7
	put := func(v any) { binary.Write(&f, binary.LittleEndian, v) } // a bytes.Buffer never fails
	h := elf.Header64{
		Type: uint16(elf.ET_DYN), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Entry: w.pieces[0].new, Phoff: ehdrSize, Shoff: shoff,
		Ehsize: ehdrSize, Phentsize: phdrSize, Phnum: phdrs, Shentsize: 64, Shnum: 3, Shstrndx: 2,
	}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS] = byte(elf.ELFCLASS64)
	h.Ident[elf.EI_DATA] = byte(elf.ELFDATA2LSB)
	h.Ident[elf.EI_VERSION] = byte(elf.EV_CURRENT)
	put(h)
	put(elf.Prog64{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X), Filesz: size, Memsz: size, Align: 4096})
	put(elf.Prog64{Type: uint32(elf.PT_GNU_STACK), Flags: uint32(elf.PF_R | elf.PF_W), Align: 16})
	for _, isCode := range []bool{true, false} {
		for _, p := range w.pieces {
			if (p.code != nil) != isCode {
				continue
			}
			if pad := int(p.new) - f.Len(); pad > 0 {
				f.Write(make([]byte, pad))
			}
			f.Write(p.bytes())
		}
	}
	if f.Len() != int(size) {
		return nil, fmt.Errorf("bug: wrote %d bytes of %d", f.Len(), size)
	}
	f.WriteString(names)
	f.Write(make([]byte, int(shoff)-f.Len()))
	text := endOfText(w)
	put(elf.Section64{})
	put(elf.Section64{Name: 1, Type: uint32(elf.SHT_PROGBITS), Flags: uint64(elf.SHF_ALLOC | elf.SHF_EXECINSTR), Addr: textAt, Off: textAt, Size: text - textAt, Addralign: 1})
	put(elf.Section64{Name: 7, Type: uint32(elf.SHT_STRTAB), Off: size, Size: uint64(len(names)), Addralign: 1})
	return f.Bytes(), nil
}

// ledger lists what is in the file: where, how large, how much stack a function takes
// for itself and with all that it calls.
func ledger(w *walk, total, depth int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %d bytes in all, %d of stack at most. Made by rtld/shrink.\n", total, depth)
	fmt.Fprintf(&b, "# %4s %6s %6s %6s  %s\n", "at", "size", "frame", "deep", "name")
	for _, isCode := range []bool{true, false} {
		for _, p := range w.pieces {
			switch {
			case (p.code != nil) != isCode:
			case isCode:
				fmt.Fprintf(&b, "%6x %6d %6d %6d  %s\n", p.new, p.size(), p.frame, p.deep, p.name)
			default:
				fmt.Fprintf(&b, "%6x %6d %6s %6s  %s\n", p.new, p.size(), "", "", p.name)
			}
		}
	}
	return b.String()
}
