package binfmt

import (
	"path/filepath"
	"strings"
)

// Matches tells whether the entry catches a file with this name that begins with head.
// What is missing of head counts as zeros, as for the kernel.
func (e Entry) Matches(name string, head []byte) bool {
	if e.Extension != "" {
		// what follows the last dot of the whole name that was given to execve
		at := strings.LastIndexByte(filepath.Base(name), '.')
		return at >= 0 && filepath.Base(name)[at+1:] == e.Extension
	}
	mask := e.mask()
	for i, c := range e.Magic {
		b := byte(0)
		if at := e.Offset + i; at < len(head) {
			b = head[at]
		}
		if (b^c)&mask[i] != 0 {
			return false
		}
	}
	return true
}

// overlaps tells whether there can be a file that both entries by magic catch.
func (e Entry) overlaps(o Entry) bool {
	em, om := e.mask(), o.mask()
	for i, c := range e.Magic {
		j := e.Offset + i - o.Offset
		if j < 0 || j >= len(o.Magic) {
			continue
		}
		if (c^o.Magic[j])&em[i]&om[j] != 0 {
			return false
		}
	}
	return true
}
