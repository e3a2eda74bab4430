package built

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
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

// Command builds the command slul, of the tree at root, into the folder dir. The running tests then depend on
// the tree.
func Command(root, dir string) error {
	if err := Depend(root); err != nil {
		return err
	}
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", dir, "slul/cmd/slul").CombinedOutput()
	if err != nil {
		return fmt.Errorf("go build slul/cmd/slul: %w\n%s", err, out)
	}
	return nil
}
