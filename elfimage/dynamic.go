// The dynamic tables: what the loader needs to bind a file to others. They are
// there only when something is imported, exported or relocated.
//
//	.gnu.hash  finds an exported symbol: bloom filter, buckets, chains
//	.dynsym    null, imports by name, exports by hash bucket
//	.relr.dyn  if asked for: RELATIVE, as addresses and bitmaps
//	.rela.dyn  RELATIVE first, then one GLOB_DAT per import
//	.dynamic   the list of all these
//
// They lie in the read-only segment: our loader writes nothing into them, and
// debuggers find the list of libraries through the loader's own DT_DEBUG.

package elfimage

import (
	"cmp"
	"debug/elf"
	"encoding/binary"
	"math/bits"
	"slices"

	"slul/asm"
)

type dynamic struct {
	imports []*Symbol // .dynsym 1…, one GOT slot each
	slots   map[*Symbol]int
	exports []*Symbol // behind them, by hash bucket
	strs    strtab

	hash, symtab, strtab, relr, rela, section, got *part

	relatives int      // Abs64 fixups that become RELATIVE relocations in .rela.dyn
	packed    []uint64 // offsets in .data.rel.ro of those that go into .relr.dyn, ascending
	buckets   int
}

// strtab is a string table; it begins with the empty string.
type strtab struct {
	data []byte
	offs map[string]uint32
}

func (t *strtab) add(s string) uint32 {
	if t.offs == nil {
		t.data, t.offs = []byte{0}, map[string]uint32{"": 0}
	}
	off, ok := t.offs[s]
	if !ok {
		off = uint32(len(t.data))
		t.offs[s] = off
		t.data = append(append(t.data, s...), 0)
	}
	return off
}

// addDynamic makes the parts at their final size; fillDynamic writes into them
// when addresses are known.
func (b *builder) addDynamic() {
	d, im := &b.dyn, b.im
	for i := range im.Symbols {
		switch s := &im.Symbols[i]; {
		case s.Section == Undef:
			d.imports = append(d.imports, s)
		case s.Export:
			d.exports = append(d.exports, s)
		}
	}
	for _, f := range b.sortedFixups() {
		switch {
		case f.Kind == asm.Abs64 && b.isPacked(f):
			d.packed = append(d.packed, uint64(f.Off))
		case f.Kind == asm.Abs64:
			d.relatives++
		}
	}
	d.packed = slices.Compact(d.packed) // a bit set twice would be added twice
	if len(d.imports)+len(d.exports)+d.relatives+len(d.packed)+len(im.Needed) == 0 && im.Soname == "" && im.Runpath == "" {
		return
	}
	d.sortSymbols()
	d.strs.add("")
	for _, s := range d.symbols() {
		d.strs.add(s.dynName())
	}
	entries := len(b.dynEntries()) // adds its names to strs
	alloc := func(p part) *part {
		p.flags, p.group = SHF_ALLOC, readOnly
		return b.add(&p)
	}
	d.hash = alloc(part{name: ".gnu.hash", typ: SHT_GNU_HASH, align: 8, data: d.gnuHash()})
	d.symtab = alloc(part{name: ".dynsym", typ: SHT_DYNSYM, align: 8, entSize: symSize, info: 1, data: make([]byte, symSize*(1+len(d.symbols())))})
	if len(d.packed) > 0 {
		d.relr = alloc(part{name: ".relr.dyn", typ: SHT_RELR, align: 8, entSize: relrSize, data: make([]byte, relrSize*len(relrTable(0, d.packed)))})
	}
	if n := d.relatives + len(d.imports); n > 0 {
		d.rela = alloc(part{name: ".rela.dyn", typ: SHT_RELA, align: 8, entSize: relaSize, data: make([]byte, relaSize*n), link: d.symtab})
	}
	d.section = &part{name: ".dynamic", typ: SHT_DYNAMIC, align: 8, entSize: dynSize, data: make([]byte, dynSize*entries), flags: SHF_ALLOC}
	if !im.forDebugger() {
		b.add(d.section)
	}
	d.strtab = alloc(part{name: ".dynstr", typ: SHT_STRTAB, align: 1, data: d.strs.data})
	d.hash.link, d.symtab.link, d.section.link = d.symtab, d.strtab, d.strtab
}

// dynName is the name in .dynsym.
func (s *Symbol) dynName() string { return cmp.Or(s.As, s.Name) }

func (d *dynamic) symbols() []*Symbol { return slices.Concat(d.imports, d.exports) }

