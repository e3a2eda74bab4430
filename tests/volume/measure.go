package volume

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Row is how long a compiler took for a program. Times are those that CPUs worked.
type Row struct {
	Compiler string        `json:"compiler"`
	Lines    int           `json:"lines"` // of its language
	Median   time.Duration `json:"median_ns"`
	PerSec   float64       `json:"lines_per_second"`
}

// command is a compiler that is given the source and writes the program.
type command struct {
	name     string
	language *Language
	args     func(source, program string) []string // the command
}

// Measure has each compiler that is here translate programs of about so many lines of
// SLUL, in turn, round after round. slul is the command "slul".
func Measure(slul string, lines []int, rounds int) (rows []Row, err error) {
	dir, err := os.MkdirTemp("", "slul-volume")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	compilers := []command{
		{"slul", Languages[0], func(s, p string) []string { return []string{slul, "build", "-o", p, s} }},
		{"tcc", Languages[1], func(s, p string) []string { return []string{"tcc", "-o", p, s} }},
		{"gcc-O1", Languages[1], func(s, p string) []string { return []string{"gcc", "-O1", "-o", p, s} }},
		{"go", Languages[2], func(s, p string) []string {
			return []string{"go", "tool", "compile", "-p", "main", "-importcfg", importcfg(dir), "-o", p, s}
		}},
	}
	if err := writeImportcfg(dir); err != nil { // no Go: the row is left out
		compilers = compilers[:len(compilers)-1]
	}
	compilers = slices.DeleteFunc(compilers, func(c command) bool {
		_, err := exec.LookPath(c.args("", "")[0])
		return err != nil
	})
	for _, n := range lines {
		more, err := measureOne(dir, compilers, Units(n), rounds)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

func measureOne(dir string, compilers []command, units, rounds int) (rows []Row, err error) {
	times := make([][]time.Duration, len(compilers))
	for range rounds {
		for k, c := range compilers {
			source := filepath.Join(dir, c.language.File)
			if err := os.WriteFile(source, []byte(c.language.Source(units)), 0o644); err != nil {
				return nil, err
			}
			args := c.args(source, filepath.Join(dir, c.name+".out"))
			cmd := exec.Command(args[0], args[1:]...)
			if out, err := cmd.CombinedOutput(); err != nil {
				return nil, fmt.Errorf("%s: %w\n%s", c.name, err, out)
			}
			times[k] = append(times[k], cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
		}
	}
	for k, c := range compilers {
		slices.Sort(times[k])
		r := Row{Compiler: c.name, Lines: strings.Count(c.language.Source(units), "\n"), Median: times[k][len(times[k])/2]}
		r.PerSec = float64(r.Lines) / r.Median.Seconds()
		rows = append(rows, r)
	}
	return rows, nil
}

func importcfg(dir string) string { return filepath.Join(dir, "importcfg") }

// writeImportcfg says where the compiled packages are that the Go program imports: the Go
// compiler alone is measured, without the go command's cache and the linker.
func writeImportcfg(dir string) error {
	out, err := exec.Command("go", "list", "-export", "-f", "packagefile {{.ImportPath}}={{.Export}}", "fmt").Output()
	if err != nil {
		return err
	}
	return os.WriteFile(importcfg(dir), out, 0o644)
}
