package start

import (
	"path/filepath"
	"testing"

	"slul/tests/need"
)

// inRoot makes a place that is a root directory: the loader's path is the one that
// programs see after chroot, and there is no /proc.
func inRoot(t testing.TB, rtld []byte) place {
	t.Helper()
	need.Root(t)
	p := placeWith(t, rtld)
	p.rtld = "/" + filepath.Base(p.rtld)
	return p
}