// sortSymbols: imports by name; exports by bucket, as DT_GNU_HASH wants them,
// and by name within one.
func (d *dynamic) sortSymbols() {
	byName := func(a, b *Symbol) int { return cmp.Compare(a.dynName(), b.dynName()) }
	slices.SortFunc(d.imports, byName)
	d.slots = make(map[*Symbol]int, len(d.imports))
	for n, s := range d.imports {
		d.slots[s] = n
	}
	d.buckets = max(1, len(d.exports)/2)
	slices.SortFunc(d.exports, func(x, y *Symbol) int {
		return cmp.Or(cmp.Compare(d.bucket(x), d.bucket(y)), byName(x, y))
	})
}

func (d *dynamic) bucket(s *Symbol) uint32 { return gnuHash(s.dynName()) % uint32(d.buckets) }

// gnuHash is the hash function of DT_GNU_HASH: Bernstein's, times 33, from 5381.
func gnuHash(name string) uint32 {
	h := uint32(5381)
	for i := range len(name) {
		h = h*33 + uint32(name[i])
	}
	return h
}

// bloomShift makes the filter's second hash out of the first; any number below
// 32 is valid, 26 takes the bits that bucket and word index use least.
const bloomShift = 26

// gnuHash lays out the table:
//
//	u32 buckets, first hashed symbol, bloom words, bloom shift
//	u64 bloom…    two bits for each symbol
//	u32 bucket…   index of its first symbol, or 0
//	u32 chain…    per hashed symbol its hash; bit 0 set on the last of a bucket
func (d *dynamic) gnuHash() []byte {
	le := binary.LittleEndian
	first := 1 + len(d.imports)
	words := bloomWords(len(d.exports))
	bloom := make([]uint64, words)
	bucket := make([]uint32, d.buckets)
	chain := make([]uint32, len(d.exports))
	for i, s := range d.exports {
		h := gnuHash(s.dynName())
		bloom[h/64%uint32(words)] |= 1<<(h%64) | 1<<((h>>bloomShift)%64)
		n := d.bucket(s)
		if bucket[n] == 0 {
			bucket[n] = uint32(first + i)
		}
		chain[i] = h &^ 1
		if i+1 == len(d.exports) || d.bucket(d.exports[i+1]) != n {
			chain[i] |= 1
		}
	}
	t := le.AppendUint32(nil, uint32(d.buckets))
	t = le.AppendUint32(t, uint32(first))
	t = le.AppendUint32(t, uint32(words))
	t = le.AppendUint32(t, bloomShift)
	for _, w := range bloom {
		t = le.AppendUint64(t, w)
	}
	for _, w := range slices.Concat(bucket, chain) {
		t = le.AppendUint32(t, w)
	}
	return t
}

// bloomWords gives each symbol at least 8 bits of filter, so that some 5 % of
// the lookups of absent names pass it. The number is a power of two.
func bloomWords(symbols int) int {
	n := (symbols*8 + 63) / 64
	if n <= 1 {
		return 1
	}
	return 1 << bits.Len(uint(n-1))
}

// Tags of the gABI that debug/elf does not have.
const (
	dt_RELRSZ  = elf.DynTag(35)
	dt_RELR    = elf.DynTag(36)
	dt_RELRENT = elf.DynTag(37)
)

// isPacked: .data.rel.ro lies at a multiple of 16, so its offsets tell.
func (b *builder) isPacked(f Fixup) bool {
	return b.im.Relr && f.Section == Relro && f.Off >= 0 && f.Off%relrSize == 0
}

// relrTable is the contents of DT_RELR for ascending offsets from base. A word with
// bit 0 clear is the address of a field. One with bit 0 set is a bitmap: bit n says
// whether the n-th word is a field, counted from the word before the first that no
// entry has covered; the next bitmap goes on 63 words later.
func relrTable(base uint64, offs []uint64) []uint64 {
	const span = 63 * relrSize
	var table []uint64
	for len(offs) > 0 {
		next := offs[0] + relrSize // the first word that is not covered
		table = append(table, base+offs[0])
		for offs = offs[1:]; len(offs) > 0 && offs[0]-next < span; next += span {
			bitmap := uint64(1)
			for ; len(offs) > 0 && offs[0]-next < span; offs = offs[1:] {
				bitmap |= 2 << ((offs[0] - next) / relrSize)
			}
			table = append(table, bitmap)
		}
	}
	return table
}

