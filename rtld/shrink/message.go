package shrink

import (
	"iter"
	"slices"

	"slul/asm/amd64"
)

// Messages: what says why the loader ends needs its text once, and never comes back, so the text
// may stand where nothing runs:
//
//	lea rax, [rip+text]; …; call f      12 bytes and the text
//	…; call fAt; the text                5 bytes and the text, with   fAt: pop rax; jmp f
//
// opt.At says which f have an fAt, a function in assembly. Long texts stay among the constants: a call saves as
// much for a short one, and there may be no code in the last page (layout.go).

// maxText bounds a text that is moved, in bytes with its NUL.
const maxText = 17

// placeMessages moves each text that only one such call refers to.
func placeMessages(w *walk) {
	uses := map[*piece]int{}
	for c, k := range w.kept() {
		uses[c.insts[k].far]++
	}
	moved := map[*piece]bool{}
	for c, k := range w.kept() {
		i := &c.insts[k]
		if i.Op != "LEA" || i.Args[0].Reg != amd64.RAX || i.far == nil || !i.far.isText() || uses[i.far] != 1 || len(i.far.data) > maxText {
			continue
		}
		call := c.callWith(k, amd64.RAX)
		if call == nil || !call.stops || w.opt.At[call.far.name] == "" {
			continue
		}
		call.text = i.far.data
		moved[i.far] = true
		i.keep = false
		call.far = w.at[w.byName[w.opt.At[call.far.name]]] // a root of the walk
	}
	w.pieces = slices.DeleteFunc(w.pieces, func(p *piece) bool { return moved[p] })
}

// kept yields the instructions of all functions that are kept, each by its function and its index.
func (w *walk) kept() iter.Seq2[*code, int] {
	return func(yield func(*code, int) bool) {
		for _, p := range w.pieces {
			if p.code == nil {
				continue
			}
			for k := range p.code.insts {
				if p.code.insts[k].keep && !yield(p.code, k) {
					return
				}
			}
		}
	}
}

// isText tells whether p is a string constant without a symbol.
func (p *piece) isText() bool { return p.code == nil && p.name[0] == '"' }
