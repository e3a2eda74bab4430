package start

// States of the process and of the system (docs/loader.md): limits, mounts, filters, signals,
// and those who watch.

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"slul/elfimage"
	"slul/rtld/elftest"
	"slul/stubgen"
	"slul/tests/launch"
	"slul/tests/need"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

// No descriptor is left for a library, or for the program.
func TestDescriptorLimitLibrary(t *testing.T) {
	p := newPlace(t)
	p.numbered(t, "lib", 5)
	prog := p.needing(t, "prog", "$ORIGIN/lib", 0o755)
	interp := p.write(t, "interp", tiny.Interp{Path: p.rtld, Table: true}.Bytes(tiny.Exit(5)), 0o755)
	tests := []struct {
		path  string
		args  []string
		limit uint64
		says  string // "": it runs
	}{
		{prog, []string{prog}, 5, "libraries not found: libmark.so"}, {prog, []string{prog}, 6, ""},
		{p.rtld, []string{"rtld", prog}, 3, "cannot open"}, {p.rtld, []string{"rtld", prog}, 4, "libraries not found: libmark.so"},
		{p.rtld, []string{"rtld", prog}, 5, ""},
		{interp, []string{interp}, 3, ""},
	}
	for _, test := range tests {
		r := launch.Run(t, launch.Spec{Path: test.path, Args: test.args, Limits: map[int]uint64{unix.RLIMIT_NOFILE: test.limit}})
		if test.says == "" {
			if r.Exit != 5 {
				t.Errorf("%v with %d: %s", test.args, test.limit, describe(r))
			}
			continue
		}
		refused(t, r, 127, test.says, "EMFILE"+elftest.CureWords)
	}
}

