package rtld

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
	"unsafe"
)

// Tables of symbols, hashes and versions that anybody may have written: refused in one
// line, or read as a plain reader with bounds reads them.

var errOutside = errors.New("outside")

// reader reads a file's numbers with bounds.
type reader []byte

func (r reader) word(at uint64) uint32 {
	if at > uint64(len(r)) || uint64(len(r))-at < 4 {
		panic(errOutside)
	}
	return binary.LittleEndian.Uint32(r[at:])
}

// attempt runs do; ok is false when it read outside.
func attempt(do func()) (ok bool) {
	defer func() {
		if r := recover(); r == errOutside {
			ok = false
		} else if r != nil {
			panic(r)
		}
	}()
	do()
	return true
}

// named tells whether symbol i is a global definition of that name: 1; or not: 0; or has no name: −1. An
// undefined one with a value stands for a library's function.
func (r reader) named(sym, str, strsz, i uint64, name string) int {
	at := sym + i*symSize
	info, other, shndx := byte(r.word(at+4)), byte(r.word(at+4)>>8), r.word(at+4)>>16
	value := r.word(at+8) | r.word(at+12)
	if shndx == 0 && value == 0 || info>>4 == 0 || other&3 == 1 || other&3 == 2 {
		return 0
	}
	off := uint64(r.word(at))
	if off >= strsz {
		return -1
	}
	s := r[str+off:]
	if n := bytes.IndexByte(s, 0); n < 0 {
		panic(errOutside)
	} else if string(s[:n]) == name {
		return 1
	}
	return 0
}

// chain looks along the symbols that next gives. It returns the symbol, 0 for none, −1
// for a name that is outside.
func (r reader) chain(sym, str, strsz uint64, name string, next func() (uint64, bool)) int {
	for {
		i, ok := next()
		if !ok {
			return 0
		}
		switch r.named(sym, str, strsz, i, name) {
		case 1:
			return int(i)
		case -1:
			return -1
		}
	}
}

// gnu finds name by DT_GNU_HASH as its format is described.
func (r reader) gnu(hash, sym, str, strsz uint64, name string) int {
	h := uint32(5381)
	for _, c := range []byte(name) {
		h = h*33 + uint32(c)
	}
	count, first, words, shift := r.word(hash), r.word(hash+4), r.word(hash+8), r.word(hash+12)
	at := hash + 16 + uint64(h/64%words)*8
	filter := uint64(r.word(at)) | uint64(r.word(at+4))<<32
	if filter>>(h%64)&1 == 0 || filter>>(h>>shift%64)&1 == 0 {
		return 0
	}
	buckets := hash + 16 + uint64(words)*8
	i := uint64(r.word(buckets + uint64(h%count)*4))
	last := i == 0
	return r.chain(sym, str, strsz, name, func() (uint64, bool) {
		for !last {
			c := r.word(buckets + uint64(count)*4 + (i-uint64(first))*4)
			last = c&1 != 0
			i++
			if c|1 == h|1 {
				return i - 1, true
			}
		}
		return 0, false
	})
}

// sysv finds name by DT_HASH.
func (r reader) sysv(hash, sym, str, strsz uint64, name string) int {
	h := uint32(0)
	for _, c := range []byte(name) {
		h = h<<4 + uint32(c)
		g := h & 0xf0000000
		h = (h ^ g>>24) &^ g
	}
	count := r.word(hash)
	i := uint64(r.word(hash + 8 + uint64(h%count)*4))
	return r.chain(sym, str, strsz, name, func() (uint64, bool) {
		if i == 0 {
			return 0, false
		}
		k := i
		i = uint64(r.word(hash + 8 + uint64(count)*4 + i*4))
		return k, true
	})
}

// fuzzHash gives findSymbols any tables, and compares what is found with what other finds.
func fuzzHash(t *testing.T, slot uint8, b []byte, hash, sym, str, strsz uint16, name string,
	other func(r reader, hash, sym, str, strsz uint64, name string) int) {
	if len(b) > fencedPages*4096 || bytes.IndexByte([]byte(name), 0) >= 0 {
		return
	}
	p := newProgram(t)
	oneSegment(t, p, 0, b)
	p.setTag(slot, uint64(hash))
	p.setTag(dtSymtab, uint64(sym))
	p.setTag(dtStrtab, uint64(str))
	p.setTag(dtStrSz, uint64(strsz))
	if line, code := try(p.checkDynamic); line != "" {
		oneLine(t, line, code)
		return
	}
	q := query{name: cstr(t, name), hash: gnuHashOf(cstr(t, name))}
	var found *symbol
	got := 0
	if line, code := try(func() { found = p.find(&q) }); line != "" {
		oneLine(t, line, code)
		got = -1
	} else if found != nil {
		got = int((uintptr(unsafe.Pointer(found)) - p.symtab) / symSize)
	}
	want := 0
	if !attempt(func() { want = other(reader(b), uint64(hash), uint64(sym), uint64(str), uint64(strsz), name) }) {
		t.Errorf("accepted, and the way to %q leads outside", name)
	}
	if got != want {
		t.Errorf("%q is symbol %d, want %d", name, got, want)
	}
}

