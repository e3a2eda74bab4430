package shrink

import (
	"encoding/binary"

	"slul/asm/amd64"
)

// Layout: the finished file is one segment, linked at 0, so that addresses are offsets:
//
//	0     ELF header
//	64    program headers
//	      a dynamic section, which the loader itself reads
//	      functions, in the order of first use
//	      constants
//	      the other dynamic tables
//	      PT_DYNAMIC, where the loader puts DT_DEBUG for debuggers; the fixed variables
//
// The last part is zero, in a page without code: who wants to write there makes that page writable
// first. (A second segment would make the kernel work for some 5 µs more.)

const (
	ehdrSize = 64
	phdrSize = 56
	phdrs    = 4
	headers  = ehdrSize + phdrs*phdrSize
	pageSize = 4096

	debugSize = 32 // of PT_DYNAMIC: DT_DEBUG and DT_NULL
)

// layout is where the parts of the finished file are.
type layout struct {
	dynamic *dynamic
	text    uint64 // the first function
	tables  uint64 // the dynamic tables
	end     uint64 // of what is loaded
	data    uint64 // PT_DYNAMIC, with exports; then the variables
	vars    uint64
}

// layOut gives every piece its address and every kept instruction its offset.
func layOut(w *walk) {
	l := &w.text
	l.dynamic = newDynamic(w)
	l.text = headers + l.dynamic.size()
	at := l.text
	for _, p := range w.pieces {
		if p.code != nil {
			p.new = at
			at += uint64(p.code.layOut())
		}
	}
	for _, p := range w.pieces {
		if p.code == nil && p.zero == 0 {
			if len(p.data)%8 == 0 && p.name[0] != '"' {
				at = (at + 7) &^ 7
			}
			p.new = at
			at += uint64(len(p.data))
		}
	}
	l.tables = (at + 7) &^ 7
	l.data = (l.tables + uint64(len(l.dynamic.tables(w))) + 15) &^ 15
	if endOfText(w) > l.data&^(pageSize-1) {
		l.data = (l.data + pageSize - 1) &^ (pageSize - 1) // no code in this page
	}
	l.vars = l.data
	if l.dynamic.size() > 0 {
		l.vars += debugSize
	}
	at = l.vars
	for _, p := range w.pieces {
		if p.zero != 0 && p != w.base() {
			at = (at + 15) &^ 15
			p.new = at
			at += p.zero
		}
	}
	l.end = at
}

// layOut places the kept instructions and returns their size. Every jump within the
// function is long at first; those that reach their target with a byte become short,
// which brings others nearer, until no more do.
func (c *code) layOut() int {
	for k := range c.insts {
		i := &c.insts[k]
		i.size = i.Size + len(i.text)
		if !i.keep {
			i.size = 0
		} else if i.to >= 0 {
			i.size = longJump(i)
		}
	}
	for {
		n := 0
		for k := range c.insts {
			c.insts[k].new = n // a dropped one stands for the next that is kept
			n += c.insts[k].size
		}
		changed := false
		for k := range c.insts {
			i := &c.insts[k]
			if i.keep && i.to >= 0 && i.size > 2 {
				if d := c.insts[i.to].new - (i.new + i.size); d >= -128+4 && d <= 127 {
					i.size = 2
					changed = true
				}
			}
		}
		if !changed {
			return n
		}
	}
}

// longJump returns the size of i with a 4-byte distance: jmp is e9, jcc is 0f 8x.
func longJump(i *inst) int {
	if i.Flow == amd64.FlowCond {
		return 6
	}
	return 5
}

// jump encodes i, a jump within its function, in the size that layOut chose.
func (c *code) jump(i *inst) []byte {
	d := uint32(c.insts[i.to].new - (i.new + i.size))
	cond := i.raw[max(0, len(i.raw)-1-i.PCRelSize)] & 15 // of 7x and 0f 8x alike
	switch {
	case i.size == 2 && i.Flow == amd64.FlowCond:
		return []byte{0x70 | cond, byte(d)}
	case i.size == 2:
		return []byte{0xeb, byte(d)}
	case i.Flow == amd64.FlowCond:
		return binary.LittleEndian.AppendUint32([]byte{0x0f, 0x80 | cond}, d)
	}
	return binary.LittleEndian.AppendUint32([]byte{0xe9}, d)
}

// endOfText returns where the functions end, after layOut.
func endOfText(w *walk) uint64 {
	end := w.text.text
	for _, p := range w.pieces {
		if p.code != nil {
			end = p.new + uint64(p.size())
		}
	}
	return end
}

// size returns how many bytes of p are kept.
func (p *piece) size() int {
	if p.code == nil {
		return len(p.data) + int(p.zero)
	}
	n := 0
	for k := range p.code.insts {
		n += p.code.insts[k].size
	}
	return n
}

// bytes returns the finished bytes of p: kept instructions, with the relative fields
// that the new addresses ask for.
func (p *piece) bytes() []byte {
	if p.code == nil {
		return p.data
	}
	var b []byte
	for k := range p.code.insts {
		i := &p.code.insts[k]
		if !i.keep {
			continue
		}
		if i.to >= 0 {
			b = append(b, p.code.jump(i)...)
			continue
		}
		b = append(b, i.raw...)
		if i.far != nil {
			next := p.new + uint64(len(b))
			binary.LittleEndian.PutUint32(b[len(b)-i.Size+i.PCRelOff:], uint32(i.far.new+i.add-next))
		}
		b = append(b, i.text...)
	}
	return b
}
