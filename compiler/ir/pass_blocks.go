package ir

// pass_blocks.go simplifies the graph of blocks and the phis that come of it.

// removeUnreached drops the blocks that the entry does not reach, and their edges.
func (f *Func) removeUnreached() {
	reached := make([]bool, f.nextBlk)
	for _, b := range f.postorder() {
		reached[b.ID] = true
	}
	kept := f.Blocks[:0]
	for _, b := range f.Blocks {
		if reached[b.ID] {
			kept = append(kept, b)
			continue
		}
		for _, s := range b.Succs {
			if i := s.predIndex(b); i >= 0 && reached[s.ID] {
				s.removePred(i)
			}
		}
	}
	clear(f.Blocks[len(kept):])
	f.Blocks = kept
}

// simplifyPhis replaces each phi that gets only one value (and perhaps itself) by that
// value, until there is none. What lies behind is copy propagation: SSA form has no
// other copies.
func simplifyPhis(f *Func) {
	r := replacements{}
	for changed := true; changed; {
		changed = false
		for _, b := range f.Blocks {
			for _, v := range b.phis() {
				if r[v] != nil {
					continue
				}
				if one := onlyArg(v, r); one != nil {
					r[v] = one
					changed = true
				}
			}
		}
	}
	r.apply(f)
}

// onlyArg gives the one value, other than v, that comes into the phi v; nil when there
// are several.
func onlyArg(v *Value, r replacements) *Value {
	var one *Value
	for _, a := range v.Args {
		a = r.find(a)
		if a == v || a == one {
			continue
		}
		if one != nil {
			return nil
		}
		one = a
	}
	return one
}
