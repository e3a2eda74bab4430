package doctor

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"slul/elfimage"
)

// setID: what an administrator has to know of a program with rights that its caller
// lacks (docs/setuid.md).
func (e *exam) setID() {
	if !e.prog.privileged() {
		return
	}
	s := e.prog
	for _, f := range setIDFindings(e.Program, s.file.Start, s.info, s.caps) {
		e.add(f)
	}
	e.libraries()
}

// Advice is what the permissions and the place of a file mean for how it starts: what
// slul inspect adds to what the bytes say.
func Advice(path string, start elfimage.Start, info fs.FileInfo) []Finding {
	list := setIDFindings(path, start, info, HasCaps(path))
	if f := unreadable(path, start, info.Mode()); f != nil {
		list = append(list, *f)
	}
	return list
}

// setIDFindings are about a program with set-user-ID or set-group-ID bits or file
// capabilities; about any other there are none.
func setIDFindings(path string, start elfimage.Start, info fs.FileInfo, caps bool) []Finding {
	var list []Finding
	add := func(level Level, text, effect, mend string) {
		list = append(list, Finding{"set-id", level, text, effect, mend})
	}
	mode, uid, gid := info.Mode(), info.Sys().(*syscall.Stat_t).Uid, info.Sys().(*syscall.Stat_t).Gid
	bits := mode & setIDBits
	if bits == 0 && !caps {
		return nil
	}
	switch {
	case bits == 0:
	case start == elfimage.StartShebang:
		add(Fail, "begins with #!, and the kernel ignores set-user-ID and set-group-ID on such files", "it runs without the rights that it should have",
			build(path, "--start=rt0")+fmt.Sprintf(" && sudo chown %d:%d %s && sudo chmod %04o %[3]s", uid, gid, Shell(path), unixMode(mode)))
	default:
		add(Note, "runs with "+rightsOf(mode, uid)+", in secure mode",
			"libraries come from the system's directories only, LD_SLUL_ variables are removed, nothing of the caller's is taken for a path", "")
	}
	if caps && (start == elfimage.StartRt0 || start == elfimage.StartShebang) {
		add(Fail, "has file capabilities, which do not live through the second exec", "it runs without the rights that it should have",
			build(path, "--start=interp")+" && sudo setcap CAPS "+Shell(path)+", or: sudo setcap -r "+Shell(path)+" && sudo chmod u+s "+Shell(path))
	}
	exposed, _ := Exposed(path) // as far as it could be followed
	for _, x := range exposed {
		if bits&fs.ModeSetuid == 0 || x.Who != fmt.Sprintf("user %d", uid) { // whose rights it gives
			add(Fail, x.String(), "who does can put another program in its place", x.Mend)
		}
	}
	if start == elfimage.StartInterp {
		return list // the kernel maps it, and protects its file
	}
	add(Note, "its file may be written to while it runs, as that of a library (no ETXTBSY)",
		"writing into it changes the running program; replacing it does not", fmt.Sprintf("sudo install -m %04o NEW %s", unixMode(mode), Shell(path)))
	return list
}

// rightsOf names what the bits give.
func rightsOf(mode fs.FileMode, uid uint32) string {
	var parts []string
	if mode&fs.ModeSetuid != 0 {
		parts = append(parts, fmt.Sprintf("the rights of user %d", uid))
	}
	if mode&fs.ModeSetgid != 0 {
		parts = append(parts, "the rights of its group")
	}
	return strings.Join(parts, " and ")
}

// unixMode is a mode as chmod(1) has it.
func unixMode(mode fs.FileMode) uint32 {
	m := uint32(mode.Perm())
	if mode&fs.ModeSetuid != 0 {
		m |= 0o4000
	}
	if mode&fs.ModeSetgid != 0 {
		m |= 0o2000
	}
	return m
}

// unreadable: some who may execute a program by its stub may not read it, and so cannot
// start it. The stub reads with the rights that the set-id bits give.
func unreadable(path string, start elfimage.Start, mode fs.FileMode) *Finding {
	if start != elfimage.StartRt0 {
		return nil
	}
	execute, read := mode.Perm()&0o111, mode.Perm()>>2&0o111
	missing := execute &^ read
	switch {
	case mode&fs.ModeSetuid != 0: // everyone reads as its owner
		missing = 0o100 &^ read
	case mode&fs.ModeSetgid != 0: // all but the owner read as its group
		missing = execute & 0o100 &^ read
		if execute&0o011 != 0 {
			missing |= 0o010 &^ read
		}
	}
	if missing == 0 {
		return nil
	}
	return &Finding{"permission", Note, "some who may execute the program may not read it",
		"they cannot start it through its stub: must be readable", "sudo chmod a+r " + Shell(path)}
}

// libraries: in secure mode only the system's directories are searched, whatever the
// program's own search path finds.
func (e *exam) libraries() {
	s := e.prog
	if s.info.Mode()&setIDBits == 0 || s.file.Machine != e.Target.Machine {
		return
	}
	abs, err := filepath.Abs(e.Program)
	if err != nil || len(s.file.Needed) == 0 {
		return
	}
	for _, name := range s.file.Needed {
		if strings.Contains(name, "/") {
			to := SearchDirs(e.arch())[1] + "/" + filepath.Base(name)
			e.add(Finding{"set-id", Fail, "needs a library by a path, " + name, "in secure mode no library is taken by a path: not permitted in secure mode",
				"sudo install -D -m 644 " + Shell(name) + " " + Shell(to) + ", and need it by its name: " + build(e.Program)})
		}
	}
	out, err := e.askLoader("--list", abs)
	if err != nil {
		return // exam.contents says why
	}
	for _, path := range listed(out) {
		if path == abs {
			continue
		}
		if there := systemLibrary(filepath.Base(path), SearchDirs(e.arch())); there != "" {
			list, _ := Exposed(there) // as far as it could be followed
			for _, x := range list {
				e.add(Finding{"set-id", Fail, x.String(), "who does can run code with the rights of the program, which needs " + there, x.Mend})
			}
			continue
		}
		e.add(Finding{"set-id", Fail, "needs the library " + path + ", which is in no directory of the system",
			"in secure mode it is not found: libraries not found", "sudo install -D -m 644 " + Shell(path) + " " + Shell(SearchDirs(e.arch())[1]+"/"+filepath.Base(path))})
	}
}

// listed are the paths in what the loader prints for --list: "PATH at ADDRESS for WHOM".
func listed(out []byte) []string {
	var paths []string
	for line := range strings.Lines(string(out)) {
		if i := strings.Index(line, " at 0x"); i > 0 {
			paths = append(paths, line[:i])
		}
	}
	return paths
}

// systemLibrary is where secure mode finds a library of this name; "" is nowhere.
func systemLibrary(name string, dirs []string) string {
	for _, dir := range dirs {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}
