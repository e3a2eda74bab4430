package main

// The rows as text: one table for each series.

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

func (report *loadReport) print(out io.Writer, list []series) error {
	fmt.Fprintf(out, "loaders: %s\n", strings.Join(report.Loaders, ", "))
	f := report.Floor
	fmt.Fprintf(out, "floor: a static file that only exits: min %.1f, median %.1f, p90 %.1f µs, %d faults\n", f.Min, f.Median, f.P90, f.Faults)
	for _, s := range list {
		fmt.Fprintf(out, "\n%s: %s\n", s.name, s.what)
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintf(w, "n\tloader\tbound\tKiB\tmin µs\tmedian µs\tp90 µs\tfaults\tns per %s\tgrowth\t/ glibc\t/ musl\t/ better\t\n", s.unit)
		for _, r := range report.Rows {
			if r.Series != s.name {
				continue
			}
			fmt.Fprintf(w, "%d\t%s\t%d\t%d\t%.1f\t%.1f\t%.1f\t%d\t", r.N, r.Loader, r.Bound, r.Bytes/kib, r.Min, r.Median, r.P90, r.Faults)
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t\n", number("%.1f", r.Each), number("%.2f", r.Growth),
				number("%.2f", r.ByGlibc), number("%.2f", r.ByMusl), number("%.2f", r.ByBetter))
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// number is a dash where there is none.
func number(format string, v *float64) string {
	if v == nil {
		return "–"
	}
	return fmt.Sprintf(format, *v)
}
