package shrink

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// A piece is something that is kept: a function or a constant.
type piece struct {
	name  string
	old   uint64 // address in the linked file
	data  []byte // its bytes there
	code  *code  // nil for a constant or variable
	zero  uint64 // variable: its size, all zero bytes
	from  *piece // who reached it first
	new   uint64 // address in the finished file
	frame int    // code: bytes of stack of its own; deep: with everything that it calls
	deep  int
}

// walk finds the pieces, in the order of first use.
type walk struct {
	*object
	opt    *Options
	pieces []*piece
	at     map[uint64]*piece // by old address, after replacement
	todo   []*piece
	text   layout
	taken  []*piece // functions whose address is taken: closures
	outer  []*piece // assembly whose address is taken: it is called from outside
}

func newWalk(o *object, opt *Options) *walk {
	return &walk{object: o, opt: opt, at: map[uint64]*piece{}}
}

// run reaches everything from the entry on, and from the exports.
func (w *walk) run() error {
	roots := []string{w.opt.Entry}
	for _, f := range slices.Sorted(maps.Keys(w.opt.At)) {
		roots = append(roots, w.opt.At[f])
	}
	for _, e := range w.opt.Exports {
		roots = append(roots, e.Symbol)
	}
	for _, name := range roots {
		addr, ok := w.byName[name]
		if !ok {
			return fmt.Errorf("the linked file has no symbol %s", name)
		}
		if _, _, err := w.reach(addr, nil); err != nil {
			return err
		}
	}
	for len(w.todo) > 0 {
		p := w.todo[0]
		w.todo = w.todo[1:]
		c, err := readCode(w, p)
		var audit *auditError
		switch {
		case errors.As(err, &audit):
			return err
		case err != nil:
			return w.blame(p, err.Error())
		}
		p.code = c
	}
	if err := shortenTexts(w); err != nil {
		return err
	}
	placeMessages(w)
	for _, p := range w.pieces {
		if p.code != nil {
			if err := p.code.finish(w, p); err != nil {
				return w.blame(p, err.Error())
			}
		}
	}
	return nil
}

// reach returns the piece that addr lies in, and how far in, and sees to it that it is
// kept. from is the piece that refers to it.
func (w *walk) reach(addr uint64, from *piece) (*piece, uint64, error) {
	s, named := w.symbolAt(addr)
	if !named {
		p, err := w.reachString(addr, from)
		return p, 0, err
	}
	off := addr - s.Value
	name := s.Name
	if to, ok := w.replacement(name); ok {
		if off != 0 {
			return nil, 0, w.blame(from, fmt.Sprintf("reaches the middle of %s", name))
		}
		if addr, ok = w.byName[to]; !ok {
			return nil, 0, fmt.Errorf("the linked file has no symbol %s, the stand-in for %s", to, name)
		}
		s, _ = w.symbolAt(addr)
	}
	if p := w.at[s.Value]; p != nil {
		return p, off, nil
	}
	if !w.isOurs(s.Name) {
		return nil, 0, w.blame(from, "reaches "+s.Name+hint(s.Name))
	}
	return w.keep(s, from, off)
}

// keep makes a piece of symbol s.
func (w *walk) keep(s elf.Symbol, from *piece, off uint64) (*piece, uint64, error) {
	p := &piece{name: s.Name, old: s.Value, from: from}
	sec, _ := w.sectionAt(s.Value)
	if sec.Type == elf.SHT_NOBITS {
		if s.Name != w.opt.Base && !contains(w.opt.Fixed, s.Name) {
			return nil, 0, w.blame(from, "reaches the variable "+s.Name+", which has no place")
		}
		p.zero = s.Size
		w.add(p)
		return p, off, nil
	}
	b, err := w.bytesAt(s.Value)
	if err != nil {
		return nil, 0, w.blame(from, "reaches "+s.Name+": "+err.Error())
	}
	p.data = b[:s.Size]
	switch {
	case sec.Flags&elf.SHF_EXECINSTR != 0:
		w.todo = append(w.todo, p)
	case sec.Name == ".data" || sec.Name == ".noptrdata":
		return nil, 0, w.blame(from, "reaches the variable "+s.Name+", which has a value from the start: all variables are zero")
	default:
		for a := s.Value; a < s.Value+s.Size; a++ {
			if w.pointers[a] {
				return nil, 0, w.blame(from, "reaches "+s.Name+", which holds an address: that would need a relocation")
			}
		}
	}
	w.add(p)
	return p, off, nil
}

func (w *walk) add(p *piece) {
	w.pieces = append(w.pieces, p)
	w.at[p.old] = p
}

// maxString bounds a string constant: one that is longer has lost its NUL.
const maxString = 2048

// reachString keeps the string constant at addr, which has no symbol and no size of
// its own: it ends with the NUL that every literal of the loader ends in.
func (w *walk) reachString(addr uint64, from *piece) (*piece, error) {
	if p := w.at[addr]; p != nil {
		return p, nil
	}
	if w.pointers[addr] {
		return nil, w.blame(from, "reaches a table without a name which holds an address (a large switch?): that would need a relocation")
	}
	sec, ok := w.sectionAt(addr)
	if !ok || sec.Name != ".rodata" {
		return nil, w.blame(from, fmt.Sprintf("reaches address %#x, which has no symbol", addr))
	}
	b := sec.data[addr-sec.Addr:]
	n := bytes.IndexByte(b, 0) + 1
	if n == 0 || n > maxString {
		return nil, w.blame(from, fmt.Sprintf("uses the string %q, which does not end in \\x00", b[:20]))
	}
	p := &piece{name: fmt.Sprintf("%q", b[:n]), old: addr, data: b[:n], from: from}
	w.add(p)
	return p, nil
}
