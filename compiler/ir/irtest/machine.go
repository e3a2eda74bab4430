package irtest

import (
	"errors"
	"fmt"

	"slul/compiler/ir"
)

// Addresses that the machine gives out.
const (
	dataBase  = 0x10_0000
	stackBase = 0x4000_0000
	stackSize = 1 << 16
	junk      = 0xa5 // what fresh stack holds
)

// Machine runs the functions of one module.
type Machine struct {
	Memory
	Arena   int64                                                  // the arena register
	Steps   int                                                    // values still to be computed; less than 0 is an error
	Syscall func(nr int64, args []int64) (answer int64, err error) // nil: every system call is an error

	funcs   map[string]*ir.Func
	symbols map[string]int64
	sp      int64
	depth   int
	fixed   map[int64]fixedLoad
}

type fixedLoad struct {
	size int64
	n    uint64
}

// Trap is how a run ends when a check fails and the module does not hold the function's
// trap symbol.
type Trap struct {
	Kind ir.Trap
	Pos  ir.Pos
}

func (t *Trap) Error() string { return fmt.Sprintf("trap %v %v", t.Kind, t.Pos) }

// How a run ends that takes too long, or calls too deep.
var (
	ErrSteps = errors.New("too many steps")
	ErrDeep  = errors.New("too many calls in calls")
)

// New makes a machine with the module's constants in its memory.
func New(m *ir.Module) *Machine {
	x := &Machine{Memory: Memory{freed: map[int64]bool{}}, Steps: 1 << 20, funcs: map[string]*ir.Func{}, symbols: map[string]int64{}, fixed: map[int64]fixedLoad{}}
	at := int64(dataBase)
	for _, d := range m.Data {
		at = (at + 15) &^ 15
		x.symbols[d.Name] = at
		x.Map(at, d.Bytes, true)
		at += int64(len(d.Bytes)) + 16
	}
	for _, f := range m.Funcs {
		x.funcs[f.Name] = f
	}
	stack := make([]byte, stackSize)
	for i := range stack {
		stack[i] = junk
	}
	x.Map(stackBase, stack, false)
	x.sp = stackBase + stackSize
	return x
}

// frame is one call of a function.
type frame struct {
	f    *ir.Func
	vals []int64 // by value ID; a W is sign-extended
	two  []int64 // second results of calls, by the call's ID
}

// Call runs a function. It gives its result and its second result.
func (x *Machine) Call(name string, args ...int64) (result, second int64, err error) {
	f := x.funcs[name]
	if r := routines[name]; f == nil && r != nil {
		result, err = r(x, args)
		return result, 0, err
	}
	if f == nil {
		return 0, 0, fmt.Errorf("%s is not in the module", name)
	}
	if len(args) != len(f.Params) {
		return 0, 0, fmt.Errorf("%s takes %d arguments, not %d", name, len(f.Params), len(args))
	}
	if x.depth++; x.depth > 1000 {
		return 0, 0, ErrDeep
	}
	sp := x.sp
	defer func() { x.depth--; x.sp = sp }()
	fr := &frame{f, make([]int64, f.NumIDs()), nil}
	for i, p := range f.Params {
		if fr.vals[p.ID], err = promised(p, narrow(p.Type, args[i])); err != nil {
			return 0, 0, err
		}
	}
	if name == arenaClose || name == takeChunk {
		return x.around(name, args, func() (int64, int64, error) { return x.run(fr) })
	}
	return x.run(fr)
}

func (x *Machine) run(fr *frame) (result, second int64, err error) {
	var from *ir.Block
	for b := fr.f.Blocks[0]; ; {
		if err := x.block(fr, b, from); err != nil {
			return 0, 0, err
		}
		if x.Steps--; x.Steps < 0 {
			return 0, 0, ErrSteps
		}
		from = b
		switch b.Term {
		case ir.Jump:
			b = b.Succs[0]
		case ir.Branch:
			if fr.vals[b.Ctl.ID] != 0 {
				b = b.Succs[0]
			} else {
				b = b.Succs[1]
			}
		case ir.Return:
			if b.Ctl != nil {
				result = fr.vals[b.Ctl.ID]
			}
			if b.Ctl2 != nil {
				second = fr.vals[b.Ctl2.ID]
			}
			return result, second, nil
		default:
			return 0, 0, fmt.Errorf("%s: the end of %v was reached", fr.f.Name, b)
		}
	}
}

// block runs the values of b; its phis take what comes from the block from, all at once.
func (x *Machine) block(fr *frame, b, from *ir.Block) error {
	in := 0
	for i, p := range b.Preds {
		if p == from {
			in = i
		}
	}
	var phis []int64
	for _, v := range b.Values {
		if v.Op == ir.OpPhi {
			phis = append(phis, fr.vals[v.Args[in].ID])
		}
	}
	for i, v := range b.Values {
		var n int64
		var err error
		switch {
		case v.Op == ir.OpPhi:
			n = phis[i]
		case v.Op == ir.OpParam:
			continue
		default:
			n, err = x.value(fr, v)
		}
		if err == nil {
			n, err = promised(v, n)
		}
		if err != nil {
			return wrap(fr, v, err)
		}
		fr.vals[v.ID] = n
		if x.Steps--; x.Steps < 0 {
			return ErrSteps
		}
	}
	return nil
}

// wrap says where an error is ours; traps and ends of the program go up as they are.
func wrap(fr *frame, v *ir.Value, err error) error {
	var t *Trap
	var e *Exit
	if errors.As(err, &t) || errors.As(err, &e) || errors.Is(err, ErrSteps) {
		return err
	}
	return fmt.Errorf("%s: %v (%v): %w", fr.f.Name, v, v.Op, err)
}

