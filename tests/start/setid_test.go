package start

// Programs with rights that their caller lacks: set-user-ID and set-group-ID, run by
// a real user without rights, who chooses arguments, environment, descriptors.

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/tests/launch"
	"slul/tests/need"
	"slul/tests/probe"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

const (
	nobody = 65534 // the caller
	owner  = 1234  // another user and group without rights
)

// setID writes a probe with owner, group and mode.
func (p place) setID(t *testing.T, uid, gid int, mode os.FileMode) string {
	t.Helper()
	prog := p.probe(t, "prog")
	launch.Own(t, prog, uid, gid, mode)
	return prog
}

func TestSetID(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		tests := []struct {
			name       string
			uid, gid   int
			mode       os.FileMode
			euid, egid uint64
		}{
			{"set-user-ID root", 0, 0, 0o755 | os.ModeSetuid, 0, nobody},
			{"set-user-ID root, not readable", 0, 0, 0o711 | os.ModeSetuid, 0, nobody},
			{"set-user-ID of another user", owner, owner, 0o755 | os.ModeSetuid, owner, nobody},
			{"set-user-ID of another user, not readable", owner, owner, 0o711 | os.ModeSetuid, owner, nobody},
			{"set-group-ID", 0, owner, 0o755 | os.ModeSetgid, nobody, owner},
			{"both", 0, owner, 0o755 | os.ModeSetuid | os.ModeSetgid, 0, owner},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				prog := p.setID(t, test.uid, test.gid, test.mode)
				s := launch.Spec{Path: prog, Args: []string{"anything", "x"}, User: nobody,
					Env: []string{"A=1", "LD_PRELOAD=/x", "PATH=" + p.dir, "LD_SLUL_TRACE=load", "B=2"}}
				d := p.run(t, s)
				want := map[uint64]uint64{atSecure: 1, atUID: nobody, atEUID: test.euid, atGID: nobody, atEGID: test.egid}
				for tag, val := range want {
					if got, ok := d.Aux(tag); !ok || got != val {
						t.Errorf("auxiliary entry %d is %d, want %d", tag, got, val)
					}
				}
				ids := func(real, effective uint64) string {
					return fmt.Sprintf("%d\t%d\t%d\t%d", real, effective, effective, effective)
				}
				if got := d.Status("Uid"); got != ids(nobody, test.euid) {
					t.Errorf("user ids %q", got)
				}
				if got := d.Status("Gid"); got != ids(nobody, test.egid) {
					t.Errorf("group ids %q", got)
				}
				if !slices.Equal(d.Args, s.Args) || !slices.Equal(d.Env, []string{"A=1", "PATH=" + p.dir, "B=2"}) {
					t.Errorf("args %q, env %q", d.Args, d.Env)
				}
				if d.Comm != "prog" || d.ExecFn != prog {
					t.Errorf("comm %q, AT_EXECFN %q", d.Comm, d.ExecFn)
				}
				checkRegisters(t, d)
				checkAux(t, p, d, "", prog)
				checkMemory(t, d)
			})
		}
	})
}

// Without the bit nothing is secure: the same environment arrives whole.
func TestNotSetID(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.Root(t)
		prog := p.setID(t, 0, 0, 0o755)
		s := launch.Spec{Path: prog, Args: []string{"prog"}, User: nobody, Env: slices.Clone(unsecure)}
		d := p.run(t, s)
		checkStart(t, p, d, s, prog)
		if secure, _ := d.Aux(atSecure); secure != 0 {
			t.Error("AT_SECURE is set")
		}
	})
}

// unsecure are names that no privileged program may see: the loader's own, and those
// that the GNU C library removes for its set-user-ID programs (sysdeps/generic/unsecvars.h),
// since a child that is linked with it would obey them.
var unsecure = []string{
	"LD_SLUL_LIBRARY_PATH", "LD_SLUL_TRACE", "LD_SLUL_", "LD_SLUL_ANYTHING_LATER", "LD_", "LD_ANYTHING", "MALLOC_",
	"GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "HOSTALIASES", "LD_AUDIT", "LD_DEBUG", "LD_DEBUG_OUTPUT",
	"LD_DYNAMIC_WEAK", "LD_HWCAP_MASK", "LD_LIBRARY_PATH", "LD_ORIGIN_PATH", "LD_PRELOAD", "LD_PREFER_MAP_32BIT_EXEC",
	"LD_PROFILE", "LD_PROFILE_OUTPUT", "LD_SHOW_AUXV", "LD_USE_LOAD_BIAS", "LOCALDOMAIN", "LOCPATH", "MALLOC_ARENA_MAX",
	"MALLOC_ARENA_TEST", "MALLOC_CHECK_", "MALLOC_MMAP_MAX_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_PERTURB_",
	"MALLOC_TOP_PAD_", "MALLOC_TRACE", "MALLOC_TRIM_THRESHOLD_", "NIS_PATH", "NLSPATH", "RESOLV_HOST_CONF", "RES_OPTIONS",
	"TMPDIR", "TZDIR",
}

