package mach

import (
	"fmt"
	"slices"
	"testing"
)

func TestSpans(t *testing.T) {
	a := []span{{0, 4}, {10, 12}, {20, 30}}
	for _, c := range []struct {
		b    []span
		hits bool
	}{
		{nil, false}, {[]span{{4, 10}, {12, 20}}, false}, {[]span{{30, 31}}, false},
		{[]span{{11, 12}}, true}, {[]span{{4, 5}, {29, 40}}, true}, {[]span{{0, 100}}, true},
	} {
		if overlap(a, c.b) != c.hits || overlap(c.b, a) != c.hits {
			t.Errorf("overlap %v: not %v", c.b, c.hits)
		}
	}
	if got := fmt.Sprint(NewFunc("f", &testCPU).union(slices.Clone(a), []span{{4, 6}, {11, 20}, {40, 41}})); got != "[{0 6} {10 30} {40 41}]" {
		t.Errorf("union %s", got)
	}
	if got := fmt.Sprint(clip(a, span{2, 21})); got != "[{2 4} {10 12} {20 21}]" {
		t.Errorf("clip %s", got)
	}
	for p, in := range map[int32]bool{-1: false, 0: true, 3: true, 4: false, 11: true, 29: true, 30: false} {
		if covers(a, p) != in {
			t.Errorf("covers %d: not %v", p, in)
		}
	}
}

// testCPU has three registers, the last of which survives calls.
var testCPU = CPU{
	RegNames: []string{"", "a", "b", "c"}, OpNames: []string{"use", "make", "call"},
	Allocatable: []Reg{1, 2, 3}, CalleeSaved: Set(3),
}

const (
	opUse = FirstOp + iota
	opMake
	opCall
)

// TestLiveRanges: a value lives from its write to its last read, also around a loop, and
// not in the hole between a read and the next write.
func TestLiveRanges(t *testing.T) {
	f := NewFunc("f", &testCPU)
	v, w := f.NewVirtual(true), f.NewVirtual(true)
	b0, b1, b2 := f.NewBlock(), f.NewBlock(), f.NewBlock()
	b0.AddEdge(b1)
	b1.AddEdge(b1)
	b1.AddEdge(b2)
	b0.Insts = []*Inst{
		{Op: opMake, Args: []Operand{R(v, Def)}}, // 16
		{Op: opMake, Args: []Operand{R(w, Def)}}, // 32
		{Op: opUse, Args: []Operand{R(w, Use)}},  // 48
		{Op: opMake, Args: []Operand{R(w, Def)}}, // 64
		{Op: OpJump},                             // 80, block to 88
	}
	b1.Insts = []*Inst{
		{Op: opUse, Args: []Operand{R(v, Use)}},                             // 96
		{Op: opCall, Args: []Operand{R(1, Def)}, Clobbers: Set(2)},          // 112
		{Op: OpCopy, Args: []Operand{R(w, Def), R(1, Use)}}, {Op: OpBranch}, // 128, 144
	}
	b2.Insts = []*Inst{{Op: opUse, Args: []Operand{R(w, Use)}}} // 160
	f.Blocks = []*Block{b0, b1, b2}
	for n, b := range f.Blocks {
		b.index = n
	}
	s := f.findSpans()
	for r, want := range map[Reg]string{
		v: "[{18 152}]",
		w: "[{34 49} {66 67} {130 161}]",
		1: "[{114 129}]",
		2: "[{114 115}]",
	} {
		if got := fmt.Sprint(s[r]); got != want {
			t.Errorf("%s lives in %s, want %s", f.regText(r), got, want)
		}
	}
}

// TestAllocateError: an instruction that needs more registers than there are is an error
// and no endless search.
func TestAllocateError(t *testing.T) {
	f := NewFunc("f", &testCPU)
	b := f.NewBlock()
	last := &Inst{Op: opUse}
	for range 4 {
		v := f.NewVirtual(true)
		b.Insts = append(b.Insts, &Inst{Op: opMake, Args: []Operand{R(v, Def)}})
		last.Args = append(last.Args, R(v, Use))
	}
	b.Insts = append(b.Insts, last)
	if err := Allocate(f); err == nil {
		t.Errorf("four values in three registers:\n%s", f)
	}
}

// TestAcrossCall: of two values that live across a call, the one that is needed for less
// long gets the register that survives it; the other goes to memory.
func TestAcrossCall(t *testing.T) {
	f := NewFunc("f", &testCPU)
	b := f.NewBlock()
	v, w := f.NewVirtual(true), f.NewVirtual(true)
	use := Inst{Op: opUse, Args: []Operand{R(v, Use), R(w, Use)}}
	again := use
	again.Args = []Operand{R(v, Use), R(v, Use)}
	b.Insts = []*Inst{
		{Op: opMake, Args: []Operand{R(v, Def)}},
		{Op: opMake, Args: []Operand{R(w, Def)}},
		{Op: opCall, Clobbers: Set(1, 2)},
		&use, &again,
	}
	if err := Allocate(f); err != nil {
		t.Fatal(err)
	}
	want := "func f spills=1\nb0:\n\ta = make\n\t[spill0] = a\n\tc = make\n\tcall\n\ta = [spill0]\n\tuse a, c\n\ta = [spill0]\n\tuse a, a\n"
	if f.String() != want {
		t.Errorf("%s\nwant\n%s", f, want)
	}
}
