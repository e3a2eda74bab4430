package start

// What the program is called: /proc/self/comm, ps, AT_EXECFN; and that argv and envp
// stay as they are, whatever is in them.

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"slul/tests/launch"
	"slul/tests/need"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

func TestNames(t *testing.T) {
	p := newPlace(t)
	prog := p.probe(t, "prog")
	p.program(t, "other/prog", tiny.Exit(1)) // a different file of the same name
	p.program(t, "other/wrong", tiny.Exit(1))
	for from, to := range map[string]string{"link": "prog", "bin/tool": "../prog", "-dash": "prog", "loop": "loop"} {
		path := filepath.Join(p.dir, from)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(prog, filepath.Join(p.dir, "hard")); err != nil {
		t.Fatal(err)
	}
	p.write(t, "noexec/tool", []byte("no program"), 0o644)
	long := p.probe(t, "a-name-of-more-than-fifteen-bytes")
	strange := p.probe(t, "odd\nname (deleted)")

	abs := func(name string) string { return filepath.Join(p.dir, name) }
	path := func(dirs ...string) []string {
		for i, d := range dirs {
			if d != "" && d[0] != '.' {
				dirs[i] = abs(d)
			}
		}
		return []string{"PATH=" + strings.Join(dirs, ":")}
	}
	tests := []struct {
		name string
		exec string // path given to execve, from the place's directory
		args []string
		env  []string
		comm string
		file string // the file that runs, for AT_EXECFN
	}{
		{"./prog", "./prog", []string{"./prog"}, nil, "prog", prog},
		{"absolute path", prog, []string{prog}, nil, "prog", prog},
		{"symlink", "./link", []string{"./link"}, nil, "link", prog},
		{"symlink elsewhere", "bin/tool", []string{"bin/tool"}, nil, "tool", prog},
		{"hard link", "./hard", []string{"./hard"}, nil, "hard", abs("hard")},
		{"PATH", abs("bin/tool"), []string{"tool"}, path("other", "bin"), "tool", prog},
		{"PATH, its own name", prog, []string{"prog"}, path("other", ""), "prog", prog},
		{"PATH, skips what is not executable", abs("bin/tool"), []string{"tool"}, path("noexec", "bin"), "tool", prog},
		{"PATH, empty element is here", "link", []string{"link"}, []string{"PATH=/nowhere:"}, "link", prog},
		{"PATH, first hit is another file", prog, []string{"wrong"}, path("other", "bin"), "prog", prog},
		{"PATH unset", "bin/tool", []string{"tool"}, nil, "prog", prog},
		{"PATH of colons", prog, []string{"tool"}, []string{"PATH=" + strings.Repeat(":", 100000)}, "prog", prog},
		{"PATH, rest of a long element", prog, []string{"tool"}, []string{"PATH=" + strings.Repeat("x", 4097) + abs("bin")}, "prog", prog},
		{"PATH, element of any length", prog, []string{"tool"}, []string{"PATH=/" + strings.Repeat("x", 100000) + ":" + abs("bin")}, "tool", prog},
		{"exec -a", prog, []string{"anything"}, path("bin"), "prog", prog},
		{"exec -a with a path to another file", prog, []string{abs("other/wrong")}, nil, "prog", prog},
		{"exec -a with a path to nothing", prog, []string{"/no/such/file"}, nil, "prog", prog},
		{"exec -a with a path to a loop", prog, []string{abs("loop")}, nil, "prog", prog},
		{"login shell", prog, []string{"-prog"}, nil, "prog", prog},
		{"login shell by a link", prog, []string{"-tool"}, path("bin"), "tool", prog},
		{"only a dash", prog, []string{"-"}, path("bin"), "prog", prog},
		{"argv[0] ends in a slash", prog, []string{prog + "/"}, nil, "prog", prog},
		{"argv[0] is empty", prog, []string{""}, path("bin"), "prog", prog},
		{"argc is 0", prog, nil, path("bin"), "prog", prog},
		{"more than 15 bytes", long, []string{long}, nil, "a-name-of-more-", long},
		{"strange bytes", strange, []string{strange}, nil, "odd\nname (delet", strange},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := launch.Spec{Path: test.exec, Args: test.args, Env: test.env, Dir: p.dir}
			d := run(t, s)
			checkStart(t, p, d, s, test.file)
			if d.Comm != test.comm {
				t.Errorf("comm is %q, want %q", d.Comm, test.comm)
			}
			if got := string(d.Files["comm"]); got != test.comm+"\n" {
				t.Errorf("/proc/self/comm is %q", got)
			}
		})
	}
}

// A file that is gone, or never had a name, runs all the same.
func TestNamesWithoutFile(t *testing.T) {
	p := newPlace(t)
	tests := []struct {
		name   string
		change func(s *launch.Spec)
		execfn func(path string) string
		comm   string
	}{
		{"by descriptor", func(s *launch.Spec) { s.ByFD = true }, func(path string) string { return path }, "gone"},
		{"deleted", func(s *launch.Spec) { s.Unlink = s.Path }, func(path string) string { return path }, "gone"},
		{"memfd", func(s *launch.Spec) { s.Memfd = true }, func(string) string { return "/memfd:slul-test" }, "memfd:slul-test"},
	}
	for _, test := range tests {
		for _, arg := range []string{"gone", "/no/such/gone", "other"} {
			t.Run(test.name+" "+arg, func(t *testing.T) {
				prog := p.probe(t, "gone")
				s := launch.Spec{Path: prog, Args: []string{arg, "x"}, Env: []string{"PATH=/bin"}}
				test.change(&s)
				d := run(t, s)
				checkRegisters(t, d)
				checkVectors(t, d, s)
				checkMemory(t, d)
				if d.ExecFn != test.execfn(prog) || d.Comm != test.comm {
					t.Errorf("AT_EXECFN %q, comm %q; want %q, %q", d.ExecFn, d.Comm, test.execfn(prog), test.comm)
				}
			})
		}
	}
}

