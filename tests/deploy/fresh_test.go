package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"slul/doctor"
	"slul/stubgen"
	"slul/tests/launch"
	"slul/tests/need"
)

// safe is a line of machine.tree: of root, and nobody else may write it.
var safe = regexp.MustCompile("^([d-]rw[x-]r-[x-]r-[x-]|L[^ ]+) 0:0 ")

// A machine gets the package, everything is used, the package goes: nothing is left.
func TestPackage(t *testing.T) {
	m := newMachine(t)
	deb, _ := debianPackage(t)
	before := m.tree(t)
	m.dpkg(t, "--install", deb)
	for _, line := range added(before, m.tree(t)) {
		if !safe.MatchString(line) {
			t.Errorf("installed: %s", line)
		}
	}
	if out := m.dpkg(t, "--verify", "slul"); out != "" {
		t.Errorf("dpkg --verify: %s", out)
	}
	use(t, m)

	// the scripts of the package renew what the kernel holds, and take it back
	scripts := "slul binfmt register >/tmp/log; /var/lib/dpkg/info/slul.postinst configure 0; busybox ls /proc/sys/fs/binfmt_misc;" +
		"/var/lib/dpkg/info/slul.prerm upgrade; busybox ls /proc/sys/fs/binfmt_misc; /var/lib/dpkg/info/slul.prerm remove;" +
		"/var/lib/dpkg/info/slul.postinst configure 0; busybox ls /proc/sys/fs/binfmt_misc"
	const held = "register\nslul\nslulb\nstatus\n"
	if r := launch.Run(t, m.own(scripts)); string(r.Stdout) != held+held+"register\nstatus\n" || len(r.Stderr) > 0 {
		t.Errorf("the scripts: %q\n%s", r.Stdout, r.Stderr)
	}

	// the tools leave the package manager's files to it
	for _, command := range []string{"install", "uninstall"} {
		r := launch.Run(t, m.spec(0, "slul "+command))
		refused(t, command, r, 1, "slul: the Debian package slul is installed here", "apt remove slul")
	}
	if err := os.Remove(m.at(loaderFile)); err != nil {
		t.Fatal(err)
	}
	gone := wanted{"loader", doctor.Fail, "is not there", "sudo apt install --reinstall slul, or: sudo dpkg --install slul_VERSION_amd64.deb"}
	if r := examine(t, m.spec(nobody, "slul doctor --json; exit $?")); !gone.in(r) {
		t.Errorf("without its loader:\n%s", shown(r))
	}
	m.dpkg(t, "--install", deb) // again, over itself
	use(t, m)
	m.dpkg(t, "--purge", "slul")
	if left := added(before, m.tree(t)); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if gone := added(m.tree(t), before); len(gone) > 0 {
		t.Errorf("gone: %q", gone)
	}
}

// The same with slul install, which is then removed by the command that it installed.
func TestInstall(t *testing.T) {
	m := newMachine(t)
	before := m.tree(t)
	m.install(t)
	log := string(must(os.ReadFile(m.at("tmp/log"))))
	if !strings.Contains(log, "installed  "+loaderPath+"\n") || !strings.Contains(log, "installed  /usr/bin/slul\n") {
		t.Errorf("slul install says:\n%s", log)
	}
	again := m.sh(t, 0, "slul install")
	if strings.Count(again, "unchanged  ") != strings.Count(again, "\n") {
		t.Errorf("the second time:\n%s", again)
	}
	use(t, m)
	m.sh(t, 0, "slul uninstall >/tmp/log")
	if left := added(before, m.tree(t)); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	r := launch.Run(t, m.spec(nobody, "./hello"))
	refused(t, "without the loader", r, 127, stubgen.Message(loaderPath))
}

// The package is one that Debian would take: lintian has no error and no warning that
// deploy/deb/overrides does not answer, and none of the answers is to nothing.
func TestLintian(t *testing.T) {
	deb, _ := debianPackage(t)
	lintian := exec.Command(need.Tool(t, "lintian"), "--allow-root", "--display-info", deb)
	lintian.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	out, err := lintian.CombinedOutput()
	if err != nil {
		t.Errorf("lintian: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "I: ") || strings.Contains(line, "override") {
			t.Error(line)
		}
	}
}

// The package and slul install put the same files there, but for what Debian wants otherwise.
func TestSameFiles(t *testing.T) {
	m := newMachine(t)
	before := m.tree(t)
	m.install(t)
	var installed []string
	for _, line := range added(before, m.tree(t)) {
		if !strings.HasPrefix(line, "d") && !strings.Contains(line, "installed.mtree") {
			installed = append(installed, strings.Replace(line, "/usr/share/zsh/site-functions/", "/usr/share/zsh/vendor-completions/", 1))
		}
	}
	p := newMachine(t)
	deb, _ := debianPackage(t)
	p.dpkg(t, "--install", deb)
	var packaged []string
	for _, line := range added(before, p.tree(t)) {
		if !strings.HasPrefix(line, "d") && !strings.Contains(line, "/usr/share/doc/") && !strings.Contains(line, "/usr/share/lintian/") {
			packaged = append(packaged, line)
		}
	}
	slices.Sort(installed)
	if !slices.Equal(installed, packaged) || len(packaged) == 0 {
		t.Errorf("slul install:\n%s\nthe package:\n%s", strings.Join(installed, "\n"), strings.Join(packaged, "\n"))
	}
}

