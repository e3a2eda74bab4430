package shrink

import (
	"bytes"
	"fmt"

	"slul/asm/amd64"
)

// code is a function as a list of instructions, some of which are dropped.
type code struct {
	insts []inst
	calls []*piece // functions that it calls or jumps to, in order, once each
	table bool     // it calls through a register: any function whose address is taken
}

// inst is one instruction of a function.
type inst struct {
	amd64.Inst
	off  int // in the function, as linked
	keep bool
	to   int    // index of the instruction that it jumps to in this function, or −1
	far  *piece // what the relative field refers to outside of it
	add  uint64 // how far into far
	new  int    // offset in the function, as finished
}

// readCode decodes the function p and reaches what it refers to.
func readCode(w *walk, p *piece) (*code, error) {
	c := &code{}
	index := map[int]int{} // offset -> instruction
	for off := 0; off < len(p.data); {
		i, err := amd64.Decode(p.data[off:])
		if err != nil {
			return nil, fmt.Errorf("has bytes that do not decode at %#x: %w", off, err)
		}
		index[off] = len(c.insts)
		c.insts = append(c.insts, inst{Inst: i, off: off, to: -1})
		off += i.Size
	}
	for k := range c.insts {
		if err := c.target(k, p, index); err != nil {
			return nil, err
		}
	}
	c.dropChecks(w)
	c.follow(w, p)
	c.dropTLS(p)
	for k := range c.insts {
		if err := c.refer(w, p, k); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// target finds where instruction k jumps, when that is in the same function.
func (c *code) target(k int, p *piece, index map[int]int) error {
	i := &c.insts[k]
	if i.Flow != amd64.FlowJump && i.Flow != amd64.FlowCond || i.PCRelSize == 0 || i.Indirect {
		return nil
	}
	off := i.off + i.Size + int(i.PCRel)
	if off < 0 || off >= len(p.data) {
		return nil
	}
	to, ok := index[off]
	if !ok {
		return fmt.Errorf("jumps into the middle of an instruction at %#x", i.off)
	}
	i.to = to
	return nil
}

// dropChecks takes out the stack check that a function begins with: stackDepth has the
// depth of every chain of calls beforehand, and refuses recursion. The check is
//
//	cmp rsp, [r14+16]  or  lea r12, [rsp-n]; cmp r12, [r14+16]
//	jbe slow
//
// and what it jumps to is not reached any more.
func (c *code) dropChecks(w *walk) {
	k := 0
	if isLeaR12(&c.insts[0]) {
		k = 1
	}
	if k+1 < len(c.insts) && isStackCompare(&c.insts[k]) && c.insts[k+1].Op == "JBE" {
		for j := 0; j <= k+1; j++ {
			c.insts[j].Op = dropped
			c.insts[j].Flow = amd64.FlowNext
		}
	}
}

// dropped marks an instruction that is followed but not kept.
const dropped = ""

func isLeaR12(i *inst) bool {
	return i.Op == "LEA" && i.Args[0].Reg == amd64.R12 && i.Args[1].Mem.Base == amd64.RSP
}

func isStackCompare(i *inst) bool {
	return i.Op == "CMP" && i.Args[0].Kind == amd64.KindReg && (i.Args[0].Reg == amd64.RSP || i.Args[0].Reg == amd64.R12) &&
		i.Args[1].Kind == amd64.KindMem && i.Args[1].Mem.Base == amd64.R14 && i.Args[1].Mem.Disp == 16
}

// follow marks what can run, from the first instruction on, and drops what only fills
// space.
func (c *code) follow(w *walk, p *piece) {
	todo := []int{0}
	seen := make([]bool, len(c.insts))
	for len(todo) > 0 {
		k := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if k >= len(c.insts) || seen[k] {
			continue
		}
		seen[k] = true
		i := &c.insts[k]
		i.keep = i.Op != dropped && i.Op != "NOP"
		if i.to >= 0 {
			todo = append(todo, i.to)
		}
		switch {
		case i.Flow == amd64.FlowJump, i.Flow == amd64.FlowReturn, i.Flow == amd64.FlowTrap:
		case i.Flow == amd64.FlowCall && !i.Indirect && w.returnsNot(p.old+uint64(int64(i.off+i.Size)+i.PCRel)):
		default:
			todo = append(todo, k+1)
		}
	}
}

// tls is how a PIE loads g from thread-local storage after a call of an assembly
// function: mov r14, −8; mov r14, fs:[r14]. Nothing reads g once the stack checks
// are gone.
var tls = []byte{0x49, 0xc7, 0xc6, 0xf8, 0xff, 0xff, 0xff, 0x64, 0x4d, 0x8b, 0x36}

func (c *code) dropTLS(p *piece) {
	for k := 0; k+1 < len(c.insts); k++ {
		if bytes.HasPrefix(p.data[c.insts[k].off:], tls) {
			c.insts[k].keep = false
			c.insts[k+1].keep = false
		}
	}
}

// refer reaches what instruction k refers to outside its function, and refuses what
// cannot be moved.
func (c *code) refer(w *walk, p *piece, k int) error {
	i := &c.insts[k]
	if !i.keep {
		return nil
	}
	if i.Prefix&amd64.PrefixSeg != 0 {
		return fmt.Errorf("uses a segment register at %#x", i.off)
	}
	if i.Indirect {
		if !contains(w.opt.Indirect, p.name) {
			c.table = true
		}
		return nil
	}
	if i.PCRelSize == 0 || i.to >= 0 {
		return nil
	}
	if i.PCRelSize != 4 {
		return fmt.Errorf("leaves by a short jump at %#x", i.off)
	}
	far, add, err := w.reach(p.old+uint64(int64(i.off+i.Size)+i.PCRel), p)
	if err != nil {
		return err
	}
	i.far, i.add = far, add
	isFlow := i.Flow == amd64.FlowCall || i.Flow == amd64.FlowJump || i.Flow == amd64.FlowCond
	switch {
	case isFlow && (add != 0 || !w.isFunc(far)):
		return fmt.Errorf("jumps into the middle of %s", far.name)
	case isFlow:
		c.calls = append(c.calls, far)
	case w.isFunc(far) && far != w.pieces[0]: // the entry is where the image begins, no more
		w.taken = append(w.taken, far)
	}
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
