package amd64

import "slul/compiler/ir"

// values.go finds out about IR values what selection asks.

// facts is indexed by value ID.
type facts struct {
	clean   []bool      // a W whose register's upper half is surely zero
	cleared []bool      // a parameter of which that is made sure at the start
	widened []bool      // a W that also serves as the L that ZextW makes of it
	address []bool      // only ever used as the address of loads and stores
	near    []bool      // used twice or less often, in its own block
	scaled  []bool      // a shift by 1 to 3 that addresses can do: only added to what makes them
	ahead   []int       // how many effects stand before it in its block
	second  []*ir.Value // of a call: the first OpResult2
	live    liveness
	arena   bool // the arena register never changes in this function
}

// find computes the facts of f, and the counts of uses.
func find(f *ir.Func) *facts {
	f.CountUses()
	n := f.NumIDs()
	k := &facts{
		clean:   make([]bool, n),
		cleared: make([]bool, n),
		widened: make([]bool, n),
		address: make([]bool, n),
		near:    make([]bool, n),
		scaled:  make([]bool, n),
		ahead:   make([]int, n),
		second:  make([]*ir.Value, n),
		arena:   true,
	}
	k.findClean(f)
	for _, b := range f.Blocks {
		effects := 0
		for _, v := range b.Values {
			k.ahead[v.ID] = effects
			if v.Op == ir.OpSetArena {
				k.arena = false
			}
			if v.Op == ir.OpResult2 && k.second[v.Args[0].ID] == nil {
				k.second[v.Args[0].ID] = v
			}
			if v.ChangesMemory() {
				effects++
			}
			if v.Op == ir.OpZextW && k.clean[v.Args[0].ID] {
				k.widened[k.root(v).ID] = true
			}
			if v.Op >= ir.OpLoad8 && v.Op <= ir.OpStore64 {
				k.address[v.Args[0].ID] = true
			}
		}
	}
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			for i, x := range v.Args {
				if i > 0 || v.Op < ir.OpLoad8 || v.Op > ir.OpStore64 {
					k.address[x.ID] = false
				}
			}
		}
		for _, x := range []*ir.Value{b.Ctl, b.Ctl2} {
			if x != nil {
				k.address[x.ID] = false
			}
		}
	}
	k.findNear(f)
	k.findScaled(f)
	k.live.find(f, k.root)
	return k
}

func (k *facts) findNear(f *ir.Func) {
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			k.near[v.ID] = v.Uses <= 2
		}
	}
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			for _, x := range v.Args {
				k.near[x.ID] = k.near[x.ID] && x.Block == b && v.Op != ir.OpPhi
			}
		}
		for _, x := range []*ir.Value{b.Ctl, b.Ctl2} {
			if x != nil {
				k.near[x.ID] = k.near[x.ID] && x.Block == b
			}
		}
	}
}

// findScaled needs address.
func (k *facts) findScaled(f *ir.Func) {
	each := func(do func(b *ir.Block, v *ir.Value)) {
		for _, b := range f.Blocks {
			for _, v := range b.Values {
				do(b, v)
			}
		}
	}
	each(func(_ *ir.Block, v *ir.Value) {
		if v.Op == ir.OpShl && v.Type == ir.L {
			c, ok := constant(v.Args[1])
			k.scaled[v.ID] = ok && 1 <= c && c <= 3
		}
	})
	each(func(_ *ir.Block, v *ir.Value) {
		fits := v.Op == ir.OpAdd && v.Check == ir.Wrap && k.address[v.ID] && v.Args[0] != v.Args[1]
		for _, x := range v.Args {
			k.scaled[x.ID] = k.scaled[x.ID] && fits
		}
	})
	for _, b := range f.Blocks {
		for _, x := range []*ir.Value{b.Ctl, b.Ctl2} {
			if x != nil {
				k.scaled[x.ID] = false
			}
		}
	}
}

// findClean: each operation on 32 bits clears the upper half. What comes from outside or
// from the low half of an L may hold anything. A phi is clean when all that reach it are:
// assume it of all, and take it back until nothing changes. A parameter that goes around a
// loop and serves as an L there is cleared once, at the start.
func (k *facts) findClean(f *ir.Func) {
	k.findCleared(f)
	var phis []*ir.Value
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			switch v.Op {
			case ir.OpParam:
				k.clean[v.ID] = k.cleared[v.ID]
				continue
			case ir.OpCall, ir.OpResult2, ir.OpTrunc:
				continue
			case ir.OpPhi:
				phis = append(phis, v)
			}
			k.clean[v.ID] = v.Type == ir.W
		}
	}
	for changed := true; changed; {
		changed = false
		for _, v := range phis {
			for _, x := range v.Args {
				if k.clean[v.ID] && !k.clean[x.ID] {
					k.clean[v.ID] = false
					changed = true
				}
			}
		}
	}
}

// findCleared finds the parameters that come through phis to a ZextW.
func (k *facts) findCleared(f *ir.Func) {
	var work []*ir.Value
	seen := make([]bool, f.NumIDs())
	need := func(v *ir.Value) {
		if v.Op == ir.OpPhi && !seen[v.ID] {
			seen[v.ID] = true
			work = append(work, v)
		}
	}
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			if v.Op == ir.OpZextW {
				need(v.Args[0])
			}
		}
	}
	for len(work) > 0 {
		v := work[len(work)-1]
		work = work[:len(work)-1]
		for _, x := range v.Args {
			need(x)
			if x.Op == ir.OpParam {
				k.cleared[x.ID] = true
			}
		}
	}
}

// root gives the value in whose register v lies: a Trunc is the register that it is made
// of, and so is a ZextW when the upper half is zero already.
func (k *facts) root(v *ir.Value) *ir.Value {
	for v.Op == ir.OpTrunc || v.Op == ir.OpZextW && k.clean[v.Args[0].ID] {
		v = v.Args[0]
	}
	return v
}

// constant gives the value of v when it is known: of a W sign-extended.
func constant(v *ir.Value) (int64, bool) {
	switch v.Op {
	case ir.OpConst:
		if v.Type == ir.W {
			return int64(int32(v.Imm)), true
		}
		return v.Imm, true
	case ir.OpTrunc, ir.OpSextW:
		c, ok := constant(v.Args[0])
		return int64(int32(c)), ok
	case ir.OpZextW:
		c, ok := constant(v.Args[0])
		return int64(uint32(c)), ok
	}
	return 0, false
}
