// Command bench measures how many lines a second compilers translate; see package volume.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"text/tabwriter"

	"slul/tests/volume"
)

func main() {
	rounds := flag.Int("n", 5, "how often each program is compiled")
	flag.Parse()
	if err := run(*rounds, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(rounds int, args []string) error {
	lines := []int{10_000, 100_000}
	if len(args) > 0 {
		lines = nil
	}
	for _, a := range args {
		n, err := strconv.Atoi(a)
		if err != nil {
			return err
		}
		lines = append(lines, n)
	}
	dir, err := os.MkdirTemp("", "slul-volume")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	slul := filepath.Join(dir, "slul")
	if out, err := exec.Command("go", "build", "-o", slul, "slul/cmd/slul").CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	rows, err := volume.Measure(slul, lines, rounds)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "compiler\tlines\tms\tlines/s\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%d\t%.0f\t%.0f\t\n", r.Compiler, r.Lines, float64(r.Median.Microseconds())/1000, r.PerSec)
	}
	return w.Flush()
}
