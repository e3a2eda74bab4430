package elftest

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"slices"

	"slul/asm"
)

// Object is a program or library in parts that a test may change before Bytes. Unlike File it has a table
// of every kind. See pair.go for what is in it.
type Object struct {
	Header  elf.Header64
	Progs   []elf.Prog64 // in the order of Seg…
	Note    []uint32
	Hash    []uint32 // nbucket, nchain, buckets, chain
	Gnu     []uint32 // buckets, first symbol, words of the filter, shift, filter, buckets, chain
	Sym     []elf.Sym64
	Versym  []uint16
	Verdef  []Verdef
	Verneed []Verneed // one, with all of Vernaux
	Vernaux []Vernaux
	Rela    []elf.Rela64
	Plt     []elf.Rela64
	Relr    []uint64
	Str     []byte
	Dyn     []Dyn
	Body    []byte // the whole file; the parts above are put over it
	Code    []byte // what is at CodeOff

	At    map[string]uint64 // addresses of tables, of words, of labels of the code
	Index map[string]int    // of symbols in Sym; "name@version" for those with versions

	tables uint64 // the end of what is laid out so far
	shapes []shape
}

// Verdef is Elf64_Verdef with its Elf64_Verdaux.
type Verdef struct {
	Version, Flags, Ndx, Cnt       uint16
	Hash, Aux, Next, Name, NameEnd uint32
}

// Verneed is Elf64_Verneed, Vernaux is Elf64_Vernaux.
type (
	Verneed struct {
		Version, Cnt    uint16
		File, Aux, Next uint32
	}
	Vernaux struct {
		Hash         uint32
		Flags, Other uint16
		Name, Next   uint32
	}
)

// Where the parts of an Object are. The first segment is read only, the second is code, the
// third has another address than offset, and behind its bytes there are others in the file.
const (
	NoteOff = 0x2c0
	tables0 = 0x300
	CodeOff = 0x1000
	RWOff   = 0x2000
	RWAt    = 0x3000
	WordsAt = 0x3400 // what is relocated
	PlainAt = 0x4000 // data that is not
	TLSAt   = 0x4100
	ZeroAt  = 0x4400 // .bss
	EndAt   = 0x5800
	size    = 0x3800
)

// Program headers of an Object, by index.
const (
	SegNote = iota // PT_SLUL in a program
	SegTables
	SegCode
	SegRW
	SegDynamic
	SegRelro
	SegTLS
	SegStack
	SegProperty
	segCount
)

// shape says where a part lies in the file.
type shape struct {
	off  uint64
	part func(o *Object) any
}

// Bytes puts the parts together. What does not fit into the file is left out.
func (o *Object) Bytes() []byte {
	b := bytes.Clone(o.Body)
	for _, s := range o.shapes {
		var part bytes.Buffer
		binary.Write(&part, binary.LittleEndian, s.part(o)) // a bytes.Buffer never fails
		if s.off < uint64(len(b)) {
			copy(b[s.off:], part.Bytes())
		}
	}
	return b
}

// Set changes the value of a dynamic tag, or appends the tag.
func (o *Object) Set(tag elf.DynTag, value uint64) {
	for i := range o.Dyn {
		if o.Dyn[i].Tag == uint64(tag) {
			o.Dyn[i].Value = value
			return
		}
	}
	o.Add(tag, value)
}

// Add puts a dynamic tag before the last, which is DT_NULL.
func (o *Object) Add(tag elf.DynTag, value uint64) {
	n := len(o.Dyn) - 1
	o.Dyn = append(o.Dyn[:n:n], Dyn{uint64(tag), value}, o.Dyn[n])
}

// Get returns the value of a dynamic tag, 0 when it is not there.
func (o *Object) Get(tag elf.DynTag) uint64 {
	for _, d := range o.Dyn {
		if d.Tag == uint64(tag) {
			return d.Value
		}
	}
	return 0
}

// Drop removes a dynamic tag.
func (o *Object) Drop(tag elf.DynTag) {
	o.Dyn = slices.DeleteFunc(o.Dyn, func(d Dyn) bool { return d.Tag == uint64(tag) })
}

