package amd64

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"slul/asm"
)

// Assembling: jumps to labels get their sizes, fields that wait for labels are filled in, others
// handed out as fixups, and the result decoded again and compared with what was asked for.

// Assemble gives the code, or every error that was found, each with its instruction.
func (a *Asm) Assemble() (*asm.Code, error) {
	a.checkLabels()
	if len(a.errs) > 0 {
		return nil, errors.Join(a.errs...)
	}
	a.layout()
	c := new(asm.Code)
	if err := a.write(c); err != nil {
		return nil, err
	}
	a.resolve(c)
	a.describe(c)
	if a.trusted {
		return c, nil
	}
	c.Labels = make(map[string]int, len(a.labels))
	for _, l := range a.labels {
		if l.defined {
			c.Labels[l.name] = a.offset(l.at)
		}
	}
	return c, a.items(c)
}

// checkLabels finds operands that name no label of this code.
func (a *Asm) checkLabels() {
	for k := range a.notes {
		n := &a.notes[k]
		for j := range n.args[:n.n] {
			if o := &n.args[j]; o.kind == isLabel && !a.labels[o.to].defined {
				a.errs = append(a.errs, fmt.Errorf("%s: no label %s", n, o.name))
			}
		}
	}
	if !a.trusted {
		return
	}
	check := func(l Local) {
		if l >= 0 && !a.labels[l].defined {
			a.errs = append(a.errs, fmt.Errorf("no label %s (number %d)", a.labels[l].name, l))
		}
	}
	for k := range a.jumps {
		check(a.jumps[k].to)
	}
	for k := range a.fields {
		check(a.fields[k].to)
	}
}

// isJump says whether n goes to a label by JMP or Jcc.
func (n *note) isJump() bool {
	return n.n == 1 && n.args[0].kind == isLabel && (n.op == JMP || JO <= n.op && n.op <= JG)
}

// size is that of a jump, in bytes.
func (j *jump) size() int {
	switch {
	case !j.long:
		return shortJump
	case j.op == JMP:
		return 1 + farField
	}
	return 2 + farField
}

// layout chooses between short and long jumps as the library does, so that the code is the same:
// all are short at first. One that leads back is long where a byte does not reach; one that
// leads on becomes long then, for good, and all is laid out again.
func (a *Asm) layout() {
	a.before = slices.Grow(a.before[:0], len(a.jumps)+1)[:len(a.jumps)+1]
	for again := true; again; {
		again = false
		sum := 0
		for k := range a.jumps {
			j := &a.jumps[k]
			a.before[k] = sum
			if to := a.labels[j.to].at; to.jumps <= k {
				j.long = a.offset(to)-(j.at+sum+shortJump) < -128
			}
			sum += j.size()
		}
		a.before[len(a.jumps)] = sum
		for k := range a.jumps {
			j := &a.jumps[k]
			if to := a.labels[j.to].at; to.jumps > k && !j.long && a.offset(to)-(j.at+a.before[k+1]) > 127 {
				j.long, again = true, true
			}
		}
	}
}

// offset is where a place lies in the finished code.
func (a *Asm) offset(p place) int { return p.bytes + a.before[p.jumps] }

// write puts code and jumps together.
func (a *Asm) write(c *asm.Code) error {
	b := make([]byte, 0, len(a.code)+a.before[len(a.jumps)])
	done := 0
	for k := range a.jumps {
		j := &a.jumps[k]
		form, err := a.encoder.jump(j.op)
		if err != nil {
			return err
		}
		b = append(b, a.code[done:j.at]...)
		done = j.at
		by := a.offset(a.labels[j.to].at) - (j.at + a.before[k+1])
		if j.long {
			b = append(b, form.long...)
			b = binary.LittleEndian.AppendUint32(b, uint32(by))
		} else {
			b = append(b, form.short, byte(by))
		}
	}
	c.Bytes = append(b, a.code[done:]...)
	return nil
}

