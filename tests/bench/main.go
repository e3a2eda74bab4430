// Command bench measures what the start of a program costs, from vfork to the end of
// wait4, against the floors that no chain of two execs can go below. It makes all
// programs itself, runs them in turn, round after round, and prints medians.
//
//	go run ./tests/bench [-n ROUNDS] [-json] [-pin=false] [SOURCE…]
//
//	floor1   a static file that only exits
//	floor2   a stub that starts floor1 as if it were the loader: two execs
//	exit     a program that only exits, through stub and loader, of one segment
//	exit2    the same with .bss: two segments
//	others   what the compiler makes of each SOURCE; by default examples/hello
//
// The times hold for this machine, and only side by side.
package main

import (
	"encoding/json"
	"flag"
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

func main() {
	rounds := flag.Int("n", 400, "how often each program is started")
	asJSON := flag.Bool("json", false, "print JSON")
	pin := flag.Bool("pin", true, "stay on one CPU")
	flag.Parse()
	sources := flag.Args()
	if len(sources) == 0 {
		sources = []string{"examples/hello"}
	}
	if err := run(*rounds, *pin, *asJSON, sources); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(rounds int, pin, asJSON bool, sources []string) error {
	dir, err := os.MkdirTemp("", "slul-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	programs, err := build(dir, sources)
	if err != nil {
		return err
	}
	rows, err := measure(dir, programs, rounds, pin)
	if err != nil {
		return err
	}
	if asJSON {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", "  ")
		return e.Encode(rows)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "program\tbytes\tmin µs\tmedian µs\tp90 µs\t/ floor1\t/ floor2\tfaults\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.2f\t%.2f\t%d\t\n", r.Program, r.Size, r.Min, r.Median, r.P90, r.Floor1, r.Floor2, r.Faults)
	}
	return w.Flush()
}

// program is a file to be measured.
type program struct {
	name, path string
	size       int
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
	loader, err := image.For("x86_64")
	if err != nil {
		return nil, err
	}
	rtld := filepath.Join(dir, "slulrtld")
	if err := os.WriteFile(rtld, loader, 0o755); err != nil {
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
