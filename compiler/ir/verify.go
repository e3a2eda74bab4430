package ir

import (
	"fmt"
	"slices"
	"strings"
)

// verify.go checks that a module is well formed: what every pass may rely on and must
// leave. It changes nothing. Errors are ours, not the user's.

// Verify checks every function, and that calls fit the functions that the module has.
// A name that is defined nowhere is no error: it may be another module's.
func Verify(m *Module) error {
	funcs := map[string]*Func{}
	names := map[string]bool{}
	for _, d := range m.Data {
		if names[d.Name] {
			return fmt.Errorf("%s is defined twice", d.Name)
		}
		names[d.Name] = true
		if d.Align <= 0 || d.Align&(d.Align-1) != 0 {
			return fmt.Errorf("data %s: align %d is no power of two", d.Name, d.Align)
		}
	}
	for _, f := range m.Funcs {
		if names[f.Name] {
			return fmt.Errorf("%s is defined twice", f.Name)
		}
		names[f.Name] = true
		funcs[f.Name] = f
	}
	for _, f := range m.Funcs {
		if err := VerifyFunc(f); err != nil {
			return err
		}
		if err := verifyCalls(f, funcs); err != nil {
			return err
		}
	}
	return nil
}

func verifyCalls(f *Func, funcs map[string]*Func) error {
	for _, b := range f.Blocks {
		for _, v := range b.Values {
			var to *Func
			switch v.Op {
			case OpCall:
				to = funcs[v.Sym]
			case OpResult2:
				if to = funcs[v.Args[0].Sym]; to != nil && to.Result2 == None {
					return fmt.Errorf("%s: %v: %s has no second result", f.Name, v, to.Name)
				}
				continue
			}
			if to == nil {
				continue
			}
			if to.Start {
				return fmt.Errorf("%s: %v calls the start function", f.Name, v)
			}
			if v.Type != to.Result || len(v.Args) != len(to.Params) {
				return fmt.Errorf("%s: %v does not fit %s", f.Name, v, to.Name)
			}
			for i, a := range v.Args {
				if a.Type != to.Params[i].Type {
					return fmt.Errorf("%s: %v: argument %d does not fit %s", f.Name, v, i, to.Name)
				}
			}
		}
	}
	return nil
}

// verifier gathers the mistakes of one function.
type verifier struct {
	f    *Func
	dom  *domTree
	at   []int // by value ID: place in its block, from 1
	errs []string
}

func (v *verifier) errorf(format string, args ...any) {
	v.errs = append(v.errs, v.f.Name+": "+fmt.Sprintf(format, args...))
}

// dominators finds the dominators anew, and compares with them what passes believe to know of f.
func (c *verifier) dominators() *domTree {
	d := &domTree{}
	d.findOrder(c.f)
	d.solve()
	d.findChildren()
	d.findLoops()
	if c.f.room == nil || c.f.room.tree.of != c.f {
		return d
	}
	known := &c.f.room.tree
	if !slices.Equal(known.order, d.order) || known.isSolved && (!slices.Equal(known.idom, d.idom) || !slices.Equal(known.heads, d.heads)) {
		c.errorf("edges have changed, and nobody said so")
	}
	return d
}

// VerifyFunc checks one function. Its error has a line for each mistake.
func VerifyFunc(f *Func) error {
	c := &verifier{f: f}
	if c.blocks(); len(c.errs) == 0 {
		if c.identity(); len(c.errs) == 0 {
			c.dom = c.dominators()
			for _, b := range f.Blocks {
				for _, v := range b.Values {
					c.value(v)
				}
				c.end(b)
			}
			c.whole()
		}
	}
	if len(c.errs) == 0 {
		return nil
	}
	return fmt.Errorf("%s", strings.Join(c.errs, "\n"))
}

