package elfimage

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// hashTable is DT_GNU_HASH as a loader walks it, written from its description and
// not from our writer: https://flapenguin.me/elf-dt-gnu-hash.
type hashTable struct {
	data   []byte
	dynsym []elf.Symbol
}

func (h hashTable) word(off int) uint32 { return binary.LittleEndian.Uint32(h.data[off:]) }

// lookup gives the index in .dynsym, 0 when the name is not there, and whether the
// bloom filter let it pass.
func (h hashTable) lookup(name string) (index uint32, passed bool) {
	hash := uint32(5381)
	for _, c := range []byte(name) {
		hash = hash<<5 + hash + uint32(c)
	}
	buckets, first, words, shift := h.word(0), h.word(4), h.word(8), h.word(12)
	bloom := binary.LittleEndian.Uint64(h.data[16+8*int(hash/64%words):])
	if bloom>>(hash%64)&1 == 0 || bloom>>(hash>>shift%64)&1 == 0 {
		return 0, false
	}
	bucketsAt := 16 + 8*int(words)
	chainAt := bucketsAt + 4*int(buckets)
	i := h.word(bucketsAt + 4*int(hash%buckets))
	for ; i != 0; i++ {
		c := h.word(chainAt + 4*int(i-first))
		if c|1 == hash|1 && h.dynsym[i-1].Name == name {
			return i, true
		}
		if c&1 != 0 {
			break
		}
	}
	return 0, true
}

func openHash(t *testing.T, b []byte) hashTable {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	data, err := f.Section(".gnu.hash").Data()
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	return hashTable{data, symbols}
}

func TestGNUHash(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 20, 1000} {
		im := Image{Machine: uint16(elf.EM_X86_64), Text: make([]byte, 16), Soname: "x.so"}
		im.Symbols = []Symbol{{Name: "import"}, {Name: "local", Section: Text}}
		for i := range n {
			im.Symbols = append(im.Symbols, Symbol{Name: fmt.Sprint("name", i), Section: Text, Export: true})
		}
		h := openHash(t, mustBytes(t, &im))
		for i := range n {
			if at, _ := h.lookup(fmt.Sprint("name", i)); at == 0 {
				t.Errorf("%d symbols: name%d is not found", n, i)
			}
		}
		passed := 0
		for i := range 1000 {
			at, ok := h.lookup(fmt.Sprint("absent", i))
			if at != 0 {
				t.Errorf("absent%d is found", i)
			}
			if ok {
				passed++
			}
		}
		if passed > 150 {
			t.Errorf("%d symbols: the filter lets %d of 1000 absent names pass", n, passed)
		}
		if at, _ := h.lookup("import"); at != 0 {
			t.Error("an import is found")
		}
	}
}

// unpack is DT_RELR as a loader walks it, written from the gABI's words.
func unpack(table []uint64) (addrs []uint64) {
	where := uint64(0)
	for _, w := range table {
		if w&1 == 0 {
			addrs, where = append(addrs, w), w+8
			continue
		}
		for i := range uint64(63) {
			if w>>(i+1)&1 != 0 {
				addrs = append(addrs, where+8*i)
			}
		}
		where += 63 * 8
	}
	return addrs
}

func TestRelrTable(t *testing.T) {
	tests := []struct {
		offs []uint64
		size int // of the table, in words
	}{
		{nil, 0},
		{[]uint64{0}, 1},
		{[]uint64{8, 16}, 2},
		{[]uint64{0, 63 * 8}, 2},
		{[]uint64{0, 64 * 8}, 2}, // two addresses, as no bitmap has room
		{[]uint64{0, 8, 64 * 8}, 3},
		{[]uint64{0, 8, 126 * 8, 127 * 8}, 4},
	}
	for _, test := range tests {
		table := relrTable(0x1000, test.offs)
		var want []uint64
		for _, off := range test.offs {
			want = append(want, 0x1000+off)
		}
		if got := unpack(table); len(table) != test.size || !slices.Equal(got, want) {
			t.Errorf("%d: table %#x of %d words gives %#x", test.offs, table, test.size, got)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		var offs []uint64
		for off := uint64(0); len(offs) < 200; off += 8 * (1 + uint64(r.ExpFloat64()*20)) {
			offs = append(offs, off)
		}
		if got := unpack(relrTable(0, offs)); !slices.Equal(got, offs) {
			t.Fatalf("%d\nbecomes %d", offs, got)
		}
	}
}

// TestRelr: aligned words are in the one table, others in the other, none in both, and
// a word that two fixups name is there once.
func TestRelr(t *testing.T) {
	i := slices.IndexFunc(examples(), func(e example) bool { return e.name == "relr" })
	im := examples()[i].image
	im.Fixups = append(im.Fixups, im.Fixups...)
	f, err := elf.NewFile(bytes.NewReader(mustBytes(t, &im)))
	if err != nil {
		t.Fatal(err)
	}
	relro := f.Section(".data.rel.ro").Addr
	var packed [2]uint64
	if err := binary.Read(f.Section(".relr.dyn").Open(), binary.LittleEndian, &packed); err != nil {
		t.Fatal(err)
	}
	if got, want := unpack(packed[:]), []uint64{relro, relro + 16}; !slices.Equal(got, want) {
		t.Errorf("DT_RELR names %#x, expected %#x", got, want)
	}
	var rela elf.Rela64
	if err := binary.Read(f.Section(".rela.dyn").Open(), binary.LittleEndian, &rela); err != nil || rela.Off != relro+28 {
		t.Errorf("DT_RELA names %#x, expected %#x", rela.Off, relro+28)
	}
}

// TestDynamicSymbols: the reader counts symbols by the hash table alone.
func TestDynamicSymbols(t *testing.T) {
	for _, strip := range []bool{false, true} {
		im := library()
		im.Strip = strip
		f, err := Parse(mustBytes(t, &im))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range f.DynamicSymbols() {
			got = append(got, s.Name)
		}
		var want []string
		for _, s := range im.Symbols {
			if s.Export {
				want = append(want, s.Name)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q, expected %q", got, want)
		}
		if _, ok := f.Lookup("hidden"); ok == strip {
			t.Errorf("strip=%v: .symtab lookup gives %v", strip, ok)
		}
	}
}

// TestDebugELF: Go's reader sees libraries, name and flags.
func TestDebugELF(t *testing.T) {
	for _, e := range examples() {
		b := mustBytes(t, &e.image)
		f, err := elf.NewFile(bytes.NewReader(b))
		if err != nil {
			t.Fatal(e.name, err)
		}
		if e.image.Strip {
			continue // it reads the dynamic section through section headers
		}
		libs, err := f.ImportedLibraries()
		if err != nil || !slices.Equal(libs, e.image.Needed) {
			t.Errorf("%s: libraries %q, %v; expected %q", e.name, libs, err, e.image.Needed)
		}
		if soname, _ := f.DynString(elf.DT_SONAME); e.image.Soname != "" && !slices.Equal(soname, []string{e.image.Soname}) {
			t.Errorf("%s: name %q, expected %q", e.name, soname, e.image.Soname)
		}
		if path, _ := f.DynString(elf.DT_RUNPATH); strings.Join(path, "|") != e.image.Runpath {
			t.Errorf("%s: run path %q, expected %q", e.name, path, e.image.Runpath)
		}
		if flags, _ := f.DynValue(elf.DT_FLAGS); len(e.image.Needed) > 0 && !slices.Equal(flags, []uint64{uint64(elf.DF_BIND_NOW)}) {
			t.Errorf("%s: DT_FLAGS %#x", e.name, flags)
		}
	}
}