// Reloc returns the relocation of the word with that label.
func (o *Object) Reloc(label string) *elf.Rela64 {
	for _, t := range [][]elf.Rela64{o.Rela, o.Plt} {
		for i := range t {
			if t[i].Off == o.At[label] {
				return &t[i]
			}
		}
	}
	panic("bug: elftest: no relocation of " + label)
}

// Symbol returns the entry of a symbol.
func (o *Object) Symbol(name string) *elf.Sym64 { return &o.Sym[o.Index[name]] }

// Offset returns where the address is in the file.
func (o *Object) Offset(at uint64) uint64 {
	if at >= RWAt {
		return at - RWAt + RWOff
	}
	return at
}

// Name appends a string to the string table and returns its offset. There is room behind the table.
func (o *Object) Name(s string) uint32 {
	at := uint32(len(o.Str))
	o.Str = append(append(o.Str, s...), 0)
	if o.Dyn != nil {
		o.Set(elf.DT_STRSZ, uint64(len(o.Str)))
	}
	return at
}

// put sets a word of the file.
func (o *Object) put(at, value uint64) {
	binary.LittleEndian.PutUint64(o.Body[o.Offset(at):], value)
}

// relocation types.
const (
	typ64        = uint32(elf.R_X86_64_64)
	typCopy      = uint32(elf.R_X86_64_COPY)
	typGot       = uint32(elf.R_X86_64_GLOB_DAT)
	typSlot      = uint32(elf.R_X86_64_JMP_SLOT)
	typRelative  = uint32(elf.R_X86_64_RELATIVE)
	typModule    = uint32(elf.R_X86_64_DTPMOD64)
	typInBlock   = uint32(elf.R_X86_64_DTPOFF64)
	typThread    = uint32(elf.R_X86_64_TPOFF64)
	typDesc      = uint32(elf.R_X86_64_TLSDESC)
	typIRelative = uint32(elf.R_X86_64_IRELATIVE)
)

// symbolSpec describes a symbol; at "" is undefined.
type symbolSpec struct {
	name    string
	info    byte
	at      string
	size    uint64
	version uint16 // number, and 0x8000
}

// word describes a word at WordsAt and behind it, in order: typ 0 is relocated by DT_RELR, noReloc not at all.
type word struct {
	label  string
	typ    uint32
	sym    string // or
	target string // label
	add    int64
}

const noReloc = ^uint32(0)

// spec describes an Object.
type spec struct {
	code     *asm.Code
	needed   []string
	soname   string
	versions []string // that it defines
	from     string   // the library that it asks versions of
	asked    []string
	symbols  []symbolSpec // those that are not exported first
	exported int          // how many are
	words    []word
	arrays   map[elf.DynTag][2]string // first and last label of words
	funcs    map[elf.DynTag]string    // DT_INIT, DT_FINI
	noGnu    bool
	tls      []byte // of 32 bytes
}

// table gives the next part of n bytes its place.
func (o *Object) table(label string, n int, part func(o *Object) any) {
	o.At[label] = o.tables
	o.shapes = append(o.shapes, shape{o.tables, part})
	o.tables += uint64(n+7) &^ 7
	if o.tables > CodeOff {
		panic("bug: elftest: too many tables")
	}
}

// build makes an Object of its description.
func build(s spec) *Object {
	o := &Object{Body: make([]byte, size), At: map[string]uint64{}, Index: map[string]int{}, Str: []byte{0}, tables: tables0}
	for i := RWOff + ZeroAt - RWAt; i < size; i++ {
		o.Body[i] = 0xcc
	}
	for label, off := range s.code.Labels {
		o.At[label] = CodeOff + uint64(off)
	}
	for i, w := range s.words {
		o.At[w.label] = WordsAt + 8*uint64(i)
	}
	o.At["plain"], o.At["tls"], o.At["zero"], o.At["copyable"] = PlainAt, TLSAt, ZeroAt, PlainAt+0x20
	if _, ok := o.At["start"]; ok {
		o.At["copyable"] = ZeroAt + 0x100
	}
	o.symbols(s)
	o.versions(s)
	o.relocations(s)
	strings := map[elf.DynTag]uint64{}
	var dyn []Dyn
	for _, name := range s.needed {
		dyn = append(dyn, Dyn{uint64(elf.DT_NEEDED), uint64(o.Name(name))})
	}
	if s.soname != "" {
		strings[elf.DT_SONAME] = uint64(o.Name(s.soname))
	}
	strings[elf.DT_RUNPATH] = uint64(o.Name("$ORIGIN"))
	o.dynamic(s, dyn, strings)
	copy(o.Body[o.Offset(TLSAt):], s.tls)
	o.Code = o.Body[CodeOff : CodeOff+len(s.code.Bytes)]
	copy(o.Code, s.code.Bytes)
	for _, x := range s.code.Fixups {
		v := int64(o.At[x.Sym]) + x.Add - int64(CodeOff+x.Off)
		if o.At[x.Sym] == 0 {
			panic("bug: elftest: no label " + x.Sym)
		}
		binary.LittleEndian.PutUint32(o.Code[x.Off:], uint32(v))
	}
	o.headers(s)
	return o
}

