package code

import (
	"slices"
	"strings"
	"testing"

	"slul/bench/measure"
	"slul/tests/need"
)

// The shortest kernel and the smallest sizes, by every form and task.
func TestRun(t *testing.T) {
	r, err := Run(t.TempDir(), Options{Options: measure.Options{Rounds: 1}, Only: []string{"words", Memory, Routines}, Max: 16})
	if err != nil {
		t.Fatal(err)
	}
	var groups []string
	for _, row := range r.Rows {
		if row.Median <= 0 || row.N > 16 {
			t.Errorf("%+v", row)
		}
		if !slices.Contains(groups, row.Group) {
			groups = append(groups, row.Group)
		}
	}
	if want := []string{"words", "copy", "fill", "equal", "move", "set", "same", "seek"}; !slices.Equal(groups, want) {
		t.Errorf("groups %q, expected %q", groups, want)
	}
	if len(r.Skipped) > 0 {
		need.Missing(t, "%s", strings.Join(r.Skipped, "\n"))
	}
	if len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "geometric means") || !strings.Contains(r.Notes[0], "slul ") {
		t.Errorf("notes %q", r.Notes)
	}
	for _, g := range []string{"copy", "move"} {
		if ratio := r.Find(g, slul, 16).Ratios[glibc]; ratio.Median <= 0 {
			t.Errorf("%s: %+v", g, ratio)
		}
	}
	if _, err := Run(t.TempDir(), Options{Only: []string{"nothing"}}); err == nil || err.Error() != `there is no "nothing" to measure` {
		t.Errorf("error %v", err)
	}
}