// ps asks /proc, so it shows the same names.
func TestNamesInPs(t *testing.T) {
	ps := need.Tool(t, "ps")
	p := newPlace(t)
	p.program(t, "sleeper", tiny.Copy())
	cmd := exec.Command("./sleeper", "first", "second")
	cmd.Dir = p.dir
	in, out := launch.Piped(t, cmd)
	defer cmd.Wait()
	defer in.Close()
	in.Write([]byte("!")) // what comes back says that the program itself runs
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	got, err := exec.Command(ps, "-o", "comm=,args=", "-p", strconv.Itoa(cmd.Process.Pid)).Output()
	if err != nil {
		t.Fatal(err)
	}
	if f := strings.Join(strings.Fields(string(got)), " "); f != "sleeper ./sleeper first second" {
		t.Errorf("ps says %q", f)
	}
}

// Arguments and environment of any kind and size arrive byte for byte.
func TestVectors(t *testing.T) {
	p := newPlace(t)
	prog := p.probe(t, "prog")
	var many, large []string
	for i := range 100_000 {
		many = append(many, fmt.Sprintf("a%d", i))
	}
	for i := range 1000 {
		large = append(large, fmt.Sprintf("VARIABLE_%d=%s", i, strings.Repeat("v", 1024)))
	}
	all := new(bytes.Buffer)
	for c := 1; c < 256; c++ {
		all.WriteByte(byte(c))
	}
	// one string may be 32 pages long: MAX_ARG_STRLEN, linux/binfmts.h
	longest := strings.Repeat("z", 32*4096-1)
	tests := []struct {
		name string
		args []string
		env  []string
	}{
		{"nothing", []string{"prog"}, nil},
		{"odd number", []string{"prog", "1"}, []string{"A=1"}},
		{"empty ones", []string{"", "", ""}, []string{"", "", "="}},
		{"no equals sign", []string{"prog"}, []string{"A", "=B", "==", "A=", "A=1", "A=2"}},
		{"every byte", []string{"prog", all.String()}, []string{all.String() + "=" + all.String()}},
		{"options", []string{"prog", "--help", "--version", "--argv0", "x", "--"}, nil},
		{"loader's variables", []string{"prog"}, []string{"LD_SLUL_LIBRARY_PATH=/x", "LD_PRELOAD=/y", "LD_LIBRARY_PATH=/z"}},
		{"100,000 arguments", many, []string{"A=1"}},
		{"1 MB environment", []string{"prog"}, large},
		{"both", many, large},
		{"longest string", []string{longest, longest}, []string{longest}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := launch.Spec{Path: prog, Args: test.args, Env: test.env,
				Limits: map[int]uint64{unix.RLIMIT_STACK: 64 << 20}} // a quarter of it is for them, execve(2)
			d := run(t, s)
			checkStart(t, p, d, s, prog)
		})
	}
}

// Address-space layout: it differs between runs, and programs start without it, too.
func TestLayout(t *testing.T) {
	p := newPlace(t)
	prog := p.probe(t, "prog")
	s := launch.Spec{Path: prog, Args: []string{"prog"}}
	seen := map[uint64]bool{}
	bases := map[uint64]bool{}
	const runs = 8
	for range runs {
		d := run(t, s)
		base, _ := d.Aux(atBase)
		seen[d.Entry], bases[base] = true, true
	}
	if len(seen) < runs/2 || len(bases) < runs/2 {
		t.Errorf("%d runs: %d places of the program, %d of the loader", runs, len(seen), len(bases))
	}

	const addrNoRandomize = 0x0040000 // linux/personality.h
	s.Person = addrNoRandomize
	first, second := run(t, s), run(t, s)
	checkStart(t, p, first, s, prog)
	if first.Entry != second.Entry {
		t.Errorf("without randomization it is at %#x and at %#x", first.Entry, second.Entry)
	}
	const addrCompatLayout = 0x0200000
	s.Person = addrCompatLayout
	checkStart(t, p, run(t, s), s, prog)
}

// The loader gets by with a small stack, and with the old layout that an unlimited
// one brings.
func TestStackLimit(t *testing.T) {
	p := newPlace(t)
	prog := p.probe(t, "prog")
	for _, limit := range []uint64{64 << 10, 128 << 10, 1 << 20, unix.RLIM_INFINITY} {
		t.Run(fmt.Sprintf("%#x", limit), func(t *testing.T) {
			s := launch.Spec{Path: prog, Args: []string{"prog", "x"}, Env: []string{"A=1"}, Limits: map[int]uint64{unix.RLIMIT_STACK: limit}}
			checkStart(t, p, run(t, s), s, prog)
		})
	}
}

// Signals that the caller blocked or ignored stay so.
func TestSignals(t *testing.T) {
	p := newPlace(t)
	s := launch.Spec{Path: p.probe(t, "prog"), Args: []string{"prog"},
		Block: []unix.Signal{unix.SIGUSR1, unix.SIGTERM}, Ignore: []unix.Signal{unix.SIGPIPE, unix.SIGHUP}}
	d := run(t, s)
	if got := d.Status("SigBlk"); !strings.HasSuffix(got, "0000000000004200") {
		t.Errorf("blocked: %s", got)
	}
	if got := d.Status("SigIgn"); !strings.HasSuffix(got, "1001") {
		t.Errorf("ignored: %s", got)
	}
	if got := d.Status("SigCgt"); strings.Trim(got, "0") != "" {
		t.Errorf("caught: %s", got)
	}
}
