package start

// Attacks in which the caller does not choose for a program with rights alone, but for what starts it,
// or for all the files that it sees.

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/tests/launch"
	"slul/tests/need"

	"golang.org/x/sys/unix"
)

// A server that runs as root starts a login with variables that its client has chosen. No right
// is gained there, so no loader can tell that from what root types: the process is the same, bit
// for bit of what the kernel says of it. What is told apart: a login that is set-user-ID, started by a server
// without rights; and the variables of other loaders, which mean nothing to ours.
func TestSEC02Server(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		m := p.markers(t)
		m.put(t, "theirs/libmark.so")
		theirs := filepath.Join(p.dir, "theirs")
		var others []string
		for _, name := range unsecure {
			if !strings.HasPrefix(name, "LD_SLUL_") {
				others = append(others, name+"="+theirs, name+"="+theirs+"/libmark.so")
			}
		}
		own := []string{"LD_SLUL_LIBRARY_PATH=" + theirs}
		for _, test := range []struct {
			name  string
			mode  os.FileMode
			user  int
			env   []string
			loads bool
		}{
			{"variables of others", 0o755, 0, others, false},
			{"ours, from a server that is root", 0o755, 0, own, true},
			{"ours, set-user-ID, from a server that is root", setUID, 0, own, true}, // the bit of root's file gives root nothing
			{"ours, set-user-ID, from another user's server", setUID, nobody, own, false},
			{"ours, set-group-ID, from another user's server", setGID, nobody, own, false},
		} {
			t.Run(test.name, func(t *testing.T) {
				login := p.needing(t, "login", "", test.mode)
				r := p.launch(t, launch.Spec{Path: login, Args: []string{"login"}, User: test.user, Env: test.env})
				if test.loads {
					if r.Exit != 5 {
						t.Error(describe(r))
					}
					m.present(t, test.name)
				} else {
					refused(t, r, 127, "libraries not found: libmark.so")
					m.absent(t, test.name)
				}
			})
		}

		// the same process, whoever chose the variables: nothing but them differs
		prog := p.probe(t, "prog")
		typed := p.run(t, launch.Spec{Path: prog, Args: []string{"prog"}, Env: []string{"A=1"}})
		served := p.run(t, launch.Spec{Path: prog, Args: []string{"prog"}, Env: own})
		for _, tag := range []uint64{atSecure, atUID, atEUID, atGID, atEGID} {
			a, _ := typed.Aux(tag)
			if b, _ := served.Aux(tag); a != b || a != 0 {
				t.Errorf("auxiliary entry %d is %d and %d", tag, a, b)
			}
		}
	})
}

// As many arguments as the kernel gives out, which is far below what 31 bits count; and no more than that:
// the second exec of a stub counts them again, and what does not fit is one line.
func TestSEC23Counts(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		const (
			longest = 131072 - 1 // MAX_ARG_STRLEN, with its NUL (linux/binfmts.h)
			most    = 6 << 20    // of all: ¾ of 8 MB, however large the stack may be (fs/exec.c, bprm_stack_limits)
		)
		prog := p.c(t, "prog", `
static int program(long argc, char **argv, char **envp, word *auxv) {
    word n = 0;
    for (long i = 0; i < argc; i++) n += length(argv[i]) + 1;
    number_out(argc), say(" "), number_out(n), say("\n");
    return 0;
}`, 0o755)
		text := strings.Repeat("x", longest)
		limit := map[int]uint64{unix.RLIMIT_STACK: unix.RLIM_INFINITY}
		run := func(args []string) launch.Result {
			return p.launch(t, launch.Spec{Path: prog, Args: append([]string{prog}, args...), Limits: limit})
		}
		size := func(args []string) (n int) {
			for _, a := range args {
				n += len(a) + 1
			}
			return n + len(prog) + 1
		}
		// what a pointer costs counts too: 8 bytes an argument (bprm_stack_limits)
		long := slices.Repeat([]string{text}, most/(longest+1+8))
		short := slices.Repeat([]string{""}, most/(1+8)-1000)
		for _, args := range [][]string{long, short} {
			r := run(args)
			if want := fmt.Sprintf("%d %d\n", len(args)+1, size(args)); r.Exit != 0 || string(r.Stdout) != want {
				t.Errorf("%d arguments: %s, want %q", len(args), describe(r), want)
			}
		}
		// and beyond, up to 3 GB of them, which is where 31 bits would have turned over
		many := p.tool(t, "many", `
enum { LONGEST = 131072 - 1, MOST = 3000000000u / LONGEST };
static char text[LONGEST + 1], *args[MOST + 2];
static int program(long argc, char **argv, char **envp, word *auxv) {
    struct { word now, most; } all = { -1, -1 };
    if (SYS(SETRLIMIT, 3, &all)) return 66; /* RLIMIT_STACK */
    for (word i = 0; i < LONGEST; i++) text[i] = 'x';
    args[0] = argv[1];
    for (word i = 1; i <= MOST; i++) args[i] = text;
    return -SYS(EXECVE, argv[1], args, envp);
}`)
		need.Root(t)
		if r := p.launch(t, launch.Spec{Path: many, Args: []string{"many", prog}}); r.Exit != int(unix.E2BIG) || len(r.Stderr) > 0 {
			t.Errorf("3 GB of arguments: %s, want E2BIG", describe(r))
		}
	})
}

