package ir

import "slul/compiler/slab"

// callgraph.go looks at which functions name which: calls, and addresses that are taken.

// symbols gives each name of a module a number, so that what is known of names is in slices.
type symbols struct {
	numbers map[string]int32
	names   []string  // by number
	list    []mention // of the function that is looked at
	room    slab.Stream[mention]
}

// number is the number of a name, a new one if it has none.
func (s *symbols) number(name string) int32 {
	n, known := s.numbers[name]
	if !known {
		n = int32(len(s.names))
		s.numbers[name] = n
		s.names = append(s.names, name)
	}
	return n
}

// summary is what is known of a function as a whole.
type summary struct {
	isKnown bool      // what follows is right
	named   []mention // the names that values have, in the order of these
	// it has such a place; only note knows
	returns, syscalls, traps bool

	hasForm bool // form is right
	form    form // see pass_inline.go
}

// mention is a name that a value has.
type mention struct {
	name   int32 // its number
	block  int32 // the place of the value's block in the function
	isOnce bool  // that block is in no loop, for sure
}

// changed says that f is not what its summary says any more.
func (f *Func) changed() { f.sum.isKnown, f.sum.hasForm = false, false }

// note makes the summary of a function. Names without a number get one.
func (s *symbols) note(f *Func) {
	s.list = s.list[:0]
	f.sum = summary{isKnown: true}
	for at, b := range f.Blocks {
		f.sum.returns = f.sum.returns || b.Term == Return
		for _, v := range b.Values {
			if v.Sym != "" {
				s.list = append(s.list, mention{name: s.number(v.Sym), block: int32(at)})
			}
			f.sum.syscalls = f.sum.syscalls || v.Op == OpSyscall
			f.sum.traps = f.sum.traps || v.Trap != TrapNone || v.Op == OpCall && v.Sym == f.TrapSym
		}
	}
	f.sum.named = s.room.Copy(s.list)
}

// noteAgain notes what a function names after a change, in the old memory, and may do so for
// several functions at once. If a name has no number, it is left to note.
func (s *symbols) noteAgain(f *Func) {
	list := f.sum.named[:0]
	turns := f.turns()
	for at, b := range f.Blocks {
		for _, v := range b.Values {
			if v.Sym == "" {
				continue
			}
			n, known := s.numbers[v.Sym]
			if !known {
				return
			}
			list = append(list, mention{n, int32(at), !turns.has(int32(at))})
		}
	}
	f.sum = summary{isKnown: true, named: list}
}

// turns is the edges that go back in a function's list of blocks, from one place to another.
// Whatever the order, a block of a loop lies between the two of such an edge: who goes on from it
// and comes to it again passes its place downward.
type turns []struct{ to, from int32 }

func (t turns) has(at int32) bool {
	for _, e := range t {
		if e.to <= at && at <= e.from {
			return true
		}
	}
	return false
}

func (f *Func) turns() turns {
	r := f.space()
	r.places, r.turns = zeroed(r.places, f.nextBlk), r.turns[:0]
	for i, b := range f.Blocks {
		at := int32(i)
		r.places[b.ID] = at + 1
		for _, s := range b.Succs {
			if to := r.places[s.ID] - 1; to >= 0 {
				r.turns = append(r.turns, struct{ to, from int32 }{to, at})
			}
		}
	}
	return r.turns
}

// callGraph has the functions by the number of their name; nil for a name that is of data or of
// another module. It is right until functions are added or change.
type callGraph struct {
	*symbols
	funcs []*Func
}

func (m *Module) callGraph() *callGraph {
	s := m.symbolTable()
	for _, f := range m.Funcs {
		f.number = s.number(f.Name)
		if !f.sum.isKnown {
			s.note(f)
		}
	}
	g := &callGraph{s, make([]*Func, len(s.names))}
	for _, f := range m.Funcs {
		g.funcs[f.number] = f
	}
	return g
}

func (m *Module) symbolTable() *symbols {
	if m.symbols == nil {
		m.symbols = newSymbols(len(m.Funcs))
	}
	return m.symbols
}

// newSymbols has room for the names of so many functions and some more.
func newSymbols(funcs int) *symbols {
	return &symbols{numbers: make(map[string]int32, funcs+funcs/8), names: make([]string, 0, funcs+funcs/8)}
}

