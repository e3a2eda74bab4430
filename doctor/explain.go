package doctor

import (
	"bytes"
	"debug/elf"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"slul/elfimage"
)

// heard is a line of the loader, taken apart.
type heard struct {
	line  string   // all of it, without the hint at this tool
	file  string   // what it is about, "" when it does not say,
	what  string   // and what is behind
	names []string // the names in it, in order
	found string   // about a module: the file that was found
}

// forms are the lines of the table as patterns. Like all patterns they are made when they are first
// asked for: most commands of this tool never do.
var forms = sync.OnceValue(makeForms)

type form struct {
	pattern *regexp.Regexp
	names   []int // groups that are names
	of      *Failure
}

// values are the patterns for what stands for a value in a line.
var values = map[rune]string{'%': `(.*?)`, '&': `([-\w? ]+)`, '#': `(\d+)`, '$': `(0x[0-9a-f]+)`}

func makeForms() []form {
	var list []form
	for i := range Failures {
		for _, line := range Failures[i].Lines {
			f := form{of: &Failures[i]}
			group := 3
			var p strings.Builder
			for _, c := range line {
				v, ok := values[c]
				if !ok {
					v = regexp.QuoteMeta(string(c))
				} else {
					if c == '%' {
						f.names = append(f.names, group)
					}
					group++
				}
				p.WriteString(v)
			}
			f.pattern = regexp.MustCompile(`(?s)^slulrtld: (?:(.*): )?(` + p.String() + `(?:[^\w].*)?)$`)
			list = append(list, f)
		}
	}
	return list
}

// hint is what the loader says of this tool.
var hint = pattern(`(?s): slul doctor .*$`)

// foundLine is where a message about a module says which file it is.
var foundLine = pattern(`\n  found  (.*?): ?`)

func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// hear finds the failure that a line of the loader is; nil: it is in no row.
func hear(out string) (*Failure, heard) {
	h := heard{line: strings.TrimSpace(hint().ReplaceAllString(out, ""))}
	if m := foundLine().FindStringSubmatch(h.line); m != nil {
		h.found = m[1]
	}
	for _, f := range forms() {
		if m := f.pattern.FindStringSubmatch(h.line); m != nil {
			h.file, h.what = m[1], m[2]
			for _, g := range f.names {
				h.names = append(h.names, m[g])
			}
			return f.of, h
		}
	}
	return nil, h
}

// explain is what a line of the loader about the program means, and what mends it.
func (e *exam) explain(out []byte, err error) Finding {
	f, h := hear(string(out))
	text := strings.ReplaceAll(h.line, "\n  ", "; ")
	if text == "" {
		text = "the loader says nothing: " + err.Error()
	}
	if f == nil {
		return Finding{"contents", Fail, text, "it is not known what this means", e.install(true) + ", or, when that is no help, please report this line with the output of: slul doctor --json " + Shell(e.Program)}
	}
	mend := ""
	if f.here != nil {
		mend = f.here(e, h)
	}
	if mend == "" {
		mend = e.fill(f.Mend, h, Shell)
	}
	return Finding{"contents", Fail, text, e.fill(f.Cause, h, func(s string) string { return s }), mend}
}