// A library that is there and may not be read is named with the reason.
func TestDeniedLibrary(t *testing.T) {
	need.Root(t)
	p := newPlace(t)
	p.numbered(t, "lib", 5)
	prog := p.needing(t, "prog", "$ORIGIN/lib", 0o755)
	for _, mode := range []os.FileMode{0, 0o700} { // the file, and then its directory
		at := filepath.Join(p.dir, "lib")
		if mode == 0 {
			at = filepath.Join(at, "libmark.so")
		}
		if err := os.Chmod(at, mode); err != nil {
			t.Fatal(err)
		}
		refused(t, launch.Run(t, launch.Spec{Path: prog, Args: []string{prog}, User: nobody}), 127, "libraries not found: libmark.so", ", last error EACCES"+elftest.Cure(prog))
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// /proc in the forms that containers give it.
func TestMaskedProc(t *testing.T) {
	need.Root(t)
	p := newPlace(t)
	prog := p.program(t, "prog", tiny.Exit(5))
	proc := func(data string) []launch.Mount {
		return []launch.Mount{{Source: "proc", Target: "/proc", Type: "proc", Data: data}}
	}
	tests := []struct {
		name   string
		mounts []launch.Mount
		named  bool // the program is found only by its name
	}{
		{"hidepid=2", proc("hidepid=2"), false},
		{"subset=pid", proc("subset=pid"), false},
		{"read-only", []launch.Mount{{Source: "proc", Target: "/proc", Type: "proc", Flags: unix.MS_RDONLY}}, false},
		{"noexec", []launch.Mount{{Source: "proc", Target: "/proc", Type: "proc", Flags: unix.MS_NOEXEC | unix.MS_NOSUID | unix.MS_NODEV}}, false},
		{"masked", []launch.Mount{{Source: "tmpfs", Target: "/proc", Type: "tmpfs"}}, true},
	}
	for _, test := range tests {
		for _, user := range []int{0, nobody} {
			s := launch.Spec{Path: prog, Args: []string{prog}, User: user, Mounts: test.mounts}
			if r := launch.Run(t, s); r.Exit != 5 || len(r.Stderr) > 0 {
				t.Errorf("%s, user %d: %s", test.name, user, describe(r))
			}
			s.Args = []string{"/nowhere"}
			if r := launch.Run(t, s); test.named {
				refused(t, r, 127, "/proc is not mounted")
			} else if r.Exit != 5 || len(r.Stderr) > 0 {
				t.Errorf("%s, user %d: %s", test.name, user, describe(r))
			}
		}
	}
}

// A mount without exec: what is on it is not run, by no detour.
func TestNoexec(t *testing.T) {
	need.Root(t)
	p := newPlace(t)
	p.numbered(t, "no/lib", 5)
	p.numbered(t, "lib", 5)
	prog := p.needing(t, "prog", "$ORIGIN/no/lib", 0o755)
	onIt := p.needing(t, "no/prog", "$ORIGIN/../lib", 0o755)
	run := func(path string, args ...string) launch.Result {
		s := launch.Spec{Path: path, Args: args}
		s.Bind(filepath.Join(p.dir, "no"), unix.MS_NOEXEC)
		return launch.Run(t, s)
	}
	refused(t, run(p.rtld, "rtld", onIt), 126, onIt+": cannot map a segment: EPERM")
	refused(t, run(prog, prog), 126, p.dir+"/no/lib/libmark.so: cannot map a segment: EPERM")
	refused(t, run(p.rtld, "rtld", prog), 126, p.dir+"/no/lib/libmark.so: cannot map a segment: EPERM")
	if r := launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"rtld", onIt}}); r.Exit != 5 {
		t.Errorf("with exec: %s", describe(r))
	}
	// one that is loaded late is an answer to the program
	late := p.c(t, "late", `
void *slulrtld_load(const char *);
const char *slulrtld_error(void);
static int program(long argc, char **argv, char **envp, word *auxv) {
    if (slulrtld_load(argv[1])) return 66;
    say(slulrtld_error());
    return slulrtld_load(argv[2]) ? 3 : 67;
}`, 0o755)
	r := run(late, late, p.dir+"/no/lib/libmark.so", p.dir+"/lib/libmark.so")
	if r.Exit != 3 || !strings.Contains(string(r.Stdout), "cannot map a segment: EPERM") || len(r.Stderr) > 0 {
		t.Errorf("late: %s", describe(r))
	}
	// the loader itself
	p.write(t, "no/slulrtld", loader(t), 0o755)
	other := place{dir: p.dir, rtld: filepath.Join(p.dir, "no/slulrtld")}
	prog = other.program(t, "other", tiny.Exit(5))
	refused(t, run(prog, prog), 127, stubgen.Message(other.rtld))
}

// A loader that the kernel does not take.
func TestLoaderDamaged(t *testing.T) {
	p := newPlace(t)
	prog := p.program(t, "prog", tiny.Exit(5))
	whole := loader(t)
	for name, file := range map[string][]byte{"empty": nil, "header": whole[:64], "four bytes": whole[:4], "other machine": slices.Concat(whole[:18], []byte{183}, whole[19:])} {
		p.write(t, "slulrtld", file, 0o755)
		t.Run(name, func(t *testing.T) {
			refused(t, launch.Run(t, launch.Spec{Path: prog, Args: []string{prog}}), 127, stubgen.Message(p.rtld))
		})
	}
	if err := os.Remove(p.rtld); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(p.rtld, 0o755); err != nil {
		t.Fatal(err)
	}
	refused(t, launch.Run(t, launch.Spec{Path: prog, Args: []string{prog}}), 127, stubgen.Message(p.rtld))
}

