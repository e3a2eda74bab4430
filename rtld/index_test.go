package rtld

import (
	"encoding/binary"
	"testing"
)

// A hash table whose buckets all lead to one chain is accepted: each of its symbols is
// entered once all the same, and the index does not fill up.
func TestIndexSharedChain(t *testing.T) {
	const n = 64
	p := newProgram(t)
	var b []byte
	put := func(v any) { b, _ = binary.Append(b, binary.LittleEndian, v) }
	put([]uint32{n, 1, 1, 0, 0, 0})
	for range n {
		put(uint32(1))
	}
	put([n - 1]uint32{})
	put(uint32(1))
	put([(n + 1) * symSize]byte{})
	oneSegment(t, p, 0, b)
	p.setTag(slotGnuHash, 0)
	p.setTag(dtSymtab, uint64(len(b)-(n+1)*symSize))
	p.setTag(dtRelaSz, 0)
	if line, _ := try(p.checkDynamic); line != "" {
		t.Skip("refused: ", line)
	}
	l := &process
	enlist(p)
	l.count = 1000
	p.dyn[dtRelaSz] = relaSize << 30
	makeIndex()
	used := uint64(0)
	for i := range l.index.slots {
		if (*slot)(pointer(l.index.at+uintptr(i)*slotSize)).ref != 0 {
			used++
		}
	}
	if used != n {
		t.Errorf("%d symbols entered, of %d", used, n)
	}
}
