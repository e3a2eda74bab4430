package deploy

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"slul/bench/objects"
	"slul/doctor"
	"slul/stubgen"
	"slul/tests/launch"
	"slul/tests/need"
	"slul/tests/tiny"
)

// examine runs slul doctor --json and gives its report. The exit code must be what the
// report says.
func examine(t *testing.T, s launch.Spec) doctor.Report {
	t.Helper()
	r := launch.Run(t, s)
	var report doctor.Report
	if err := json.Unmarshal(r.Stdout, &report); err != nil {
		t.Fatalf("%q: %v\nstatus %d\n%s%s", s.Args, err, r.Exit, r.Stdout, r.Stderr)
	}
	well := report.Failures() == 0
	if report.Well != well || (r.Exit == 0) != well || r.Exit > 1 || (len(r.Stderr) == 0) != well {
		t.Errorf("%q: status %d, well %v, %d failures, fd 2: %s", s.Args, r.Exit, report.Well, report.Failures(), r.Stderr)
	}
	for _, f := range report.Findings {
		if f.Level == doctor.Fail && (f.Effect == "" || f.Mend == "") || f.Level == doctor.Note && f.Effect == "" {
			t.Errorf("%q: without effect, or what to type: %+v", s.Args, f)
		}
	}
	return report
}

// wanted is a finding: its check and level, and words of its text and of the command
// that mends it.
type wanted struct {
	check string
	level doctor.Level
	text  string
	mend  string
}

func (w wanted) is(f doctor.Finding) bool {
	return f.Check == w.check && f.Level == w.level && strings.Contains(f.Text, w.text) && strings.Contains(f.Mend, w.mend)
}

func (w wanted) in(r doctor.Report) bool { return slices.ContainsFunc(r.Findings, w.is) }

func shown(r doctor.Report) string {
	var b strings.Builder
	r.WriteText(&b)
	return b.String()
}