// blocks checks the graph: edges agree at both ends.
func (c *verifier) blocks() {
	f := c.f
	if len(f.Blocks) == 0 {
		c.errorf("no block")
		return
	}
	if len(f.Blocks[0].Preds) > 0 {
		c.errorf("the entry has predecessors")
	}
	ids := map[int32]bool{}
	here := map[*Block]bool{}
	for _, b := range f.Blocks {
		if b.ID < 0 || int(b.ID) >= f.nextBlk || ids[b.ID] {
			c.errorf("%v: the ID is not its own", b)
		}
		ids[b.ID], here[b] = true, true
	}
	wantSuccs := [...]int{Jump: 1, Branch: 2, Return: 0, Stop: 0}
	for _, b := range f.Blocks {
		if b.Term == TermNone || int(b.Term) >= len(wantSuccs) {
			c.errorf("%v has no end", b)
		} else if len(b.Succs) != wantSuccs[b.Term] {
			c.errorf("%v: %v with %d successors", b, b.Term, len(b.Succs))
		}
		if len(b.Succs) == 2 && b.Succs[0] == b.Succs[1] {
			c.errorf("%v branches to one block twice", b)
		}
		for _, s := range b.Succs {
			if !here[s] || s.predIndex(b) < 0 {
				c.errorf("%v does not know its predecessor %v", s, b)
			}
		}
		for i, p := range b.Preds {
			if !here[p] || !hasBlock(p.Succs, b) || b.predIndex(p) != i {
				c.errorf("%v has a wrong predecessor %v", b, p)
			}
		}
	}
}

func hasBlock(list []*Block, b *Block) bool {
	for _, x := range list {
		if x == b {
			return true
		}
	}
	return false
}

// identity checks that each value is in one place and has its own ID.
func (c *verifier) identity() {
	c.at = make([]int, c.f.nextID)
	for _, b := range c.f.Blocks {
		for i, v := range b.Values {
			switch {
			case v.Block != b:
				c.errorf("%v in %v believes to be in %v", v, b, v.Block)
			case v.ID < 0 || int(v.ID) >= c.f.nextID || c.at[v.ID] != 0:
				c.errorf("%v: the ID is not its own", v)
			default:
				c.at[v.ID] = i + 1
			}
		}
	}
	for _, b := range c.f.Blocks {
		for _, v := range b.Values {
			for _, a := range v.Args {
				c.exists(v, a)
			}
		}
		for _, v := range []*Value{b.Ctl, b.Ctl2} {
			if v != nil {
				c.exists(b, v)
			}
		}
	}
}

func (c *verifier) exists(user fmt.Stringer, a *Value) {
	if a == nil || a.ID < 0 || int(a.ID) >= len(c.at) || c.at[a.ID] == 0 || a.Block.Values[c.at[a.ID]-1] != a {
		c.errorf("%v uses %v, which is in no block", user, a)
	}
}

func (c *verifier) value(v *Value) {
	info := v.Op.info()
	if v.Op == OpInvalid || int(v.Op) >= len(opTable) {
		c.errorf("%v has no op", v)
		return
	}
	switch {
	case v.Op == OpCall: // any type or none
	case info.flags&anyType != 0:
		if v.Type != W && v.Type != L {
			c.errorf("%v: %v of type %v", v, v.Op, v.Type)
		}
	case v.Type != info.typ:
		c.errorf("%v: %v of type %v", v, v.Op, v.Type)
	}
	c.args(v, info.want)
	c.traps(v)
	switch v.Op {
	case OpConst:
		if v.Type == W && v.Imm != int64(int32(v.Imm)) {
			c.errorf("%v: %d is no 32-bit constant", v, v.Imm)
		}
	case OpParam:
		if n := c.at[v.ID] - 1; v.Block != c.f.Blocks[0] || n >= len(c.f.Params) || c.f.Params[n] != v || v.Imm != int64(n) {
			c.errorf("%v is not at its parameter's place", v)
		}
	case OpPhi:
		if len(v.Args) != len(v.Block.Preds) || v.Block == c.f.Blocks[0] {
			c.errorf("%v has %d arguments for %d predecessors", v, len(v.Args), len(v.Block.Preds))
		}
		if n := c.at[v.ID] - 1; n > 0 && v.Block.Values[n-1].Op != OpPhi {
			c.errorf("%v comes after other values", v)
		}
	case OpResult2:
		if n := c.at[v.ID] - 1; n == 0 || v.Block.Values[n-1] != v.Args[0] || v.Args[0].Op != OpCall {
			c.errorf("%v does not follow its call", v)
		}
	case OpSlot:
		if v.Imm <= 0 || v.Imm > 1<<30 {
			c.errorf("%v: slot of %d bytes", v, v.Imm)
		}
	case OpSyscall, OpCallAt:
		if n := len(v.Args); n < 1 || n > 7 {
			c.errorf("%v: %v with %d arguments", v, v.Op, n)
		}
	}
	if v.Fixed && (info.flags&loads == 0 || v.Op == OpArena) {
		c.errorf("%v: %v is fixed", v, v.Op)
	}
	if v.Mem != MemAny && (!v.Op.hasOffset() || v.Fixed || v.Mem >= numSets) {
		c.errorf("%v: %v of memory %d", v, v.Op, v.Mem)
	}
	if v.Nonneg && v.Type == None {
		c.errorf("%v: no value, but not negative", v)
	}
	if (v.Sym != "") != (v.Op == OpCall || v.Op == OpAddr) {
		c.errorf("%v: symbol %q", v, v.Sym)
	}
}

