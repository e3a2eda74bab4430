package result

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// column is one of a table. It is left out where no row of the group has anything in it.
type column struct {
	head string
	cell func(r *Row) string // "" when there is nothing
}

// columns are those of a group, in order.
func (r *Result) columns(g Group) []column {
	list := []column{
		{"n", func(r *Row) string {
			if g.Unit == "" {
				return ""
			}
			return fmt.Sprint(r.N)
		}},
		{"", func(r *Row) string { return r.Name }},
		{"bytes", func(r *Row) string { return nonzero(r.Bytes) }},
		{"bound", func(r *Row) string { return nonzero(int64(r.Bound)) }},
		{"min µs", func(r *Row) string { return fmt.Sprintf("%.1f", r.Min) }},
		{"median µs", func(r *Row) string { return fmt.Sprintf("%.1f", r.Median) }},
		{"p90 µs", func(r *Row) string { return fmt.Sprintf("%.1f", r.P90) }},
		{g.Work + "/s", func(r *Row) string {
			if r.Work == 0 {
				return ""
			}
			return SI(r.Rate())
		}},
		{"µs more", func(r *Row) string { return number("%+.1f", r.More) }},
		{"faults", func(r *Row) string { return count(r.Faults) }},
		{"calls", func(r *Row) string { return count(r.Calls) }},
		{"instructions", func(r *Row) string { return count(r.Instructions) }},
		{"ns per " + g.Unit, func(r *Row) string { return number("%.1f", r.Each) }},
		{"growth", func(r *Row) string { return number("%.2f", r.Growth) }},
	}
	for _, base := range append(append([]string{}, r.Bases...), Better) {
		list = append(list, column{"/ " + base, func(r *Row) string {
			ratio, ok := r.Ratios[base]
			if !ok {
				return ""
			}
			half := (ratio.High - ratio.Low) / 2 / ratio.Median * 100
			return fmt.Sprintf("%.3f ±%.0f%%", ratio.Median, half)
		}})
	}
	return list
}

// WriteText writes the tables.
func (r *Result) WriteText(w io.Writer) error {
	r.Machine.print(w)
	fmt.Fprintf(w, "%d rounds; a time is %s\n", r.Rounds, r.Clock)
	for _, note := range r.Notes {
		fmt.Fprintln(w, note)
	}
	for _, s := range r.Skipped {
		fmt.Fprintln(w, "SKIPPED,", s)
	}
	for _, g := range r.Groups {
		if err := r.writeGroup(w, g); err != nil {
			return err
		}
	}
	return nil
}

func (r *Result) writeGroup(w io.Writer, g Group) error {
	var rows []*Row
	for i := range r.Rows {
		if r.Rows[i].Group == g.Name {
			rows = append(rows, &r.Rows[i])
		}
	}
	if len(rows) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\n%s: %s\n", g.Name, g.What)
	var columns []column
	for _, c := range r.columns(g) {
		used := false
		for _, row := range rows {
			used = used || c.cell(row) != ""
		}
		if used {
			columns = append(columns, c)
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	var line []string
	for _, c := range columns {
		line = append(line, c.head)
	}
	fmt.Fprintln(t, strings.Join(line, "\t")+"\t")
	for _, row := range rows {
		line = line[:0]
		for _, c := range columns {
			cell := c.cell(row)
			if cell == "" {
				cell = "–"
			}
			line = append(line, cell)
		}
		fmt.Fprintln(t, strings.Join(line, "\t")+"\t")
	}
	return t.Flush()
}

// SI is a number with three digits and the prefix of its unit: 12.3 M.
func SI(v float64) string {
	for _, p := range []struct {
		from   float64
		prefix string
	}{{1e9, " G"}, {1e6, " M"}, {1e3, " k"}} {
		if v >= p.from {
			return fmt.Sprintf("%.3g", v/p.from) + p.prefix
		}
	}
	return fmt.Sprintf("%.3g", v)
}

func nonzero(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func count(n *uint64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func number(format string, v *float64) string {
	if v == nil {
		return ""
	}
	return fmt.Sprintf(format, *v)
}
