package rtld_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"slul/bench/objects"
	"slul/rtld/elftest"
	"slul/tests/built"
	"slul/tests/need"
)

// The campaign: good files, damaged by chance, a new file for each start. SLUL_MUTATIONS says how many,
// SLUL_MUTATION_SEED which; file i of a seed is always the same.

const (
	fewMutations  = 400    // in an everyday run
	manyMutations = 20_000 // where all is tested
)

func mutations(t testing.TB) (n, seed int) {
	n, seed = fewMutations, 1
	if os.Getenv(need.All) == "1" {
		n = manyMutations
	}
	for name, v := range map[string]*int{"SLUL_MUTATIONS": &n, "SLUL_MUTATION_SEED": &seed} {
		if s := os.Getenv(name); s != "" {
			var err error
			if *v, err = strconv.Atoi(s); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	t.Logf("%d files of seed %d", n, seed)
	return n, seed
}

// subject is a set of files of which one is damaged.
type subject struct {
	name   string
	make   func(t testing.TB, dir string) (args []string, target string) // args: for the loader
	weight int
	known  []entry // what the loader may enter; nil: the program is only verified, never run
	direct bool    // the kernel starts the program, whose PT_INTERP is the loader
}

func subjects(t testing.TB) []subject {
	known := entries(elftest.User(), elftest.Library(), elftest.Base())
	pair := func(name string) func(t testing.TB, dir string) ([]string, string) {
		return func(t testing.TB, dir string) ([]string, string) {
			return []string{writePair(t, dir, nil, nil)}, filepath.Join(dir, name)
		}
	}
	list := []subject{
		{"program", pair("user"), 30, known, false},
		{"library", pair(elftest.LibraryName), 30, known, false},
		{"library with DT_HASH alone", pair(elftest.BaseName), 10, known, false},
		{"program by PT_INTERP", func(t testing.TB, dir string) ([]string, string) {
			prog := writePair(t, dir, pathIn(append([]byte(loader(t)), 0)), nil)
			return []string{prog}, prog
		}, 10, known, true},
		{"program alone", func(t testing.TB, dir string) ([]string, string) {
			path := filepath.Join(dir, "alone")
			writeFile(t, path, elftest.New().Bytes())
			return []string{path}, path
		}, 5, nil, false},
		{"set of libraries", func(t testing.TB, dir string) ([]string, string) { return set(t, dir, 0) }, 5, nil, false},
		{"program of a set", func(t testing.TB, dir string) ([]string, string) { return set(t, dir, 1) }, 5, nil, false},
		{"compiled program", func(t testing.TB, dir string) ([]string, string) {
			source, err := os.ReadFile("../examples/hello/Hello.slul")
			if err != nil {
				t.Fatal(err)
			}
			path, err := built.New(t).Program(t, "Hello.slul", string(source))
			if err != nil {
				t.Fatal(err)
			}
			return []string{path}, path
		}, 5, nil, false},
	}
	for _, linker := range []string{"bfd", "gold", "lld"} {
		if _, err := exec.LookPath("ld." + linker); err != nil && (linker == "gold" || os.Getenv(need.All) != "1") {
			t.Logf("SKIPPED, not tested here: no ld.%s", linker)
			continue
		}
		list = append(list, subject{"library of ld." + linker, func(t testing.TB, dir string) ([]string, string) { return linked(t, dir, linker) }, 5, nil, false})
	}
	return list
}

func writeFile(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o755); err != nil {
		t.Fatal(err)
	}
}

// set is a program with three libraries; the damaged one is the first library, or the program.
func set(t testing.TB, dir string, which int) ([]string, string) {
	s, err := objects.Make(dir, objects.Shape{Libraries: 3, Exports: 6, Imports: 4, Symbols: 9, Relatives: 20, Relr: true})
	if err != nil {
		t.Fatal(err)
	}
	prog, err := s.Native("program", loader(t))
	if err != nil {
		t.Fatal(err)
	}
	return []string{prog}, []string{s.Libraries[0], prog}[which]
}

// linked is a library made by a C compiler and that linker, and a program that needs it.
func linked(t testing.TB, dir, linker string) ([]string, string) {
	const source = `
static int hidden = 1; int *pointer = &hidden; int value = 2; __thread int threaded = 3; extern int slulrtld_secure(void) __attribute__((weak));
int f(int x) { return x + value + threaded; } int g(int x) { return f(x) + *pointer; } int old(void) { return 1; } int new(void) { return 2; }
__asm__(".symver old,both@V1"); __asm__(".symver new,both@@V2");
static int chosen(void) { return 4; } void *resolve(void) { return chosen; } int ifn(void) __attribute__((ifunc("resolve")));
__attribute__((constructor)) static void begin(void) { value++; } __attribute__((destructor)) static void end(void) { value--; }
int h(void) { return slulrtld_secure ? ifn() : 0; }
`
	writeFile(t, filepath.Join(dir, "lib.c"), []byte(source))
	writeFile(t, filepath.Join(dir, "lib.map"), []byte("V1 { global: f; g; both; local: resolve; }; V2 { global: h; ifn; value; pointer; threaded; } V1;\n"))
	path := filepath.Join(dir, "liblinked.so")
	cmd := exec.Command(need.Tool(t, "gcc"), "-shared", "-fPIC", "-nostdlib", "-O1", "-fuse-ld="+linker, "-Wl,-soname,liblinked.so,--hash-style=both,--version-script="+filepath.Join(dir, "lib.map"),
		"-o", path, filepath.Join(dir, "lib.c"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	o := elftest.Server()
	o.Add(1, uint64(o.Name("liblinked.so"))) // DT_NEEDED
	prog := filepath.Join(dir, "server")
	writeFile(t, prog, o.Bytes())
	return []string{prog}, path
}

// worker damages one subject's file in a folder of its own.
type worker struct {
	t       testing.TB
	subject subject
	*mutator
	target      string
	args        []string
	modes       map[string]*spawner // by option; "" runs the program
	dir, loader string
}

func newWorker(t testing.TB, s subject, loader string) *worker {
	t.Helper()
	dir, err := os.MkdirTemp("", "slul-damage")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	w := &worker{t: t, subject: s, dir: dir, loader: loader, modes: map[string]*spawner{}}
	w.args, w.target = s.make(t, dir)
	good, err := os.ReadFile(w.target)
	if err != nil {
		t.Fatal(err)
	}
	w.mutator = newMutator(good)
	for _, mode := range []string{"--verify", "--list"} {
		if s.direct {
			break
		}
		if r := w.start(mode); r.code() != 0 || r.errs != "" {
			t.Fatalf("%s: the good file: %v", s.name, r)
		}
	}
	if r := w.start(""); s.known != nil && (r.code() != elftest.Status || r.out+r.errs != "") {
		t.Fatalf("%s: the good file: %v", s.name, r)
	}
	return w
}

// command is the loader with an option, or without.
func (w *worker) command(mode string) []string {
	if w.subject.direct {
		return w.args
	}
	c := []string{w.loader}
	if mode != "" {
		c = append(c, mode)
	}
	return append(c, w.args...)
}

func (w *worker) start(mode string) outcome {
	if mode == "" && w.subject.known == nil {
		return outcome{}
	}
	if w.modes[mode] == nil {
		w.modes[mode] = newSpawner(w.t, w.dir, w.loader, w.command(mode)...)
	}
	end, err := w.modes[mode].start()
	if err != nil {
		w.t.Error(err)
	}
	if end.hangs {
		w.modes[mode].end()
		delete(w.modes, mode)
	}
	return end
}

func (w *worker) end() {
	for _, s := range w.modes {
		s.end()
	}
}

// counts are how files ended.
type counts struct{ right, noticed, other, refused atomic.Int64 }

// one makes file i and looks at it in every mode.
func (w *worker) one(seed, i int, c *counts) {
	r := rand.New(rand.NewPCG(uint64(seed), uint64(i)))
	b, what := w.damage(r)
	writeFile(w.t, w.target, b)
	modes := []string{"--verify", ""}
	if r.IntN(4) == 0 {
		modes[0] = "--list"
	}
	for _, mode := range modes {
		if mode == "" && w.subject.known == nil || mode != "" && w.subject.direct {
			continue
		}
		end := w.start(mode)
		switch {
		case w.subject.direct && end.code() == notStarted:
			c.refused.Add(1)
		case end.isRefusal() && (end.out == "" || mode == "--list"):
			c.refused.Add(1)
		case mode == "--list" && end.code() == 127 && end.errs == "" && strings.Contains(end.out, "not found"):
			c.refused.Add(1)
		case mode != "" && end.code() == 0 && end.errs == "" && end.out != "":
			c.right.Add(1)
		case mode == "" && end.code() == elftest.Status && end.out+end.errs == "":
			c.right.Add(1)
		case mode == "" && end.isNoticed():
			c.noticed.Add(1)
		default:
			how := ""
			if mode == "" {
				other := false
				if other, how = entersOther(w.t, w.subject.known, w.command(mode)...); other {
					c.other.Add(1)
					continue
				}
			}
			w.keep(b, fmt.Sprintf("%s, file %d of seed %d: %s%v %v;%s", w.subject.name, i, seed, what, w.command(mode)[1:], end, how))
		}
	}
}

// keep copies the folder to where it stays, and fails.
func (w *worker) keep(b []byte, what string) {
	dir, err := os.MkdirTemp("", "slul-failed")
	if err != nil {
		w.t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "files"), os.DirFS(w.dir)); err != nil {
		w.t.Error(err)
	}
	writeFile(w.t, filepath.Join(dir, "damaged"), b)
	w.t.Errorf("%s\nkept in %s", what, dir)
}

func TestMutations(t *testing.T) {
	n, seed := mutations(t)
	list := subjects(t)
	var turn []int // subject of file i
	for k, s := range list {
		for range s.weight {
			turn = append(turn, k)
		}
	}
	path := loader(t)
	var next atomic.Int64
	results := make([]counts, len(list))
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers := map[int]*worker{}
		for k, s := range list {
			workers[k] = newWorker(t, s, path)
		}
		wg.Go(func() {
			defer func() {
				for _, w := range workers {
					w.end()
				}
			}()
			for !t.Failed() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				k := turn[i%len(turn)]
				workers[k].one(seed, i, &results[k])
			}
		})
	}
	wg.Wait()
	for k := range results {
		c := &results[k]
		t.Logf("%-28s right %6d, wrong value noticed %6d, other code entered %4d, refused %6d", list[k].name, c.right.Load(), c.noticed.Load(), c.other.Load(), c.refused.Load())
		if n >= fewMutations && !t.Failed() && (c.right.Load() == 0 || c.refused.Load() == 0 || list[k].known != nil && list[k].weight > 10 && c.noticed.Load() == 0) {
			t.Error("this is not believable")
		}
	}
}
