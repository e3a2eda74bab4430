package interp

import (
	"fmt"
	"math/big"

	"slul/compiler/check"
	"slul/compiler/syntax"
)

// typeAfter is the type of e's value after implicit conversion.
func (f *frame) typeAfter(e syntax.Expr) *check.Type {
	if t := f.info.Widened(e); t != nil {
		return t
	}
	return f.info.Type(e)
}

// expr gives the value of e. A number is the same in any type that it is widened to.
func (f *frame) expr(e syntax.Expr) value {
	if k, ok := f.info.Const(e); ok {
		return constant(f.typeAfter(e), k)
	}
	if c := f.info.Call(e); c != nil {
		x, failed := f.callExpr(e, c)
		if failed != nil {
			panic("bug: interp: a failure that nobody looks at")
		}
		return x
	}
	switch e := e.(type) {
	case *syntax.Paren:
		return f.expr(e.X)
	case *syntax.Name:
		return f.name(e)
	case *syntax.Member:
		return f.member(e)
	case *syntax.Index:
		x, i := f.expr(e.X), f.expr(e.I)
		f.at(e.I.Pos())
		return *f.element(x, index(i), nil)
	case *syntax.Unary:
		return f.unary(e)
	case *syntax.Binary:
		return f.binary(e)
	case *syntax.Compare:
		return f.compare(e)
	case *syntax.Try:
		x, failed := f.attempt(e.X)
		if failed != nil {
			panic(leaving{failed})
		}
		return x
	case *syntax.Else:
		x, failed := f.attempt(e.X)
		if failed != nil || x == nil {
			return f.expr(e.Y)
		}
		return x
	case *syntax.Copy:
		return f.copyOf(e)
	case *syntax.ListLit:
		return f.listLit(e)
	case *syntax.ThisExpr:
		return f.this
	case *syntax.NoneLit:
		return nil
	}
	panic(fmt.Sprintf("bug: interp: an expression %T", e))
}

// attempt evaluates what may fail.
func (f *frame) attempt(e syntax.Expr) (value, *failure) {
	for {
		p, ok := e.(*syntax.Paren)
		if !ok {
			break
		}
		e = p.X
	}
	if c := f.info.Call(e); c != nil {
		return f.callExpr(e, c)
	}
	return f.expr(e), nil
}

func (f *frame) name(e *syntax.Name) value {
	switch o := f.info.Use(e).(type) {
	case *check.Const:
		a := &array{}
		for _, k := range o.Array {
			a.elems = append(a.elems, constant(o.Type.Elem, k))
		}
		return a
	case *check.Var:
		return f.variable(o)
	}
	panic("bug: interp: " + e.Name)
}

func (f *frame) variable(v *check.Var) value {
	switch v.Kind {
	case check.GivemeVar:
		return f.givemes[v.Index]
	case check.FieldVar:
		return *f.this.fields[v]
	}
	return f.locals[v]
}

func (f *frame) member(e *syntax.Member) value {
	v := f.info.Field(e)
	if v.Kind == check.GivemeVar {
		return f.givemes[v.Index]
	}
	return *f.expr(e.X).(*object).fields[v]
}

func truth(b bool) value {
	if b {
		return int64(1)
	}
	return int64(0)
}

func (f *frame) unary(e *syntax.Unary) value {
	if e.Op == syntax.OpNot {
		return truth(!f.isTrue(e.X))
	}
	x := f.expr(e.X)
	f.at(e.Pos())
	return bits(f.settled(f.info.Type(e), new(big.Int).Neg(number(f.typeAfter(e.X), x))))
}

func (f *frame) binary(e *syntax.Binary) value {
	switch e.Op {
	case syntax.OpAnd:
		return truth(f.isTrue(e.X) && f.isTrue(e.Y))
	case syntax.OpOr:
		return truth(f.isTrue(e.X) || f.isTrue(e.Y))
	}
	x, y := f.expr(e.X), f.expr(e.Y)
	f.at(e.OpPos)
	return bits(f.arith(e.Op, f.info.Type(e), f.typeAfter(e.X), number(f.typeAfter(e.X), x), number(f.typeAfter(e.Y), y)))
}

