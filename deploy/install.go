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
	quiet bool // another step about the same path says what there is to say
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
	if !o.DryRun {
		if err := p.allowed(steps); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(p.absDestdir(), 0o755); err != nil {
			return nil, err
		}
	}
	for _, s := range steps {
		if err := p.take(s, o); err != nil {
			return changed, err
		}
		if !s.quiet && (s.verb == create || s.verb == change) {
			changed = append(changed, s.entry.path)
		}
	}
	return changed, nil
}

// plan is all steps, in this order: the directories of the manifest; the manifest with
// what is there and what will be; other directories; files; what is no longer wanted; the
// manifest with what is there now. So at every moment it lists all that was installed.
func (p Place) plan(list []File, force bool) ([]step, error) {
	old, err := p.readManifest()
	if err != nil {
		return nil, err
	}
	w := &work{Place: p, force: force, was: byPath(old), planned: map[string]bool{}}
	if err := errors.Join(w.parents(p.Manifest()), w.remains(p.Manifest())); err != nil {
		return nil, err
	}
	toManifest := w.dirs
	w.dirs = nil
	for _, f := range list {
		if err := w.file(f); err != nil {
			return nil, err
		}
	}
	w.forget(old)
	if len(w.inTheWay) > 0 {
		return nil, fmt.Errorf("there already, and not from slul install: %s; look at them, then: slul install --force", strings.Join(w.inTheWay, ", "))
	}
	last, err := w.manifestStep(w.manifest)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(append(w.files, last), func(s step) bool { return s.verb != keep }) {
		return slices.Concat(toManifest, w.dirs, w.files, []step{last}), nil
	}
	first, err := w.manifestStep(append(slices.Clone(old), w.manifest...))
	if err != nil {
		return nil, err
	}
	first.quiet = true
	return slices.Concat(toManifest, []step{first}, w.dirs, w.files, []step{last}), nil
}

// work is a plan that is being made.
type work struct {
	Place
	force    bool
	was      map[string][]entry // what the manifest says; more than one after an install that was cut short
	planned  map[string]bool
	dirs     []step
	files    []step
	manifest []entry
	inTheWay []string
}

func byPath(list []entry) map[string][]entry {
	m := map[string][]entry{}
	for _, e := range list {
		m[e.path] = append(m[e.path], e)
	}
	return m
}

// file plans a file of the list, and the directories that it needs.
func (w *work) file(f File) error {
	want, data, err := w.wanted(f)
	if err != nil {
		return err
	}
	if w.planned[want.path] {
		panic("bug: deploy: " + want.path + " is in the list twice")
	}
	w.planned[want.path] = true
	if err := w.parents(want.path); err != nil {
		return err
	}
	v, err := w.compare(want, w.was[want.path])
	switch {
	case errors.Is(err, errForeign) && !w.force:
		w.inTheWay = append(w.inTheWay, w.real(want.path))
	case err != nil && !errors.Is(err, errForeign):
		return err
	}
	w.files = append(w.files, step{entry: want, data: data, verb: v})
	w.manifest = append(w.manifest, want)
	return w.remains(want.path)
}

// parents plans the directories above a path.
func (w *work) parents(path string) error {
	for _, dir := range parents(path) {
		if w.planned[dir] {
			continue
		}
		w.planned[dir] = true
		make, err := w.directory(dir)
		if err != nil {
			return err
		}
		e := entry{path: dir, kind: directory, mode: 0o755}
		if make || w.was[dir] != nil || dir == filepath.Dir(w.Manifest()) {
			w.manifest = append(w.manifest, e)
		}
		if make {
			w.dirs = append(w.dirs, step{entry: e, verb: create})
		}
	}
	return nil
}

// forget plans the removal of what an older version had, and this one has not. Its
// directories stay in the manifest, for uninstall.
func (w *work) forget(old []entry) {
	for _, e := range old {
		if w.planned[e.path] {
			continue // still wanted
		}
		if now, err := state(w.real(e.path)); err != nil || !now.same(e) {
			continue // gone, or no longer ours
		}
		w.planned[e.path] = true
		if e.kind == directory {
			w.manifest = append(w.manifest, e)
			continue
		}
		w.files = append(w.files, step{entry: e, verb: destroy})
	}
}

// remains plans the removal of what an install left that was cut short while it wrote a file.
func (w *work) remains(path string) error {
	list, err := w.temporaries(path)
	w.files = append(w.files, list...)
	return err
}

// manifestStep writes a list; whatever was there was read as one, and is ours.
func (w *work) manifestStep(list []entry) (step, error) {
	text := format(list)
	m := entry{path: w.Manifest(), kind: regular, mode: 0o644, hash: hashOf(text)}
	v, err := w.compare(m, nil)
	if errors.Is(err, errForeign) {
		err = nil
	}
	return step{entry: m, data: text, verb: v}, err
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
func (p Place) compare(want entry, was []entry) (verb, error) {
	real := p.real(want.path)
	now, err := state(real)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return create, nil
	case err != nil:
		return "", err
	case now.kind == directory:
		return "", fmt.Errorf("%s: is a directory, and in the way: move it elsewhere", real)
	case now.same(want) && now.mode == want.mode && owned(real):
		return keep, nil
	case now.same(want) || slices.ContainsFunc(was, now.same):
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
			return false, fmt.Errorf("%s: is a link that leads nowhere: remove it, or make what it leads to", real)
		}
		return true, nil
	case err != nil:
		return false, err
	case !info.IsDir():
		return false, fmt.Errorf("%s: is not a directory, and in the way: move it elsewhere", real)
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
			return err
		}
	}
	return nil
}

// take does a step, or does not with DryRun, and says so.
func (p Place) take(s step, o Options) error {
	if !o.DryRun {
		if err := p.do(s); err != nil {
			return err
		}
	}
	if !s.quiet {
		report(o, s.verb, s.entry.path)
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