// Somebody chooses the root directory of a program with rights. Without rights of his own he can do so in a
// user namespace alone, where the bits of files that are not his give no right; then his libraries
// are loaded, and can do what he can do.
func TestSEC33Root(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		theirs := filepath.Join(p.dir, "theirs")
		number := func(n int) []byte {
			return compile(t, fmt.Sprintf("int number(void) { return %d; }", n), "-fPIC", "-shared", "-Wl,-soname,libmark.so")
		}
		lib := p.write(t, "sys/slul/libmark.so", number(5), 0o755)
		p.write(t, "theirs/usr/lib/slul/libmark.so", number(9), 0o755)
		secret := p.write(t, "theirs/secret", []byte("x"), 0o600)
		prog := p.c(t, "prog", `
extern int number(void);
static int program(long argc, char **argv, char **envp, word *auxv) {
    say((long)SYS(OPEN, argv[1], 0) >= 0 ? "rights " : "no rights ");
    number_out(number());
    return 3;
}`, setUID, "-Wl,--no-as-needed", lib)
		s := launch.Spec{Path: prog, Args: []string{"prog", secret}, User: nobody}
		p.system(&s, "sys")
		if r := p.launch(t, s); r.Exit != 3 || string(r.Stdout) != "rights 5" || len(r.Stderr) > 0 {
			t.Errorf("in the root of the system: %s", describe(r))
		}
		if err := os.MkdirAll(filepath.Join(theirs, p.dir), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{prog, p.rtld} {
			if err := os.Link(file, filepath.Join(theirs, file)); err != nil {
				t.Fatal(err)
			}
		}
		attack := p.tool(t, "attack", `
enum { CHDIR = 80, CHROOT = 161, UNSHARE = 272, NEWUSER = 0x10000000 };
static int program(long argc, char **argv, char **envp, word *auxv) {
    if (SYS(CHROOT, argv[1]) != -1) return 65; /* EPERM */
    if (SYS(UNSHARE, NEWUSER)) return 66;
    if (SYS(CHROOT, argv[1]) || SYS(CHDIR, "/")) return 67;
    return -SYS(EXECVE, argv[2], argv + 2, envp);
}`)
		r := p.launch(t, launch.Spec{Path: attack, Args: []string{"attack", theirs, prog, "/secret"}, User: nobody})
		if r.Exit != 3 || string(r.Stdout) != "no rights 9" || len(r.Stderr) > 0 {
			t.Errorf("in a root of his own: %s", describe(r))
		}
	})
}

// A program with rights that goes to a root directory of its caller's choice, and then loads a library by
// its name, as sudo did.
func TestSEC33Late(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		m := p.markers(t)
		m.put(t, "theirs/usr/lib/slul/libmark.so")
		launch.Own(t, filepath.Join(p.dir, "theirs/usr/lib/slul/libmark.so"), nobody, nobody, 0o755)
		prog := p.c(t, "prog", `
void *slulrtld_load(const char *);
const char *slulrtld_error(void);
enum { CHDIR = 80, CHROOT = 161 };
static int program(long argc, char **argv, char **envp, word *auxv) {
    if (SYS(CHROOT, argv[1]) || SYS(CHDIR, "/")) return 67;
    if (slulrtld_load("libmark.so")) return 66;
    say(slulrtld_error());
    return 3;
}`, setUID)
		r := p.launch(t, launch.Spec{Path: prog, Args: []string{"prog", filepath.Join(p.dir, "theirs")}, User: nobody})
		if r.Exit != 3 || !strings.Contains(string(r.Stdout), "not permitted in secure mode") {
			t.Error(describe(r))
		}
		m.absent(t, "late, in a root of the caller's")
	})
}
