package amd64

import (
	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// values.go finds out about IR values what selection asks. The values of a function are gone
// through twice: for what each is by itself, then for how it is used.

// fact is what is known of one value, and what selection notes of it.
type fact struct {
	clean   bool // a W whose register's upper half is surely zero
	cleared bool // a parameter of which that is made sure at the start
	widened bool // a W that also serves as the L that ZextW makes of it
	pointer bool // used as the address of a load or store
	other   bool // used as anything else
	far     bool // used outside its own block, or by a phi
	scaled  bool // a shift by 1 to 3 that addresses can do: only added to what makes them
	ends    bool // of a root: needed behind its own block, by a phi
	seen    bool // by findCleared

	ahead    int32 // how many effects stand before it in its block
	number   int32 // of a root that other blocks need; see live.go
	divided  int32 // 1 + the place of the last division of it in facts.divisions; 0: none
	division int32 // of a division: 1 + its own place

	second *ir.Value // of a call: the first OpResult2
	with   *ir.Value // of a division: one that is done with it

	local int32    // of an OpSlot: number of the frame object
	inUse int32    // of a root: 1 + the ID of the block in which it was needed last
	reg   mach.Reg // of a root; 0: not needed so far
}

// facts is what is known of a function. Its lists serve the next one.
type facts struct {
	of        []fact  // by value ID
	effects   []int32 // by block ID: how many it has
	divisions []division
	live      liveness
	arena     bool // the arena register never changes in this function
	shifts    bool // some value is scaled

	phis, zexts, work []*ir.Value
}

// division is a quotient or remainder; before is the place of the last one before it with the
// same dividend, as in fact.divided.
type division struct {
	v      *ir.Value
	before int32
}

// isAddress says whether v is only ever used as the address of loads and stores.
func (k *facts) isAddress(v *ir.Value) bool { return k.of[v.ID].pointer && !k.of[v.ID].other }

// isNear says whether v is used twice or less often, in its own block.
func (k *facts) isNear(v *ir.Value) bool { return v.Uses <= 2 && !k.of[v.ID].far }

// find computes the facts of f, and the counts of uses.
func (k *facts) find(f *ir.Func) {
	k.of = grown(k.of, f.NumIDs())
	k.effects = grown(k.effects, f.NumBlockIDs())
	k.phis, k.zexts, k.divisions = k.phis[:0], k.zexts[:0], k.divisions[:0]
	k.arena, k.shifts = true, false
	for _, b := range f.Blocks {
		effects := int32(0)
		for _, v := range b.Values {
			k.of[v.ID].ahead = effects
			k.value(v)
			if v.ChangesMemory() {
				effects++
			}
		}
		k.effects[b.ID] = effects
	}
	k.findClean(f)
	k.live.begin()
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			if v.Op == ir.OpPhi {
				for i, x := range v.Args {
					k.use(x, b, false)
					k.of[x.ID].far = true
					k.needs(x, b.Preds[i], true)
				}
				continue
			}
			for i, x := range v.Args {
				k.use(x, b, i == 0 && ir.OpLoad8 <= v.Op && v.Op <= ir.OpStore64)
				k.needs(x, b, false)
			}
		}
		for _, x := range [...]*ir.Value{b.Ctl, b.Ctl2} {
			if x != nil {
				k.use(x, b, false)
				k.needs(x, b, false)
			}
		}
	}
	if k.shifts {
		k.findScaled(f)
	}
	k.live.find(f)
}

// free lets go of the values of the function.
func (k *facts) free() {
	clear(k.of)
	clear(k.divisions)
	clear(k.phis)
	clear(k.zexts)
	clear(k.work[:cap(k.work)])
	clear(k.live.roots)
}

