package ir

// memory.go says which stores a load can see. Lowering knows from the source types which
// parts of objects can be the same; what is not known to it is all of memory.

// MemSet is a part of memory that is disjoint from others, as far as overlaps says.
type MemSet uint8

const (
	MemAny  MemSet        = iota // may be anything
	MemByte                      // a byte that core reads or writes by its address: no word of an object's fields
	memElem                      // elements of 1, 4 and 8 bytes
	memWord = memElem + 3        // fields of 8 bytes, by their offset in words, modulo 8
	memPart = memWord + 8        // smaller fields, in the same way
	numSets = memPart + 8
)

const allSets = uint32(1)<<numSets - 1

// elementSet is where elements of so many bytes lie.
func elementSet(bytes int) MemSet {
	switch bytes {
	case 1:
		return memElem
	case 4:
		return memElem + 1
	}
	return memElem + 2
}

// fieldSet is where fields of so many bytes at an offset in their objects lie. Two objects
// are the same or apart, so fields at different offsets are.
func fieldSet(bytes int, offset int64) MemSet {
	word := MemSet(offset / 8 & 7)
	if bytes == 8 {
		return memWord + word
	}
	return memPart + word
}

// overlaps gives the sets that may have a place in common with s, as bits.
func (s MemSet) overlaps() uint32 {
	own := uint32(1)<<s | 1<<MemAny
	const bytes = uint32(1) << MemByte
	const words = uint32(1<<8-1) << memWord
	switch {
	case s == MemAny:
		return allSets
	case s == MemByte:
		return allSets &^ words
	case s < memWord, s >= memPart:
		return own | bytes
	}
	return own
}

// changes gives the sets that v may change.
func (v *Value) changes() uint32 {
	switch v.Op {
	case OpStore8, OpStore16, OpStore32, OpStore64:
		return v.Mem.overlaps()
	}
	if v.ChangesMemory() {
		return allSets
	}
	return 0
}

// ChangesMemory says whether loads and reads of the arena may not pass v.
func (v *Value) ChangesMemory() bool {
	switch v.Op {
	case OpStore8, OpStore16, OpStore32, OpStore64, OpCopyMem, OpFillMem, OpCall, OpCallAt, OpSyscall, OpSetArena:
		return true
	}
	return false
}
