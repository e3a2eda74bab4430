package code

// Copying, filling and comparing: what core does for that, and what glibc has. Each
// program does one thing to so many bytes, so often that its start hardly counts, and
// what still counts is taken off.

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"slul/bench/measure"
	"slul/bench/result"
	"slul/tests/kernels"
)

//go:embed testdata/Memory.slul testdata/memory.c
var sources embed.FS

// tasks are what Memory.slul and memory.c know; each is a series.
var tasks = []struct{ name, title, what string }{
	{"copy", "Copying", "bytes that are copied into a buffer that is there"},
	{"fill", "Filling with zeros", "bytes that become zero in a buffer that is there"},
	{"equal", "Comparing what is equal", "bytes of two texts that are the same"},
}

var sizes = []int{1, 8, 16, 32, 64, 128, 256, 1024, 4096, 16384, 65536, 1 << 20}

const (
	glibc = "glibc"
	work  = 15e6 // ns that one run works, about
	fixed = 3.0  // ns of a call, about
	rate  = 40.0 // bytes of a ns, about
)

// point is one program at one point.
type point struct {
	row     int // in the result
	program int // in the list of programs
	start   int // the same program with nothing to do
}

// addMemory adds the series' rows, and the programs that fill them.
func (j *job) addMemory() error {
	ours, err := j.build("slul", "Memory.slul", "memory-slul")
	if err != nil {
		return err
	}
	who := []struct{ name, path string }{{slul, ours}}
	if theirs, err := j.build("gcc-O2", "memory.c", "memory-glibc"); err != nil {
		j.r.Skipped = append(j.r.Skipped, fmt.Sprintf("%s: %v", glibc, err))
	} else {
		who = append(who, struct{ name, path string }{glibc, theirs})
	}
	for _, t := range tasks {
		j.r.Groups = append(j.r.Groups, result.Group{Name: t.name, Title: t.title, What: t.what, Unit: "byte", Work: "B"})
		for _, size := range j.o.sizes() {
			count := int(work / (fixed + float64(size)/rate))
			for _, w := range who {
				start := j.addRun(w.name, w.path, t.name, size, 0)
				program := j.addRun(w.name, w.path, t.name, size, count)
				j.memory = append(j.memory, point{len(j.r.Rows), program, start})
				j.r.Rows = append(j.r.Rows, result.Row{Group: t.name, Name: w.name, N: size, Ours: w.name == slul, Work: int64(size) * int64(count)})
			}
		}
	}
	return nil
}

func (j *job) addRun(name, path, what string, size, count int) int {
	j.programs = append(j.programs, measure.Program{Name: name + " " + what, Path: path,
		Args: []string{"--what", what, "--size", fmt.Sprint(size), "--count", fmt.Sprint(count)}})
	return len(j.programs) - 1
}

// finishMemory fills in the times, without those of the starts.
func (j *job) finishMemory(samples []measure.Samples) {
	for _, m := range j.memory {
		starts := slices.Sorted(slices.Values(samples[m.start].CPU))
		start := starts[len(starts)/2]
		for _, t := range samples[m.program].CPU {
			j.r.Rows[m.row].Times = append(j.r.Rows[m.row].Times, max(t-start, 1))
		}
	}
}

// build makes the program of a source file as a form of the kernels does.
func (j *job) build(form, file, name string) (path string, err error) {
	f := kernels.Lookup(form)
	if !f.IsHere() {
		return "", errors.New("gcc is not installed")
	}
	text, err := sources.ReadFile("testdata/" + file)
	if err != nil {
		return "", err
	}
	source := filepath.Join(j.dir, file)
	if err := os.WriteFile(source, text, 0o644); err != nil {
		return "", err
	}
	path = filepath.Join(j.dir, name)
	return path, f.Compile(j.dir, source, path)
}
