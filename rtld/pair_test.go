package rtld_test

import (
	"os"
	"path/filepath"
	"testing"

	"slul/rtld/elftest"
)

// writePair writes the program and its libraries to dir, each changed if there is a function for
// it, and gives the path of the program.
func writePair(t testing.TB, dir string, user, library func(o *elftest.Object)) string {
	t.Helper()
	put := func(name string, o *elftest.Object, change func(o *elftest.Object)) string {
		if change != nil {
			change(o)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, o.Bytes(), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	put(elftest.BaseName, elftest.Base(), nil)
	put(elftest.LibraryName, elftest.Library(), library)
	return put("user", elftest.User(), user)
}

func TestPair(t *testing.T) {
	prog := writePair(t, t.TempDir(), nil, nil)
	if r := run(t, loader(t), prog); r.status != elftest.Status || r.out+r.stderr != "" {
		t.Errorf("%+v, want status %d", r, elftest.Status)
	}
}