// promised checks what v says of its value.
func promised(v *ir.Value, n int64) (int64, error) {
	if v.Nonneg && n < 0 {
		return 0, fmt.Errorf("%v is %d, but said to be not negative", v, n)
	}
	return n, nil
}

// narrow brings a number into the form that registers of a type have here.
func narrow(t ir.Type, n int64) int64 {
	if t == ir.W {
		return int64(int32(n))
	}
	return n
}

var sizes = map[ir.Op]int64{
	ir.OpLoad8: 1, ir.OpLoad16: 2, ir.OpLoad32: 4, ir.OpLoad64: 8,
	ir.OpStore8: 1, ir.OpStore16: 2, ir.OpStore32: 4, ir.OpStore64: 8,
}

func (x *Machine) value(fr *frame, v *ir.Value) (int64, error) {
	args := make([]int64, len(v.Args))
	for i, a := range v.Args {
		args[i] = fr.vals[a.ID]
	}
	switch v.Op {
	case ir.OpConst:
		return v.Imm, nil
	case ir.OpAddr:
		at, ok := x.symbols[v.Sym]
		if !ok {
			return 0, fmt.Errorf("no constant %s", v.Sym)
		}
		return at + v.Imm, nil
	case ir.OpSlot:
		return x.slot(v.Imm)
	case ir.OpLoad8, ir.OpLoad16, ir.OpLoad32, ir.OpLoad64:
		return x.load(v, args[0]+v.Imm)
	case ir.OpStore8, ir.OpStore16, ir.OpStore32, ir.OpStore64:
		return 0, x.Store(args[0]+v.Imm, sizes[v.Op], uint64(args[1]))
	case ir.OpCopyMem:
		return 0, x.copyMem(args[0], args[1], args[2])
	case ir.OpFillMem:
		if args[2] == 0 { // as in copyMem: nothing is touched
			return 0, nil
		}
		to, err := x.Bytes(args[0], args[2], true)
		for i := range to {
			to[i] = byte(args[1])
		}
		return 0, err
	case ir.OpStack:
		return x.sp, nil
	case ir.OpArena:
		return x.Arena, nil
	case ir.OpSetArena:
		x.Arena = args[0]
		clear(x.fixed) // what lay in an arena that was given back is free for others
		return 0, nil
	case ir.OpCmp:
		if v.Cond.Holds(v.Args[0].Type, args[0], args[1]) {
			return 1, nil
		}
		return 0, nil
	case ir.OpTrapIf:
		if v.Cond.Holds(v.Args[0].Type, args[0], args[1]) {
			return 0, x.trap(fr, v)
		}
		return 0, nil
	case ir.OpSyscall:
		if x.Syscall == nil {
			return 0, errors.New("no system calls here")
		}
		return x.Syscall(args[0], args[1:])
	case ir.OpCall:
		return x.call(fr, v, args)
	case ir.OpCallAt:
		return 0, fmt.Errorf("there is no code at %#x", args[0])
	case ir.OpResult2:
		return fr.two[v.Args[0].ID], nil
	}
	return x.compute(fr, v, args)
}

func (x *Machine) slot(bytes int64) (int64, error) {
	x.sp = (x.sp - bytes) &^ 15
	if x.sp < stackBase {
		return 0, ErrDeep
	}
	return x.sp, nil
}

func (x *Machine) load(v *ir.Value, at int64) (int64, error) {
	size := sizes[v.Op]
	n, err := x.Load(at, size)
	if err != nil {
		return 0, err
	}
	if v.Fixed {
		if old, seen := x.fixed[at]; seen && old.size == size && old.n != n {
			return 0, fmt.Errorf("fixed memory at %#x was %#x and is %#x", at, old.n, n)
		}
		x.fixed[at] = fixedLoad{size, n}
	}
	return narrow(v.Type, int64(n)), nil
}

func (x *Machine) copyMem(to, from, n int64) error {
	if n > 0 && to < from+n && from < to+n {
		return errors.New("the memory to copy overlaps")
	}
	src, err := x.Bytes(from, n, false)
	if err != nil && n != 0 {
		return err
	}
	dst, err := x.Bytes(to, n, true)
	if err != nil && n != 0 {
		return err
	}
	copy(dst, src)
	return nil
}

func (x *Machine) call(fr *frame, v *ir.Value, args []int64) (int64, error) {
	n, second, err := x.Call(v.Sym, args...)
	if err != nil {
		return 0, err
	}
	if fr.two == nil {
		fr.two = make([]int64, len(fr.vals))
	}
	fr.two[v.ID] = narrow(ir.W, second)
	return narrow(v.Type, n), nil
}

// compute is arithmetic. What does not fold with constants is a trap or undefined.
func (x *Machine) compute(fr *frame, v *ir.Value, args []int64) (int64, error) {
	args = append(args, 0)
	if v.Check == ir.Nonneg && (args[0] < 0 || args[1] < 0) {
		return 0, fmt.Errorf("negative argument: %d, %d", args[0], args[1])
	}
	n, ok := ir.Eval(v.Op, v.Type, v.Check, args[0], args[1])
	switch {
	case ok:
		return n, nil
	case v.Check != ir.Wrap:
		return 0, x.trap(fr, v)
	}
	return 0, fmt.Errorf("undefined on %d, %d", args[0], args[1])
}

// trap calls the function's trap symbol as the cold code of a check does.
func (x *Machine) trap(fr *frame, v *ir.Value) error {
	if x.funcs[fr.f.TrapSym] == nil {
		return &Trap{v.Trap, v.Pos}
	}
	if _, _, err := x.Call(fr.f.TrapSym, int64(v.Pos.Line)<<4|int64(v.Trap)); err != nil {
		return err
	}
	return fmt.Errorf("%s returned", fr.f.TrapSym)
}
