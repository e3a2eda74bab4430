package start

// Small programs and libraries in C, without a C library, for what would be long in
// assembly. Each source is what is special about it; the rest is preamble and a start.

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "slul/asm/amd64"
	"slul/elfimage"
	"slul/stubgen"
	"slul/tests/launch"
	"slul/tests/need"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

// preamble is what every source may use.
const preamble = `
typedef unsigned long word;
static inline long sys(long n, word a, word b, word c, word d, word e, word f) {
    register word r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    long r;
    __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
    return r;
}
#define SYS(n, ...) SYS_(n, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define SYS_(n, a, b, c, d, e, f, ...) sys(n, (word)(a), (word)(b), (word)(c), (word)(d), (word)(e), (word)(f))
enum { READ = 0, WRITE = 1, OPEN = 2, CLOSE = 3, MMAP = 9, MPROTECT = 10, SIGACTION = 13, GETPID = 39, FORK = 57, VFORK = 58, EXECVE = 59,
       WAIT4 = 61, KILL = 62, FCNTL = 72, UNLINK = 87, GETUID = 102, SETUID = 105, GETEUID = 107, SIGALTSTACK = 131, SETRESUID = 117,
       SETRESGID = 119, SETGROUPS = 116, ARCH_PRCTL = 158, SETRLIMIT = 160, EXIT = 231 };
static inline word length(const char *s) { word n = 0; while (s[n]) n++; return n; }
static inline void say(const char *s) { SYS(WRITE, 1, s, length(s)); }
static inline void number_out(word v) {
    char b[24]; int i = 23;
    b[i] = 0;
    do b[--i] = '0' + v % 10; while (v /= 10);
    say(b + i);
}
static inline int starts(const char *s, const char *with) { while (*with) if (*s++ != *with++) return 0; return 1; }
static inline word number_in(const char *s) { word v = 0; while (*s >= '0' && *s <= '9') v = 10 * v + *s++ - '0'; return v; }
`

// entry calls program with what the kernel has left, and ends with what it returns.
const entry = `
static int program(long argc, char **argv, char **envp, word *auxv);
static inline word aux(word *auxv, word tag) { for (; *auxv; auxv += 2) if (*auxv == tag) return auxv[1]; return -1; }
__attribute__((used)) static void begin(word *sp) {
    char **argv = (char **)sp + 1, **envp = argv + *sp + 1, **end = envp;
    while (*end) end++;
    SYS(EXIT, program(*sp, argv, envp, (word *)(end + 1)));
}
__asm__(".globl _start\n_start: xor %ebp, %ebp\nmov %rsp, %rdi\ncall begin\n");
`

