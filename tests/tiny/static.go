package tiny

// The smallest file that the kernel runs by itself: ELF header, two program headers,
// code. Given: code that needs nothing but its own bytes. Leaves: a static PIE.

import (
	"bytes"
	"debug/elf"
	"encoding/binary"

	"slul/asm"
	"slul/elfimage"
)

// Static makes the file.
func Static(code *asm.Code) []byte {
	const start = elfimage.EhdrSize + 2*elfimage.PhdrSize
	size := uint64(start + len(code.Bytes))
	header := elf.Header64{
		Ident:     [16]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:      uint16(elf.ET_DYN),
		Machine:   uint16(elf.EM_X86_64),
		Version:   uint32(elf.EV_CURRENT),
		Entry:     start + uint64(code.Labels[Start]),
		Phoff:     elfimage.EhdrSize,
		Ehsize:    elfimage.EhdrSize,
		Phentsize: elfimage.PhdrSize,
		Phnum:     2,
		Shentsize: 64,
	}
	load := elf.Prog64{
		Type:   uint32(elf.PT_LOAD),
		Flags:  uint32(elf.PF_R | elf.PF_X),
		Filesz: size,
		Memsz:  size,
		Align:  4096,
	}
	stack := elf.Prog64{Type: uint32(elf.PT_GNU_STACK), Flags: uint32(elf.PF_R | elf.PF_W), Align: 16}

	var b bytes.Buffer
	for _, part := range []any{header, load, stack, code.Bytes} {
		if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
			panic("bug: " + err.Error())
		}
	}
	return b.Bytes()
}
