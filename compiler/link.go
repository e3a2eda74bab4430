package compiler

import (
	"fmt"
	"slices"

	"slul/asm"
	"slul/compiler/gen/mach"
	"slul/compiler/ir"
	"slul/compiler/parallel"
	"slul/elfimage"
)

// linker gathers what the program needs: it starts at the first instruction and
// follows the names that generated code leaves open, so the order is that of first
// use, and what nobody refers to is never even generated. When all is there, everything gets its
// bytes in the image, which is as large as it needs to be.
type linker struct {
	m        *ir.Module
	generate func(n int) (*asm.Code, error)       // of function n of m
	routines map[string]func() (*asm.Code, error) // of the target

	numbers map[string]int32 // of all names
	names   []linked         // by number
	order   []int32          // those that are wanted
	calls   []int32          // the names that code leaves open, function by function
	image   *elfimage.Image

	text, rodata           int // sizes so far
	fixups, lines, framing int
}

// linked is a name: a func, a constant, a routine of the target, or an import.
type linked struct {
	name   string
	f      int32 // 1 + number of the func in m; 0: it is none
	wanted bool
	data   *ir.Data
	code   *asm.Code
	off    int // in its section
	stackUse
}

// link fills text, constants, symbols, fixups and lines of the image. Functions follow
// each other without a gap: x86-64 runs them from any address, and small is what this
// project is about. stack is how many bytes of the stack must be kept free (stack.go).
func link(m *ir.Module, image *elfimage.Image, generate func(n int) (*asm.Code, error), routines map[string]func() (*asm.Code, error)) (stack int64, err error) {
	all := len(m.Funcs) + len(m.Data)
	l := &linker{m: m, generate: generate, routines: routines, image: image,
		numbers: make(map[string]int32, all), names: make([]linked, 0, all), order: make([]int32, 0, all)}
	for n, f := range m.Funcs {
		l.names[l.number(f.Name)].f = int32(n + 1)
	}
	for _, d := range m.Data {
		l.names[l.number(d.Name)].data = d
	}
	image.TextAlign, image.RodataAlign = 1, 1
	for _, name := range roots(m) {
		l.want(name)
	}
	for at := 0; at < len(l.order); at++ {
		if err := l.place(l.order[at]); err != nil {
			return 0, err
		}
	}
	l.fill()
	l.export(m.Exports)
	stack = l.stackNeed()
	l.setStackSpare(l.spare(stack))
	return stack, nil
}

// number gives the number of a name.
func (l *linker) number(name string) int32 {
	n, known := l.numbers[name]
	if !known {
		n = int32(len(l.names))
		l.numbers[name] = n
		l.names = append(l.names, linked{name: name})
	}
	return n
}

// want gives the number of a name that the program needs.
func (l *linker) want(name string) int32 {
	n := l.number(name)
	if !l.names[n].wanted {
		l.names[n].wanted = true
		l.order = append(l.order, n)
	}
	return n
}

// place gives name n, a func or constant, its place; what is of another module becomes an
// import.
func (l *linker) place(n int32) error {
	x := &l.names[n]
	var err error
	switch routine := l.routines[x.name]; {
	case ir.IsForeign(x.name):
		return nil
	case x.f > 0:
		x.code, err = l.generate(int(x.f - 1))
	case x.data != nil:
		l.image.RodataAlign = max(l.image.RodataAlign, uint64(x.data.Align))
		x.off = aligned(l.rodata, x.data.Align)
		l.rodata = x.off + len(x.data.Bytes)
		return nil
	case routine != nil:
		x.code, err = routine()
	default:
		panic("bug: link: nothing is called " + x.name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", x.name, err)
	}
	code := x.code
	align := max(1, code.Align)
	l.image.TextAlign = max(l.image.TextAlign, uint64(align))
	x.off = aligned(l.text, align)
	l.text = x.off + len(code.Bytes)
	l.fixups += len(code.Fixups)
	l.lines += len(code.Lines)
	l.framing += len(code.Frames)
	l.noteStack(n)
	return nil
}

// aligned is the next multiple of a power of two.
func aligned(n, align int) int { return (n + align - 1) &^ (align - 1) }

// trapByte fills what lies between functions and is never run: int3 of x86-64.
const trapByte = 0xcc

// fill writes all that has a place to the image.
func (l *linker) fill() {
	im := l.image
	im.Text, im.Rodata = make([]byte, 0, l.text), make([]byte, 0, l.rodata)
	im.Symbols = slices.Grow(im.Symbols, len(l.order))
	im.Fixups = slices.Grow(im.Fixups, l.fixups)
	im.Lines, im.Frames = make([]elfimage.Line, 0, l.lines), make([]elfimage.Frame, 0, l.framing)
	for _, n := range l.order {
		x := &l.names[n]
		s := elfimage.Symbol{Name: x.name, Off: uint64(x.off)}
		switch {
		case x.code != nil:
			s.Section, s.Size, s.Func = elfimage.Text, uint64(len(x.code.Bytes)), true
			l.fillCode(x)
		case x.data != nil:
			s.Section, s.Size = elfimage.Rodata, uint64(len(x.data.Bytes))
			im.Rodata = append(im.Rodata, make([]byte, x.off-len(im.Rodata))...)
			im.Rodata = append(im.Rodata, x.data.Bytes...)
		default:
			s.Section, s.Func = elfimage.Undef, true
		}
		im.Symbols = append(im.Symbols, s)
	}
}

// fillCode writes one function's code.
func (l *linker) fillCode(x *linked) {
	im := l.image
	for len(im.Text) < x.off {
		im.Text = append(im.Text, trapByte)
	}
	im.Text = append(im.Text, x.code.Bytes...)
	for _, f := range x.code.Fixups {
		f.Off += x.off
		im.Fixups = append(im.Fixups, elfimage.Fixup{Section: elfimage.Text, Fixup: f})
	}
	for _, line := range x.code.Lines {
		line.Off += int32(x.off)
		im.Lines = append(im.Lines, line)
	}
	for _, f := range x.code.Frames {
		f.Off += int32(x.off)
		im.Frames = append(im.Frames, f)
	}
}

// export gives the funcs that others reach the names by which they do.
func (l *linker) export(list []ir.Export) {
	as := make(map[string]string, len(list))
	for _, e := range list {
		as[e.Func] = e.Symbol
	}
	for i := range l.image.Symbols {
		s := &l.image.Symbols[i]
		s.As = as[s.Name]
		s.Export = s.As != ""
	}
}

// generateAll has the code of every function made at once, and gives what hands it out by number.
// The functions are empty then: their memory is that of the next ones' code.
func generateAll(m *ir.Module, compile func(*ir.Func, mach.Dump) (*asm.Code, error)) func(n int) (*asm.Code, error) {
	type result struct {
		code *asm.Code
		err  error
	}
	results := make([]result, len(m.Funcs))
	parallel.Each(len(m.Funcs), func(n int) {
		results[n].code, results[n].err = compile(m.Funcs[n], nil)
		m.Funcs[n].Empty()
	})
	return func(n int) (*asm.Code, error) { return results[n].code, results[n].err }
}