// System calls that a filter forbids: the program runs without, or there is one line.
func TestDenied(t *testing.T) {
	need.Root(t) // for a filter without no_new_privs
	p := newPlace(t)
	p.numbered(t, "lib", 5)
	prog := p.needing(t, "prog", "$ORIGIN/lib", 0o755)
	deny := func(call int, e syscall.Errno) launch.Denial { return launch.Denial{Call: call, Errno: e} }
	withExec := func(call, arg int, e syscall.Errno) launch.Denial {
		return launch.Denial{Call: call, Errno: e, Arg: arg, Mask: unix.PROT_EXEC}
	}
	const runs = 5
	tests := []struct {
		name  string
		deny  launch.Denial
		stub  int // status in stub mode
		named int // and in explicit mode
		word  string
	}{
		{"execveat ENOSYS", deny(unix.SYS_EXECVEAT, unix.ENOSYS), 127, runs, ": slul install"},
		{"execveat EPERM", deny(unix.SYS_EXECVEAT, unix.EPERM), 127, runs, ": slul install"},
		{"execveat ENOMEM", deny(unix.SYS_EXECVEAT, unix.ENOMEM), 127, runs, ": slul install"},
		{"execveat E2BIG", deny(unix.SYS_EXECVEAT, unix.E2BIG), 127, runs, ": slul install"},
		{"execveat by path alone", launch.Denial{Call: unix.SYS_EXECVEAT, Errno: unix.EPERM, Arg: 4, Mask: unix.AT_EMPTY_PATH}, 127, runs, ": slul install"},
		{"prctl ENOSYS", deny(unix.SYS_PRCTL, unix.ENOSYS), runs, runs, ""},
		{"prctl EPERM", deny(unix.SYS_PRCTL, unix.EPERM), runs, runs, ""},
		{"brk", deny(unix.SYS_BRK, unix.ENOSYS), runs, runs, ""},
		{"close", deny(unix.SYS_CLOSE, unix.EPERM), runs, runs, ""},
		{"rt_sigaction", deny(unix.SYS_RT_SIGACTION, unix.EPERM), runs, runs, ""},
		{"rt_sigprocmask", deny(unix.SYS_RT_SIGPROCMASK, unix.EPERM), runs, runs, ""},
		{"fcntl", deny(unix.SYS_FCNTL, unix.EPERM), runs, runs, ""},
		{"clock_gettime", deny(unix.SYS_CLOCK_GETTIME, unix.EPERM), runs, runs, ""},
		{"readlinkat", deny(unix.SYS_READLINKAT, unix.EPERM), runs, runs, ""},
		{"newfstatat", deny(unix.SYS_NEWFSTATAT, unix.EPERM), runs, runs, ""},
		{"mmap with exec EPERM", withExec(unix.SYS_MMAP, 2, unix.EPERM), 126, 126, "cannot map a segment: EPERM"},
		{"mmap with exec EACCES", withExec(unix.SYS_MMAP, 2, unix.EACCES), 126, 126, "cannot map a segment: EACCES"},
		{"mmap with exec ENOMEM", withExec(unix.SYS_MMAP, 2, unix.ENOMEM), 127, 127, ""},
		{"mmap", deny(unix.SYS_MMAP, unix.EPERM), 126, 126, "EPERM"},
		{"mprotect", deny(unix.SYS_MPROTECT, unix.EPERM), 126, 126, "EPERM"},
		{"fstat", deny(unix.SYS_FSTAT, unix.EPERM), 126, 126, "EPERM"},
		{"pread64", deny(unix.SYS_PREAD64, unix.EPERM), 126, 126, "EPERM"},
		{"arch_prctl", deny(unix.SYS_ARCH_PRCTL, unix.EPERM), 126, 126, "EPERM"},
		{"openat", deny(unix.SYS_OPENAT, unix.ENOSYS), 127, 127, ""},
	}
	for _, test := range tests {
		for _, explicit := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/explicit %v", test.name, explicit), func(t *testing.T) {
				s := launch.Spec{Path: prog, Args: []string{prog, "x"}, Deny: []launch.Denial{test.deny}}
				want := test.stub
				if explicit {
					s.Path, s.Args, want = p.rtld, []string{"rtld", prog, "x"}, test.named
				}
				r := launch.Run(t, s)
				if want != runs {
					refused(t, r, want, test.word)
				} else if r.Exit != runs || len(r.Stderr) > 0 {
					t.Error(describe(r))
				}
			})
		}
	}
}

