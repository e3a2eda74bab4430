// Package elftest makes the program that the loader's tests load, and damage. It has
// everything that this version of the loader understands: two PT_LOADs, the second with
// .bss in its last file page and behind it, every relocation, RELRO, a constructor. It
// ends with status 42 when all of it was done right, and with another one when not.
package elftest

import (
	"bytes"
	"debug/elf"
	"encoding/binary"

	"slul/asm/amd64"
)

// Status is what the program ends with.
const Status = 42

// Where things are in the file; Code to Hash have the same address, what lies behind Data
// has another 0x1000 higher.
const (
	PhdrAt = 64
	NoteAt = 0x300
	CodeAt = 0x400
	SymAt  = 0x600 // 4 symbols
	StrAt  = 0x660
	RelaAt = 0x700 // 5 entries
	PltAt  = 0x778 // 1
	RelrAt = 0x790 // 2
	HashAt = 0x800
	DataAt = 0x1000

	MessageAt = 0x900
	DynAt     = 0x1000
	Data      = 0x2000 // address of DataAt
	Words     = 0x2400 // address of the relocated words, one each
	Count     = 0x3000 // address of the constructor's counter
	Bss       = 0x3400 // address of the first byte that is not in the file
	Size      = 0x2800 // of the file: what lies behind the data is 0xcc
)

// message is what the program says when the kernel enters it alone, with status 127.
const message = "slulrtld: elftest: no loader\n"

// Program headers, by index.
const (
	Slul = iota
	Text
	RW
	Dynamic
	Relro
	Stack
	Phnum
)

// Dyn is one entry of the dynamic section.
type Dyn struct{ Tag, Value uint64 }

// File is the program in parts that a test may change before Bytes.
type File struct {
	Header elf.Header64
	Progs  []elf.Prog64
	Dyn    []Dyn
	Note   []uint32
	Sym    []elf.Sym64
	Rela   []elf.Rela64 // RELA, the last one of PLT
	Relr   []uint64
	Body   []byte // the whole file; the parts above are put over it
}

// New returns the undamaged program.
func New() *File {
	code, labels := code()
	f := &File{Body: make([]byte, Size)}
	for i := 0x2400; i < Size; i++ {
		f.Body[i] = 0xcc
	}
	copy(f.Body[CodeAt:], code)
	copy(f.Body[MessageAt:], message)
	copy(f.Body[StrAt:], "\x00self\x00weak\x00strong\x00another\x00libx.so\x00")
	// DT_HASH with one bucket and a chain entry per symbol.
	for i, v := range []uint32{1, 4, 1, 0, 0, 0, 0} {
		binary.LittleEndian.PutUint32(f.Body[HashAt+4*i:], v)
	}
	copy(f.Body[DataAt+Count-Data:], []byte{Status - 1})
	self := uint64(CodeAt + labels["self"])
	binary.LittleEndian.PutUint64(f.Body[DataAt+0x408:], self) // for RELR: the addend lies in place
	f.Header = elf.Header64{
		Ident: [16]byte{0x7f, 'E', 'L', 'F', 2, 1, 1}, Type: 3, Machine: 62, Version: 1, Entry: uint64(CodeAt + labels["stub"]),
		Phoff: PhdrAt, Ehsize: 64, Phentsize: 56, Phnum: Phnum,
	}
	f.Progs = []elf.Prog64{
		Slul:    {Type: 0x60534C55, Flags: 4, Off: NoteAt, Vaddr: NoteAt, Filesz: 44, Memsz: 44, Align: 4},
		Text:    {Type: uint32(elf.PT_LOAD), Flags: 5, Filesz: 0x1000, Memsz: 0x1000, Align: 4096},
		RW:      {Type: uint32(elf.PT_LOAD), Flags: 6, Off: DataAt, Vaddr: Data, Filesz: 0x1400, Memsz: 0x2800, Align: 4096},
		Dynamic: {Type: uint32(elf.PT_DYNAMIC), Flags: 6, Off: DynAt, Vaddr: Data, Filesz: 0x200, Memsz: 0x200, Align: 8},
		Relro:   {Type: uint32(elf.PT_GNU_RELRO), Flags: 4, Off: DataAt, Vaddr: Data, Filesz: 0x1000, Memsz: 0x1000, Align: 1},
		Stack:   {Type: uint32(elf.PT_GNU_STACK), Flags: 6, Align: 16},
	}
	f.Note = []uint32{5, 24, 6, 0x4c554c53, 0, 1, 0, uint32(CodeAt + labels["start"]), 0, 1, 0}
	f.Sym = []elf.Sym64{{},
		{Name: 1, Info: 1<<4 | 2, Shndx: 1, Value: self}, // self: global function
		{Name: 6, Info: 2 << 4},                          // weak: undefined, weak
		{Name: 11, Info: 1 << 4},                         // strong: undefined
	}
	sym := func(i, t uint64) uint64 { return i<<32 | t }
	f.Rela = []elf.Rela64{
		{Off: Words, Info: sym(0, 8), Addend: int64(self)},
		{Off: Words + 0x10, Info: sym(1, 6)},
		{Off: Words + 0x18, Info: sym(1, 1), Addend: 8},
		{Off: Words + 0x28, Info: sym(2, 1)},
		{Off: Words + 0x40, Info: sym(0, 8), Addend: int64(CodeAt + labels["construct"])},
		{Off: Words + 0x20, Info: sym(1, 7)}, // PLT
	}
	f.Relr = []uint64{Words + 8, 1}
	f.Dyn = []Dyn{
		{4, HashAt}, {5, StrAt}, {6, SymAt}, {10, 38}, {11, 24}, {7, RelaAt}, {8, 5 * 24}, {9, 24},
		{23, PltAt}, {2, 24}, {20, 7}, {36, RelrAt}, {35, 16}, {37, 8}, {25, Words + 0x40}, {27, 8}, {0, 0},
	}
	return f
}

