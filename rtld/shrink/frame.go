package shrink

import (
	"encoding/binary"
	"strings"

	"slul/asm/amd64"
)

// Addresses in the frame: Go counts them from rsp, which takes a SIB byte and, beyond
// 127, four bytes of displacement. From rbp, which Go sets for the sake of profilers,
// they are shorter.

// shortenFrame rewrites [rsp+d] to [rbp+d−n] in a function that begins with
//
//	push rbp; mov rbp, rsp; sub rsp, n
//
// and changes neither register before it returns. Operands of both kinds may be mixed.
func (c *code) shortenFrame(p *piece) {
	n, start, ok := c.frameSize()
	if !ok || strings.HasSuffix(p.name, ".abi0") {
		return
	}
	for k := start; k < len(c.insts); k++ {
		i := &c.insts[k]
		if !i.keep || i.PCRelSize != 0 || i.to >= 0 {
			continue
		}
		if raw, ok := fromRBP(i, n); ok {
			i.raw, i.Size = raw, len(raw)
		}
		// add rsp, n; pop rbp is leave.
		if next := c.next(k); next > 0 && c.insts[next].Op == "POP" && (i.Op == "ADD" || i.Op == "SUB") && i.Args[0].Reg == amd64.RSP {
			i.raw, i.Size = []byte{0xc9}, 1
			c.insts[next].keep = false
		}
	}
}

// next returns the kept instruction that k runs into, when nothing jumps to it; else 0.
func (c *code) next(k int) int {
	for next := k + 1; next < len(c.insts); next++ {
		for j := range c.insts {
			if c.insts[j].keep && c.insts[j].to == next {
				return 0
			}
		}
		if c.insts[next].keep {
			return next
		}
	}
	return 0
}

// dropDeadStores drops what the compiler saved in the frame for code that is not there
// any more, behind calls that do not come back.
func (c *code) dropDeadStores(p *piece) {
	if _, _, ok := c.frameSize(); !ok || strings.HasSuffix(p.name, ".abi0") {
		return
	}
	for _, q := range c.calls {
		if strings.HasSuffix(q.name, ".abi0") && !contains(c.standIns, q.name) {
			return // its arguments are in the frame
		}
	}
	read := map[int32]bool{} // bytes of the frame, counted from rsp, that something reads
	for k := range c.insts {
		i := &c.insts[k]
		for a := range i.N {
			o := &i.Args[a]
			switch {
			case !i.keep || o.Kind != amd64.KindMem || o.Mem.Base != amd64.RSP || isFrameStore(i):
			case i.Op == "LEA" || o.Width == 0 || o.Mem.Index != amd64.NoReg:
				return // the frame is read in unknown places
			}
			if i.keep && o.Kind == amd64.KindMem && o.Mem.Base == amd64.RSP && !isFrameStore(i) {
				for d := range int32(o.Width) {
					read[o.Mem.Disp+d] = true
				}
			}
		}
	}
	for k := range c.insts {
		if i := &c.insts[k]; i.keep && isFrameStore(i) {
			live := false
			for d := range int32(i.Args[0].Width) {
				live = live || read[i.Args[0].Mem.Disp+d]
			}
			i.keep = live
		}
	}
}

// isFrameStore tells whether i is mov [rsp+d], register.
func isFrameStore(i *inst) bool {
	return i.Op == "MOV" && i.Args[0].Kind == amd64.KindMem && i.Args[0].Mem.Base == amd64.RSP && i.Args[0].Mem.Index == amd64.NoReg &&
		i.Args[0].Width > 0 && i.Args[1].Kind == amd64.KindReg
}

// frameSize returns the n of the prologue, and the index of the instruction behind it.
func (c *code) frameSize() (n int64, start int, ok bool) {
	var head []int
	for k := range c.insts {
		if c.insts[k].keep {
			head = append(head, k)
		}
		if len(head) == 3 {
			break
		}
	}
	if len(head) < 3 {
		return 0, 0, false
	}
	push, mov, sub := &c.insts[head[0]], &c.insts[head[1]], &c.insts[head[2]]
	if push.Op != "PUSH" || push.Args[0].Reg != amd64.RBP || mov.Op != "MOV" || mov.Args[0].Reg != amd64.RBP || mov.Args[1].Reg != amd64.RSP {
		return 0, 0, false
	}
	n = sub.Args[1].Imm
	switch {
	case sub.Args[0].Reg != amd64.RSP || sub.Args[1].Kind != amd64.KindImm:
		return 0, 0, false
	case sub.Op == "ADD":
		n = -n
	case sub.Op != "SUB":
		return 0, 0, false
	}
	// Nothing else may change rbp or rsp but the epilogue: add rsp, n; pop rbp; ret.
	for k := head[2] + 1; k < len(c.insts); k++ {
		i := &c.insts[k]
		if !i.keep || i.N == 0 || i.Args[0].Kind != amd64.KindReg {
			continue
		}
		switch i.Args[0].Reg {
		case amd64.RSP:
			if i.Op != "ADD" && i.Op != "SUB" {
				return 0, 0, false
			}
		case amd64.RBP:
			if i.Op != "POP" {
				return 0, 0, false
			}
		}
		if i.Op == "PUSH" {
			return 0, 0, false
		}
	}
	return n, head[2] + 1, n > 0
}

