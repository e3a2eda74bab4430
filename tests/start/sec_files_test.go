package start

// Attacks through files: libraries, paths to them, the program's own file.

import (
	"bytes"
	"debug/elf"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"slul/elfimage"
	"slul/rtld/elftest"
	"slul/tests/launch"
	"slul/tests/need"
	"slul/tests/probe"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

// system makes what is in a directory of the place appear below /usr/lib, for this start alone.
func (p place) system(s *launch.Spec, dir string) {
	lower := "lowerdir=" + filepath.Join(p.dir, dir) + ":/usr/lib"
	s.Mounts = append(s.Mounts, launch.Mount{Source: "overlay", Target: "/usr/lib", Type: "overlay", Data: lower})
}

// An interpreter that is none, or that the caller may not read, gives one line, which tells nothing
// of what is in the file.
func TestSEC07Interpreters(t *testing.T) {
	p := newPlace(t)
	const secret = "the content of the file"
	file := p.write(t, "secret", bytes.Repeat([]byte(secret), 100), 0o644)
	code := tiny.Print(decoyText, 0)
	plain := func(path string) []byte { return tiny.Interp{Path: path, Table: true}.Bytes(code) }
	change := func(f func(b []byte, interp *elf.Prog64)) []byte {
		b := plain(file)
		r, err := elf.NewFile(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range r.Progs {
			if s.Type == elf.PT_INTERP {
				f(b[64+56*i:], &elf.Prog64{Off: s.Off, Filesz: s.Filesz})
			}
		}
		return b
	}
	setSize := func(n byte) []byte { return change(func(b []byte, i *elf.Prog64) { b[32] = n }) }
	tests := []struct {
		name   string
		file   []byte
		status int
		word   string
	}{
		{"no ELF file", plain(file), 127, "not an ELF file"},
		{"without NUL", setSize(byte(len(file))), 127, "bad interpreter name"},
		{"one byte", setSize(1), 127, "bad interpreter name"},
		{"nothing", setSize(0), 127, "bad interpreter name"},
		{"absent", plain("/no/such/file"), 127, "ENOENT"},
		{"directory", plain(p.dir), 127, "not a regular file"},
		{"a program with an interpreter", plain(p.write(t, "other", plain(file), 0o755)), 127, "not a library but a program"},
		{"relative", plain("no-such-file"), 127, "ENOENT"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			prog := p.write(t, "prog", test.file, 0o755)
			r := launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"rtld", prog}, Dir: p.dir})
			refused(t, r, test.status, test.word)
			if bytes.Contains(r.Stderr, []byte(secret[:8])) {
				t.Errorf("it tells: %s", r.Stderr)
			}
		})
	}
	t.Run("not readable", func(t *testing.T) {
		need.Root(t)
		if err := os.Chmod(file, 0o711); err != nil {
			t.Fatal(err)
		}
		prog := p.write(t, "prog", plain(file), 0o755)
		refused(t, launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"rtld", prog}, User: nobody}), 126, "EACCES")
	})
}

// identity ends with 3 when it is privileged and secure, with 4 when it is neither, and with 66
// when only one of them.
const identity = `
static int program(long argc, char **argv, char **envp, word *auxv) {
    int rights = SYS(GETEUID) != SYS(GETUID), secure = aux(auxv, 23) != 0;
    return rights != secure ? 66 : rights ? OWN : 4;
}`

// race runs change again and again in a thread of its own, while do runs.
func race(change func(), do func()) {
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		runtime.LockOSThread()
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				change()
			}
		}
	}()
	do()
	close(stop)
	<-stopped
}

