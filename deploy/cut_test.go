package deploy

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"slul/tests/built"
)

// An install or uninstall that is ended at any step is carried on by the next one, and
// nothing is left behind that nobody knows of.
func TestCutShort(t *testing.T) {
	older := append(slices.Clone(sample), File{Path: "share/old/page", Mode: 0o644, Data: data("old")})
	newer := slices.Clone(sample)
	newer[0].Data = data("newer loader")
	sameNames := func(t *testing.T, p Place) {
		t.Helper()
		if got := tree(t, p); !slices.Equal(got, []string{"drwxr-xr-x /usr", "drwxr-xr-x /usr/share"}) {
			t.Errorf("left behind: %q", got)
		}
	}
	place := func(t *testing.T) (Place, Options) {
		p, o, _ := staged(t)
		if err := os.MkdirAll(p.real("/usr/share"), 0o755); err != nil {
			t.Fatal(err)
		}
		return p, o
	}
	steps := func(p Place, list []File) []step {
		t.Helper()
		s, err := p.plan(list, false)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for n := 0; ; n++ {
		p, o := place(t)
		mustInstall(t, older, p, o)
		all := steps(p, newer)
		if n > len(all) {
			break
		}
		for _, s := range all[:n] {
			if err := p.do(s); err != nil {
				t.Fatal(err)
			}
		}
		if n < len(all) && all[n].entry.kind == regular { // and while it wrote a file
			path := filepath.Join(filepath.Dir(all[n].entry.path), "."+filepath.Base(all[n].entry.path)+"1234567890123456789")
			if err := os.WriteFile(p.real(path), []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		switch n % 3 {
		case 0:
			mustInstall(t, newer, p, o)
		case 1:
			mustInstall(t, older, p, o)
		}
		if err := Uninstall(p, o); err != nil {
			t.Fatalf("after %d of %d steps: %v", n, len(all), err)
		}
		sameNames(t, p)
	}

	// the first install, from nothing
	for n := 0; ; n++ {
		p, o := place(t)
		all := steps(p, newer)
		if n > len(all) {
			break
		}
		for _, s := range all[:n] {
			if err := p.do(s); err != nil {
				t.Fatal(err)
			}
		}
		if n%2 == 0 || n < 2 { // before the manifest is there an uninstall knows of nothing
			mustInstall(t, newer, p, o)
		}
		if err := Uninstall(p, o); err != nil {
			t.Fatalf("after %d of %d steps: %v", n, len(all), err)
		}
		sameNames(t, p)
	}
}

// Programs that start while the loader is replaced, over and over, get the old one or the
// new one, and nothing else.
func TestReplaceWhileStarting(t *testing.T) {
	prog, err := built.New(t).Program(t, "Test.slul", "service CommandMain \"test\"\nentry main\ncode\nend\n")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(prog)
	loader, err := os.ReadFile(filepath.Join(dir, "rtld"))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	stop := make(chan struct{})
	go func() {
		defer close(done)
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			file := append(slices.Clone(loader), byte(n))
			list := []File{{Path: "rtld", Mode: 0o755, Data: func() ([]byte, error) { return file, nil }}}
			if _, err := Install(list, Place{Prefix: dir}, Options{Force: true, Report: &bytes.Buffer{}}); err != nil {
				done <- err
				return
			}
		}
	}()
	for range 200 {
		if out, errs, status := built.Run(t, prog); out != "" || errs != "" || status != 0 {
			t.Fatalf("%q %q %d", out, errs, status)
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
