package amd64

import (
	"encoding/binary"
	"errors"
	"fmt"

	"slul/asm"
)

// Assembling: instructions were encoded as they were asked for (encode.go), all but the jumps to
// labels. Here these get their sizes, fields that are relative to the instruction pointer are filled
// in or handed out as fixups, and the result is checked (listing.go).

// place is where something stands before the jumps have their sizes: behind so many bytes of
// Asm.buf and so many jumps.
type place struct{ at, jumps int32 }

// label is a label or string that was defined or referred to.
type label struct {
	name    string
	place   place
	defined bool
}

// jump is a jump to a label: two bytes if it is near enough, else 5, or 6 with a condition.
type jump struct {
	at    int32 // in Asm.buf
	label int32
	cond  uint8 // of Cond, or jumpAlways
	long  bool
}

const (
	jumpAlways = 16
	jumpShort  = 2
)

// reference is a field of 4 bytes that is relative to the instruction pointer, so many bytes before
// the end of its instruction.
type reference struct {
	place place
	rest  int64 // of the instruction, with the field
	label int32 // index in Asm.labels, or noLabel
	sym   string
	off   int64
}

const noLabel = -1

func (a *Asm) here() place { return place{int32(len(a.buf)), int32(len(a.jumps))} }

// labelNumber is the index of a name in a.labels.
func (a *Asm) labelNumber(name string) int32 {
	n, known := a.numbers[name]
	if !known {
		n = int32(len(a.labels))
		a.labels = append(a.labels, label{name: name})
		if a.numbers == nil {
			a.numbers = make(map[string]int32)
		}
		a.numbers[name] = n
	}
	return n
}

// reference adds a field for o, a label or symbol, with behind more bytes to come.
func (a *Asm) reference(o *operand, behind int64) {
	r := reference{place: a.here(), rest: 4 + behind, label: noLabel, sym: o.name, off: o.imm}
	if o.kind == isLabel {
		r.label = a.labelNumber(o.name)
	}
	a.refs = append(a.refs, r)
	a.buf = append(a.buf, 0, 0, 0, 0)
}

func (a *Asm) jump(cond uint8, o *operand) {
	a.jumps = append(a.jumps, jump{at: int32(len(a.buf)), label: a.labelNumber(o.name), cond: cond})
}

func (j *jump) size() int {
	switch {
	case !j.long:
		return jumpShort
	case j.cond == jumpAlways:
		return 5
	}
	return 6
}

// Assemble gives the code, or every error that was found, each with its instruction.
func (a *Asm) Assemble() (*asm.Code, error) {
	a.checkLabels()
	if len(a.errs) > 0 {
		return nil, errors.Join(a.errs...)
	}
	before := a.sizes()
	offset := func(p place) int { return int(p.at) + int(before[p.jumps]) }
	c := &asm.Code{Bytes: a.bytes(before)}
	if len(a.refs) > 0 {
		c.Fixups = make([]asm.Fixup, 0, len(a.refs))
	}
	for _, r := range a.refs {
		off := offset(r.place)
		if r.label == noLabel {
			c.Fixups = append(c.Fixups, asm.Fixup{Off: off, Kind: asm.PC32, Sym: r.sym, Add: r.off - r.rest})
			continue
		}
		rel := offset(a.labels[r.label].place) - off - int(r.rest)
		binary.LittleEndian.PutUint32(c.Bytes[off:], uint32(rel))
	}
	if len(c.Fixups) == 0 {
		c.Fixups = nil
	}
	if len(a.lines) > 0 {
		c.Lines = make([]asm.Line, len(a.lines))
	}
	for k, l := range a.lines {
		c.Lines[k] = asm.Line{Off: offset(l.place), File: l.file, Line: l.line}
	}
	for _, f := range a.frames {
		if off := offset(f.place); off < len(c.Bytes) { // behind the end is another function's beginning
			c.Frames = append(c.Frames, asm.Frame{Off: off, Depth: f.depth, Saved: dwarfNumbers[f.saved]})
		}
	}
	if a.trusted {
		return c, nil
	}
	if len(a.labels) > 0 {
		c.Labels = make(map[string]int, len(a.labels))
		for _, l := range a.labels {
			c.Labels[l.name] = offset(l.place)
		}
	}
	if err := a.items(c, offset); err != nil {
		return nil, err
	}
	return c, nil
}

// checkLabels finds references to labels that this code does not have.
func (a *Asm) checkLabels() {
	missing := func(n int32, what string) {
		if l := &a.labels[n]; !l.defined {
			a.errs = append(a.errs, fmt.Errorf("%s: no label %s", what, l.name))
		}
	}
	if a.trusted {
		for n := range a.labels {
			missing(int32(n), "code")
		}
		return
	}
	for k := range a.notes {
		n := &a.notes[k]
		for _, o := range n.args[:n.n] {
			if o.kind == isLabel {
				missing(a.labelNumber(o.name), n.String())
			}
		}
	}
}

// sizes finds the shortest jumps: all are short at first, and those that do not reach grow, which
// may take others out of reach. It gives how many bytes all jumps before each one have together,
// and at the end those of all.
func (a *Asm) sizes() []int32 {
	before := make([]int32, len(a.jumps)+1)
	for changed := true; changed; {
		for k := range a.jumps {
			before[k+1] = before[k] + int32(a.jumps[k].size())
		}
		changed = false
		for k := range a.jumps {
			j := &a.jumps[k]
			to := a.labels[j.label].place
			distance := to.at + before[to.jumps] - (j.at + before[k] + jumpShort)
			if !j.long && distance != int32(int8(distance)) {
				j.long, changed = true, true
			}
		}
	}
	return before
}

// bytes is the code with its jumps.
func (a *Asm) bytes(before []int32) []byte {
	code := make([]byte, 0, len(a.buf)+int(before[len(a.jumps)]))
	done := int32(0)
	for k := range a.jumps {
		j := &a.jumps[k]
		code = append(code, a.buf[done:j.at]...)
		done = j.at
		to := a.labels[j.label].place
		distance := to.at + before[to.jumps] - (j.at + before[k+1])
		switch {
		case !j.long && j.cond == jumpAlways:
			code = append(code, 0xeb, byte(distance))
		case !j.long:
			code = append(code, 0x70|j.cond, byte(distance))
		case j.cond == jumpAlways:
			code = binary.LittleEndian.AppendUint32(append(code, 0xe9), uint32(distance))
		default:
			code = binary.LittleEndian.AppendUint32(append(code, 0x0f, 0x80|j.cond), uint32(distance))
		}
	}
	return append(code, a.buf[done:]...)
}

// dwarfNumbers of the registers: psABI, figure 3.36. Only those that functions save.
var dwarfNumbers = [...]int{RBX: 3, RBP: 6, R12: 12, R13: 13, R14: 14, R15: 15}