// The name of a program is given to another file while the program is on its way from the
// kernel through the stub to the loader: the other file never gets the rights.
func TestSEC09Exchanged(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		count := manyRounds(t)
		prog := p.c(t, "prog", "#define OWN 3\n"+identity, setUID)
		decoy := p.c(t, "decoy", "#define OWN 67\n"+identity, 0o755)
		check := func(how string, ends map[int]int) {
			t.Logf("%s: status and how often: %v", how, ends)
			if ends[3] == 0 || ends[3]+ends[4]+ends[200] != count {
				t.Errorf("%s: status and how often: %v", how, ends)
			}
		}
		var ends map[int]int
		race(func() {
			unix.Renameat2(unix.AT_FDCWD, prog, unix.AT_FDCWD, decoy, unix.RENAME_EXCHANGE)
		}, func() { ends = p.rounds(t, count, nobody, noLimit, 0, 0, nil, prog, prog) })
		check("exchanged", ends)
		if ends[4] == 0 {
			t.Error("the decoy was never started: this was no race")
		}
		// a name that comes and goes
		link := filepath.Join(p.dir, "link")
		prog = p.c(t, "original", "#define OWN 3\n"+identity, setUID)
		race(func() {
			os.Link(prog, link)
			os.Remove(link)
		}, func() { ends = p.rounds(t, count, nobody, noLimit, 0, 0, nil, link, link) })
		check("linked", ends)
	})
}

// Owner and mode change while a program starts: it has the rights of the file as it was at one
// moment, and is secure when it has any.
func TestSEC31ChangingMode(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		count := manyRounds(t)
		prog := p.c(t, "prog", `#define OWN (SYS(GETEUID) == 1234 ? 68 : 3)
`+identity, 0o755)
		var ends map[int]int
		race(func() {
			os.Chmod(prog, setUID)
			os.Chmod(prog, 0o755)
			os.Chown(prog, owner, owner)
			os.Chown(prog, 0, 0)
		}, func() { ends = p.rounds(t, count, nobody, noLimit, 0, 0, nil, prog, prog) })
		t.Logf("program: status and how often: %v", ends)
		if ends[3] == 0 || ends[4] == 0 || ends[3]+ends[4] != count {
			t.Errorf("program: status and how often: %v", ends)
		}
		// the loader too: it gives rights to nobody, and without its x bit there is no start
		if p.how.magic {
			return // the kernel has held it since the entry was made
		}
		refusal := 127
		if p.how.start == elfimage.StartInterp {
			refusal = 201 // the exec fails
		}
		prog = p.c(t, "prog", "#define OWN 3\n"+identity, setUID)
		race(func() {
			os.Chmod(p.rtld, 0o644)
			os.Chmod(p.rtld, 0o755)
		}, func() { ends = p.rounds(t, count, nobody, noLimit, 0, 0, nil, prog, prog) })
		t.Logf("loader: status and how often: %v", ends)
		if ends[3] == 0 || ends[3]+ends[refusal] != count {
			t.Errorf("loader: status and how often: %v", ends)
		}
	})
}

// --list and --verify run nothing of a hostile file: no interpreter, no constructor, no resolver of an
// IFUNC, no library's.
func TestSEC11NothingRuns(t *testing.T) {
	p := newPlace(t)
	m := p.markers(t)
	lib := m.put(t, "libmark.so")
	made := fmt.Sprintf(`
static void make(void) { SYS(OPEN, %q, 0101, 0666); }
`, filepath.Join(m.dir, "mark"))
	prog := p.c(t, "prog", made+`
int number(void);
__attribute__((constructor)) static void first(void) { make(); }
static int three(void) { return 3; }
static void *choose(void) { make(); return three; }
int chosen(void) __attribute__((ifunc("choose")));
static int program(long argc, char **argv, char **envp, word *auxv) { return chosen() + number(); }
`, 0o755, lib, "-Wl,-rpath,$ORIGIN")
	interp := p.tool(t, "interp", made+`
static int program(long argc, char **argv, char **envp, word *auxv) { make(); return 9; }`)
	foreign := p.write(t, "foreign", tiny.Interp{Path: interp, Table: true}.Bytes(tiny.Exit(1)), 0o755)
	for path, status := range map[string]int{prog: 8, foreign: 9} {
		for _, options := range [][]string{{"--list"}, {"--verify"}, {"--list", "--verify"}} {
			r := launch.Run(t, launch.Spec{Path: p.rtld, Args: append(append([]string{"rtld"}, options...), path)})
			if r.Exit != 0 || len(r.Stdout) == 0 || len(r.Stderr) > 0 {
				t.Errorf("%v %s: %s", options, path, describe(r))
			}
			m.absent(t, fmt.Sprint(options, path))
		}
		if r := launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"rtld", path}}); r.Exit != status {
			t.Errorf("%s: %s", path, describe(r))
		}
		m.present(t, path)
	}
}

