package shrink

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"slices"
)

// The dynamic tables: what the loader offers to the files that it loads, which bind
// to it like to any library, and what debuggers look for. A file without exports has
// none of them.

// dynamic are the exports in the order of the symbol table.
type dynamic struct {
	soname, version string
	exports         []Export
	pieces          []*piece
	strs            []byte
	offs            map[string]uint32
}

// newDynamic takes the exports, sorted by hash bucket.
func newDynamic(w *walk) *dynamic {
	d := &dynamic{soname: w.opt.Soname, version: w.opt.Version, strs: []byte{0}, offs: map[string]uint32{"": 0}}
	d.exports = slices.Clone(w.opt.Exports)
	slices.SortStableFunc(d.exports, func(a, b Export) int { return int(d.bucket(a)) - int(d.bucket(b)) })
	for _, e := range d.exports {
		d.pieces = append(d.pieces, w.at[w.byName[e.Symbol]])
		d.str(e.Name)
	}
	d.str(d.soname)
	d.str(d.version)
	return d
}

// str returns the offset of s in .dynstr.
func (d *dynamic) str(s string) uint32 {
	off, ok := d.offs[s]
	if !ok {
		off = uint32(len(d.strs))
		d.offs[s] = off
		d.strs = append(append(d.strs, s...), 0)
	}
	return off
}

// buckets of .gnu.hash: a prime near the number of exports.
const buckets = 5

func (d *dynamic) bucket(e Export) uint32 { return gnuHash(e.Name) % buckets }

// gnuHash is the hash function of DT_GNU_HASH.
func gnuHash(name string) uint32 {
	h := uint32(5381)
	for i := range len(name) {
		h = h*33 + uint32(name[i])
	}
	return h
}

// sysvHash is the gABI's hash function, which versions are named by.
func sysvHash(name string) uint32 {
	h := uint32(0)
	for i := range len(name) {
		h = h<<4 + uint32(name[i])
		h ^= h >> 24 & 0xf0
	}
	return h & 0x0fffffff
}

// A table is one of the dynamic tables, with what its section header says.
type table struct {
	name    string
	typ     elf.SectionType
	link    string
	info    uint32
	entry   uint64
	tag     elf.DynTag
	align   uint64
	content func(d *dynamic, w *walk) any
}

var dynamicTables = []table{
	{".gnu.hash", elf.SHT_GNU_HASH, ".dynsym", 0, 0, elf.DT_GNU_HASH, 8, (*dynamic).hash},
	{".dynsym", elf.SHT_DYNSYM, ".dynstr", 1, 24, elf.DT_SYMTAB, 8, (*dynamic).symbols},
	{".gnu.version_d", elf.SHT_GNU_VERDEF, ".dynstr", 2, 0, elf.DT_VERDEF, 8, (*dynamic).verdef},
	{".gnu.version", elf.SHT_GNU_VERSYM, ".dynsym", 0, 2, elf.DT_VERSYM, 2, (*dynamic).versym},
	{".dynstr", elf.SHT_STRTAB, "", 0, 0, elf.DT_STRTAB, 1, func(d *dynamic, _ *walk) any { return d.strs }},
}

// hash is .gnu.hash: a filter of one word that lets everything through, as all is found
// within two steps anyhow.
func (d *dynamic) hash(*walk) any {
	var bucket [buckets]uint32
	chain := make([]uint32, len(d.exports))
	for i, e := range d.exports {
		n := d.bucket(e)
		if bucket[n] == 0 {
			bucket[n] = uint32(1 + i)
		}
		chain[i] = gnuHash(e.Name) &^ 1
		if i+1 == len(d.exports) || d.bucket(d.exports[i+1]) != n {
			chain[i] |= 1
		}
	}
	return slices.Concat([]uint32{buckets, 1, 1, 6, ^uint32(0), ^uint32(0)}, bucket[:], chain)
}

func (d *dynamic) symbols(w *walk) any {
	list := []elf.Sym64{{}}
	for i, e := range d.exports {
		p, typ := d.pieces[i], elf.STT_FUNC
		if p.code == nil {
			typ = elf.STT_OBJECT
		}
		list = append(list, elf.Sym64{
			Name: d.str(e.Name), Info: elf.ST_INFO(elf.STB_GLOBAL, typ), Shndx: w.sectionOf(p),
			Value: p.new, Size: uint64(p.size()),
		})
	}
	return list
}

// verdef is .gnu.version_d: version 1 is the file itself, version 2 that of all exports.
func (d *dynamic) verdef(*walk) any {
	type def struct {
		Version, Flags, Index, Count uint16
		Hash, Aux, Next              uint32
		Name, NameNext               uint32
	}
	return []def{
		{1, 1, 1, 1, sysvHash(d.soname), 20, 28, d.str(d.soname), 0},
		{1, 0, 2, 1, sysvHash(d.version), 20, 0, d.str(d.version), 0},
	}
}

func (d *dynamic) versym(*walk) any {
	list := []uint16{0}
	for range d.exports {
		list = append(list, 2)
	}
	return list
}

// encode is v in the file's byte order.
func encode(v any) []byte {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, v) // a bytes.Buffer never fails
	return b.Bytes()
}

// placed is a table with its bytes and its offset from the first.
type placed struct {
	*table
	off  uint64
	data []byte
}

// place puts the tables behind each other.
func (d *dynamic) place(w *walk) (list []placed, size uint64) {
	if len(d.exports) == 0 {
		return nil, 0
	}
	for i := range dynamicTables {
		t := &dynamicTables[i]
		size = (size + t.align - 1) &^ (t.align - 1)
		data := encode(t.content(d, w))
		list = append(list, placed{t, size, data})
		size += uint64(len(data))
	}
	return list, size
}

// tables is all tables but .dynamic as they are in the file.
func (d *dynamic) tables(w *walk) []byte {
	list, size := d.place(w)
	b := make([]byte, size)
	for _, t := range list {
		copy(b[t.off:], t.data)
	}
	return b
}

// dynEntries is how many entries the dynamic section has: soname, string and symbol sizes,
// number of versions, null, and one per table.
var dynEntries = 5 + len(dynamicTables)

// size returns how many bytes the dynamic section has.
func (d *dynamic) size() uint64 {
	if len(d.exports) == 0 {
		return 0
	}
	return uint64(dynEntries) * 16
}

// entries is the dynamic section that the loader itself reads.
func (d *dynamic) entries(w *walk) []byte {
	list, _ := d.place(w)
	if list == nil {
		return nil
	}
	dyn := []elf.Dyn64{
		{Tag: int64(elf.DT_SONAME), Val: uint64(d.str(d.soname))},
		{Tag: int64(elf.DT_STRSZ), Val: uint64(len(d.strs))},
		{Tag: int64(elf.DT_SYMENT), Val: 24},
		{Tag: int64(elf.DT_VERDEFNUM), Val: 2},
	}
	for _, t := range list {
		dyn = append(dyn, elf.Dyn64{Tag: int64(t.tag), Val: w.text.tables + t.off})
	}
	return encode(append(dyn, elf.Dyn64{}))
}

// isExport tells whether p is offered to others.
func (w *walk) isExport(p *piece) bool {
	for _, e := range w.opt.Exports {
		if w.byName[e.Symbol] == p.old {
			return true
		}
	}
	return false
}
