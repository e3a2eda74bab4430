package gen

import (
	"strings"
	"testing"

	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// TestTargets: each line of the table is whole.
func TestTargets(t *testing.T) {
	for _, x := range targets {
		cpu := x.CPU
		if Lookup(x.Name) != x || x.Compile == nil || x.Machine == 0 || cpu == nil {
			t.Fatalf("%s is not whole", x.Name)
		}
		seen := mach.RegSet(0)
		for _, r := range cpu.Allocatable {
			if seen.Has(r) || cpu.RegNames[r] == "" {
				t.Errorf("%s: register %d is there twice, or has no name", x.Name, r)
			}
			seen |= mach.Set(r)
		}
		if cpu.CalleeSaved&^seen != 0 {
			t.Errorf("%s: registers are saved that are never given out", x.Name)
		}
		for n, name := range cpu.OpNames {
			if name == "" {
				t.Errorf("%s: operation %d has no name", x.Name, n)
			}
		}
	}
	if Lookup("vax-vms") != nil {
		t.Error("there is a target that is not in the table")
	}
}

// TestStages: all stages of every target print, and calls become fixups.
func TestStages(t *testing.T) {
	m, err := ir.Parse("func f(v0 W) -> W {\nb0:\nv1 W = call g v0\nv2 W = add v1 v0\nreturn v2\n}")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range targets {
		var stages []string
		code, err := x.Compile(m.Funcs[0], func(stage, text string) {
			stages = append(stages, stage)
			if !strings.HasPrefix(text, "func f") {
				t.Errorf("%s %s: %q", x.Name, stage, text)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Join(stages, " ") != "isel alloc emit" {
			t.Errorf("%s: stages %v", x.Name, stages)
		}
		if len(code.Fixups) != 1 || code.Fixups[0].Sym != "g" {
			t.Errorf("%s: fixups %v", x.Name, code.Fixups)
		}
	}
}