// Tags that nobody knows mean nothing, whatever their numbers would index.
func TestSEC12Tags(t *testing.T) {
	p := newPlace(t)
	tags := []uint64{1<<64 - 1, 1<<64 - 2, 1 << 63, 1<<63 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<32 | 5, 38, 39, 40, 63, 64, 65, 127, 255, 256,
		0x6000000d, 0x6ffff000, 0x6ffffd00, 0x6ffffdf4, 0x6ffffe00, 0x6fffff00, 0x6ffffff1, 0x6ffffdff, 0x70000000, 0x7ffffffd, 0x7fffffff}
	for _, value := range []uint64{0, 1, 1<<64 - 1, 0x4000} {
		for _, tag := range tags {
			f := elftest.New()
			f.Add(tag, value)
			r := launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"rtld", p.write(t, "prog", f.Bytes(), 0o755)}})
			if r.Exit != elftest.Status || len(r.Stderr) > 0 {
				t.Errorf("tag %#x = %#x: %s", tag, value, describe(r))
			}
		}
	}
}

// A hard link to a privileged program in a directory of the caller: $ORIGIN does not lead there.
func TestSEC13HardLink(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		m := p.markers(t)
		for _, runpath := range []string{"$ORIGIN", "rpath $ORIGIN", "${ORIGIN}/lib"} {
			for mode, secure := range map[os.FileMode]bool{0o755: false, setUID: true, setGID: true} {
				prog := p.needing(t, "prog", runpath, 0o755)
				launch.Own(t, prog, owner, owner, mode)
				m.put(t, "theirs/libmark.so")
				m.put(t, "theirs/lib/libmark.so")
				link := filepath.Join(p.dir, "theirs/link")
				os.Remove(link)
				if err := os.Link(prog, link); err != nil {
					t.Fatal(err)
				}
				s := launch.Spec{Path: link, Args: []string{link}, User: nobody, Dir: filepath.Dir(link)}
				if secure {
					refused(t, p.launch(t, s), 127, "libmark.so")
					m.absent(t, runpath)
				} else {
					if r := p.launch(t, s); r.Exit != 5 {
						t.Errorf("%s: %s", runpath, describe(r))
					}
					m.present(t, runpath)
				}
			}
		}
	})
}

// A library in a trusted directory is loaded when the program needs it, and not because the caller
// names it.
func TestSEC14TrustedDirectory(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		m := p.markers(t)
		m.put(t, "sys/slul/libmark.so")
		m.put(t, "lib/libmark.so")
		var env []string
		for _, name := range unsecure {
			env = append(env, name+"=libmark.so", name+"=/usr/lib/slul/libmark.so", name+"="+filepath.Join(p.dir, "lib/libmark.so"))
		}
		env = append(env, "LD_SLUL_PRELOAD=libmark.so", "LD_SLUL_AUDIT=libmark.so")
		for _, mode := range []os.FileMode{0o755, setUID, setGID} {
			s := launch.Spec{Path: p.setID(t, owner, owner, mode), Args: []string{"prog"}, User: nobody}
			p.system(&s, "sys")
			s.Env = env
			if mode == 0o755 {
				s.Env = []string{"LD_PRELOAD=libmark.so", "LD_AUDIT=libmark.so", "LD_SLUL_PRELOAD=libmark.so"}
			}
			p.run(t, s)
			m.absent(t, fmt.Sprint(mode))
			s.Path = p.needing(t, "needing", "", 0o755)
			launch.Own(t, s.Path, owner, owner, mode)
			if r := p.launch(t, s); r.Exit != 5 || len(r.Stderr) > 0 {
				t.Errorf("%v: %s", mode, describe(r))
			}
			m.present(t, fmt.Sprint(mode))
		}
	})
}

