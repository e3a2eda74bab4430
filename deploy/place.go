package deploy

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File is one thing to install: a regular file, or a symbolic link.
type File struct {
	Path string                 // absolute, or relative to the prefix
	Mode fs.FileMode            // permissions of a regular file, whatever the umask
	Data func() ([]byte, error) // its bytes
	Link string                 // for a link: where it leads, as the path will be on the machine
}

// Place is where a list goes.
type Place struct {
	Destdir string // the directory that is or will be a machine's root; "" is "/"
	Prefix  string // absolute: where relative paths begin, below Destdir
}

// DefaultPrefix is where the files of a distribution's packages lie.
const DefaultPrefix = "/usr"

// dpkgList is what dpkg keeps for an installed package: its files, one a line.
const dpkgList = "/var/lib/dpkg/info/slul.list"

// Check refuses a place that cannot be meant.
func (p Place) Check() error {
	if !filepath.IsAbs(p.Prefix) {
		return fmt.Errorf("the prefix must be an absolute path: %s", p.Prefix)
	}
	return nil
}

// path is a listed path as it will be on the machine.
func (p Place) path(listed string) string {
	if filepath.IsAbs(listed) {
		return filepath.Clean(listed)
	}
	return filepath.Join(p.Prefix, listed)
}

// real is where a path of the machine lies now.
func (p Place) real(path string) string {
	return filepath.Join("/", p.absDestdir(), path)
}

func (p Place) absDestdir() string {
	if p.Destdir == "" {
		return "/"
	}
	abs, err := filepath.Abs(p.Destdir)
	if err != nil {
		return p.Destdir
	}
	return abs
}

// IsLive tells whether the place is this machine itself, by whatever path: then what the kernel
// holds of the files matters too.
func (p Place) IsLive() bool {
	here, err := os.Stat("/")
	if err != nil {
		return false
	}
	there, err := os.Stat(p.absDestdir())
	return err == nil && os.SameFile(here, there)
}

// Manifest is the path, on the machine, of what says what was installed.
func (p Place) Manifest() string { return p.path("share/slul/installed.mtree") }

// packaged says whether the package manager already has these files: then it must be
// asked, as its books would be wrong afterwards.
func (p Place) packaged() error {
	if p.Prefix != DefaultPrefix || !p.hasPackage() {
		return nil
	}
	return fmt.Errorf("the Debian package slul is installed here, and keeps these files: sudo apt install --reinstall slul (or ./slul_VERSION_amd64.deb), or sudo apt remove slul")
}

func (p Place) hasPackage() bool {
	_, err := os.Lstat(p.real(dpkgList))
	return err == nil // else it is not there, or this is no Debian
}

// IsPackaged tells whether this machine has the Debian package.
func IsPackaged() bool { return Place{}.hasPackage() }

// parents are the directories above a path of the machine, the topmost first, without "/".
func parents(path string) []string {
	var list []string
	for dir := filepath.Dir(path); dir != "/"; dir = filepath.Dir(dir) {
		list = append([]string{dir}, list...)
	}
	return list
}

// inside keeps a manifest that somebody has edited from naming paths elsewhere.
func inside(path string) bool {
	return strings.HasPrefix(path, "/") && filepath.Clean(path) == path && path != "/"
}

// within refuses a directory of a staging root that a link leads out of: it would be one
// of this machine.
func (p Place) within(real string) error {
	root, err := filepath.EvalSymlinks(p.absDestdir())
	if err != nil {
		return err
	}
	dir, err := filepath.EvalSymlinks(real)
	if err != nil {
		return err
	}
	if root != "/" && dir != root && !strings.HasPrefix(dir, root+"/") {
		return fmt.Errorf("%s: leads to %s, out of %s", real, dir, root)
	}
	return nil
}
