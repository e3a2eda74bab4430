package startup

import (
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/asm/amd64"
	"slul/bench/measure"
	"slul/bench/result"
	"slul/elfimage"
	"slul/rtld/image"
	"slul/tests/need"
)

func run(t *testing.T, o Options) *result.Result {
	t.Helper()
	r, err := Run(t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Every way gives a row with all its numbers, or a line that says why not. Where
// everything must be tested, none is left out.
func TestAll(t *testing.T) {
	r := run(t, Options{Options: measure.Options{Rounds: 3, Pin: true}})
	for _, row := range r.Rows {
		if row.Min <= 0 || row.Bytes == 0 || *row.Faults == 0 || *row.Calls < 2 || row.Ratios[floor1].Median <= 0 || row.Ratios[floor2].Median <= 0 {
			t.Errorf("%+v", row)
		}
	}
	if len(r.Rows)+len(r.Skipped) != len(ways) {
		t.Errorf("%d rows and %d that were left out, of %d ways", len(r.Rows), len(r.Skipped), len(ways))
	}
	if len(r.Skipped) > 0 {
		need.Missing(t, "%s", strings.Join(r.Skipped, "\n"))
	}
	hello := r.Find(ours, "hello, stub", 0)
	if *hello.Calls > 2+4+14+2 { // execve, stub, loader (tests/start counts these), program
		t.Errorf("%d system calls", *hello.Calls)
	}
}

func TestOnly(t *testing.T) {
	r := run(t, Options{Options: measure.Options{Rounds: 1}, Only: []string{"#!/bin/sh"}})
	var list []string
	for _, row := range r.Rows {
		list = append(list, row.Name)
	}
	if !slices.Equal(list, []string{floor1, floor2, "#!/bin/sh"}) {
		t.Error(list)
	}
	if _, err := Run(t.TempDir(), Options{Options: measure.Options{Rounds: 1}, Only: []string{"nothing"}}); err == nil || !strings.Contains(err.Error(), `no way "nothing"`) {
		t.Error(err)
	}
}

// What says another thing than it should is refused, not measured.
func TestTry(t *testing.T) {
	sh := need.Tool(t, "sh")
	for _, c := range []struct{ script, want string }{
		{"echo Hello, world", ""},
		{"echo Hello", `it says "Hello\n"`},
		{"echo what >&2; exit 3", "exit status 3: what"},
	} {
		err := try(measure.Program{Path: sh, Args: []string{"-c", c.script}}, false)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %s, expected %s", c.script, got, c.want)
		}
	}
}

// A loader that was made slower is found by comparing two runs: the whole way from
// programs to the verdict. The delay is that of many starts, so that no other load of the
// machine hides it.
func TestSlowLoaderIsFound(t *testing.T) {
	slow := filepath.Join(t.TempDir(), "slow")
	if err := os.WriteFile(slow, slowed(t, 4_000_000), 0o755); err != nil {
		t.Fatal(err)
	}
	var last []result.Change
	for range 5 { // a busy machine may blur one comparison, or the floors of one
		o := Options{Options: measure.Options{Rounds: 60, Pin: true}, Only: []string{"hello, stub"}}
		before := run(t, o)
		o.Rtld = slow
		x, err := result.Compare(before, run(t, o), result.Threshold)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(x.Worse(), func(c result.Change) bool { return c.Row == "slul/hello, stub" && !c.Exact }) {
			return
		}
		last = x.Changes
	}
	t.Errorf("not found: %+v", last)
}

// slowed is our loader with a loop in front of so many turns, each of a cycle or more.
func slowed(t *testing.T, turns int64) []byte {
	file, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	entry := le.Uint64(file[24:])
	for len(file)%16 != 0 {
		file = append(file, 0)
	}
	at := len(file)
	a := amd64.New()
	a.Op(amd64.MOVL, amd64.RCX, amd64.Imm(turns))
	a.Label("turn")
	a.Op(amd64.DECL, amd64.RCX)
	a.Op(amd64.JNE, amd64.Label("turn"))
	code, err := a.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	file = append(file, code.Bytes...)
	file = append(file, 0xe9) // jmp entry
	file = le.AppendUint32(file, uint32(int64(entry)-int64(len(file)+4)))
	le.PutUint64(file[24:], uint64(at))
	for i := range int(le.Uint16(file[56:])) { // the one segment goes on to the new end
		p := file[int(le.Uint64(file[32:]))+i*elfimage.PhdrSize:]
		if elf.ProgType(le.Uint32(p)) == elf.PT_LOAD {
			if le.Uint64(p[8:]) != 0 || le.Uint64(p[16:]) != 0 {
				t.Fatal("the loader's segment does not begin at 0")
			}
			le.PutUint64(p[32:], uint64(len(file)))
			le.PutUint64(p[40:], uint64(len(file)))
		}
	}
	return file
}
