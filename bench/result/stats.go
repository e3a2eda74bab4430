package result

// From times to what is printed of them.

import (
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

const confidence = 0.95

// Better is the ratio to the best of all bases in the row's own series.
const Better = "better"

// Finish fills in all that follows from the times.
func (r *Result) Finish() {
	for i := range r.Rows {
		r.Rows[i].summarize()
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		row.Ratios = map[string]Ratio{}
		for _, name := range r.Bases {
			if ratios := r.ratios(row, name); ratios != nil {
				row.Ratios[name] = median(ratios)
			}
		}
		r.better(row)
		r.grow(row)
	}
}

// summarize is by nearest rank: each number is one of the times.
func (r *Row) summarize() {
	sorted := slices.Sorted(slices.Values(r.Times))
	us := func(i int) float64 { return float64(sorted[i]) / 1000 }
	n := len(sorted)
	r.Min, r.Median, r.P90 = us(0), us(n/2), us(n*9/10)
}

// base is the row that stands for a name beside this row: that of the same point of the
// same series, or one of a common group; nil when there is none.
func (r *Result) base(row *Row, name string) *Row {
	if b := r.Find(row.Group, name, row.N); b != nil {
		return b
	}
	for _, g := range r.Groups {
		if b := r.Find(g.Name, name, 0); b != nil && g.Common {
			return b
		}
	}
	return nil
}

// ratios are those of each round; nil without a base or when the rounds are not the same.
func (r *Result) ratios(row *Row, name string) []float64 {
	b := r.base(row, name)
	if b == nil || len(b.Times) != len(row.Times) {
		return nil
	}
	list := make([]float64, len(row.Times))
	for i, t := range row.Times {
		list[i] = float64(t) / float64(b.Times[i])
	}
	return list
}

// median of a sample, with its interval. Of few values there is none that has the
// confidence: then it is all that was seen.
func median(values []float64) Ratio {
	s := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
	m := benchmath.AssumeNothing.Summary(s, confidence)
	low, high := m.Lo, m.Hi
	if math.IsInf(low, 0) || math.IsInf(high, 0) {
		low, high = slices.Min(values), slices.Max(values)
	}
	return Ratio{m.Center, low, high}
}

// better is for rows of ours that have ratios to several others of their own series.
func (r *Result) better(row *Row) {
	var found *Ratio
	others := 0
	for _, name := range r.Bases {
		ratio, ok := row.Ratios[name]
		if b := r.base(row, name); ok && row.Ours && b.Group == row.Group && b.N == row.N {
			others++
			if found == nil || ratio.Median > found.Median {
				found = &ratio
			}
		}
	}
	if others > 1 {
		row.Ratios[Better] = *found
	}
}

// minExcess is the part of the first median by which a point must differ from it
// before anything is read off.
const minExcess = 0.05

// grow fills in what a point costs more than the first of its series. Points ascend.
func (r *Result) grow(row *Row) {
	var first, before *Row
	for i := range r.Rows {
		if q := &r.Rows[i]; q.Group == row.Group && q.Name == row.Name && q.N < row.N {
			if first == nil {
				first = q
			}
			before = q
		}
	}
	if first == nil || row.Work > 0 { // where the work grows, the time says nothing
		return
	}
	from, to := before.Median-first.Median, row.Median-first.Median
	if math.Abs(to) < first.Median*minExcess {
		return // lost in noise
	}
	row.Each = quotient(1000*to, float64(row.N-first.N))
	if before == first || from < first.Median*minExcess || to <= 0 {
		return
	}
	row.Growth = quotient(math.Log(to/from), math.Log(float64(row.N-first.N)/float64(before.N-first.N)))
}

func quotient(a, b float64) *float64 {
	if b == 0 {
		return nil
	}
	q := a / b
	return &q
}