// dynEntries lists the dynamic section; before place the addresses are 0.
func (b *builder) dynEntries() []elf.Dyn64 {
	d := &b.dyn
	var list []elf.Dyn64
	entry := func(tag elf.DynTag, v uint64) { list = append(list, elf.Dyn64{Tag: int64(tag), Val: v}) }
	addr := func(p *part) uint64 {
		if p == nil {
			return 0
		}
		return p.addr
	}
	for _, n := range b.im.Needed {
		entry(elf.DT_NEEDED, uint64(d.strs.add(n)))
	}
	if b.im.Soname != "" {
		entry(elf.DT_SONAME, uint64(d.strs.add(b.im.Soname)))
	}
	if b.im.Runpath != "" {
		entry(elf.DT_RUNPATH, uint64(d.strs.add(b.im.Runpath)))
	}
	entry(elf.DT_GNU_HASH, addr(d.hash))
	entry(elf.DT_STRTAB, addr(d.strtab))
	entry(elf.DT_SYMTAB, addr(d.symtab))
	entry(elf.DT_STRSZ, uint64(len(d.strs.data)))
	entry(elf.DT_SYMENT, symSize)
	if len(d.packed) > 0 {
		entry(dt_RELR, addr(d.relr))
		entry(dt_RELRSZ, uint64(relrSize*len(relrTable(0, d.packed))))
		entry(dt_RELRENT, relrSize)
	}
	if n := d.relatives + len(d.imports); n > 0 {
		entry(elf.DT_RELA, addr(d.rela))
		entry(elf.DT_RELASZ, uint64(relaSize*n))
		entry(elf.DT_RELAENT, relaSize)
	}
	if d.relatives > 0 {
		entry(elf.DT_RELACOUNT, uint64(d.relatives))
	}
	flags1 := elf.DF_1_NOW
	if b.im.Entry != "" {
		flags1 |= elf.DF_1_PIE
	}
	entry(elf.DT_FLAGS, uint64(elf.DF_BIND_NOW))
	entry(elf.DT_FLAGS_1, uint64(flags1))
	if b.im.forDebugger() {
		entry(elf.DT_DEBUG, 0)
	}
	entry(elf.DT_NULL, 0)
	return list
}

// forDebugger tells whether the loader is to write into the dynamic section, where debuggers look for its
// list of libraries. Behind a stub it is the loader's own section where they look.
func (im *Image) forDebugger() bool { return im.Interp != "" }

// fillDynamic writes what needed addresses; it needs place.
func (b *builder) fillDynamic() {
	d := &b.dyn
	if d.section == nil {
		return
	}
	for i, e := range b.dynEntries() {
		put(d.section.data, uint64(i*dynSize), &e)
	}
	for i, s := range d.symbols() {
		e := b.symEntry(s, d.strs.add(s.dynName()))
		putSym(d.symtab.data[(i+1)*symSize:], &e)
	}
	if d.relr != nil {
		for i, w := range relrTable(b.relro.addr, d.packed) {
			binary.LittleEndian.PutUint64(d.relr.data[i*relrSize:], w)
		}
	}
	for i := range d.imports {
		put(d.rela.data, uint64((d.relatives+i)*relaSize), &elf.Rela64{
			Off: d.got.addr + 8*uint64(i), Info: elf.R_INFO(uint32(i+1), b.mach.globDat)})
	}
}

// symEntry is a symbol table entry whose name is in the string table at that offset.
func (b *builder) symEntry(s *Symbol, name uint32) elf.Sym64 {
	bind, typ := elf.STB_LOCAL, elf.STT_OBJECT
	if s.Export || s.Section == Undef {
		bind = elf.STB_GLOBAL
	}
	if s.Weak {
		bind = elf.STB_WEAK
	}
	if s.Func {
		typ = elf.STT_FUNC
	}
	e := elf.Sym64{Name: name, Info: elf.ST_INFO(bind, typ), Size: s.Size}
	if p := b.sectionPart(s.Section); p != nil {
		e.Value = b.address(s)
		e.Shndx = b.sectionIndex(p)
	} else if s.Section != Undef {
		e.Shndx = uint16(elf.SHN_ABS)
	}
	return e
}

// putSym writes a symbol table entry.
func putSym(to []byte, e *elf.Sym64) {
	le := binary.LittleEndian
	le.PutUint32(to, e.Name)
	to[4], to[5] = e.Info, e.Other
	le.PutUint16(to[6:], e.Shndx)
	le.PutUint64(to[8:], e.Value)
	le.PutUint64(to[16:], e.Size)
}

// sectionIndex is the part's index in the section header table. It must not be
// SHN_UNDEF even in a file without sections: that would say "an import".
func (b *builder) sectionIndex(p *part) uint16 {
	for i, q := range b.parts {
		if q == p {
			return uint16(i + 1)
		}
	}
	panic("bug: elfimage.sectionIndex: " + p.name)
}
