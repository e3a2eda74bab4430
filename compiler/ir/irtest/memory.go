package irtest

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Memory is a few regions at addresses of their own; everything else is not there.
type Memory struct {
	regions []region
	freed   map[int64]bool // chunks of arenas that were given back: see arena.go
}

type region struct {
	base  int64
	bytes []byte
	fixed bool // constants: may not be stored to
}

// Map gives bytes an address. Regions must not touch each other.
func (m *Memory) Map(base int64, bytes []byte, readOnly bool) {
	m.regions = append(m.regions, region{base, bytes, readOnly})
}

// Unmap takes a region of that size away.
func (m *Memory) Unmap(base, size int64) error {
	for i, r := range m.regions {
		if r.base == base && int64(len(r.bytes)) == (size+4095)&^4095 {
			m.regions = slices.Delete(m.regions, i, i+1)
			return nil
		}
	}
	return fmt.Errorf("no region of %d bytes at %#x", size, base)
}

// Bytes is the n bytes at an address, to be read, or also to be written.
func (m *Memory) Bytes(at, n int64, write bool) ([]byte, error) {
	if err := m.isFreed(at, n); err != nil && n > 0 {
		return nil, err
	}
	for _, r := range m.regions {
		if at >= r.base && n >= 0 && at-r.base <= int64(len(r.bytes))-n {
			if write && r.fixed {
				return nil, fmt.Errorf("store to constants at %#x", at)
			}
			return r.bytes[at-r.base:][:n], nil
		}
	}
	return nil, fmt.Errorf("no memory at %#x, %d bytes", at, n)
}

// Load reads an unsigned number of size bytes, little endian.
func (m *Memory) Load(at int64, size int64) (uint64, error) {
	b, err := m.Bytes(at, size, false)
	if err != nil {
		return 0, err
	}
	var w [8]byte
	copy(w[:], b)
	return binary.LittleEndian.Uint64(w[:]), nil
}

// Store writes the low size bytes of x.
func (m *Memory) Store(at int64, size int64, x uint64) error {
	b, err := m.Bytes(at, size, true)
	if err != nil {
		return err
	}
	var w [8]byte
	binary.LittleEndian.PutUint64(w[:], x)
	copy(b, w[:])
	return nil
}