// The reason why one late load failed is not told of the next.
func TestDeniedOnce(t *testing.T) {
	p := newPlace(t)
	p.write(t, "file", nil, 0o644)
	for name, runpath := range map[string]string{"denied.so": "$ORIGIN/file", "absent.so": "$ORIGIN/nowhere"} {
		im := &elfimage.Image{
			Machine: uint16(elf.EM_X86_64), Text: []byte{0xc3}, Soname: name, Needed: []string{"libmark.so"}, Runpath: runpath,
			Symbols: []elfimage.Symbol{{Name: name[:6], Section: elfimage.Text, Size: 1, Func: true, Export: true}},
		}
		file, err := im.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		p.write(t, name, file, 0o644)
	}
	prog := p.c(t, "prog", `
void *slulrtld_load(const char *);
const char *slulrtld_error(void);
static int program(long argc, char **argv, char **envp, word *auxv) {
    for (int i = 1; i < argc; i++) {
        if (slulrtld_load(argv[i])) return 67;
        say(slulrtld_error());
        say("\n");
    }
    return 5;
}`, 0o755)
	r := launch.Run(t, launch.Spec{Path: prog, Args: []string{"prog", p.dir + "/denied.so", p.dir + "/absent.so"}})
	lines := strings.Split(string(r.Stdout), "\n")
	if r.Exit != 5 || len(lines) != 3 || !strings.HasSuffix(lines[0], ", last error ENOTDIR") || !strings.HasSuffix(lines[1], ")") {
		t.Error(describe(r))
	}
}

// As many mappings as a process may have: a library that is loaded then is an answer to the program,
// and nothing is left of it.
func TestMappingLimit(t *testing.T) {
	text, err := os.ReadFile("/proc/sys/vm/max_map_count")
	if err != nil {
		t.Fatal(err)
	}
	var most int
	fmt.Sscan(string(text), &most)
	need.That(t, most > 0 && most < 1<<21, "vm.max_map_count is "+strings.TrimSpace(string(text)))
	p := newPlace(t)
	p.numbered(t, "lib", 5)
	prog := p.c(t, "prog", fmt.Sprintf(`
void *slulrtld_load(const char *);
void *slulrtld_symbol(void *, const char *);
const char *slulrtld_error(void);
static int program(long argc, char **argv, char **envp, word *auxv) {
    const word pages = %d, size = pages * 4096;
    long at = SYS(MMAP, 0, size, 0, 0x4022, -1, 0), r = 0; /* private, anonymous, without reserve */
    if (at < 0 && at > -4096) return 65;
    word made = 0;
    for (; made < pages && !r; made += 2) r = SYS(MPROTECT, at + made * 4096, 4096, 1);
    if (r != -12) return 66;
    while (SYS(MMAP, 0, 4096, 1, 0x21, -1, 0) > 0) ; /* shared, anonymous: none joins another */
    if (slulrtld_load(argv[1])) return 67;
    say(slulrtld_error());
    if (SYS(11, at, size)) return 68;
    void *lib = slulrtld_load(argv[1]);
    if (!lib) return 69;
    int (*number)(void) = slulrtld_symbol(lib, "number");
    return number();
}`, 4*most), 0o755)
	r := launch.Run(t, launch.Spec{Path: prog, Args: []string{"prog", filepath.Join(p.dir, "lib/libmark.so")}})
	if r.Exit != 5 || len(r.Stderr) > 0 || !strings.Contains(string(r.Stdout), "libmark.so: no address space: bytes=4096") {
		t.Error(describe(r))
	}
}

// More memory than the kernel promises to anyone (vm.overcommit_memory 0 and 2).
func TestOvercommit(t *testing.T) {
	text, err := os.ReadFile("/proc/sys/vm/overcommit_memory")
	if err != nil {
		t.Fatal(err)
	}
	need.That(t, strings.TrimSpace(string(text)) != "1", "vm.overcommit_memory is 1: everything is promised")
	p := newPlace(t)
	raw, err := os.ReadFile(p.program(t, "prog", tiny.Exit(5), func(im *elfimage.Image) { im.BssSize = 4096 }))
	if err != nil {
		t.Fatal(err)
	}
	f, err := elfimage.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range f.Segments {
		if s.Type == elf.PT_LOAD && s.Flags&elf.PF_W != 0 {
			binary.LittleEndian.PutUint64(raw[elfimage.EhdrSize+i*elfimage.PhdrSize+40:], 1<<45) // p_memsz: 32 TiB
		}
	}
	prog := p.write(t, "prog", raw, 0o755)
	refused(t, launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"rtld", prog}}), 127, prog+": cannot ")
}

