package rtld

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"slul/rtld/elftest"
)

// aligned copies b to memory that is aligned to 8.
func aligned(t testing.TB, b []byte, n int) uintptr {
	words := make([]uint64, (max(n, len(b))+15)/8)
	at := uintptr(unsafe.Pointer(&words[0]))
	for i, c := range b {
		setByte(at+uintptr(i), c)
	}
	t.Cleanup(func() { runtime.KeepAlive(words) })
	return at
}

// oneLine wants what a complaint must be.
func oneLine(t *testing.T, line string, code uintptr) {
	t.Helper()
	if !strings.HasPrefix(line, "slulrtld: ") || strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") || code != 127 {
		t.Errorf("%q, %d", line, code)
	}
}

// FuzzHeaders gives the header and segment checks any file: they complain in one line,
// or what they accepted is safe to map.
func FuzzHeaders(f *testing.F) {
	whole := elftest.New().Bytes()
	f.Add(whole[:0x400], uint64(len(whole)), uint8(0))
	f.Add(whole[:0x400], uint64(1<<40), uint8(4))
	f.Add(whole[:100], uint64(100), uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, size uint64, shift uint8) {
		if len(b) > 1<<17 {
			return
		}
		p := newProgram(t)
		process.page = 4096 << (shift % 5)
		p.size = max(size, uint64(len(b)))
		at := aligned(t, b, 0)
		accepted := false
		line, code := try(func() {
			e := (*ehdr)(pointer(at))
			p.checkHeader(e, uint64(len(b)))
			p.phoff = e.phoff
			if outside(e.phoff, uint64(e.phnum)*phdrSize, uint64(len(b))) {
				return // the rest of the file is not in b
			}
			p.setTable(at+uintptr(e.phoff), uint64(e.phnum))
			accepted = true
		})
		if line != "" {
			oneLine(t, line, code)
		}
		if accepted {
			checkAccepted(t, p)
		}
	})
}

// checkAccepted checks what mapAll relies on.
func checkAccepted(t *testing.T, p *module) {
	end := uint64(0)
	for i := range p.loads {
		s := &p.loads[i]
		switch {
		case s.typ != ptLoad || s.memsz == 0 || s.filesz > s.memsz:
			t.Errorf("PT_LOAD %d: %+v", i, *s)
		case s.vaddr < end || s.end() < s.vaddr || s.end() > 1<<56:
			t.Errorf("PT_LOAD %d at %#x to %#x, the one before ends at %#x", i, s.vaddr, s.end(), end)
		case s.off+s.filesz < s.off || s.off+s.filesz > p.size:
			t.Errorf("PT_LOAD %d: %#x bytes at %#x of %#x", i, s.filesz, s.off, p.size)
		case s.flags&(pfW|pfX) == pfW|pfX:
			t.Errorf("PT_LOAD %d: flags %d", i, s.flags)
		case s.filesz != 0 && s.vaddr%process.page != s.off%process.page:
			t.Errorf("PT_LOAD %d: address %#x, offset %#x, page %#x", i, s.vaddr, s.off, process.page)
		case s.vaddr < p.lo || s.end() > p.hi:
			t.Errorf("PT_LOAD %d outside %#x to %#x", i, p.lo, p.hi)
		}
		end = s.end()
	}
	if len(p.loads) == 0 || p.lo%process.page != 0 || p.hi%process.page != 0 || p.align&(p.align-1) != 0 || p.align < process.page {
		t.Errorf("%d PT_LOADs, %#x to %#x, align %#x", len(p.loads), p.lo, p.hi, p.align)
	}
}

// Where FuzzDynamic's image lies in its memory: what is around it must not change.
const margin = 1 << 16

// loaded is the test program as mapAll would leave it, in plain memory.
func loaded(t testing.TB, p *module, f *elftest.File) (memory []byte) {
	words := make([]uint64, (2*margin+0x5000)/8)
	memory = unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), len(words)*8)
	for i := range memory {
		memory[i] = 0xa5
	}
	file := f.Bytes()
	image := memory[margin : margin+0x5000]
	clear(image)
	copy(image, file[:0x1000])
	copy(image[elftest.Data:], file[elftest.DataAt:elftest.DataAt+0x1400])
	loads := []phdr{
		{typ: ptLoad, flags: pfR | pfX, filesz: 0x1000, memsz: 0x1000, align: 4096},
		{typ: ptLoad, flags: pfR | pfW, off: elftest.DataAt, vaddr: elftest.Data, filesz: 0x1400, memsz: 0x2800, align: 4096},
	}
	p.loads = loads
	p.lo, p.hi = 0, 0x5000
	p.base = uintptr(unsafe.Pointer(&image[0]))
	p.size = uint64(len(file))
	p.dynamic = &phdr{typ: ptDynamic, vaddr: elftest.Data, filesz: 0x200, memsz: 0x200}
	process.own.gnu.count = 0
	t.Cleanup(func() { runtime.KeepAlive(words) })
	return memory
}

// link is what loadAll does to a mapped file.
func link(p *module) {
	enlist(p)
	p.prepare()
	bind(p)
}

// The undamaged program, linked on the host: every word is what it should be.
func TestLink(t *testing.T) {
	p := newProgram(t)
	f := elftest.New()
	memory := loaded(t, p, f)
	if line, code := try(func() { link(p) }); line != "" {
		t.Fatalf("%q, %d", line, code)
	}
	self := uintptr(f.Sym[1].Value)
	for off, want := range map[uintptr]uintptr{0: p.base + self, 8: p.base + self, 0x10: p.base + self, 0x18: p.base + self + 8, 0x20: p.base + self, 0x28: 0} {
		if got := load(p.base + elftest.Words + off); got != want {
			t.Errorf("word %#x is %#x, want %#x", off, got, want)
		}
	}
	if p.symbols != 4 || !bytes.Equal(memory[margin:margin+0x1000], f.Bytes()[:0x1000]) {
		t.Errorf("%d symbols, or the text has changed", p.symbols)
	}
}

// FuzzDynamic gives the reader of the dynamic section and the relocations any tables:
// they complain in one line or relocate, and write to the writable segment alone.
func FuzzDynamic(f *testing.F) {
	whole := elftest.New().Bytes()
	f.Add(whole[elftest.SymAt:0x900], whole[elftest.DynAt:elftest.DynAt+0x200])
	f.Add([]byte{}, whole[elftest.DynAt:elftest.DynAt+0x100])
	f.Add(bytes.Repeat([]byte{0xff}, 0x300), whole[elftest.DynAt:elftest.DynAt+0x200])
	f.Fuzz(func(t *testing.T, tables, dynamic []byte) {
		p := newProgram(t)
		memory := loaded(t, p, elftest.New())
		image := memory[margin : margin+0x5000]
		copy(image[elftest.SymAt:0x1000], tables)
		copy(image[elftest.Data:elftest.Data+0x200], dynamic)
		before := bytes.Clone(memory)
		if line, code := try(func() { link(p) }); line != "" {
			oneLine(t, line, code)
		}
		clear(before[margin+elftest.Data : margin+0x4800])
		clear(memory[margin+elftest.Data : margin+0x4800])
		if !bytes.Equal(before, memory) {
			t.Error("memory outside the writable segment has changed")
		}
	})
}