// fill puts what is known in the place of the words that stand for it.
func (e *exam) fill(text string, h heard, quote func(string) string) string {
	var pairs []string
	put := func(word, value string) {
		if value != "" {
			pairs = append(pairs, word, quote(value))
		}
	}
	put("PROGRAM", e.Program)
	put("FILE", e.named(h.file))
	put("FOUND", h.found)
	put("TARGET", e.Target.Name)
	for i, word := range []string{"NAME", "OTHER"} {
		if i < len(h.names) {
			put(word, h.names[i])
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// named is a file as the user calls it: the loader was given the program's absolute path.
func (e *exam) named(file string) string {
	if abs, err := filepath.Abs(e.Program); file == "" || err == nil && file == abs {
		return e.Program
	}
	return file
}

// absent: a foreign program's interpreter belongs to a package.
func absent(e *exam, h heard) string {
	if file := e.named(h.file); file != e.Program {
		return bringInterp(file)
	}
	return build(e.Program)
}

// interpPackages are the packages of Debian that have the usual interpreters.
var interpPackages = map[string]string{
	"/lib64/ld-linux-x86-64.so.2": "libc6", "/lib/ld-linux.so.2": "libc6-i386", "/libx32/ld-linux-x32.so.2": "libc6-x32",
	"/lib/ld-musl-x86_64.so.1": "musl", "/lib/ld-linux-aarch64.so.1": "libc6:arm64",
}

// bringInterp is how to get the interpreter of a program of another kind.
func bringInterp(path string) string {
	if p := interpPackages[path]; p != "" {
		return "sudo apt install " + p
	}
	return "install the package that has it: apt-file search " + Shell(path)
}

// openTheWay: a file that cannot be reached is behind a closed directory.
func openTheWay(e *exam, h heard) string {
	if dir := closedDir(e.named(h.file)); dir != "" {
		return asOwner(dir, "chmod a+x "+Shell(dir))
	}
	return asOwner(e.named(h.file), "chmod a+r "+Shell(e.named(h.file)))
}

// remountExec: whether it is the mount.
func remountExec(e *exam, h heard) string {
	file := e.named(h.file)
	if mountedWith(file, unix.ST_NOEXEC) {
		return remount(file, "exec") + ", or move " + Shell(file) + " to where programs may be"
	}
	return "allow mmap with PROT_EXEC in the seccomp filter, or the file in the policy: sudo restorecon -v " + Shell(file)
}

// installAgain: a damaged file of this tool's own.
func installAgain(e *exam, h heard) string {
	if filepath.Dir(h.file) == SearchDirs(e.arch())[1] && filepath.Base(h.file) == coreLibrary {
		return Install(e.Target, e.Target.RTLD, true)
	}
	return ""
}

// coreLibrary is the core library, for programs that share it.
const coreLibrary = "core.so"

// absentOne is a library in the message about those that were not found: its name, who needs it,
// and where it was looked for.
var absentOne = pattern(` (\S.*?) \(for (.*?), looked in (.*?)\)`)

// bringLibraries looks for what is not found where it was looked for, and where it may be meant.
func bringLibraries(e *exam, h heard) string {
	var list []string
	for _, m := range absentOne().FindAllStringSubmatch(strings.TrimPrefix(h.what, "libraries not found:"), -1) {
		mend := e.bringLibrary(m[1], m[2], strings.Split(m[3], ":"))
		if mend == "" {
			h.names = []string{m[1]}
			mend = e.fill(bringMend, h, Shell)
		}
		if !slices.Contains(list, mend) {
			list = append(list, mend)
		}
	}
	return strings.Join(list, "; ")
}

func (e *exam) bringLibrary(name, who string, dirs []string) string {
	if name == coreLibrary {
		return Install(e.Target, e.Target.RTLD, false)
	}
	if strings.Contains(name, "/") {
		return "put the library there: " + Shell(name)
	}
	origin := filepath.Dir(who)
	for _, dir := range dirs {
		dir = strings.NewReplacer("$ORIGIN", origin, "${ORIGIN}", origin).Replace(dir)
		if mend := e.passedOver(filepath.Join(dir, name)); dir != "" && mend != "" {
			return mend
		}
	}
	here, _ := os.Getwd()
	system := SearchDirs(e.arch())[1]
	for _, dir := range []string{origin, filepath.Join(origin, "../lib"), here, "/usr/local/lib", "/usr/local/lib/slul"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err != nil || dir == "" {
			continue
		}
		mend := "sudo install -D -m 644 " + Shell(path) + " " + Shell(filepath.Join(system, name))
		if e.prog == nil || !e.prog.privileged() {
			mend += ", or: LD_SLUL_LIBRARY_PATH=" + Shell(dir) + " " + Shell(e.Program)
		}
		return mend
	}
	return ""
}

// passedOver is what to do about a file with the name of a library, in a directory where that was looked
// for; "" when there is none.
func (e *exam) passedOver(path string) string {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ""
	case err != nil:
		if dir := closedDir(path); dir != "" {
			return asOwner(dir, "chmod a+x "+Shell(dir))
		}
		return ""
	case !info.Mode().IsRegular():
		return "put the library in the place of " + Shell(path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return asOwner(path, "chmod a+r "+Shell(path))
	}
	f, err := elf.NewFile(bytes.NewReader(b))
	if err != nil || f.Machine != e.Target.Machine || f.Class != elf.ELFCLASS64 {
		return build(path, "--target", e.Target.Name) + ", as the file there is not for this machine"
	}
	return ""
}

// closedDir is the lowest directory on the way to a path that may not be searched; "" when there is none.
func closedDir(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	for dir := filepath.Dir(abs); dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil && !may(dir, unix.X_OK) {
			return dir
		}
	}
	return ""
}

// askLoader runs the loader with options. The one that programs get is asked when root alone can
// write it, and that of this tool otherwise.
func (e *exam) askLoader(args ...string) ([]byte, error) {
	file := e.Loader
	if installed, err := os.ReadFile(e.Rtld); err == nil && isLoader(installed, e.Target.Machine) {
		if list, err := Exposed(e.Rtld); err == nil && len(list) == 0 {
			file = installed
		}
	}
	return runFile("slulrtld", file, args...)
}

// isLoader tells whether a file is some version of the loader for this machine.
func isLoader(b []byte, machine elf.Machine) bool {
	f, err := elf.NewFile(bytes.NewReader(b))
	return err == nil && f.Machine == machine && bytes.Contains(b, []byte("usage: slulrtld "))
}

// isBound tells whether the loader, and not the kernel alone, makes a program of the file.
func (e *exam) isBound(f *elfimage.File) bool { return f.Program != nil || isUsual(e.Target, f.Interp) }
