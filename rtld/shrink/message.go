package shrink

import "slul/asm/amd64"

// Messages: what says why the loader ends needs its text once, and never comes back, so the text
// may stand where nothing runs:
//
//	lea rax, [rip+text]; …; call f      12 bytes and the text
//	…; call fAt; the text                5 bytes and the text, with   fAt: pop rax; jmp f
//
// opt.At says which f have an fAt, a function in assembly. Long texts stay among the constants: a call saves as
// much for a short one, and there may be no code in the last page (layout.go).

// maxText bounds a text that is moved, in bytes with its NUL.
const maxText = 19

// placeMessages moves each text that only one such call refers to.
func placeMessages(w *walk) error {
	uses := map[*piece]int{}
	for _, p := range w.pieces {
		if p.code == nil {
			continue
		}
		for k := range p.code.insts {
			if i := &p.code.insts[k]; i.keep && i.far != nil {
				uses[i.far]++
			}
		}
	}
	moved := map[*piece]bool{}
	for _, p := range w.pieces {
		if p.code == nil {
			continue
		}
		for k := range p.code.insts {
			i := &p.code.insts[k]
			if !i.keep || i.Op != "LEA" || i.Args[0].Reg != amd64.RAX || i.far == nil || !i.far.isText() || uses[i.far] != 1 || len(i.far.data) > maxText {
				continue
			}
			call := p.code.callWith(k, amd64.RAX)
			if call == nil || !call.stops || w.opt.At[call.far.name] == "" {
				continue
			}
			at, ok := w.byName[w.opt.At[call.far.name]]
			if !ok {
				return w.blame(p, "needs "+w.opt.At[call.far.name]+", which is not linked")
			}
			call.text = i.far.data
			moved[i.far] = true
			i.keep = false
			call.far = w.at[at]
		}
	}
	kept := w.pieces[:0]
	for _, p := range w.pieces {
		if !moved[p] {
			kept = append(kept, p)
		}
	}
	w.pieces = kept
	return nil
}

// isText tells whether p is a string constant without a symbol.
func (p *piece) isText() bool { return p.code == nil && p.name[0] == '"' }
