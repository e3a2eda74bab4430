package elfimage

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
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
