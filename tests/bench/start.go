package main

// The cost of a start without libraries: what "bench" alone measures. From sources to
// files, and from their times to a table.

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"slul/compiler"
	"slul/elfimage"
	"slul/rtld/image"
	"slul/tests/tiny"
)

// startRow is what is printed of one program.
type startRow struct {
	Program string `json:"program"`
	Size    int    `json:"bytes"` // of the file
	stat
	Floor1 float64 `json:"median_by_floor1"`
	Floor2 float64 `json:"median_by_floor2"`
}

func start(dir string, o options, sources []string) error {
	if len(sources) == 0 {
		sources = []string{"examples/hello"}
	}
	programs, err := build(dir, sources)
	if err != nil {
		return err
	}
	rows, err := measureStart(dir, programs, o)
	if err != nil {
		return err
	}
	if o.json {
		return printJSON(rows)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "program\tbytes\tmin µs\tmedian µs\tp90 µs\t/ floor1\t/ floor2\tfaults\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.2f\t%.2f\t%d\t\n", r.Program, r.Size, r.Min, r.Median, r.P90, r.Floor1, r.Floor2, r.Faults)
	}
	return w.Flush()
}

func printJSON(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// measureStart sets all programs beside the first two, which are the floors.
func measureStart(dir string, programs []program, o options) ([]startRow, error) {
	stats, err := measure(dir, programs, o)
	if err != nil {
		return nil, err
	}
	rows := make([]startRow, len(programs))
	for k, p := range programs {
		rows[k] = startRow{p.name, p.size, stats[k], stats[k].Median / stats[0].Median, stats[k].Median / stats[1].Median}
	}
	return rows, nil
}

// build writes loader, floors and programs into dir. The floors come first.
func build(dir string, sources []string) ([]program, error) {
	var list []program
	write := func(name string, data []byte, err error) (string, error) {
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		path := filepath.Join(dir, name)
		list = append(list, program{name, path, len(data)})
		return path, os.WriteFile(path, data, 0o755)
	}
	floor := tiny.Static(tiny.Exit(0))
	if _, err := write("floor1", floor, nil); err != nil {
		return nil, err
	}
	// floor2's loader is a file of its own: one that has just run would be in the caches
	second := filepath.Join(dir, "second")
	if err := os.WriteFile(second, floor, 0o755); err != nil {
		return nil, err
	}
	exit := func(bss uint64) *elfimage.Image {
		im := tiny.Image(tiny.Exit(0))
		im.BssSize, im.Strip = bss, true
		return im
	}
	data, err := tiny.Build(exit(0), second)
	if _, err = write("floor2", data, err); err != nil {
		return nil, err
	}
	rtld, err := writeLoader(dir)
	if err != nil {
		return nil, err
	}
	for i, name := range []string{"exit", "exit2"} {
		data, err := tiny.Build(exit(uint64(i)*100), rtld)
		if _, err = write(name, data, err); err != nil {
			return nil, err
		}
	}
	for _, src := range sources {
		p, err := compiler.Build(src, compiler.Options{Rtld: rtld, Strip: true})
		if err != nil {
			return nil, err
		}
		if _, err := write(strings.TrimSuffix(filepath.Base(src), ".slul"), p.File, nil); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// writeLoader puts our loader into dir.
func writeLoader(dir string) (path string, err error) {
	loader, err := image.For("x86_64")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "slulrtld")
	return path, os.WriteFile(path, loader, 0o755)
}
