// Package golden compares what a test made with a file that a person has read. The
// flag -update, in every test that imports this, rewrites the files instead ("just
// golden" does so for all); the difference is read before it is committed.
package golden

import (
	"flag"
	"os"
	"testing"
)

// Update says that golden files are to be rewritten.
var Update = flag.Bool("update", false, "rewrite the golden files")

// Compare compares text with the file at path.
func Compare(t testing.TB, path, text string) {
	t.Helper()
	if *Update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s is not as made now; look at the difference, then run the test with -update\n--- now\n%s--- before\n%s", path, text, want)
	}
}
