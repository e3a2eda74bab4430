package doctor

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"slul/deploy"
	"slul/stubgen"
)

// loader: whether the file is there, is a loader, may be run, and is safe from others.
func (e *exam) loader() {
	info, err := os.Stat(e.Rtld)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.loaderFails("is not there", e.install(false))
		return
	case err != nil:
		e.loaderFails(cause(err).Error(), "sudo chmod a+rx "+Shell(e.Rtld)+" and the directories above it")
		return
	case !info.Mode().IsRegular():
		e.loaderFails("is no regular file", "sudo rm -r "+Shell(e.Rtld)+" && "+e.install(false))
		return
	}
	if info.Mode().Perm()&0o555 != 0o555 {
		e.loaderFails(fmt.Sprintf("has mode %04o: not everybody may read and execute it", info.Mode().Perm()), "sudo chmod 755 "+Shell(e.Rtld))
	}
	if mountedWith(e.Rtld, unix.ST_NOEXEC) {
		e.loaderFails("is on a file system that is mounted noexec", remount(e.Rtld, "exec"))
	}
	e.loaderSafe()
	b, err := os.ReadFile(e.Rtld)
	if err != nil {
		return // the mode says why
	}
	switch f, err := elf.NewFile(bytes.NewReader(b)); {
	case bytes.Equal(b, e.Loader):
		e.ok("loader", "%s is the one that this slul has, version %d", e.Rtld, e.Version)
	case err != nil:
		e.loaderFails("is no ELF file", e.install(true))
	case f.Machine != e.Target.Machine:
		e.loaderFails(fmt.Sprintf("is for %s", f.Machine), e.install(true))
	case !isLoader(b, e.Target.Machine):
		e.loaderFails("is a program, but not this loader", e.install(true))
	default:
		e.add(Finding{"loader", Note, fmt.Sprintf("%s (SHA-256 %s) is of another version than that of this slul (%s)", e.Rtld, hash(b), hash(e.Loader)),
			"programs that need a newer loader say so when they start", e.install(true)})
	}
}

func hash(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

func (e *exam) loaderFails(what, mend string) {
	e.add(Finding{"loader", Fail, e.Rtld + " " + what, e.cannotRun(), mend})
}

// isUsual: it is one of the names under which slul install puts the loader.
func (e *exam) isUsual() bool { return isUsual(e.Target, e.Rtld) }

func isUsual(t *stubgen.Target, rtld string) bool { return rtld == t.RTLD || rtld == t.Runslul }

func (e *exam) install(force bool) string { return Install(e.Target, e.Rtld, force) }

// Install is the command that puts a loader where it is looked for; with force, where another
// file is.
func Install(t *stubgen.Target, rtld string, force bool) string {
	switch {
	case !isUsual(t, rtld):
		return withSelf(asOwner(filepath.Dir(rtld), "slul rtld -o "+Shell(rtld)))
	case deploy.IsPackaged():
		return "sudo apt install --reinstall slul, or: sudo dpkg --install slul_VERSION_amd64.deb"
	case force:
		return AsRoot("slul install --force")
	}
	return AsRoot("slul install")
}

// loaderSafe: whoever can write the loader, or a directory of its path, can be every user
// who starts a program.
func (e *exam) loaderSafe() {
	list, err := Exposed(e.Rtld)
	if err != nil {
		return // it cannot be reached, which was said
	}
	for _, x := range list {
		e.add(Finding{"loader", e.exposureLevel(), x.String(),
			"who does can run code as every user who starts a program, as root too", x.Mend})
	}
}

// exposureLevel: a loader of one's own, for one's own programs, is one's own business.
func (e *exam) exposureLevel() Level {
	if e.isUsual() || e.prog != nil && e.prog.privileged() {
		return Fail
	}
	return Note
}

// SearchDirs are the directories that the loader always looks for libraries in.
func SearchDirs(arch string) []string {
	return []string{"/usr/lib/slul/" + arch, "/usr/lib/slul"}
}

// searchDirs: they need not be there.
func (e *exam) searchDirs() {
	well := true
	for _, dir := range SearchDirs(e.arch()) {
		info, err := os.Stat(dir)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR) {
			continue // what is in the way of both is said of the second
		}
		f := Finding{Check: "libraries", Level: Fail, Text: dir}
		switch {
		case err != nil:
			if dir = closedDir(dir); slices.Contains(SearchDirs(e.arch()), dir) {
				continue
			}
			f.Text, f.Mend = f.Text+": "+cause(err).Error(), "sudo chmod a+rx "+Shell(dir)
		case !info.IsDir():
			f.Text, f.Mend = f.Text+" is no directory", "sudo rm "+Shell(dir)
		case !may(dir, unix.R_OK|unix.X_OK):
			f.Text, f.Mend = f.Text+" may not be read", "sudo chmod a+rx "+Shell(dir)
		case mountedWith(dir, unix.ST_NOEXEC):
			f.Text, f.Mend = f.Text+" is on a file system that is mounted noexec", remount(dir, "exec")
		default:
			well = e.exposedDir(dir) && well
			continue
		}
		f.Effect = "libraries are not found there, or not mapped: such programs end with one line and status 126 or 127"
		e.add(f)
		well = false
	}
	if well {
		e.ok("libraries", "are looked for in %s, %s", SearchDirs(e.arch())[0], SearchDirs(e.arch())[1])
	}
}

func (e *exam) exposedDir(dir string) bool {
	list, err := Exposed(dir)
	if err != nil {
		return true
	}
	for _, x := range list {
		e.add(Finding{"libraries", Fail, x.String(), "set-user-ID programs load libraries from " + dir, x.Mend})
	}
	return len(list) == 0
}

// cause is the error without the file's name and the system call.
func cause(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}
