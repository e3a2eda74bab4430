package binfmt

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// File is a file as the kernel would look at it.
type File struct {
	Path string
	Head []byte // its first bytes
}

// setIDDirs are where set-user-ID programs lie.
var setIDDirs = []string{"/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/lib/openssh", "/usr/lib/dbus-1.0", "/usr/libexec"}

// SetIDFiles finds the set-user-ID and set-group-ID programs in the usual directories that
// can be read, each once.
func SetIDFiles() []File { return setIDFiles(setIDDirs) }

func setIDFiles(dirs []string) []File {
	var list []File
	seen := map[string]bool{}
	for _, dir := range dirs {
		dir, err := filepath.EvalSymlinks(dir)
		if err != nil || seen[dir] {
			continue
		}
		seen[dir] = true
		files, _ := os.ReadDir(dir)
		for _, f := range files {
			info, err := f.Info()
			if err != nil || !info.Mode().IsRegular() || info.Mode()&(os.ModeSetuid|os.ModeSetgid) == 0 {
				continue
			}
			path := filepath.Join(dir, f.Name())
			if head, err := readHead(path); err == nil {
				list = append(list, File{path, head})
			}
		}
	}
	return list
}

// readHead reads as much of a file as the kernel looks at.
func readHead(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 256))
}

// Warning is something that is dangerous or in the way.
type Warning struct {
	Text  string `json:"text"`
	Entry string `json:"entry"` // whose fault it is
	Ours  bool   `json:"ours"`  // it has one of our names
}

// Warnings says what is dangerous or in the way among the entries that are there: entries
// of others that would catch our files, and such as give the rights of one of the set-ID
// files to their interpreter.
func Warnings(there, ours []Entry, setID []File) []Warning {
	var list []Warning
	for _, e := range there {
		if e.Disabled {
			continue
		}
		o := named(ours, e.Name)
		warn := func(format string, args ...any) {
			list = append(list, Warning{fmt.Sprintf(format, args...), e.Name, o != nil})
		}
		if o != nil {
			if !e.equal(*o) {
				warn("entry %q is not as slul binfmt register makes it: it runs %q with flags %q", e.Name, e.Interpreter, e.Flags)
			}
		} else {
			for _, o := range ours {
				if text := e.catches(o); text != "" {
					warn("entry %q of somebody else catches %s: %q may run them instead of the loader", e.Name, text, e.Interpreter)
				}
			}
		}
		if strings.Contains(e.Flags, "C") && (o == nil || !e.equal(*o)) { // ours gives the rights of ours
			warnRights(e, setID, warn)
		}
	}
	return list
}

func named(list []Entry, name string) *Entry {
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

// catches says which files of the entry o this one would take as well.
func (e Entry) catches(o Entry) string {
	switch {
	case e.Extension != "" && e.Extension == o.Extension:
		return "files with extension ." + o.Extension
	case e.Magic != nil && o.Magic != nil && e.overlaps(o):
		return "SLUL programs, or some of them"
	}
	return ""
}

// warnRights is about flag C: the interpreter gets the rights of a file whose owner has
// never heard of it.
func warnRights(e Entry, setID []File, warn func(string, ...any)) {
	if e.Extension != "" {
		warn("entry %q gives %q the rights of any set-user-ID file that has a link with extension .%s (flag C)", e.Name, e.Interpreter, e.Extension)
		return
	}
	for _, f := range setID {
		if e.Matches(f.Path, f.Head) {
			warn("entry %q gives %q the rights of set-user-ID files such as %s (flag C)", e.Name, e.Interpreter, f.Path)
			return
		}
	}
}
