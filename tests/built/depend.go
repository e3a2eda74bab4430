package built

import (
	"io/fs"
	"os"
	"path/filepath"
)

// Depend makes go test see that the running tests depend on every file of the tree at root:
// it remembers which files a test has looked at, and takes no earlier result when one has
// changed. It cannot see what a go build reads that a test starts.
func Depend(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "out" || d.Name() == "bin"):
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		_, err = os.Stat(path)
		return err
	})
}
