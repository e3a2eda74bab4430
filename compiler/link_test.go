package compiler

import (
	"testing"

	"slul/asm"
	"slul/compiler/ir"
	"slul/elfimage"
)

// TestStackOfCircles: how much stack a program needs whose funcs call in a circle is the same each
// time, and is that of the way into the circle and once around.
func TestStackOfCircles(t *testing.T) {
	funcs := []struct {
		name  string
		frame int64
		calls []string
	}{
		{"b", 2000, []string{"a"}},
		{"other", 16, []string{"b"}},
		{startSymbol, 100, []string{"into", "other"}},
		{"into", 3000, []string{"a"}},
		{"a", 1000, []string{"b"}},
		{"alone", 1 << 20, nil}, // nobody leads there
	}
	const want = 100 + 3000 + 1000 + 2000 + 4*returnAddress + stackSlack
	for range 50 {
		m := &ir.Module{}
		for _, f := range funcs {
			m.Funcs = append(m.Funcs, &ir.Func{Name: f.name})
		}
		image := &elfimage.Image{}
		stack, err := link(m, image, func(n int) (*asm.Code, error) {
			code := &asm.Code{Bytes: make([]byte, 8), Frames: []asm.Frame{{Depth: 8}, {Off: 1, Depth: funcs[n].frame}}}
			for _, to := range funcs[n].calls {
				code.Fixups = append(code.Fixups, asm.Fixup{Sym: to})
			}
			return code, nil
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if stack != want {
			t.Fatalf("%d bytes of stack, want %d", stack, int64(want))
		}
		if len(image.Symbols) != len(funcs)-1 || image.Symbols[3].Off != 24 || len(image.Text) != 40 || len(image.Frames) != 10 || image.Frames[3].Off != 9 {
			t.Fatalf("symbols %v, %d bytes, frames %v", image.Symbols, len(image.Text), image.Frames)
		}
	}
}