// A state of the machine or the process; what slul doctor says to it, as a user without
// rights; and whether programs then start. A failure that is not about safety must be
// one, and what it names as the effect must be what is seen.
func TestStates(t *testing.T) {
	loader := "usr/lib/" + filepath.Base(loaderPath)
	chmod := func(path string, mode fs.FileMode) func(*testing.T, machine) {
		return func(t *testing.T, m machine) {
			if err := os.Chmod(m.at(path), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	chown := func(path string, uid, gid int) func(*testing.T, machine) {
		return func(t *testing.T, m machine) {
			if err := os.Lchown(m.at(path), uid, gid); err != nil {
				t.Fatal(err)
			}
		}
	}
	change := func(edit func([]byte) []byte) func(*testing.T, machine) {
		return func(t *testing.T, m machine) {
			m.write(t, loader, edit(must(os.ReadFile(m.at(loader)))), 0o755)
		}
	}
	directory := func(path string, mode fs.FileMode) func(*testing.T, machine) {
		return func(t *testing.T, m machine) {
			if err := os.MkdirAll(m.at(path), 0o755); err != nil {
				t.Fatal(err)
			}
			chmod(path, mode)(t, m)
		}
	}
	null := func(mode uint32) func(*testing.T, machine) {
		return func(t *testing.T, m machine) {
			if err := unix.Mknod(m.at("dev/null"), unix.S_IFCHR|mode, int(unix.Mkdev(1, 3))); err != nil {
				t.Fatal(err)
			}
			chmod("dev/null", fs.FileMode(mode))(t, m)
		}
	}
	deny := func(call int, e unix.Errno) func(machine, *launch.Spec) {
		return func(_ machine, s *launch.Spec) { // as root: others need no_new_privs for a filter
			s.Deny, s.User = []launch.Denial{{Call: call, Errno: e}}, 0
		}
	}
	env := func(line string) func(machine, *launch.Spec) {
		return func(_ machine, s *launch.Spec) { s.Env = append(s.Env, line) }
	}
	cannotRun := stubgen.Message(loaderPath)
	tests := []struct {
		name    string
		prepare func(*testing.T, machine)
		state   func(machine, *launch.Spec)
		want    wanted
		seen    string // what ./hello prints instead of its text; "": it starts
	}{
		{"as it should be", nil, nil, wanted{"trial", doctor.OK, "a program was started", ""}, ""},
		{"no loader", func(t *testing.T, m machine) { os.Remove(m.at(loader)) }, nil,
			wanted{"loader", doctor.Fail, loaderPath + " is not there", "sudo slul install"}, cannotRun},
		{"loader not executable", chmod(loader, 0o644), nil,
			wanted{"loader", doctor.Fail, "has mode 0644", "sudo chmod 755 " + loaderPath}, cannotRun},
		{"loader not readable", chmod(loader, 0o711), nil,
			wanted{"loader", doctor.Fail, "has mode 0711", "sudo chmod 755 " + loaderPath}, cannotRun},
		{"loader on noexec", nil, func(m machine, s *launch.Spec) { s.Bind(m.at("usr/lib"), unix.MS_NOEXEC) },
			wanted{"loader", doctor.Fail, "mounted noexec", "sudo mount -o remount,exec /usr/lib"}, cannotRun},
		{"loader of another CPU", change(func(b []byte) []byte { b[18] = 183; return b }), nil,
			wanted{"loader", doctor.Fail, "is for EM_AARCH64", "sudo slul install"}, cannotRun},
		{"loader cut", change(func(b []byte) []byte { return b[:40] }), nil,
			wanted{"loader", doctor.Fail, "is no ELF file", "sudo slul install"}, cannotRun},
		{"loader that is a directory", func(t *testing.T, m machine) { os.Remove(m.at(loader)); directory(loader, 0o755)(t, m) }, nil,
			wanted{"loader", doctor.Fail, "is no regular file", "sudo rm -r " + loaderPath + " && sudo slul install"}, cannotRun},
		{"another program for a loader", change(func([]byte) []byte { return must(os.ReadFile("/bin/busybox")) }), nil,
			wanted{"loader", doctor.Fail, "is a program, but not this loader", "sudo slul install"}, "applet not found"},
		{"loader of another version", change(func(b []byte) []byte { return append(b, 0) }), nil,
			wanted{"loader", doctor.Note, "is of another version", "sudo slul install"}, ""},

		{"loader writable by all", chmod(loader, 0o757), nil,
			wanted{"loader", doctor.Fail, "everybody can write /usr" + loaderPath, "sudo chmod go-w /usr" + loaderPath}, "safety"},
		{"loader of a user", chown(loader, 1234, 0), nil, wanted{"loader", doctor.Fail, "user 1234 can write", "sudo chown root /usr/lib/"}, "safety"},
		{"its directory writable by a group", func(t *testing.T, m machine) { chown("usr/lib", 0, 50)(t, m); chmod("usr/lib", 0o775)(t, m) }, nil,
			wanted{"loader", doctor.Fail, "group 50 can write /usr/lib", "sudo chmod g-w /usr/lib"}, "safety"},
		{"its directory writable, but sticky", chmod("usr/lib", 0o777|fs.ModeSticky), nil, wanted{"trial", doctor.OK, "", ""}, ""},
		{"a link on its path of a user", chown("lib", 1234, 0), nil, wanted{"loader", doctor.Fail, "user 1234 can write /lib", "sudo chown -h root /lib"}, "safety"},
		{"the root directory of a user", chown("", 1234, 0), nil, wanted{"loader", doctor.Fail, "user 1234 can write /", "sudo chown root /"}, "safety"},

		{"no /proc", nil, func(_ machine, s *launch.Spec) { s.Mounts = nil }, wanted{"proc", doctor.Fail, "/proc is not mounted", "sudo mount -t proc proc /proc"}, ""},
		{"another /proc", nil, func(m machine, s *launch.Spec) {
			s.Mounts = []launch.Mount{{Source: "tmpfs", Target: m.at("proc"), Type: "tmpfs"}}
		}, wanted{"proc", doctor.Fail, "/proc is not mounted", "sudo mount -t proc proc /proc"}, ""},
		{"no /dev/null", nil, nil, wanted{"null", doctor.Note, "/dev/null is not there", "sudo mknod -m 666 /dev/null c 1 3"}, ""},
		{"/dev/null for root alone", null(0o600), nil, wanted{"null", doctor.Note, "/dev/null has mode 0600", "sudo chmod 666 /dev/null"}, ""},
		{"/dev/null", null(0o666), nil, wanted{"null", doctor.OK, "/dev/null is there", ""}, ""},
		{"an old kernel, so it says", nil, func(_ machine, s *launch.Spec) { s.Person = 0x0020000 }, wanted{"kernel", doctor.Note, "Linux 2.6.", "runslul"}, ""},
		{"execveat EPERM", nil, deny(unix.SYS_EXECVEAT, unix.EPERM), wanted{"execveat", doctor.Fail, "execveat gives EPERM", "seccomp=FILE"}, cannotRun},
		{"execveat ENOSYS", nil, deny(unix.SYS_EXECVEAT, unix.ENOSYS), wanted{"execveat", doctor.Fail, "execveat gives ENOSYS", "runslul PROGRAM"}, cannotRun},
		{"pread64", nil, deny(unix.SYS_PREAD64, unix.EPERM), wanted{"filter", doctor.Fail, "pread64 (EPERM)", "seccomp"}, "slulrtld: "},
		{"mmap of code", nil, func(_ machine, s *launch.Spec) {
			s.Deny, s.User = []launch.Denial{{Call: unix.SYS_MMAP, Errno: unix.EACCES, Arg: 2, Mask: unix.PROT_EXEC}}, 0
		}, wanted{"filter", doctor.Fail, "mmap with PROT_EXEC", "seccomp"}, "slulrtld: "},
		{"a filter that does not matter", nil, deny(unix.SYS_SETHOSTNAME, unix.EPERM), wanted{"rights", doctor.Note, "a seccomp filter is on", ""}, ""},
		{"no_new_privs", nil, func(_ machine, s *launch.Spec) { s.NoNewPrivs = true }, wanted{"rights", doctor.Note, "no_new_privs", "NoNewPrivileges"}, ""},

		{"no descriptors", nil, func(_ machine, s *launch.Spec) { s.Args[2] = "ulimit -S -n 4; " + s.Args[2] },
			wanted{"limits", doctor.Fail, "at most 4 file descriptors", "ulimit -n 1024"}, cannotRun},
		{"few descriptors", nil, func(_ machine, s *launch.Spec) { s.Args[2] = "ulimit -S -n 20; " + s.Args[2] },
			wanted{"limits", doctor.Note, "at most 20 file descriptors", "ulimit -n 1024"}, ""},
		{"small stack", nil, func(_ machine, s *launch.Spec) { s.Limits = map[int]uint64{unix.RLIMIT_STACK: 128 << 10} },
			wanted{"limits", doctor.Note, "at most 131072 bytes of stack", "ulimit -s"}, ""},
		{"small address space", nil, func(_ machine, s *launch.Spec) { s.Limits = map[int]uint64{unix.RLIMIT_AS: 2 << 30} },
			wanted{"limits", doctor.Note, "at most 2147483648 bytes of address space", "ulimit -v"}, ""},
		{"programs on noexec", nil, func(m machine, s *launch.Spec) { s.Bind(m.at("home"), unix.MS_NOEXEC) },
			wanted{"mounts", doctor.Note, "/home is on a file system that is mounted noexec", "sudo mount -o remount,exec /home"}, "Permission denied"},

		{"no libraries", directory("usr/lib/slul", 0o755), nil, wanted{"libraries", doctor.OK, "/usr/lib/slul", ""}, ""},
		{"libraries not readable", directory("usr/lib/slul", 0o700), nil, wanted{"libraries", doctor.Fail, "/usr/lib/slul may not be read", "sudo chmod a+rx /usr/lib/slul"}, "libraries"},
		{"libraries writable by all", directory("usr/lib/slul/x86_64", 0o777), nil,
			wanted{"libraries", doctor.Fail, "everybody can write /usr/lib/slul/x86_64", "sudo chmod go-w /usr/lib/slul/x86_64"}, "safety"},
		{"a file for libraries", func(t *testing.T, m machine) {
			os.RemoveAll(m.at("usr/lib/slul"))
			m.write(t, "usr/lib/slul", nil, 0o644)
		}, nil,
			wanted{"libraries", doctor.Fail, "/usr/lib/slul is no directory", "sudo rm /usr/lib/slul"}, "libraries"},
		{"libraries on noexec", directory("usr/lib/slul", 0o755), func(m machine, s *launch.Spec) { s.Bind(m.at("usr/lib/slul"), unix.MS_NOEXEC) },
			wanted{"libraries", doctor.Fail, "mounted noexec", "sudo mount -o remount,exec /usr/lib/slul"}, "libraries"},

		{"library path", nil, env("LD_SLUL_LIBRARY_PATH=/tmp"), wanted{"environment", doctor.Note, "names /tmp", "unset LD_SLUL_LIBRARY_PATH"}, ""},
		{"library path to nowhere", nil, env("LD_SLUL_LIBRARY_PATH=/no"), wanted{"environment", doctor.Note, "/no, which is no directory", "unset"}, ""},
		{"relative library path", nil, env("LD_SLUL_LIBRARY_PATH=src"), wanted{"environment", doctor.Note, "src, which is relative", "unset"}, ""},
		{"empty library path", nil, env("LD_SLUL_LIBRARY_PATH=:/tmp"), wanted{"environment", doctor.Note, "empty element", ""}, ""},
		{"trace", nil, env("LD_SLUL_TRACE=time"), wanted{"environment", doctor.Note, "LD_SLUL_TRACE is time", "unset LD_SLUL_TRACE"}, "slulrtld: time"},
		{"yama", func(t *testing.T, m machine) { m.write(t, "etc/kernel/yama/ptrace_scope", []byte("2\n"), 0o644) }, func(m machine, s *launch.Spec) {
			s.Mounts = append(s.Mounts, launch.Mount{Source: m.at("etc/kernel"), Target: m.at("proc/sys/kernel"), Flags: unix.MS_BIND})
		}, wanted{"debuggers", doctor.Note, "ptrace_scope is 2", "sudo sysctl kernel.yama.ptrace_scope=0"}, ""},
	}
	byHand := map[string]bool{"execveat EPERM": true, "execveat ENOSYS": true, "pread64": true, "mmap of code": true} // filters are not for commands to change
	m := newMachine(t)
	m.source(t, "hello")
	m.install(t)
	m.withApplets(t)
	var page failures
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m.reset(t)
			m.sh(t, nobody, "[ -e hello ] || slul build src/hello")
			if test.prepare != nil {
				test.prepare(t, m)
			}
			as := func(user int, script string) launch.Spec {
				s := m.spec(user, script+"; exit $?")
				if test.state != nil {
					test.state(m, &s)
				}
				return s
			}
			spec := func(script string) launch.Spec { return as(nobody, script) }
			r := examine(t, spec("slul doctor --json"))
			if !test.want.in(r) {
				t.Errorf("no finding %+v in:\n%s", test.want, shown(r))
			}
			hello := launch.Run(t, spec("./hello"))
			page.add(test.name, test.want, r, hello)
			started := hello.Exit == 0 && string(hello.Stdout) == "Hello, world\n"
			switch test.seen {
			case "", "safety", "libraries":
				if !started || len(hello.Stderr) > 0 {
					t.Errorf("./hello: %d %q %q", hello.Exit, hello.Stdout, hello.Stderr)
				}
				if r.Well == (test.seen != "") && !strings.Contains(test.name, "/proc") {
					t.Errorf("well: %v\n%s", r.Well, shown(r))
				}
			default:
				if started && test.want.level == doctor.Fail || !bytes.Contains(append(hello.Stderr, hello.Stdout...), []byte(test.seen)) {
					t.Errorf("./hello: %d %q %q, want %q", hello.Exit, hello.Stdout, hello.Stderr, test.seen)
				}
			}
			if test.want.level != doctor.Fail || byHand[test.name] {
				return
			}
			again, lasts := m.cure(t, r, "./hello", as)
			if again.Exit != 0 || !strings.HasSuffix(string(again.Stdout), "Hello, world\n") || len(again.Stderr) > 0 {
				t.Errorf("mended: %d %q %q\n%s", again.Exit, again.Stdout, again.Stderr, shown(r))
			}
			if lasts {
				if r := examine(t, spec("slul doctor --json")); !r.Well {
					t.Errorf("mended:\n%s", shown(r))
				}
			}
		})
	}
	page.check(t, "states")
}