// compile makes a file of a source.
func compile(t testing.TB, source string, flags ...string) []byte {
	t.Helper()
	gcc := need.Tool(t, "gcc")
	dir := t.TempDir()
	src, out := filepath.Join(dir, "source.c"), filepath.Join(dir, "out")
	if err := os.WriteFile(src, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	all := strings.Fields("-O1 -Wall -Werror -Wno-unused -nostdlib -ffreestanding -fno-stack-protector -fno-builtin")
	if text, err := exec.Command(gcc, slices.Concat(all, []string{"-o", out, src}, flags)...).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, text)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// c writes a SLUL program of a source that defines program. Flags name libraries.
func (p place) c(t testing.TB, name, source string, mode os.FileMode, flags ...string) string {
	t.Helper()
	so := compile(t, preamble+entry+source, append([]string{"-fPIC", "-shared"}, flags...)...)
	o := stubgen.WrapOptions{Rtld: p.rtld, Start: p.how.file()}
	if o.Start == elfimage.StartNone {
		o.Rtld = ""
	}
	file, err := stubgen.Wrap(so, o)
	if err != nil {
		t.Fatal(err)
	}
	return p.write(t, name, file, mode)
}

// tool writes a program that the kernel starts alone.
func (p place) tool(t testing.TB, name, source string) string {
	t.Helper()
	return p.write(t, name, compile(t, preamble+entry+source, "-fPIE", "-static-pie"), 0o755)
}

// markers is a directory in which every user can leave a mark, and mark is one: a library
// with a constructor that makes a file there, and with the function number.
type markers struct {
	p   place
	dir string
	lib []byte
}

func (p place) markers(t testing.TB) *markers {
	t.Helper()
	m := &markers{p: p, dir: filepath.Join(p.dir, "marks")}
	if err := os.MkdirAll(m.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(m.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	m.lib = compile(t, preamble+fmt.Sprintf(`
__attribute__((constructor)) static void mark(void) { long fd = SYS(OPEN, %q, 0101, 0666); SYS(CLOSE, fd); }
int number(void) { return 5; }
`, filepath.Join(m.dir, "mark")), "-fPIC", "-shared", "-Wl,-soname,libmark.so")
	return m
}

// put writes the library into the place.
func (m *markers) put(t testing.TB, name string) string {
	t.Helper()
	return m.p.write(t, name, m.lib, 0o755)
}

// left tells what was made in the directory since the last call.
func (m *markers) left(t testing.TB) []string {
	t.Helper()
	list, err := os.ReadDir(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
		if err := os.RemoveAll(filepath.Join(m.dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// absent checks that no mark was left.
func (m *markers) absent(t testing.TB, what string) {
	t.Helper()
	if got := m.left(t); len(got) > 0 {
		t.Errorf("%s: %q was made", what, got)
	}
}

// present checks that the constructor did run: what absent says, can fail.
func (m *markers) present(t testing.TB, what string) {
	t.Helper()
	if got := m.left(t); !slices.Equal(got, []string{"mark"}) {
		t.Errorf("%s: the constructor did not run: %q", what, got)
	}
}

// rounds starts a program many times, as a user and with limits, by a small program that does
// nothing else. The result is how often it ended with each status; 256 + n is signal n.
func (p place) rounds(t testing.TB, count int, user int, limit, from, step int, env []string, prog string, args ...string) map[int]int {
	t.Helper()
	out, err := p.driver(t, count, user, limit, from, step, env, prog, args...).Output()
	if err != nil {
		t.Fatalf("driver: %v", err)
	}
	ends := map[int]int{}
	for line := range strings.Lines(string(out)) {
		var status, n int
		if k, err := fmt.Sscan(line, &status, &n); k != 2 {
			t.Fatalf("driver: %q: %v", line, err)
		}
		ends[status] = n
	}
	return ends
}

// driver is the command line of that small program.
func (p place) driver(t testing.TB, count int, user int, limit, from, step int, env []string, prog string, args ...string) *exec.Cmd {
	t.Helper()
	driver := p.tool(t, "driver", `
static int program(long argc, char **argv, char **envp, word *auxv) {
    long count = number_in(argv[1]);
    word user = number_in(argv[2]), limit = number_in(argv[3]), from = number_in(argv[4]), step = number_in(argv[5]), none = 0;
    static unsigned ends[512];
    for (long i = 0; i < count; i++) {
        long child = SYS(FORK);
        if (child == 0) {
            if (user) SYS(SETGROUPS, 0, &none), SYS(SETRESGID, user, user, user), SYS(SETRESUID, user, user, user);
            word lim[2] = { from + i * step, -1 };
            if (limit < 100) SYS(SETRLIMIT, limit, lim);
            long r = SYS(EXECVE, argv[6], argv + 7, envp);
            SYS(EXIT, r == -2 || r == -26 ? 200 : 201); /* ENOENT, ETXTBSY */
        }
        int status = 0;
        SYS(WAIT4, child, &status, 0, 0);
        ends[status & 127 ? 256 + (status & 127) : status >> 8]++;
    }
    for (int i = 0; i < 512; i++)
        if (ends[i]) number_out(i), say(" "), number_out(ends[i]), say("\n");
    return 0;
}`)
	words := []string{fmt.Sprint(count), fmt.Sprint(user), fmt.Sprint(limit), fmt.Sprint(from), fmt.Sprint(step), prog}
	cmd := exec.Command(driver, append(words, args...)...)
	cmd.Env = env
	if p.how.magic {
		cmd = launch.Command(t, p.via(t, launch.Spec{Path: driver, Args: slices.Concat([]string{"driver"}, words, args), Env: env}))
	}
	return cmd
}

// noLimit is a limit that does not exist.
const noLimit = 100

// manyRounds is how often races are tried: as often as SLUL_TEST_ROUNDS says, or 10,000 times where
// everything is tested.
func manyRounds(t testing.TB) int {
	if v := os.Getenv("SLUL_TEST_ROUNDS"); v != "" {
		var n int
		if _, err := fmt.Sscan(v, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if os.Getenv(need.All) == "1" {
		return 10_000
	}
	return 1000
}

// needing writes a program that needs libmark.so and ends with what number gives. Runpath is
// its DT_RUNPATH, or after "rpath " its DT_RPATH; "": it has none.
func (p place) needing(t testing.TB, name, runpath string, mode os.FileMode) string {
	t.Helper()
	a := New()
	a.Label(tiny.Start)
	a.Op(CALLIND, Sym{Name: "number"})
	a.Op(MOVL, RDI, RAX)
	tiny.Call(a, unix.SYS_EXIT_GROUP)
	im := tiny.Image(tiny.Must(a))
	path, isOld := strings.CutPrefix(runpath, "rpath ")
	im.Needed, im.Runpath = []string{"libmark.so"}, path
	im.Symbols = append(im.Symbols, elfimage.Symbol{Name: "number", Func: true})
	file, err := tiny.BuildStart(im, p.how.file(), p.rtld)
	if err != nil {
		t.Fatal(err)
	}
	if isOld {
		f, err := elf.NewFile(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range f.Progs {
			for at := s.Off; s.Type == elf.PT_DYNAMIC && at < s.Off+s.Filesz; at += 16 {
				if file[at] == byte(elf.DT_RUNPATH) {
					file[at] = byte(elf.DT_RPATH)
				}
			}
		}
	}
	return p.write(t, name, file, mode)
}