// Forms of a path in a program. Where they lead to: the directory of the program has app/prog,
// app/libmark.so or lib/libmark.so; nothing may ever be found in the current directory, here/libmark.so.
func TestSEC15Origin(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		m := p.markers(t)
		m.put(t, "here/libmark.so")
		tests := []struct {
			path string
			lib  string // where it is found when not secure; "": nowhere
		}{
			{"$ORIGIN", "app"}, {"${ORIGIN}", "app"}, {"$ORIGIN/", "app"}, {"$ORIGIN/.", "app"},
			{"$ORIGIN/../lib", "lib"}, {"${ORIGIN}/../lib", "lib"}, {"/nowhere:$ORIGIN", "app"}, {"$ORIGIN:/nowhere", "app"},
			{":$ORIGIN:", "app"}, {"$UNKNOWN:$ORIGIN", "app"}, {"$LIB:$PLATFORM:${ORIGIN}", "app"}, {"$ORIGIN$UNKNOWN:$ORIGIN/../lib", "lib"},
			{":", ""}, {"::::", ""}, {"$", ""}, {"$ORIGI", ""}, {"$ORIGINX", ""}, {"${ORIGIN", ""}, {"${}", ""}, {"$UNKNOWN", ""},
			{"$LIB", ""}, {"${LIB}", ""}, {"$PLATFORM:", ""}, {"$ORIGIN$ORIGIN", ""}, {"$$ORIGIN", ""}, {"\\$ORIGIN", ""},
		}
		for _, old := range []string{"", "rpath "} {
			for _, test := range tests {
				for _, mode := range []os.FileMode{0o755, setUID, setGID} {
					t.Run(fmt.Sprintf("%s%s/%v", old, test.path, mode), func(t *testing.T) {
						for _, dir := range []string{"app", "lib"} {
							os.RemoveAll(filepath.Join(p.dir, dir))
						}
						prog := p.needing(t, "app/prog", old+test.path, 0o755)
						launch.Own(t, prog, owner, owner, mode)
						if test.lib != "" {
							m.put(t, test.lib+"/libmark.so")
						} else {
							m.put(t, "app/libmark.so") // where it must not be found, either
						}
						s := launch.Spec{Path: prog, Args: []string{prog}, User: nobody, Dir: filepath.Join(p.dir, "here")}
						r := p.launch(t, s)
						if test.lib != "" && mode == 0o755 {
							if r.Exit != 5 {
								t.Error(describe(r))
							}
							m.present(t, "not secure")
							return
						}
						refused(t, r, 127, "libraries not found: libmark.so")
						m.absent(t, "")
					})
				}
			}
		}
	})
}

// Guards are other ones in each run, the kernel's random bytes, and no variable changes that.
func TestSEC16Guards(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		prog := p.c(t, "prog", `
static int program(long argc, char **argv, char **envp, word *auxv) {
    word guard[2];
    __asm__("mov %%fs:0x28, %0\nmov %%fs:0x30, %1" : "=r"(guard[0]), "=r"(guard[1]));
    SYS(WRITE, 1, guard, 16);
    SYS(WRITE, 1, aux(auxv, 25), 16);
    return 0;
}`, 0o755)
		env := []string{"LD_POINTER_GUARD=0", "GLIBC_TUNABLES=glibc.rtld.guard=0", "LD_SLUL_GUARD=0"}
		seen := map[string]bool{}
		const runs = 50
		for range runs {
			r := p.launch(t, launch.Spec{Path: prog, Args: []string{"prog"}, Env: env})
			if len(r.Stdout) != 32 {
				t.Fatal(describe(r))
			}
			guard, random := r.Stdout[:16], r.Stdout[16:]
			if guard[0] != 0 || !bytes.Equal(guard[1:], random[1:]) || bytes.Equal(guard[1:8], make([]byte, 7)) {
				t.Errorf("guards %x, random bytes %x", guard, random)
			}
			seen[hex.EncodeToString(guard[:8])] = true
		}
		if len(seen) != runs {
			t.Errorf("%d guards in %d runs", len(seen), runs)
		}
	})
}

// Nothing that the loader maps lies near the stack, whose size is limited or not.
func TestSEC18Stack(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		prog := p.probe(t, "prog")
		const gap = 1 << 20 // the kernel's own, stack_guard_gap, is 256 pages
		for _, limit := range []uint64{256 << 10, 8 << 20, unix.RLIM_INFINITY} {
			env := []string{"A=" + strings.Repeat("x", 60_000), "B=" + strings.Repeat("y", 50_000)}
			d := p.run(t, launch.Spec{Path: prog, Args: []string{"prog"}, Env: env, Limits: map[int]uint64{unix.RLIMIT_STACK: limit}})
			list, err := d.Maps()
			if err != nil {
				t.Fatal(err)
			}
			stack := probe.Mapping{}
			for _, m := range list {
				if m.Name == "[stack]" {
					stack = m
				}
			}
			if stack.Hi == 0 || d.SP < stack.Lo || d.SP >= stack.Hi {
				t.Fatalf("stack %+v, rsp %#x", stack, d.SP)
			}
			for _, m := range list {
				if m.Hi <= stack.Lo && m.Hi+gap > stack.Lo {
					t.Errorf("limit %#x: %+v is near the stack, %+v", limit, m, stack)
				}
			}
			if size := stack.Hi - stack.Lo; size > 110_000+256<<10 {
				t.Errorf("limit %#x: %d bytes of stack", limit, size)
			}
		}
	})
}

