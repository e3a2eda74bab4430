// Writing a finished file: it is there whole, or the old one is untouched and
// nothing is left behind.

package elfimage

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
)

// WriteFile puts b at path with mode, less the umask. The bytes go to a new file
// in the same directory, which then takes the name: a program that is running
// from path keeps its old file (and cannot be overwritten, ETXTBSY). A path that
// is there and is no regular file, such as /dev/null or a pipe, is written to.
func WriteFile(path string, b []byte, mode os.FileMode) error {
	if err := writeFile(path, b, mode); err != nil {
		return fmt.Errorf("%s: %w", path, cause(err))
	}
	return nil
}

func writeFile(path string, b []byte, mode os.FileMode) error {
	switch st, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist) || err == nil && st.Mode().IsRegular():
	case err != nil:
		return err
	case st.IsDir():
		return syscall.EISDIR
	default:
		return writeInto(path, os.O_WRONLY, b, 0)
	}
	temp, err := writeTemp(filepath.Dir(path), b, mode)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		os.Remove(temp)
		return err
	}
	return nil
}

// writeTemp leaves b in a new file of dir, or nothing.
func writeTemp(dir string, b []byte, mode os.FileMode) (string, error) {
	for {
		temp := filepath.Join(dir, fmt.Sprintf(".slul-%016x", rand.Uint64()))
		err := writeInto(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, b, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		return temp, err
	}
}

// writeInto removes a file that it created and could not fill.
func writeInto(path string, flags int, b []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, flags, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Close())
	if err != nil && flags&os.O_EXCL != 0 {
		os.Remove(path)
	}
	return err
}

// cause is the error without the name of the temporary file.
func cause(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	if e := (*os.LinkError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}
