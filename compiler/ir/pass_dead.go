package ir

// pass_dead.go removes values that nobody uses and that do nothing. Rings of phis that
// only use each other go as well.

func removeDead(f *Func) {
	r := f.space()
	live, work := zeroed(r.marks, f.nextID), r.work[:0]
	mark := func(v *Value) {
		if v != nil && !live[v.ID] {
			live[v.ID] = true
			work = append(work, v)
		}
	}
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			if v.HasEffect() {
				mark(v)
			}
		}
		mark(b.Ctl)
		mark(b.Ctl2)
	}
	for len(work) > 0 {
		v := work[len(work)-1]
		work = work[:len(work)-1]
		for _, a := range v.Args {
			mark(a)
		}
	}
	f.keep(func(v *Value) bool { return live[v.ID] })
	r.marks, r.work = live, work
}
