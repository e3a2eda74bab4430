package rtld_test

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
)

// Damage by chance: numbers in headers and tables become others, records change places, files end early.
// Code is left as it is, since damaged code may do anything.

// field is a number in a file: n bytes at off.
type field struct {
	off, n int
	kind   string // which table it is of
}

// record is an entry of a table.
type record struct {
	off, n int
	kind   string
}

// anatomy is where the numbers of a good file are.
type anatomy struct {
	file    []byte
	fields  []field
	records []record
}

// tags that hold the address of a table, and the fields of its entries.
var tableTags = []struct {
	tag    elf.DynTag
	size   elf.DynTag // 0: it ends where the next one begins
	kind   string
	fields []int
}{
	{elf.DT_HASH, 0, "hash", []int{4}},
	{elf.DT_GNU_HASH, 0, "gnu hash", []int{4}},
	{elf.DT_SYMTAB, 0, "symbol", []int{4, 1, 1, 2, 8, 8}},
	{elf.DT_STRTAB, elf.DT_STRSZ, "string", []int{1}},
	{elf.DT_RELA, elf.DT_RELASZ, "rela", []int{8, 4, 4, 8}},
	{elf.DT_JMPREL, elf.DT_PLTRELSZ, "plt", []int{8, 4, 4, 8}},
	{dtRelr, dtRelrSz, "relr", []int{8}},
	{elf.DT_VERSYM, 0, "versym", []int{2}},
	{elf.DT_VERDEF, 0, "verdef", []int{2, 2, 2, 2, 4, 4, 4, 4, 4}},
	{elf.DT_VERNEED, 0, "verneed", []int{2, 2, 4, 4, 4}},
	{elf.DT_INIT_ARRAY, elf.DT_INIT_ARRAYSZ, "array", []int{8}},
	{elf.DT_FINI_ARRAY, elf.DT_FINI_ARRAYSZ, "array", []int{8}},
	{elf.DT_PREINIT_ARRAY, elf.DT_PREINIT_ARRAYSZ, "array", []int{8}},
}

// most bounds the entries of one table that are taken, so that large files are not damaged in one table alone.
const most = 400

func dissect(file []byte) *anatomy {
	a := &anatomy{file: file}
	le := binary.LittleEndian
	table := func(kind string, off, size int, fields []int) {
		if len(fields) == 0 {
			return
		}
		unit := 0
		for _, n := range fields {
			unit += n
		}
		for k := 0; k < most && (k+1)*unit <= size && off+(k+1)*unit <= len(file); k++ {
			at := off + k*unit
			a.records = append(a.records, record{at, unit, kind})
			for _, n := range fields {
				a.fields = append(a.fields, field{at, n, kind})
				at += n
			}
		}
	}
	table("header", 0, 64, []int{4, 1, 1, 1, 1, 8, 2, 2, 4, 8, 8, 8, 4, 2, 2, 2, 2, 2, 2})
	phoff, phnum := int(le.Uint64(file[32:])), int(le.Uint16(file[56:]))
	table("program header", phoff, phnum*56, []int{4, 4, 8, 8, 8, 8, 8, 8})
	var loads []elf.Prog64
	var dynamic elf.Prog64
	for i := range phnum {
		var p elf.Prog64
		binary.Decode(file[phoff+56*i:], le, &p)
		switch elf.ProgType(p.Type) {
		case elf.PT_LOAD:
			loads = append(loads, p)
		case elf.PT_DYNAMIC:
			dynamic = p
		case elf.PT_NOTE, 0x60534C55:
			table("note", int(p.Off), int(p.Filesz), []int{4})
		}
	}
	dyn := map[elf.DynTag]uint64{}
	for off := int(dynamic.Off); off+16 <= int(dynamic.Off+dynamic.Filesz); off += 16 {
		table("dynamic", off, 16, []int{8, 8})
		tag := elf.DynTag(le.Uint64(file[off:]))
		if tag == elf.DT_NULL {
			break
		}
		dyn[tag] = le.Uint64(file[off+8:])
	}
	type start struct {
		i, off, end int
	}
	var starts []start
	for i, t := range tableTags {
		for _, p := range loads {
			if at, ok := dyn[t.tag]; ok && at >= p.Vaddr && at < p.Vaddr+p.Filesz {
				end := int(p.Off + p.Filesz)
				if p.Flags&1 != 0 { // tables in front of code: the last one is the string table or has a size
					end = 0
				}
				starts = append(starts, start{i, int(at - p.Vaddr + p.Off), end})
			}
		}
	}
	sort.Slice(starts, func(i, k int) bool { return starts[i].off < starts[k].off })
	for i, s := range starts {
		t := tableTags[s.i]
		size := s.end - s.off
		if t.size != 0 {
			size = int(dyn[t.size])
		} else if i+1 < len(starts) {
			size = starts[i+1].off - s.off
		}
		table(t.kind, s.off, size, t.fields)
	}
	return a
}

