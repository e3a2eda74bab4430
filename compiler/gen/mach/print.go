package mach

import (
	"fmt"
	"strings"
)

// print.go writes the text form, which dumps and goldens hold. `v3 = add v3, v1` writes
// v3; .l behind the name says 64 bits (as in IR, where L is the wide type).

// Dump receives the text of a stage: "isel", "alloc" or "emit". A nil Dump wants none.
type Dump func(stage, text string)

// String gives the whole function.
func (f *Func) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "func %s", f.Name)
	for n, size := range f.Locals {
		fmt.Fprintf(&s, " local%d=%d", n, size)
	}
	if f.Spills > 0 {
		fmt.Fprintf(&s, " spills=%d", f.Spills)
	}
	s.WriteByte('\n')
	for _, b := range f.Blocks {
		fmt.Fprintf(&s, "b%d:", b.ID)
		if b.Cold {
			s.WriteString(" cold")
		}
		s.WriteByte('\n')
		for _, i := range b.Insts {
			s.WriteString("\t")
			s.WriteString(f.instText(b, i))
			s.WriteByte('\n')
		}
	}
	return s.String()
}

func (f *Func) regText(r Reg) string {
	if r.IsVirtual() {
		return fmt.Sprintf("v%d", r-FirstVirtual)
	}
	return f.CPU.RegNames[r]
}

func (f *Func) opText(i *Inst) string {
	var name string
	switch i.Op {
	case OpDead:
		return "dead"
	case OpCopy:
		return "copy"
	case OpSwap:
		return "swap"
	case OpClear:
		return "clear"
	case OpJump:
		return "jump"
	case OpBranch:
		name = "branch"
	default:
		name = f.CPU.OpNames[i.Op-FirstOp]
	}
	if i.Wide {
		name += ".l"
	}
	if strings.HasSuffix(name, "?") || i.Op == OpBranch {
		name = strings.TrimSuffix(name, "?") + "." + f.CPU.CondNames[i.Cond]
	}
	return name
}

func (f *Func) instText(b *Block, i *Inst) string {
	if i.Op == OpCopy {
		var pairs []string
		for k := 0; k < len(i.Args); k += 2 {
			pairs = append(pairs, f.operandText(i.Args[k])+" = "+f.operandText(i.Args[k+1]))
		}
		return strings.Join(pairs, "; ")
	}
	var defs, args []string
	for _, a := range i.Args {
		if a.Kind == KReg && a.Role&Def != 0 {
			defs = append(defs, f.regText(a.Reg))
		}
		if a.Kind != KReg || a.Role&Use != 0 {
			args = append(args, f.operandText(a))
		}
	}
	text := f.opText(i)
	if len(args) > 0 {
		text += " " + strings.Join(args, ", ")
	}
	if len(defs) > 0 {
		text = strings.Join(defs, ", ") + " = " + text
	}
	if i.isEnd() {
		for _, s := range b.Succs {
			text += fmt.Sprintf(" b%d", s.ID)
		}
	}
	if i.Trap != 0 {
		text += fmt.Sprintf(" line %d trap %d", i.Trap>>4, i.Trap&15)
	}
	return text
}

func (f *Func) operandText(a Operand) string {
	switch a.Kind {
	case KReg:
		return f.regText(a.Reg)
	case KImm:
		return fmt.Sprint(a.Imm)
	}
	text := f.addressText(a)
	if a.Kind == KAddr {
		return "&" + text
	}
	return text
}

func (f *Func) addressText(a Operand) string {
	var parts []string
	switch a.Place {
	case AtReg:
		if a.Reg != NoReg {
			parts = append(parts, f.regText(a.Reg))
		}
	case AtSym:
		parts = append(parts, f.Syms[a.Num])
	case AtLocal:
		parts = append(parts, fmt.Sprintf("local%d", a.Num))
	case AtSpill:
		parts = append(parts, fmt.Sprintf("spill%d", a.Num))
	case Incoming:
		parts = append(parts, "in")
	case Outgoing:
		parts = append(parts, "out")
	}
	if a.Index != NoReg {
		index := f.regText(a.Index)
		if a.Scale > 1 {
			index += fmt.Sprintf("*%d", a.Scale)
		}
		parts = append(parts, index)
	}
	text := strings.Join(parts, "+")
	if a.Imm != 0 {
		text += fmt.Sprintf("%+d", a.Imm)
	}
	return "[" + text + "]"
}
