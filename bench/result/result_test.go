package result

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// times are like those of starts: a minimum, and a long tail above it.
func times(seed uint64, n int, least float64) []int64 {
	random := rand.New(rand.NewPCG(seed, 1))
	list := make([]int64, n)
	for i := range list {
		list[i] = int64(least * (1 + 0.2*random.ExpFloat64()))
	}
	return list
}

// made is a result with two floors, a program of ours and another. Its machine is so much
// slower than the first, its loader so much slower than the first, the stub so many bytes longer.
func made(seed uint64, machine, loader float64, bytes int64) *Result {
	n := uint64(8)
	r := &Result{Format: format, Kind: "startup", Rounds: 400, Bases: []string{"floor1", "floor2"},
		Groups: []Group{{Name: "floors", Common: true}, {Name: "slul"}, {Name: "others"}},
		Rows: []Row{
			{Group: "floors", Name: "floor1", Bytes: 188, Times: times(seed, 400, 60e3*machine)},
			{Group: "floors", Name: "floor2", Bytes: 400, Times: times(seed+1, 400, 110e3*machine)},
			{Group: "slul", Name: "hello", Ours: true, Bytes: 1000 + bytes, Faults: &n, Times: times(seed+2, 400, 130e3*machine*loader)},
			{Group: "others", Name: "glibc", Times: times(seed+3, 400, 500e3*machine)},
		}}
	r.Finish()
	return r
}

// faults gives our program more page faults.
func faults(r *Result, more uint64) *Result {
	n := *r.Rows[2].Faults + more
	r.Rows[2].Faults = &n
	return r
}

// slowOthers makes the other program slower.
func slowOthers(r *Result) *Result {
	r.Rows[3].Times = times(104, 400, 700e3)
	r.Finish()
	return r
}

// What compare must see, and what it must not.
func TestCompare(t *testing.T) {
	old := made(1, 1, 1, 0)
	for _, c := range []struct {
		name  string
		now   *Result
		worse string
	}{
		{"the same again", made(11, 1, 1, 0), ""},
		{"on a day when the machine is a third slower", made(21, 1.33, 1, 0), ""},
		{"a loader slower by a tenth", made(31, 1, 1.1, 0), "slul/hello / floor2"},
		{"that on a slow day", made(41, 1.33, 1.1, 0), "slul/hello / floor2"},
		{"that on a fast day", made(51, 0.7, 1.1, 0), "slul/hello / floor2"},
		{"a byte more", made(61, 1, 1, 1), "slul/hello bytes"},
		{"two page faults more", faults(made(91, 1, 1, 0), 2), "slul/hello page faults"},
		{"a page fault more", faults(made(91, 1, 1, 0), 1), ""},
		{"a byte less", made(71, 1, 1, -1), ""},
		{"a faster loader", made(81, 1, 0.8, 0), ""},
		{"a slower program of others", slowOthers(made(101, 1, 1, 0)), ""},
	} {
		x, err := Compare(old, c.now, Threshold)
		if err != nil {
			t.Fatal(err)
		}
		var worse []string
		for _, w := range x.Worse() {
			worse = append(worse, w.Row+" "+w.What)
		}
		var text bytes.Buffer
		if err := x.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		if strings.Join(worse, ", ") != c.worse || strings.Contains(text.String(), "WORSE") != (c.worse != "") {
			t.Errorf("%s: worse: %q, expected %q\n%s", c.name, worse, c.worse, &text)
		}
	}
	x, err := Compare(old, made(81, 1, 0.8, 0), Threshold)
	if err != nil || x.Changes[4].Verdict != Improved {
		t.Errorf("a faster loader: %+v, %v", x, err)
	}
}

// Rows come and go, machines differ, kinds must not.
func TestCompareRows(t *testing.T) {
	old, now := made(1, 1, 1, 0), made(2, 1, 1, 0)
	old.Rows, now.Machine.CPU = old.Rows[:3], "another"
	now.Rows = append(now.Rows[:2:2], now.Rows[3])
	x, err := Compare(old, now, Threshold)
	var text bytes.Buffer
	if err == nil {
		err = x.WriteText(&text)
	}
	for _, want := range []string{"machines are not the same", "old result: slul/hello\n", "new result: others/glibc\n"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%v: no %q in\n%s", err, want, &text)
		}
	}
	old.Kind = "load"
	if _, err := Compare(old, now, Threshold); err == nil {
		t.Error("two kinds were compared")
	}
}