func TestSetIDScrub(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		prog := p.setID(t, 0, 0, 0o755|os.ModeSetuid)
		kept := []string{"HOME=/", "LDX=1", "MALLOC=1", "XLD_PRELOAD=1", "ld_preload=1", "TMPDI=1", "TMPDIRS=1", "=LD_PRELOAD", "", "TERM=x"}
		check := func(name string, dirty []string) {
			t.Run(name, func(t *testing.T) {
				var env, want []string
				for i, e := range dirty { // the kept ones spread between
					env = append(env, e)
					if i%3 == 0 {
						k := kept[i/3%len(kept)]
						env, want = append(env, k), append(want, k)
					}
				}
				d := p.run(t, launch.Spec{Path: prog, Args: []string{"prog"}, User: nobody, Env: env})
				if !slices.Equal(d.Env, want) {
					t.Errorf("environment %q, want %q", d.Env, want)
				}
				checkRegisters(t, d)
				if secure, ok := d.Aux(atSecure); !ok || secure != 1 {
					t.Error("AT_SECURE is not set, or twice") // the vector has moved with the environment
				}
				checkAux(t, p, d, "", prog)
			})
		}
		for _, name := range unsecure {
			for copies := 1; copies <= 3; copies++ {
				check(fmt.Sprintf("%s %d times", name, copies), slices.Repeat([]string{name + "=1"}, copies))
			}
		}
		var all []string
		for _, name := range unsecure {
			all = append(all, name+"=x", name+"=", name+"=a=b", name)
		}
		check("all at once", all)
		check("all at once, thrice", slices.Repeat(all, 3))
		check("nothing else", []string{"LD_PRELOAD=x"})
		// what looks like the end of a line, or of the whole list, is part of a name
		odd := []string{"TZDIR\n", "TZDIR\n\n", "TMPDIR\nTZDIR\n", "GCONV_PATH\n", "GCONV_PATH\nGETCONF_DIR\n=1", "\n", "LD\n", "*", "LD\x01"}
		for _, e := range odd {
			t.Run(fmt.Sprintf("keeps %q", e), func(t *testing.T) {
				d := p.run(t, launch.Spec{Path: prog, Args: []string{"prog"}, User: nobody, Env: []string{e, "LD_PRELOAD=x", "A=1"}})
				if want := []string{e, "A=1"}; !slices.Equal(d.Env, want) {
					t.Errorf("environment %q, want %q", d.Env, want)
				}
			})
		}
		check("very long", []string{"LD_PRELOAD=" + strings.Repeat("x", 100000), "LD_SLUL_TRACE=" + strings.Repeat(":", 100000)})
	})
}

// Closed standard descriptors are opened on /dev/null, so that no file which the
// program opens becomes its standard output.
func TestSetIDDescriptors(t *testing.T) {
	p := newPlace(t)
	need.SetID(t, p.dir)
	prog := p.setID(t, 0, 0, 0o755|os.ModeSetuid)
	out, env := p.output(t)
	for _, closed := range subsets() {
		for _, more := range []int{0, 3, 5} {
			t.Run(fmt.Sprintf("closed %v and open %d", closed, more), func(t *testing.T) {
				if err := os.Truncate(out, 0); err != nil {
					t.Fatal(err)
				}
				s := launch.Spec{Path: prog, Args: []string{"prog"}, Env: []string{env}, User: nobody, Close: closed}
				if more != 0 {
					s.Open = []launch.File{{FD: more, Path: out, Flags: unix.O_RDONLY}}
				}
				d := runTo(t, s, out)
				then := s // what must be there: /dev/null in the place of the closed ones
				then.Close = nil
				for _, fd := range closed {
					then.Open = append(then.Open, launch.File{FD: fd, Path: os.DevNull, Flags: unix.O_RDWR})
				}
				descriptors(t, d, then, true)
			})
		}
	}
}

// No string of the caller is a path to the program, with /proc or without.
func TestSetIDWithoutProc(t *testing.T) {
	p := inRoot(t, loader(t))
	need.SetID(t, p.dir)
	p.setID(t, 0, 0, 0o755|os.ModeSetuid)
	p.program(t, "decoy", tiny.Print(decoyText, 1))
	for _, arg := range []string{"/prog", "/decoy", "decoy", "prog"} {
		t.Run(arg, func(t *testing.T) {
			r := launch.Run(t, launch.Spec{Root: p.dir, Path: "/prog", Args: []string{arg}, Env: []string{"PATH=/"}, User: nobody})
			refused(t, r, 127, "/proc")
		})
	}
}

