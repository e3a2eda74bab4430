package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slul/tests/tiny"
)

func testPrograms(t *testing.T, status int) (dir string, list []program) {
	t.Helper()
	dir = t.TempDir()
	for i, name := range []string{"one", "two"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, tiny.Static(tiny.Exit(i*status)), 0o755); err != nil {
			t.Fatal(err)
		}
		list = append(list, program{name: name, path: path})
	}
	return dir, list
}

// Numbers are never compared here, only that there are some and that they belong
// together.
func TestMeasure(t *testing.T) {
	dir, list := testPrograms(t, 0)
	rows, err := measureStart(dir, list, options{rounds: 20, pin: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if r.Program != list[i].name || r.Min <= 0 || r.Median < r.Min || r.P90 < r.Median || r.Faults == 0 {
			t.Errorf("%+v", r)
		}
	}
	if rows[0].Floor1 != 1 || rows[1].Floor2 != 1 || math.IsInf(rows[0].Floor2, 0) {
		t.Errorf("%+v", rows)
	}
}

// A program that fails is an error, not a fast program.
func TestMeasureFails(t *testing.T) {
	dir, list := testPrograms(t, 3)
	if _, err := measure(dir, list, options{rounds: 20, pin: true}); err == nil || !strings.HasPrefix(err.Error(), "two ended with") {
		t.Errorf("error %v", err)
	}
	list[0].path = filepath.Join(dir, "absent")
	if _, err := measure(dir, list, options{rounds: 20, pin: true}); err == nil || !strings.HasPrefix(err.Error(), "one ended with") {
		t.Errorf("error %v", err)
	}
	for _, rounds := range []int{0, maxRounds + 1} {
		if _, err := measure(dir, list, options{rounds: rounds, pin: true}); err == nil {
			t.Errorf("%d rounds", rounds)
		}
	}
}
