package elfimage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// leftovers lists what a failed write left in dir, besides name.
func leftovers(t *testing.T, dir, name string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		if e.Name() != name {
			list = append(list, e.Name())
		}
	}
	return list
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, strings.Repeat("n", 255)) // no longer name is possible
	umask := unix.Umask(0o027)
	defer unix.Umask(umask)
	for _, text := range []string{"first", "second, longer", ""} {
		if err := WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%q, %v; expected %q", got, err, text)
		}
	}
	if st, err := os.Stat(path); err != nil || st.Mode() != 0o750 {
		t.Errorf("mode %v, %v; expected 0750", st.Mode(), err)
	}
	if l := leftovers(t, dir, filepath.Base(path)); l != nil {
		t.Errorf("left %q", l)
	}
}

// TestWriteFileReplaces: who has the old file open, or runs it, keeps it.
func TestWriteFileReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := WriteFile(path, []byte("new"), 0o644); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 10)
	if n, _ := f.Read(b); string(b[:n]) != "old" {
		t.Errorf("the open file reads %q", b[:n])
	}
}

// TestWriteFileDevice: a device stays a device.
func TestWriteFileDevice(t *testing.T) {
	if err := WriteFile(os.DevNull, []byte("x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(os.DevNull); err != nil || st.Mode()&os.ModeCharDevice == 0 {
		t.Fatalf("%s is now %v, %v", os.DevNull, st.Mode(), err)
	}
}

func TestWriteFileFails(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "plain"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"sub":                    "is a directory",
		"none/f":                 "no such file or directory",
		"plain/f":                "not a directory",
		"/dev/full":              "no space left on device",
		strings.Repeat("n", 256): "file name too long",
	} {
		path := name
		if !filepath.IsAbs(name) {
			path = filepath.Join(dir, name)
		}
		err := WriteFile(path, []byte("x"), 0o755)
		if err == nil || err.Error() != path+": "+want {
			t.Errorf("%s: %v, expected %q", name, err, want)
		}
	}
	if l := leftovers(t, dir, "sub"); len(l) != 1 || l[0] != "plain" {
		t.Errorf("left %q", l)
	}
}

// TestWriteFileFull: a disk of one page leaves nothing of a file of two, and the
// old file as it was.
func TestWriteFileFull(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=8k"); err != nil {
		if os.Getenv("SLUL_TEST_ALL") != "" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOT TESTED: mount: %v", err)
	}
	defer unix.Unmount(dir, 0)
	path := filepath.Join(dir, "f")
	if err := WriteFile(path, []byte("old"), 0o755); err != nil {
		t.Fatal(err)
	}
	err := WriteFile(path, make([]byte, 100000), 0o755)
	if err == nil || err.Error() != path+": no space left on device" {
		t.Errorf("%v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "old" {
		t.Errorf("%q, %v; expected the old file", b, err)
	}
	if l := leftovers(t, dir, "f"); l != nil {
		t.Errorf("left %q", l)
	}
}
