package deploy

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Options are how to go about it.
type Options struct {
	DryRun bool      // say what would be done, and do nothing
	Force  bool      // replace or remove what was not installed, or was changed since
	Report io.Writer // one line for each file
}

// RightsError is that the files would lie where this user may not write.
type RightsError struct {
	Dir string
	Err error
}

func (e *RightsError) Error() string { return fmt.Sprintf("%s: %v", e.Dir, e.Err) }
func (e *RightsError) Unwrap() error { return e.Err }

// step is what is done to one path.
type step struct {
	entry entry
	data  []byte // of a regular file
	verb  verb
}

// verb is what a step does, in the words of the report.
type verb string

const (
	keep    verb = "unchanged"
	create  verb = "installed"
	change  verb = "replaced"
	destroy verb = "removed"
)

// Install makes the files of the list be there. It is finished or has changed nothing
// when something is in the way; when it is cut short, it can be run again. It gives the
// paths, as they are on the machine, that are new or were replaced.
func Install(list []File, p Place, o Options) (changed []string, err error) {
	if err := errors.Join(p.Check(), p.packaged()); err != nil {
		return nil, err
	}
	steps, err := p.plan(list, o.Force)
	if err != nil {
		return nil, err
	}
	if err := p.allowed(steps); err != nil {
		return nil, err
	}
	if !o.DryRun {
		if err := os.MkdirAll(p.absDestdir(), 0o755); err != nil {
			return nil, err
		}
	}
	for _, s := range steps {
		if !o.DryRun {
			if err := p.do(s); err != nil {
				return changed, err
			}
		}
		if s.verb == create || s.verb == change {
			changed = append(changed, s.entry.path)
		}
		report(o, s.verb, s.entry.path)
	}
	return changed, nil
}

// plan compares the list with what is there. Directories come before what is in them,
// the manifest comes last: what it lists is there.
func (p Place) plan(list []File, force bool) ([]step, error) {
	old, err := p.readManifest()
	if err != nil {
		return nil, err
	}
	was := map[string]entry{}
	for _, e := range old {
		was[e.path] = e
	}
	var steps []step
	var manifest []entry
	var inTheWay []string
	planned := map[string]bool{}
	add := func(s step, err error) error {
		if errors.Is(err, errForeign) && !force {
			inTheWay = append(inTheWay, p.real(s.entry.path))
			return nil
		}
		if err != nil && !errors.Is(err, errForeign) {
			return err
		}
		steps = append(steps, s)
		return nil
	}
	addDirs := func(path string) error {
		for _, dir := range parents(path) {
			if planned[dir] {
				continue
			}
			planned[dir] = true
			made, err := p.directory(dir)
			if err != nil {
				return err
			}
			_, before := was[dir]
			if made || before {
				manifest = append(manifest, entry{path: dir, kind: directory, mode: 0o755})
			}
			if made {
				steps = append(steps, step{entry: entry{path: dir, kind: directory}, verb: create})
			}
		}
		return nil
	}
	for _, f := range list {
		want, data, err := p.wanted(f)
		if err != nil {
			return nil, err
		}
		if planned[want.path] {
			panic("bug: deploy: " + want.path + " is in the list twice")
		}
		planned[want.path] = true
		if err := addDirs(want.path); err != nil {
			return nil, err
		}
		v, err := p.compare(want, was[want.path])
		if err := add(step{want, data, v}, err); err != nil {
			return nil, err
		}
		manifest = append(manifest, want)
	}
	// what an older version had, and this one has not
	for _, e := range slices.Backward(old) {
		if planned[e.path] || e.kind == directory {
			continue
		}
		if now, err := state(p.real(e.path)); err != nil || !now.same(e) {
			continue // gone, or no longer ours
		}
		steps = append(steps, step{entry: e, verb: destroy})
	}
	for _, e := range old { // and its directories, which uninstall removes
		if now, err := state(p.real(e.path)); e.kind == directory && !planned[e.path] && err == nil && now.kind == directory {
			manifest = append(manifest, e)
			planned[e.path] = true
		}
	}
	if err := addDirs(p.Manifest()); err != nil {
		return nil, err
	}
	if len(inTheWay) > 0 {
		return nil, fmt.Errorf("there already, and not from slul install: %s; look at them, then: slul install --force", strings.Join(inTheWay, ", "))
	}
	text := format(manifest)
	m := entry{path: p.Manifest(), kind: regular, mode: 0o644, hash: hashOf(text)}
	v, err := p.compare(m, entry{})
	if err != nil && !errors.Is(err, errForeign) { // it was read as a manifest, and is ours
		return nil, err
	}
	return append(steps, step{m, text, v}), nil
}

// wanted is a file of the list as it shall be.
func (p Place) wanted(f File) (entry, []byte, error) {
	e := entry{path: p.path(f.Path), kind: symlink, link: f.Link}
	if f.Link != "" {
		return e, nil, nil
	}
	data, err := f.Data()
	if err != nil {
		return e, nil, fmt.Errorf("%s: %w", e.path, err)
	}
	return entry{path: e.path, kind: regular, mode: f.Mode, hash: hashOf(data)}, data, nil
}

// errForeign: what is at the path was not installed, or was changed since.
var errForeign = errors.New("not as it was installed")

// compare says what has to be done to have want, when was is what the manifest says.
func (p Place) compare(want, was entry) (verb, error) {
	real := p.real(want.path)
	now, err := state(real)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return create, nil
	case err != nil:
		return "", err
	case now.kind == directory:
		return "", fmt.Errorf("%s: is a directory", real)
	case now.same(want) && now.mode == want.mode && owned(real):
		return keep, nil
	case now.same(want) || now.same(was):
		return change, nil
	}
	return change, errForeign
}

// directory says whether a directory has to be made.
func (p Place) directory(path string) (made bool, err error) {
	real := p.real(path)
	info, err := os.Stat(real) // through links: /lib is one where /usr is merged
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(real); err == nil {
			return false, fmt.Errorf("%s: is a link that leads nowhere", real)
		}
		return true, nil
	case err != nil:
		return false, err
	case !info.IsDir():
		return false, fmt.Errorf("%s: is not a directory", real)
	}
	return false, p.within(real)
}

// allowed refuses before the first step what a later one could not do.
func (p Place) allowed(steps []step) error {
	for _, s := range steps {
		if s.verb == keep {
			continue
		}
		if err := writable(p.real(s.entry.path)); err != nil {
			var e *fs.PathError
			errors.As(err, &e)
			return &RightsError{e.Path, e.Err}
		}
	}
	return nil
}

// do is one step.
func (p Place) do(s step) error {
	real := p.real(s.entry.path)
	switch {
	case s.verb == keep:
		return nil
	case s.verb == destroy:
		return removeEntry(real)
	case s.entry.kind == directory:
		return makeDir(real)
	case s.entry.kind == symlink:
		return relink(real, s.entry.link)
	}
	return replace(real, s.data, s.entry.mode)
}

func removeEntry(real string) error {
	if err := os.Remove(real); err != nil {
		return err
	}
	return syncDir(filepath.Dir(real))
}

// report is a line about one path, as it will be on the machine.
func report(o Options, v verb, path string) {
	would := ""
	if o.DryRun && v != keep {
		would = "would be "
	}
	fmt.Fprintf(o.Report, "%-10s %s\n", would+string(v), path)
}
