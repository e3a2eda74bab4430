package ir

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// print.go writes the text form of modules and functions. parse.go reads it back; its
// grammar stands there. Equal functions have equal text.

// Fprint writes the whole module.
func Fprint(w io.Writer, m *Module) error {
	b := bufio.NewWriter(w)
	for _, name := range m.Files {
		fmt.Fprintf(b, "file %s\n", quote(name))
	}
	for _, d := range m.Data {
		fmt.Fprintf(b, "data %s align %d %s\n", d.Name, d.Align, quote(string(d.Bytes)))
	}
	for i, f := range m.Funcs {
		if i > 0 || len(m.Files)+len(m.Data) > 0 {
			b.WriteByte('\n')
		}
		printFunc(b, f)
	}
	return b.Flush()
}

func (m *Module) String() string {
	var s strings.Builder
	Fprint(&s, m)
	return s.String()
}

func (f *Func) String() string {
	var s strings.Builder
	b := bufio.NewWriter(&s)
	printFunc(b, f)
	b.Flush()
	return s.String()
}

func (v *Value) String() string {
	if v == nil {
		return "nil"
	}
	return "v" + strconv.Itoa(int(v.ID))
}

func (b *Block) String() string {
	if b == nil {
		return "nil"
	}
	return "b" + strconv.Itoa(int(b.ID))
}

func (p Pos) String() string { return fmt.Sprintf("@%d:%d", p.File, p.Line) }

// quote is strconv.Quote with nothing but ASCII in it.
func quote(s string) string { return strconv.QuoteToASCII(s) }

func printFunc(w *bufio.Writer, f *Func) {
	fmt.Fprintf(w, "func %s", f.Name)
	w.WriteByte('(')
	for i, p := range f.Params {
		if i > 0 {
			w.WriteString(", ")
		}
		fmt.Fprintf(w, "%v %v", p, p.Type)
		if p.Nonneg {
			w.WriteByte('+')
		}
	}
	w.WriteByte(')')
	if f.Result != None {
		fmt.Fprintf(w, " -> %v", f.Result)
		if f.Result2 != None {
			fmt.Fprintf(w, " %v", f.Result2)
		}
	} else if f.Result2 != None {
		fmt.Fprintf(w, " -> - %v", f.Result2)
	}
	if f.NoReturn {
		w.WriteString(" noreturn")
	}
	if f.Keep {
		w.WriteString(" keep")
	}
	if f.Start {
		w.WriteString(" start")
	}
	if f.TrapSym != "" {
		fmt.Fprintf(w, " trap %s", f.TrapSym)
	}
	if f.Pos != (Pos{}) {
		fmt.Fprintf(w, " %v", f.Pos)
	}
	w.WriteString(" {\n")
	for _, b := range f.Blocks {
		printBlock(w, b)
	}
	w.WriteString("}\n")
}

func printBlock(w *bufio.Writer, b *Block) {
	fmt.Fprintf(w, "%v:", b)
	if b.Cold {
		w.WriteString(" cold")
	}
	if len(b.Preds) > 0 {
		w.WriteString(" from")
		for _, p := range b.Preds {
			fmt.Fprintf(w, " %v", p)
		}
	}
	w.WriteByte('\n')
	pos := Pos{}
	at := func(p Pos) {
		if p != pos {
			fmt.Fprintf(w, "  %v\n", p)
			pos = p
		}
	}
	for _, v := range b.Values {
		if v.Op == OpParam {
			continue // stands in the head of the function
		}
		at(v.Pos)
		w.WriteString("    ")
		printValue(w, v)
		w.WriteByte('\n')
	}
	at(b.Pos)
	fmt.Fprintf(w, "    %v", b.Term)
	for _, c := range []*Value{b.Ctl, b.Ctl2} {
		if c != nil {
			fmt.Fprintf(w, " %v", c)
		}
	}
	if b.Ctl == nil && b.Ctl2 != nil {
		w.WriteString(" second")
	}
	for _, s := range b.Succs {
		fmt.Fprintf(w, " %v", s)
	}
	w.WriteByte('\n')
}

// Form is how the text of an op goes on after its name.
func printValue(w *bufio.Writer, v *Value) {
	if v.Type != None {
		fmt.Fprintf(w, "%v %v", v, v.Type)
		if v.Nonneg {
			w.WriteByte('+')
		}
		w.WriteString(" = ")
	}
	w.WriteString(v.Op.String())
	switch {
	case v.Op == OpCmp || v.Op == OpTrapIf:
		fmt.Fprintf(w, ".%v", v.Cond)
	case v.Check != Wrap:
		fmt.Fprintf(w, ".%v", v.Check)
	case v.Fixed:
		w.WriteString(".fixed")
	case v.Mem != MemAny:
		fmt.Fprintf(w, ".m%d", v.Mem)
	}
	if v.Op == OpConst || v.Op == OpSlot {
		fmt.Fprintf(w, " %d", v.Imm)
	}
	if v.Sym != "" {
		w.WriteString(" " + v.Sym)
		printOffset(w, v.Imm)
	}
	for i, a := range v.Args {
		fmt.Fprintf(w, " %v", a)
		if i == 0 && v.Op.hasOffset() {
			printOffset(w, v.Imm)
		}
	}
	if v.Trap != TrapNone {
		fmt.Fprintf(w, " %v", v.Trap)
	}
}

func printOffset(w *bufio.Writer, n int64) {
	if n != 0 {
		fmt.Fprintf(w, "%+d", n)
	}
}

// hasOffset says whether Imm is added to the address in Args[0].
func (o Op) hasOffset() bool { return o >= OpLoad8 && o <= OpStore64 }
