package deploy

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"slul/tests/built"
	"slul/tests/launch"
	"slul/tests/need"
)

func TestMain(m *testing.M) {
	launch.Main()
	unix.Umask(0o022)
	code := m.Run()
	if made.dir != "" {
		os.RemoveAll(made.dir)
	}
	os.Exit(code)
}

const nobody = 65534 // a user without rights

// loaderPath is where programs look for their loader.
const loaderPath = "/lib/slulrtld-x86_64.so.1"

// made is the package, which is built once, and what is in it.
var made struct {
	once sync.Once
	dir  string
	deb  string
	tree string
	err  error
}

// debianPackage gives the package's file, and the directory where it was unpacked.
func debianPackage(t testing.TB) (deb, tree string) {
	t.Helper()
	need.Tool(t, "dpkg-deb")
	made.once.Do(func() {
		if made.err = built.Depend("../.."); made.err != nil {
			return
		}
		if made.dir, made.err = os.MkdirTemp("", "slul-deb-"); made.err != nil {
			return
		}
		if made.err = os.Chmod(made.dir, 0o755); made.err != nil {
			return
		}
		made.tree = filepath.Join(made.dir, "tree")
		build := exec.Command("../../deploy/deb/build", made.dir)
		build.Env = append(os.Environ(), "SLUL_DEB_QUICK=1")
		if out, err := build.CombinedOutput(); err != nil {
			made.err = fmt.Errorf("deploy/deb/build: %w\n%s", err, out)
			return
		}
		found, _ := filepath.Glob(filepath.Join(made.dir, "*.deb"))
		if len(found) != 1 {
			made.err = fmt.Errorf("deploy/deb/build made %q", found)
			return
		}
		made.deb = found[0]
		if out, err := exec.Command("dpkg-deb", "-x", made.deb, made.tree).CombinedOutput(); err != nil {
			made.err = fmt.Errorf("dpkg-deb -x: %w\n%s", err, out)
		}
	})
	if made.err != nil {
		t.Fatal(made.err)
	}
	return made.deb, made.tree
}

// machine is a root directory.
type machine struct{ dir string }

// newMachine makes a root with a shell, a home of a user without rights, and a mount
// point for /proc. /usr is merged, as Debian has it.
func newMachine(t testing.TB) machine {
	t.Helper()
	need.Root(t)
	busybox, err := os.ReadFile(need.Tool(t, "busybox"))
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "slul-root-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	need.SetID(t, dir)
	m := machine{dir}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{"usr/bin", "usr/lib", "proc", "dev", "etc", "home", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log"} {
		if err := os.MkdirAll(m.at(d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"bin": "usr/bin", "lib": "usr/lib", "usr/bin/sh": "busybox"} {
		if err := os.Symlink(target, m.at(link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(m.at("tmp"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(m.at("tmp"), 0o777|fs.ModeSticky); err != nil {
		t.Fatal(err)
	}
	m.write(t, "usr/bin/busybox", busybox, 0o755)
	m.write(t, "var/lib/dpkg/status", []byte(baseFiles), 0o644)
	m.write(t, "var/lib/dpkg/info/base-files.list", []byte("/.\n/bin\n/lib\n/usr\n/usr/bin\n/usr/lib\n"), 0o644)
	m.write(t, "etc/passwd", []byte("root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/home:/bin/sh\n"), 0o644)
	if err := os.Chown(m.at("home"), nobody, nobody); err != nil {
		t.Fatal(err)
	}
	return m
}

// baseFiles is dpkg's entry of the package that has the directories themselves: without it
// dpkg would remove /lib, which is a link, with the last package that has a file there.
const baseFiles = "Package: base-files\nStatus: install ok installed\nMaintainer: nobody\nArchitecture: amd64\n" +
	"Version: 12\nDescription: the directories\n"

func (m machine) at(path string) string { return filepath.Join(m.dir, path) }

func (m machine) write(t testing.TB, path string, data []byte, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(m.at(path)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(m.at(path), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(m.at(path), mode); err != nil {
		t.Fatal(err)
	}
}

// source copies an example of this tree into the home directory.
func (m machine) source(t testing.TB, example string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../../examples", example, "*.slul"))
	if err != nil || len(files) == 0 {
		t.Fatalf("example %s: %q, %v", example, files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m.write(t, filepath.Join("home/src", filepath.Base(example), filepath.Base(f)), b, 0o644)
	}
}

// spec is a shell with a script, as a user, in the home directory.
func (m machine) spec(user int, script string) launch.Spec {
	return launch.Spec{
		Root: m.dir, Dir: "/home", User: user, Path: "/bin/sh", Args: []string{"sh", "-c", script},
		Env:    []string{"PATH=/usr/bin:/bin", "HOME=/home"},
		Mounts: []launch.Mount{{Source: "proc", Target: m.at("proc"), Type: "proc"}},
	}
}

// own is spec as root in a user namespace, where binfmt_misc is one of its own.
func (m machine) own(script string) launch.Spec {
	s := m.spec(0, script)
	s.OwnUsers = true
	s.Mounts = []launch.Mount{{Source: "/proc", Target: m.at("proc"), Flags: unix.MS_BIND | unix.MS_REC}}
	return s
}

// sh runs a script that must succeed and say nothing on fd 2, and gives what it printed.
func (m machine) sh(t testing.TB, user int, script string) string {
	t.Helper()
	r := launch.Run(t, m.spec(user, script))
	if r.Exit != 0 || len(r.Stderr) > 0 {
		t.Fatalf("%s, as user %d: status %d\n%s%s", script, user, r.Exit, r.Stdout, r.Stderr)
	}
	return string(r.Stdout)
}

// wants runs a script that must print exactly this.
func (m machine) wants(t testing.TB, user int, script, want string) {
	t.Helper()
	if got := m.sh(t, user, script); got != want {
		t.Errorf("%s, as user %d: %q, want %q", script, user, got, want)
	}
}

// dpkg runs the package manager on the root.
func (m machine) dpkg(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(need.Tool(t, "dpkg"), append([]string{"--root=" + m.dir}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("dpkg %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// install puts the package's tree there, without a package manager's books.
func (m machine) install(t testing.TB) {
	t.Helper()
	_, tree := debianPackage(t)
	m.write(t, "tmp/slul", must(os.ReadFile(filepath.Join(tree, "usr/bin/slul"))), 0o755)
	m.sh(t, 0, "/tmp/slul install >/tmp/log")
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// tree lists all that is in the root: mode, owner, path, where links lead. dpkg's own
// books, /tmp and the user's home are left out.
func (m machine) tree(t testing.TB) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(m.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below := strings.TrimPrefix(path, m.dir)
		switch below {
		case "/var", "/tmp", "/home", "/proc":
			return fs.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		var st unix.Stat_t
		if err := unix.Lstat(path, &st); err != nil {
			return err
		}
		link, _ := os.Readlink(path)
		list = append(list, fmt.Sprintf("%v %d:%d %s %s", info.Mode(), st.Uid, st.Gid, below, link))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

// added is what is in b and not in a.
func added(a, b []string) []string {
	var list []string
	for _, line := range b {
		if !slices.Contains(a, line) {
			list = append(list, line)
		}
	}
	return list
}
