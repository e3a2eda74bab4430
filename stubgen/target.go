package stubgen

import (
	"debug/elf"
	"fmt"
	"strings"

	"slul/asm"
	"slul/stubgen/amd64"
)

// The table of targets.

// Target is a kind of machine and system that programs are made for.
type Target struct {
	Name    string
	Machine elf.Machine // e_machine
	RTLD    string      // where the loader lies unless the user says otherwise
	Runslul string      // and where it lies under the name that people use

	// stub assembles, verify proves and gives the loader's path and all items.
	stub   func(rtld string) (*asm.Code, error)
	verify func(b []byte) (rtld string, items []asm.Item, err error)

	signpost func() (*asm.Code, error) // in the stub's place; it needs no proof: nothing is started
}

// Targets lists what stubs can be made for.
var Targets = []*Target{
	{"x86_64-linux", elf.EM_X86_64, "/lib/slulrtld-x86_64.so.1", "/usr/bin/runslul", amd64.Stub, amd64.Verify, amd64.Signpost},
}

// DefaultTarget is meant when the user names none.
const DefaultTarget = "x86_64-linux"

// LeastRTLD is the least loader version that can start what we make today: the first.
const LeastRTLD = 1

// Lookup finds a target by its name.
func Lookup(name string) (*Target, error) {
	var names []string
	for _, t := range Targets {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return nil, fmt.Errorf("unknown target %q, known: %s", name, strings.Join(names, ", "))
}

// ForMachine finds a target by the e_machine of a file.
func ForMachine(m elf.Machine) (*Target, error) {
	var names []string
	for _, t := range Targets {
		if t.Machine == m {
			return t, nil
		}
		names = append(names, t.Machine.String())
	}
	return nil, fmt.Errorf("no stub is known for machine %s, only for %s", m, strings.Join(names, ", "))
}