// The file that was executed is the one that runs, whatever its name leads to by then.
func TestSetIDReplaced(t *testing.T) {
	p := newPlace(t)
	need.SetID(t, p.dir)
	for _, change := range []func(s *launch.Spec){
		func(s *launch.Spec) { s.Unlink = s.Path },
		func(s *launch.Spec) { s.Replace = filepath.Join(p.dir, "decoy") },
	} {
		prog := p.setID(t, 0, 0, 0o755|os.ModeSetuid)
		_, ino := fileID(t, prog)
		p.program(t, "decoy", tiny.Print(decoyText, 1))
		s := launch.Spec{Path: prog, Args: []string{prog}, User: nobody}
		change(&s)
		d := run(t, s)
		list, err := d.Maps()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(list, func(m probe.Mapping) bool { return m.Lo <= d.Entry && d.Entry < m.Hi && m.Ino == ino }) {
			t.Errorf("the entry is not in the file that was executed: %+v", list)
		}
		if got := d.Status("Uid"); !strings.HasPrefix(got, fmt.Sprintf("%d\t0\t", nobody)) {
			t.Errorf("user ids %q", got)
		}
	}
}

// A hard link in a directory of the caller brings no file of that directory in.
func TestSetIDHardLink(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		prog := p.setID(t, 0, 0, 0o755|os.ModeSetuid)
		theirs := filepath.Join(p.dir, "theirs")
		if err := os.Mkdir(theirs, 0o777); err != nil {
			t.Fatal(err)
		}
		link := filepath.Join(theirs, "link")
		if err := os.Link(prog, link); err != nil {
			t.Fatal(err)
		}
		p.write(t, "theirs/slulrtld", tiny.Static(tiny.Print(decoyText, 1)), 0o755)
		d := p.run(t, launch.Spec{Path: link, Args: []string{"slulrtld"}, Dir: theirs, User: nobody})
		if d.Comm != "link" || d.ExecFn != link {
			t.Errorf("comm %q, AT_EXECFN %q", d.Comm, d.ExecFn)
		}
	})
}

// netRaw is vfs_cap_data of revision 2 (linux/capability.h): CAP_NET_RAW permitted, effective.
var netRaw = []byte{1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}

// File capabilities do not live through the second exec (docs/startup.md): the
// program runs, without them, and nothing is secure.
func TestFileCapabilities(t *testing.T) {
	p := newPlace(t)
	need.SetID(t, p.dir)
	prog := p.probe(t, "prog")
	if err := unix.Setxattr(prog, "security.capability", netRaw, 0); err != nil {
		need.That(t, false, fmt.Sprintf("file capabilities on %s: %v", p.dir, err))
	}
	d := run(t, launch.Spec{Path: prog, Args: []string{"prog"}, Env: []string{"A=1"}, User: nobody})
	for _, set := range []string{"CapEff", "CapPrm", "CapAmb"} {
		if got := d.Status(set); strings.Trim(got, "0") != "" {
			t.Errorf("%s is %s", set, got)
		}
	}
	if secure, _ := d.Aux(atSecure); secure != 0 || !slices.Equal(d.Env, []string{"A=1"}) {
		t.Errorf("AT_SECURE %d, env %q", secure, d.Env)
	}
}

// In each way to start, set-id bits count, and then the program is secure and its environment clean; or
// they do not, as the kernel has not seen a program, or has no flag C for it: it runs as its caller, in
// no secure mode, with all of the environment.
func TestSetIDWays(t *testing.T) {
	p := newPlace(t)
	need.SetID(t, p.dir)
	env := []string{"A=1", "LD_PRELOAD=/x", "LD_SLUL_LIBRARY_PATH=/x", "B=2"}
	for _, w := range ways {
		for _, mode := range []os.FileMode{setUID, setGID, setUID | setGID} {
			t.Run(fmt.Sprintf("%s/%v", w.name, mode), func(t *testing.T) {
				prog := w.program(t, p, cmp.Or(w.prog, "prog"))
				launch.Own(t, prog, owner, owner, mode)
				s := launch.Spec{Path: prog, Args: []string{prog, "x"}, Env: env, User: nobody}
				if w.via != nil {
					w.via(t, p, &s)
				}
				d := run(t, s)
				ids, secure, left := map[uint64]uint64{atUID: nobody, atEUID: nobody, atGID: nobody, atEGID: nobody}, uint64(0), env
				if !w.noRights {
					secure, left = 1, []string{"A=1", "B=2"}
					if mode&os.ModeSetuid != 0 {
						ids[atEUID] = owner
					}
					if mode&os.ModeSetgid != 0 {
						ids[atEGID] = owner
					}
				}
				for tag, want := range ids {
					if id, _ := d.Aux(tag); id != want {
						t.Errorf("auxiliary entry %d is %d, want %d", tag, id, want)
					}
				}
				if got, _ := d.Aux(atSecure); got != secure || !slices.Equal(d.Env, left) {
					t.Errorf("AT_SECURE %d, env %q, want %d, %q", got, d.Env, secure, left)
				}
				if got := d.Status("CapEff") + d.Status("CapPrm"); strings.Trim(got, "0") != "" {
					t.Errorf("capabilities %s", got)
				}
			})
		}
	}
}
