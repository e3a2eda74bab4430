package ir

// pass_inline.go puts the values of small functions in place of their calls. For
// functions of one block nothing of the caller's graph changes; pass_splice.go does it
// for larger ones. Their places in the source come along, so traps and line tables stay
// right.

// Sizes up to which a function is put in place of a call, in values that make code.
const (
	inlineAlways = 3  // about as much as a call with its arguments
	inlineOften  = 8  // in loops: what the call costs there is more than the bytes
	inlineOnce   = 12 // the only call: the function itself goes away
)

// inlineSmall gives the functions that have changed.
func inlineSmall(m *Module) (changed []*Func) {
	funcs, calls := map[string]*Func{}, map[string]int{}
	for _, f := range m.Funcs {
		funcs[f.Name] = f
		for _, b := range f.Blocks {
			for _, v := range b.Values {
				if v.Sym != "" {
					calls[v.Sym]++
				}
			}
		}
	}
	small, often := map[string]*Func{}, map[string]*Func{}
	for _, f := range m.Funcs {
		switch n := f.size(); {
		case !f.canInline():
		case n <= inlineAlways || calls[f.Name] == 1 && n <= inlineOnce:
			small[f.Name] = f
		case n <= inlineOften && !f.NoReturn:
			often[f.Name] = f
		}
	}
	fit := map[string]*Func{}
	for _, f := range m.Funcs {
		if f.canSplice() {
			fit[f.Name] = f
		}
	}
	for _, f := range m.Funcs {
		if small[f.Name] != nil {
			continue // its own callers take it as it is now
		}
		if !f.namesAny(small, often, fit) {
			continue
		}
		isChanged := false
		f.withRoom(func(f *Func) {
			loops := f.inLoops()
			isChanged = inlineInto(f, loops, small, often)
			isChanged = fit[f.Name] == nil && spliceInto(f, loops, fit) || isChanged
		})
		if isChanged {
			f.sum.isKnown = false
			changed = append(changed, f)
		}
	}
	return changed
}

// namesAny says whether f has a value with the name of one of these functions.
func (f *Func) namesAny(lists ...map[string]*Func) bool {
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			if v.Sym == "" {
				continue
			}
			for _, list := range lists {
				if list[v.Sym] != nil {
					return true
				}
			}
		}
	}
	return false
}

// size counts the values of the first block that make code of their own.
func (f *Func) size() int { return f.Blocks[0].size() }

func (b *Block) size() (n int) {
	for _, v := range b.Values {
		switch v.Op {
		case OpParam, OpConst, OpTrunc, OpZextW:
		case OpCall: // its arguments have to be put in place
			n += 2
		default:
			n++
		}
	}
	return n
}

// canInline says whether the function may stand in place of its calls at all. One that
// calls itself has more than one block, or never ends.
func (f *Func) canInline() bool {
	if len(f.Blocks) != 1 || f.Start || f.Keep {
		return false
	}
	for _, v := range f.Blocks[0].Values {
		if v.Op == OpSlot || v.Sym == f.Name {
			return false
		}
	}
	return true
}

// inlineInto puts the functions of small in place of their calls, and those of often where
// that is in one of the loops.
func inlineInto(f *Func, loops *blockSet, small, often map[string]*Func) bool {
	r := f.replacements()
	changed := false
	for _, b := range f.Blocks {
		isOften := loops.has(b) && !b.Cold
		old := b.Values
		b.Values = make([]*Value, 0, len(old))
		var second *Value // what stands for a result2 that comes next
		for _, v := range old {
			of := small[v.Sym]
			if of == nil && isOften && often[v.Sym] != f {
				of = often[v.Sym]
			}
			switch {
			case v.Op == OpCall && of != nil && of.trapsFit(f):
				second = copyBody(f, b, of, v, r)
				changed = true
			case v.Op == OpResult2 && second != nil:
				r.set(v, second)
				second = nil
			default:
				b.Values = append(b.Values, v)
				second = nil
			}
		}
	}
	r.use()
	return changed
}

// trapsFit says whether the traps of f may happen in to: they name their file.
func (f *Func) trapsFit(to *Func) bool { return f.TrapSym == "" || f.TrapSym == to.TrapSym }

// mapped is what now stands for each value.
func mapped(list []*Value, now map[*Value]*Value) []*Value {
	out := make([]*Value, len(list))
	for i, v := range list {
		out[i] = standIn(v, now)
	}
	return out
}

// standIn is what now stands for v: v itself when now does not know it.
func standIn(v *Value, now map[*Value]*Value) *Value {
	if w := now[v]; w != nil {
		return w
	}
	return v
}

// copyBody appends the values of a function to b, with the call's arguments for its
// parameters. r learns what stands for the call; the second result is given back.
func copyBody(f *Func, b *Block, of *Func, call *Value, r *replacements) (second *Value) {
	body := of.Blocks[0]
	now := map[*Value]*Value{}
	for i, p := range of.Params {
		now[p] = call.Args[i]
	}
	for _, v := range body.Values {
		if v.Op == OpParam {
			continue
		}
		w := f.copyTo(b, v)
		w.Args = mapped(v.Args, now)
		now[v] = w
	}
	if body.Ctl != nil {
		r.set(call, now[body.Ctl])
	}
	return now[body.Ctl2]
}
