// Package samples has small programs that say in their first lines what they do when
// they run. The passes are tested on them with an interpreter, and the whole chain by
// running them. Those lines begin with
//
//	#?  arguments; begins a run (without one, the file is run once)
//	#>  a line on standard output
//	#!  a line on standard error
//	#=  the exit status, when it is not 0
package samples

import (
	"embed"
	"strconv"
	"strings"
	"testing"
)

//go:embed testdata/*.slul
var files embed.FS

// Outcome is what a run does.
type Outcome struct {
	Stdout, Stderr string
	Status         int
}

// Run is one run that a program asks for.
type Run struct {
	Args []string
	Outcome
}

// Sample is one program.
type Sample struct {
	File   string // Name.slul, as traps show it
	Source string
	Runs   []Run
}

// All gives the programs, in the order of their names.
func All(t testing.TB) (list []Sample) {
	t.Helper()
	entries, err := files.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := files.ReadFile("testdata/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		name := e.Name()
		list = append(list, Sample{strings.ToUpper(name[:1]) + name[1:], string(text), runs(t, string(text))})
	}
	return list
}

func runs(t testing.TB, text string) []Run {
	t.Helper()
	list := []Run{{}}
	first := true
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if len(line) < 2 || line[0] != '#' {
			break
		}
		rest := strings.TrimPrefix(line[2:], " ")
		switch line[1] {
		case '?':
			if !first {
				list = append(list, Run{})
			}
			first = false
			for _, a := range strings.Fields(rest) {
				list[len(list)-1].Args = append(list[len(list)-1].Args, strings.Trim(a, `"`))
			}
		case '>':
			list[len(list)-1].Stdout += rest + "\n"
		case '!':
			list[len(list)-1].Stderr += rest + "\n"
		case '=':
			n, err := strconv.Atoi(rest)
			if err != nil {
				t.Fatal(err)
			}
			list[len(list)-1].Status = n
		}
	}
	return list
}
