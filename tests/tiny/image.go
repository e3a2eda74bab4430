package tiny

// From code to a file. Given: the code of programs.go or any other with the label
// Start. Leaves: an elfimage.Image to which a test adds what it is about.

import (
	"debug/elf"
	"slices"

	"slul/asm"
	"slul/elfimage"
	"slul/stubgen"
)

// Image puts code into a file without a stub. Its labels become symbols.
func Image(code *asm.Code) *elfimage.Image {
	im := &elfimage.Image{
		Machine: uint16(elf.EM_X86_64),
		Entry:   Start,
		Text:    code.Bytes,
	}
	for name, off := range code.Labels {
		im.Symbols = append(im.Symbols, elfimage.Symbol{Name: name, Section: elfimage.Text, Off: uint64(off), Func: true})
	}
	slices.SortFunc(im.Symbols, func(a, b elfimage.Symbol) int { return int(a.Off) - int(b.Off) })
	for _, f := range code.Fixups {
		im.Fixups = append(im.Fixups, elfimage.Fixup{Section: elfimage.Text, Fixup: f})
	}
	return im
}

// Build makes a program of im: stub for the loader at rtld in front, entry behind it.
func Build(im *elfimage.Image, rtld string) ([]byte, error) {
	return BuildStart(im, elfimage.StartRt0, rtld)
}

// BuildStart makes a program of im that is started in this way; rtld is not used when the
// way names no loader.
func BuildStart(im *elfimage.Image, start elfimage.Start, rtld string) ([]byte, error) {
	target, err := stubgen.ForMachine(elf.Machine(im.Machine))
	if err != nil {
		return nil, err
	}
	if start == elfimage.StartNone {
		rtld = ""
	}
	if rtld, err = stubgen.LoaderPath(target, start, rtld); err != nil {
		return nil, err
	}
	if err := stubgen.Begin(im, target, start, rtld); err != nil {
		return nil, err
	}
	im.MinRtld = stubgen.LeastRTLD
	return im.Bytes()
}