// reach is the names that a walk has come to.
type reach struct {
	g    *callGraph
	seen []bool // by number
	work []*Func
}

func (g *callGraph) walk() *reach { return &reach{g: g, seen: make([]bool, len(g.names))} }

// has says whether the walk has come to a name.
func (r *reach) has(name string) bool {
	n, known := r.g.numbers[name]
	return known && int(n) < len(r.seen) && r.seen[n]
}

func (r *reach) come(n int32) {
	if !r.seen[n] {
		r.seen[n] = true
		if f := r.g.funcs[n]; f != nil {
			r.work = append(r.work, f)
		}
	}
}

// reachedFrom is the names that a function leads to.
func (g *callGraph) reachedFrom(f *Func) *reach {
	r := g.walk()
	r.work = append(r.work, f)
	r.goOn(func(*Func) {})
	return r
}

// goOn comes to all names that lead on; also is called with each function.
func (r *reach) goOn(also func(*Func)) {
	for len(r.work) > 0 {
		f := r.work[len(r.work)-1]
		r.work = r.work[:len(r.work)-1]
		for _, m := range f.sum.named {
			r.come(m.name)
		}
		also(f)
	}
}

// KeepReached drops the functions that nothing leads to from the roots. The order of the rest stays.
func (m *Module) KeepReached(roots []string) {
	r := m.callGraph().walk()
	come := func(name string) {
		if n, known := r.g.numbers[name]; known && int(n) < len(r.seen) {
			r.come(n)
		}
	}
	for _, name := range roots {
		come(name)
	}
	r.goOn(func(f *Func) { come(f.TrapSym) })
	kept := m.Funcs[:0]
	for _, f := range m.Funcs {
		if r.seen[f.number] {
			kept = append(kept, f)
		}
	}
	clear(m.Funcs[len(kept):])
	m.Funcs = kept
}

// recursive gives, by number, the functions that lead to themselves: those in a strongly connected
// component of several, and those that name themselves (R. Tarjan, "Depth-First Search and
// Linear Graph Algorithms"). It walks without recursion, once over every edge.
func (g *callGraph) recursive(roots []*Func) []bool {
	type frame struct {
		f    *Func
		next int
	}
	count := len(g.funcs)
	visit, low := make([]int32, count), make([]int32, count) // from 1, in the order of the visits
	isOpen, found := make([]bool, count), make([]bool, count)
	var open []*Func // visited, component not complete
	var stack []frame
	visits := int32(0)
	enter := func(f *Func) {
		visits++
		visit[f.number], low[f.number] = visits, visits
		open, isOpen[f.number] = append(open, f), true
		stack = append(stack, frame{f: f})
	}
	for _, root := range roots {
		if visit[root.number] != 0 {
			continue
		}
		enter(root)
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			f := top.f
			own := f.number
			if top.next < len(f.sum.named) {
				n := f.sum.named[top.next].name
				to := g.funcs[n]
				top.next++
				switch {
				case to == nil:
				case to == f:
					found[own] = true
				case visit[n] == 0:
					enter(to)
				case isOpen[n]:
					low[own] = min(low[own], visit[n])
				}
				continue
			}
			stack = stack[:len(stack)-1]
			if len(stack) > 0 {
				caller := stack[len(stack)-1].f.number
				low[caller] = min(low[caller], low[own])
			}
			if low[own] != visit[own] {
				continue
			}
			for several := open[len(open)-1] != f; ; {
				last := open[len(open)-1]
				open = open[:len(open)-1]
				isOpen[last.number] = false
				if several {
					found[last.number] = true
				}
				if last == f {
					break
				}
			}
		}
	}
	return found
}

// depth is how many functions there are at most on a way along calls from one of the roots. An
// edge back to a function that is on the way already is left out.
func (g *callGraph) depth(roots []*Func) (most int) {
	const onWay = -1
	depth := make([]int, len(g.funcs))
	var of func(f *Func) int
	of = func(f *Func) int {
		switch n := depth[f.number]; n {
		case 0:
		case onWay:
			return 0
		default:
			return n
		}
		depth[f.number] = onWay
		n := 0
		for _, m := range f.sum.named {
			if to := g.funcs[m.name]; to != nil {
				n = max(n, of(to))
			}
		}
		depth[f.number] = n + 1
		return n + 1
	}
	for _, f := range roots {
		most = max(most, of(f))
	}
	return most
}
