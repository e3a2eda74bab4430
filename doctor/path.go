package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// Exposure is a file or directory that somebody else than root can change, on the way
// to a path.
type Exposure struct {
	Path string
	Who  string // "user 1000", "group 50", "everybody"
	Mend string // the command that changes it
}

func (x Exposure) String() string { return fmt.Sprintf("%s can write %s", x.Who, x.Path) }

// maxLinks is where the kernel gives up too (path_resolution(7)).
const maxLinks = 40

// Exposed lists who else than root can put another file at a path: writers of the file, of
// each directory on the way, and of those where symbolic links on the way lie. A sticky
// directory protects what is in it. It ends at what is not there.
func Exposed(path string) ([]Exposure, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	var list []Exposure
	seen := map[string]bool{}
	look := func(p string) (fs.FileInfo, error) {
		info, err := os.Lstat(p)
		if err == nil && !seen[p] {
			seen[p] = true
			list = append(list, exposedBy(p, info)...)
		}
		return info, err
	}
	if _, err := look("/"); err != nil {
		return nil, err
	}
	at, rest, links := "/", strings.Split(path[1:], "/"), 0
	for len(rest) > 0 {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			at = filepath.Dir(at)
			continue
		}
		next := filepath.Join(at, name)
		info, err := look(next)
		if errors.Is(err, fs.ErrNotExist) {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		if links++; links > maxLinks {
			return list, &fs.PathError{Op: "open", Path: path, Err: unix.ELOOP}
		}
		target, err := os.Readlink(next)
		if err != nil {
			return list, err
		}
		if filepath.IsAbs(target) {
			at = "/"
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	return list, nil
}

// exposedBy is who can change one file. The permissions of a symbolic link mean nothing.
func exposedBy(path string, info fs.FileInfo) []Exposure {
	st := info.Sys().(*syscall.Stat_t)
	var list []Exposure
	add := func(who, mend string) {
		list = append(list, Exposure{path, who, "sudo " + mend + " " + Shell(path)})
	}
	link := info.Mode()&fs.ModeSymlink != 0
	if st.Uid != 0 {
		if link {
			add(fmt.Sprintf("user %d", st.Uid), "chown -h root")
		} else {
			add(fmt.Sprintf("user %d", st.Uid), "chown root")
		}
	}
	if link || info.IsDir() && info.Mode()&fs.ModeSticky != 0 {
		return list
	}
	switch {
	case info.Mode()&0o002 != 0:
		add("everybody", "chmod go-w")
	case info.Mode()&0o020 != 0 && st.Gid != 0:
		add(fmt.Sprintf("group %d", st.Gid), "chmod g-w")
	}
	return list
}

// mountOf is where the file system of a path is mounted; "" when /proc does not say.
func mountOf(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	if real, err = filepath.Abs(real); err != nil {
		return ""
	}
	mounts, err := mountinfo.GetMounts(mountinfo.ParentsFilter(real))
	if err != nil {
		return ""
	}
	best := ""
	for _, m := range mounts {
		if len(m.Mountpoint) >= len(best) {
			best = m.Mountpoint
		}
	}
	return best
}

// mountedWith says whether the file system of a path has one of the ST_… flags.
func mountedWith(path string, flag int64) bool {
	var st unix.Statfs_t
	return unix.Statfs(path, &st) == nil && int64(st.Flags)&flag != 0
}

// remount is the command that changes a mount flag.
func remount(path, option string) string {
	at := mountOf(path)
	if at == "" {
		at = "MOUNTPOINT"
	}
	return "sudo mount -o remount," + option + " " + Shell(at)
}

// asOwner is a command that changes something at a path, with sudo when the path is not this user's.
func asOwner(path, command string) string {
	for at := path; ; at = filepath.Dir(at) {
		var st unix.Stat_t
		if err := unix.Stat(at, &st); err == nil && int(st.Uid) == os.Geteuid() && st.Uid != 0 {
			return command
		} else if err == nil || at == "/" || at == "." {
			return "sudo " + command
		}
	}
}

// build is the command that makes a file anew, with sudo where this user may not write.
func build(path string, flags ...string) string {
	command := strings.Join(append(append([]string{"slul build"}, flags...), "-o", Shell(path), "SRC"), " ")
	if dir := filepath.Dir(path); !may(dir, unix.W_OK|unix.X_OK) && may(dir, 0) {
		return "sudo " + command
	}
	return command
}

// may says whether this process, with its effective ids, may use a file so.
func may(path string, how uint32) bool {
	return unix.Faccessat(unix.AT_FDCWD, path, how, unix.AT_EACCESS) == nil
}
