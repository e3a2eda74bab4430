package objects

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/elfimage"
	"slul/rtld/image"
	"slul/tests/need"
)

var shapes = []struct {
	name  string
	shape Shape
}{
	{"nothing", Shape{}},
	{"own_table", Shape{Relatives: 1000}},
	{"one", Shape{Libraries: 1, Exports: 1}},
	{"two", Shape{Libraries: 2, Exports: 3, Imports: 5}},
	{"tiers", Shape{Libraries: 11, Exports: 10, Imports: 10}},
	{"compact", Shape{Libraries: 5, Exports: 10, Imports: 10, Compact: true}},
	{"symbols", Shape{Libraries: 3, Exports: 50, Symbols: 140, All: true}},
	{"table", Shape{Libraries: 2, Exports: 2, Imports: 1, Relatives: 700}},
	{"table_relr", Shape{Libraries: 2, Exports: 2, Imports: 1, Relatives: 700, Relr: true}},
	{"large", Shape{Libraries: 1, Exports: 1, Size: 100000}},
}

// foreigners are the loaders that PT_INTERP may name here.
var foreigners = []struct {
	name, path string
	relr       bool // every version in use knows DT_RELR
}{
	{"glibc", "/lib64/ld-linux-x86-64.so.2", true},
	{"musl", "/lib/ld-musl-x86_64.so.1", false},
}

// TestSets: tools do not warn, and other loaders bind every symbol right.
func TestSets(t *testing.T) {
	for _, test := range shapes {
		for _, strip := range []bool{false, true} {
			name := test.name
			if strip {
				name += "_stripped"
			}
			t.Run(name, func(t *testing.T) {
				s := test.shape
				s.Strip = strip
				dir := t.TempDir()
				set, err := Make(dir, s)
				if err != nil {
					t.Fatal(err)
				}
				t.Run("readelf", func(t *testing.T) {
					for _, path := range set.Libraries {
						need.Quiet(t, "readelf", "-aW", path)
					}
				})
				for _, f := range foreigners {
					t.Run(f.name, func(t *testing.T) { runForeign(t, set, f.name, f.path, f.relr || !s.Relr) })
				}
			})
		}
	}
}

func runForeign(t *testing.T, set *Set, name, interp string, must bool) {
	path, err := set.Foreign(name, interp)
	if err != nil {
		t.Fatal(err)
	}
	need.Quiet(t, "readelf", "-aW", path)
	_, err = os.Stat(interp)
	need.That(t, err == nil, interp+" is not there")
	if out, err := exec.Command(path).CombinedOutput(); err != nil && must || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

// TestNative: our own loader starts what needs no library.
func TestNative(t *testing.T) {
	for _, s := range []Shape{{}, {Relatives: 1000}, {Relatives: 1000, Relr: true, Strip: true}} {
		dir := t.TempDir()
		set, err := Make(dir, s)
		if err != nil {
			t.Fatal(err)
		}
		loader, err := image.For("x86_64")
		if err != nil {
			t.Fatal(err)
		}
		rtld := filepath.Join(dir, "rtld")
		if err := os.WriteFile(rtld, loader, 0o755); err != nil {
			t.Fatal(err)
		}
		path, err := set.Native("ours", rtld)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(path).CombinedOutput(); err != nil {
			t.Errorf("%+v: %v: %s", s, err, out)
		}
	}
}

// TestWrongAnswer: a library whose functions give other numbers is noticed.
func TestWrongAnswer(t *testing.T) {
	glibc := foreigners[0].path
	_, err := os.Stat(glibc)
	need.That(t, err == nil, glibc+" is not there")
	dir := t.TempDir()
	set, err := Make(dir, Shape{Libraries: 3, Exports: 4, Imports: 4})
	if err != nil {
		t.Fatal(err)
	}
	path, err := set.Foreign("program", glibc)
	if err != nil {
		t.Fatal(err)
	}
	lib := plan(Shape{Libraries: 3, Exports: 4, Imports: 4})[2]
	data, err := os.ReadFile(set.Libraries[2])
	if err != nil {
		t.Fatal(err)
	}
	v := answer(lib.exports[1])
	number := []byte{0xb8, byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24), 0xc3}
	at := bytes.Index(data, number)
	if at < 0 {
		t.Fatal("the function is not there")
	}
	data[at+1]++
	if err := os.WriteFile(set.Libraries[2], data, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path)
	if cmd.Run(); cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%v, expected status 1", cmd.ProcessState)
	}
}

// TestSuppliers: nobody needs himself or what stands before him, and all that is
// imported is exported by one that is needed.
func TestSuppliers(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 10, 100} {
		s := Shape{Libraries: n, Exports: 10, Imports: 10}
		libs := plan(s)
		for i, l := range libs {
			from := s.suppliers(i)
			if i < n-1 && (len(l.imports) < 9 || len(from) == 0) {
				t.Errorf("%d libraries: number %d has %d imports from %d", n, i, len(l.imports), from)
			}
			for _, k := range from {
				if k <= i || k >= n {
					t.Errorf("%d libraries: number %d needs %d", n, i, from)
				}
			}
			for _, name := range l.imports {
				if !slices.ContainsFunc(from, func(k int) bool { return slices.Contains(libs[k].exports, name) }) {
					t.Errorf("%d libraries: number %d imports %s, which none of %d exports", n, i, name, from)
				}
			}
		}
	}
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	var sizes []int
	for i := range 60 {
		for _, name := range newNamer(i).names(2000) {
			if seen[name] || len(name) < minName || len(name) > maxName {
				t.Errorf("name %q of %d bytes", name, len(name))
			}
			seen[name] = true
			sizes = append(sizes, len(name))
		}
	}
	slices.Sort(sizes)
	if tenth, half, most := sizes[len(sizes)/10], sizes[len(sizes)/2], sizes[len(sizes)*9/10]; tenth < 11 || tenth > 17 || half < 19 || half > 27 || most < 28 || most > 36 {
		t.Errorf("lengths: a tenth up to %d, half up to %d, nine tenths up to %d", tenth, half, most)
	}
}

func TestBadShape(t *testing.T) {
	for _, s := range []Shape{{Libraries: -1}, {Libraries: 1}, {Libraries: 1, Exports: 2, Symbols: 3}, {Symbols: 1},
		{Libraries: 2, Exports: 1, Imports: 1}, {Relatives: -1}, {Size: -1}} {
		if _, err := Make(t.TempDir(), s); err == nil {
			t.Errorf("%+v is taken", s)
		}
	}
}

// TestSegments: libraries are mapped as those of linkers are, or as ours are.
func TestSegments(t *testing.T) {
	for want, s := range map[string]Shape{
		"r-- r-x rw-": {Libraries: 2, Exports: 5, Imports: 5},
		"r-x rw-":     {Libraries: 2, Exports: 5, Imports: 5, Compact: true},
	} {
		set, err := Make(t.TempDir(), s)
		if err != nil {
			t.Fatal(err)
		}
		f, err := elfimage.Open(set.Libraries[0])
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range f.Describe("").Segments {
			if p.Type == "LOAD" {
				got = append(got, p.Perm)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("segments %q, expected %q", got, want)
		}
	}
}