// Without the right to gain rights: everything runs, and nothing is set-user-ID.
func TestNoNewPrivs(t *testing.T) {
	p := newPlace(t)
	need.SetID(t, p.dir)
	for _, mode := range []os.FileMode{0o755, setUID, setGID} {
		prog := p.setID(t, owner, owner, mode)
		d := run(t, launch.Spec{Path: prog, Args: []string{prog}, Env: []string{"LD_PRELOAD=x"}, User: nobody, NoNewPrivs: true})
		euid, _ := d.Aux(atEUID)
		egid, _ := d.Aux(atEGID)
		secure, _ := d.Aux(atSecure)
		if euid != nobody || egid != nobody || secure != 0 || len(d.Env) != 1 || d.Status("NoNewPrivs") != "1" {
			t.Errorf("mode %v: ids %d, %d, AT_SECURE %d, env %q, NoNewPrivs %q", mode, euid, egid, secure, d.Env, d.Status("NoNewPrivs"))
		}
	}
}

// A sandbox of Landlock has to allow the program, its libraries, the loader, and /proc.
func TestLandlock(t *testing.T) {
	_, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	need.That(t, errno == 0, "the kernel has no Landlock")
	p := newPlace(t)
	p.numbered(t, "lib", 5)
	prog := p.needing(t, "prog", "$ORIGIN/lib", 0o755)
	lib := filepath.Join(p.dir, "lib")
	tests := []struct {
		name    string
		allowed []string
		status  int
		word    string
	}{
		{"all", []string{"/"}, 5, ""},
		{"enough", []string{prog, lib, p.rtld, "/proc"}, 5, ""},
		{"no loader", []string{prog, lib, "/proc"}, 127, ": slul install"},
		{"no library", []string{prog, p.rtld, "/proc"}, 127, "libraries not found"},
	}
	for _, test := range tests {
		r := launch.Run(t, launch.Spec{Path: prog, Args: []string{prog}, Landlock: test.allowed})
		if test.status == 5 {
			if r.Exit != 5 || len(r.Stderr) > 0 {
				t.Errorf("%s: %s", test.name, describe(r))
			}
			continue
		}
		refused(t, r, test.status, test.word)
	}
}

