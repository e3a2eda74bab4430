package shrink

import (
	"encoding/binary"
	"fmt"

	"slul/asm/amd64"
)

// The base register. Go keeps g in r14, and nothing here has a g; so r14 points into the one
// variable that may lie anywhere, and is not part of the file:
//
//	[r14+disp]    for    [rip+disp32]
//
// which is three bytes shorter for what lies within a byte's distance. The assembly of the program
// sets r14 wherever it enters Go code.

// useBase rewrites what refers to the base variable.
func (c *code) useBase(w *walk) error {
	base := w.base()
	for k := range c.insts {
		i := &c.insts[k]
		if base == nil || i.far != base || !i.keep {
			continue
		}
		raw, ok := toBase(i, int32(int64(i.add)-int64(w.opt.Offset)))
		if !ok {
			return fmt.Errorf("refers to %s in an unknown way at %#x", base.name, i.off)
		}
		i.replace(raw...)
		i.far, i.PCRelSize = nil, 0
	}
	return nil
}

// base returns the base variable, nil when nothing refers to it.
func (w *walk) base() *piece {
	if w.opt.Base == "" {
		return nil
	}
	return w.at[w.byName[w.opt.Base]]
}

// toBase encodes i, which has an operand [rip+disp32], with [r14+off]. The result is decoded
// and compared.
func toBase(i *inst, off int32) ([]byte, bool) {
	b, modrm := i.raw, i.PCRelOff-1
	if i.PCRelSize != 4 || b[modrm]&0xc7 != 0x05 {
		return nil, false
	}
	at := 0
	for b[at] == 0x66 || b[at] == 0xf2 || b[at] == 0xf3 {
		at++
	}
	out := append([]byte{}, b[:at]...)
	if b[at]&0xf0 == 0x40 {
		out = append(out, b[at]|1) // REX.B: the upper half of the registers
		at++
	} else {
		out = append(out, 0x41)
	}
	out = append(out, b[at:modrm]...)
	reg := b[modrm]&0x38 | 6
	if off >= -128 && off <= 127 {
		out = append(out, 0x40|reg, byte(off))
	} else {
		out = binary.LittleEndian.AppendUint32(append(out, 0x80|reg), uint32(off))
	}
	out = append(out, b[modrm+5:]...)
	j, err := amd64.Decode(out)
	if err != nil || j.Size != len(out) || j.Op != i.Op || j.N != i.N {
		return nil, false
	}
	for a := range i.N {
		want := i.Args[a]
		if want.Kind == amd64.KindMem {
			want.Mem.Base, want.Mem.Disp = amd64.R14, off
		}
		if j.Args[a] != want {
			return nil, false
		}
	}
	return out, true
}