func gnuHash(name string) uint32 {
	h := uint32(5381)
	for _, c := range []byte(name) {
		h = h*33 + uint32(c)
	}
	return h
}

func sysvHash(name string) uint32 {
	h := uint32(0)
	for _, c := range []byte(name) {
		h = h<<4 + uint32(c)
		h ^= h >> 24 & 0xf0
	}
	return h & 0x0fffffff
}

const gnuBuckets, gnuShift = 3, 6

// symbols lays out both hash tables and the symbols.
func (o *Object) symbols(s spec) {
	first := len(s.symbols) - s.exported
	slices.SortStableFunc(s.symbols[first:], func(a, b symbolSpec) int {
		return int(gnuHash(a.name)%gnuBuckets) - int(gnuHash(b.name)%gnuBuckets)
	})
	o.Sym, o.Versym = make([]elf.Sym64, 1), make([]uint16, 1)
	n := uint32(len(s.symbols) + 1)
	o.Hash = make([]uint32, 2+3+n)
	o.Hash[0], o.Hash[1] = 3, n
	filter, buckets, chain := uint64(0), [gnuBuckets]uint32{}, []uint32{}
	for k, y := range s.symbols {
		i := uint32(k + 1)
		sym := elf.Sym64{Name: o.Name(y.name), Info: y.info, Size: y.size}
		if y.at != "" {
			sym.Shndx, sym.Value = 1, o.At[y.at]
			if y.info&15 == byte(elf.STT_TLS) {
				sym.Value -= TLSAt
			}
		}
		o.Sym, o.Versym = append(o.Sym, sym), append(o.Versym, y.version)
		label := y.name
		if o.Index[label] != 0 {
			label += "@"
		}
		o.Index[label] = int(i)
		if y.info>>4 != 0 {
			b := &o.Hash[2+sysvHash(y.name)%3]
			o.Hash[5+i], *b = *b, i
		}
		if k >= first {
			h := gnuHash(y.name)
			if b := &buckets[h%gnuBuckets]; *b == 0 {
				*b = i
			}
			chain = append(chain, h&^1)
			filter |= 1<<(h%64) | 1<<(h>>gnuShift%64)
			if k+1 == len(s.symbols) || gnuHash(s.symbols[k+1].name)%gnuBuckets != h%gnuBuckets {
				chain[len(chain)-1] |= 1
			}
		}
	}
	o.Gnu = append([]uint32{gnuBuckets, uint32(first + 1), 1, gnuShift, uint32(filter), uint32(filter >> 32)}, buckets[:]...)
	o.Gnu = append(o.Gnu, chain...)
	o.table("hash", 4*len(o.Hash), func(o *Object) any { return o.Hash })
	o.table("gnu", 4*len(o.Gnu), func(o *Object) any { return o.Gnu })
	o.table("sym", 24*len(o.Sym), func(o *Object) any { return o.Sym })
	o.table("versym", 2*len(o.Versym), func(o *Object) any { return o.Versym })
}