// args checks number, types and dominance of the arguments against the table's letters.
func (c *verifier) args(v *Value, want string) {
	if rest, many := strings.CutSuffix(want, "*"); many {
		want = strings.Repeat(rest, len(v.Args))
	}
	if len(want) != len(v.Args) {
		c.errorf("%v: %v with %d arguments", v, v.Op, len(v.Args))
		return
	}
	for i, a := range v.Args {
		ok := a.Type != None
		switch want[i] {
		case 'W':
			ok = a.Type == W
		case 'L':
			ok = a.Type == L
		case 't':
			ok = a.Type == v.Type
		case 's':
			ok = ok && a.Type == v.Args[0].Type
		case 'r':
			ok = true // the call may have no first result
		}
		if !ok {
			c.errorf("%v: argument %v of type %v", v, a, a.Type)
		}
		c.dominance(v, i, a)
	}
}

// dominance checks that a is made before v uses it; a phi uses its arguments at the
// ends of the predecessors.
func (c *verifier) dominance(v *Value, i int, a *Value) {
	b := v.Block
	if v.Op == OpPhi && i < len(b.Preds) {
		if p := b.Preds[i]; c.dom.reached(p) && !c.dom.dominates(a.Block, p) {
			c.errorf("%v: %v does not reach it from %v", v, a, p)
		}
		return
	}
	if !c.dom.reached(b) {
		return
	}
	if a.Block == b && c.at[a.ID] >= c.at[v.ID] || a.Block != b && !c.dom.dominates(a.Block, b) {
		c.errorf("%v uses %v before it is made", v, a)
	}
}

func (c *verifier) traps(v *Value) {
	if v.Check != Wrap && (v.Op.info().flags&checked == 0 || v.Check > Nonneg) {
		c.errorf("%v: %v cannot be checked", v, v.Op)
	}
	if needs := v.Op == OpTrapIf || v.Check != Wrap; needs != (v.Trap != TrapNone) {
		c.errorf("%v: trap %v", v, v.Trap)
	} else if needs && c.f.TrapSym == "" {
		c.errorf("%v: the function has no trap symbol", v)
	}
	if int(v.Trap) >= len(trapNames) || int(v.Cond) >= len(condNames) {
		c.errorf("%v: bad trap or condition", v)
	}
}

func (c *verifier) end(b *Block) {
	want, want2 := None, None
	switch b.Term {
	case Branch:
		want = W
	case Return:
		want, want2 = c.f.Result, c.f.Result2
	}
	for _, x := range []struct {
		v    *Value
		want Type
	}{{b.Ctl, want}, {b.Ctl2, want2}} {
		switch {
		case (x.v == nil) != (x.want == None):
			c.errorf("%v: %v with %v", b, b.Term, x.v)
		case x.v == nil:
		case x.v.Type != x.want:
			c.errorf("%v: %v of type %v", b, x.v, x.v.Type)
		case c.dom.reached(b) && !c.dom.dominates(x.v.Block, b):
			c.errorf("%v uses %v before it is made", b, x.v)
		}
	}
}

// whole checks what concerns the function as one.
func (c *verifier) whole() {
	f := c.f
	if n := len(f.Params); len(f.Blocks[0].Values) < n {
		c.errorf("parameters are missing in the entry")
	}
	for i, p := range f.Params {
		if int(p.ID) >= len(c.at) || i >= len(f.Blocks[0].Values) || f.Blocks[0].Values[i] != p {
			c.errorf("%v is not at its parameter's place", p)
		}
	}
	if f.Start && (len(f.Params) != 1 || f.Params[0].Type != L || !f.NoReturn) {
		c.errorf("a start function takes the stack pointer alone and never returns")
	}
	if f.Result2 != None && f.Result2 != W {
		c.errorf("second result of type %v", f.Result2)
	}
	if !f.NoReturn {
		return
	}
	for _, b := range f.Blocks {
		if b.Term == Return {
			c.errorf("%v returns in a function that does not", b)
		}
	}
}
