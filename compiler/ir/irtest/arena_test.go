package irtest

import "testing"

// TestFreed: memory of an arena that was given back is refused, its chunk's head is not,
// and all of it is there again when the chunk is taken.
func TestFreed(t *testing.T) {
	const chunk, arena = 0x100000, 0x100000 + chunkHead
	x := &Machine{Memory: Memory{freed: map[int64]bool{}}}
	x.Map(chunk, make([]byte, chunkSize), false)
	for at, word := range map[int64]uint64{chunk + 8: chunkSize, arena + atChunk: chunk} {
		if err := x.Store(at, 8, word); err != nil {
			t.Fatal(err)
		}
	}
	none := func() (int64, int64, error) { return chunk, 0, nil }
	if _, _, err := x.around(arenaClose, []int64{arena}, none); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Load(chunk, 8); err != nil {
		t.Errorf("the head: %v", err)
	}
	for _, at := range []int64{arena, chunk + 100, chunk + chunkSize - 8} {
		if _, err := x.Load(at, 8); err == nil {
			t.Errorf("%#x could be read", at)
		}
	}
	if _, _, err := x.around(takeChunk, nil, none); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Load(chunk+100, 8); err != nil {
		t.Errorf("the chunk in use again: %v", err)
	}
}
