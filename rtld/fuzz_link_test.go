package rtld

import (
	"bytes"
	"encoding/binary"
	"testing"
	"unsafe"

	"slul/rtld/elftest"
)

// placed puts an Object, whose bytes are file, into fence i as mapAll would, with patches: pairs of an address, 16 bits, and a word.
func placed(t testing.TB, m *module, i int, o *elftest.Object, file, patches []byte) (image []byte) {
	const size = (elftest.EndAt + 4095) &^ 4095
	b := make([]byte, size)
	copy(b, file[:elftest.RWOff])
	copy(b[elftest.RWAt:], file[elftest.RWOff:elftest.RWOff+elftest.ZeroAt-elftest.RWAt])
	for ; len(patches) >= 10; patches = patches[10:] {
		if at := int(binary.LittleEndian.Uint16(patches)); at+8 <= size {
			copy(b[at:], patches[2:10])
		}
	}
	m.base, m.size = fenced(t, i, b), uint64(len(file))
	header := func(k int) *phdr {
		p := o.Progs[k]
		return &phdr{p.Type, p.Flags, p.Off, p.Vaddr, p.Paddr, p.Filesz, p.Memsz, p.Align}
	}
	m.loads = []phdr{*header(elftest.SegTables), *header(elftest.SegCode), *header(elftest.SegRW)}
	m.dynamic = header(elftest.SegDynamic)
	if o.Progs[elftest.SegTLS].Type == ptTLS {
		m.tls = header(elftest.SegTLS)
	}
	return unsafe.Slice((*byte)(pointer(m.base)), size)
}

// linkAll is link for modules that are there already, in the order of their search.
func linkAll(modules []*module) {
	l := &process
	l.own.gnu.count = 0
	for _, m := range modules {
		l.about = m
		enlist(m)
		m.prepare()
		if m.has(dtSoname) {
			addName(m, m.name(m.get(dtSoname)))
		}
	}
	for k, m := range modules {
		m.deps = modules[min(k+1, len(modules)-1):][:1] // each needs the next, and the last one itself
	}
	bind(modules[0])
}

// FuzzLink patches the tables, the dynamic section and the words of a program and of a library that it needs.
func FuzzLink(f *testing.F) {
	lib := elftest.Library()
	patch := func(at, v uint64) []byte {
		return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint16(nil, uint16(at)), v)
	}
	f.Add([]byte{}, []byte{})
	for _, table := range []string{"hash", "gnu", "sym", "versym", "verdef", "verneed", "vernaux", "rela", "plt", "relr", "str"} {
		f.Add(patch(lib.At[table], 0), patch(lib.At[table]+8, 1<<63))
		f.Add([]byte{}, patch(lib.At[table]+16, 3))
	}
	for i := range uint64(20) {
		f.Add(patch(elftest.RWAt+8+16*i, 0x1000), patch(elftest.RWAt+16*i, 0x6ffffff0))
	}
	objects := []*elftest.Object{elftest.User(), lib, elftest.Base()}
	var files [][]byte
	for _, o := range objects {
		files = append(files, o.Bytes())
	}
	f.Fuzz(func(t *testing.T, user, library []byte) {
		if len(user)+len(library) > 2000 {
			return
		}
		p := newProgram(t)
		modules := []*module{p, new(module), new(module)}
		var images, before [][]byte
		for i, m := range modules {
			m.file = cstr(t, []string{"user", "library", "base"}[i])
			images = append(images, placed(t, m, i, objects[i], files[i], [][]byte{user, library, nil}[i]))
			before = append(before, bytes.Clone(images[i]))
		}
		line, code := try(func() { linkAll(modules) })
		if line != "" {
			oneLine(t, line, code)
		}
		if len(user)+len(library) == 0 && line != "" && line != "slulrtld: user: undefined symbols: __tls_get_addr"+elftest.Cure("user") {
			t.Errorf("the good files: %s", line)
		}
		for i := range images {
			if !bytes.Equal(images[i][:elftest.RWAt], before[i][:elftest.RWAt]) || !bytes.Equal(images[i][elftest.EndAt:], before[i][elftest.EndAt:]) {
				t.Errorf("memory of file %d outside the writable segment has changed", i)
			}
		}
	})
}