// A program with a fixed address is never mapped over what is there.
func TestSEC20AddressInUse(t *testing.T) {
	p := newPlace(t)
	const addrNoRandomize = 0x0040000 // linux/personality.h
	s := launch.Spec{Path: p.rtld, Args: []string{"rtld", p.probe(t, "prog")}, Person: addrNoRandomize}
	d := run(t, s)
	base, _ := d.Aux(atBase)
	for name, at := range map[string]uint64{"stack": d.SP &^ 4095, "loader": base} {
		prog := p.write(t, name, tiny.Interp{At: at, Table: true}.Bytes(tiny.Print(decoyText, 0)), 0o755)
		s.Args = []string{"rtld", prog}
		refused(t, launch.Run(t, s), 127, prog+": ", fmt.Sprintf("p_vaddr=%#x", at))
	}
	prog := p.write(t, "free", tiny.Interp{At: tiny.FixedAddress, Table: true}.Bytes(tiny.Exit(3)), 0o755)
	s.Args = []string{"rtld", prog}
	if r := launch.Run(t, s); r.Exit != 3 {
		t.Error(describe(r))
	}
}

// A current directory that is no more, or that no path leads to.
func TestSEC24NoDirectory(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		m := p.markers(t)
		m.put(t, "lib/libmark.so")
		gone := filepath.Join(p.dir, "gone")
		for _, env := range [][]string{nil, {"LD_SLUL_LIBRARY_PATH=.:lib:../lib:" + filepath.Join(p.dir, "lib"), "PATH=:.:" + p.dir}} {
			for _, prog := range []string{p.probe(t, "prog"), p.needing(t, "needing", "$ORIGIN/lib", 0o755)} {
				for _, arg := range []string{prog, filepath.Base(prog), "./prog", "../prog"} {
					if err := os.Mkdir(gone, 0o755); err != nil {
						t.Fatal(err)
					}
					s := launch.Spec{Path: prog, Args: []string{arg}, Env: env, Dir: gone, Unreach: true}
					r := p.launch(t, s)
					if want := map[bool]int{true: 42, false: 5}[strings.HasSuffix(prog, "prog")]; r.Exit != want || len(r.Stderr) > 0 {
						t.Errorf("%s as %q: %s", prog, arg, describe(r))
					}
				}
			}
		}
	})
}

// Nothing that the program has in /proc lets it write to the loader's file, or to its own.
func TestSEC27Files(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.Root(t)
		prog := p.c(t, "prog", `
static int program(long argc, char **argv, char **envp, word *auxv) {
    static char path[] = "/proc/self/fd/0";
    for (int fd = 3; fd < 10; fd++) {
        path[14] = '0' + fd;
        if (SYS(FCNTL, fd, 1) >= 0 || SYS(OPEN, path, 1) != -2) return 66;
    }
    long e = SYS(OPEN, "/proc/self/exe", 1);
    if (e != -13 && e != -26) return 67; /* EACCES, ETXTBSY */
    e = SYS(OPEN, aux(auxv, 31), 1);
    return e == -13 || e == -26 ? 3 : 68;
}`, 0o755)
		for _, user := range []int{nobody} {
			if r := p.launch(t, launch.Spec{Path: prog, Args: []string{"prog"}, User: user}); r.Exit != 3 {
				t.Error(describe(r))
			}
		}
	})
}