// Programs and libraries on other file systems.
func TestFileSystems(t *testing.T) {
	need.Root(t)
	p := newPlace(t)
	p.numbered(t, "lower/lib", 5)
	p.needing(t, "lower/prog", "$ORIGIN/lib", 0o755)
	for _, dir := range []string{"upper", "work", "merged", "tmp"} {
		if err := os.Mkdir(filepath.Join(p.dir, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	at := func(name string) string { return filepath.Join(p.dir, name) }
	overlay := launch.Mount{Source: "overlay", Target: at("merged"), Type: "overlay",
		Data: "lowerdir=" + at("lower") + ",upperdir=" + at("upper") + ",workdir=" + at("work")}
	readOnly := overlay
	readOnly.Data = "lowerdir=" + at("lower") + ":" + at("upper")
	for name, m := range map[string]launch.Mount{"overlay": overlay, "overlay, read-only": readOnly} {
		s := launch.Spec{Path: at("merged/prog"), Args: []string{at("merged/prog")}, Mounts: []launch.Mount{m}}
		if r := launch.Run(t, s); r.Exit != 5 || len(r.Stderr) > 0 {
			t.Errorf("%s: %s", name, describe(r))
		}
	}
	t.Run("tmpfs", func(t *testing.T) {
		dir, err := os.MkdirTemp("/dev/shm", "slul")
		need.That(t, err == nil, "there is no /dev/shm")
		t.Cleanup(func() { os.RemoveAll(dir) })
		q := place{dir: dir, rtld: filepath.Join(dir, "slulrtld")}
		q.write(t, "slulrtld", loader(t), 0o755)
		q.numbered(t, "lib", 5)
		prog := q.needing(t, "prog", "$ORIGIN/lib", 0o755)
		if r := launch.Run(t, launch.Spec{Path: prog, Args: []string{prog}}); r.Exit != 5 || len(r.Stderr) > 0 {
			t.Error(describe(r))
		}
	})
}

// A program without a name has no directory: $ORIGIN leads nowhere, and above all not to the current one.
func TestNoOrigin(t *testing.T) {
	p := newPlace(t)
	p.numbered(t, "here", 99)
	p.numbered(t, "lib", 5)
	for name, change := range map[string]func(*launch.Spec){
		"deleted": func(s *launch.Spec) { s.Unlink = s.Path },
		"memfd":   func(s *launch.Spec) { s.Memfd = true },
	} {
		for _, runpath := range []string{"$ORIGIN", "$ORIGIN/lib", "$ORIGIN/..:$ORIGIN/../here:$ORIGIN/here"} {
			prog := p.needing(t, "prog", runpath, 0o755)
			s := launch.Spec{Path: prog, Args: []string{"gone"}, Dir: filepath.Join(p.dir, "here")}
			change(&s)
			refused(t, launch.Run(t, s), 127, "libraries not found: libmark.so")
			t.Logf("%s, %s", name, runpath)
		}
		prog := p.needing(t, "prog", "$ORIGIN:"+filepath.Join(p.dir, "lib"), 0o755)
		s := launch.Spec{Path: prog, Args: []string{"gone"}, Dir: filepath.Join(p.dir, "here")}
		change(&s)
		if r := launch.Run(t, s); r.Exit != 5 || len(r.Stderr) > 0 {
			t.Errorf("%s: %s", name, describe(r))
		}
	}
}

// Scripts: four deep as deep as the kernel goes, with a line end of another system.
func TestScripts(t *testing.T) {
	p := newPlace(t)
	prog := p.program(t, "prog", tiny.Exit(5))
	last := p.rtld + " " + prog
	for depth := 1; depth <= 6; depth++ {
		script := p.write(t, fmt.Sprint("script", depth), []byte("#!"+last+"\n"), 0o755)
		err := exec.Command(script).Run()
		if depth <= 4 {
			if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 5 {
				t.Errorf("depth %d: %v", depth, err)
			}
		} else if depth == 6 && err == nil {
			t.Error("no limit")
		}
		last = script
	}
	script := p.write(t, "crlf", []byte("#!"+p.rtld+" "+prog+"\r\n"), 0o755)
	refused(t, launch.Run(t, launch.Spec{Path: script, Args: []string{script}}), 127, prog+"?: cannot open: ENOENT")
}

// Parents that share their memory with the process, or are threads.
func TestParents(t *testing.T) {
	p := newPlace(t)
	prog := p.program(t, "prog", tiny.Exit(5))
	parent := p.tool(t, "parent", `
static char *const *arguments, *const *variables;
static long stacks[2][4096];
static volatile long guard = 0x1234;
static int thread(void) { SYS(EXECVE, arguments[0], arguments, variables); SYS(EXIT, 67); return 0; }
static long spawn(word flags, void *stack) {
    register word r10 __asm__("r10") = 0, r8 __asm__("r8") = 0, r12 __asm__("r12") = (word)thread;
    long r;
    __asm__ volatile("syscall\ntest %%rax, %%rax\njnz 1f\nand $-16, %%rsp\ncall *%%r12\n1:" : "=a"(r)
        : "a"(56L), "D"(flags), "S"(stack), "d"(0L), "r"(r10), "r"(r8), "r"(r12) : "rcx", "r11", "memory");
    return r;
}
static int program(long argc, char **argv, char **envp, word *auxv) {
    arguments = argv + 2, variables = envp;
    int status = 0;
    if (argv[1][0] == 'v') { /* CLONE_VM, CLONE_VFORK, SIGCHLD: as vfork, on another stack */
        long child = spawn(0x100 | 0x4000 | 17, stacks[1]);
        SYS(WAIT4, child, &status, 0, 0);
        return guard == 0x1234 ? status >> 8 : 66;
    }
    spawn(0x100 | 0x200 | 0x400 | 0x800 | 0x10000, stacks[1]); /* CLONE_VM, FS, FILES, SIGHAND, THREAD */
    if (argv[1][0] == '2') spawn(0x100 | 0x200 | 0x400 | 0x800 | 0x10000, stacks[1] + 2048);
    for (;;) SYS(34); /* pause */
}`)
	for _, how := range []string{"vfork", "1 thread", "2 threads"} {
		for range 20 {
			for _, args := range [][]string{{prog}, {p.rtld, prog}} {
				r := launch.Run(t, launch.Spec{Path: parent, Args: slices.Concat([]string{"parent", how}, args)})
				if r.Exit != 5 || len(r.Stderr) > 0 {
					t.Errorf("%s: %s", how, describe(r))
				}
			}
		}
	}
}

// What the loader does about SIGBUS is over when the program runs, whatever was before; a pending signal
// stays pending.
func TestSignalsLibrary(t *testing.T) {
	p := newPlace(t)
	p.numbered(t, "lib", 5)
	file := compile(t, preamble+"int number(void) { return 5; }", "-fPIC", "-shared", "-Wl,-soname,libmark.so")
	lib := p.write(t, "lib/libmark.so", file, 0o755)
	prog := p.c(t, "prog", `
int number(void);
static int program(long argc, char **argv, char **envp, word *auxv) {
    static char text[4096];
    long n = SYS(READ, SYS_OPEN_STATUS, text, sizeof text);
    SYS(WRITE, 1, text, n);
    return number();
}`, 0o755, lib, "-Wl,-rpath,$ORIGIN/lib", `-DSYS_OPEN_STATUS=sys(2,(word)"/proc/self/status",0,0,0,0,0)`)
	for _, s := range []launch.Spec{
		{},
		{Block: []unix.Signal{unix.SIGBUS}},
		{Ignore: []unix.Signal{unix.SIGBUS}},
		{Block: []unix.Signal{unix.SIGBUS, unix.SIGALRM}, Ignore: []unix.Signal{unix.SIGUSR1}, Pending: []unix.Signal{unix.SIGALRM}},
	} {
		s.Path, s.Args = prog, []string{prog}
		r := launch.Run(t, s)
		if r.Exit != 5 || len(r.Stderr) > 0 {
			t.Fatal(describe(r))
		}
		set := func(list []unix.Signal) (bits uint64) {
			for _, s := range list {
				bits |= 1 << (s - 1)
			}
			return bits
		}
		for field, want := range map[string]uint64{"SigBlk": set(s.Block), "SigIgn": set(s.Ignore), "SigPnd": set(s.Pending), "SigCgt": 0} {
			_, line, _ := strings.Cut(string(r.Stdout), field+":\t")
			var got uint64
			if fmt.Sscanf(line, "%x", &got); got&^(1<<31|1<<32) != want { // the Go runtime's own are beyond
				t.Errorf("%s is %#x, want %#x", field, got, want)
			}
		}
	}
}

// A message to a pipe that nobody reads any more.
func TestPipeClosed(t *testing.T) {
	p := newPlace(t)
	for _, ignored := range []bool{true, false} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		s := launch.Spec{Path: p.rtld, Args: []string{"rtld", "/no/such/file"}}
		if ignored {
			s.Ignore = []unix.Signal{unix.SIGPIPE}
		}
		cmd := launch.Command(t, s)
		cmd.Stderr = w
		cmd.Run()
		w.Close()
		ws := cmd.ProcessState.Sys().(syscall.WaitStatus)
		if ignored && ws.ExitStatus() != 127 || !ignored && ws.Signal() != unix.SIGPIPE { // as any other program
			t.Errorf("ignored %v: %v", ignored, cmd.ProcessState)
		}
	}
}

// A library that gets another file while the program runs is the old one to this program.
func TestLibraryReplaced(t *testing.T) {
	p := newPlace(t)
	file := compile(t, preamble+"int number(void) { return 5; }", "-fPIC", "-shared", "-Wl,-soname,libmark.so")
	lib := p.write(t, "lib/libmark.so", file, 0o755)
	prog := p.c(t, "prog", `
int number(void);
static int program(long argc, char **argv, char **envp, word *auxv) {
    char c;
    say("x");
    SYS(READ, 0, &c, 1);
    return number();
}`, 0o755, lib, "-Wl,-rpath,$ORIGIN/lib")
	cmd := exec.Command(prog)
	in, out := launch.Piped(t, cmd)
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	p.numbered(t, "new", 9)
	if err := os.Rename(filepath.Join(p.dir, "new/libmark.so"), lib); err != nil {
		t.Fatal(err)
	}
	in.Close()
	cmd.Wait()
	if cmd.ProcessState.ExitCode() != 5 {
		t.Errorf("%v", cmd.ProcessState)
	}
	cmd = exec.Command(prog)
	cmd.Run()
	if cmd.ProcessState.ExitCode() != 9 {
		t.Errorf("the next one: %v", cmd.ProcessState)
	}
}

// Under tools that stand between program and kernel.
func TestUnderTools(t *testing.T) {
	p := newPlace(t)
	p.numbered(t, "lib", 5)
	prog := p.needing(t, "prog", "$ORIGIN/lib", 0o755)
	plain := p.program(t, "plain", tiny.Exit(5))
	log := filepath.Join(t.TempDir(), "log")
	tools := [][]string{
		{"strace", "-f", "-o", log},
		{"setarch", "-R"},
		{"setarch", "-L"},
		{"setpriv", "--no-new-privs"},
		{"nice", "-n", "1"},
		{"env", "-i"},
	}
	for _, tool := range tools {
		path := need.Tool(t, tool[0])
		for _, run := range [][]string{{prog}, {plain}, {p.rtld, prog}} {
			out, err := exec.Command(path, slices.Concat(tool[1:], run)...).CombinedOutput()
			if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 5 || len(out) > 0 {
				t.Errorf("%v %v: %v: %s", tool, run, err, out)
			}
		}
	}
	var out bytes.Buffer
	gdb := exec.Command(need.Tool(t, "gdb"), "-nx", "-batch", "-ex", "set auto-load off", "-ex", "run", "-ex", "print $_exitcode", prog)
	gdb.Env = append(os.Environ(), "HOME="+t.TempDir(), "DEBUGINFOD_URLS=")
	gdb.Stdout, gdb.Stderr = &out, &out
	if err := gdb.Run(); err != nil || !strings.Contains(out.String(), "$1 = 5") {
		t.Errorf("gdb: %v: %s", err, out.String())
	}
}

// Tools that do not know execveat(2) to the full start a program through its loader by name.
// qemu-user has no such call before 8.1; valgrind makes an execve of it, which loses what the stub
// has to tell. Both end in one line.
func TestUnderEmulators(t *testing.T) {
	p := newPlace(t)
	p.numbered(t, "lib", 5)
	prog := p.needing(t, "prog", "$ORIGIN/lib", 0o755)
	for _, tool := range [][]string{{"qemu-x86_64"}, {"valgrind", "-q"}, {"valgrind", "-q", "--trace-children=yes"}} {
		path := need.Tool(t, tool[0])
		run := func(args ...string) launch.Result {
			var out, errs bytes.Buffer
			cmd := exec.Command(path, slices.Concat(tool[1:], args)...)
			cmd.Stdout, cmd.Stderr = &out, &errs
			cmd.Run()
			return launch.Result{Stdout: out.Bytes(), Stderr: errs.Bytes(), Exit: cmd.ProcessState.ExitCode()}
		}
		if r := run(p.rtld, prog); r.Exit != 5 || len(r.Stderr) > 0 {
			t.Errorf("%v, explicit: %s", tool, describe(r))
		}
		if r := run(prog); r.Exit != 5 {
			refused(t, r, 127)
		}
	}
}
