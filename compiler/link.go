package compiler

import (
	"bytes"
	"fmt"

	"slul/asm"
	"slul/compiler/gen/mach"
	"slul/compiler/ir"
	"slul/compiler/parallel"
	"slul/elfimage"
)

// linker gathers what the program needs: it starts at the first instruction and
// follows the names that generated code leaves open, so the order is that of first
// use, and what nobody refers to is never even generated.
type linker struct {
	funcs    map[string]*ir.Func
	data     map[string]*ir.Data
	generate func(*ir.Func) (*asm.Code, error)
	routines map[string]func() (*asm.Code, error) // of the target

	done  map[string]bool // names that have their place, or stand in queue
	queue []string
	image *elfimage.Image
	stack *stackUse
}

// link fills text, constants, symbols, fixups and lines of the image. Functions follow
// each other without a gap: x86-64 runs them from any address, and small is what this
// project is about. stack is how many bytes of the stack must be kept free (stack.go).
func link(m *ir.Module, image *elfimage.Image, generate func(*ir.Func) (*asm.Code, error), routines map[string]func() (*asm.Code, error)) (stack int64, err error) {
	l := &linker{
		funcs:    make(map[string]*ir.Func, len(m.Funcs)),
		data:     make(map[string]*ir.Data, len(m.Data)),
		generate: generate,
		routines: routines,
		done:     map[string]bool{},
		image:    image,
		stack:    newStackUse(),
	}
	for _, f := range m.Funcs {
		l.funcs[f.Name] = f
	}
	for _, d := range m.Data {
		l.data[d.Name] = d
	}
	image.TextAlign, image.RodataAlign = 1, 1
	for _, name := range roots(m) {
		l.want(name)
	}
	for len(l.queue) > 0 {
		name := l.queue[0]
		l.queue = l.queue[1:]
		if err := l.place(name); err != nil {
			return 0, err
		}
	}
	l.export(m.Exports)
	stack = l.stack.need()
	setStackSpare(image, l.spare(stack))
	return stack, nil
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

// generateAll has the code of every function made at once, and gives what hands it out. The
// functions are empty then: their memory is that of the next ones' code.
func generateAll(m *ir.Module, compile func(*ir.Func, mach.Dump) (*asm.Code, error)) func(*ir.Func) (*asm.Code, error) {
	type result struct {
		code *asm.Code
		err  error
	}
	results := make([]result, len(m.Funcs))
	number := make(map[*ir.Func]int, len(m.Funcs))
	for n, f := range m.Funcs {
		number[f] = n
	}
	parallel.Each(len(m.Funcs), func(n int) {
		results[n].code, results[n].err = compile(m.Funcs[n], nil)
		m.Funcs[n].Empty()
	})
	return func(f *ir.Func) (*asm.Code, error) {
		r := results[number[f]]
		return r.code, r.err
	}
}

// want puts a name in the queue, once.
func (l *linker) want(name string) {
	if !l.done[name] {
		l.done[name] = true
		l.queue = append(l.queue, name)
	}
}

// place gives a func or constant its bytes and its symbol; what is of another module
// becomes an import.
func (l *linker) place(name string) error {
	if ir.IsForeign(name) {
		l.image.Symbols = append(l.image.Symbols, elfimage.Symbol{Name: name, Section: elfimage.Undef, Func: true})
		return nil
	}
	if f := l.funcs[name]; f != nil {
		code, err := l.generate(f)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		l.stack.add(f, code)
		l.text(name, code)
		return nil
	}
	if d := l.data[name]; d != nil {
		l.rodata(d)
		return nil
	}
	if routine := l.routines[name]; routine != nil {
		code, err := routine()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		l.stack.addCode(name, code)
		l.text(name, code)
		return nil
	}
	panic("bug: link: nothing is called " + name)
}

// trapByte fills what lies between functions and is never run: int3 of x86-64.
const trapByte = 0xcc

// text appends one function's code.
func (l *linker) text(name string, code *asm.Code) {
	im := l.image
	if code.Align > 1 {
		im.TextAlign = max(im.TextAlign, uint64(code.Align))
		im.Text = append(im.Text, bytes.Repeat([]byte{trapByte}, -len(im.Text)&(code.Align-1))...)
	}
	at := len(im.Text)
	im.Text = append(im.Text, code.Bytes...)
	im.Symbols = append(im.Symbols, elfimage.Symbol{
		Name: name, Section: elfimage.Text, Off: uint64(at), Size: uint64(len(code.Bytes)), Func: true,
	})
	for _, f := range code.Fixups {
		l.want(f.Sym)
		f.Off += at
		im.Fixups = append(im.Fixups, elfimage.Fixup{Section: elfimage.Text, Fixup: f})
	}
	for _, line := range code.Lines {
		line.Off += at
		im.Lines = append(im.Lines, line)
	}
	for _, f := range code.Frames {
		f.Off += at
		im.Frames = append(im.Frames, f)
	}
}

// rodata appends one constant.
func (l *linker) rodata(d *ir.Data) {
	im := l.image
	im.RodataAlign = max(im.RodataAlign, uint64(d.Align))
	for len(im.Rodata)%d.Align != 0 {
		im.Rodata = append(im.Rodata, 0)
	}
	im.Symbols = append(im.Symbols, elfimage.Symbol{
		Name: d.Name, Section: elfimage.Rodata, Off: uint64(len(im.Rodata)), Size: uint64(len(d.Bytes)),
	})
	im.Rodata = append(im.Rodata, d.Bytes...)
}
