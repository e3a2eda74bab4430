package shrink

import "slul/asm/amd64"

// The base register. Go keeps g in r14, and nothing here has a g; so r14 holds an address in the
// most used variable, and what lies within a byte's distance is reached by
//
//	[r14+disp8]    for    [rip+disp32]
//
// which is three bytes shorter. The assembly of the program sets r14 wherever it enters Go code.

// BaseOffset is how far into the variable r14 points.
const BaseOffset = 128

// useBase rewrites what refers to the base variable.
func (c *code) useBase(w *walk) {
	base := w.at[w.byName[w.opt.Base]]
	for k := range c.insts {
		i := &c.insts[k]
		off := int64(i.add) - BaseOffset
		if base == nil || i.far != base || !i.keep || i.to >= 0 || i.PCRelSize != 4 || off < -128 || off > 127 {
			continue
		}
		if raw, ok := toBase(i, int8(off)); ok {
			i.replace(raw...)
			i.far, i.PCRelSize = nil, 0
		}
	}
}

// toBase encodes i, which has an operand [rip+disp32], with [r14+off]. The result is decoded
// and compared.
func toBase(i *inst, off int8) ([]byte, bool) {
	b, modrm := i.raw, i.PCRelOff-1
	if b[modrm]&0xc7 != 0x05 {
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
	out = append(out, 0x40|b[modrm]&0x38|6, byte(off))
	out = append(out, b[modrm+5:]...)
	j, err := amd64.Decode(out)
	if err != nil || j.Size != len(out) || j.Op != i.Op || j.N != i.N {
		return nil, false
	}
	for a := range i.N {
		want := i.Args[a]
		if want.Kind == amd64.KindMem {
			want.Mem.Base, want.Mem.Disp = amd64.R14, int32(off)
		}
		if j.Args[a] != want {
			return nil, false
		}
	}
	return out, true
}