func FuzzGnuHash(f *testing.F) {
	good := newTables("a", "b", "c", "aB", "b!") // the last two have the hashes of others
	f.Add(good.bytes, uint16(good.gnu), uint16(good.sym), uint16(good.str), uint16(good.strsz), "aB")
	f.Add(good.bytes, uint16(good.gnu), uint16(good.sym), uint16(good.str), uint16(good.strsz), "none")
	f.Fuzz(func(t *testing.T, b []byte, hash, sym, str, strsz uint16, name string) {
		fuzzHash(t, slotGnuHash, b, hash, sym, str, strsz, name, reader.gnu)
	})
}

func FuzzSysvHash(f *testing.F) {
	good := newTables("a", "b", "c", "aB", "b!")
	f.Add(good.bytes, uint16(good.sysv), uint16(good.sym), uint16(good.str), uint16(good.strsz), "aB")
	f.Add(good.bytes, uint16(good.sysv), uint16(good.sym), uint16(good.str), uint16(good.strsz), "none")
	f.Fuzz(func(t *testing.T, b []byte, hash, sym, str, strsz uint16, name string) {
		fuzzHash(t, dtHash, b, hash, sym, str, strsz, name, reader.sysv)
	})
}

// tables are those of a module that defines some names, all in one segment.
type tables struct {
	bytes                      []byte
	gnu, sysv, sym, str, strsz int
}

// newTables makes them with two buckets, a filter of one word, and a chain entry per name.
func newTables(names ...string) tables {
	const buckets, shift = 2, 6
	hash := func(name string) uint32 {
		h := uint32(5381)
		for _, c := range []byte(name) {
			h = h*33 + uint32(c)
		}
		return h
	}
	var sorted []string
	first := [buckets]uint32{}
	chain := []uint32{}
	filter := uint64(0)
	for k := range uint32(buckets) {
		for _, name := range names {
			if h := hash(name); h%buckets == k {
				if first[k] == 0 {
					first[k] = uint32(len(sorted) + 1)
				}
				sorted = append(sorted, name)
				chain = append(chain, h&^1)
				filter |= 1<<(h%64) | 1<<(h>>shift%64)
			}
		}
		if first[k] != 0 {
			chain[len(chain)-1] |= 1
		}
	}
	var t tables
	put := func(v any) { t.bytes, _ = binary.Append(t.bytes, binary.LittleEndian, v) }
	put(uint64(filter)) // something else comes first: address 0 is not a table
	t.gnu = len(t.bytes)
	put([]uint32{buckets, 1, 1, shift})
	put(filter)
	put(first)
	put(chain)
	t.sysv = len(t.bytes)
	put([]uint32{1, uint32(len(sorted) + 1), min(1, uint32(len(sorted)))})
	for i := range sorted {
		put(uint32(i)) // from the second on each leads to the next
	}
	put(uint32(0))
	chainAt := t.sysv + 12
	for i := 1; i <= len(sorted); i++ {
		binary.LittleEndian.PutUint32(t.bytes[chainAt+4*i:], uint32((i+1)%(len(sorted)+1)))
	}
	for len(t.bytes)%8 != 0 {
		put(byte(0))
	}
	t.sym = len(t.bytes)
	put([symSize]byte{})
	str := []byte{0}
	for _, name := range sorted {
		put(uint32(len(str)))
		put([]byte{1<<4 | 2, 0, 1, 0})
		put([]uint64{0x1000, 0})
		str = append(append(str, name...), 0)
	}
	t.str, t.strsz = len(t.bytes), len(str)
	put(str)
	return t
}