// Two runs of the same agree: the statistics by themselves do not move the medians by 5 %.
func TestRepeated(t *testing.T) {
	for seed := range uint64(20) {
		a, b := made(seed*8, 1, 1, 0), made(seed*8+4, 1.2, 1, 0)
		for i := range a.Rows {
			for _, base := range a.Bases {
				p, q := a.Rows[i].Ratios[base], b.Rows[i].Ratios[base]
				if d := q.Median/p.Median - 1; d > Threshold || d < -Threshold {
					t.Errorf("seed %d: %s / %s: %v and %v", seed, a.Rows[i].Name, base, p, q)
				}
				if p.Low > p.Median || p.High < p.Median {
					t.Errorf("interval %+v", p)
				}
			}
		}
	}
}

func TestFinish(t *testing.T) {
	row := func(n int, name string, us int64) Row {
		return Row{Group: "s", Name: name, N: n, Ours: name == "slul", Times: []int64{us * 1000}}
	}
	r := &Result{Kind: "load", Bases: []string{"floor", "glibc", "musl"},
		Groups: []Group{{Name: "floor", Common: true}, {Name: "s", Unit: "library"}, {Name: "other", Unit: "library"}},
		Rows: []Row{
			{Group: "floor", Name: "floor", Times: []int64{10000}},
			row(0, "glibc", 100), row(0, "musl", 100), row(0, "slul", 50),
			row(10, "glibc", 200), row(10, "musl", 110), row(10, "slul", 55),
			row(20, "glibc", 300), row(20, "musl", 140), row(20, "slul", 51),
			{Group: "other", Name: "slul", N: 0, Ours: true, Times: []int64{70000}},
		}}
	r.Finish()
	ratio := func(group, name string, n int, base string) string {
		q, ok := r.Find(group, name, n).Ratios[base]
		if !ok {
			return ""
		}
		return number("%.2f", &q.Median)
	}
	for _, c := range []struct{ name, got, want string }{
		{"glibc costs 10 µs each", number("%.2f", r.Find("s", "glibc", 20).Each), "10000.00"},
		{"glibc is linear", number("%.2f", r.Find("s", "glibc", 20).Growth), "1.00"},
		{"musl is quadratic", number("%.2f", r.Find("s", "musl", 20).Growth), "2.00"},
		{"nothing before the first", number("%.2f", r.Find("s", "glibc", 0).Each), ""},
		{"no growth to the second", number("%.2f", r.Find("s", "glibc", 10).Growth), ""},
		{"lost in noise", number("%.2f", r.Find("s", "slul", 20).Each), ""},
		{"by floor, which is in no series", ratio("s", "slul", 10, "floor"), "5.50"},
		{"by glibc", ratio("s", "slul", 10, "glibc"), "0.28"},
		{"by musl", ratio("s", "slul", 10, "musl"), "0.50"},
		{"by the better", ratio("s", "slul", 10, Better), "0.50"},
		{"no bases of groups that are not common", ratio("floor", "floor", 0, "glibc"), ""},
		{"work of a second", SI((&Row{Work: 500, Median: 20}).Rate()), "25 M"},
		{"others have no better", ratio("s", "glibc", 10, Better), ""},
		{"another series has no glibc", ratio("other", "slul", 0, "glibc"), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, expected %q", c.name, c.got, c.want)
		}
	}
}

func TestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.json")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var b, text, again bytes.Buffer
	r := made(1, 1, 1, 0)
	r.Machine = ThisMachine("v1", t.TempDir())
	if r.Machine.CPU == "unknown" || r.Machine.Kernel == "" || r.Machine.FileSystem == "unknown" {
		t.Errorf("%+v", r.Machine)
	}
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	write(b.String())
	q, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if r.WriteText(&text) != nil || q.WriteText(&again) != nil || text.String() != again.String() || !strings.Contains(text.String(), "hello") {
		t.Errorf("before:\n%s\nafter:\n%s", &text, &again)
	}
	for content, want := range map[string]string{
		"x":                       "not the JSON",
		"{}":                      "not a result",
		`{"format":9,"kind":"x"}`: "not a result",
		`{"format":1,"kind":"x","rows":[{"group":"g","name":"n"}]}`: "g/n has no times",
	} {
		write(content)
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", content, err)
		}
	}
	if _, err := Read(path + "x"); err == nil {
		t.Error("no file was read")
	}
}
