package deploy

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slul/stubgen"
	"slul/tests/launch"
)

// mistake is what a new user types, as a user without rights, and the one line that
// names the cause and what to type instead.
type mistake struct {
	script string
	status int
	line   string
}

func (m machine) mistakes(t *testing.T, list []mistake) {
	t.Helper()
	for _, test := range list {
		r := launch.Run(t, m.spec(nobody, test.script))
		if r.Exit != test.status || string(r.Stderr) != test.line+"\n" || len(r.Stdout) > 0 {
			t.Errorf("%s: status %d, want %d\n%s%s want\n%s", test.script, r.Exit, test.status, r.Stdout, r.Stderr, test.line)
		}
	}
}

// Nothing is installed, but there is a copy of the command.
func TestMistakesBefore(t *testing.T) {
	m := newMachine(t)
	_, tree := debianPackage(t)
	m.write(t, "usr/bin/slul", must(os.ReadFile(filepath.Join(tree, "usr/bin/slul"))), 0o755)
	m.source(t, "hello")
	const own = ", or without root: slul install --prefix ~/.local --rtld ~/.local/lib/slulrtld-x86_64.so.1"
	m.mistakes(t, []mistake{
		{"slul install", 1, "slul: /usr: permission denied: sudo slul install" + own},
		{"slul install --prefix /usr/local --force", 1, "slul: /usr: permission denied: sudo slul install --force --prefix /usr/local" + own},
		{"slul install --prefix '/opt/my slul'", 1, "slul: /: permission denied: sudo slul install --prefix '/opt/my slul'" + own},
		{"slul install --destdir /usr/stage", 1, "slul: /usr: permission denied: sudo slul install --destdir /usr/stage"},
		{"slul rtld -o " + loaderPath, 1, "slul: " + loaderPath + ": permission denied: sudo slul rtld -o " + loaderPath},
		{"slul uninstall", 0, "slul: nothing was installed below /usr: /usr/share/slul/installed.mtree is not there"},
		{"slul binfmt register", 1, "slul: /proc/sys/fs/binfmt_misc: cannot mount binfmt_misc: operation not permitted: sudo slul binfmt register"},
		{"cd / && slul build home/src/hello", 1, "slul: hello: permission denied: choose another place with -o FILE"},
	})
	// a copy where sudo does not look, as go build leaves it
	m.write(t, "home/own/slul", must(os.ReadFile(m.at("usr/bin/slul"))), 0o755)
	if err := os.Rename(m.at("usr/bin/slul"), m.at("tmp/slul")); err != nil {
		t.Fatal(err)
	}
	m.mistakes(t, []mistake{
		{"own/slul install", 1, "slul: /usr: permission denied: sudo /home/own/slul install" + strings.Replace(own, "slul", "/home/own/slul", 1)},
		{"own/slul build src/hello", 0, "slul: warning: hello needs the loader " + loaderPath + ", which is not there\nslul: to install it: sudo /home/own/slul install"},
	})
	if err := os.Rename(m.at("tmp/slul"), m.at("usr/bin/slul")); err != nil {
		t.Fatal(err)
	}
	if got := m.sh(t, nobody, "slul install --dry-run"); !strings.Contains(got, "would be installed "+loaderPath+"\n") {
		t.Errorf("without rights, what would be done:\n%s", got)
	}
	r := launch.Run(t, m.spec(nobody, "slul build src/hello && ./hello"))
	want := "slul: warning: hello needs the loader " + loaderPath + ", which is not there\n" +
		"slul: to install it: sudo slul install\n" + stubgen.Message(loaderPath)
	if string(r.Stderr) != want || r.Exit != 127 {
		t.Errorf("without a loader: status %d\n%s", r.Exit, r.Stderr)
	}

	// what was said is done, and it works
	m.sh(t, nobody, "slul install --prefix /home/.local --rtld /home/.local/lib/ld >log && slul build --rtld /home/.local/lib/ld src/hello")
	m.wants(t, nobody, "./hello && .local/bin/runslul ./hello", "Hello, world\nHello, world\n")
	m.sh(t, nobody, "slul uninstall --prefix /home/.local >log")
	if left, err := os.ReadDir(m.at("home/.local")); !os.IsNotExist(err) {
		t.Errorf("left behind: %v, %v", left, err)
	}
	m.wants(t, nobody, "slul run src/hello", "Hello, world\n") // needs nothing installed
}

