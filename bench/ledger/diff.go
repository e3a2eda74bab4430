package ledger

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Change is one line in two versions; a size is -1 where the line is not there.
type Change struct {
	Old, New int
	Item     string
}

// Delta is how many bytes more it is.
func (c Change) Delta() int { return max(c.New, 0) - max(c.Old, 0) }

// Diff sets the lines of two versions side by side, in their order: the longest common
// sequence of items, and between its members first what has gone, then what has come.
func Diff(old, now *Ledger) (list []Change) {
	a, b := old.Lines, now.Lines
	// common[i][k] is the length of that of a[i:] and b[k:]
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for k := len(b) - 1; k >= 0; k-- {
			common[i][k] = max(common[i+1][k], common[i][k+1])
			if a[i].Item == b[k].Item {
				common[i][k] = 1 + common[i+1][k+1]
			}
		}
	}
	for i, k := 0, 0; i < len(a) || k < len(b); {
		switch {
		case i < len(a) && k < len(b) && a[i].Item == b[k].Item:
			list = append(list, Change{a[i].Size, b[k].Size, a[i].Item})
			i, k = i+1, k+1
		case k == len(b) || i < len(a) && common[i+1][k] >= common[i][k+1]:
			list = append(list, Change{a[i].Size, -1, a[i].Item})
			i++
		default:
			list = append(list, Change{-1, b[k].Size, b[k].Item})
			k++
		}
	}
	return list
}

// WriteDiff writes a table: all lines, or only those that differ.
func WriteDiff(w io.Writer, old, now *Ledger, all bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "old\tnew\tchange\t")
	for _, c := range append([]Change{{old.Total, now.Total, "total"}}, Diff(old, now)...) {
		if c.Old == c.New && !all && c.Item != "total" {
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t  %s\n", size(c.Old), size(c.New), delta(c), c.Item)
	}
	return t.Flush()
}

func size(n int) string {
	if n < 0 {
		return "–"
	}
	return fmt.Sprint(n)
}

func delta(c Change) string {
	if c.Old == c.New {
		return ""
	}
	return fmt.Sprintf("%+d", c.Delta())
}