// fromRBP re-encodes i when it has an operand [rsp+d] without index: ModRM with rm 100
// and SIB 24 become ModRM with rm 101. The result is decoded and compared.
func fromRBP(i *inst, n int64) ([]byte, bool) {
	mem := -1
	for a := range i.N {
		if i.Args[a].Kind == amd64.KindMem && i.Args[a].Mem.Base == amd64.RSP {
			mem = a
		}
	}
	if mem < 0 {
		return nil, false
	}
	b := i.raw
	at := 0
	for b[at] == 0x66 || b[at] == 0xf2 || b[at] == 0xf3 {
		at++
	}
	if b[at]&0xf0 == 0x40 { // REX
		at++
	}
	at++
	if b[at-1] == 0x0f {
		at++
	}
	if at+2 > len(b) || b[at]&7 != 4 || b[at+1] != 0x24 {
		return nil, false
	}
	reg := b[at] & 0x38
	var d int64
	rest := at + 2
	switch b[at] >> 6 {
	case 1:
		d = int64(int8(b[rest]))
		rest++
	case 2:
		d = int64(int32(binary.LittleEndian.Uint32(b[rest:])))
		rest += 4
	case 3:
		return nil, false
	}
	d -= n
	out := append([]byte{}, b[:at]...)
	if d >= -128 && d <= 127 {
		out = append(out, 0x45|reg, byte(d))
	} else {
		out = binary.LittleEndian.AppendUint32(append(out, 0x85|reg), uint32(d))
	}
	out = append(out, b[rest:]...)
	if len(out) >= len(b) || !isShifted(i, out, mem, n) {
		return nil, false
	}
	return out, true
}

// isShifted tells whether out decodes to i with operand mem counted from rbp.
func isShifted(i *inst, out []byte, mem int, n int64) bool {
	j, err := amd64.Decode(out)
	if err != nil || j.Size != len(out) || j.Op != i.Op || j.N != i.N {
		return false
	}
	for a := range i.N {
		want := i.Args[a]
		if a == mem {
			want.Mem.Base = amd64.RBP
			want.Mem.Disp -= int32(n)
		}
		if j.Args[a] != want {
			return false
		}
	}
	return true
}

// shortenPrologue makes one instruction of the three of a prologue: enter n, 0, which is 4 bytes
// for 8, and slower by some ten cycles.
func (c *code) shortenPrologue() {
	n, start, ok := c.frameSize()
	if !ok || n > 0xffff {
		return
	}
	c.frame = n
	left := 3
	for k := start - 1; left > 0; k-- {
		if i := &c.insts[k]; i.keep {
			left--
			if i.keep = left == 0; i.keep {
				i.raw, i.Size = []byte{0xc8, byte(n), byte(n >> 8), 0}, 4
			}
		}
	}
}

// isEnter and isLeave tell whether i is what shortenPrologue and shortenFrame make.
func isEnter(i *inst) bool { return i.raw[0] == 0xc8 }
func isLeave(i *inst) bool { return i.raw[0] == 0xc9 }

// dropFrames takes the frame from functions that have one for nothing: neither they use it nor the
// functions that they call, which may keep their arguments in the frame of the caller (Go's
// ABIInternal, "spill area").
func dropFrames(w *walk) {
	for _, p := range w.pieces {
		if p.code == nil || p.code.table || p.code.usesFrame() {
			continue
		}
		needed := false
		for _, q := range p.code.calls {
			needed = needed || q.code.spills()
		}
		if needed {
			continue
		}
		for k := range p.code.insts {
			if i := &p.code.insts[k]; i.keep && (isEnter(i) || isLeave(i)) {
				i.keep = false
			}
		}
	}
}

// usesFrame tells whether c is without a frame that shortenPrologue has made, or uses it.
func (c *code) usesFrame() bool {
	has := false
	for k := range c.insts {
		i := &c.insts[k]
		switch {
		case !i.keep || isLeave(i):
		case isEnter(i):
			has = true
		case i.names(amd64.RSP), i.names(amd64.RBP):
			return true
		}
	}
	return !has
}

// spills tells whether c may write into the frame of its caller. What it has of a frame of its own
// lies below.
func (c *code) spills() bool {
	n := c.frame
	if n == 0 {
		n, _, _ = c.frameSize()
	}
	for k := range c.insts {
		i := &c.insts[k]
		for a := range i.N {
			m := i.Args[a].Mem
			if i.keep && i.Args[a].Kind == amd64.KindMem && m.Base == amd64.RSP && (n == 0 || int64(m.Disp) >= n+16) {
				return true
			}
		}
	}
	return false
}

// names tells whether i has the register r in an operand.
func (i *inst) names(r amd64.Reg) bool {
	for a := range i.N {
		o := &i.Args[a]
		if o.Kind == amd64.KindReg && o.Reg == r || o.Kind == amd64.KindMem && (o.Mem.Base == r || o.Mem.Index == r) {
			return true
		}
	}
	return false
}
