package result

// Two results of one benchmark. Times of different runs are not compared as they are:
// the machine is faster on some days. What is compared is each row's ratio to the base
// that takes about as long, round by round: what else the machine does meets both in
// about the same way. Times are compared only where there is no base.

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"golang.org/x/perf/benchmath"
)

// Threshold is by what part ratios may differ between two runs of the same programs
// before it means something: in runs on idle machines they agreed within it.
const Threshold = 0.05

// Change is one number of one row in both results.
type Change struct {
	Row, What string
	Ours      bool // the row is of this project
	Old, New  float64
	Exact     bool    // it does not vary: one more is one more
	P         float64 // that both samples come from one distribution, where it varies
	Verdict   Verdict
}

// Verdict says whether a number has changed.
type Verdict int

// The verdicts. All numbers are costs.
const (
	Same Verdict = iota
	Improved
	Worsened
)

// word is the verdict as the table has it. Rows of others are neither good nor bad: their
// numbers say how much the machine has changed.
func (c Change) word() string {
	switch {
	case c.Verdict == Same:
		return "~"
	case !c.Ours:
		return "changed"
	case c.Verdict == Improved:
		return "better"
	}
	return "WORSE"
}

// Delta is the difference as a part of the old number.
func (c Change) Delta() float64 { return c.New/c.Old - 1 }

// Comparison is what Compare finds.
type Comparison struct {
	Changes  []Change
	OnlyOld  []string // rows
	OnlyNew  []string
	Machines bool // they are not the same
}

// Compare compares a new result with an old one. Ratios that differ by less than the
// threshold are the same, and so are those that the test does not tell apart.
func Compare(old, now *Result, threshold float64) (*Comparison, error) {
	if old.Kind != now.Kind {
		return nil, fmt.Errorf("a result of %q and one of %q", old.Kind, now.Kind)
	}
	c := &Comparison{}
	a, b := old.Machine, now.Machine
	a.Slul, a.Go, b.Slul, b.Go = "", "", "", ""
	c.Machines = a != b
	for i := range now.Rows {
		n := &now.Rows[i]
		o := old.Find(n.Group, n.Name, n.N)
		if o == nil {
			c.OnlyNew = append(c.OnlyNew, n.key())
			continue
		}
		c.Changes = append(c.Changes, compareTimes(old, now, o, n, threshold))
		for _, e := range exact {
			if a, b := e.of(o), e.of(n); a != nil && b != nil {
				c.Changes = append(c.Changes, Change{Row: n.key(), What: e.name, Ours: n.Ours,
					Old: *a, New: *b, Exact: true, Verdict: verdict(*a, *b, e.slack / *a)})
			}
		}
	}
	for i := range old.Rows {
		if o := &old.Rows[i]; now.Find(o.Group, o.Name, o.N) == nil {
			c.OnlyOld = append(c.OnlyOld, o.key())
		}
	}
	return c, nil
}

// exact are the numbers that do not vary: one more is one more. Of page faults the
// least of few starts varies by one, as a stack that begins somewhere has one page more
// or less.
var exact = []struct {
	name  string
	slack float64 // what is no change
	of    func(*Row) *float64
}{
	{"bytes", 0, func(r *Row) *float64 {
		if r.Bytes == 0 {
			return nil
		}
		n := uint64(r.Bytes)
		return float(&n)
	}},
	{"page faults", 1, func(r *Row) *float64 { return float(r.Faults) }},
	{"system calls", 0, func(r *Row) *float64 { return float(r.Calls) }},
}

func float(n *uint64) *float64 {
	if n == nil {
		return nil
	}
	f := float64(*n)
	return &f
}

func compareTimes(old, now *Result, o, n *Row, threshold float64) Change {
	what, a, b := "µs", micro(o.Times), micro(n.Times)
	near := math.Inf(1)
	for _, base := range now.Bases {
		ra, rb := old.ratios(o, base), now.ratios(n, base)
		if ra == nil || rb == nil || now.base(n, base) == n {
			continue
		}
		if far := math.Abs(math.Log(median(ra).Median)); far < near {
			what, a, b, near = "/ "+base, ra, rb, far
		}
	}
	s := benchmath.NewSample(a, &benchmath.DefaultThresholds)
	t := benchmath.NewSample(b, &benchmath.DefaultThresholds)
	test := benchmath.AssumeNothing.Compare(s, t)
	c := Change{Row: n.key(), What: what, Ours: n.Ours, Old: median(a).Median, New: median(b).Median, P: test.P}
	if test.P < test.Alpha {
		c.Verdict = verdict(c.Old, c.New, threshold)
	}
	return c
}

func micro(times []int64) []float64 {
	list := make([]float64, len(times))
	for i, t := range times {
		list[i] = float64(t) / 1000
	}
	return list
}

func verdict(old, now, threshold float64) Verdict {
	switch {
	case math.Abs(now-old) <= threshold*old:
		return Same
	case now < old:
		return Improved
	}
	return Worsened
}

// Worse is the changes of our own rows for the worse.
func (c *Comparison) Worse() []Change {
	return slices.DeleteFunc(slices.Clone(c.Changes), func(x Change) bool { return !x.Ours || x.Verdict != Worsened })
}

// WriteText writes a table: all times, and what else has changed.
func (c *Comparison) WriteText(w io.Writer) error {
	if c.Machines {
		fmt.Fprintln(w, "the machines are not the same: only counts and sizes can be trusted")
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "row\twhat\told\tnew\tchange\tp\tverdict")
	for _, x := range c.Changes {
		if x.Exact && x.Verdict == Same {
			continue
		}
		p := "exact"
		if !x.Exact {
			p = fmt.Sprintf("%.3f", x.P)
		}
		fmt.Fprintf(t, "%s\t%s\t%.5g\t%.5g\t%+.1f%%\t%s\t%s\n", x.Row, x.What, x.Old, x.New, 100*x.Delta(), p, x.word())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, row := range c.OnlyOld {
		fmt.Fprintln(w, "only in the old result:", row)
	}
	for _, row := range c.OnlyNew {
		fmt.Fprintln(w, "only in the new result:", row)
	}
	return nil
}
