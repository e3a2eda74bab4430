// Package debug lets real debuggers and profilers look at programs that the loader started:
// a C program with a library, made without a C library, and a SLUL program.
// docs/loader.md, "Debuggers", says how they find their way.
package debug

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"slul/compiler"
	"slul/rtld/image"
	"slul/stubgen"
	"slul/tests/launch"
	"slul/tests/need"
)

const librarySource = `
int total;
int greet(int x) { total += x; return total; }
`

// The entry's unwind information says that nobody called it, so that a backtrace ends there.
const programSource = `
extern int greet(int);
int counter = 7;
static long sys(long n, long a, long b, long c) {
    long r;
    __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return r;
}
__attribute__((noinline)) int inner(int x) { counter += x; return greet(counter); }
__attribute__((noinline)) int middle(int x) { return inner(x * 2) + 1; }
__attribute__((used)) void begin(long *sp) {
    int r = middle(3);
    if (sp[0] > 1) {
        char c;
        sys(1, 1, (long)"ready\n", 6);
        sys(0, 0, (long)&c, 1); /* until somebody lets it go on */
    }
    sys(231, r != 14, 0, 0);
}
__asm__(".globl enter\n.type enter,@function\nenter: .cfi_startproc\n.cfi_undefined rip\nxor %ebp,%ebp\nmov %rsp,%rdi\ncall begin\n.cfi_endproc\n.size enter,.-enter");
`

// kit is a folder with a loader, the library, the wrapped program and a SLUL program.
type kit struct {
	t    *testing.T
	dir  string
	rtld string
}

func newKit(t *testing.T) kit {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	k := kit{t, dir, filepath.Join(dir, "slulrtld")}
	loader, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	k.write("slulrtld", loader)
	gcc := need.Tool(t, "gcc")
	k.write("greet.c", []byte(librarySource))
	k.write("prog.c", []byte(programSource))
	flags := []string{"-g", "-O1", "-fno-stack-protector", "-fPIC", "-shared", "-nostdlib"}
	k.must(gcc, append(flags, "-o", "libgreet.so", "greet.c", "-Wl,-soname,libgreet.so")...)
	k.must(gcc, append(flags, "-o", "prog.so", "prog.c", "-L.", "-l:libgreet.so", "-Wl,-rpath,$ORIGIN")...)
	so, err := os.ReadFile(filepath.Join(dir, "prog.so"))
	if err != nil {
		t.Fatal(err)
	}
	prog, err := stubgen.Wrap(so, stubgen.WrapOptions{Entry: "enter", Rtld: k.rtld})
	if err != nil {
		t.Fatal(err)
	}
	k.write("prog", prog)
	primes, err := compiler.Build("../../examples/primes", compiler.Options{Rtld: k.rtld})
	if err != nil {
		t.Fatal(err)
	}
	k.write("primes", primes.File)
	return k
}

func (k kit) write(name string, data []byte) {
	k.t.Helper()
	if err := os.WriteFile(filepath.Join(k.dir, name), data, 0o755); err != nil {
		k.t.Fatal(err)
	}
}

// run runs a tool in the folder. A minute stands for "it hangs".
func (k kit) run(tool string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, tool, args...)
	cmd.Dir = k.dir
	cmd.Env = append(os.Environ(), "HOME="+k.dir, "DEBUGINFOD_URLS=", "LC_ALL=C", "SHELL=/bin/sh")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (k kit) must(tool string, args ...string) string {
	k.t.Helper()
	out, err := k.run(tool, args...)
	if err != nil {
		k.t.Fatalf("%s %q: %v\n%s", tool, args, err, out)
	}
	return out
}

// gdb runs commands and wants lines that match, in this order. What gdb says when it has
// lost its breakpoints must never be there.
func (k kit) gdb(commands []string, args []string, want ...string) string {
	k.t.Helper()
	list := []string{"-nx", "-batch", "-ex", "set width 0"}
	for _, c := range commands {
		list = append(list, "-ex", c)
	}
	out, err := k.run(need.Tool(k.t, "gdb"), append(list, args...)...)
	if err != nil {
		k.t.Errorf("gdb %q: %v", commands, err)
	}
	rest := out
	for _, w := range want {
		at := regexp.MustCompile(`(?m)` + w).FindStringIndex(rest)
		if at == nil {
			k.t.Errorf("gdb %q %q: no %q from here on:\n%s\nall of it:\n%s", commands, args, w, rest, out)
			return out
		}
		rest = rest[at[1]:]
	}
	for _, bad := range []string{"Error in re-setting", "Cannot insert", "internal-error", "Backtrace stopped"} {
		if strings.Contains(out, bad) {
			k.t.Errorf("gdb %q: it says %q:\n%s", commands, bad, out)
		}
	}
	return out
}

