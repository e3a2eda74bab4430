package golden

import (
	"os"
	"strings"
	"testing"
)

// Section compares text with the part of a Markdown file between the comments <!-- NAME --> and
// <!-- end of NAME -->, each a line of its own.
func Section(t testing.TB, path, name, text string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	from, to := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->\n"
	before, rest, ok := strings.Cut(page, from)
	old, after, end := strings.Cut(rest, to)
	if !ok || !end {
		t.Fatalf("%s has no part %q", path, name)
	}
	if text == old {
		return
	}
	if !*Update {
		t.Errorf("%s: the part %q is not as made now; run the test with -update, and read the difference\n--- now\n%s--- before\n%s", path, name, text, old)
		return
	}
	if err := os.WriteFile(path, []byte(before+from+text+to+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Row is a row of a Markdown table.
func Row(cells ...string) string {
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(c, "|", `\|`)
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}
