package ir

import "slices"

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

// form is what inlining asks of a function.
type form struct {
	size                 int // see Block.size, of the first block
	canInline, canSplice bool
}

// noteForm notes the form of f, if it is not known.
func (f *Func) noteForm() {
	if !f.sum.hasForm {
		f.sum.hasForm = true
		f.sum.form = form{f.Blocks[0].size(), f.canInline(), f.canSplice()}
	}
}

// inlining says what is put in place of calls, by the number of the name; nil for others.
type inlining struct {
	*callGraph
	always, inLoops, spliced []*Func // everywhere; in loops; in loops, several blocks
}

// inlineSmall gives the functions that have changed.
func inlineSmall(m *Module) (changed []*Func) {
	in := &inlining{callGraph: m.callGraph()}
	calls := make([]int32, len(in.names))
	for _, f := range m.Funcs {
		for _, m := range f.sum.named {
			calls[m.name]++
		}
	}
	in.always, in.inLoops, in.spliced = make([]*Func, len(in.names)), make([]*Func, len(in.names)), make([]*Func, len(in.names))
	for _, f := range m.Funcs {
		if !f.sum.hasForm {
			f.withRoom((*Func).noteForm)
		}
		form := &f.sum.form
		switch {
		case !form.canInline:
		case form.size <= inlineAlways || calls[f.number] == 1 && form.size <= inlineOnce:
			in.always[f.number] = f
		case form.size <= inlineOften && !f.NoReturn:
			in.inLoops[f.number] = f
		}
		if form.canSplice {
			in.spliced[f.number] = f
		}
	}
	for _, f := range m.Funcs {
		if in.always[f.number] != nil {
			continue // its own callers take it as it is now
		}
		isLooked, isNamed := false, false // loops have to be known; something may be put in place
		for _, m := range f.sum.named {
			isLooked = isLooked || !m.isOnce && (in.inLoops[m.name] != nil || in.spliced[m.name] != nil)
			isNamed = isNamed || in.always[m.name] != nil
		}
		if !isLooked && !isNamed {
			continue
		}
		isChanged := false
		f.withRoom(func(f *Func) {
			loops := &blockSet{}
			if isLooked {
				loops = f.inLoops()
			}
			isChanged = in.into(f, loops)
			isChanged = in.spliced[f.number] == nil && in.spliceInto(f, loops) || isChanged
		})
		if isChanged {
			f.changed()
			changed = append(changed, f)
		}
	}
	return changed
}

// size counts the values that make code of their own.
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

// into puts functions in place of their calls.
func (in *inlining) into(f *Func, loops *blockSet) bool {
	r := f.replacements()
	changed := false
	last := int32(-1)
	for _, m := range f.sum.named {
		if m.block == last || in.always[m.name] == nil && (in.inLoops[m.name] == nil || m.isOnce) {
			continue
		}
		last = m.block
		b := f.Blocks[m.block]
		called := func(v *Value) *Func { // what comes in place of v
			if v.Op != OpCall {
				return nil
			}
			n := in.numbers[v.Sym]
			of := in.always[n]
			if of == nil && loops.has(b) && !b.Cold && in.inLoops[n] != f {
				of = in.inLoops[n]
			}
			if of == nil || !of.trapsFit(f) {
				return nil
			}
			return of
		}
		first := slices.IndexFunc(b.Values, func(v *Value) bool { return called(v) != nil })
		if first < 0 {
			continue
		}
		changed = true
		old := slices.Clone(b.Values[first:])
		b.Values = b.Values[:first]
		var second *Value // what stands for a result2 that comes next
		for _, v := range old {
			of := called(v)
			switch {
			case of != nil:
				second = copyBody(f, b, of, v, r)
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