// Breakpoints by name that are set before the program runs hold, in the program and in its library;
// the backtrace is whole; the files are known.
func TestBreak(t *testing.T) {
	k := newKit(t)
	dir := regexp.QuoteMeta(k.dir)
	commands := []string{"break inner", "break greet", "run", "bt", "info breakpoints", "continue", "bt", "info sharedlibrary", "continue"}
	want := []string{
		`^Breakpoint 1, inner \(x=.*\) at prog.c:9`,
		`^#0 +inner \(x=`, `^#1 .* in middle \(x=`, `^#2 .* in begin \(`, `^#3 .* in enter \(\) from ` + dir + `/(./)?prog$`,
		`^1 +breakpoint +keep y +0x[0-9a-f]+ in inner at prog.c:9`,
		`^Breakpoint 2, greet \(x=13\) at greet.c:3`,
		`^#0 +greet`, `^#1 .* in inner`, `Yes +` + dir + `/(./)?prog$`, `Yes +` + dir + `/(./)?libgreet.so$`,
		`exited normally`,
	}
	t.Run("through the stub", func(t *testing.T) { kit{t, k.dir, k.rtld}.gdb(commands, []string{"./prog"}, want...) })
	t.Run("through the loader", func(t *testing.T) {
		kit{t, k.dir, k.rtld}.gdb(append([]string{"set breakpoint pending on"}, commands...), []string{"--args", k.rtld, "./prog"}, want...)
	})
	t.Run("SLUL", func(t *testing.T) {
		kit{t, k.dir, k.rtld}.gdb([]string{"break Primes.crossed_out", "run 30", "bt", "info sharedlibrary"}, []string{"./primes"},
			`^Breakpoint 1, Primes.crossed_out`, `^#0 +Primes.crossed_out \(\) at Primes.slul:[0-9]+`, `^#1 .* in Primes.print_up_to`, `^#2 .* in Primes.main \(\) at`, `^#3 .* in _start`, `Yes +`+dir+`/primes$`)
	})
	t.Run("at every instruction", func(t *testing.T) {
		commands := []string{"break Primes.print_up_to", "run 30"}
		const steps = 200 // through beginnings and ends of functions
		for range steps {
			commands = append(commands, "stepi", "bt -3")
		}
		out := kit{t, k.dir, k.rtld}.gdb(commands, []string{"./primes"}, `^#3 .* in _start`)
		if got := len(regexp.MustCompile(`(?m)^#[2-9] .* in _start`).FindAllString(out, -1)); got != steps {
			t.Errorf("%d of %d backtraces end in _start:\n%s", got, steps, out)
		}
	})
	t.Run("a line", func(t *testing.T) {
		kit{t, k.dir, k.rtld}.gdb([]string{"break prog.c:10", "run", "info line"}, []string{"./prog"}, `^Breakpoint 1, middle \(x=.*\) at prog.c:10`)
	})
}

// A debugger that comes later finds the same.
func TestAttach(t *testing.T) {
	k := newKit(t)
	cmd := exec.Command("./prog", "wait")
	cmd.Dir = k.dir
	in, out := launch.Piped(t, cmd)
	ready := make([]byte, 6)
	if _, err := out.Read(ready); err != nil || string(ready) != "ready\n" {
		t.Fatalf("%q, %v", ready, err)
	}
	dir := regexp.QuoteMeta(k.dir)
	k.gdb([]string{"bt", "print counter", "print total", "info sharedlibrary"}, []string{"-p", strconv.Itoa(cmd.Process.Pid)},
		`begin \(`, `in enter \(\)`, `^\$1 = 13`, `^\$2 = 13`, `Yes +`+dir+`/\./prog$`, `Yes +`+dir+`/\./libgreet.so$`)
	in.Write([]byte("x"))
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// A core file shows the program's and the library's functions, opened with the program or
// with the loader.
func TestCore(t *testing.T) {
	k := newKit(t)
	k.gdb([]string{"break greet", "run", "generate-core-file core.file"}, []string{"./prog"}, `^Breakpoint 1, greet`, `^Saved corefile core.file`)
	dir := regexp.QuoteMeta(k.dir)
	frames := []string{`^#0 +greet \(x=13\) at greet.c:3`, `^#1 .* in inner \(x=`, `^#2 .* in middle \(x=`, `in enter \(\)`}
	k.gdb([]string{"bt", "info sharedlibrary"}, []string{"./prog", "core.file"}, append(frames, `Yes +`+dir+`/prog$`, `Yes +`+dir+`/libgreet.so$`)...)
	k.gdb([]string{"bt", "print counter"}, []string{k.rtld, "core.file"}, append(frames, `^\$1 = 13`)...)
}

// A profiler names functions: it goes by the files that are mapped.
func TestPerf(t *testing.T) {
	k := newKit(t)
	perf := need.Tool(t, "perf")
	if out, err := k.run(perf, "record", "-q", "-e", "cpu-clock", "-o", "perf.data", "./primes", "3000000"); err != nil {
		need.Missing(t, "perf cannot record here: %v %.300s", err, out)
	}
	out := k.must(perf, "script", "-i", "perf.data", "-F", "ip,sym,dso")
	if !strings.Contains(out, "Primes.crossed_out") || !strings.Contains(out, "/primes)") {
		t.Errorf("no function of the program:\n%.2000s", out)
	}
}

// What is in the files for the debuggers' sake is in nobody's way.
func TestFiles(t *testing.T) {
	k := newKit(t)
	for _, name := range []string{"prog", "primes", "slulrtld"} {
		for _, args := range [][]string{{"readelf", "-aW"}, {"objdump", "-d"}} {
			need.Quiet(t, args[0], append(args[1:], filepath.Join(k.dir, name))...)
		}
	}
	if segments := k.must(need.Tool(t, "readelf"), "-lW", "prog"); strings.Contains(segments, "INTERP") {
		t.Errorf("the kernel would look for an interpreter:\n%s", segments)
	}
}