// All is installed.
func TestMistakesAfter(t *testing.T) {
	m := newMachine(t)
	m.source(t, "hello")
	m.install(t)
	m.sh(t, nobody, "slul build src/hello && slul build --start=none src/hello && echo text >text")
	m.mistakes(t, []mistake{
		{"slul uninstall", 1, "slul: /lib: permission denied: sudo slul uninstall"},
		{"slul run hello", 1, "slul: hello: is a finished file, not source: to start it: ./hello, or runslul hello"},
		{"slul build ./hello", 1, "slul: ./hello: is a finished file, not source: to start it: ./hello, or runslul ./hello"},
		{"slul src/hello", 1, "slul: \"src/hello\" is no command; to compile and run it: slul run src/hello (see slul help)"},
		{"slul doctr", 1, "slul: \"doctr\" is no command; did you mean doctor? (see slul help)"},
		{"slul doctor a b", 1, "slul: \"b\" is one argument too many (see slul help doctor)"},
		{"slul run none", 1, "slul: none: no such file or directory"},
		{"cd src && slul build hello", 1, "slul: hello: is a directory: choose another place with -o FILE"},
		{"slul build", 1, "slul: SRC is missing (see slul help build)"},
		{"./hello.slulb", 127, "slul: this file needs a loader: runslul FILE, or slul binfmt register"},
		{"runslul", 127, "slulrtld: no program given (try --help)"},
		{"runslul none", 127, "slulrtld: none: cannot open: ENOENT: slul doctor none"},
		{"runslul src", 127, "slulrtld: src: not a regular file: st_mode=0x41ed: slul doctor src"},
	})
}

// Root is told who else could put another loader in the place of the one that it installs.
func TestInstallExposed(t *testing.T) {
	m := newMachine(t)
	_, tree := debianPackage(t)
	m.write(t, "tmp/slul", must(os.ReadFile(filepath.Join(tree, "usr/bin/slul"))), 0o755)
	if err := os.Chown(m.at("usr/lib"), 1234, 0); err != nil {
		t.Fatal(err)
	}
	const warning = "slul: warning: user 1234 can write /usr/lib, and so can replace the loader: sudo chown root /usr/lib\n"
	if err := os.Symlink("..", m.at("usr/up")); err != nil {
		t.Fatal(err)
	}
	m.write(t, "stage/x", nil, 0o644)
	tests := []struct{ destdir, want string }{
		{"", warning}, {" --destdir /", warning}, {" --destdir //usr/..", warning}, {" --destdir ..", warning},
		{" --destdir /usr/up", warning}, {" --destdir /proc/self/root/usr/up", warning},
		{" --destdir /stage", ""}, // the files of another machine
	}
	for _, test := range tests {
		r := launch.Run(t, m.spec(0, "/tmp/slul install"+test.destdir))
		if r.Exit != 0 || string(r.Stderr) != test.want || !bytes.Contains(r.Stdout, []byte("installed  "+loaderPath+"\n")) {
			t.Errorf("slul install%s: status %d, %s, want %s", test.destdir, r.Exit, r.Stderr, test.want)
		}
		if strings.Count(string(r.Stdout), "\n") < 10 {
			t.Errorf("installed:\n%s", r.Stdout)
		}
		m.sh(t, 0, "/tmp/slul uninstall"+test.destdir+" >/tmp/log")
	}
}
