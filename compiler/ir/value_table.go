package ir

// value_table.go is a table of values by what they compute, for shareEqual: its entries stand in
// the order in which they came, and the newest can be taken out again, all those since some moment.

type valueTable struct {
	entries []tableEntry
	buckets []int32 // 1 + the index of the newest entry whose hash ends so; a power of two of them
}

type tableEntry struct {
	key    valueKey
	v      *Value
	number int32
	next   int32 // 1 + the index of the entry before it in its bucket
	hash   uint32
}

const firstBuckets = 64

// size is how many entries there are.
func (t *valueTable) size() int { return len(t.entries) }

// entry gives the entry of a key, a new one if there was none. It is good until the next call.
func (t *valueTable) entry(k *valueKey) (e *tableEntry, found bool) {
	if len(t.entries) >= len(t.buckets) {
		t.grow()
	}
	h := k.hash()
	bucket := &t.buckets[int(h)&(len(t.buckets)-1)]
	for i := *bucket; i != 0; i = t.entries[i-1].next {
		if e = &t.entries[i-1]; e.hash == h && e.key == *k {
			return e, true
		}
	}
	t.entries = append(t.entries, tableEntry{key: *k, hash: h, next: *bucket})
	*bucket = int32(len(t.entries))
	return &t.entries[len(t.entries)-1], false
}

// grow doubles the buckets.
func (t *valueTable) grow() {
	t.buckets = make([]int32, max(2*len(t.buckets), firstBuckets))
	for i := range t.entries {
		e := &t.entries[i]
		bucket := &t.buckets[int(e.hash)&(len(t.buckets)-1)]
		e.next, *bucket = *bucket, int32(i+1)
	}
}

// cut takes out all entries but the first n.
func (t *valueTable) cut(n int) {
	for i := len(t.entries) - 1; i >= n; i-- {
		e := &t.entries[i]
		t.buckets[int(e.hash)&(len(t.buckets)-1)] = e.next
	}
	t.entries = t.entries[:n]
}
