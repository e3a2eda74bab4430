package main

// The cost of loading: from series and loaders to rows.

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"slul/tests/bench/objects"
	"slul/tests/tiny"
)

// choice is what the flags of "load" say of the series.
type choice struct {
	only string
	max  int
	keep string
}

// loadRow is one loader at one point of a series.
type loadRow struct {
	Series string `json:"series"`
	N      int    `json:"n"`
	Loader string `json:"loader"`
	Bound  int    `json:"bound"` // relocations that name a symbol, in all files
	Bytes  int64  `json:"bytes"` // of all files
	stat

	// Each is what one of what is counted costs: the median above that of the first point,
	// by the distance. Growth is the exponent that leads from the point before to this
	// one: 1 is linear, 2 is quadratic. Both are left out where there is nothing to divide.
	Each   *float64 `json:"each_ns,omitempty"`
	Growth *float64 `json:"growth,omitempty"`

	// Our medians by those of others.
	ByGlibc  *float64 `json:"by_glibc,omitempty"`
	ByMusl   *float64 `json:"by_musl,omitempty"`
	ByBetter *float64 `json:"by_better,omitempty"`
}

// loadReport is what is printed.
type loadReport struct {
	Loaders []string  `json:"loaders"` // with their versions
	Skipped []string  `json:"skipped"` // loaders, and what they cannot do
	Floor   stat      `json:"floor"`   // a static file that only exits
	Rows    []loadRow `json:"rows"`
}

func load(dir string, o options, c choice) error {
	list, err := c.series()
	if err != nil {
		return err
	}
	if c.keep != "" {
		if err := os.Mkdir(c.keep, 0o755); err != nil {
			return err
		}
		if dir, err = filepath.Abs(c.keep); err != nil {
			return err
		}
	}
	loaders, err := allLoaders(dir)
	if err != nil {
		return err
	}
	skipped, err := tryFeatures(dir, loaders)
	if err != nil {
		return err
	}
	for _, s := range skipped {
		fmt.Fprintln(os.Stderr, "bench: SKIPPED,", s)
	}
	report, err := measureLoad(dir, list, loaders, o)
	if err != nil {
		return err
	}
	report.Skipped = append([]string{}, skipped...)
	for _, l := range loaders {
		report.Loaders = append(report.Loaders, l.name+" "+l.version)
	}
	if o.json {
		return printJSON(report)
	}
	return report.print(os.Stdout, list)
}

// series are those that are asked for, without the points that are too large.
func (c choice) series() ([]series, error) {
	var list []series
	names := strings.FieldsFunc(c.only, func(r rune) bool { return r == ',' })
	for _, s := range allSeries {
		if i := slices.Index(names, s.name); i >= 0 {
			names = slices.Delete(names, i, i+1)
		} else if c.only != "" {
			continue
		}
		s.ns = slices.Clone(s.ns)
		if c.max > 0 {
			s.ns = slices.DeleteFunc(s.ns, func(n int) bool { return n > c.max })
		}
		list = append(list, s)
	}
	if len(names) > 0 {
		return nil, fmt.Errorf("no series %s", strings.Join(names, ", "))
	}
	return list, nil
}

// measureLoad makes all sets and runs their programs in turn, those of one set side by
// side. Each is started twice in a row, and only the second start counts: what runs
// after a large program would else pay for the caches that it left.
func measureLoad(dir string, list []series, loaders []*loader, o options) (*loadReport, error) {
	floor := program{name: "floor", path: filepath.Join(dir, "floor")}
	if err := os.WriteFile(floor.path, tiny.Static(tiny.Exit(0)), 0o755); err != nil {
		return nil, err
	}
	report := &loadReport{}
	programs := []program{floor, floor}
	for _, s := range list {
		for _, n := range s.ns {
			rows, paths, err := makePoint(dir, s, n, loaders)
			if err != nil {
				return nil, err
			}
			for i, r := range rows {
				p := program{name: fmt.Sprintf("%s of %s with n=%d", r.Loader, r.Series, r.N), path: paths[i]}
				programs = append(programs, p, p)
			}
			report.Rows = append(report.Rows, rows...)
		}
	}
	if len(report.Rows) == 0 {
		return nil, errors.New("nothing to measure")
	}
	stats, err := measure(dir, programs, o)
	if err != nil {
		return nil, err
	}
	report.Floor = stats[1]
	for i := range report.Rows {
		report.Rows[i].stat = stats[2*i+3]
	}
	compare(report.Rows)
	return report, nil
}

// makePoint makes one set and its programs, for the loaders that can have it.
func makePoint(dir string, s series, n int, loaders []*loader) (rows []loadRow, paths []string, err error) {
	shape := s.shape(n)
	shape.Strip = true
	dir = filepath.Join(dir, fmt.Sprint(s.name, "-", n))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, nil, err
	}
	set, err := objects.Make(dir, shape)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range loaders {
		if !l.can(shape) {
			continue
		}
		path, err := l.write(set)
		if err != nil {
			return nil, nil, err
		}
		st, err := os.Stat(path)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, loadRow{Series: s.name, N: n, Loader: l.name, Bound: set.Bound, Bytes: set.Bytes + st.Size()})
		paths = append(paths, path)
	}
	return rows, paths, nil
}

// compare fills in what follows from other rows. The rows of a series follow each
// other, and its points ascend.
func compare(rows []loadRow) {
	for i := range rows {
		r := &rows[i]
		var first, before *loadRow // of the same series and loader
		others := map[string]float64{}
		for k := range rows {
			q := &rows[k]
			switch {
			case q.Series != r.Series:
			case q.Loader == r.Loader && q.N < r.N:
				if first == nil {
					first = q
				}
				before = q
			case q.N == r.N && q.Loader != r.Loader:
				others[q.Loader] = q.Median
			}
		}
		if first != nil {
			r.Each = quotient(1000*(r.Median-first.Median), float64(r.N-first.N))
			r.Growth = growth(first, before, r)
		}
		if r.Loader == ours {
			r.ByGlibc, r.ByMusl = quotient(r.Median, others["glibc"]), quotient(r.Median, others["musl"])
			r.ByBetter = r.ByGlibc
			if r.ByMusl != nil && (r.ByBetter == nil || *r.ByMusl > *r.ByBetter) {
				r.ByBetter = r.ByMusl
			}
		}
	}
}

func quotient(a, b float64) *float64 {
	if b == 0 {
		return nil
	}
	q := a / b
	return &q
}

// growth counts both points from the first. What is lost in noise has none.
func growth(first, before, r *loadRow) *float64 {
	from, to := before.Median-first.Median, r.Median-first.Median
	if before == first || from < first.Median*minExcess || to <= 0 {
		return nil
	}
	return quotient(math.Log(to/from), math.Log(float64(r.N-first.N)/float64(before.N-first.N)))
}

// minExcess is the part of the first median by which a point must differ from it
// before a growth is read off.
const minExcess = 0.05
