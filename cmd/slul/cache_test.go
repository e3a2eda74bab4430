package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func anyPath(string) bool { return true }

// inCache makes a cache under a directory that only this user can write.
func inCache(t *testing.T) *cache {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	c, err := openCache(anyPath)
	if err != nil {
		t.Fatal(err)
	}
	if c.temporary {
		t.Skip("SKIPPED: the directory for temporary files is not fit for a cache here")
	}
	return c
}

func TestPutMendsWhatIsWrong(t *testing.T) {
	c := inCache(t)
	want := []byte("the loader")
	for what, spoil := range map[string]func(path string) error{
		"nothing":       func(string) error { return nil },
		"removed":       os.Remove,
		"other content": func(p string) error { return os.WriteFile(p, []byte("the l0ader"), 0o755) },
		"longer":        func(p string) error { return os.WriteFile(p, []byte("the loader and more"), 0o755) },
		"writable":      func(p string) error { return os.Chmod(p, 0o777) },
		"not runnable":  func(p string) error { return os.Chmod(p, 0o644) },
		"symbolic link": func(p string) error {
			other := filepath.Join(filepath.Dir(p), "other")
			if err := os.Rename(p, other); err != nil {
				return err
			}
			return os.Symlink(other, p)
		},
	} {
		path, err := c.put("rtld", want)
		if err != nil {
			t.Fatal(err)
		}
		if err := spoil(path); err != nil {
			t.Fatal(err)
		}
		if path, err = c.put("rtld", want); err != nil || !holds(path, want) {
			t.Errorf("%s: not mended (%v)", what, err)
		}
		info, err := os.Lstat(path)
		if err != nil || info.Mode() != 0o755 {
			t.Errorf("%s: %v %v", what, info.Mode(), err)
		}
	}
}

func TestPutAtOnce(t *testing.T) {
	c := inCache(t)
	data := make([]byte, 1<<16)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				path, err := c.put("run/x/prog", data)
				if err != nil || !holds(path, data) {
					t.Errorf("%s: not whole: %v", path, err)
				}
			}
		})
	}
	all.Wait()
}

func TestUnsafeDirectories(t *testing.T) {
	for what, spoil := range map[string]func(dir string) error{
		"others can write it":         func(dir string) error { return os.Chmod(dir, 0o777) },
		"its group can write it":      func(dir string) error { return os.Chmod(dir, 0o770) },
		"others can replace it":       func(dir string) error { return os.Chmod(filepath.Dir(dir), 0o777) },
		"it is a file":                func(dir string) error { os.Remove(dir); return os.WriteFile(dir, nil, 0o600) },
		"it is a link to an open one": func(dir string) error { return toOpenDirectory(dir) },
	} {
		base := t.TempDir()
		dir := filepath.Join(base, "cache", "slul")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := spoil(dir); err != nil {
			t.Fatal(err)
		}
		if makeSafe(dir) {
			t.Errorf("used although %s", what)
		}
	}
	if makeSafe("/proc/self/slul") {
		t.Error("used although it cannot be made")
	}
}

func toOpenDirectory(dir string) error {
	open := dir + "-open"
	if err := os.Mkdir(open, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(open, 0o777); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil {
		return err
	}
	return os.Symlink(open, dir)
}

func TestUserCache(t *testing.T) {
	for _, c := range []struct{ xdg, home, want string }{
		{"/x", "/h", "/x/slul"},
		{"", "/h", "/h/.cache/slul"},
		{"relative", "/h", "/h/.cache/slul"},
		{"", "", ""},
		{"", "relative", ""},
	} {
		t.Setenv("XDG_CACHE_HOME", c.xdg)
		t.Setenv("HOME", c.home)
		if got := userCache(); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestTemporary: without a fit cache there is a private directory, gone after close.
func TestTemporary(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	c, err := openCache(anyPath)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(c.dir)
	if err != nil || !c.temporary || info.Mode().Perm() != 0o700 {
		t.Fatalf("%+v %v %v", c, info.Mode(), err)
	}
	if _, err := c.put("run/x/prog", []byte("x")); err != nil {
		t.Error(err)
	}
	c.close()
	if _, err := os.Stat(c.dir); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
	if _, err := openCache(func(string) bool { return false }); err == nil {
		t.Error("a path that does not fit was used")
	}
}

func TestPrune(t *testing.T) {
	c := inCache(t)
	for n := range keepPrograms + 10 {
		dir := filepath.Join(c.dir, "run", fmt.Sprintf("%03d", n))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		used := time.Now().Add(-2 * time.Hour).Add(time.Duration(n) * time.Second)
		if err := os.Chtimes(dir, used, used); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.put("run/new/prog", []byte("x")); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Join(c.dir, "run"))
	if err != nil || len(left) != keepPrograms {
		t.Fatalf("%d programs left, %v", len(left), err)
	}
	if left[0].Name() != "011" || left[len(left)-1].Name() != "new" {
		t.Errorf("the oldest should go: %s … %s", left[0].Name(), left[len(left)-1].Name())
	}
}
