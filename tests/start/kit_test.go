package start

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"slul/asm"
	"slul/elfimage"
	"slul/tests/launch"
	"slul/tests/probe"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	launch.Main()
	unix.Umask(0o022) // modes of the files below matter to other users
	os.Exit(m.Run())
}

// place is a directory with a loader and programs that every user can read.
type place struct {
	dir  string
	rtld string
	how  startMode // of the programs that are made there
}

// newPlace makes one with the real loader.
func newPlace(t testing.TB) place {
	t.Helper()
	return placeWith(t, loader(t))
}

// placeWith makes one with any file in the loader's place.
func placeWith(t testing.TB, rtld []byte) place {
	t.Helper()
	// t.TempDir lies below a directory of mode 0700, which other users cannot enter
	dir, err := os.MkdirTemp("", "slul")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		t.Fatal(err)
	}
	p := place{dir: dir, rtld: filepath.Join(dir, "slulrtld")}
	p.write(t, "slulrtld", rtld, 0o755)
	return p
}

// write puts a file into the place and gives its path.
func (p place) write(t testing.TB, name string, data []byte, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // not by WriteFile: the umask, and set-id bits
		t.Fatal(err)
	}
	return path
}

// program writes a program of this code; change may alter the image before.
func (p place) program(t testing.TB, name string, code *asm.Code, change ...func(*elfimage.Image)) string {
	t.Helper()
	im := tiny.Image(code)
	for _, f := range change {
		f(im)
	}
	file, err := tiny.BuildStart(im, p.how.file(), p.rtld)
	if err != nil {
		t.Fatal(err)
	}
	return p.write(t, name, file, 0o755)
}

// started writes a program that is started in this way; "" is by a stub.
func (p place) started(t testing.TB, name string, code *asm.Code, start elfimage.Start) string {
	t.Helper()
	file, err := tiny.BuildStart(tiny.Image(code), cmp.Or(start, elfimage.StartRt0), p.rtld)
	if err != nil {
		t.Fatal(err)
	}
	return p.write(t, name, file, 0o755)
}

// probe writes the probe under a name.
func (p place) probe(t testing.TB, name string) string {
	t.Helper()
	return p.program(t, name, probe.Code())
}

// output is an empty file that a probe of any user can append its dump to, and the
// environment variable that makes it do so.
func (p place) output(t testing.TB) (path, env string) {
	t.Helper()
	path = p.write(t, "dump", nil, 0o666)
	return path, probe.Output + "=" + path
}

// run starts a probe whose dump goes to fd 1.
func run(t testing.TB, s launch.Spec) *probe.Dump {
	t.Helper()
	r := launch.Run(t, s)
	return parse(t, r, r.Stdout)
}

// runTo starts a probe whose dump goes to a file, see output.
func runTo(t testing.TB, s launch.Spec, file string) *probe.Dump {
	t.Helper()
	r := launch.Run(t, s)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Stdout) > 0 {
		t.Errorf("fd 1 was written to: %.100q", r.Stdout)
	}
	return parse(t, r, raw)
}

func parse(t testing.TB, r launch.Result, raw []byte) *probe.Dump {
	t.Helper()
	if r.Exit != probe.Status || len(r.Stderr) > 0 {
		t.Fatalf("%s, want exit %d and no word on fd 2", describe(r), probe.Status)
	}
	d, err := probe.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	if d.Pid != r.Pid {
		t.Errorf("it runs as process %d, started was %d", d.Pid, r.Pid)
	}
	return d
}

// refused checks a start that must fail: this status, one line on fd 2 that contains
// all of the words, nothing on fd 1.
func refused(t testing.TB, r launch.Result, status int, words ...string) {
	t.Helper()
	line := string(r.Stderr)
	if r.Exit != status || len(r.Stdout) > 0 || strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") {
		t.Errorf("%s, want exit %d and one line on fd 2", describe(r), status)
	}
	for _, w := range words {
		if !strings.Contains(line, w) {
			t.Errorf("the line %q does not say %q", line, w)
		}
	}
}

func describe(r launch.Result) string {
	if r.Signal != 0 {
		return fmt.Sprintf("signal %v, fd 1 %.200q, fd 2 %.500q", r.Signal, r.Stdout, r.Stderr)
	}
	return fmt.Sprintf("exit %d, fd 1 %.200q, fd 2 %.500q", r.Exit, r.Stdout, r.Stderr)
}

// fileID is a file's device and inode.
func fileID(t testing.TB, path string) (dev, ino uint64) {
	t.Helper()
	var st syscall.Stat_t
	if err := syscall.Stat(path, &st); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return st.Dev, st.Ino
}
