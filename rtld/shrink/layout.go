package shrink

import "encoding/binary"

// Layout: the finished file is one segment, linked at 0, so that addresses are offsets:
//
//	0     ELF header
//	64    program headers
//	0xb0  functions, in the order of first use
//	      constants

const (
	ehdrSize = 64
	phdrSize = 56
	phdrs    = 2
	textAt   = ehdrSize + phdrs*phdrSize
)

// layOut gives every piece its address and every kept instruction its offset. It
// returns the size of headers, functions and constants together.
func layOut(w *walk) uint64 {
	at := uint64(textAt)
	for _, p := range w.pieces {
		if p.code == nil {
			continue
		}
		p.new = at
		n := 0
		for k := range p.code.insts {
			i := &p.code.insts[k]
			i.new = n // a dropped one stands for the next that is kept
			if i.keep {
				n += i.Size
			}
		}
		at += uint64(n)
	}
	for _, p := range w.pieces {
		if p.code == nil {
			if len(p.data)%8 == 0 && p.name[0] != '"' {
				at = (at + 7) &^ 7
			}
			p.new = at
			at += uint64(len(p.data))
		}
	}
	return at
}

// endOfText returns where the functions end, after layOut.
func endOfText(w *walk) uint64 {
	end := uint64(textAt)
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
		return len(p.data)
	}
	n := 0
	for k := range p.code.insts {
		if p.code.insts[k].keep {
			n += p.code.insts[k].Size
		}
	}
	return n
}

// bytes returns the finished bytes of p: kept instructions, with the relative fields
// that the new addresses ask for. A short jump never gets longer, since nothing is
// ever put between two instructions.
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
		start := len(b)
		b = append(b, p.data[i.off:i.off+i.Size]...)
		next := uint64(start + i.Size)
		switch {
		case i.far != nil:
			binary.LittleEndian.PutUint32(b[start+i.PCRelOff:], uint32(i.far.new+i.add-(p.new+next)))
		case i.to >= 0 && i.PCRelSize == 1:
			b[start+i.PCRelOff] = byte(p.code.insts[i.to].new - int(next))
		case i.to >= 0:
			binary.LittleEndian.PutUint32(b[start+i.PCRelOff:], uint32(p.code.insts[i.to].new-int(next)))
		}
	}
	return b
}
