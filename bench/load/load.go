// Package load measures what libraries, symbols and relocations cost at a start: with
// our loader, glibc's and musl's, on the same files.
//
//	series.go   what is varied: libraries, symbols, relocations, size
//	loaders.go  who is measured, and what each of them can do
//	least.go    what nobody can go below
//	load.go     Run: from series and loaders to a result
package load

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"slul/bench/measure"
	"slul/bench/objects"
	"slul/bench/result"
	"slul/tests/tiny"
)

// Options say what is measured.
type Options struct {
	measure.Options
	Version string   // of this tool, for the result
	Only    []string // series; all when empty
	Max     int      // the largest number of a series; no limit when 0
	Keep    string   // a new folder in which the files stay, for perf and strace
	Rtld    string   // another loader than the embedded one, for comparisons
}

const floor = "floor"

// Run makes all sets in dir, or where they are to be kept, and starts their programs.
func Run(dir string, o Options) (*result.Result, error) {
	list, err := choose(o.Only, o.Max)
	if err != nil {
		return nil, err
	}
	if o.Keep != "" {
		if err := os.Mkdir(o.Keep, 0o755); err != nil {
			return nil, err
		}
		if dir, err = filepath.Abs(o.Keep); err != nil {
			return nil, err
		}
	}
	loaders, err := allLoaders(dir, o.Rtld)
	if err != nil {
		return nil, err
	}
	skipped, err := tryFeatures(dir, loaders)
	if err != nil {
		return nil, err
	}
	r := result.New("load", o.Version, dir)
	r.Skipped = append(r.Skipped, skipped...)
	for _, l := range loaders {
		if l.least {
			r.Notes = append(r.Notes, "least: no loader, but the system calls and first touches that the libraries take at least")
			continue
		}
		r.Notes = append(r.Notes, fmt.Sprintf("loader: %s, version %s", l.name, l.version))
	}
	return r, fill(r, dir, list, loaders, o.Options)
}

// choose gives the series that are asked for, without the points that are too large.
func choose(only []string, max int) ([]series, error) {
	var list []series
	names := slices.Clone(only)
	for _, s := range allSeries {
		if i := slices.Index(names, s.name); i >= 0 {
			names = slices.Delete(names, i, i+1)
		} else if len(only) > 0 {
			continue
		}
		s.ns = slices.Clone(s.ns)
		if max > 0 {
			s.ns = slices.DeleteFunc(s.ns, func(n int) bool { return n > max })
		}
		list = append(list, s)
	}
	if len(names) > 0 {
		return nil, fmt.Errorf("there is no series %q", names[0])
	}
	return list, nil
}

// Names lists the series.
func Names() (names []string) {
	for _, s := range allSeries {
		names = append(names, s.name)
	}
	return names
}

// fill makes all sets and runs their programs in turn, those of one set side by side.
func fill(r *result.Result, dir string, list []series, loaders []*loader, o measure.Options) error {
	r.Rounds, r.Clock = o.Rounds, result.Started
	r.Bases = []string{floor, "glibc", "musl"}
	r.Groups = append(r.Groups, result.Group{Name: floor, What: "a static file that only exits", Common: true})
	r.Rows = append(r.Rows, result.Row{Group: floor, Name: floor, Ours: true})
	programs := []measure.Program{{Name: floor, Path: filepath.Join(dir, floor)}}
	if err := os.WriteFile(programs[0].Path, tiny.Static(tiny.Exit(0)), 0o755); err != nil {
		return err
	}
	for _, s := range list {
		r.Groups = append(r.Groups, result.Group{Name: s.name, What: s.what, Title: s.title, Unit: s.unit})
		for _, n := range s.ns {
			rows, paths, err := makePoint(dir, s, n, loaders)
			if err != nil {
				return err
			}
			for i, row := range rows {
				programs = append(programs, measure.Program{Name: fmt.Sprintf("%s of %s with n=%d", row.Name, s.name, n), Path: paths[i]})
			}
			r.Rows = append(r.Rows, rows...)
		}
	}
	if len(programs) == 1 {
		return errors.New("nothing to measure")
	}
	o.Twice = true
	samples, err := measure.Run(dir, programs, o)
	if err != nil {
		return err
	}
	for i := range r.Rows {
		r.Rows[i].Times, r.Rows[i].Faults = samples[i].Times, samples[i].LeastFaults()
	}
	r.Finish()
	return nil
}

// makePoint makes one set and its programs, for the loaders that can have it.
func makePoint(dir string, s series, n int, loaders []*loader) (rows []result.Row, paths []string, err error) {
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
		rows = append(rows, result.Row{Group: s.name, Name: l.name, N: n, Ours: l.name == ours,
			Bound: set.Bound, Bytes: set.Bytes + st.Size()})
		paths = append(paths, path)
	}
	return rows, paths, nil
}
