package ir

import "slices"

// func.go has the small tools that make and change functions: new values and blocks,
// edges, replacement, use counts.

// NewBlock appends an empty block.
func (f *Func) NewBlock() *Block {
	b := f.looseBlock()
	f.Blocks = append(f.Blocks, b)
	return b
}

// Empty lets go of all that f is made of; what it is called and how it is called stays.
func (f *Func) Empty() { f.Blocks, f.Params, f.room = nil, nil, nil }

// newValue makes a value that is in no block yet.
func (f *Func) newValue(op Op, t Type, args ...*Value) *Value {
	r := f.space()
	v := r.values.One()
	v.ID, v.Op, v.Type = int32(f.nextID), op, t
	if len(args) > 0 {
		v.Args = r.lists.List(len(args))
		for i, a := range args {
			v.Args[i] = a
		}
	}
	f.nextID++
	return v
}

// NewValue appends a value to b.
func (f *Func) NewValue(b *Block, op Op, t Type, args ...*Value) *Value {
	v := f.newValue(op, t, args...)
	v.Block = b
	b.Values = append(b.Values, v)
	return v
}

// copyTo appends a copy of v to b, with the same arguments.
func (f *Func) copyTo(b *Block, v *Value) *Value {
	w := f.space().values.One()
	*w = *v
	w.ID, w.Block = int32(f.nextID), b
	f.nextID++
	b.Values = append(b.Values, w)
	return w
}

// NewParam appends a parameter; all parameters are made before any other value.
func (f *Func) NewParam(t Type) *Value {
	v := f.NewValue(f.Blocks[0], OpParam, t)
	v.Imm = int64(len(f.Params))
	f.Params = append(f.Params, v)
	return v
}

// NumIDs is more than every value's ID: the length of a table indexed by it.
func (f *Func) NumIDs() int { return f.nextID }

// NumBlockIDs is more than every block's ID.
func (f *Func) NumBlockIDs() int { return f.nextBlk }

// AddEdge makes to a successor of b, and b the last predecessor of to.
func (b *Block) AddEdge(to *Block) {
	b.Succs = append(b.Succs, to)
	to.Preds = append(to.Preds, b)
}

// predIndex is the place of p among the predecessors of b, which is also the place of
// its arguments in b's phis; -1 when it is none.
func (b *Block) predIndex(p *Block) int {
	for i, q := range b.Preds {
		if q == p {
			return i
		}
	}
	return -1
}

// removePred takes predecessor i away, with its phi arguments.
func (b *Block) removePred(i int) {
	b.Preds = append(b.Preds[:i:i], b.Preds[i+1:]...)
	for _, v := range b.phis() {
		v.Args = append(v.Args[:i:i], v.Args[i+1:]...)
	}
}

// phis gives the phis at the head of b.
func (b *Block) phis() []*Value {
	for i, v := range b.Values {
		if v.Op != OpPhi {
			return b.Values[:i]
		}
	}
	return b.Values
}

// setJump ends b with a jump along its successor keep, and cuts the other edges.
func (b *Block) setJump(keep int) {
	to := b.Succs[keep]
	for i, s := range b.Succs {
		if i != keep {
			s.removePred(s.predIndex(b))
		}
	}
	b.Term, b.Ctl, b.Ctl2, b.Succs = Jump, nil, nil, []*Block{to}
}

// CountUses sets Uses of every value to the number of operands that name it.
func (f *Func) CountUses() {
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			v.Uses = 0
		}
	}
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			for _, a := range v.Args {
				a.Uses++
			}
		}
		if b.Ctl != nil {
			b.Ctl.Uses++
		}
		if b.Ctl2 != nil {
			b.Ctl2.Uses++
		}
	}
}

// replacements is what stands for values, applied all at once. Its memory is the room's: there is one
// at a time.
type replacements struct {
	f     *Func
	to    []*Value // by value ID; nil: it stays
	count int
}

func (f *Func) replacements() *replacements {
	r := &f.space().replaced
	r.f, r.to, r.count = f, r.to[:0], 0
	return r
}

// set makes w stand for v.
func (r *replacements) set(v, w *Value) {
	if int(v.ID) >= len(r.to) {
		n := len(r.to)
		r.to = slices.Grow(r.to, r.f.nextID-n)[:r.f.nextID]
		clear(r.to[n:])
	}
	r.to[v.ID] = w
	r.count++
}

func (r *replacements) has(v *Value) bool { return int(v.ID) < len(r.to) && r.to[v.ID] != nil }

// find follows the chain of replacements to its end.
func (r *replacements) find(v *Value) *Value {
	for int(v.ID) < len(r.to) && r.to[v.ID] != nil {
		v = r.to[v.ID]
	}
	return v
}

// use puts what stands for the operands into their places.
func (r *replacements) use() {
	if r.count == 0 {
		return
	}
	for _, b := range r.f.Blocks {
		for _, v := range b.Values {
			r.useIn(v)
		}
		if b.Ctl != nil {
			b.Ctl = r.find(b.Ctl)
		}
		if b.Ctl2 != nil {
			b.Ctl2 = r.find(b.Ctl2)
		}
	}
}

// useIn puts what stands for the arguments of v into their places. What stays is not written: that
// would cost more than reading it.
func (r *replacements) useIn(v *Value) {
	for i, a := range v.Args {
		if r.has(a) {
			v.Args[i] = r.find(a)
		}
	}
}

// apply puts every replacement into force and removes the replaced values.
func (r *replacements) apply() {
	if r.count > 0 {
		r.use()
		r.f.keep(func(v *Value) bool { return !r.has(v) })
	}
}

// keep removes the values that ok refuses.
func (f *Func) keep(ok func(v *Value) bool) {
	for _, b := range f.Blocks {
		b.Values = slices.DeleteFunc(b.Values, func(v *Value) bool { return !ok(v) })
	}
}

// FindFunc gives the function of that name, or nil.
func (m *Module) FindFunc(name string) *Func {
	for _, f := range m.Funcs {
		if f.Name == name {
			return f
		}
	}
	return nil
}
