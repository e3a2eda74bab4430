// Fixups: fields in code and data that wait for an address. It needs serialise and
// leaves bytes that wait for nothing, or a RELATIVE relocation in .rela.dyn; the
// ones of .relr.dyn are fillDynamic's.

package elfimage

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"slul/asm"
)

var fieldSize = [...]int{asm.PC32: 4, asm.Abs64: 8}

// applyFixups reports every bad fixup, not only the first.
func (b *builder) applyFixups() error {
	var errs []error
	relative := 0
	for _, f := range b.sortedFixups() {
		p := b.sectionPart(f.Section)
		if p == nil || p.typ == SHT_NOBITS {
			errs = append(errs, fmt.Errorf("fixup for %s in %v: there are no bytes", f.Sym, f.Section))
			continue
		}
		if err := b.applyFixup(p, 0, len(p.data), f.Fixup); err != nil {
			errs = append(errs, err)
			continue
		}
		if f.Kind == asm.Abs64 && !b.isPacked(f) {
			// The field holds S + A too: whoever looks at the file sees it.
			put(b.dyn.rela.data, uint64(relative*relaSize), &elf.Rela64{
				Off: p.addr + uint64(f.Off), Info: elf.R_INFO(0, b.mach.relative),
				Addend: int64(binary.LittleEndian.Uint64(p.data[f.Off:]))})
			relative++
		}
	}
	for i, n := range b.notes {
		for _, f := range n.fixups {
			if err := b.applyFixup(n.part, n.off, len(b.im.Notes[i].Desc), f); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// sortedFixups gives RELATIVE relocations in the order of their addresses,
// whatever order the caller gave.
func (b *builder) sortedFixups() []Fixup {
	return sorted(b.im.Fixups, func(x, y Fixup) int {
		if x.Section != y.Section {
			return int(x.Section) - int(y.Section)
		}
		return x.Off - y.Off
	})
}

// sorted gives a list in order: itself, if it is.
func sorted[T any](list []T, compare func(x, y T) int) []T {
	if !slices.IsSortedFunc(list, compare) {
		list = slices.Clone(list)
		slices.SortStableFunc(list, compare)
	}
	return list
}

// applyFixup writes one field that lies in the size bytes from start in p.
func (b *builder) applyFixup(p *part, start, size int, f asm.Fixup) error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%s+%#x: fixup for %s: %s", p.name, f.Off, f.Sym, fmt.Sprintf(format, args...))
	}
	if int(f.Kind) >= len(fieldSize) {
		return fail("unknown kind %d", f.Kind)
	}
	n := fieldSize[f.Kind]
	if f.Off < 0 || f.Off > size-n {
		return fail("%d bytes at %d do not lie in %d", n, f.Off, size)
	}
	sym := b.syms[f.Sym]
	if sym == nil {
		return fail("undefined symbol")
	}
	if f.Kind == asm.Abs64 {
		return b.applyAbs64(p, f, sym, fail)
	}
	S := b.address(sym)
	if sym.Section == Undef {
		if p != b.text {
			return fail("an import, and only code can reach those")
		}
		S = b.dyn.got.addr + 8*uint64(b.dyn.slots[sym])
	}
	P := p.addr + uint64(start+f.Off)
	v := int64(S) + f.Add - int64(P)
	if v < math.MinInt32 || v > math.MaxInt32 || f.Add < math.MinInt32 || f.Add > math.MaxInt32 {
		return fail("%d does not fit 32 bits", v)
	}
	binary.LittleEndian.PutUint32(p.data[start+f.Off:], uint32(v))
	return nil
}

// applyAbs64 writes the address before relocation; only .data.rel.ro is writable
// while the loader relocates.
func (b *builder) applyAbs64(p *part, f asm.Fixup, sym *Symbol, fail func(string, ...any) error) error {
	if p != b.relro {
		return fail("an absolute address needs .data.rel.ro: code and constants are never relocated")
	}
	if sym.Section == Undef {
		return fail("an import: take its address through the GOT")
	}
	binary.LittleEndian.PutUint64(p.data[f.Off:], b.address(sym)+uint64(f.Add))
	return nil
}