func (f *frame) compare(e *syntax.Compare) value {
	x := f.expr(e.X[0])
	for i, op := range e.Ops {
		y := f.expr(e.X[i+1])
		if !holds(op, f.typeAfter(e.X[i]), x, y) {
			return truth(false)
		}
		x = y
	}
	return truth(true)
}

// holds compares two values of type t; none is only equal to itself.
func holds(op syntax.Op, t *check.Type, x, y value) bool {
	if x == nil || y == nil {
		return (x == nil && y == nil) == (op == syntax.OpEq)
	}
	order := compareValues(t, x, y)
	switch op {
	case syntax.OpEq:
		return order == 0
	case syntax.OpNe:
		return order != 0
	case syntax.OpLt:
		return order < 0
	case syntax.OpLe:
		return order <= 0
	case syntax.OpGt:
		return order > 0
	case syntax.OpGe:
		return order >= 0
	}
	panic("bug: interp: comparison " + op.String())
}

// compareValues orders strings by their bytes and scalars by their numbers.
func compareValues(t *check.Type, x, y value) int {
	if s, ok := x.(string); ok {
		switch other := y.(string); {
		case s < other:
			return -1
		case s > other:
			return 1
		}
		return 0
	}
	if _, ok := x.(int64); !ok { // a reference is only compared with none
		return -1
	}
	if t.Kind == check.MaybeKind {
		t = t.Elem
	}
	return number(t, x).Cmp(number(t, y))
}

// ---- Calls ----

// args evaluates the arguments as written, and gives them in the order of parameters.
func (f *frame) args(c *check.Call) []value {
	args := make([]value, len(c.Args))
	done := make([]bool, len(c.Args))
	for _, i := range c.Eval {
		args[i], done[i] = f.expr(c.Args[i]), true
	}
	for i, a := range c.Args {
		if !done[i] {
			args[i] = f.expr(a)
		}
	}
	return args
}

func (f *frame) checkArgs(fn *check.Func, args []value) {
	for i, p := range fn.Params {
		f.inRange(p, args[i])
	}
}

func (f *frame) callExpr(e syntax.Expr, c *check.Call) (value, *failure) {
	if c.Func == nil || c.Prim == check.PrimNew {
		return f.prim(e, c), nil
	}
	var recv value
	switch {
	case c.This:
		if f.this != nil {
			recv = f.this
		}
	case c.Func.Class != nil:
		recv = f.expr(c.Recv)
	}
	args := f.args(c)
	f.at(e.Pos())
	f.checkArgs(c.Func, args)
	if c.Func.Core && (c.Func.Class != nil || c.Func.File.Kind == syntax.KindUnsafe) {
		f.tick()
		return f.library(c, recv, args), nil
	}
	this, _ := recv.(*object)
	return f.call(c.Func, this, args)
}

func (f *frame) prim(e syntax.Expr, c *check.Call) value {
	switch c.Prim {
	case check.PrimPrint, check.PrimWrite, check.PrimError:
		f.print(e, c)
		return nil
	case check.PrimFormat:
		return f.format(c)
	case check.PrimPushFormat:
		b := f.expr(c.Recv).(*buffer)
		b.bytes = append(b.bytes, f.format(c)...)
		return nil
	case check.PrimNew:
		return f.newObject(e, c)
	case check.PrimArray:
		return f.newArray(e, c)
	case check.PrimStringLength, check.PrimArrayLength:
		return int64(f.length(f.expr(c.Recv)))
	case check.PrimConvert:
		n := number(f.typeAfter(c.Args[0]), f.expr(c.Args[0]))
		f.at(e.Pos())
		if !fits(c.Result, n) {
			f.stop("range")
		}
		return bits(n)
	case check.PrimLowByte:
		return f.expr(c.Args[0]).(int64) & 0xff
	case check.PrimLow32:
		return f.expr(c.Args[0]).(int64) & 0xffffffff
	case check.PrimMin, check.PrimMax:
		args := f.args(c)
		if order := compareValues(c.Result, args[0], args[1]); order < 0 == (c.Prim == check.PrimMin) {
			return args[0]
		}
		return args[1]
	case check.PrimAbs:
		n := number(c.Result, f.expr(c.Args[0]))
		f.at(e.Pos())
		return bits(f.settled(c.Result, new(big.Int).Abs(n)))
	}
	panic(Unsupported{fmt.Sprintf("primitive %d", c.Prim)})
}
