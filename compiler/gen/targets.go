package gen

import (
	"debug/elf"

	"slul/compiler/gen/amd64"
)

var targets = []*Target{
	{Name: "x86_64-linux", Machine: elf.EM_X86_64, CPU: &amd64.CPU, Compile: amd64.Compile, Routines: amd64.Routines},
}
