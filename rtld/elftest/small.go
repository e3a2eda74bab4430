package elftest

import (
	"bytes"
	"debug/elf"
	"encoding/binary"

	"slul/asm/amd64"

	"golang.org/x/sys/unix"
)

// Small files for tests about many of them.

// Letter returns a library whose constructor writes a letter to fd 1. DT_RUNPATH is $ORIGIN.
func Letter(letter byte, soname string, needed ...string) *Object {
	return letters(letter, soname, needed, false)
}

// Main returns a program whose constructor writes a letter to fd 1, and which ends with Status.
func Main(letter byte, needed ...string) *Object { return letters(letter, "", needed, true) }

func letters(letter byte, soname string, needed []string, isProgram bool) *Object {
	a := amd64.New()
	a.Label("construct")
	a.Op(amd64.MOVL, amd64.RDI, amd64.Imm(1))
	a.Op(amd64.LEAQ, amd64.RSI, amd64.Label("letter"))
	a.Op(amd64.MOVL, amd64.RDX, amd64.Imm(1))
	a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(unix.SYS_WRITE))
	a.Op(amd64.SYSCALL)
	a.Op(amd64.RET)
	if isProgram {
		a.Label("start")
		a.Op(amd64.MOVL, amd64.RDI, amd64.Imm(Status))
		a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(unix.SYS_EXIT_GROUP))
		a.Op(amd64.SYSCALL)
		a.Label("stub")
		a.Op(amd64.UD2)
	}
	a.String("letter", []byte{letter})
	c, err := a.Assemble()
	if err != nil {
		panic("bug: elftest: " + err.Error())
	}
	return build(spec{
		code: c, soname: soname, needed: needed,
		symbols:  []symbolSpec{{"absent", weak, "", 0, 0}, {"letter", global | object, "letter", 1, 0}},
		exported: 1,
		words:    []word{{"w.relr1", 0, "", "letter", 0}, {"w.init", typRelative, "", "construct", 0}, {"w.absent", typGot, "absent", "", 0}},
		arrays:   map[elf.DynTag][2]string{elf.DT_INIT_ARRAY: {"w.init", "w.init"}},
	})
}

// Bare returns the least that is a library: one segment with a dynamic section that needs others, found
// beside it.
func Bare(needed ...string) []byte {
	str := []byte("\x00$ORIGIN\x00")
	var dyn []uint64
	for _, name := range needed {
		dyn = append(dyn, uint64(elf.DT_NEEDED), uint64(len(str)))
		str = append(append(str, name...), 0)
	}
	const dynAt = 64 + 2*56
	strAt := uint64(dynAt + 8*len(dyn) + 4*16)
	dyn = append(dyn, uint64(elf.DT_RUNPATH), 1, uint64(elf.DT_STRTAB), strAt, uint64(elf.DT_STRSZ), uint64(len(str)), 0, 0)
	size := strAt + uint64(len(str))
	prog := func(typ elf.ProgType, at, n uint64) elf.Prog64 {
		return elf.Prog64{Type: uint32(typ), Flags: 4, Off: at, Vaddr: at, Filesz: n, Memsz: n, Align: 8}
	}
	var b bytes.Buffer
	for _, part := range []any{
		elf.Header64{Ident: [16]byte{0x7f, 'E', 'L', 'F', 2, 1, 1}, Type: 3, Machine: 62, Version: 1, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 2},
		prog(elf.PT_LOAD, 0, size), prog(elf.PT_DYNAMIC, dynAt, uint64(8*len(dyn))), dyn, str,
	} {
		binary.Write(&b, binary.LittleEndian, part) // a bytes.Buffer never fails
	}
	return b.Bytes()
}
