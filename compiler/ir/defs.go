package ir

// defs.go is the table of what variables are at the ends of blocks, for the function under
// construction (build.go).

// defTable is a table with open addressing: the entries of one hash stand one behind the other.
type defTable struct {
	entries []defEntry // a power of two of them
	used    int
}

type defEntry struct {
	def
	value *Value // nil: the entry is empty
}

const firstDefs = 64

// empty takes everything out. What has become large is not cleared for each function that follows.
func (t *defTable) empty() {
	if len(t.entries) != firstDefs {
		*t = defTable{entries: make([]defEntry, firstDefs)}
	} else if t.used > 0 {
		clear(t.entries)
		t.used = 0
	}
}

// at is the entry of d, or the empty one where it would be.
func (t *defTable) at(d def) *defEntry {
	mask := uint32(len(t.entries) - 1)
	h := uint32(d.block)*0x9e3779b1 ^ uint32(d.variable)*0x85ebca6b
	for i := h ^ h>>15; ; i++ {
		if e := &t.entries[i&mask]; e.value == nil || e.def == d {
			return e
		}
	}
}

func (t *defTable) get(d def) *Value { return t.at(d).value }

func (t *defTable) set(d def, v *Value) {
	e := t.at(d)
	if e.value == nil {
		if t.used++; t.used > len(t.entries)/2 {
			t.grow()
			e = t.at(d)
		}
	}
	*e = defEntry{d, v}
}

// grow doubles the table.
func (t *defTable) grow() {
	old := t.entries
	t.entries = make([]defEntry, 2*len(old))
	for i := range old {
		if old[i].value != nil {
			*t.at(old[i].def) = old[i]
		}
	}
}
