package amd64

import (
	"errors"
	"fmt"
	"testing"

	"slul/compiler/gen/mach"
	"slul/compiler/ir"
	"slul/compiler/ir/irtest"
)

// random_test.go compares compiled random functions with ir's machine.

var randomInputs = [][]int64{
	{0, 0, 0, 0}, {1, -1, 1 << 40, -5}, {-1 << 31, 1<<31 - 1, -1 << 63, 1<<63 - 1}, {77, 12345, 99, 1 << 33},
}

// few leaves only n registers; fixed ones of instructions are still used.
func few(n int) *mach.CPU {
	cpu := CPU
	cpu.Allocatable = []mach.Reg{rax, rcx, rdx, rbx}[:n]
	return &cpu
}

// machine makes the machine for a module.
func machine(m *ir.Module) *irtest.Machine {
	x := irtest.New(m)
	x.Arena = arenaMark
	return x
}

// wanted is what the machine says of one call, or "" when that takes too long.
func wanted(t *testing.T, x *irtest.Machine, m *ir.Module, name string, in []int64) string {
	x.Steps = 1 << 20
	f := m.FindFunc(name)
	n, second, err := x.Call(name, in[:len(f.Params)]...)
	var trap *irtest.Trap
	switch {
	case err == nil:
		return show(f, outcome{rax: uint64(n), rdx: uint64(second)})
	case errors.As(err, &trap):
		return show(nil, outcome{rax: uint64(trap.Pos.Line)<<4 | uint64(trap.Kind), state: trapped})
	case errors.Is(err, irtest.ErrSteps):
		return ""
	}
	t.Fatalf("%v\n%v", err, f)
	return ""
}

// show is an outcome as text, without what the types leave undefined.
func show(f *ir.Func, o outcome) string {
	switch o.state {
	case trapped:
		return fmt.Sprintf("trap %d at line %d", o.rax&15, o.rax>>4)
	case broken:
		return "a register was not preserved"
	case crooked:
		return "the stack pointer is not aligned at a trap"
	}
	s := "returned"
	switch f.Result {
	case ir.W:
		s += fmt.Sprintf(" %#x", uint32(o.rax))
	case ir.L:
		s += fmt.Sprintf(" %#x", o.rax)
	}
	if f.Result2 != ir.None {
		s += fmt.Sprintf(" %d", uint32(o.rdx))
	}
	return s
}

// compare runs jobs and compares each outcome with the machine's.
func compareJobs(t *testing.T, cpu *mach.CPU, jobs []job) {
	t.Helper()
	got, err := execute(t, cpu, jobs)
	if err != nil && len(jobs) > 1 { // find the one
		half := len(jobs) / 2
		compareJobs(t, cpu, jobs[:half])
		compareJobs(t, cpu, jobs[half:])
		return
	}
	if err != nil {
		t.Fatalf("%v\n%v\n%s", err, jobs[0].m, dumped(t, jobs[0].m, cpu))
	}
	n := 0
	machines := map[*ir.Module]*irtest.Machine{}
	for _, j := range jobs {
		if machines[j.m] == nil {
			machines[j.m] = machine(j.m)
		}
		for _, in := range j.inputs {
			want, have := wanted(t, machines[j.m], j.m, j.name, in), show(j.m.FindFunc(j.name), got[n])
			if want != have && want != "" {
				only := &ir.Module{Funcs: []*ir.Func{j.m.FindFunc(j.name)}}
				if len(j.m.Funcs) < 10 {
					only = j.m
				}
				t.Fatalf("%s%x: %s, want %s\n%v\n%s", j.name, in, have, want, only, dumped(t, only, cpu))
			}
			n++
		}
	}
}

// dumped is all stages of all functions.
func dumped(t *testing.T, m *ir.Module, cpu *mach.CPU) (text string) {
	for _, f := range m.Funcs {
		if _, err := compile(f, cpu, func(stage, s string) { text += stage + " " + s }); err != nil {
			t.Error(err)
		}
	}
	return text
}

func TestRandom(t *testing.T) {
	seeds, size := uint64(300), 60
	if testing.Short() {
		seeds = 60
	}
	for _, way := range []struct {
		name     string
		cpu      *mach.CPU
		optimize bool
	}{
		{"plain", &CPU, false}, {"optimized", &CPU, true}, {"three registers", few(3), false}, {"four registers", few(4), true},
	} {
		t.Run(way.name, func(t *testing.T) {
			var jobs []job
			for seed := range seeds {
				m := irtest.Random(seed+1000*uint64(len(way.name)), size+int(seed%7)*20)
				if way.optimize {
					ir.Optimize(m)
				}
				jobs = append(jobs, job{m, irtest.RandomName, randomInputs})
				if len(jobs) == 100 {
					compareJobs(t, way.cpu, jobs)
					jobs = nil
				}
			}
			compareJobs(t, way.cpu, jobs)
		})
	}
}