// versions lays out DT_VERDEF and DT_VERNEED. The file's own name has number 1.
func (o *Object) versions(s spec) {
	for i, name := range append([]string{s.soname}, s.versions...) {
		if s.versions == nil {
			break
		}
		d := Verdef{Version: 1, Ndx: uint16(i + 1), Cnt: 1, Hash: sysvHash(name), Aux: 20, Next: 28, Name: o.Name(name)}
		if i == 0 {
			d.Flags = 1
		}
		if i == len(s.versions) {
			d.Next = 0
		}
		o.Verdef = append(o.Verdef, d)
	}
	if n := len(s.asked); n > 0 {
		o.Verneed = []Verneed{{1, uint16(n), o.Name(s.from), 16, 0}}
		for i, name := range s.asked {
			x := Vernaux{Hash: sysvHash(name), Other: uint16(len(s.versions) + 2 + i), Name: o.Name(name), Next: 16}
			if i+1 == n {
				x.Next = 0
			}
			o.Vernaux = append(o.Vernaux, x)
		}
	}
	o.table("verdef", 28*len(o.Verdef), func(o *Object) any { return o.Verdef })
	o.table("verneed", 16*len(o.Verneed), func(o *Object) any { return o.Verneed })
	o.table("vernaux", 16*len(o.Vernaux), func(o *Object) any { return o.Vernaux })
}

// relocations lays out the three tables. Words of DT_RELR follow each other but for one.
func (o *Object) relocations(s spec) {
	first := uint64(0)
	for _, w := range s.words {
		at := o.At[w.label]
		r := elf.Rela64{Off: at, Info: uint64(o.Index[w.sym])<<32 | uint64(w.typ), Addend: w.add}
		if w.sym != "" && o.Index[w.sym] == 0 {
			panic("bug: elftest: no symbol " + w.sym)
		}
		if w.target != "" {
			r.Addend += int64(o.At[w.target])
		}
		switch w.typ {
		case noReloc:
			o.put(at, uint64(w.add))
		case 0:
			o.put(at, uint64(r.Addend))
			if first == 0 {
				first = at
				o.Relr = []uint64{at, 1}
			} else {
				o.Relr[1] |= 1 << ((at - first) / 8)
			}
		case typSlot:
			o.Plt = append(o.Plt, r)
		case typCopy:
			r.Off = o.At[w.target]
			r.Addend = 0
			o.Rela = append(o.Rela, r)
		default:
			o.Rela = append(o.Rela, r)
		}
	}
	o.table("rela", 24*len(o.Rela), func(o *Object) any { return o.Rela })
	o.table("plt", 24*len(o.Plt), func(o *Object) any { return o.Plt })
	o.table("relr", 8*len(o.Relr), func(o *Object) any { return o.Relr })
}

// dynamic lays out the string table, the last one, and the dynamic section.
func (o *Object) dynamic(s spec, dyn []Dyn, strings map[elf.DynTag]uint64) {
	add := func(tag elf.DynTag, v uint64) { dyn = append(dyn, Dyn{uint64(tag), v}) }
	for _, tag := range []elf.DynTag{elf.DT_SONAME, elf.DT_RUNPATH} {
		if v, ok := strings[tag]; ok {
			add(tag, v)
		}
	}
	o.table("str", len(o.Str), func(o *Object) any { return o.Str })
	add(elf.DT_HASH, o.At["hash"])
	if !s.noGnu {
		add(elf.DT_GNU_HASH, o.At["gnu"])
	}
	add(elf.DT_STRTAB, o.At["str"])
	add(elf.DT_STRSZ, uint64(len(o.Str)))
	add(elf.DT_SYMTAB, o.At["sym"])
	add(elf.DT_SYMENT, 24)
	for _, t := range []struct {
		label string
		n     int
		tags  []elf.DynTag
	}{
		{"rela", len(o.Rela), []elf.DynTag{elf.DT_RELA, elf.DT_RELASZ}},
		{"plt", len(o.Plt), []elf.DynTag{elf.DT_JMPREL, elf.DT_PLTRELSZ}},
		{"relr", len(o.Relr), []elf.DynTag{dtRelr, dtRelrSz}},
		{"verdef", len(o.Verdef), []elf.DynTag{elf.DT_VERDEF, elf.DT_VERDEFNUM}},
		{"verneed", len(o.Verneed), []elf.DynTag{elf.DT_VERNEED, elf.DT_VERNEEDNUM}},
	} {
		if t.n == 0 {
			continue
		}
		add(t.tags[0], o.At[t.label])
		switch t.label {
		case "rela", "plt":
			add(t.tags[1], 24*uint64(t.n))
		case "relr":
			add(t.tags[1], 8*uint64(t.n))
		default:
			add(t.tags[1], uint64(t.n))
		}
	}
	add(elf.DT_RELAENT, 24)
	add(elf.DT_PLTREL, uint64(elf.DT_RELA))
	add(dtRelrEnt, 8)
	if s.versions != nil || s.asked != nil {
		add(elf.DT_VERSYM, o.At["versym"])
	}
	for _, tag := range []elf.DynTag{elf.DT_INIT, elf.DT_FINI} {
		if label := s.funcs[tag]; label != "" {
			add(tag, o.At[label])
		}
	}
	for _, tags := range [][2]elf.DynTag{{elf.DT_INIT_ARRAY, elf.DT_INIT_ARRAYSZ}, {elf.DT_FINI_ARRAY, elf.DT_FINI_ARRAYSZ}, {elf.DT_PREINIT_ARRAY, elf.DT_PREINIT_ARRAYSZ}} {
		if ends, ok := s.arrays[tags[0]]; ok {
			add(tags[0], o.At[ends[0]])
			add(tags[1], o.At[ends[1]]+8-o.At[ends[0]])
		}
	}
	add(elf.DT_DEBUG, 0)
	add(elf.DT_NULL, 0)
	o.Dyn = dyn
	o.shapes = append(o.shapes, shape{RWOff, func(o *Object) any { return o.Dyn }})
}