// FuzzVersions gives the readers of DT_VERDEF, DT_VERNEED and DT_VERSYM any tables.
func FuzzVersions(f *testing.F) {
	var b []byte
	put := func(v any) { b, _ = binary.Append(b, binary.LittleEndian, v) }
	put([]byte("\x00lib\x00V1\x00V2\x00\x00\x00\x00\x00")) // names; 16 bytes
	put([]uint16{1, 1, 1, 1})                              // verdef at 16: the file's own name
	put([]uint32{0, 20, 28, 1, 0})
	put([]uint16{1, 0, 2, 1}) // verdef at 44: V1
	put([]uint32{0x5a1, 20, 0, 5, 0})
	put([]uint16{1, 1}) // verneed at 72: V2 of lib
	put([]uint32{1, 16, 0, 0x5a2})
	put([]uint16{0, 3})
	put([]uint32{8, 0})
	put([]uint16{0, 2, 3, 0x8002, 3, 4, 0x7fff, 0xffff}) // versym at 104
	b = append(b, make([]byte, 8*symSize)...)            // symbols at 120
	f.Add(b, uint16(16), uint16(72), uint16(104), uint16(2), uint16(1), uint8(0))
	f.Add(b, uint16(16), uint16(72), uint16(104), uint16(0xffff), uint16(0xffff), uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, def, need, sym, defs, needs uint16, tags uint8) {
		if len(b) > fencedPages*4096 {
			return
		}
		p := newProgram(t)
		oneSegment(t, p, 0, b)
		p.setTag(dtSymtab, 120)
		p.setTag(dtStrtab, 0)
		p.setTag(dtStrSz, 16)
		p.setTag(slotVersym, uint64(sym))
		for i, v := range []uint16{def, defs, need, needs} {
			if tags>>i&1 == 0 {
				p.setTag(slotVerDef+uint8(i), uint64(v))
			}
		}
		addName(p, cstr(t, "lib"))
		accepted := false
		line, code := try(func() {
			p.checkDynamic()
			p.walkNeeds(true)
			for i := range p.symbols {
				v := p.versionOf(i)
				p.isVersion(i, v)
				p.isVersion(i, nil)
			}
			accepted = true
		})
		if line != "" {
			oneLine(t, line, code)
		}
		for i := range p.versions {
			if v := p.versions[i]; accepted && v.name != 0 && (v.name < p.base || v.name >= p.base+16) {
				t.Errorf("the name of version %d is at %#x of the file", i, v.name-p.base)
			}
		}
	})
}

// indexNames are 256 C strings of two letters, many of which have equal hashes.
var indexNames = func() (names [256][3]byte) {
	for c := range names {
		names[c] = [3]byte{byte('a' + c/16), byte(1 + (c%16*33+64)%127)}
	}
	return names
}()

// FuzzIndex compares lookups with the index and without it. Each byte of the description is a
// name, 0 begins the next module; hostile is the tables of one more, read as they are.
func FuzzIndex(f *testing.F) {
	seen := map[[3]byte]bool{}
	for _, name := range indexNames {
		if seen[name] || name[1] == 0 {
			f.Fatalf("name %q", name)
		}
		seen[name] = true
	}
	good := newTables("a", "b", "c", "aB", "b!")
	f.Add([]byte("abc\x00aA\x00\x00bb"), []byte{})
	f.Add([]byte("\x00\x01\x02\x03\x00\xff\xfe"), good.bytes[good.gnu:])
	f.Fuzz(func(t *testing.T, description, hostile []byte) {
		if len(description) > 200 || len(hostile) > 1<<12 {
			return
		}
		newProgram(t)
		l := &process
		name := func(c byte) string { return string(indexNames[c][:2]) }
		var modules []*module
		add := func(b []byte, gnu, sym, str, strsz int) bool {
			m := new(module)
			if len(modules) == 0 {
				m = &l.program
			}
			oneSegment(t, m, len(modules), b)
			m.setTag(slotGnuHash, uint64(gnu))
			m.setTag(dtSymtab, uint64(sym))
			m.setTag(dtStrtab, uint64(str))
			m.setTag(dtStrSz, uint64(strsz))
			if line, code := try(m.checkDynamic); line != "" {
				oneLine(t, line, code)
				return false
			}
			modules = append(modules, m)
			enlist(m)
			return true
		}
		var names []string
		for i, part := range bytes.Split(description, []byte{0}) {
			names = names[:0]
			for _, c := range part {
				names = append(names, name(c))
			}
			g := newTables(names...)
			if i < 20 && !add(g.bytes, g.gnu, g.sym, g.str, g.strsz) {
				t.Fatal("good tables are refused")
			}
		}
		if len(hostile) != 0 {
			add(hostile, 0, 0, 0, 0)
		}
		lookup := func(c byte) (m *module, i uint64, line string) {
			q := query{name: uintptr(unsafe.Pointer(&indexNames[c])), hash: gnuHashOf(uintptr(unsafe.Pointer(&indexNames[c])))}
			var y *symbol
			line, _ = try(func() { m, y = lookup(&q) })
			if y == nil {
				return nil, 0, line
			}
			return m, uint64(uintptr(unsafe.Pointer(y))-m.symtab) / symSize, line
		}
		type answer struct {
			m    *module
			i    uint64
			line string
		}
		var all, without []answer
		ask := func() (answers []answer) {
			for c := range 256 {
				m, i, line := lookup(byte(c))
				answers = append(answers, answer{m, i, line})
			}
			return answers
		}
		without = ask()
		l.program.dyn[dtRelaSz] = relaSize << 30 // as if many were asked for
		l.count = 1000
		if line, _ := try(makeIndex); line != "" || l.index.slots == 0 {
			t.Fatalf("no index: %q", line)
		}
		all = ask()
		for c := range all {
			// A filter that denies what its chains hold, or a chain that no bucket leads to, makes a
			// difference, which is the file's own mistake.
			if all[c] != without[c] && len(hostile) == 0 {
				t.Errorf("%q: with index %+v, without %+v", name(byte(c)), all[c], without[c])
			}
		}
	})
}
