package load

// Who is measured, and what each of them can do, found out by trying.

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"slul/bench/measure"
	"slul/bench/objects"
	"slul/stubgen"
)

// loader makes programs of a set for itself.
type loader struct {
	name    string
	version string
	write   func(set *objects.Set) (path string, err error)
	lacks   []string // names of features
	least   bool     // no loader at all, but what nobody can go below
}

// feature is something that a loader may be without.
type feature struct {
	name  string
	asks  func(objects.Shape) bool // whether such a set needs it
	shape objects.Shape            // the smallest set that needs it
}

var features = []feature{
	{"programs", func(objects.Shape) bool { return true }, objects.Shape{}},
	{"libraries", func(s objects.Shape) bool { return s.Libraries > 0 }, objects.Shape{Libraries: 2, Exports: 2, Imports: 1}},
	{"DT_RELR", func(s objects.Shape) bool { return s.Relr }, objects.Shape{Relatives: 2, Relr: true}},
}

// foreigners are the loaders that PT_INTERP names.
var foreigners = []struct{ name, interp string }{
	{"glibc", "/lib64/ld-linux-x86-64.so.2"},
	{"musl", "/lib/ld-musl-x86_64.so.1"},
}

const ours = "slul"

// allLoaders puts our own loader into dir, from a file if one is given; the others lie
// where they lie.
func allLoaders(dir, rtld string) ([]*loader, error) {
	list := []*loader{{name: "least", write: writeLeast, least: true}}
	for _, f := range foreigners {
		write := func(set *objects.Set) (string, error) { return set.Foreign(f.name, f.interp) }
		list = append(list, &loader{name: f.name, version: version(f.interp), write: write})
	}
	rtld, err := measure.WriteLoader(dir, rtld)
	if err != nil {
		return nil, err
	}
	write := func(set *objects.Set) (string, error) { return set.Native(ours, rtld) }
	return append(list, &loader{name: ours, version: fmt.Sprint(stubgen.LeastRTLD), write: write}), nil
}

// version is what a loader says of itself: glibc when asked, musl in its usage.
func version(interp string) string {
	out, err := exec.Command(interp, "--version").CombinedOutput()
	if m := regexp.MustCompile(`(?i)version (\d[\d.]*\d)`).FindSubmatch(out); m != nil {
		return string(m[1])
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "(not there)"
	}
	return "(no version)"
}

// tryFeatures makes trial sets in dir and fills in what the loaders lack. What is
// missing, and why, is in skipped, one line each.
func tryFeatures(dir string, loaders []*loader) (skipped []string, err error) {
	for i, f := range features {
		trial := filepath.Join(dir, fmt.Sprint("trial", i))
		if err := os.Mkdir(trial, 0o755); err != nil {
			return nil, err
		}
		set, err := objects.Make(trial, f.shape)
		if err != nil {
			return nil, err
		}
		for _, l := range loaders {
			path, err := l.write(set)
			if err != nil {
				return nil, err
			}
			if why := try(path); why != nil {
				l.lacks = append(l.lacks, f.name)
				skipped = append(skipped, fmt.Sprintf("%s: no %s: %v", l.name, f.name, why))
			}
		}
	}
	return skipped, nil
}

// try runs a program that is to end with status 0 and say nothing.
func try(path string) error {
	cmd := exec.Command(path)
	cmd.Env = []string{}
	out, err := cmd.CombinedOutput()
	if line, _, _ := bytes.Cut(out, []byte("\n")); len(line) > 0 {
		return errors.New(string(line))
	}
	if err != nil {
		return errors.New(strings.ReplaceAll(err.Error(), path, filepath.Base(path)))
	}
	return nil
}

// can says whether the loader has all that the set asks for.
func (l *loader) can(s objects.Shape) bool {
	if l.least && s.Libraries == 0 {
		return false
	}
	for _, f := range features {
		if f.asks(s) && slices.Contains(l.lacks, f.name) {
			return false
		}
	}
	return true
}
