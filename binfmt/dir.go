package binfmt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// DefaultDir is where binfmt_misc is mounted.
const DefaultDir = "/proc/sys/fs/binfmt_misc"

// Dir is a mounted binfmt_misc. Each user namespace can have its own (Linux 6.7).
type Dir struct{ path string }

// ErrNotMounted is what Open says of a directory that is none.
var ErrNotMounted = errors.New("binfmt_misc is not mounted here")

// Open finds binfmt_misc at path.
func Open(path string) (*Dir, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	if st.Type != unix.BINFMTFS_MAGIC {
		return nil, fmt.Errorf("%s: %w", path, ErrNotMounted)
	}
	return &Dir{path}, nil
}

// Mount is Open, and mounts binfmt_misc where it is not.
func Mount(path string) (*Dir, error) {
	d, err := Open(path)
	if !errors.Is(err, ErrNotMounted) {
		return d, err
	}
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	if err := unix.Mount("binfmt_misc", path, "binfmt_misc", flags, ""); err != nil {
		return nil, fmt.Errorf("%s: cannot mount binfmt_misc: %w", path, err)
	}
	return Open(path)
}

// IsEnabled tells whether the kernel obeys any entries at all.
func (d *Dir) IsEnabled() (bool, error) {
	text, err := os.ReadFile(filepath.Join(d.path, "status"))
	return strings.TrimSpace(string(text)) == "enabled", err
}

// List gives all entries, by name.
func (d *Dir) List() ([]Entry, error) {
	files, err := os.ReadDir(d.path)
	if err != nil {
		return nil, err
	}
	var list []Entry
	for _, f := range files {
		if f.Name() == "register" || f.Name() == "status" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(d.path, f.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // it has just been removed
		}
		if err != nil {
			return nil, err
		}
		e, err := ParseState(f.Name(), string(text))
		if err != nil {
			return nil, fmt.Errorf("%s/%s: %w", d.path, f.Name(), err)
		}
		list = append(list, e)
	}
	return list, nil
}

// InterpreterError is that the kernel cannot open the interpreter of an entry.
type InterpreterError struct{ Path string }

func (e *InterpreterError) Error() string { return "the kernel cannot open its interpreter " + e.Path }

// Register makes an entry. One of the same name is replaced, also when it is the same:
// with F the kernel holds the interpreter that was there when the entry was made.
func (d *Dir) Register(e Entry) error {
	if _, err := d.Unregister(e.Name); err != nil {
		return err
	}
	err := d.write("register", e.Line())
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOEXEC) || errors.Is(err, unix.EACCES) && isRoot() {
		return fmt.Errorf("entry %s: %w: %w", e.Name, &InterpreterError{e.Interpreter}, cause(err))
	}
	if err != nil {
		return fmt.Errorf("entry %s: %w", e.Name, d.explain(err))
	}
	return nil
}

func isRoot() bool { return os.Geteuid() == 0 }

// Unregister removes an entry, and tells whether it was there.
func (d *Dir) Unregister(name string) (bool, error) {
	err := d.write(name, "-1")
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("entry %s: %w", name, d.explain(err))
	}
	return true, nil
}

// explain says what to do about an error of writing.
func (d *Dir) explain(err error) error {
	switch err = cause(err); {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s is for root to write, or in a user namespace for its own root: %w", d.path, err)
	case errors.Is(err, unix.EROFS):
		return fmt.Errorf("%s is mounted read-only, as containers do: do it outside: %w", d.path, err)
	}
	return err
}

// write writes a whole text in one call, to a file that must be there.
func (d *Dir) write(name, text string) error {
	f, err := os.OpenFile(filepath.Join(d.path, name), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// cause is the error without the file's name.
func cause(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}
