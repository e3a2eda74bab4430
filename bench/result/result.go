// Package result is what the benchmarks find out: rows of numbers, kept as JSON,
// printed as text, compared with others.
//
//	result.go   Result, Row; files
//	machine.go  the words on the machine
//	stats.go    from times to medians and ratios: Finish
//	text.go     the tables that people read
//	compare.go  two results of the same benchmark: what has changed
//
// Statistics are those of benchstat (golang.org/x/perf/benchmath), without assumptions
// on how times are distributed: medians, intervals by order statistics, Mann-Whitney's test.
package result

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
)

// format is raised when a program that reads results must change.
const format = 1

// Result is one run of one benchmark.
type Result struct {
	Format  int      `json:"format"`
	Kind    string   `json:"kind"` // startup, load, steps, code, compile
	Machine Machine  `json:"machine"`
	Rounds  int      `json:"rounds"`
	Clock   string   `json:"clock"`   // what a time is, in words
	Notes   []string `json:"notes"`   // versions, conditions
	Skipped []string `json:"skipped"` // what is not there, and why
	Groups  []Group  `json:"groups"`
	Bases   []string `json:"bases"` // names of the rows that ratios are taken to
	Rows    []Row    `json:"rows"`
}

// Started is the clock of programs that are started, in words.
const Started = "that from before vfork to after wait4; each program is started twice in a row, the second start counts"

// Group is rows that stand in one table.
type Group struct {
	Name  string `json:"name"`
	What  string `json:"what"`            // one line
	Title string `json:"title,omitempty"` // over its picture
	Unit  string `json:"unit,omitempty"`  // of Row.N, in a series
	Work  string `json:"work,omitempty"`  // unit of Row.Work

	// Common groups have bases for the rows of all groups.
	Common bool `json:"common,omitempty"`
}

// Row is one program, or one program at one point of a series.
type Row struct {
	Group string `json:"group"`
	Name  string `json:"name"`
	N     int    `json:"n,omitempty"` // where the group is a series
	Ours  bool   `json:"ours,omitempty"`
	Bytes int64  `json:"bytes,omitempty"`
	Bound int    `json:"bound,omitempty"` // relocations that name a symbol
	Work  int64  `json:"work,omitempty"`  // what is done in the time, in units of the group

	Min    float64 `json:"min_us"`
	Median float64 `json:"median_us"`
	P90    float64 `json:"p90_us"`

	Faults       *uint64 `json:"page_faults,omitempty"` // the least of the rounds
	Calls        *uint64 `json:"system_calls,omitempty"`
	Instructions *uint64 `json:"instructions,omitempty"`

	// Ratios are by the name of the base: medians of the ratios of each round.
	Ratios map[string]Ratio `json:"ratios,omitempty"`

	// More is how much longer it takes than the base, where that is what is asked for.
	More *float64 `json:"more_us,omitempty"`

	// Each is what one of N costs, in ns: the median above that of the first point, by the
	// distance. Growth is the exponent that leads from the point before to this one: 1 is
	// linear, 2 quadratic. Both are left out where there is nothing to divide.
	Each   *float64 `json:"each_ns,omitempty"`
	Growth *float64 `json:"growth,omitempty"`

	Times []int64 `json:"times_ns"` // in the order of the rounds
}

// Ratio is a median, and the interval that holds it with 95 % confidence.
type Ratio struct {
	Median float64 `json:"median"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// New begins a result on this machine.
func New(kind, version, dir string) *Result {
	return &Result{Format: format, Kind: kind, Machine: ThisMachine(version, dir),
		Notes: []string{}, Skipped: []string{}, Groups: []Group{}, Bases: []string{}}
}

// key names a row within its result.
func (r *Row) key() string {
	if r.N == 0 {
		return r.Group + "/" + r.Name
	}
	return fmt.Sprintf("%s/%d/%s", r.Group, r.N, r.Name)
}

// Rate is the work of a second.
func (r *Row) Rate() float64 { return float64(r.Work) / r.Median * 1e6 }

// Find gives a row by its group, name and point; nil when there is none.
func (r *Result) Find(group, name string, n int) *Row {
	i := slices.IndexFunc(r.Rows, func(q Row) bool { return q.Group == group && q.Name == name && q.N == n })
	if i < 0 {
		return nil
	}
	return &r.Rows[i]
}

// WriteJSON writes the result for programs, and for Read.
func (r *Result) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// Read reads what WriteJSON has written.
func Read(path string) (*Result, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := new(Result)
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("%s: not the JSON of a benchmark: %w", path, err)
	}
	if r.Format != format || r.Kind == "" {
		return nil, fmt.Errorf("%s: not a result of format %d", path, format)
	}
	for _, row := range r.Rows {
		if len(row.Times) == 0 {
			return nil, fmt.Errorf("%s: %s has no times", path, row.key())
		}
	}
	return r, nil
}
