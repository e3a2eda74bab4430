package compiler

import (
	"encoding/binary"

	"slul/compiler/ir"
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

// stackUse is what is known of a func, by its number among the linker's names.
type stackUse struct {
	isCode  bool
	asks    bool
	trap    int32 // what it calls when it asks and there is no room
	callees int32 // those in linker.calls begin here
	count   int32 // and are so many: all names that its code leaves open
	frame   int64 // bytes at most, without the return address
	deep    int64 // what below found, once it is known
	known   bool
}

// noteStack notes the code of name n, and wants the names that it leaves open.
func (l *linker) noteStack(n int32) {
	code, use := l.names[n].code, stackUse{isCode: true, callees: int32(len(l.calls)), count: int32(len(l.names[n].code.Fixups))}
	for _, at := range code.Frames {
		use.frame = max(use.frame, at.Depth)
	}
	for k := range code.Fixups {
		l.calls = append(l.calls, l.want(code.Fixups[k].Sym))
	}
	if f := l.names[n].f; f > 0 && l.m.Funcs[f-1].Asks {
		use.asks, use.trap = true, l.number(l.m.Funcs[f-1].TrapSym)
	}
	l.names[n].stackUse = use
}

// below is what a func and those that it calls take until the next question, or to the
// end; 0 for what is no func. Circles are left in core, which are gone through once at
// most: arena_new calls arena_more when a chunk is full, and that calls it again; a trap writes
// with funcs that may trap for other reasons. The second turn is slack.
func (l *linker) below(n int32) int64 {
	x := &l.names[n].stackUse
	if x.known {
		return x.deep
	}
	x.known = true
	most := int64(0)
	for _, c := range l.calls[x.callees:][:x.count] {
		callee := &l.names[c].stackUse
		need := callee.frame
		if callee.asks {
			need += returnAddress + l.below(callee.trap) // its frame is there before it asks
		} else {
			need = l.below(c)
		}
		if callee.isCode {
			most = max(most, returnAddress+need)
		}
	}
	x.deep = x.frame + most
	return x.deep
}

// stackNeed is what must be kept free for everything between two questions.
func (l *linker) stackNeed() int64 {
	most := int64(0)
	for _, n := range l.order {
		most = max(most, l.below(n))
	}
	return most + stackSlack
}

// spare is what a program must keep free, whose own need is known. A func of a library
// asks when its frame is there already, and up to the next question may need as much as
// any module.
func (l *linker) spare(need int64) int64 {
	for _, n := range l.order {
		if ir.IsForeign(l.names[n].name) {
			return max(need, stackMost) + stackMost
		}
	}
	return need
}

// setStackSpare writes what must be kept free to where the program reads it.
func (l *linker) setStackSpare(need int64) {
	if n, known := l.numbers[ir.StackSpare]; known && l.names[n].wanted {
		binary.LittleEndian.PutUint64(l.image.Rodata[l.names[n].off:], uint64(need))
	}
}
