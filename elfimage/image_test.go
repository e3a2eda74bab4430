package elfimage

import (
	"debug/elf"

	"slul/asm"
)

// exit42 is a whole program: mov edi, 42; mov eax, 60 (exit); syscall.
var exit42 = []byte{0xbf, 42, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05}

// jumpStub stands for a real stub, which stubgen makes: it jumps to the start of
// .text, the next multiple of 16, so that the kernel alone can run the file:
// lea rax, [rip+21]; and rax, -16; jmp rax.
var jumpStub = []byte{0x48, 0x8d, 0x05, 21, 0, 0, 0, 0x48, 0x83, 0xe0, 0xf0, 0xff, 0xe0}

// example is an image of the test table.
type example struct {
	name  string
	image Image
}

// examples are the kinds of file that the tests look at, small and whole.
func examples() []example {
	program := Image{
		Machine: uint16(elf.EM_X86_64), Stub: jumpStub, Entry: "entry", MinRtld: 1, Text: exit42,
		Symbols: []Symbol{{Name: "entry", Section: Text, Size: 12, Func: true}},
		Files:   []string{"Exit.slul"},
		Lines:   []Line{{Off: 0, Line: 3}, {Off: 5, Line: 4}, {Off: 10, Line: 90}},
	}
	with := func(change func(*Image)) Image {
		im := program
		im.Symbols = append([]Symbol(nil), program.Symbols...)
		change(&im)
		return im
	}
	return []example{
		{"text", program},
		{"text_stripped", with(func(im *Image) { im.Strip = true })},
		{"nostub", with(func(im *Image) { im.Stub = nil })},
		{"rodata", with(withRodata)},
		{"separate", with(func(im *Image) { withRodata(im); im.Separate = true })},
		{"large", with(func(im *Image) {
			withRodata(im)
			im.Text = append(im.Text, make([]byte, 5000)...)
		})},
		{"bss", with(func(im *Image) {
			im.BssSize = 10000
			im.Symbols = append(im.Symbols, Symbol{Name: "arena", Section: Bss, Off: 16, Size: 8})
		})},
		{"imports", with(withImports)},
		{"imports_stripped", with(func(im *Image) { withImports(im); im.Strip = true })},
		{"relro", with(func(im *Image) { withImports(im); withRelro(im); im.BssSize = 8 })},
		{"notes", with(withNotes)},
		{"notes_stripped", with(func(im *Image) { withNotes(im); im.Strip = true })},
		{"library", library()},
	}
}

func withRodata(im *Image) {
	im.Rodata = []byte("Hello, world\n")
	im.Text = append([]byte{0x48, 0x8d, 0x35, 0, 0, 0, 0}, exit42...) // lea rsi, [rip+hello]
	im.Symbols = append(im.Symbols, Symbol{Name: "hello", Section: Rodata, Size: 13})
	im.Symbols[0].Size = uint64(len(im.Text))
	im.Fixups = []Fixup{{Text, asm.Fixup{Off: 3, Kind: asm.PC32, Sym: "hello", Add: -4}}}
}

func withImports(im *Image) {
	im.Text = append([]byte{0xff, 0x15, 0, 0, 0, 0, 0xff, 0x15, 0, 0, 0, 0}, exit42...) // call [rip+split_words]; call [rip+count_words]
	im.Symbols = append(im.Symbols,
		Symbol{Name: "split_words", Func: true}, Symbol{Name: "count_words", Func: true}, Symbol{Name: "maybe", Weak: true})
	im.Fixups = []Fixup{
		{Text, asm.Fixup{Off: 2, Kind: asm.PC32, Sym: "split_words", Add: -4}},
		{Text, asm.Fixup{Off: 8, Kind: asm.PC32, Sym: "count_words", Add: -4}},
	}
	im.Needed = []string{"words.so"}
}

func withRelro(im *Image) {
	im.Relro = make([]byte, 24)
	im.Symbols = append(im.Symbols, Symbol{Name: "table", Section: Relro, Size: 24})
	im.Fixups = append(im.Fixups,
		Fixup{Relro, asm.Fixup{Off: 16, Kind: asm.Abs64, Sym: "entry", Add: 2}},
		Fixup{Relro, asm.Fixup{Off: 0, Kind: asm.Abs64, Sym: "table"}})
}

func withNotes(im *Image) {
	im.Notes = []Note{
		{Section: ".note.slul-module", Owner: Owner, Type: 1, Desc: []byte("name wc\nversion 1.0.0\n")},
		{Section: ".note.slul-entry", Owner: Owner, Type: NoteEntry, Desc: make([]byte, 8), Fixups: []asm.Fixup{{Off: 4, Sym: "entry"}}},
		{Section: ".note.slul-module", Owner: Owner, Type: 2, Desc: []byte("api")},
	}
}

func library() Image {
	im := Image{Machine: uint16(elf.EM_X86_64), Soname: "words.so"}
	for _, name := range []string{"split_words", "count_words", "join", "trim", "upper", "lower", "pad", "is_space", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"} {
		im.Symbols = append(im.Symbols, Symbol{Name: name, Section: Text, Off: uint64(len(im.Text)), Size: 1, Func: true, Export: true})
		im.Text = append(im.Text, 0xc3)
	}
	im.Symbols = append(im.Symbols, Symbol{Name: "hidden", Section: Text, Size: 1, Func: true}, Symbol{Name: "core_trap", Func: true})
	return im
}
