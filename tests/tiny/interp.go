package tiny

// The smallest file that the kernel starts through another: ELF header, program headers,
// the interpreter's path, code. Given: code that needs nothing but its own bytes.

import (
	"bytes"
	"debug/elf"
	"encoding/binary"

	"slul/asm"
	"slul/elfimage"
)

// Interp is such a file.
type Interp struct {
	Path  string // of the interpreter; empty: it has none
	Note  bool   // it has a program note, and e_entry is not the entry
	Table bool   // it has PT_PHDR
	At    uint64 // it is ET_EXEC and lies here; 0: ET_DYN
	Stack uint32 // flags of PT_GNU_STACK
}

// FixedAddress is where linkers put a program that is ET_EXEC.
const FixedAddress = 0x400000

// Bytes makes the file: one segment that may be read and executed.
func (f Interp) Bytes(code *asm.Code) []byte {
	le := binary.LittleEndian
	base, kind := f.At, elf.ET_DYN
	if base != 0 {
		kind = elf.ET_EXEC
	}
	var progs []elf.Prog64
	add := func(typ elf.ProgType, flags elf.ProgFlag) *elf.Prog64 {
		progs = append(progs, elf.Prog64{Type: uint32(typ), Flags: uint32(flags), Align: 8})
		return &progs[len(progs)-1]
	}
	if f.Table {
		add(elf.PT_PHDR, elf.PF_R)
	}
	if f.Path != "" {
		add(elf.PT_INTERP, elf.PF_R)
	}
	if f.Note {
		add(elfimage.PT_SLUL, elf.PF_R)
	}
	add(elf.PT_LOAD, elf.PF_R|elf.PF_X)
	add(elf.PT_GNU_STACK, elf.ProgFlag(f.Stack))

	table := elfimage.EhdrSize
	path := table + len(progs)*elfimage.PhdrSize
	note := (path + len(f.Path) + 1 + 7) &^ 7
	start := note
	if f.Note {
		start += programNote
	}
	entry := base + uint64(start+code.Labels[Start])
	size := start + len(code.Bytes)
	place := func(p *elf.Prog64, at, n int) {
		p.Off, p.Vaddr, p.Paddr = uint64(at), base+uint64(at), base+uint64(at)
		p.Filesz, p.Memsz = uint64(n), uint64(n)
	}
	b := make([]byte, start, size)
	header := elf.Header64{
		Ident: [16]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(kind), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT), Entry: entry,
		Phoff: elfimage.EhdrSize, Ehsize: elfimage.EhdrSize, Phentsize: elfimage.PhdrSize, Phnum: uint16(len(progs)),
	}
	if f.Note {
		header.Entry = base + uint64(start+len(code.Bytes)) // int3: the loader must not begin there
		size++
		// namesz, descsz, type, owner; format, flags, entry, least version (docs/file-format.md)
		words := []uint32{5, 24, 6, 0x4c554c53, 0, 1, 0, uint32(entry), uint32(entry >> 32), 1, 0}
		if n, err := binary.Encode(b[note:], le, words); err != nil || n != programNote {
			panic("bug: the program note")
		}
	}
	for i := range progs {
		p := &progs[i]
		switch elf.ProgType(p.Type) {
		case elf.PT_PHDR:
			place(p, table, len(progs)*elfimage.PhdrSize)
		case elf.PT_INTERP:
			place(p, path, len(f.Path)+1)
		case elfimage.PT_SLUL:
			place(p, note, programNote)
		case elf.PT_LOAD:
			place(p, 0, size)
			p.Align = 4096
		}
	}
	var head bytes.Buffer
	for _, part := range []any{header, progs} {
		if err := binary.Write(&head, le, part); err != nil {
			panic("bug: " + err.Error())
		}
	}
	copy(b, head.Bytes())
	copy(b[path:], f.Path)
	return append(append(b, code.Bytes...), 0xcc)[:size]
}

// programNote is the size of a program note.
const programNote = 44
