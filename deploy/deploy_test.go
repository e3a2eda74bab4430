package deploy

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"slul/tests/need"
)

// staged is a root directory for the test, and the options that gather the report.
func staged(t *testing.T) (Place, Options, *bytes.Buffer) {
	t.Helper()
	var b bytes.Buffer
	return Place{Destdir: t.TempDir(), Prefix: "/usr"}, Options{Report: &b}, &b
}

func data(text string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(text), nil }
}

var sample = []File{
	{Path: "/lib/ld.so.1", Mode: 0o755, Data: data("loader")},
	{Path: "bin/run", Link: "/lib/ld.so.1"},
	{Path: "share/x/a b#\\", Mode: 0o644, Data: data("odd name")},
}

func mustInstall(t *testing.T, list []File, p Place, o Options) {
	t.Helper()
	if _, err := Install(list, p, o); err != nil {
		t.Fatal(err)
	}
}

// tree lists all that is below a root, with modes.
func tree(t *testing.T, p Place) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(p.Destdir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path != p.Destdir {
			info, err := d.Info()
			if err != nil {
				return err
			}
			list = append(list, info.Mode().String()+" "+strings.TrimPrefix(path, p.Destdir))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestInstall(t *testing.T) {
	defer unix.Umask(unix.Umask(0o077)) // the modes are those of the list, whatever it is
	p, o, out := staged(t)
	mustInstall(t, sample, p, o)
	want := []string{
		"drwxr-xr-x /lib", "-rwxr-xr-x /lib/ld.so.1",
		"drwxr-xr-x /usr", "drwxr-xr-x /usr/bin", "Lrwxrwxrwx /usr/bin/run",
		"drwxr-xr-x /usr/share", "drwxr-xr-x /usr/share/slul", "-rw-r--r-- /usr/share/slul/installed.mtree",
		"drwxr-xr-x /usr/share/x", "-rw-r--r-- /usr/share/x/a b#\\",
	}
	if got := tree(t, p); !slices.Equal(got, want) {
		t.Errorf("installed %q,\nwant %q", got, want)
	}
	if got := strings.Count(out.String(), "installed  "); got != len(want) {
		t.Errorf("%d lines for %d files:\n%s", got, len(want), out)
	}
	if link, err := os.Readlink(p.real("/usr/bin/run")); err != nil || link != "/lib/ld.so.1" {
		t.Errorf("the link leads to %q, %v", link, err)
	}
	inode := func() uint64 { return stat(t, p.real("/lib/ld.so.1")).Ino }
	before := inode()
	out.Reset()
	mustInstall(t, sample, p, o) // again: nothing is written
	if got := strings.Count(out.String(), "unchanged  "); got != len(sample)+1 || strings.Count(out.String(), "\n") != got {
		t.Errorf("the second time:\n%s", out)
	}
	if inode() != before {
		t.Error("an unchanged file was replaced")
	}
	if err := Uninstall(p, o); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, p); len(got) > 0 {
		t.Errorf("left behind: %q", got)
	}
	if err := Uninstall(p, o); !errors.Is(err, ErrNothing) {
		t.Errorf("uninstalled twice: %v", err)
	}
}

func stat(t *testing.T, path string) unix.Stat_t {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return st
}

// Who is root leaves files of root, also in another's directory, and mends owner and mode.
func TestOwner(t *testing.T) {
	need.Root(t)
	p, o, out := staged(t)
	mustInstall(t, sample, p, o)
	for _, path := range []string{"/lib", "/lib/ld.so.1", "/usr/bin/run"} {
		if err := os.Lchown(p.real(path), 1234, 1234); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(p.real("/lib/ld.so.1"), 0o777|fs.ModeSetuid); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	mustInstall(t, sample, p, o)
	for _, path := range []string{"/lib/ld.so.1", "/usr/bin/run"} {
		if st := stat(t, p.real(path)); st.Uid != 0 || st.Gid != 0 || !strings.Contains(out.String(), "replaced   "+path+"\n") {
			t.Errorf("%s: owner %d:%d\n%s", path, st.Uid, st.Gid, out)
		}
	}
	if st := stat(t, p.real("/lib/ld.so.1")); st.Mode&0o7777 != 0o755 {
		t.Errorf("mode %o", st.Mode)
	}
	if list, err := p.readManifest(); err != nil || len(list) != len(byPath(list)) {
		t.Errorf("the manifest has paths twice: %v, %+v", err, list)
	}
}

// What is in the way is named, all of it, and nothing is changed.
func TestInTheWay(t *testing.T) {
	p, o, _ := staged(t)
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(p.real(path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p.real(path), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("/lib/ld.so.1", "another")
	write("/usr/bin/run", "a file")
	before := tree(t, p)
	_, err := Install(sample, p, o)
	if err == nil || !strings.Contains(err.Error(), p.real("/lib/ld.so.1")+", "+p.real("/usr/bin/run")) || !strings.Contains(err.Error(), "--force") {
		t.Errorf("in the way: %v", err)
	}
	if got := tree(t, p); !slices.Equal(got, before) {
		t.Errorf("changed: %q", got)
	}
	o.Force = true
	mustInstall(t, sample, p, o)
	if link, err := os.Readlink(p.real("/usr/bin/run")); err != nil || link != "/lib/ld.so.1" {
		t.Errorf("forced: %q, %v", link, err)
	}

	// the same bytes are taken over
	q, o, out := staged(t)
	p = q
	write("/lib/ld.so.1", "loader")
	mustInstall(t, sample, p, o)
	if !strings.Contains(out.String(), "unchanged  /lib/ld.so.1\n") {
		t.Errorf("the same file:\n%s", out)
	}

	// what no force helps against
	p, o, _ = staged(t)
	o.Force = true
	if err := os.MkdirAll(p.real("/lib/ld.so.1"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(sample, p, o); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a directory in the way: %v", err)
	}
	p, o, _ = staged(t)
	write("/lib", "a file")
	if _, err := Install(sample, p, o); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("a file for a directory: %v", err)
	}
	if _, err := Install(sample, Place{Prefix: "usr"}, o); err == nil || !strings.Contains(err.Error(), "absolute") {
		t.Errorf("a relative prefix: %v", err)
	}
}

// What was changed since is named, left, and not forgotten.
func TestChanged(t *testing.T) {
	p, o, _ := staged(t)
	mustInstall(t, sample, p, o)
	loader := p.real("/lib/ld.so.1")
	if err := os.WriteFile(loader, []byte("mended by hand"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Install(sample, p, o)
	if err == nil || !strings.Contains(err.Error(), loader) {
		t.Errorf("installed over a changed file: %v", err)
	}
	for range 2 {
		var left *LeftError
		if err := Uninstall(p, o); !errors.As(err, &left) || !slices.Equal(left.Paths, []string{loader}) {
			t.Errorf("left: %v", err)
		}
		if b, err := os.ReadFile(loader); err != nil || string(b) != "mended by hand" {
			t.Errorf("the changed file: %q, %v", b, err)
		}
		if _, err := os.Lstat(p.real("/usr/bin/run")); !os.IsNotExist(err) {
			t.Errorf("the unchanged link: %v", err)
		}
	}
	o.Force = true
	if err := Uninstall(p, o); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, p); len(got) > 0 {
		t.Errorf("left behind: %q", got)
	}
}

// Files of others keep their directories; directories that were there are kept.
func TestForeign(t *testing.T) {
	p, o, out := staged(t)
	if err := os.MkdirAll(p.real("/usr/bin"), 0o711); err != nil {
		t.Fatal(err)
	}
	mustInstall(t, sample, p, o)
	if err := os.WriteFile(p.real("/usr/share/x/mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(p.real("/lib/ld.so.1")); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := Uninstall(p, o); err != nil {
		t.Fatal(err)
	}
	want := []string{"drwx--x--x /usr", "drwx--x--x /usr/bin", "drwxr-xr-x /usr/share", "drwxr-xr-x /usr/share/x", "-rw------- /usr/share/x/mine"}
	if got := tree(t, p); !slices.Equal(got, want) {
		t.Errorf("left %q,\nwant %q", got, want)
	}
	for _, line := range []string{"left       /usr/share/x: not from slul install: /usr/share/x/mine\n", "missing    /lib/ld.so.1\n"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("no line %q in:\n%s", line, out)
		}
	}
}

// A newer version removes what an older one had alone, and remembers its directories.
func TestUpgrade(t *testing.T) {
	p, o, out := staged(t)
	older := append(slices.Clone(sample), File{Path: "share/old/page", Mode: 0o644, Data: data("old")},
		File{Path: "share/old/kept", Mode: 0o644, Data: data("old")})
	mustInstall(t, older, p, o)
	if err := os.WriteFile(p.real("/usr/share/old/kept"), []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	newer := slices.Clone(sample)
	newer[0].Data = data("newer loader")
	out.Reset()
	mustInstall(t, newer, p, o)
	for _, line := range []string{"replaced   /lib/ld.so.1\n", "removed    /usr/share/old/page\n", "replaced   /usr/share/slul/installed.mtree\n"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("no line %q in:\n%s", line, out)
		}
	}
	if err := os.Remove(p.real("/usr/share/old/kept")); err != nil {
		t.Fatal(err)
	}
	if err := Uninstall(p, o); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, p); len(got) > 0 {
		t.Errorf("left behind: %q", got)
	}
}

func TestDryRun(t *testing.T) {
	p, o, out := staged(t)
	o.DryRun = true
	mustInstall(t, sample, p, o)
	if got := tree(t, p); len(got) > 0 || !strings.Contains(out.String(), "would be installed /lib/ld.so.1\n") {
		t.Errorf("%q\n%s", got, out)
	}
	o.DryRun = false
	mustInstall(t, sample, p, o)
	before := tree(t, p)
	o.DryRun = true
	out.Reset()
	if err := Uninstall(p, o); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, p); !slices.Equal(got, before) || !strings.Contains(out.String(), "would be removed /usr/share/x\n") {
		t.Errorf("%q\n%s", got, out)
	}
}

// A program that runs keeps its file: the old one is not written to.
func TestRunning(t *testing.T) {
	p, o, _ := staged(t)
	sleep, err := os.ReadFile(need.Tool(t, "sleep"))
	if err != nil {
		t.Fatal(err)
	}
	list := []File{{Path: "/lib/sleep", Mode: 0o755, Data: func() ([]byte, error) { return sleep, nil }}}
	mustInstall(t, list, p, o)
	cmd := exec.Command(p.real("/lib/sleep"), "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	held, err := os.Open(p.real("/lib/sleep"))
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	mustInstall(t, []File{{Path: "/lib/sleep", Mode: 0o755, Data: data("new")}}, p, o)
	old := make([]byte, len(sleep)+1)
	if n, _ := held.ReadAt(old, 0); !bytes.Equal(old[:n], sleep) {
		t.Error("the file of a running program was changed")
	}
	if b, err := os.ReadFile(p.real("/lib/sleep")); err != nil || string(b) != "new" {
		t.Errorf("the new one: %q, %v", b, err)
	}
	if err := cmd.Process.Signal(unix.Signal(0)); err != nil {
		t.Errorf("the program: %v", err)
	}
}

// A link of a staging root must not lead to a directory of this machine; a relative
// one, as /lib -> usr/lib of a merged /usr, is followed.
func TestLinks(t *testing.T) {
	p, o, _ := staged(t)
	elsewhere := t.TempDir()
	if err := os.Symlink(elsewhere, p.real("/lib")); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(sample, p, o); err == nil || !strings.Contains(err.Error(), "out of") {
		t.Errorf("a link that leads out: %v", err)
	}
	p, o, _ = staged(t)
	if err := os.MkdirAll(p.real("/usr/lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("usr/lib", p.real("/lib")); err != nil {
		t.Fatal(err)
	}
	mustInstall(t, sample, p, o)
	if _, err := os.Stat(p.real("/usr/lib/ld.so.1")); err != nil {
		t.Error(err)
	}
	if err := Uninstall(p, o); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, p); len(got) != 3 {
		t.Errorf("left %q", got)
	}
	p, o, _ = staged(t)
	if err := os.Symlink("nowhere", p.real("/lib")); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(sample, p, o); err == nil || !strings.Contains(err.Error(), "leads nowhere") {
		t.Errorf("a dangling link: %v", err)
	}
}

// The package manager is not deceived.
func TestPackaged(t *testing.T) {
	p, o, _ := staged(t)
	if err := os.MkdirAll(filepath.Dir(p.real(dpkgList)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.real(dpkgList), []byte("/lib/ld.so.1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Install(sample, p, o)
	for _, err := range []error{err, Uninstall(p, o)} {
		if err == nil || !strings.Contains(err.Error(), "apt remove slul") {
			t.Errorf("packaged: %v", err)
		}
	}
	p.Prefix = "/opt"
	mustInstall(t, []File{{Path: "a", Mode: 0o644, Data: data("a")}}, p, o)
}

// The manifest is read as it was written; what does not belong there is refused.
func TestManifest(t *testing.T) {
	list := []entry{
		{path: "/a", kind: directory, mode: 0o755},
		{path: "/a/\\ #\t\xff", kind: regular, mode: 0o644, hash: hashOf(nil)},
		{path: "/b", kind: symlink, link: "a b"},
	}
	got, err := parse(format(list))
	if err != nil || !slices.Equal(got, list) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"/a type=file", "./../a type=file", "./a/../b type=file", "./ type=dir", "./a", "./a type=char",
		"./a\\04 type=file", "./a\\999 type=file", "./a type=file mode=9", "./a type=link link=\\"} {
		if list, err := parse([]byte("#mtree\n" + bad + "\n")); err == nil || !strings.HasPrefix(err.Error(), "line 2: ") {
			t.Errorf("%q gives %+v, %v", bad, list, err)
		}
	}
}

// mtree(5)'s own program finds a machine as it was installed, and sees what was changed.
func TestMtree(t *testing.T) {
	mtree := need.Tool(t, "mtree")
	p, o, _ := staged(t)
	mustInstall(t, sample, p, o)
	check := func() (string, error) {
		out, err := exec.Command(mtree, "-p", p.Destdir, "-f", p.real(p.Manifest())).CombinedOutput()
		return string(out), err
	}
	if out, err := check(); err != nil || strings.Contains(out, "changed") || strings.Contains(out, "missing") {
		t.Errorf("%v\n%s", err, out)
	}
	if err := os.Chmod(p.real("/lib/ld.so.1"), 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := check(); err == nil || !strings.Contains(out, "ld.so.1") {
		t.Errorf("a changed mode: %v\n%s", err, out)
	}
}

// Whatever is in a manifest, it is refused or means the same when it is written again.
func FuzzManifest(f *testing.F) {
	f.Add([]byte("#mtree\n. type=dir\n./a type=dir mode=0755\n./a/b\\040c type=file mode=0644 sha256digest=00\n./l type=link link=a\\134b uid=0\n"))
	f.Add([]byte("./a/../b type=file"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := parse(text)
		if err != nil {
			return
		}
		for _, e := range list {
			if !filepath.IsAbs(e.path) || filepath.Clean(e.path) != e.path || e.path == "/" {
				t.Fatalf("path %q", e.path)
			}
		}
		written := format(list)
		again, err := parse(written)
		if err != nil || !bytes.Equal(format(again), written) {
			t.Fatalf("%v: %q, then %q", err, written, format(again))
		}
	})
}