// use does with an installation what people do: compile, start in every way, and give a
// program rights.
func use(t *testing.T, m machine) {
	t.Helper()
	m.source(t, "hello")
	m.source(t, "tools/note-add")
	const hello = "Hello, world\n"
	m.sh(t, nobody, "slul build src/hello")
	m.wants(t, nobody, "./hello", hello)
	m.wants(t, nobody, "runslul ./hello", hello)
	m.wants(t, nobody, "runslul --verify ./hello", "./hello: ok\n")
	m.wants(t, nobody, "slul run src/hello", hello)
	if got := m.sh(t, nobody, "slul doctor ./hello"); !strings.Contains(got, "ok    loader") || strings.Contains(got, "\nfail ") {
		t.Errorf("slul doctor ./hello:\n%s", got)
	}
	if got := m.sh(t, nobody, "slul doctor"); !strings.Contains(got, "ok    trial       a program was started, and ended well\n") {
		t.Errorf("slul doctor:\n%s", got)
	}

	// by a #! line, and by PT_INTERP
	m.sh(t, nobody, "slul build --start=shebang -o script src/hello && slul build --start=interp -o interp src/hello")
	m.wants(t, nobody, "./script && ./interp", hello+hello)

	// with the core library that all programs share
	m.sh(t, nobody, "slul build --core shared -o sharing src/hello")
	m.wants(t, nobody, "./sharing", hello)

	// a set-user-ID program, which writes where its caller may not
	m.sh(t, 0, "slul build -o /usr/bin/note-add src/note-add && busybox chmod 4755 /usr/bin/note-add && echo buy milk >/home/note")
	defer func() {
		for _, f := range []string{"usr/bin/note-add", "var/lib/notes.log"} {
			if err := os.Remove(m.at(f)); err != nil {
				t.Error(err)
			}
		}
	}()
	m.wants(t, nobody, "LD_SLUL_LIBRARY_PATH=/home note-add note", "added 9 byte(s); started elevated: true\n")
	if log, err := os.ReadFile(m.at("var/lib/notes.log")); err != nil || !strings.HasPrefix(string(log), "uid 65534: buy milk") {
		t.Errorf("the log: %q, %v", log, err)
	}
	refused(t, "by name it has its caller's rights", launch.Run(t, m.spec(nobody, "runslul /usr/bin/note-add note")), 1, "permission_denied (not set-user-ID?)")
	if got := m.sh(t, nobody, "slul doctor /usr/bin/note-add"); !strings.Contains(got, "note  set-id      runs with the rights of user 0, in secure mode\n") {
		t.Errorf("slul doctor note-add:\n%s", got)
	}
	os.RemoveAll(filepath.Join(m.dir, "home/.cache"))

	// without a stub: by name, and when the kernel knows the file
	m.sh(t, nobody, "slul build --start=none src/hello")
	m.wants(t, nobody, "runslul hello.slulb", hello)
	refused(t, "a .slulb alone", launch.Run(t, m.spec(nobody, "./hello.slulb")), 127, "slul: this file needs a loader: runslul FILE, or slul binfmt register")
	on := launch.Run(t, m.own("slul binfmt register && ./hello.slulb && ./hello && slul doctor ./hello.slulb && slul binfmt unregister && ./hello && ./hello.slulb"))
	const register, unregister = "registered slul: a SLUL program runs " + loaderPath + "\n", "removed slul\nremoved slulb\n"
	if out := string(on.Stdout); !strings.HasPrefix(out, register) || !strings.Contains(out, hello+hello) ||
		!strings.Contains(out, "ok    binfmt_misc the kernel starts the loader at once: slul, slulb\n") || !strings.HasSuffix(out, unregister+hello) {
		t.Errorf("binfmt on and off: status %d\n%s%s", on.Exit, on.Stdout, on.Stderr)
	}
	refused(t, "a .slulb after binfmt unregister", on, 127, "slul: this file needs a loader")
}

// refused wants a status and one line on fd 2 that has these words.
func refused(t *testing.T, what string, r launch.Result, status int, words ...string) {
	t.Helper()
	line := string(r.Stderr)
	if r.Exit != status || strings.Count(line, "\n") != 1 {
		t.Errorf("%s: status %d, want %d and one line: %q", what, r.Exit, status, line)
	}
	for _, w := range words {
		if !strings.Contains(line, w) {
			t.Errorf("%s: the line %q does not say %q", what, line, w)
		}
	}
}

// What the kernel holds of an installation goes with it, and is renewed with the loader, by
// whatever path the machine's own root directory is called.
func TestInstalledBinfmt(t *testing.T) {
	for _, destdir := range []string{"", " --destdir /", " --destdir /proc/self/root/usr/.."} {
		t.Run(destdir, func(t *testing.T) { installedBinfmt(t, destdir) })
	}
}

func installedBinfmt(t *testing.T, destdir string) {
	m := newMachine(t)
	before := m.tree(t)
	m.install(t)
	m.source(t, "hello")
	m.sh(t, 0, "slul build --start=none src/hello")
	script := "slul binfmt register >/dev/null; busybox rm " + loaderPath + "; slul install" + destdir + " | busybox grep -v unchanged; ./hello.slulb; " +
		"slul uninstall" + destdir + " | busybox grep binfmt_misc; busybox ls /proc/sys/fs/binfmt_misc"
	r := launch.Run(t, m.own(strings.ReplaceAll(script, "/dev/null", "/tmp/log")))
	want := "installed  " + loaderPath + "\nreplaced   slul in binfmt_misc\nreplaced   slulb in binfmt_misc\nHello, world\n" +
		"removed    slul from binfmt_misc\nremoved    slulb from binfmt_misc\nregister\nstatus\n"
	if string(r.Stdout) != want || len(r.Stderr) > 0 {
		t.Errorf("%q\n%s, want %q", r.Stdout, r.Stderr, want)
	}
	if left := added(before, m.tree(t)); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
