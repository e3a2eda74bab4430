package random

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"slul/compiler"
	"slul/compiler/check"
	"slul/compiler/core"
	"slul/compiler/syntax"
	"slul/tests/built"
	"slul/tests/interp"
	"slul/tests/need"
)

var (
	programs = flag.Int("programs", 0, "how many random programs are compiled and run (default: 300, with SLUL_TEST_ALL=1 10,000)")
	seed     = flag.Uint64("seed", 1, "seed of the first")
)

// An entry of a file and what it calls is a program. Each is run as the passes leave it,
// as lowering leaves it, and by the interpreter of its typed tree; what its generator
// knows of its result is compared as well.

// maxSteps is for one run of the interpreter.
const maxSteps = 200_000

// tally counts what was compared.
type tally struct{ programs, runs, traps, failures, long atomic.Int64 }

// coreFiles are the trees of core, which checking does not change.
var coreFiles = sync.OnceValues(func() (files []*syntax.File, err error) {
	for _, s := range core.Sources() {
		f, errs := syntax.Parse(s.Name, s.Text)
		if err := errs.Err(); err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
})

// facts is the typed tree of a program.
func facts(name, source string) (*check.Info, error) {
	files, err := coreFiles()
	if err != nil {
		return nil, err
	}
	f, errs := syntax.Parse(name, []byte(source))
	if err := errs.Err(); err != nil {
		return nil, err
	}
	info, errs := check.Check(files, []*syntax.File{f})
	return info, errs.Err()
}

// file is one file of programs, in all the forms in which it runs.
type file struct {
	info  *check.Info
	paths []string
	name  string // of the source
}

func compile(t *testing.T, name, source string) (f file, ok bool) {
	t.Helper()
	chain := built.New(t)
	f = file{name: name, paths: make([]string, 2)}
	var errs [3]error
	f.info, errs[0] = facts(name, source)
	f.paths[0], errs[1] = chain.Build(t, name, source, compiler.Options{})
	f.paths[1], errs[2] = chain.Build(t, name, source, compiler.Options{Plain: true})
	if err := errors.Join(errs[:]...); err != nil {
		t.Errorf("refused: %v\n%s", err, source)
		return f, false
	}
	return f, true
}

// compare runs a program in all forms, and says what it did; false when it takes long.
func (f file) compare(t *testing.T, n *tally, source string, args ...string) (interp.Outcome, bool) {
	t.Helper()
	want, err := interp.Run(f.info, args, maxSteps)
	var lacks interp.Unsupported
	if errors.Is(err, interp.TooLong{}) || errors.As(err, &lacks) {
		n.long.Add(1)
		return want, false
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range f.paths {
		var got interp.Outcome
		got.Stdout, got.Stderr, got.Status = built.Run(t, path, args...)
		got.Stderr = strings.Replace(got.Stderr, "lib/toplevels.slul", f.name, 1) // split keeps lines where they were
		if got != want {
			t.Errorf("%s %q: got %+v\nwant %+v\n%s", path, args, got, want, source)
		}
	}
	n.runs.Add(1)
	if want.Status == 70 {
		n.traps.Add(1)
	} else if want.Status != 0 {
		n.failures.Add(1)
	}
	return want, true
}

// each runs do for n files at a time, as many as there are programs to make.
func each(t *testing.T, entries int, do func(t *testing.T, seed uint64, n *tally)) {
	count := *programs
	if count == 0 {
		count = 150
		if os.Getenv(need.All) == "1" {
			count = 5000
		}
	} else {
		count /= 2
	}
	// what is thrown away soon is not worth being collected often
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	var n tally
	t.Run("seeds", func(t *testing.T) {
		for i := range uint64(count+entries-1) / uint64(entries) {
			t.Run(strconv.FormatUint(*seed+i, 10), func(t *testing.T) {
				t.Parallel()
				do(t, *seed+i, &n)
				n.programs.Add(int64(entries))
			})
		}
	})
	t.Logf("%d programs, %d runs, %d ended in a trap, %d failed, %d took too long", n.programs.Load(), n.runs.Load(), n.traps.Load(), n.failures.Load(), n.long.Load())
	if runs, traps := n.runs.Load(), n.traps.Load(); runs < int64(count/2) || traps == runs || traps == 0 || n.failures.Load() == 0 && runs > 100 {
		t.Error("too little was compared, or only one way to end")
	}
}

// TestNumbers: programs of numbers, whose results the generator knows.
func TestNumbers(t *testing.T) {
	each(t, Entries, func(t *testing.T, seed uint64, n *tally) {
		p := New(seed)
		f, ok := compile(t, "Random.slul", p.Source)
		if !ok {
			return
		}
		for entry := range Entries {
			k := int(seed) % Runs
			want, ok := p.Run(entry, k)
			if !ok {
				continue
			}
			got, ok := f.compare(t, n, p.Source, p.Args(entry, k)...)
			if ok && Outcome(got) != want {
				t.Errorf("seed %d entry %d: the interpreter says %+v\nthe generator %+v\n%s", seed, entry, got, want, p.Source)
			}
		}
	})
}

const refEntries = 16

// refArgs is the command line for one entry of a program of NewRefs.
func refArgs(entry int, seed uint64) []string {
	return strings.Fields(fmt.Sprintf("%d %d 7 %d 100 5 6 7 8", entry, seed%11, entry))
}

// TestRefs: programs of records, classes and containers that refer to each other.
func TestRefs(t *testing.T) {
	each(t, refEntries, func(t *testing.T, seed uint64, n *tally) {
		source := NewRefs(seed, refEntries)
		f, ok := compile(t, "Refs.slul", source)
		if !ok {
			return
		}
		for entry := range refEntries {
			f.compare(t, n, source, refArgs(entry, seed)...)
		}
	})
}