// A library that is loaded changes nothing of the process but that it is there: the stack stays
// without code, whatever its PT_GNU_STACK wants, descriptors and signals are as they were.
func TestSEC30SideEffects(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		m := p.markers(t)
		m.put(t, "lib/libmark.so")
		p.write(t, "lib/libstack.so", compile(t, preamble+"int nothing;", "-fPIC", "-shared", "-Wl,-z,execstack"), 0o755)
		prog := p.c(t, "prog", `
void *slulrtld_load(const char *);
static int program(long argc, char **argv, char **envp, word *auxv) {
    word before[64][4], after[4], stack[3], mask = 0;
    SYS(SIGALTSTACK, 0, stack);
    for (int s = 1; s < 64; s++) SYS(SIGACTION, s, 0, before[s], 8);
    if (slulrtld_load("libnone.so")) return 65;
    for (int i = 1; i < argc; i++) if (!slulrtld_load(argv[i])) return 66;
    for (int s = 1; s < 64; s++) {
        SYS(SIGACTION, s, 0, after, 8);
        for (int i = 0; i < 4; i++) if (s != 9 && s != 19 && after[i] != before[s][i]) return 67;
    }
    for (int fd = 3; fd < 20; fd++) if (SYS(FCNTL, fd, 1) >= 0) return 68;
    long f = SYS(OPEN, "/proc/self/maps", 0), n;
    static char text[4096];
    while ((n = SYS(READ, f, text, sizeof text)) > 0) SYS(WRITE, 1, text, n);
    return 3;
}`, 0o755)
		r := p.launch(t, launch.Spec{Path: prog, Args: []string{"prog", "libmark.so", "libstack.so"},
			Env: []string{"LD_SLUL_LIBRARY_PATH=" + filepath.Join(p.dir, "lib")}})
		if r.Exit != 3 || len(r.Stderr) > 0 {
			t.Fatal(describe(r))
		}
		m.present(t, "loaded")
		list, err := probe.ParseMaps(r.Stdout)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, m := range list {
			found[filepath.Base(m.Name)] = true
			if strings.Contains(m.Perm, "w") && strings.Contains(m.Perm, "x") || m.Name == "[stack]" && m.Perm != "rw-p" {
				t.Errorf("%+v", m)
			}
		}
		if !found["[stack]"] || !found["libmark.so"] || !found["libstack.so"] {
			t.Errorf("mapped: %v", found)
		}
	})
}

// A library that a privileged program loads late is looked for in the system's directories alone,
// also after the program has given up its rights.
func TestSEC32Late(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		m := p.markers(t)
		lib := m.put(t, "lib/libmark.so")
		m.put(t, "sys/slul/libmark.so")
		source := `
void *slulrtld_load(const char *);
int slulrtld_is_secure(void);
const char *slulrtld_error(void);
static int program(long argc, char **argv, char **envp, word *auxv) {
    for (int i = 0; i < 2; i++) {
        if (slulrtld_is_secure() != (aux(auxv, 23) != 0)) return 66;
        for (int k = 1; k < argc; k++)
            if (slulrtld_load(argv[k])) say("loaded\n"); else say(slulrtld_error()), say("\n");
        word id = SYS(GETUID);
        SYS(SETRESUID, id, id, id); /* no rights any more */
    }
    return 3;
}`
		for mode, secure := range map[os.FileMode]bool{0o755: false, setUID: true} {
			for _, trusted := range []bool{false, true} {
				s := launch.Spec{Path: p.c(t, "prog", source, mode, "-Wl,-rpath,$ORIGIN/lib"), Args: []string{"prog", "libmark.so", lib}, User: nobody,
					Dir: filepath.Join(p.dir, "lib"), Env: []string{"LD_SLUL_LIBRARY_PATH=" + filepath.Join(p.dir, "lib"), "LD_LIBRARY_PATH=."}}
				if trusted {
					p.system(&s, "sys")
					s.Args = s.Args[:2] // the path is refused in any case
				}
				r := p.launch(t, s)
				if loaded := strings.Count(string(r.Stdout), "loaded\n"); r.Exit != 3 || len(r.Stderr) > 0 ||
					loaded != map[bool]int{false: 2 * (len(s.Args) - 1), true: 0}[secure && !trusted] {
					t.Errorf("mode %v, trusted %v: %s", mode, trusted, describe(r))
				}
				if secure && !trusted {
					m.absent(t, "secure")
				} else {
					m.present(t, "not secure")
				}
			}
		}
	})
}
