package code

// Core's routines on blocks of memory themselves, beside glibc's: both called by the same
// loop of one C program (tests/memory), as a C program calls them. What memory.go measures
// is what a program of SLUL does with them, checks included.

import (
	"fmt"
	"os"
	"path/filepath"

	"slul/bench/result"
	"slul/tests/kernels"
	"slul/tests/memory"
)

// routines are the groups, by the routine's name in tests/memory.
var routines = []struct{ name, title, what string }{
	{"move", "The routine that copies", "mem.move and memmove: 1000 calls"},
	{"set", "The routine that fills", "mem.set and memset: 1000 calls"},
	{"same", "The routine that compares", "mem.same and memcmp, of blocks that are equal: 1000 calls"},
	{"seek", "The routine that searches a byte", "mem.seek and memchr, of a byte that is not there: 1000 calls"},
}

// calls is how many make up a time: a few of one take less than the ns that a result counts in.
const calls = 1000

// routineSizes are those of tests/memory up to the limit.
func (o *Options) routineSizes() (list []int) {
	for _, n := range memory.Sizes {
		if o.Max == 0 || n <= o.Max {
			list = append(list, n)
		}
	}
	return list
}

// measureRoutines runs the C program once for each round and adds the rows.
func (j *job) measureRoutines() error {
	sizes := j.o.routineSizes()
	if len(sizes) == 0 {
		return nil
	}
	if !kernels.Lookup("gcc-O2").IsHere() {
		j.r.Skipped = append(j.r.Skipped, "routines: gcc is not installed")
		return nil
	}
	dir := filepath.Join(j.dir, Routines)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	path, err := memory.Build(dir)
	if err != nil {
		return err
	}
	first := len(j.r.Rows)
	place := map[string]int{} // of the first of two rows
	for _, g := range routines {
		j.r.Groups = append(j.r.Groups, result.Group{Name: g.name, Title: g.title, What: g.what, Unit: "byte", Work: "B"})
		for _, n := range sizes {
			place[fmt.Sprint(g.name, n)] = len(j.r.Rows)
			for _, name := range []string{slul, glibc} {
				j.r.Rows = append(j.r.Rows, result.Row{Group: g.name, Name: name, N: n, Ours: name == slul, Work: calls * int64(n)})
			}
		}
	}
	for range j.o.Rounds {
		rows, err := memory.Once(path, sizes)
		if err != nil {
			return err
		}
		for _, r := range rows {
			k := place[fmt.Sprint(r.Routine, r.Bytes)]
			j.r.Rows[k].Times = append(j.r.Rows[k].Times, int64(calls*r.Ours))
			j.r.Rows[k+1].Times = append(j.r.Rows[k+1].Times, int64(calls*r.Libc))
		}
	}
	if len(j.r.Rows[first].Times) != j.o.Rounds {
		panic("bug: code: a routine that tests/memory does not measure")
	}
	return nil
}
