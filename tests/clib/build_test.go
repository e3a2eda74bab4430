package clib

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slul/rtld/image"
	"slul/stubgen"
	"slul/tests/launch"
	"slul/tests/need"
)

func TestMain(m *testing.M) {
	launch.Main()
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "clib")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	shared = dir
	return m.Run()
}

// shared is a directory that all tests may use.
var shared string

// linkers are those that a C compiler can be told to use, by the name that -fuse-ld takes.
var linkers = []string{"bfd", "gold", "lld"}

// place is a directory with a loader in which things are built.
type place struct {
	dir  string
	rtld string
}

func newPlace(t testing.TB) place {
	t.Helper()
	loader, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := place{dir: dir, rtld: filepath.Join(dir, "slulrtld")}
	p.write(t, "slulrtld", loader)
	return p
}

func (p place) write(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.WriteFile(path, data, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// do runs a tool in the place. $ORIGIN and the like are nothing special: there is no shell.
func (p place) do(t testing.TB, tool string, args ...string) {
	t.Helper()
	cmd := exec.Command(need.Tool(t, tool), args...)
	cmd.Dir = p.dir
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", tool, strings.Join(args, " "), err, text)
	}
}

// wrap makes a program of the shared object in the place.
func (p place) wrap(t testing.TB, so, name string) string {
	t.Helper()
	object, err := os.ReadFile(filepath.Join(p.dir, so))
	if err != nil {
		t.Fatal(err)
	}
	prog, err := stubgen.Wrap(object, stubgen.WrapOptions{Rtld: p.rtld})
	if err != nil {
		t.Fatalf("wrap: %v", err)
	}
	return p.write(t, name, prog)
}

// passes runs a program that ends with 42 when all is well, and gives what it wrote to fd 1.
func passes(t testing.TB, s launch.Spec) []byte {
	t.Helper()
	r := launch.Run(t, s)
	if r.Exit != 42 || len(r.Stderr) > 0 {
		t.Errorf("%s: exit %d, signal %v, fd 2: %s", filepath.Base(s.Path), r.Exit, r.Signal, r.Stderr)
	}
	return r.Stdout
}
