package ir

// callgraph.go looks at which functions name which: calls, and addresses that are taken.

// callGraph is by function name. A name without a function, of data or of what another
// module has, leads nowhere.
type callGraph struct {
	funcs map[string]*Func
	names map[*Func][]string // each once, in order of appearance
}

func (m *Module) callGraph() *callGraph {
	g := &callGraph{make(map[string]*Func, len(m.Funcs)), make(map[*Func][]string, len(m.Funcs))}
	for _, f := range m.Funcs {
		g.funcs[f.Name] = f
	}
	return g
}

// namesIn is what f names.
func (g *callGraph) namesIn(f *Func) []string {
	list, known := g.names[f]
	if known {
		return list
	}
	seen := map[string]bool{}
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			if v.Sym != "" && !seen[v.Sym] {
				seen[v.Sym] = true
				list = append(list, v.Sym)
			}
		}
	}
	g.names[f] = list
	return list
}

// reachedFrom is the names that a function leads to.
func (g *callGraph) reachedFrom(f *Func) map[string]bool {
	seen := map[string]bool{}
	work := []*Func{f}
	for len(work) > 0 {
		f := work[len(work)-1]
		work = work[:len(work)-1]
		for _, name := range g.namesIn(f) {
			if seen[name] {
				continue
			}
			seen[name] = true
			if next := g.funcs[name]; next != nil {
				work = append(work, next)
			}
		}
	}
	return seen
}

// recursive gives the functions that lead to themselves: those in a strongly connected
// component of several, and those that name themselves (R. Tarjan, "Depth-First Search and
// Linear Graph Algorithms"). It walks without recursion, once over every edge.
func (g *callGraph) recursive(roots []*Func) map[*Func]bool {
	type frame struct {
		f    *Func
		next int
	}
	number, low := map[*Func]int{}, map[*Func]int{} // from 1, in the order of the visits
	var open []*Func                                // visited, component not complete
	isOpen := map[*Func]bool{}
	found := map[*Func]bool{}
	var stack []frame
	enter := func(f *Func) {
		number[f] = len(number) + 1
		low[f] = number[f]
		open, isOpen[f] = append(open, f), true
		stack = append(stack, frame{f: f})
	}
	for _, root := range roots {
		if number[root] != 0 {
			continue
		}
		enter(root)
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			f := top.f
			if names := g.namesIn(f); top.next < len(names) {
				to := g.funcs[names[top.next]]
				top.next++
				switch {
				case to == nil:
				case to == f:
					found[f] = true
				case number[to] == 0:
					enter(to)
				case isOpen[to]:
					low[f] = min(low[f], number[to])
				}
				continue
			}
			stack = stack[:len(stack)-1]
			if len(stack) > 0 {
				caller := stack[len(stack)-1].f
				low[caller] = min(low[caller], low[f])
			}
			if low[f] != number[f] {
				continue
			}
			for several := open[len(open)-1] != f; ; {
				last := open[len(open)-1]
				open = open[:len(open)-1]
				isOpen[last] = false
				if several {
					found[last] = true
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
	depth := make(map[*Func]int, len(g.funcs)) // 0 as long as the function is on the way
	var of func(f *Func) int
	of = func(f *Func) int {
		if n, seen := depth[f]; seen {
			return n
		}
		depth[f] = 0
		n := 0
		for _, name := range g.namesIn(f) {
			if to := g.funcs[name]; to != nil {
				n = max(n, of(to))
			}
		}
		depth[f] = n + 1
		return n + 1
	}
	for _, f := range roots {
		most = max(most, of(f))
	}
	return most
}
