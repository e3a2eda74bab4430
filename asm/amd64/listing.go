package amd64

import (
	"errors"
	"fmt"
	"strconv"

	"slul/asm"
)

// The list of what was assembled, each instruction decoded again and compared with what was
// asked for.

// items fills c.Items. All texts share one string.
func (a *Asm) items(c *asm.Code, offset func(place) int) error {
	type text struct{ from, to int }
	var texts []byte
	ends := make([]text, 0, len(a.notes))
	c.Items = make([]asm.Item, 0, len(a.notes))
	fix := 0
	for k := range a.notes {
		n := &a.notes[k]
		off, end := offset(n.place), len(c.Bytes)
		if k+1 < len(a.notes) {
			end = offset(a.notes[k+1].place)
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
				return fmt.Errorf("bug: %s became % x: %w", n, c.Bytes[off:end], err)
			}
			var f *asm.Fixup
			if fix < len(c.Fixups) && c.Fixups[fix].Off < end {
				f = &c.Fixups[fix]
				fix++
			}
			if err := n.compare(&inst, c, off, end, f); err != nil {
				return fmt.Errorf("bug: %s became % x (%s): %w", n, c.Bytes[off:end], inst.Text(), err)
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
