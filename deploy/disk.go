// One file at a time: what is there, and how it is replaced.

package deploy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"
)

// entry is a file as it is, or as it shall be: a line of the manifest.
type entry struct {
	path string // on the machine
	kind kind
	mode fs.FileMode // permissions; 0 for a link
	hash string      // SHA-256 in hex of a regular file
	link string
}

type kind string

// The types of mtree(5) that are installed. Everything else that may lie at a path is other.
const (
	regular   kind = "file"
	directory kind = "dir"
	symlink   kind = "link"
	other     kind = "other"
)

// state is what is at a real path. The entry's path is left empty. What is not there is
// fs.ErrNotExist.
func state(real string) (entry, error) {
	info, err := os.Lstat(real)
	if err != nil {
		return entry{}, err
	}
	e := entry{mode: info.Mode().Perm() | info.Mode()&(fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky)}
	switch {
	case info.Mode().IsRegular():
		e.kind = regular
		b, err := os.ReadFile(real)
		if err != nil {
			return entry{}, err
		}
		e.hash = hashOf(b)
	case info.IsDir():
		e.kind = directory
	case info.Mode()&fs.ModeSymlink != 0:
		e.kind, e.mode = symlink, 0
		if e.link, err = os.Readlink(real); err != nil {
			return entry{}, err
		}
	default:
		e.kind = other
	}
	return e, nil
}

// same: kind and content, not permissions.
func (e entry) same(f entry) bool {
	return e.kind == f.kind && e.hash == f.hash && e.link == f.link
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// rootOwned: who is root leaves files of root, whoever's directory it is.
func rootOwned() bool { return os.Geteuid() == 0 }

// owned reports whether the file belongs to root, where it shall.
func owned(real string) bool {
	if !rootOwned() {
		return true
	}
	info, err := os.Lstat(real)
	if err != nil {
		return false
	}
	st := info.Sys().(*syscall.Stat_t)
	return st.Uid == 0 && st.Gid == 0
}

// replace puts data at a real path. The bytes are in a new file of the same directory,
// on the disk and with their owner and mode, before that takes the name: who has the old
// one open, or runs it, keeps it.
func replace(real string, data []byte, mode fs.FileMode) error {
	dir := filepath.Dir(real)
	f, err := renameio.NewPendingFile(real, renameio.WithTempDir(dir), renameio.WithPermissions(0o600))
	if err != nil {
		return fmt.Errorf("%s: %w", real, cause(err))
	}
	defer f.Cleanup()
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("%s: %w", real, cause(err))
	}
	if rootOwned() {
		if err := f.Chown(0, 0); err != nil {
			return fmt.Errorf("%s: %w", real, cause(err))
		}
	}
	if err := f.Chmod(mode); err != nil { // behind chown, which clears the set-id bits
		return fmt.Errorf("%s: %w", real, cause(err))
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("%s: %w", real, cause(err))
	}
	return syncDir(dir)
}

// temporaries are files beside a path that replace has left there, because it was ended
// while it wrote: a dot, the name, and a random number of up to 19 digits. Shorter
// numbers are as good as never drawn, and may be somebody else's.
func (p Place) temporaries(path string) ([]step, error) {
	files, err := os.ReadDir(p.real(filepath.Dir(path)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var list []step
	for _, f := range files {
		digits, ok := strings.CutPrefix(f.Name(), "."+filepath.Base(path))
		if ok && len(digits) >= 12 && strings.Trim(digits, "0123456789") == "" && f.Type().IsRegular() {
			list = append(list, step{entry: entry{path: filepath.Join(filepath.Dir(path), f.Name()), kind: regular}, verb: destroy})
		}
	}
	return list, err
}

// relink puts a symbolic link at a real path, whatever non-directory was there.
func relink(real, target string) error {
	if err := renameio.Symlink(target, real); err != nil {
		return fmt.Errorf("%s: %w", real, cause(err))
	}
	if rootOwned() {
		if err := os.Lchown(real, 0, 0); err != nil {
			return fmt.Errorf("%s: %w", real, cause(err))
		}
	}
	return syncDir(filepath.Dir(real))
}

// makeDir makes one directory whose parent is there, for everybody to read.
func makeDir(real string) error {
	if err := os.Mkdir(real, 0o755); err != nil {
		return err
	}
	if rootOwned() {
		if err := os.Chown(real, 0, 0); err != nil {
			return err
		}
	}
	return os.Chmod(real, 0o755)
}

// syncDir makes the new name survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, unix.EINVAL) { // some file systems cannot
		return fmt.Errorf("%s: %w", dir, cause(err))
	}
	return nil
}

// writable says whether files can be made and renamed at a real path: in the nearest
// directory above it that is there.
func writable(real string) error {
	for dir := filepath.Dir(real); ; dir = filepath.Dir(dir) {
		err := unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS)
		if err == nil || dir == "/" || !errors.Is(err, unix.ENOENT) {
			if err != nil {
				return &RightsError{dir, err}
			}
			return nil
		}
	}
}

// cause is the error without the name of a temporary file.
func cause(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	if e := (*os.LinkError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}
