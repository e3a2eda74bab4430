package ir

import "maps"

// repair.go makes SSA form of a value again that has got a second definition, as when
// code was copied: its uses get what reaches them, by phis where ways meet (as in build.go).

// repairer looks for what one variable is where it is used.
type repairer struct {
	f     *Func
	like  *Value            // what phis are made like
	defs  map[*Block]*Value // blocks that define it: uses there are right already
	end   map[*Block]*Value // the variable at the end of a block
	start map[*Block]*Value
	phis  []*Value
}

// repairUses replaces values, wherever they are used outside of the blocks that define
// them, by what reaches the use. defs gives for each the definitions by their blocks; the
// value itself is one of them, and each use is reached by one of them on every way. In
// blocks of which isRight says so, uses stay; of a phi's argument, that is its predecessor.
func repairUses(f *Func, defs map[*Value]map[*Block]*Value, isRight func(b *Block) bool) {
	list := map[*Value]*repairer{}
	of := func(v *Value) *repairer {
		if v == nil || defs[v] == nil {
			return nil
		}
		if list[v] == nil {
			list[v] = &repairer{f: f, like: v, defs: defs[v], end: maps.Clone(defs[v]), start: map[*Block]*Value{}}
		}
		return list[v]
	}
	var phis []*Value
	use := func(at **Value, b *Block, isPhi bool) {
		r := of(*at)
		switch {
		case r == nil || isRight(b):
			return
		case isPhi:
			*at = r.atEnd(b)
		case r.defs[b] == nil:
			*at = r.atStart(b)
		}
		phis, r.phis = append(phis, r.phis...), nil
	}
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			for i := range v.Args {
				if v.Op == OpPhi {
					use(&v.Args[i], b.Preds[i], true)
				} else {
					use(&v.Args[i], b, false)
				}
			}
		}
		use(&b.Ctl, b, false)
		use(&b.Ctl2, b, false)
	}
	for _, v := range phis {
		v.Block.Values = append([]*Value{v}, v.Block.Values...)
	}
}

func (r *repairer) atEnd(b *Block) *Value {
	if v := r.end[b]; v != nil {
		return v
	}
	v := r.atStart(b)
	r.end[b] = v
	return v
}

func (r *repairer) atStart(b *Block) *Value {
	if v := r.start[b]; v != nil {
		return v
	}
	if len(b.Preds) == 1 {
		v := r.atEnd(b.Preds[0])
		r.start[b] = v
		return v
	}
	phi := r.f.newValue(OpPhi, r.like.Type)
	phi.Block, phi.Nonneg, phi.Pos = b, r.like.Nonneg, r.like.Pos
	r.start[b] = phi // ends the search in a loop
	r.phis = append(r.phis, phi)
	for _, p := range b.Preds {
		phi.Args = append(phi.Args, r.atEnd(p))
	}
	return phi
}
