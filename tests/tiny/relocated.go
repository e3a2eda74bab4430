package tiny

// A program that a loader has to do something for: addresses in read-only data, an
// imported symbol that nobody defines, zeroed memory.

import (
	"slices"

	"slul/asm"
	. "slul/asm/amd64"
	"slul/elfimage"

	"golang.org/x/sys/unix"
)

const (
	relroSize = 24
	bssSize   = 10000
)

// Relocated gives an image that checks its own relocations and its .bss, then prints
// text and ends with a status; with status 1 and no text when one of them is wrong.
func Relocated(text string, status int) *elfimage.Image {
	a := New()
	a.Label(Start)
	a.Op(LEAQ, RAX, Sym{Name: "table"})
	a.Op(CMPQ, Sym{Name: "table"}, RAX) // the table's first word holds its own address
	a.Op(JNE, Label("bad"))
	a.Op(LEAQ, RAX, Label("text"))
	a.Op(CMPQ, Sym{Name: "table", Off: 16}, RAX)
	a.Op(JNE, Label("bad"))
	a.Op(CMPQ, Sym{Name: "nowhere"}, Imm(0)) // the word in the GOT
	a.Op(JNE, Label("bad"))
	a.Op(LEAQ, RDI, Sym{Name: "zeros"})
	a.Op(MOVL, RCX, Imm(bssSize))
	a.Label("zero")
	a.Op(CMPB, Mem{Base: RDI, Index: RCX, Disp: -1}, Imm(0))
	a.Op(JNE, Label("bad"))
	a.Op(MOVB, Mem{Base: RDI, Index: RCX, Disp: -1}, RCX)
	a.Op(DECL, RCX)
	a.Op(JNE, Label("zero"))
	a.Op(MOVL, RDI, Imm(1))
	a.Op(LEAQ, RSI, Label("text"))
	a.Op(MOVL, RDX, Imm(len(text)))
	Call(a, unix.SYS_WRITE)
	exit(a, status)
	a.Label("bad")
	exit(a, 1)
	a.String("text", []byte(text))

	im := Image(Must(a))
	addAddresses(im, "text")
	return im
}

// addAddresses gives im a table of relocated words and .bss, in symbols "table" and
// "zeros", and the weak import "nowhere". The last word of the table holds the address
// of a symbol.
func addAddresses(im *elfimage.Image, target string) {
	im.Relro, im.BssSize = make([]byte, relroSize), bssSize
	im.Symbols = append(im.Symbols,
		elfimage.Symbol{Name: "table", Section: elfimage.Relro, Size: relroSize},
		elfimage.Symbol{Name: "zeros", Section: elfimage.Bss, Size: bssSize},
		elfimage.Symbol{Name: "nowhere", Weak: true})
	im.Fixups = append(im.Fixups,
		elfimage.Fixup{Section: elfimage.Relro, Fixup: asm.Fixup{Kind: asm.Abs64, Sym: "table"}},
		elfimage.Fixup{Section: elfimage.Relro, Fixup: asm.Fixup{Off: 16, Kind: asm.Abs64, Sym: target}})
}

// Unused gives im relocations and an import that its code takes no notice of: the one
// instruction that refers to the import stands behind its end.
func Unused(im *elfimage.Image) {
	addAddresses(im, Start)
	a := New()
	a.Op(CMPQ, Sym{Name: "nowhere"}, Imm(0))
	code := Must(a)
	for _, f := range code.Fixups {
		f.Off += len(im.Text)
		im.Fixups = append(im.Fixups, elfimage.Fixup{Section: elfimage.Text, Fixup: f})
	}
	im.Text = slices.Concat(im.Text, code.Bytes)
}
