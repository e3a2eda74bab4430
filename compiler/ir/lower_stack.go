package ir

import "slul/compiler/syntax"

// lower_stack.go sees to it that recursion which uses the stack up is a trap: a func that
// may call itself, by whatever way, asks first whether there is room. What all other funcs
// between two questions take is kept free below the limit (core/stack.slunsafe): how
// much that is, linking finds out (compiler/stack.go). What a library offers asks as
// well: its callers know nothing of what it needs.

// stackLimit is where an arena has the lowest stack pointer that is allowed.
const stackLimit = 48

// StackSpare is a constant of 64 bits that linking sets: the bytes to be kept free.
const StackSpare = "stack.spare"

// deepCalls is how many calls may stand one inside the other before all funcs of the program
// ask without more ado. Each takes some 32 bytes of the stack or more (a return address, saved
// registers), so that what linking allows (stackMost in compiler/stack.go) would be passed,
// and everything done twice.
const deepCalls = 2048

// guardStack puts the question at the start of the funcs that may call themselves.
func (l *lowering) guardStack() {
	offered := l.offered()
	graph := l.m.callGraph()
	recursive := graph.recursive(l.m.Funcs)
	if graph.depth(l.m.Funcs) > deepCalls {
		l.askAll = true
	}
	for _, of := range l.info.Funcs {
		if of.Core {
			continue
		}
		f := graph.funcs[graph.number(of.Symbol)]
		if l.askAll || offered[f.Name] || recursive[f.number] {
			l.ask(f, of.File)
		}
	}
}

// asking is how many values the question takes.
const asking = 4

// ask puts the question at the start of a func of a file.
func (l *lowering) ask(f *Func, file *syntax.File) {
	f.Asks = true
	f.TrapSym = l.trapSym(file)
	l.needTrap(file)
	l.guarded = append(l.guarded, f.Name)

	f.room = &l.room
	defer func() { f.room = nil }()
	b := f.Blocks[0]
	rest := b.Values[len(f.Params):]
	b.Values = append(l.room.lists.List(len(b.Values) + asking)[:0], f.Params...)
	add := func(op Op, t Type, args ...*Value) *Value {
		v := f.NewValue(b, op, t, args...)
		v.Pos = f.Pos
		return v
	}
	limit := add(OpLoad64, L, add(OpArena, L))
	limit.Imm = stackLimit
	check := add(OpTrapIf, None, add(OpStack, L), limit)
	check.Cond, check.Trap = ULT, TrapStack
	b.Values = append(b.Values, rest...)
}

// isGuarded says whether one of the names is that of a func with the question.
func (l *lowering) isGuarded(reached *reach) bool {
	for _, name := range l.guarded {
		if reached.has(name) {
			return true
		}
	}
	return false
}
