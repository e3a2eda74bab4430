package start

import (
	"testing"

	"slul/rtld/image"
)

// loader is the loader's file as it is embedded in the command.
func loader(t testing.TB) []byte {
	t.Helper()
	b, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	return b
}
