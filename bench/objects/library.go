package objects

// One library. Its first function adds what its imports give, so that a wrong binding
// is seen; the others give a number each.

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"hash/fnv"

	"slul/asm"
	. "slul/asm/amd64"
	"slul/elfimage"
	"slul/tests/tiny"
)

// Runpath of all files: the libraries lie beside the program.
const Runpath = "$ORIGIN"

// library is what is known before the first file is made.
type library struct {
	soname  string
	exports []string // the first is the one that adds
	imports []string
	needs   []string // sonames
	sum     uint32   // what the first function gives
}

// answer is what a function gives that adds nothing.
func answer(name string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(name))
	return h.Sum32()
}

// plan settles all names, so that files can be made one after the other.
func plan(s Shape) []library {
	libs := make([]library, s.Libraries)
	for i := range libs {
		n := newNamer(i)
		libs[i].soname = fmt.Sprintf("lib%s.so.%d", n.prefix, i%10)
		libs[i].exports = n.names(s.Exports)
	}
	for i := range libs {
		l := &libs[i]
		l.sum = answer(l.exports[0])
		from := s.suppliers(i)
		for _, k := range from {
			l.needs = append(l.needs, libs[k].soname)
		}
		taken := map[string]bool{}
		for k := 0; len(from) > 0 && k < s.Imports; k++ {
			supplier := libs[from[k%len(from)]].exports[1:]
			if name := supplier[(i+k/len(from))%len(supplier)]; !taken[name] {
				taken[name] = true
				l.imports = append(l.imports, name)
				l.sum += answer(name)
			}
		}
	}
	return libs
}

// file makes the library. The first one holds the table of addresses and the constants
// that the Shape asks for.
func (l *library) file(s Shape, first bool) ([]byte, error) {
	if !first {
		s.Relatives, s.Size = 0, 0
	}
	a := New()
	a.Label(l.exports[0])
	a.Op(PUSH, RBX)
	a.Op(MOVL, RBX, Imm(answer(l.exports[0])))
	for _, name := range l.imports {
		a.Op(CALLIND, Sym{Name: name})
		a.Op(ADDL, RBX, RAX)
	}
	addTable(a, s)
	a.Op(MOVL, RAX, RBX)
	a.Op(POP, RBX)
	a.Op(RET)
	code := tiny.Must(a)

	im := &elfimage.Image{
		Machine: uint16(elf.EM_X86_64), Text: code.Bytes,
		Needed: l.needs, Soname: l.soname, Runpath: Runpath,
		Strip: s.Strip, Separate: !s.Compact,
	}
	addCode(im, code)
	export := func(name string, off, size int) {
		im.Symbols = append(im.Symbols, elfimage.Symbol{Name: name, Section: elfimage.Text,
			Off: uint64(off), Size: uint64(size), Func: true, Export: true})
	}
	export(l.exports[0], 0, len(im.Text))
	for _, name := range l.exports[1:] {
		for len(im.Text)%functionAlign != 0 {
			im.Text = append(im.Text, 0xcc) // int3
		}
		off := len(im.Text)
		im.Text = append(im.Text, 0xb8) // mov eax, answer
		im.Text = binary.LittleEndian.AppendUint32(im.Text, answer(name))
		im.Text = append(im.Text, 0xc3) // ret
		export(name, off, len(im.Text)-off)
	}
	addImports(im, l.imports)
	fillTable(im, s)
	return im.Bytes()
}

const functionAlign = 16

func addCode(im *elfimage.Image, code *asm.Code) {
	for _, f := range code.Fixups {
		im.Fixups = append(im.Fixups, elfimage.Fixup{Section: elfimage.Text, Fixup: f})
	}
}

func addImports(im *elfimage.Image, names []string) {
	for _, name := range names {
		im.Symbols = append(im.Symbols, elfimage.Symbol{Name: name, Func: true})
	}
}

// The table of addresses: each word holds the address of the table, as tables of
// strings and functions do that hold addresses of their own file.
const tableName = "table"

// addTable adds to the sum in rbx what is wrong with the first and the last word.
func addTable(a *Asm, s Shape) {
	if s.Relatives == 0 {
		return
	}
	a.Op(LEAQ, RCX, Sym{Name: tableName})
	for _, off := range []int64{0, 8 * int64(s.Relatives-1)} {
		a.Op(MOVQ, RAX, Sym{Name: tableName, Off: off})
		a.Op(SUBQ, RAX, RCX)
		a.Op(ADDL, RBX, RAX)
	}
}

func fillTable(im *elfimage.Image, s Shape) {
	im.Rodata = make([]byte, s.Size)
	if s.Relatives == 0 {
		return
	}
	im.Relr = s.Relr
	im.Relro = make([]byte, 8*s.Relatives)
	im.Symbols = append(im.Symbols, elfimage.Symbol{Name: tableName, Section: elfimage.Relro, Size: uint64(len(im.Relro))})
	for i := range s.Relatives {
		im.Fixups = append(im.Fixups, elfimage.Fixup{Section: elfimage.Relro,
			Fixup: asm.Fixup{Off: 8 * i, Kind: asm.Abs64, Sym: tableName}})
	}
}
