package kernels

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"time"
)

// Options say what Measure does.
type Options struct {
	Rounds  int      // how often each program runs; 0: 9
	Kernels []string // nil: Standard
}

// Row is what is known of one program. Times are those that its CPU worked for it, its
// start included: they are not moved by what else the machine does as much as the clock.
type Row struct {
	Kernel string        `json:"kernel"`
	Form   string        `json:"form"`
	Median time.Duration `json:"median_ns"`
	Min    time.Duration `json:"min_ns"`
	Ratio  float64       `json:"ratio"` // to Base: median of the ratios in each round
}

// Mean is a form's geometric mean of ratios to Base over the kernels that were asked for.
type Mean struct {
	Form  string  `json:"form"`
	Ratio float64 `json:"ratio"`
}

// Report is all that Measure found. Missing names the forms that are not on this machine.
type Report struct {
	Rows    []Row    `json:"rows"`
	Means   []Mean   `json:"means"`
	Missing []string `json:"missing,omitempty"`
}

// Measure builds the kernels in every form that is here and runs them in turn, round after
// round, so that what else the machine does meets all of them. It fails when two forms of
// a kernel do not print the same.
func Measure(o Options) (*Report, error) {
	if o.Rounds == 0 {
		o.Rounds = 9
	}
	if o.Rounds < 1 {
		return nil, fmt.Errorf("%d rounds", o.Rounds)
	}
	if o.Kernels == nil {
		o.Kernels = Standard
	}
	dir, err := os.MkdirTemp("", "slul-kernels")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := Prepare(dir); err != nil {
		return nil, err
	}
	report := &Report{}
	var forms []*Form
	for _, f := range Forms {
		switch {
		case f.IsHere():
			forms = append(forms, f)
		case f.Name == Base:
			return nil, fmt.Errorf("%s is not here, and others are measured against it", f.tool)
		default:
			report.Missing = append(report.Missing, f.Name)
		}
	}
	for _, kernel := range o.Kernels {
		rows, err := measureOne(dir, kernel, forms, o.Rounds)
		if err != nil {
			return nil, err
		}
		report.Rows = append(report.Rows, rows...)
	}
	for _, f := range forms {
		report.Means = append(report.Means, Mean{f.Name, geometricMean(report.Rows, f.Name)})
	}
	return report, nil
}

func measureOne(dir, kernel string, forms []*Form, rounds int) (rows []Row, err error) {
	var paths []string
	for _, f := range forms {
		if !f.Has(kernel) {
			continue
		}
		path, err := f.Build(dir, kernel)
		if err != nil {
			return nil, err
		}
		rows, paths = append(rows, Row{Kernel: kernel, Form: f.Name}), append(paths, path)
	}
	base := slices.IndexFunc(rows, func(r Row) bool { return r.Form == Base })
	if base < 0 {
		return nil, fmt.Errorf("there is no kernel %s", kernel)
	}
	times := make([][]time.Duration, len(paths))
	var said []byte
	for round := range rounds + 1 { // the first warms up, and is not counted
		for n, path := range paths {
			out, took, err := run(path)
			if err != nil {
				return nil, err
			}
			if said == nil {
				said = out
			}
			if !bytes.Equal(out, said) {
				return nil, fmt.Errorf("%s: %s says %q, %s %q", kernel, rows[n].Form, out, rows[0].Form, said)
			}
			if round > 0 {
				times[n] = append(times[n], took)
			}
		}
	}
	for n := range rows {
		ratios := make([]float64, rounds)
		for round, took := range times[n] {
			ratios[round] = float64(took) / float64(times[base][round])
		}
		rows[n].Ratio = median(ratios)
	}
	for n := range rows {
		rows[n].Median, rows[n].Min = median(times[n]), slices.Min(times[n])
	}
	return rows, nil
}

// run gives what the program at path prints, and how long CPUs worked for it.
func run(path string) (out []byte, took time.Duration, err error) {
	cmd := exec.Command(path)
	cmd.Stderr = os.Stderr
	if out, err = cmd.Output(); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	return out, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// median sorts the list; of an even number it takes the upper of the two in the middle.
func median[T float64 | time.Duration](list []T) T {
	slices.Sort(list)
	return list[len(list)/2]
}

// geometricMean is that of a form's ratios; NaN when it has none.
func geometricMean(rows []Row, form string) float64 {
	sum, count := 0.0, 0.0
	for _, r := range rows {
		if r.Form == form {
			sum += math.Log(r.Ratio)
			count++
		}
	}
	return math.Exp(sum / count)
}
