// The text form of facts, for `-d=types` and the goldens.

package check

import (
	"fmt"
	"strconv"
	"strings"

	"slul/compiler/syntax"
)

// Dump is what check found out about the program (not about core): its service, and for
// each func its head and one line per expression: place, kind of node, type, constant
// value, widening, call.
func Dump(info *Info) string {
	var b strings.Builder
	if s := info.Service; s != nil {
		fmt.Fprintf(&b, "service %s %q class %s\n", s.Type, s.Command, s.Class)
		for _, v := range s.Givemes {
			fmt.Fprintf(&b, "  giveme %d %s %s\n", v.Index, v.Type, v.Name)
		}
	}
	for _, fn := range info.Funcs {
		if !fn.Core {
			dumpFunc(&b, info, fn)
		}
	}
	return b.String()
}

func dumpFunc(b *strings.Builder, info *Info, fn *Func) {
	fmt.Fprintf(b, "func %s%s", fn.Sigils, fn.Symbol)
	if fn.UsesThis {
		b.WriteString(" this")
	}
	for _, p := range fn.Params {
		fmt.Fprintf(b, " (%s %s%s)", p.Type, p.Name, rangeText(p.Range))
	}
	fmt.Fprintf(b, " -> %s", fn.Result)
	if fn.Fails != nil {
		fmt.Fprintf(b, " or %s", fn.Fails)
	}
	if fn.NoReturn {
		b.WriteString(" noreturn")
	}
	b.WriteByte('\n')
	syntax.Walk(fn.Decl.Body, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.VarStmt:
			dumpVar(b, n.Pos(), info.Def(n.Name))
		case *syntax.ForStmt:
			dumpVar(b, n.Pos(), info.Def(n.Name))
		case *syntax.Label:
			l := info.Labels[n]
			fmt.Fprintf(b, "  %d:%d label %s %s\n", n.Pos().Line, n.Pos().Col, l.Low, l.High)
			return false
		case syntax.Expr:
			return dumpExpr(b, info, n)
		}
		return true
	})
}

func rangeText(r *Range) string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf(" in %d..=%d", r.Low, r.High)
}

func dumpVar(b *strings.Builder, pos syntax.Pos, v *Var) {
	if v != nil {
		fmt.Fprintf(b, "  %d:%d var %s %s%s\n", pos.Line, pos.Col, v.Type, v.Name, rangeText(v.Range))
	}
}

// dumpExpr writes one expression and says whether its parts have facts too.
func dumpExpr(b *strings.Builder, info *Info, e syntax.Expr) bool {
	t := info.Type(e)
	if t == nil {
		return true
	}
	kind := strings.TrimPrefix(fmt.Sprintf("%T", e), "*syntax.")
	fmt.Fprintf(b, "  %d:%d %s %s", e.Pos().Line, e.Pos().Col, kind, t)
	v, known := info.Const(e)
	if known {
		fmt.Fprintf(b, " = %s", v)
	}
	if w := info.Widened(e); w != nil {
		fmt.Fprintf(b, " widen %s", w)
	}
	if info.InRange(e) {
		b.WriteString(" in-range")
	}
	if call := info.Call(e); call != nil {
		dumpCall(b, call)
	}
	b.WriteByte('\n')
	return !known
}

func dumpCall(b *strings.Builder, call *Call) {
	if call.Func != nil {
		fmt.Fprintf(b, " call %s", call.Func.Symbol)
	} else {
		fmt.Fprintf(b, " prim %s", call.Prim)
	}
	if call.This {
		b.WriteString(" this")
	}
	if len(call.Args) > 0 {
		fmt.Fprintf(b, " eval %v", call.Eval)
	}
	for _, p := range call.Format {
		if p.X == nil {
			fmt.Fprintf(b, " %q", p.Text)
			continue
		}
		fmt.Fprintf(b, " {width %d left %t zero %t hex %t}", p.Width, p.Left, p.Zero, p.Hex)
	}
}

// String is the value: a number, or a quoted string.
func (v Value) String() string {
	if v.Str != "" {
		return strconv.Quote(v.Str)
	}
	return strconv.FormatInt(v.Bits, 10)
}

var primNames = [...]string{
	PrimNone: "none", PrimPrint: "print", PrimWrite: "write", PrimError: "error",
	PrimFormat: "format", PrimPushFormat: "push_format", PrimStreamPrint: "Stream.print",
	PrimStringLength: "string.length", PrimArrayLength: "Array.length", PrimNew: "new", PrimArray: "new Array", PrimConvert: "convert",
	PrimLowByte: "low_byte", PrimLow32: "low_32", PrimMin: "min", PrimMax: "max", PrimAbs: "abs",
	PrimLoad8: "load8", PrimLoad16: "load16", PrimLoad32: "load32", PrimLoad64: "load64",
	PrimStore8: "store8", PrimStore16: "store16", PrimStore32: "store32", PrimStore64: "store64",
	PrimSetWord: "set_word", PrimCopy: "copy", PrimFill: "fill", PrimMove: "move", PrimSet: "set", PrimSame: "same", PrimSeek: "seek", PrimSyscall: "syscall", PrimAddrOf: "addr_of", PrimRef: "ref",
	PrimArena: "arena", PrimSetArena: "set_arena", PrimTrap: "trap", PrimInt: "int", PrimLong: "long", PrimRotr32: "rotr32", PrimSwap32: "swap32", PrimSwap64: "swap64", PrimSinks: "sinks", PrimArch: "arch", PrimCall: "call",
}

func (p Prim) String() string { return primNames[p] }
