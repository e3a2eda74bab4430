package amd64

import (
	"slul/compiler/gen/mach"

	asm "slul/asm/amd64"
)

// peep.go improves a block whose registers are allocated: additions take their short
// form, and tests of what the flags say already vanish.

// noteFlags notes for each instruction whether the flags as it leaves them are read later. No flags
// live across blocks.
func noteFlags(b *mach.Block) {
	live := false
	for n := len(b.Insts) - 1; n >= 0; n-- {
		i := b.Insts[n]
		i.Flags = live
		if i.Op == mach.OpBranch {
			live = true
			continue
		}
		if i.Op >= mach.FirstOp {
			live = live && !ops[i.Op].writes || ops[i.Op].reads
		}
	}
}

// peep changes the instructions of b, and leaves them with their Flags. An addition in place of a
// lea changes nothing of those.
func peep(b *mach.Block) {
	noteFlags(b)
	for _, i := range b.Insts {
		if i.Op == oLea && !i.Flags {
			addForLea(i)
		}
	}
	if before := len(b.Insts); dropTests(b) < before {
		noteFlags(b)
	}
}

// addForLea makes an addition of a lea that adds something to its own destination.
func addForLea(i *mach.Inst) {
	d, a := i.Args[0], i.Args[1]
	if a.Place != mach.AtReg || a.Scale > 1 {
		return
	}
	d.Role = mach.UseDef
	var second mach.Operand
	switch {
	case a.Reg == d.Reg && a.Index == mach.NoReg && a.Imm != 0:
		second = mach.I(a.Imm)
	case a.Imm != 0 || a.Index == mach.NoReg:
		return
	case a.Reg == d.Reg:
		second = mach.R(a.Index, mach.Use)
	case a.Index == d.Reg:
		second = mach.R(a.Reg, mach.Use)
	default:
		return
	}
	i.Op, i.Args[0], i.Args[1] = oAdd, d, second
}

// dropTests removes `test r, r` where the flags show r already and are read for that
// which they show: equality and sign always, the rest after operations that leave carry
// and overflow at 0, as test does. It gives the number of those that are left.
func dropTests(b *mach.Block) int {
	shown := mach.Operand{}
	wide, logic := false, false
	kept := b.Insts[:0]
	for n, i := range b.Insts {
		if i.Op == oTest && isSelfTest(i) && shown.Reg == i.Args[0].Reg && shown.Reg != mach.NoReg &&
			wide == i.Wide && readersAgree(b.Insts[n+1:], logic) {
			continue
		}
		kept = append(kept, i)
		switch {
		case i.Op == mach.OpCopy || i.Op == mach.OpSwap:
			for _, a := range i.Args {
				if a.Kind == mach.KReg && a.Role&mach.Def != 0 && a.Reg == shown.Reg || i.Op == mach.OpSwap {
					shown.Reg = mach.NoReg
				}
			}
		case i.Op == oTrap:
		case showsResult(i):
			shown, wide = i.Args[0], i.Wide
			logic = i.Op == oAnd || i.Op == oOr || i.Op == oXor
		default:
			shown.Reg = mach.NoReg
		}
	}
	b.Insts = kept
	return len(kept)
}

// isSelfTest says whether i looks at one register as a whole.
func isSelfTest(i *mach.Inst) bool {
	return i.Args[0].Kind == mach.KReg && i.Args[1].Kind == mach.KImm && i.Args[1].Imm == -1
}

// showsResult says whether i leaves zero and sign flags of the register that it writes.
func showsResult(i *mach.Inst) bool {
	switch i.Op {
	case oAdd, oSub, oAnd, oOr, oXor, oNeg:
		return i.Args[0].Kind == mach.KReg
	case oShl, oShr, oSar:
		return i.Args[0].Kind == mach.KReg && i.Args[1].Kind == mach.KImm && i.Args[1].Imm != 0
	}
	return false
}

// readersAgree says whether all that reads the flags in rest, before they change, asks
// for what is right without a test.
func readersAgree(rest []*mach.Inst, logic bool) bool {
	for _, i := range rest {
		reads := i.Op == mach.OpBranch || i.Op >= mach.FirstOp && ops[i.Op].reads
		if reads && !logic {
			switch asm.Cond(i.Cond) {
			case asm.CondE, asm.CondNE, asm.CondS, asm.CondNS:
			default:
				return false
			}
		}
		if i.Op >= mach.FirstOp && ops[i.Op].writes {
			return true
		}
	}
	return true
}
