package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/tests/bench/objects"
	"slul/tests/tiny"
)

// TestLoad: every loader that is here gets a row at every small point that it can have.
func TestLoad(t *testing.T) {
	dir := t.TempDir()
	loaders, err := allLoaders(dir)
	if err != nil {
		t.Fatal(err)
	}
	skipped, err := tryFeatures(dir, loaders)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(skipped)
	list, err := choice{max: 10}.series()
	if err != nil {
		t.Fatal(err)
	}
	report, err := measureLoad(dir, list, loaders, options{rounds: 3, pin: true})
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, s := range list {
		for _, n := range s.ns {
			for _, l := range loaders {
				if l.can(s.shape(n)) {
					want++
				}
			}
		}
	}
	for _, r := range report.Rows {
		if r.Min <= 0 || r.Median < r.Min || r.P90 < r.Median || r.Faults == 0 || r.Bytes == 0 {
			t.Errorf("%+v", r)
		}
	}
	if len(report.Rows) != want || want == 0 || report.Floor.Min <= 0 {
		t.Errorf("%d rows, expected %d; floor %+v", len(report.Rows), want, report.Floor)
	}
	var text bytes.Buffer
	if err := report.print(&text, list); err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if !strings.Contains(text.String(), "\n"+s.name+": ") {
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

// TestLoadFails: a wrong answer is an error, not a fast loader.
func TestLoadFails(t *testing.T) {
	list := []series{{name: "libraries", ns: []int{0}, shape: func(int) objects.Shape { return objects.Shape{} }}}
	_, err := measureLoad(t.TempDir(), list, []*loader{faulty(t, 0), faulty(t, 1)}, options{rounds: 1})
	if err == nil || !strings.HasPrefix(err.Error(), "faulty of libraries with n=0 ended with") {
		t.Errorf("error %v", err)
	}
	if _, err := measureLoad(t.TempDir(), nil, nil, options{rounds: 1}); err == nil {
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

func TestChoice(t *testing.T) {
	list, err := choice{only: "size,relr", max: 1000}.series()
	if err != nil || len(list) != 2 || list[0].name != "relr" || !slices.Equal(list[0].ns, []int{1, 100, 1000}) {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := (choice{only: "size,nothing"}).series(); err == nil || err.Error() != "no series nothing" {
		t.Errorf("error %v", err)
	}
}

func TestCompare(t *testing.T) {
	at := func(series string, n int, loader string, median float64) loadRow {
		return loadRow{Series: series, N: n, Loader: loader, stat: stat{Median: median}}
	}
	rows := []loadRow{
		at("s", 0, "glibc", 100), at("s", 0, "musl", 100), at("s", 0, ours, 50),
		at("s", 10, "glibc", 200), at("s", 10, "musl", 110), at("s", 10, ours, 55),
		at("s", 20, "glibc", 300), at("s", 20, "musl", 140), at("s", 20, ours, 60),
		at("other", 20, ours, 1000),
	}
	compare(rows)
	tests := []struct {
		name string
		got  *float64
		want string
	}{
		{"glibc costs 10 µs each", rows[6].Each, "10000.00"},
		{"glibc is linear", rows[6].Growth, "1.00"},
		{"musl is quadratic", rows[7].Growth, "2.00"},
		{"nothing before the first", rows[0].Each, "–"},
		{"no growth to the second", rows[3].Growth, "–"},
		{"by glibc", rows[8].ByGlibc, "0.20"},
		{"by musl", rows[8].ByMusl, "0.43"},
		{"by the better", rows[8].ByBetter, "0.43"},
		{"others have no ratios", rows[6].ByBetter, "–"},
		{"alone", rows[9].ByBetter, "–"},
		{"another series", rows[9].Each, "–"},
	}
	for _, test := range tests {
		if got := number("%.2f", test.got); got != test.want {
			t.Errorf("%s: %s, expected %s", test.name, got, test.want)
		}
	}
}
