package gen

import (
	"debug/elf"

	"slul/asm"
	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// Target is what programs are made for: a CPU under an operating system.
type Target struct {
	Name    string // as --target takes it
	Machine elf.Machine
	CPU     *mach.CPU

	// Compile gives the code of f. Its fixups name the symbols that f calls and whose
	// addresses it takes; offset 0 is f's first instruction. dump receives the text of
	// each step, and may be nil. f must pass ir's verifier; it is not changed, but for
	// the counts of uses. Functions may be compiled at the same time.
	Compile func(f *ir.Func, dump mach.Dump) (*asm.Code, error)

	// Routines gives the code of ir.Routines, and of what they call, by symbol.
	Routines map[string]func() (*asm.Code, error)
}

// Lookup gives the target of that name, or nil.
func Lookup(name string) *Target {
	for _, t := range targets {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// Names gives the names of all targets.
func Names() (names []string) {
	for _, t := range targets {
		names = append(names, t.Name)
	}
	return names
}