// value notes what v is by itself.
func (k *facts) value(v *ir.Value) {
	x := &k.of[v.ID]
	v.Uses = 0
	x.clean = v.Type == ir.W
	switch v.Op {
	case ir.OpParam, ir.OpCall, ir.OpTrunc:
		x.clean = false
	case ir.OpResult2:
		x.clean = false
		if call := &k.of[v.Args[0].ID]; call.second == nil {
			call.second = v
		}
	case ir.OpSetArena:
		k.arena = false
	case ir.OpPhi:
		k.phis = append(k.phis, v)
	case ir.OpZextW:
		k.zexts = append(k.zexts, v)
	case ir.OpShl:
		if v.Type == ir.L {
			c, ok := constant(v.Args[1])
			x.scaled = ok && 1 <= c && c <= 3
			k.shifts = k.shifts || x.scaled
		}
	case ir.OpDiv, ir.OpRem, ir.OpUDiv, ir.OpURem:
		of := &k.of[v.Args[0].ID]
		k.divisions = append(k.divisions, division{v, of.divided})
		of.divided = int32(len(k.divisions))
		x.division = of.divided
	}
}

// use notes that x is used in b.
func (k *facts) use(x *ir.Value, b *ir.Block, pointer bool) {
	x.Uses++
	at := &k.of[x.ID]
	if pointer {
		at.pointer = true
	} else {
		at.other = true
	}
	if x.Block != b {
		at.far = true
	}
}

// needs notes that x is needed in b, or at its end.
func (k *facts) needs(x *ir.Value, b *ir.Block, atEnd bool) {
	x = k.root(x)
	at := &k.of[x.ID]
	if x.Block != b {
		k.live.need(x, at, b, atEnd)
	} else if atEnd {
		at.ends = true
	}
}

// findScaled takes back what is not only added to addresses. Needs the uses.
func (k *facts) findScaled(f *ir.Func) {
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			fits := v.Op == ir.OpAdd && v.Check == ir.Wrap && v.Args[0] != v.Args[1] && k.isAddress(v)
			for _, x := range v.Args {
				if !fits {
					k.of[x.ID].scaled = false
				}
			}
		}
		for _, x := range [...]*ir.Value{b.Ctl, b.Ctl2} {
			if x != nil {
				k.of[x.ID].scaled = false
			}
		}
	}
}

// findClean: each operation on 32 bits clears the upper half. What comes from outside or
// from the low half of an L may hold anything. A phi is clean when all that reach it are:
// assume it of all, and take it back until nothing changes. A parameter that goes around a
// loop and serves as an L there is cleared once, at the start.
func (k *facts) findClean(f *ir.Func) {
	k.findCleared()
	for _, v := range f.Params {
		k.of[v.ID].clean = k.of[v.ID].cleared
	}
	for changed := true; changed; {
		changed = false
		for _, v := range k.phis {
			for _, x := range v.Args {
				if k.of[v.ID].clean && !k.of[x.ID].clean {
					k.of[v.ID].clean = false
					changed = true
				}
			}
		}
	}
	for _, v := range k.zexts {
		if k.of[v.Args[0].ID].clean {
			k.of[k.root(v).ID].widened = true
		}
	}
}

// findCleared finds the parameters that come through phis to a ZextW.
func (k *facts) findCleared() {
	k.work = k.work[:0]
	need := func(v *ir.Value) {
		if v.Op == ir.OpPhi && !k.of[v.ID].seen {
			k.of[v.ID].seen = true
			k.work = append(k.work, v)
		}
	}
	for _, v := range k.zexts {
		need(v.Args[0])
	}
	for len(k.work) > 0 {
		v := k.work[len(k.work)-1]
		k.work = k.work[:len(k.work)-1]
		for _, x := range v.Args {
			need(x)
			if x.Op == ir.OpParam {
				k.of[x.ID].cleared = true
			}
		}
	}
}

// root gives the value in whose register v lies: a Trunc is the register that it is made
// of, and so is a ZextW when the upper half is zero already.
func (k *facts) root(v *ir.Value) *ir.Value {
	for v.Op == ir.OpTrunc || v.Op == ir.OpZextW && k.of[v.Args[0].ID].clean {
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
