package load

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/bench/measure"
	"slul/bench/objects"
	"slul/bench/result"
	"slul/tests/tiny"
)

// TestRun: every loader that is here gets a row at every small point that it can have.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	r, err := Run(dir, Options{Options: measure.Options{Rounds: 3, Pin: true}, Max: 10})
	if err != nil {
		t.Fatal(err)
	}
	loaders, err := allLoaders(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tryFeatures(t.TempDir(), loaders); err != nil {
		t.Fatal(err)
	}
	list, err := choose(nil, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := 1 // the floor
	for _, s := range list {
		for _, n := range s.ns {
			for _, l := range loaders {
				if l.can(s.shape(n)) {
					want++
				}
			}
		}
	}
	for _, row := range r.Rows {
		if row.Min <= 0 || row.Median < row.Min || row.P90 < row.Median || *row.Faults == 0 || row.Group != floor && row.Bytes == 0 || row.Ratios[floor].Median <= 0 {
			t.Errorf("%+v", row)
		}
	}
	if len(r.Rows) != want {
		t.Errorf("%d rows, expected %d", len(r.Rows), want)
	}
	var text bytes.Buffer
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if len(s.ns) > 0 && !strings.Contains(text.String(), "\n"+s.name+": ") {
			t.Errorf("no table %s in\n%s", s.name, &text)
		}
	}
}

// faulty is a loader whose programs end with a status.
func faulty(t *testing.T, status int) *loader {
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, tiny.Static(tiny.Exit(status)), 0o755); err != nil {
		t.Fatal(err)
	}
	return &loader{name: "faulty", write: func(*objects.Set) (string, error) { return path, nil }}
}

// TestRunFails: a wrong answer is an error, not a fast loader.
func TestRunFails(t *testing.T) {
	list := []series{{name: "libraries", ns: []int{0}, shape: func(int) objects.Shape { return objects.Shape{} }}}
	o := measure.Options{Rounds: 1}
	err := fill(&result.Result{}, t.TempDir(), list, []*loader{faulty(t, 0), faulty(t, 1)}, o)
	if err == nil || !strings.HasPrefix(err.Error(), "faulty of libraries with n=0 ended with") {
		t.Errorf("error %v", err)
	}
	if err := fill(&result.Result{}, t.TempDir(), nil, nil, o); err == nil {
		t.Error("nothing is measured without an error")
	}
}

// TestSkipped: a loader that is not there, and one that fails, are named with a reason.
func TestSkipped(t *testing.T) {
	absent := &loader{name: "absent", write: func(set *objects.Set) (string, error) { return set.Foreign("absent", "/absent") }}
	good := faulty(t, 0)
	loaders := []*loader{absent, faulty(t, 1), good}
	skipped, err := tryFeatures(t.TempDir(), loaders)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(skipped, "\n")
	for _, want := range []string{"absent: no programs: fork/exec absent: no such file", "faulty: no libraries: exit status 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if len(skipped) != 2*len(features) || absent.can(objects.Shape{}) || !good.can(objects.Shape{Libraries: 1, Relr: true}) {
		t.Errorf("skipped:\n%s", text)
	}
	if v := version("/absent"); v != "(not there)" {
		t.Errorf("version %q of nothing", v)
	}
}

func TestChoose(t *testing.T) {
	list, err := choose([]string{"size", "relr"}, 1000)
	if err != nil || len(list) != 2 || list[0].name != "relr" || !slices.Equal(list[0].ns, []int{1, 100, 1000}) {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := choose([]string{"size", "nothing"}, 0); err == nil || err.Error() != `there is no series "nothing"` {
		t.Errorf("error %v", err)
	}
}
