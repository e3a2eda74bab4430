package shrink

import (
	"bytes"
	"fmt"
	"strings"

	"slul/asm/amd64"
)

// code is a function as a list of instructions, some of which are dropped.
type code struct {
	insts    []inst
	calls    []*piece // functions that it calls or jumps to, in order, once each
	standIns []string // of these, which stand for Go functions and so take registers
	frame    int64    // bytes below rbp that shortenPrologue asks for
	table    bool     // it calls through a register: any function whose address is taken
}

// inst is one instruction of a function.
type inst struct {
	amd64.Inst
	raw   []byte // as linked
	off   int    // in the function, as linked
	keep  bool
	stops bool   // a call that does not come back
	to    int    // index of the instruction that it jumps to in this function, or −1
	far   *piece // what the relative field refers to outside of it
	add   uint64 // how far into far
	text  []byte // what stands behind it, see placeMessages
	new   int    // offset in the function, as finished
	size  int    // bytes, as finished: jumps may get shorter or longer
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
		c.insts = append(c.insts, inst{Inst: i, raw: p.data[off : off+i.Size], off: off, to: -1})
		off += i.Size
	}
	for k := range c.insts {
		if err := c.target(k, p, index); err != nil {
			return nil, err
		}
	}
	c.dropChecks()
	c.joinTraps(w, p)
	c.follow(w, p)
	c.dropTLS(p)
	c.dropNilChecks()
	// Calls come first: of "newobject" and the nameless descriptor of a type that it is
	// given, the former says more.
	for _, calls := range []bool{true, false} {
		for k := range c.insts {
			if (c.insts[k].Flow == amd64.FlowCall) == calls {
				if err := c.refer(w, p, k); err != nil {
					return nil, err
				}
			}
		}
	}
	return c, nil
}

// finish makes c, of the function p, as small as it can be, when all functions are known.
func (c *code) finish(w *walk, p *piece) error {
	if err := c.useBase(w); err != nil {
		return err
	}
	c.mergeTails(w)
	c.threadJumps(w)
	c.turnBranches()
	c.dropDeadStores(p)
	c.shortenFrame(p)
	isSmall := !contains(w.opt.Fast, p.name) && !strings.HasSuffix(p.name, ".abi0")
	if isSmall {
		c.shortenPrologue()
	}
	c.shortenMoves(isSmall)
	return nil
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
func (c *code) dropChecks() {
	k := 0
	if isLeaR12(&c.insts[0]) {
		k = 1
	}
	if k+1 < len(c.insts) && isStackCompare(&c.insts[k]) && c.insts[k+1].Op == "JBE" {
		for j := 0; j <= k+1; j++ {
			c.insts[j].Op = dropped
			c.insts[j].Flow, c.insts[j].to = amd64.FlowNext, -1
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

// joinTraps sends all failed checks of a function to one call of the trap.
func (c *code) joinTraps(w *walk, p *piece) {
	first := -1
	for k := range c.insts {
		to := c.insts[k].to
		if to < 0 || !c.isTrap(w, p, to) {
			continue
		}
		if first < 0 {
			first = to
		}
		c.insts[k].to = first
	}
}

// isTrap tells whether the instructions from k on do nothing but load what describes a
// failed check and call a routine for which the trap stands in.
func (c *code) isTrap(w *walk, p *piece, k int) bool {
	for hops := 0; k < len(c.insts)-1 && hops < len(c.insts); hops++ {
		i := &c.insts[k]
		switch {
		case i.Op == "MOV" && i.Args[0].Kind == amd64.KindReg && i.Args[1].Kind != amd64.KindMem, i.Op == "NOP":
			k++
			continue
		case i.Flow == amd64.FlowJump && i.to >= 0:
			k = i.to
			continue
		}
		break
	}
	i := &c.insts[k]
	if i.Flow != amd64.FlowCall || i.Indirect {
		return false
	}
	s, ok := w.symbolAt(p.callee(i))
	to, replaced := w.replacement(s.Name)
	return ok && replaced && to == w.opt.Trap
}

// callee returns what a direct jump or call leads to, an address of the linked file.
func (p *piece) callee(i *inst) uint64 { return p.old + uint64(int64(i.off+i.Size)+i.PCRel) }

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
		case i.Flow == amd64.FlowCall && !i.Indirect && w.returnsNot(p.callee(i)):
			i.stops = true
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

// dropNilChecks takes out "test byte [r], al" whose result nobody looks at: so Go checks
// a pointer that it uses later, and that use faults as well.
func (c *code) dropNilChecks() {
	for k := 0; k+1 < len(c.insts); k++ {
		i, next := &c.insts[k], &c.insts[k+1]
		if i.Op == "TEST" && i.Args[0].Kind == amd64.KindMem && i.Args[0].Mem.Base != amd64.RIP && i.Args[0].Width == 1 &&
			i.Args[1].Kind == amd64.KindReg && i.Args[1].Reg == amd64.RAX && !readsFlags(next) {
			i.keep = false
		}
	}
}

// readsFlags tells whether i may depend on the flags that the instruction before left.
func readsFlags(i *inst) bool {
	return i.Flow != amd64.FlowNext || strings.HasPrefix(i.Op, "SET") || strings.HasPrefix(i.Op, "CMOV") || i.Op == "ADC" || i.Op == "SBB"
}

// refer reaches what instruction k refers to outside its function, and refuses what
// cannot be moved.
func (c *code) refer(w *walk, p *piece, k int) error {
	i := &c.insts[k]
	if !i.keep {
		return nil
	}
	if i.Prefix&amd64.PrefixSeg != 0 && !w.isExport(p) {
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
	if s, ok := w.symbolAt(p.callee(i)); ok && i.Flow == amd64.FlowCall && w.opt.Inline[s.Name] != nil {
		var err error
		i.raw = w.opt.Inline[s.Name]
		i.Inst, err = amd64.Decode(i.raw)
		return err
	}
	far, add, err := w.reach(p.callee(i), p)
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
		if t, ok := w.symbolAt(p.callee(i)); ok && t.Name != far.name {
			c.standIns = append(c.standIns, far.name)
		}
	case !w.isFunc(far) || far == w.pieces[0]: // the entry is where the image begins, no more
	case strings.HasSuffix(far.name, ".abi0"): // assembly is for the kernel or the program to call
		w.outer = append(w.outer, far)
	default:
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