// What doctor says of kernel.yama.ptrace_scope, and that it is so, with the setting itself, where the
// kernel has it: each value but 3, from which there is no way back. TestStates has a file in
// its place.
func TestYama(t *testing.T) {
	const setting = "/proc/sys/kernel/yama/ptrace_scope"
	was, err := os.ReadFile(setting)
	if err != nil {
		t.Skip("this kernel was built without yama: TestStates alone is about it")
	}
	m := newMachine(t)
	m.install(t)
	strace := need.Tool(t, "strace")
	if string(was) == "3\n" {
		need.Missing(t, "kernel.yama.ptrace_scope is 3 until the next boot")
	}
	t.Cleanup(func() {
		if err := os.WriteFile(setting, was, 0); err != nil {
			t.Error(err)
		}
	})
	for scope, test := range map[string]struct {
		want  wanted
		works bool // strace, for a user without rights
	}{
		"0": {wanted{"debuggers", doctor.OK, "work on programs of the same user", ""}, true},
		"1": {wanted{"debuggers", doctor.OK, "ptrace_scope is 1", ""}, true},
		"2": {wanted{"debuggers", doctor.Note, "ptrace_scope is 2", "sudo sysctl kernel.yama.ptrace_scope=0"}, false},
	} {
		if err := os.WriteFile(setting, []byte(scope), 0); err != nil {
			need.Missing(t, "kernel.yama.ptrace_scope cannot be set: %v", err)
		}
		if r := examine(t, m.spec(nobody, "slul doctor --json; exit $?")); !test.want.in(r) {
			t.Errorf("%s: no finding %+v in:\n%s", scope, test.want, shown(r))
		}
		r := launch.Run(t, launch.Spec{Path: strace, Args: []string{"strace", "-o", os.DevNull, "/bin/true"}, User: nobody, Env: os.Environ()})
		if works := r.Exit == 0; works != test.works {
			t.Errorf("%s: strace: status %d, %s", scope, r.Exit, r.Stderr)
		}
	}
}

