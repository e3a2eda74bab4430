package rtld

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slul/rtld/elftest"
)

// Row 10: a program whose size is another one when it is mapped.
func TestResizedWhileMapping(t *testing.T) {
	whole := elftest.User().Bytes()
	for _, size := range []int64{int64(len(whole)) + 1, int64(len(whole)) - 1} {
		path := filepath.Join(t.TempDir(), "prog")
		if err := os.WriteFile(path, whole, 0o755); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		p := newProgram(t)
		l := &process
		p.fd = uintptr(file.Fd())
		old := kernel
		kernel = func(nr, a, b, c, d, e, f uintptr) uintptr {
			if nr == sysMmap {
				if err := os.Truncate(path, size); err != nil {
					t.Fatal(err)
				}
			}
			return old(nr, a, b, c, d, e, f)
		}
		line, code := try(func() {
			p.look(&l.stat)
			p.takeStat()
			n, _ := pread(p.fd, headPlace(), headSize, 0)
			p.readHeaders(headPlace(), n)
			loadProgram(p)
		})
		kernel = old
		if p.isMapped {
			munmap(p.base+uintptr(p.lo), uintptr(p.hi-p.lo))
		}
		if !strings.Contains(line, "file changed while loading: size=") || code != 127 {
			t.Errorf("%d bytes: %q, %d", size, line, code)
		}
	}
}
