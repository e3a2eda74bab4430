package rtld

import (
	"runtime/debug"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Memory with a fence: who reads behind its end, or before its first page, faults, so that
// a test which hands out tables of a file also sees what is read beside them.

const fencedPages = 16

// fences are mapped once and used again: number, address.
var fences []uintptr

// fenced copies b to the end of fence number i and returns where it begins there. What lies
// before it in the first page is 0xa5.
func fenced(t testing.TB, i int, b []byte) uintptr {
	const page, size = 4096, fencedPages * 4096
	if len(b) > size {
		t.Fatalf("%d bytes do not fit", len(b))
	}
	for len(fences) <= i {
		m, err := unix.Mmap(-1, 0, size+2*page, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
		if err != nil {
			t.Fatal(err)
		}
		if err := unix.Mprotect(m[page:page+size], unix.PROT_READ|unix.PROT_WRITE); err != nil {
			t.Fatal(err)
		}
		fences = append(fences, uintptr(unsafe.Pointer(&m[page])))
	}
	debug.SetPanicOnFault(true)
	from := (size - len(b)) &^ (page - 1)
	room := unsafe.Slice((*byte)(pointer(fences[i])), size)
	// Pages that are not needed are part of the fence.
	if err := unix.Mprotect(room, unix.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	if from < size {
		if err := unix.Mprotect(room[from:], unix.PROT_READ|unix.PROT_WRITE); err != nil {
			t.Fatal(err)
		}
	}
	for k := from; k < size-len(b); k++ {
		room[k] = 0xa5
	}
	copy(room[size-len(b):], b)
	return fences[i] + uintptr(size-len(b))
}

// oneSegment makes m a module of one readable PT_LOAD with these bytes, in fence i.
func oneSegment(t testing.TB, m *module, i int, b []byte) {
	n := uint64(len(b))
	m.base, m.size = fenced(t, i, b), n
	m.loads = []phdr{{typ: ptLoad, flags: pfR, filesz: n, memsz: n}}
}

// setTag gives m a dynamic tag, as readDynamic does.
func (m *module) setTag(slot uint8, value uint64) {
	m.tags |= 1 << slot
	m.dyn[slot] = value
}
