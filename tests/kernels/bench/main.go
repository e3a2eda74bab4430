// Command bench measures the kernels against C and Go and prints medians in ms, with their
// ratio to gcc -O1; see package kernels.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"slul/tests/kernels"
)

func main() {
	rounds := flag.Int("n", 9, "how often each program runs")
	all := flag.Bool("all", false, "all kernels, not only the standard ones")
	flag.Parse()
	o := kernels.Options{Rounds: *rounds, Kernels: flag.Args()}
	if len(o.Kernels) == 0 {
		o.Kernels = kernels.Standard
	}
	if *all {
		o.Kernels = kernels.Names()
	}
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(o kernels.Options) error {
	report, err := kernels.Measure(o)
	if err != nil {
		return err
	}
	if len(report.Missing) > 0 {
		fmt.Printf("not here: %s\n", strings.Join(report.Missing, ", "))
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	cells := map[string]string{}
	for _, r := range report.Rows {
		cells[r.Kernel+" "+r.Form] = fmt.Sprintf("%.1f\t%.2f", float64(r.Median.Microseconds())/1000, r.Ratio)
	}
	fmt.Fprint(w, "kernel\t")
	for _, m := range report.Means {
		fmt.Fprintf(w, "%s\t/\t", m.Form)
	}
	for _, kernel := range o.Kernels {
		fmt.Fprintf(w, "\n%s\t", kernel)
		for _, m := range report.Means {
			cell := cells[kernel+" "+m.Form]
			if cell == "" {
				cell = "\t"
			}
			fmt.Fprintf(w, "%s\t", cell)
		}
	}
	fmt.Fprint(w, "\ngeometric mean\t")
	for _, m := range report.Means {
		fmt.Fprintf(w, "\t%.2f\t", m.Ratio)
	}
	fmt.Fprintln(w)
	return w.Flush()
}