// get and put read and write a field.
func (f field) get(b []byte) (v uint64) {
	for i := range f.n {
		v |= uint64(b[f.off+i]) << (8 * i)
	}
	return v
}

func (f field) put(b []byte, v uint64) {
	for i := range f.n {
		b[f.off+i] = byte(v >> (8 * i))
	}
}

// kinds are the tables that a has, so that small ones are met as often as large ones.
func (a *anatomy) kinds() map[string][]field {
	m := map[string][]field{}
	for _, f := range a.fields {
		m[f.kind] = append(m[f.kind], f)
	}
	return m
}

// mutator damages one file in many ways.
type mutator struct {
	*anatomy
	byKind  map[string][]field
	names   []string
	records map[string][]record
}

func newMutator(file []byte) *mutator {
	a := dissect(file)
	m := &mutator{anatomy: a, byKind: a.kinds(), records: map[string][]record{}}
	for name := range m.byKind {
		m.names = append(m.names, name)
	}
	slices.Sort(m.names)
	for _, r := range a.records {
		m.records[r.kind] = append(m.records[r.kind], r)
	}
	return m
}

func (m *mutator) kind(r *rand.Rand) string { return m.names[r.IntN(len(m.names))] }

func (m *mutator) pick(r *rand.Rand) field {
	list := m.byKind[m.kind(r)]
	return list[r.IntN(len(list))]
}

// edges are values at which arithmetic goes wrong.
var edges = []uint64{0, 1, 2, 3, 7, 8, 24, 0xff, 0xfff, 0x1000, 0x1001, 0xffff, 0x10000, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1 << 40, 1 << 47, 1 << 56,
	1 << 62, 1<<63 - 1, 1 << 63, ^uint64(0), ^uint64(7), ^uint64(0xfff)}

// steps are added to values.
var steps = []uint64{1, 2, 4, 8, 16, 24, 56, 0x800, 0x1000}

// damage gives a damaged copy of the file, and what was done.
func (m *mutator) damage(r *rand.Rand) (b []byte, what string) {
	b = slices.Clone(m.file)
	for n := 1 + max(0, r.IntN(8)-5); n > 0; n-- { // mostly one thing
		what += m.once(r, &b) + "; "
	}
	return b, what
}

func (m *mutator) once(r *rand.Rand, b *[]byte) string {
	switch k := r.IntN(100); {
	case k < 80:
		f := m.pick(r)
		if f.off+f.n > len(*b) {
			return "nothing"
		}
		old := f.get(*b)
		v := old
		switch r.IntN(6) {
		case 0, 1:
			v = edges[r.IntN(len(edges))]
		case 2:
			v += steps[r.IntN(len(steps))]
		case 3:
			v -= steps[r.IntN(len(steps))]
		case 4:
			v ^= 1 << r.IntN(8*f.n)
		case 5: // a number of another place, or the size of the file
			if o := m.pick(r); o.off+o.n <= len(*b) && r.IntN(8) > 0 {
				v = o.get(*b)
			} else {
				v = uint64(len(*b)) + uint64(r.IntN(3)) - 1
			}
		}
		f.put(*b, v)
		return fmt.Sprintf("%s at %#x: %#x becomes %#x", f.kind, f.off, old, f.get(*b))
	case k < 88: // two records of one table change places, or one is written over the other
		list := m.records[m.kind(r)]
		x, y := list[r.IntN(len(list))], list[r.IntN(len(list))]
		if max(x.off+x.n, y.off+y.n) > len(*b) {
			return "nothing"
		}
		xb, yb := slices.Clone((*b)[x.off:x.off+x.n]), slices.Clone((*b)[y.off:y.off+y.n])
		copy((*b)[x.off:], yb)
		if r.IntN(2) == 0 {
			copy((*b)[y.off:], xb)
		}
		return fmt.Sprintf("%s at %#x and %#x", x.kind, x.off, y.off)
	case k < 94: // some entries of a table are all 0 or all 0xff
		list := m.records[m.kind(r)]
		from := r.IntN(len(list))
		to := min(len(list), from+1+r.IntN(4))
		fill := byte(r.IntN(2)) * 0xff
		for _, x := range list[from:to] {
			for i := x.off; i < min(x.off+x.n, len(*b)); i++ {
				(*b)[i] = fill
			}
		}
		return fmt.Sprintf("%s: %d entries from %#x on are %#x", list[from].kind, to-from, list[from].off, fill)
	case k < 97: // the file ends early
		n := r.IntN(len(*b) + 1)
		if r.IntN(2) == 0 {
			n = min(len(*b), m.pick(r).off)
		}
		*b = (*b)[:n]
		return fmt.Sprintf("cut to %#x", n)
	default: // it has more behind it
		*b = append(*b, make([]byte, r.IntN(8192))...)
		return fmt.Sprintf("grown to %#x", len(*b))
	}
}
