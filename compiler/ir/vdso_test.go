package ir_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"slul/compiler/ir"
	"slul/compiler/ir/irtest"
)

// vdso_test.go lets core look for funcs in the vDSO of this kernel, and in damaged ones.

// vdsoBytes gives the vDSO of this process.
func vdsoBytes(t *testing.T) []byte {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(maps), "\n") {
		var from, to int64
		if n, _ := fmt.Sscanf(line, "%x-%x", &from, &to); n == 2 && strings.HasSuffix(line, "[vdso]") {
			mem, err := os.Open("/proc/self/mem")
			if err != nil {
				t.Fatal(err)
			}
			defer mem.Close()
			b := make([]byte, to-from)
			if _, err := mem.ReadAt(b, from); err != nil {
				t.Fatal(err)
			}
			return b
		}
	}
	t.Skip("this kernel has no vDSO")
	return nil
}

const vdsoSource = `service CommandMain "t"
giveme
    @Clock clock
    @Console console
end
entry main
code
    console.print "{}" (clock.now_nanos > 0)
end
`

// findIn is what core finds in an image, as an offset; 0 for nothing. The image alone can be
// read: more is an error.
func findIn(t *testing.T, m *ir.Module, image []byte, name, version string) int64 {
	t.Helper()
	x := irtest.New(m)
	irtest.NewLinux(x)
	const base, texts = 0x7000_0000, 0x7800_0000
	x.Map(base, image, true)
	text := func(at int64, s string) int64 {
		b := binary.LittleEndian.AppendUint64(nil, uint64(len(s)))
		x.Map(at, append(append(b, s...), 0), true)
		return at
	}
	found, _, err := x.Call("core.vdso_in", base, text(texts, name), text(texts+0x1000, version))
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		return 0
	}
	return found - base
}

func TestVdso(t *testing.T) {
	image := vdsoBytes(t)
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	plain, better := build(t, "T.slul", vdsoSource, false), build(t, "T.slul", vdsoSource, true)
	met := 0
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) != elf.STT_FUNC || s.Section == elf.SHN_UNDEF {
			continue
		}
		met++
		for _, m := range []*ir.Module{plain, better} {
			if got := findIn(t, m, image, s.Name, "LINUX_2.6"); got != int64(s.Value) {
				t.Errorf("%s: %#x, expected %#x", s.Name, got, s.Value)
			}
		}
	}
	if met == 0 || findIn(t, better, image, "__vdso_clock_gettime", "LINUX_2.6") == 0 {
		t.Errorf("%d funcs, and no __vdso_clock_gettime", met)
	}
	for _, c := range []struct{ name, version string }{
		{"__vdso_clock_gettim", "LINUX_2.6"}, {"__vdso_clock_gettime2", "LINUX_2.6"}, {"", "LINUX_2.6"},
		{"__vdso_clock_gettime", "LINUX_2.5"}, {"__vdso_clock_gettime", "LINUX_2.6.1"}, {"__vdso_clock_gettime", ""},
	} {
		if got := findIn(t, better, image, c.name, c.version); got != 0 {
			t.Errorf("%s of %s: %#x", c.name, c.version, got)
		}
	}
}

// TestVdsoDamaged: whatever the image holds, nothing outside of it is read, and what is found
// lies inside. The size is the kernel's word: it stays as it is.
func TestVdsoDamaged(t *testing.T) {
	image := vdsoBytes(t)
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[int]bool{} // the bytes of p_memsz
	for n := range f.Progs {
		for k := range 8 {
			sizes[64+n*56+40+k] = true
		}
	}
	size := int64(0)
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Off == 0 {
			size = int64(p.Memsz)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	m := build(t, "T.slul", vdsoSource, false)
	found := 0
	for range 600 {
		b := bytes.Clone(image[:size])
		for range 1 + random.IntN(4) {
			at := random.IntN(0x800) // headers, dynamic section, symbols, names
			if !sizes[at] {
				b[at] ^= byte(1 << random.IntN(8))
			}
			if random.IntN(3) == 0 && !sizes[at] {
				b[at] = byte(random.IntN(256))
			}
		}
		got := findIn(t, m, b, "__vdso_clock_gettime", "LINUX_2.6")
		if got < 0 || got >= size {
			t.Fatalf("found at %#x of %#x", got, size)
		}
		if got != 0 {
			found++
		}
	}
	if found == 0 || found == 600 {
		t.Errorf("%d of 600 damaged images have the func", found)
	}
}

// TestClockWithoutVdso: the kernel says of none, so the clock is read by a system call; the
// interpreter knows no such call, which shows that it was made.
func TestClockWithoutVdso(t *testing.T) {
	x := irtest.New(build(t, "T.slul", vdsoSource, true))
	irtest.NewLinux(x)
	_, _, err := x.Call("_start", irtest.EntryStack(x, "t"))
	if err == nil || !strings.Contains(err.Error(), "system call 228") {
		t.Errorf("%v", err)
	}
}