// Set changes the value of a dynamic tag, or appends the tag.
func (f *File) Set(tag, value uint64) {
	for i := range f.Dyn {
		if f.Dyn[i].Tag == tag {
			f.Dyn[i].Value = value
			return
		}
	}
	f.Add(tag, value)
}

// Add puts a dynamic tag before the last, which is DT_NULL.
func (f *File) Add(tag, value uint64) {
	n := len(f.Dyn) - 1
	f.Dyn = append(f.Dyn[:n:n], Dyn{tag, value}, f.Dyn[n])
}

// Bytes puts the parts together. What does not fit into the file is left out.
func (f *File) Bytes() []byte {
	b := bytes.Clone(f.Body)
	put := func(at int, v any) {
		var part bytes.Buffer
		binary.Write(&part, binary.LittleEndian, v) // a bytes.Buffer never fails
		if at >= 0 && at < len(b) {
			copy(b[at:], part.Bytes())
		}
	}
	put(NoteAt, f.Note)
	put(SymAt, f.Sym)
	put(RelaAt, f.Rela)
	put(RelrAt, f.Relr)
	put(DynAt, f.Dyn)
	put(PhdrAt, f.Progs)
	put(0, f.Header)
	return b
}

// code assembles the program: a constructor that counts, and a start that compares.
func code() (b []byte, labels map[string]int) {
	a := amd64.New()
	word := func(off int) amd64.Sym { return amd64.Sym{Name: "words", Off: int64(off)} }
	a.Label("construct")
	a.Op(amd64.MOVQ, amd64.RAX, amd64.Sym{Name: "count"})
	a.Op(amd64.ADDQ, amd64.RAX, amd64.Imm(1))
	a.Op(amd64.MOVQ, amd64.Sym{Name: "count"}, amd64.RAX)
	a.Op(amd64.RET)
	a.Label("start")
	wrong := 1
	check := func(x, y amd64.Arg) {
		a.Op(amd64.MOVL, amd64.RDI, amd64.Imm(wrong))
		a.Op(amd64.MOVQ, amd64.RAX, x)
		a.Op(amd64.CMPQ, amd64.RAX, y)
		a.Op(amd64.JNE, amd64.Label("exit"))
		wrong++
	}
	a.Op(amd64.LEAQ, amd64.RBX, amd64.Label("self"))
	check(word(0), amd64.RBX)
	check(word(8), amd64.RBX)
	check(word(0x10), amd64.RBX)
	check(word(0x20), amd64.RBX)
	check(word(0x28), amd64.Imm(0))
	check(amd64.Sym{Name: "bss"}, amd64.Imm(0))
	check(amd64.Sym{Name: "bss", Off: 0xbf8}, amd64.Imm(0))  // the end of its first page
	check(amd64.Sym{Name: "bss", Off: 0x13f8}, amd64.Imm(0)) // the end of all
	a.Op(amd64.ADDQ, amd64.RBX, amd64.Imm(8))
	check(word(0x18), amd64.RBX)
	a.Op(amd64.MOVQ, amd64.Sym{Name: "bss", Off: 0x13f8}, amd64.RAX)
	a.Op(amd64.MOVQ, amd64.RDI, amd64.Sym{Name: "count"})
	a.Label("exit")
	a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(231)) // exit_group
	a.Op(amd64.SYSCALL)
	// What the kernel would enter, where programs have their stub.
	a.Label("stub")
	a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(1)) // write
	a.Op(amd64.MOVL, amd64.RDI, amd64.Imm(2))
	a.Op(amd64.LEAQ, amd64.RSI, amd64.Sym{Name: "message"})
	a.Op(amd64.MOVL, amd64.RDX, amd64.Imm(len(message)))
	a.Op(amd64.SYSCALL)
	a.Op(amd64.MOVL, amd64.RDI, amd64.Imm(127))
	a.Op(amd64.JMP, amd64.Label("exit"))
	a.Label("self")
	a.Op(amd64.RET)
	c, err := a.Assemble()
	if err != nil {
		panic("bug: elftest: " + err.Error())
	}
	at := map[string]int64{"message": MessageAt, "words": Words, "count": Count, "bss": Bss}
	for _, x := range c.Fixups {
		v := at[x.Sym] + x.Add - int64(CodeAt+x.Off)
		binary.LittleEndian.PutUint32(c.Bytes[x.Off:], uint32(v))
	}
	return c.Bytes, c.Labels
}

// CureWords stand in front of the program's name at the end of a line of the loader.
const CureWords = ": slul doctor "

// Cure is how a line of the loader ends that is about this program: what to type.
func Cure(program string) string { return CureWords + program + "\n" }
