package ir

// pass_splice.go puts functions of several blocks in place of their calls, where that pays:
// small ones without loops, called in a loop. The block of the call is cut in two, the
// callee's blocks come between, and its returns become jumps to the second half. It is
// part of inlining; see pass_inline.go.

// Sizes of a function that is spliced, in values that make code and in blocks.
const (
	spliceValues = 16
	spliceBlocks = 8
	spliceMost   = 600 // values of the caller; it does not grow beyond that
)

// canSplice says whether the function may stand in place of its calls in loops.
func (f *Func) canSplice() bool {
	if len(f.Blocks) < 2 || len(f.Blocks) > spliceBlocks || f.Start || f.Keep || f.NoReturn {
		return false
	}
	size, returns := 0, false
	for _, b := range f.Blocks {
		size += b.size()
		returns = returns || b.Term == Return
		for _, v := range b.Values {
			if v.Op == OpSlot || v.Op == OpStack || v.Sym == f.Name {
				return false
			}
		}
	}
	return size <= spliceValues && returns && len(f.dominators().heads) == 0
}

// inLoops gives the blocks that lie in a loop. The set is good until the next one is asked for.
func (f *Func) inLoops() *blockSet {
	d := f.dominators()
	s := &f.space().inLoops
	s.reset(f)
	for _, head := range d.heads {
		s.add(head)
		s.addLoop(head, d)
	}
	return s
}

// spliceInto puts functions in place of their calls in f's loops.
func (in *inlining) spliceInto(f *Func, loops *blockSet) bool {
	if len(loops.list) == 0 {
		return false
	}
	r := f.replacements()
	total, done := 0, false
	for _, b := range f.Blocks {
		total += len(b.Values)
	}
	for at := 0; at < len(f.Blocks); at++ {
		b := f.Blocks[at]
		if !loops.has(b) || b.Cold {
			continue
		}
		for i, v := range b.Values {
			if v.Op != OpCall {
				continue
			}
			of := in.spliced[in.numbers[v.Sym]]
			if of == nil || of == f || !of.trapsFit(f) || total > spliceMost {
				continue
			}
			rest := f.splice(b, i, of, r)
			loops.add(rest)
			done = true
			total += spliceValues
			break // what follows is in rest, which comes later
		}
	}
	r.use()
	return done
}

// splice cuts b at its value number i, a call of of, and puts the callee's blocks between.
// It gives the second half. r learns what stands for the call and its second result.
func (f *Func) splice(b *Block, i int, of *Func, r *replacements) (rest *Block) {
	call, behind := b.Values[i], b.Values[i+1:]
	var second *Value
	if len(behind) > 0 && behind[0].Op == OpResult2 {
		second, behind = behind[0], behind[1:]
	}
	rest = f.looseBlock()
	rest.Term, rest.Ctl, rest.Ctl2, rest.Succs, rest.Cold, rest.Pos = b.Term, b.Ctl, b.Ctl2, b.Succs, b.Cold, b.Pos
	rest.Values = append(rest.Values, behind...)
	for _, v := range rest.Values {
		v.Block = rest
	}
	for _, s := range rest.Succs {
		s.Preds[s.predIndex(b)] = rest
	}
	b.Values = b.Values[:i:i]
	b.Term, b.Ctl, b.Ctl2, b.Succs, b.Pos = Jump, nil, nil, nil, call.Pos

	blocks, results, seconds := f.copyBlocks(of, call, rest)
	b.AddEdge(blocks[0])
	for _, n := range blocks {
		n.Cold = n.Cold || b.Cold
	}
	if second != nil {
		r.set(second, f.merged(rest, second, seconds))
	}
	if call.Type != None {
		r.set(call, f.merged(rest, call, results))
	}
	f.insertBehind(b, append(blocks, rest)...)
	return rest
}

// copyBlocks copies the blocks of a function, with the call's arguments for its parameters
// and jumps to rest for its returns; results and seconds are what these bring.
func (f *Func) copyBlocks(of *Func, call *Value, rest *Block) (blocks []*Block, results, seconds []*Value) {
	now, place := map[*Value]*Value{}, map[*Block]*Block{}
	for i, p := range of.Params {
		now[p] = call.Args[i]
	}
	for _, b := range of.Blocks {
		n := f.looseBlock()
		n.Cold, n.Pos = b.Cold, b.Pos
		place[b] = n
		blocks = append(blocks, n)
		for _, v := range b.Values {
			if v.Op == OpParam {
				continue
			}
			now[v] = f.copyTo(n, v)
		}
	}
	for i, b := range of.Blocks {
		n := blocks[i]
		for _, w := range n.Values {
			w.Args = mapped(w.Args, now)
		}
		for _, p := range b.Preds {
			n.Preds = append(n.Preds, place[p])
		}
		if b.Term == Return {
			n.Term = Jump
			n.AddEdge(rest)
			results, seconds = append(results, now[b.Ctl]), append(seconds, now[b.Ctl2])
			continue
		}
		n.Term, n.Ctl = b.Term, now[b.Ctl]
		for _, s := range b.Succs {
			n.Succs = append(n.Succs, place[s])
		}
	}
	return blocks, results, seconds
}

// merged is what stands for v at the start of b, whose predecessors bring one value each.
func (f *Func) merged(b *Block, v *Value, values []*Value) *Value {
	if len(values) == 1 {
		return values[0]
	}
	phi := f.newValue(OpPhi, v.Type, values...)
	phi.Block, phi.Nonneg = b, v.Nonneg
	b.Values = append([]*Value{phi}, b.Values...)
	return phi
}
