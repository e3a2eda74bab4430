package deploy

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNothing is that no manifest is there.
var ErrNothing = errors.New("nothing was installed")

// LeftError names what was not removed, because it was changed since it was installed.
type LeftError struct{ Paths []string }

func (e *LeftError) Error() string {
	return "changed since slul install, and left: " + strings.Join(e.Paths, ", ") + "; to remove them: slul uninstall --force"
}

// Uninstall removes what Install has put at a place: the files that are as they were
// installed, and the directories that were made for them, when they are empty. Others
// are named and left, and stay in the manifest when they were changed.
func Uninstall(p Place, o Options) error {
	if err := errors.Join(p.Check(), p.packaged()); err != nil {
		return err
	}
	list, err := p.readManifest()
	if err != nil {
		return err
	}
	if list == nil {
		return fmt.Errorf("%w below %s: %s is not there", ErrNothing, p.Prefix, p.real(p.Manifest()))
	}
	var steps []step
	var left []entry
	was := byPath(list)
	remains := func(path string) error {
		list, err := p.temporaries(path)
		steps = append(steps, list...)
		return err
	}
	if err := remains(p.Manifest()); err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(was)) {
		e := was[path][0]
		if e.kind == directory {
			continue
		}
		if err := remains(path); err != nil {
			return err
		}
		switch now, err := state(p.real(path)); {
		case errors.Is(err, fs.ErrNotExist):
			fmt.Fprintf(o.Report, "%-10s %s\n", "missing", path)
		case err != nil:
			return err
		case now.kind == directory, !slices.ContainsFunc(was[path], now.same) && !o.Force:
			left = append(left, e)
		default:
			steps = append(steps, step{entry: e, verb: destroy})
		}
	}
	if err := p.allowed(append(steps, step{entry: entry{path: p.Manifest()}, verb: destroy})); err != nil && !o.DryRun {
		return err
	}
	gone := map[string]bool{}
	for _, s := range steps {
		if err := p.take(s, o); err != nil {
			return err
		}
		gone[s.entry.path] = true
	}
	if len(left) > 0 {
		return p.leave(list, left, o)
	}
	// the manifest goes when only its own directories are left
	above := parents(p.Manifest())
	isAbove := func(e entry) bool { return slices.Contains(above, e.path) }
	if err := p.removeDirs(slices.DeleteFunc(slices.Clone(list), isAbove), gone, o); err != nil {
		return err
	}
	if err := p.take(step{entry: entry{path: p.Manifest()}, verb: destroy}, o); err != nil {
		return err
	}
	gone[p.Manifest()] = true
	return p.removeDirs(slices.DeleteFunc(list, func(e entry) bool { return !isAbove(e) }), gone, o)
}

// leave keeps in the manifest what is still there, so that it is not forgotten.
func (p Place) leave(list, left []entry, o Options) error {
	var paths []string
	for _, e := range left {
		paths = append(paths, p.real(e.path))
	}
	for _, e := range list {
		if e.kind == directory {
			left = append(left, e)
		}
	}
	if !o.DryRun {
		if err := replace(p.real(p.Manifest()), format(left), 0o644); err != nil {
			return err
		}
	}
	return &LeftError{paths}
}

// removeDirs removes the directories that were made, the deepest first. What others
// have put into one is named, and is no failure: it is not ours.
func (p Place) removeDirs(list []entry, gone map[string]bool, o Options) error {
	for _, e := range slices.Backward(list) {
		if e.kind != directory {
			continue
		}
		real := p.real(e.path)
		if now, err := state(real); err == nil && now.kind != directory {
			continue // a link now: not ours
		}
		files, err := os.ReadDir(real)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		var foreign []string
		for _, f := range files {
			if path := filepath.Join(e.path, f.Name()); !gone[path] {
				foreign = append(foreign, path)
			}
		}
		if len(foreign) > 0 {
			fmt.Fprintf(o.Report, "%-10s %s: not from slul install: %s\n", "left", e.path, strings.Join(foreign, ", "))
			continue
		}
		if err := p.take(step{entry: e, verb: destroy}, o); err != nil {
			return err
		}
		gone[e.path] = true
	}
	return nil
}
