package ir

// pass_cse.go computes nothing twice: a value for which an equal one was made in a
// dominating block is replaced by that. Pure values, checks and loads of fixed memory
// are found anywhere above; other loads within their block, as long as nothing between
// may have changed the memory. Constants and addresses of symbols stay where they are
// used: making them again costs less than a register.

// valueKey is equal for values that compute the same. Arguments are numbers: equal
// constants have equal ones, though they are different values.
type valueKey struct {
	op      Op
	t       Type
	cond    Cond
	check   Check
	imm     int64
	sym     string
	a, b, c int
	epoch   int // loads of memory that may change: how many changes there were
}

type sharer struct {
	d       *domTree
	r       replacements
	numbers map[valueKey]int // of constants and addresses
	num     []int            // by value ID
	table   map[valueKey]*Value
	epoch   int
	dropped map[*Value]bool // traps that were asked above
}

func shareEqual(f *Func) {
	s := &sharer{d: f.dominators(), r: replacements{}, numbers: map[valueKey]int{}, num: make([]int, f.nextID),
		table: map[valueKey]*Value{}, dropped: map[*Value]bool{}}
	s.walk(f.Blocks[0])
	f.keep(func(v *Value) bool { return !s.dropped[v] })
	s.r.apply(f)
}

// walk goes down the dominator tree; what a block adds to the table is taken out again
// behind it.
func (s *sharer) walk(top *Block) {
	type frame struct {
		b     *Block
		next  int
		added []valueKey
	}
	stack := []*frame{{b: top, added: s.visit(top)}}
	for len(stack) > 0 {
		fr := stack[len(stack)-1]
		if kids := s.d.children[fr.b.ID]; fr.next < len(kids) {
			kid := kids[fr.next]
			fr.next++
			stack = append(stack, &frame{b: kid, added: s.visit(kid)})
			continue
		}
		for _, k := range fr.added {
			delete(s.table, k)
		}
		stack = stack[:len(stack)-1]
	}
}

func (s *sharer) visit(b *Block) (added []valueKey) {
	s.epoch++
	for _, v := range b.Values {
		if v.Op != OpPhi {
			for i, a := range v.Args {
				v.Args[i] = s.r.find(a)
			}
		}
		if k, ok := s.key(v); ok {
			if w := s.table[k]; w != nil {
				s.replace(v, w)
			} else {
				s.table[k] = v
				added = append(added, k)
			}
		}
		if changesMemory(v) {
			s.epoch++
		}
	}
	return added
}

func changesMemory(v *Value) bool {
	switch v.Op {
	case OpStore8, OpStore16, OpStore32, OpStore64, OpCopyMem, OpFillMem, OpCall, OpSyscall, OpSetArena:
		return true
	}
	return false
}

// replace lets w, made above, stand for the equal v.
func (s *sharer) replace(v, w *Value) {
	if v.Op == OpTrapIf {
		s.dropped[v] = true
		return
	}
	s.r[v] = w
}

// key gives the key of a value that may be shared.
func (s *sharer) key(v *Value) (k valueKey, ok bool) {
	k = valueKey{op: v.Op, t: v.Type, cond: v.Cond, check: v.Check, imm: v.Imm, sym: v.Sym}
	if v.Op == OpConst || v.Op == OpAddr {
		n, seen := s.numbers[k]
		if !seen {
			n = -1 - len(s.numbers)
			s.numbers[k] = n
		}
		s.num[v.ID] = n
		return k, false
	}
	s.num[v.ID] = v.ID + 1
	isLoad := v.Op.info().flags&loads != 0
	switch {
	case v.Op == OpTrapIf, v.Check != Wrap, v.isPure():
	case isLoad:
		k.epoch = s.epoch
	default:
		return k, false
	}
	if isLoad && v.Fixed {
		k.epoch = -1
	}
	args := [3]int{}
	for i, a := range v.Args {
		args[i] = s.number(a)
	}
	if v.Op.Commutes() && args[0] > args[1] {
		args[0], args[1] = args[1], args[0]
	}
	k.a, k.b, k.c = args[0], args[1], args[2]
	return k, true
}

func (s *sharer) number(v *Value) int {
	if n := s.num[v.ID]; n != 0 {
		return n
	}
	return v.ID + 1 // of a loop's later block: only phis name those
}