// resolve fills in what leads to labels, and makes fixups of the rest.
func (a *Asm) resolve(c *asm.Code) {
	open := 0
	for k := range a.fields {
		if a.fields[k].to < 0 {
			open++
		}
	}
	if open > 0 {
		c.Fixups = make([]asm.Fixup, 0, open)
	}
	for k := range a.fields {
		f := &a.fields[k]
		at := a.offset(f.at)
		if f.to < 0 {
			c.Fixups = append(c.Fixups, asm.Fixup{Off: at, Kind: asm.PC32, Sym: f.sym, Add: f.add})
			continue
		}
		binary.LittleEndian.PutUint32(c.Bytes[at:], uint32(int64(a.offset(a.labels[f.to].at)-at)+f.add))
	}
}

// dwarfNumbers of the registers: psABI, figure 3.36. Only those that functions save.
var dwarfNumbers = [...]int32{RBX: 3, RBP: 6, R12: 12, R13: 13, R14: 14, R15: 15}

// describe makes the tables of lines and of where the stack pointer is.
func (a *Asm) describe(c *asm.Code) {
	if len(a.lines) > 0 {
		c.Lines = make([]asm.Line, len(a.lines))
	}
	for k := range a.lines {
		l := &a.lines[k]
		c.Lines[k] = asm.Line{Off: int32(a.offset(l.at)), File: l.file, Line: l.line}
	}
	if len(a.frames) > 0 {
		c.Frames = make([]asm.Frame, 0, len(a.frames))
	}
	for k := range a.frames {
		f := &a.frames[k]
		if off := a.offset(f.at); off < len(c.Bytes) { // behind the end is another function's beginning
			c.Frames = append(c.Frames, asm.Frame{Off: int32(off), Depth: f.depth, Saved: dwarfNumbers[f.saved]})
		}
	}
}

// items decodes the code again, compares it with the notes, and fills c.Items.
// All texts share one string.
func (a *Asm) items(c *asm.Code) error {
	type text struct{ from, to int }
	var texts []byte
	ends := make([]text, 0, len(a.notes))
	c.Items = make([]asm.Item, 0, len(a.notes))
	fix := 0
	for k := range a.notes {
		n := &a.notes[k]
		off, end := a.offset(n.at), len(c.Bytes)
		if k+1 < len(a.notes) {
			end = a.offset(a.notes[k+1].at)
		}
		from := len(texts)
		switch n.kind {
		case noteLabel:
			continue
		case noteString:
			texts = strconv.AppendQuoteToASCII(texts, string(c.Bytes[off:end]))
		case noteVec:
			ends = append(ends, text{from, from + len(n.name)})
			texts = append(texts, n.name...)
			c.Items = append(c.Items, asm.Item{Off: off, Size: end - off})
			continue
		default:
			inst, err := Decode(c.Bytes[off:end])
			if err != nil {
				return fmt.Errorf("%s: the assembler gave % x: %w", n, c.Bytes[off:end], err)
			}
			var f *asm.Fixup
			if fix < len(c.Fixups) && c.Fixups[fix].Off < end {
				f = &c.Fixups[fix]
				fix++
			}
			if err := n.compare(&inst, c, off, end, f); err != nil {
				return fmt.Errorf("%s: the assembler gave % x (%s): %w", n, c.Bytes[off:end], inst.Text(), err)
			}
			texts = inst.appendText(texts, n.pcrel())
		}
		ends = append(ends, text{from, len(texts)})
		c.Items = append(c.Items, asm.Item{Off: off, Size: end - off, Name: n.name})
	}
	if fix != len(c.Fixups) {
		return errors.New("bug: a fixup outside the instructions")
	}
	all := string(texts)
	for k := range c.Items {
		c.Items[k].Text = all[ends[k].from:ends[k].to]
	}
	return nil
}

// pcrel is the name of the operand that stands in the PC-relative field.
func (n *note) pcrel() string {
	for k := range n.args[:n.n] {
		if n.args[k].kind == isLabel || n.args[k].kind == isSym {
			return n.args[k].target()
		}
	}
	return ""
}
