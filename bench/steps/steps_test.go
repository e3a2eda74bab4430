package steps

import (
	"testing"

	"slul/bench/measure"
)

// Every step does what its name says, as far as it can be counted: one or two system calls
// or page faults more than without it.
func TestRun(t *testing.T) {
	r, err := Run(t.TempDir(), "", measure.Options{Rounds: 20, Pin: true})
	if err != nil {
		t.Fatal(err)
	}
	first := r.Rows[0]
	if *first.Calls != 6 || *first.More != 0 { // execve, four of the stub, exit_group
		t.Errorf("%+v", first)
	}
	for i, row := range r.Rows {
		calls, faults := *row.Calls-*first.Calls, *row.Faults-*first.Faults
		want := uint64(1)
		switch s := steps[i]; {
		case s.code == nil || s.name == "a page of stack more":
			want = 0
		case s.name == "close of P and R":
			want = 2
		}
		if calls != want || int64(faults) < -2 || int64(faults) > 3 || row.Median <= 0 {
			t.Errorf("%s: %d calls, %d faults more", row.Name, calls, int64(faults))
		}
	}
}

func TestMore(t *testing.T) {
	if m := more([]int64{5000, 9000, 2000}, []int64{1000, 1000, 1000}); *m != 4 {
		t.Errorf("%v", *m)
	}
}
