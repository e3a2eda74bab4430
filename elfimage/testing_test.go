package elfimage

import (
	"path/filepath"
	"testing"
)

// write puts a file where the kernel and tools find it.
func write(t *testing.T, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := WriteFile(path, b, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustBytes(t testing.TB, im *Image) []byte {
	t.Helper()
	b, err := im.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