// A program; what slul doctor says to it; and what is seen when it is called.
func TestPrograms(t *testing.T) {
	m := newMachine(t)
	m.withApplets(t)
	m.source(t, "hello")
	m.install(t)
	m.sh(t, nobody, "slul build src/hello && slul build --start=none src/hello && slul build --start=interp -o interp src/hello && slul build --start=shebang -o script src/hello")
	hello := must(os.ReadFile(m.at("home/hello")))
	set, err := objects.Make(m.at("home"), objects.Shape{Libraries: 1, Exports: 1})
	if err != nil {
		t.Fatal(err)
	}
	must(set.Native("user", loaderPath))
	must(set.Native("lost", loaderPath))
	m.sh(t, 0, "busybox mkdir /tmp/lost && busybox mv lost /tmp/lost/")
	library, lib := must(os.ReadFile(set.Libraries[0])), filepath.Base(set.Libraries[0])
	symbols := must(must(elf.Open(set.Libraries[0])).DynamicSymbols())
	symbol := bytes.Index(library, []byte(symbols[0].Name))
	changed := func(file []byte, at int, b byte) []byte {
		file = bytes.Clone(file)
		file[at] = b
		return file
	}
	// capabilities as setcap(8) writes them: version 2, effective, CAP_NET_BIND_SERVICE (linux/capability.h)
	caps := func(path string) {
		t.Helper()
		value := []byte{1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
		if err := unix.Setxattr(m.at(path), "security.capability", value, 0); err != nil {
			t.Fatal(err)
		}
	}
	const setUID = 0o755 | fs.ModeSetuid
	tests := []struct {
		name    string
		path    string
		prepare func()
		mounted uintptr // flags of /home
		want    wanted
		status  int
		seen    string
	}{
		{"as it should be", "./hello", nil, 0, wanted{"contents", doctor.OK, "the loader accepts it", ""}, 0, "Hello, world\n"},
		{"not there", "./none", nil, 0, wanted{"program", doctor.Fail, "./none is not there", "slul build -o ./none SRC"}, 127, "not found"},
		{"a directory", "./src/hello", nil, 0, wanted{"program", doctor.Fail, "is a directory", "slul run ./src/hello"}, 126, "Permission denied"},
		{"not executable", "./copy", func() { m.write(t, "home/copy", hello, 0o644) }, 0,
			wanted{"permission", doctor.Fail, "may not be executed by this user (mode 0644)", "chmod a+x ./copy"}, 126, "Permission denied"},
		{"not readable", "./copy", func() { m.write(t, "home/copy", hello, 0o711) }, 0,
			wanted{"program", doctor.Fail, "may not be read", "sudo chmod a+r ./copy"}, 126, "must be readable"},
		{"behind a closed directory", "/tmp/closed/hello", func() {
			m.write(t, "tmp/closed/hello", hello, 0o755)
			os.Chmod(m.at("tmp/closed"), 0o700)
		}, 0, wanted{"program", doctor.Fail, "cannot be reached: permission denied", "chmod a+x /tmp/closed"}, 126, "Permission denied"},
		{"another CPU", "./copy", func() { m.write(t, "home/copy", changed(hello, 18, 183), 0o755) }, 0,
			wanted{"machine", doctor.Fail, "./copy is for AARCH64, this machine is x86_64", "slul build --target x86_64-linux -o ./copy SRC"}, -1, ""},
		{"another class", "./copy", func() { m.write(t, "home/copy", changed(hello, 4, 1), 0o755) }, 0,
			wanted{"contents", doctor.Fail, "not 64-bit", "slul build --target x86_64-linux -o ./copy SRC"}, -1, ""},
		{"cut, to the loader", "runslul ./copy", func() { m.write(t, "home/copy", hello[:200], 0o755) }, 0,
			wanted{"contents", doctor.Fail, "slulrtld: /home/copy: ", "slul build -o ./copy SRC"}, 127, "slulrtld: ./copy: "},
		{"damaged", "./copy", func() { m.write(t, "home/copy", changed(hello, 168, 3), 0o755) }, 0,
			wanted{"contents", doctor.Fail, "bad segment alignment: p_align=0x1003", "slul build -o ./copy SRC"}, 127, "bad segment alignment: p_align=0x1003"},
		{"code that may be written", "./copy", func() { m.write(t, "home/copy", changed(hello, 124, 7), 0o755) }, 0,
			wanted{"contents", doctor.Fail, "segment writable and executable", "link ./copy without -N"}, 127, "segment writable and executable"},
		{"too large", "ulimit -S -v 4000000; runslul ./copy", func() { m.write(t, "home/copy", changed(hello, 165, 1), 0o755) }, 0,
			wanted{"contents", doctor.Fail, "no address space", "ulimit -v unlimited"}, 127, "no address space"},
		{"a newer loader needed", "./copy", func() { m.write(t, "home/copy", changed(hello, 0x10c, 9), 0o755) }, 0,
			wanted{"contents", doctor.Fail, "needs loader version 9", "sudo slul install, with the slul that built ./copy"}, 127, "needs loader version 9"},
		{"of another kind, no interpreter", "./copy", func() {
			m.write(t, "home/copy", tiny.Interp{Path: "/lib64/ld-linux-x86-64.so.2", Table: true}.Bytes(tiny.Exit(0)), 0o755)
		}, 0, wanted{"program", doctor.Fail, "its interpreter /lib64/ld-linux-x86-64.so.2 is not there", "sudo apt install libc6"}, 127, "not found"},
		{"of another kind, its interpreter not executable", "./copy", func() {
			m.write(t, "usr/lib/ld-own", tiny.Static(tiny.Print("Hello, world\n", 0)), 0o644)
			m.write(t, "home/copy", tiny.Interp{Path: "/lib/ld-own", Table: true}.Bytes(tiny.Exit(0)), 0o755)
		}, 0, wanted{"program", doctor.Fail, "/lib/ld-own may not be executed (mode 0644)", "sudo chmod 755 /lib/ld-own"}, 126, "Permission denied"},
		{"by PT_INTERP alone", "./copy", func() {
			m.write(t, "home/copy", tiny.Interp{Path: loaderPath, Table: true}.Bytes(tiny.Print("Hello, world\n", 0)), 0o755)
		}, 0, wanted{"contents", doctor.OK, "the loader accepts it", ""}, 0, "Hello, world\n"},
		{"the loader altered", "./hello", func() {
			b := must(os.ReadFile(m.at(loaderFile)))
			copy(b[binary.LittleEndian.Uint64(b[24:]):], []byte{0x0f, 0x0b}) // e_entry, its offset too: ud2
			m.write(t, loaderFile, b, 0o755)
		}, 0, wanted{"contents", doctor.Fail, "the loader says nothing: signal: illegal instruction", "sudo slul install --force"}, -1, ""},
		{"empty", "./copy", func() { m.write(t, "home/copy", nil, 0o755) }, 0, wanted{"program", doctor.Fail, "is empty", "slul build"}, 0, ""},
		{"text", "./copy", func() { m.write(t, "home/copy", []byte("a text"), 0o755) }, 0, wanted{"program", doctor.Fail, "is no program", "slul build SRC, which makes one, and name that"}, -1, ""},
		{"source", "./src/hello/Hello.slul", nil, 0, wanted{"program", doctor.Fail, "is a source file", "slul run ./src/hello/Hello.slul"}, 126, "Permission denied"},
		{"cut", "./copy", func() { m.write(t, "home/copy", hello[:200], 0o755) }, 0, wanted{"program", doctor.Fail, "damaged ELF file", "slul build"}, -1, ""},
		{"a script", "./copy", func() { m.write(t, "home/copy", []byte("#!/bin/sh\necho x\n"), 0o755) }, 0, wanted{"program", doctor.OK, "is a script: the kernel starts it by /bin/sh", ""}, 0, "x\n"},
		{"a script, no interpreter", "./copy", func() { m.write(t, "home/copy", []byte("#!/usr/bin/perl\n"), 0o755) }, 0,
			wanted{"program", doctor.Fail, "is a script, and its interpreter /usr/bin/perl is not there", "apt-file search /usr/bin/perl"}, 127, "not found"},
		{"a script with carriage returns", "./copy", func() { m.write(t, "home/copy", []byte("#!/bin/sh\r\necho x\r\n"), 0o755) }, 0,
			wanted{"program", doctor.Fail, `its interpreter is "/bin/sh\r"`, `sed -i 's/\r$//' ./copy`}, 127, "not found"},
		{"a library", "./" + filepath.Base(set.Libraries[0]), nil, 0, wanted{"program", doctor.Fail, "is a library", "runslul"}, -1, ""},
		{"a program of the system", "/bin/busybox", nil, 0, wanted{"program", doctor.OK, "static program, and no SLUL program", ""}, 0, ""},
		{"noexec", "./hello", nil, unix.MS_NOEXEC, wanted{"mount", doctor.Fail, "mounted noexec", "sudo mount -o remount,exec /home"}, 126, "Permission denied"},
		{"noexec, to the loader", "runslul ./hello", nil, unix.MS_NOEXEC, wanted{"contents", doctor.Fail, "cannot map a segment: EPERM", "sudo mount -o remount,exec /home, or move ./hello"}, 126, "cannot map a segment: EPERM"},
		{"library found", "./user", nil, 0, wanted{"contents", doctor.OK, "finds all libraries", ""}, 0, ""},
		{"library lost", "/tmp/lost/lost", nil, 0, wanted{"contents", doctor.Fail, "libraries not found", "sudo install -D -m 644 /home/" + lib + " /usr/lib/slul/" + lib + ", or: LD_SLUL_LIBRARY_PATH=/home /tmp/lost/lost"}, 127, "libraries not found"},
		{"library lost, and nowhere", "/tmp/lost/lost", func() { os.Remove(m.at("home/" + lib)) }, 0,
			wanted{"contents", doctor.Fail, "libraries not found", "sudo install -D -m 644 " + lib + " /usr/lib/slul/" + lib + ", or: LD_SLUL_LIBRARY_PATH=DIR /tmp/lost/lost, or: slul build --runpath '$ORIGIN' -o /tmp/lost/lost SRC"}, 127, "libraries not found"},
		{"library elsewhere", "/tmp/lost/lost", func() { os.Remove(m.at("home/" + lib)); m.write(t, "usr/local/lib/"+lib, library, 0o644) }, 0,
			wanted{"contents", doctor.Fail, "libraries not found", "sudo install -D -m 644 /usr/local/lib/" + lib + " /usr/lib/slul/" + lib}, 127, "libraries not found"},
		{"library not readable", "./user", func() { m.write(t, "home/"+lib, library, 0o600) }, 0,
			wanted{"contents", doctor.Fail, "last error EACCES", "sudo chmod a+r /home/" + lib}, 127, "last error EACCES"},
		{"library of another CPU", "./user", func() { m.write(t, "home/"+lib, changed(library, 18, 183), 0o644) }, 0,
			wanted{"contents", doctor.Fail, "libraries not found", "slul build --target x86_64-linux -o /home/" + lib + " SRC, as the file there is not for this machine"}, 127, "libraries not found"},
		{"library of another version", "./user", func() { m.write(t, "home/"+lib, changed(library, symbol, '?'), 0o644) }, 0,
			wanted{"contents", doctor.Fail, "undefined symbols: ", "slul lock DIR && slul build -o ./user DIR"}, 127, "undefined symbols: "},
		{"library damaged", "./user", func() { m.write(t, "home/"+lib, library[:len(library)/2], 0o644) }, 0,
			wanted{"contents", doctor.Fail, "/home/" + lib + ": ", "slul build -o /home/" + lib + " SRC"}, 127, lib + ": "},
		{"a program for a library", "./user", func() { m.write(t, "home/"+lib, hello, 0o644) }, 0,
			wanted{"contents", doctor.Fail, "not a library but a program", "slul build -o /home/" + lib + " SRC"}, 127, "not a library but a program"},
		{"no shared core", "./sharing", func() {
			m.sh(t, nobody, "slul build --core shared -o sharing src/hello")
			os.Remove(m.at("usr/lib/slul/core.so"))
		}, 0, wanted{"contents", doctor.Fail, "libraries not found: core.so", "sudo slul install"}, 127, "libraries not found: core.so"},
		{"no stub", "./hello.slulb", nil, 0, wanted{"program", doctor.Note, "no start-up stub", "runslul"}, 127, "runslul FILE"},
		{"interp", "./interp", nil, 0, wanted{"program", doctor.OK, "starts by interp: the kernel runs " + loaderPath, ""}, 0, "Hello, world\n"},
		{"shebang", "./script", nil, 0, wanted{"program", doctor.OK, "starts by shebang: the kernel runs /usr/bin/runslul", ""}, 0, "Hello, world\n"},
		{"its own loader", "./own", func() { m.sh(t, nobody, "slul rtld -o /home/ld && slul build -o own --rtld /home/ld src/hello") }, 0,
			wanted{"loader", doctor.Note, "user 65534 can write /home/ld", "sudo chown root /home/ld"}, 0, "Hello, world\n"},

		{"set-user-ID", "/usr/bin/id", func() { m.write(t, "usr/bin/id", hello, setUID) }, 0,
			wanted{"set-id", doctor.Note, "runs with the rights of user 0, in secure mode", ""}, 0, "Hello, world\n"},
		{"set-user-ID, how to replace it", "/usr/bin/id", nil, 0, wanted{"set-id", doctor.Note, "no ETXTBSY", "sudo install -m 4755 NEW /usr/bin/id"}, 0, ""},
		{"set-user-ID, /dev/null not there", "/usr/bin/id <&-", nil, 0, wanted{"null", doctor.Note, "/dev/null is not there", ""}, 127, "cannot open /dev/null as fd 0"},
		{"set-user-ID in a user's directory", "./id", func() { m.write(t, "home/id", hello, setUID) }, 0,
			wanted{"set-id", doctor.Fail, "user 65534 can write /home", "sudo chown root /home"}, 0, "Hello, world\n"},
		{"set-user-ID, writable", "/usr/bin/id", func() {
			m.write(t, "usr/bin/id", hello, setUID|0o020)
			launch.Own(t, m.at("usr/bin/id"), 0, 50, setUID|0o020)
		}, 0,
			wanted{"set-id", doctor.Fail, "group 50 can write /usr/bin/id", "sudo chmod g-w /usr/bin/id"}, 0, ""},
		{"set-user-ID, nosuid", "./id", nil, unix.MS_NOSUID, wanted{"mount", doctor.Fail, "mounted nosuid", "sudo mount -o remount,suid /home"}, 0, "Hello, world\n"},
		{"set-user-ID, library of its own", "./user", func() { launch.Own(t, m.at("home/user"), 0, 0, setUID) }, 0,
			wanted{"set-id", doctor.Fail, "which is in no directory of the system", "/usr/lib/slul/"}, 127, "libraries not found"},
		{"set-user-ID, library of a user", "/usr/bin/id", func() {
			m.write(t, "usr/bin/id", must(os.ReadFile(m.at("home/user"))), 0o755)
			m.write(t, "usr/lib/slul/"+lib, library, 0o644)
			launch.Own(t, m.at("usr/lib/slul/"+lib), 1234, 0, 0o644)
			launch.Own(t, m.at("usr/bin/id"), 0, 0, setUID)
		}, 0, wanted{"set-id", doctor.Fail, "user 1234 can write /usr/lib/slul/" + lib, "sudo chown root /usr/lib/slul/" + lib}, 126, "not permitted in secure mode"},
		{"set-user-ID, library by a path", "./byPath", func() {
			const path = "/tmp/gtk.so" // as long as the name
			m.write(t, "home/byPath", bytes.ReplaceAll(must(os.ReadFile(m.at("home/user"))), []byte(lib), []byte(path)), 0o755)
			m.write(t, path, library, 0o644)
			launch.Own(t, m.at("home/byPath"), 0, 0, setUID)
		}, 0, wanted{"set-id", doctor.Fail, "needs a library by a path, /tmp/gtk.so", "sudo install -D -m 644 /tmp/gtk.so /usr/lib/slul/gtk.so, and need it by its name: slul build -o ./byPath SRC"}, 126, "not permitted in secure mode"},
		{"set-user-ID, own loader", "./own", func() { launch.Own(t, m.at("home/own"), 0, 0, setUID) }, 0,
			wanted{"loader", doctor.Fail, "user 65534 can write /home/ld", "sudo chown root /home/ld"}, 0, ""},
		{"set-user-ID, shebang", "./copy", func() {
			m.write(t, "home/copy", must(os.ReadFile(m.at("home/script"))), setUID)
		}, 0,
			wanted{"set-id", doctor.Fail, "begins with #!", "slul build --start=rt0 -o ./copy SRC && sudo chown 0:0 ./copy && sudo chmod 4755 ./copy"}, 0, "Hello, world\n"},
		{"capabilities, stub", "/usr/bin/cap", func() { m.write(t, "usr/bin/cap", hello, 0o755); caps("usr/bin/cap") }, 0,
			wanted{"set-id", doctor.Fail, "file capabilities, which do not live", "slul build --start=interp -o /usr/bin/cap SRC"}, 0, "Hello, world\n"},
		{"capabilities, interp", "/usr/bin/cap", func() {
			m.write(t, "usr/bin/cap", must(os.ReadFile(m.at("home/interp"))), 0o755)
			caps("usr/bin/cap")
		}, 0, wanted{"program", doctor.OK, "starts by interp", ""}, 0, "Hello, world\n"},
		{"unreadable for others", "./copy", func() { m.write(t, "home/copy", hello, 0o751); os.Chown(m.at("home/copy"), 0, nobody) }, 0,
			wanted{"permission", doctor.Note, "some who may execute the program may not read it", "sudo chmod a+r ./copy"}, 0, "Hello, world\n"},
		{"shebang, no runslul", "./script", func() { os.Remove(m.at("usr/bin/runslul")) }, 0,
			wanted{"loader", doctor.Fail, "/usr/bin/runslul is not there", "sudo slul install"}, 127, "not found"},
		{"interp, loader not executable", "./interp", func() { os.Chmod(m.at("usr"+loaderPath), 0o644) }, 0,
			wanted{"loader", doctor.Fail, loaderPath + " has mode 0644", "sudo chmod 755 " + loaderPath}, 126, "Permission denied"},
		{"interp, no loader", "./interp", func() { os.Remove(m.at("usr" + loaderPath)) }, 0,
			wanted{"loader", doctor.Fail, loaderPath + " is not there", "sudo slul install"}, 127, "not found"},
	}
	// what only a person can do: another package, another library, a link
	byHand := map[string]bool{"a script, no interpreter": true, "text": true, "a library": true, "library lost, and nowhere": true, "library of another CPU": true, "library of another version": true,
		"library damaged": true, "a program for a library": true, "code that may be written": true, "too large": true, "a newer loader needed": true,
		"of another kind, no interpreter": true, "set-user-ID, library by a path": true, "set-user-ID, own loader": true, "capabilities, stub": true}
	var page failures
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m.reset(t)
			os.Remove(m.at("usr/local/lib/" + lib))
			m.write(t, "home/"+lib, library, 0o644)
			if test.prepare != nil {
				test.prepare()
			}
			as := func(user int, script string) launch.Spec {
				s := m.spec(user, script)
				if test.mounted != 0 {
					s.Bind(m.at("home"), test.mounted)
				}
				return s
			}
			spec := func(script string) launch.Spec { return as(nobody, script) }
			before, program, is := strings.Cut(test.path, "; ")
			if !is {
				before, program = ":", test.path
			}
			doctorOf := before + "; slul doctor --json " + strings.TrimPrefix(strings.TrimSuffix(program, " <&-"), "runslul ")
			r := examine(t, spec(doctorOf))
			if !test.want.in(r) {
				t.Errorf("no finding %+v in:\n%s", test.want, shown(r))
			}
			if test.want.level == doctor.Fail && r.Well || test.want.level != doctor.Fail && !r.Well {
				t.Errorf("well: %v\n%s", r.Well, shown(r))
			}
			run := launch.Run(t, spec(test.path))
			page.add(test.name, test.want, r, run)
			if test.status >= 0 && run.Exit != test.status || test.status < 0 && run.Exit == 0 ||
				!bytes.Contains(append(run.Stdout, run.Stderr...), []byte(test.seen)) {
				t.Errorf("%s: %d %q %q, want %d %q", test.path, run.Exit, run.Stdout, run.Stderr, test.status, test.seen)
			}
			if test.want.level != doctor.Fail || byHand[test.name] {
				return
			}
			again, lasts := m.cure(t, r, test.path, as)
			if again.Exit != 0 || len(again.Stderr) > 0 {
				t.Errorf("mended: %d %q %q\n%s", again.Exit, again.Stdout, again.Stderr, shown(r))
			}
			if lasts {
				if r := examine(t, spec(doctorOf)); !r.Well {
					t.Errorf("mended:\n%s", shown(r))
				}
			}
		})
	}
	page.check(t, "programs")
}
