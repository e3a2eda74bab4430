// Package compile measures how fast compilers are: programs of many lines, the same in
// each language, made by tests/volume.
package compile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"slul/bench/measure"
	"slul/bench/result"
	"slul/tests/volume"
)

// Options say what is measured.
type Options struct {
	measure.Options
	Version string // of this tool, for the result
	Slul    string // path of the command slul
	Max     int    // the most lines; no limit when 0
}

// lines are the points of the series: lines of SLUL, about; the same program has some
// more or less in another language.
var lines = []int{100, 1_000, 10_000, 100_000}

const (
	slul  = "slul"
	plain = "slul-O0" // without the passes, as tcc has none
	tcc   = "tcc"
	unit  = "line"
)

// compiler is one that is measured.
type compiler struct {
	name     string
	language string
	tool     string // "": our own
	most     int    // lines, as more would take minutes; no limit when 0
	args     func(c *kit, source, out string) ([]string, error)
}

var compilers = []compiler{
	{slul, "slul", "", 0, func(k *kit, source, out string) ([]string, error) {
		return []string{"build", "--strip", "--rtld", k.rtld, "-o", out, source}, nil
	}},
	{plain, "slul", "", 0, func(k *kit, source, out string) ([]string, error) {
		return []string{"build", "-O0", "--strip", "--rtld", k.rtld, "-o", out, source}, nil
	}},
	{tcc, "c", "tcc", 0, func(_ *kit, source, out string) ([]string, error) { return []string{"-o", out, source}, nil }},
	{"gcc-O1", "c", "gcc", 10_000, func(_ *kit, source, out string) ([]string, error) {
		return []string{"-O1", "-o", out, source}, nil
	}},
	{"go", "go", "go", 0, func(k *kit, source, out string) ([]string, error) {
		config, err := k.importConfig()
		return []string{"-p", "main", "-importcfg", config, "-o", out, source}, err
	}},
}

type kit struct{ dir, rtld, config string }

// importConfig says where the compiled packages are that the Go program imports: the Go
// compiler alone is measured, without the go command, its cache and the linker.
func (k *kit) importConfig() (string, error) {
	if k.config != "" {
		return k.config, nil
	}
	out, err := exec.Command("go", "list", "-deps", "-export", "-f", "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}", "fmt").Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	k.config = filepath.Join(k.dir, "importcfg")
	return k.config, os.WriteFile(k.config, out, 0o644)
}

// path finds the program that compiles.
func (c *compiler) path(o Options) (string, error) {
	switch c.tool {
	case "":
		return o.Slul, nil
	case "go":
		out, err := exec.Command("go", "tool", "-n", "compile").Output()
		if err != nil {
			return "", errors.New("its compiler is not installed")
		}
		return strings.TrimSpace(string(out)), nil
	}
	path, err := exec.LookPath(c.tool)
	if err != nil {
		return "", errors.New("it is not installed")
	}
	return path, nil
}

// Run writes all sources into dir and has them compiled in turn.
func Run(dir string, o Options) (*result.Result, error) {
	rtld, err := measure.WriteLoader(dir, "") // slul build warns when there is none
	if err != nil {
		return nil, err
	}
	k := &kit{dir: dir, rtld: rtld}
	r := result.New("compile", o.Version, dir)
	r.Rounds, r.Clock = o.Rounds, "that for which CPUs worked for one run of the compiler"
	r.Bases = []string{tcc, "gcc-O1", "go"}
	r.Groups = []result.Group{{Name: "volume", Title: "Compilers", What: "n lines of SLUL, from source to program; the same in C to program, in Go to object file", Unit: unit, Work: "lines"}}
	var here []compiler
	paths := map[string]string{}
	for _, c := range compilers {
		path, err := c.path(o)
		if err != nil {
			r.Skipped = append(r.Skipped, fmt.Sprintf("%s: %v", c.name, err))
			continue
		}
		here, paths[c.name] = append(here, c), path
	}
	var programs []measure.Program
	for _, n := range lines {
		if o.Max > 0 && n > o.Max {
			continue
		}
		for _, c := range here {
			if c.most > 0 && n > c.most {
				continue
			}
			row, args, err := k.prepare(c, n)
			if err != nil {
				return nil, err
			}
			r.Rows = append(r.Rows, row)
			p := measure.Program{Name: fmt.Sprintf("%s with %d lines", c.name, n), Path: paths[c.name], Args: args}
			programs = append(programs, p)
			if err := try(p); err != nil {
				return nil, err
			}
		}
	}
	if len(programs) == 0 {
		return nil, errors.New("nothing to measure")
	}
	o.Warm, o.Env = 1, environment()
	samples, err := measure.Run(dir, programs, o.Options)
	if err != nil {
		return nil, err
	}
	for i := range r.Rows {
		r.Rows[i].Times = samples[i].CPU
	}
	r.Finish()
	return r, nil
}

// prepare writes the source for one compiler.
func (k *kit) prepare(c compiler, n int) (result.Row, []string, error) {
	i := slices.IndexFunc(volume.Languages, func(l *volume.Language) bool { return l.Name == c.language })
	if i < 0 {
		return result.Row{}, nil, fmt.Errorf("there are no programs in %s", c.language)
	}
	l := volume.Languages[i]
	dir := filepath.Join(k.dir, fmt.Sprint(c.name, "-", n))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return result.Row{}, nil, err
	}
	text := l.Source(volume.Units(n))
	source := filepath.Join(dir, l.File)
	if err := os.WriteFile(source, []byte(text), 0o644); err != nil {
		return result.Row{}, nil, err
	}
	args, err := c.args(k, source, filepath.Join(dir, "out"))
	return result.Row{Group: "volume", Name: c.name, N: n, Ours: c.tool == "", Work: int64(strings.Count(text, "\n"))}, args, err
}

// environment is what compilers need: gcc looks for its linker along PATH.
func environment() []string { return []string{"PATH=" + os.Getenv("PATH")} }

// try compiles once: what fails says why.
func try(p measure.Program) error {
	cmd := exec.Command(p.Path, p.Args...)
	cmd.Env = environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		line, _, _ := bytes.Cut(bytes.TrimSpace(out), []byte("\n"))
		return fmt.Errorf("%s: %w: %s", p.Name, err, line)
	}
	return nil
}
