package compiler

import (
	"encoding/binary"

	"slul/asm"
	"slul/compiler/ir"
	"slul/elfimage"
)

// stack.go finds how much of the stack the program's funcs need at most between two
// questions whether there is room (compiler/ir, lower_stack.go). Only funcs that ask call
// in circles, so the calls between two questions form a graph without them.

const (
	// stackMost is how much funcs that do not ask may need together, in bytes. Where it is
	// more, all funcs of the program ask: a program without recursion never does otherwise,
	// so this is also what it may take without the stack having been looked at. A library
	// never needs more: programs that were built before it rely on that.
	stackMost = 64 << 10

	// stackSlack is for what no call shows: the vDSO's own funcs, and second turns in core
	// (see below).
	stackSlack = 2 << 10

	returnAddress = 8
)

// stackUse is what is known of each func.
type stackUse struct {
	frames map[string]int64    // bytes at most, without the return address
	calls  map[string][]string // names that its code leaves open
	asks   map[string]string   // funcs that ask, and what they call when there is no room
	deep   map[string]int64    // what was computed
}

func newStackUse() *stackUse {
	return &stackUse{map[string]int64{}, map[string][]string{}, map[string]string{}, map[string]int64{}}
}

// add notes a func's code.
func (u *stackUse) add(f *ir.Func, code *asm.Code) {
	u.addCode(f.Name, code)
	if f.Asks {
		u.asks[f.Name] = f.TrapSym
	}
}

// addCode notes the code of a func that does not ask.
func (u *stackUse) addCode(name string, code *asm.Code) {
	most := int64(0)
	for _, at := range code.Frames {
		most = max(most, at.Depth)
	}
	u.frames[name] = most
	for _, fixup := range code.Fixups {
		u.calls[name] = append(u.calls[name], fixup.Sym)
	}
}

// below is what a func and those that it calls take until the next question, or to the
// end; 0 for what is no func. Circles are left in core, which are gone through once at
// most: arena_new calls arena_more when a chunk is full, and that calls it again; a trap writes
// with funcs that may trap for other reasons. The second turn is slack.
func (u *stackUse) below(name string) int64 {
	if n, known := u.deep[name]; known {
		return n
	}
	u.deep[name] = 0
	most := int64(0)
	for _, callee := range u.calls[name] {
		need := u.frames[callee]
		if trap, asks := u.asks[callee]; asks {
			need += returnAddress + u.below(trap) // its frame is there before it asks
		} else {
			need = u.below(callee)
		}
		if _, isFunc := u.frames[callee]; isFunc {
			most = max(most, returnAddress+need)
		}
	}
	u.deep[name] = u.frames[name] + most
	return u.deep[name]
}

// need is what must be kept free for everything between two questions.
func (u *stackUse) need() int64 {
	most := int64(0)
	for name := range u.frames {
		most = max(most, u.below(name))
	}
	return most + stackSlack
}

// spare is what a program must keep free, whose own need is known. A func of a library
// asks when its frame is there already, and up to the next question may need as much as
// any module.
func (l *linker) spare(need int64) int64 {
	for name := range l.done {
		if ir.IsForeign(name) {
			return max(need, stackMost) + stackMost
		}
	}
	return need
}

// setStackSpare writes what must be kept free to where the program reads it.
func setStackSpare(image *elfimage.Image, need int64) {
	for _, s := range image.Symbols {
		if s.Name == ir.StackSpare {
			binary.LittleEndian.PutUint64(image.Rodata[s.Off:], uint64(need))
		}
	}
}