// The tags of DT_RELR, which debug/elf does not have.
const (
	dtRelrSz  elf.DynTag = 35
	dtRelr    elf.DynTag = 36
	dtRelrEnt elf.DynTag = 37
)

// headers makes the ELF header, the program headers and the note.
func (o *Object) headers(s spec) {
	o.Header = elf.Header64{
		Ident: [16]byte{0x7f, 'E', 'L', 'F', 2, 1, 1}, Type: 3, Machine: 62, Version: 1,
		Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: segCount,
	}
	note := elf.Prog64{Type: uint32(elf.PT_NOTE), Flags: 4, Off: NoteOff, Vaddr: NoteOff, Filesz: 44, Memsz: 44, Align: 4}
	o.Note = []uint32{5, 24, 7, 0x4c554c53, 0, 1, 0, 0, 0, 0, 0}
	if start, ok := o.At["start"]; ok {
		note.Type = 0x60534C55
		o.Note = []uint32{5, 24, 6, 0x4c554c53, 0, 1, 0, uint32(start), 0, 1, 0}
		o.Header.Entry = o.At["stub"]
	}
	prog := func(typ elf.ProgType, flags uint32, off, at, filesz, memsz, align uint64) elf.Prog64 {
		return elf.Prog64{Type: uint32(typ), Flags: flags, Off: off, Vaddr: at, Paddr: at, Filesz: filesz, Memsz: memsz, Align: align}
	}
	dynamic := uint64(len(o.Dyn)+8) * 16 // tests add some
	o.Progs = []elf.Prog64{
		SegNote:     note,
		SegTables:   prog(elf.PT_LOAD, 4, 0, 0, CodeOff, CodeOff, 4096),
		SegCode:     prog(elf.PT_LOAD, 5, CodeOff, CodeOff, 0x1000, 0x1000, 4096),
		SegRW:       prog(elf.PT_LOAD, 6, RWOff, RWAt, ZeroAt-RWAt, EndAt-RWAt, 4096),
		SegDynamic:  prog(elf.PT_DYNAMIC, 6, RWOff, RWAt, dynamic, dynamic, 8),
		SegRelro:    prog(elf.PT_GNU_RELRO, 4, RWOff, RWAt, 0x1000, 0x1000, 1),
		SegTLS:      prog(elf.PT_TLS, 4, RWOff+TLSAt-RWAt, TLSAt, uint64(len(s.tls)), 32, 16),
		SegStack:    prog(elf.PT_GNU_STACK, 6, 0, 0, 0, 0, 16),
		SegProperty: prog(0x6474e553, 4, NoteOff, NoteOff, 44, 44, 8), // PT_GNU_PROPERTY
	}
	if s.tls == nil {
		o.Progs[SegTLS] = prog(elf.PT_NULL, 0, 0, 0, 0, 0, 0)
	}
	if WordsAt-RWAt < int(dynamic) {
		panic("bug: elftest: dynamic section too long")
	}
	o.shapes = append(o.shapes,
		shape{0, func(o *Object) any { return o.Header }},
		shape{64, func(o *Object) any { return o.Progs }},
		shape{NoteOff, func(o *Object) any { return o.Note }})
}
