package amd64

import (
	"fmt"

	"slul/asm"
	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// target.go is the way of one function through this package.

// Compile gives the machine code of f; see gen.Target.
func Compile(f *ir.Func, dump mach.Dump) (*asm.Code, error) {
	return compile(f, &CPU, dump)
}

// compile is Compile with a choice of the registers that may be allocated.
func compile(f *ir.Func, cpu *mach.CPU, dump mach.Dump) (*asm.Code, error) {
	show := func(stage string, text func() string) { // text only for those who look
		if dump != nil {
			dump(stage, text())
		}
	}
	m := isel(f, cpu)
	defer m.Free()
	show("isel", m.String)
	if err := mach.Allocate(m); err != nil {
		return nil, err
	}
	show("alloc", m.String)
	// From here on all registers are physical and no block is added.
	code, err := emit(f, m, dump != nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	show("emit", func() string { return listing(f.Name, code) })
	return code, nil
}
