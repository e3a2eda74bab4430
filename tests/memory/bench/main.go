// Command bench prints how core's routines on blocks of memory compare with the C library's;
// see package memory.
package main

import (
	"fmt"
	"os"
	"strconv"
	"text/tabwriter"

	"slul/tests/memory"
)

// times is how often all is measured.
const times = 9

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	sizes := memory.Sizes
	if len(args) > 0 {
		sizes = nil
	}
	for _, a := range args {
		n, err := strconv.Atoi(a)
		if err != nil || n < 1 {
			return fmt.Errorf("%s is no size", a)
		}
		sizes = append(sizes, n)
	}
	rows, err := memory.Measure(sizes, times)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "routine\tbytes\tns\tlibc ns\tratio\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.2f\t\n", r.Routine, r.Bytes, r.Ours, r.Libc, r.Ratio)
	}
	return w.Flush()
}
