package start

// Attacks through what a caller gives: arguments, environment, descriptors, limits.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"slul/tests/launch"
	"slul/tests/need"
	"slul/tests/probe"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

const (
	setUID = 0o755 | os.ModeSetuid
	setGID = 0o755 | os.ModeSetgid
)

// variables are the rows of a table of rtld/secure.go: a byte, and a name.
func variables(t *testing.T, table string) (rows []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../rtld/secure.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var text string
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && v.Names[0].Name == table {
			ast.Inspect(v.Values[0], func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok {
					part, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					text += part
				}
				return true
			})
		}
		return true
	})
	for row := range strings.SplitSeq(strings.TrimSuffix(text, "\n\x00"), "\n") {
		if len(row) < 2 {
			t.Fatalf("the table %s: %q", table, text)
		}
		rows = append(rows, row)
	}
	return rows
}

// forms are the ways to have variables more than once.
func forms(list []string) map[string][]string {
	twice, adjacent := slices.Repeat(list, 2), []string{}
	for _, e := range list {
		adjacent = append(adjacent, e, e, e)
	}
	var spread []string
	for i, e := range slices.Repeat(list, 3) {
		spread = append(spread, e, fmt.Sprintf("KEPT_%d=1", i))
	}
	return map[string][]string{"once": list, "twice": twice, "thrice, adjacent": adjacent, "thrice, spread": spread}
}

func kept(env []string) (list []string) {
	for _, e := range env {
		if strings.HasPrefix(e, "KEPT_") {
			list = append(list, e)
		}
	}
	return list
}

// No variable of the loader's tables arrives at a privileged program, nor is one of them
// read by the loader, however often and in whatever order they are there.
func TestSEC35Variables(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		var gone []string
		for _, row := range variables(t, "unsecureNames") {
			gone = append(gone, row[1:]+"=x")
			if row[0] == 1 {
				gone = append(gone, row[1:]+"SLUL_X=x", row[1:]+"ANYTHING", row[1:])
			}
		}
		if len(gone) < 12 {
			t.Fatalf("only %q", gone)
		}
		for name, mode := range map[string]os.FileMode{"set-user-ID": setUID, "set-group-ID": setGID} {
			prog := p.setID(t, owner, owner, mode)
			for form, env := range forms(gone) {
				t.Run(name+"/"+form, func(t *testing.T) {
					d := p.run(t, launch.Spec{Path: prog, Args: []string{"prog"}, User: nobody, Env: env})
					if want := kept(env); !slices.Equal(d.Env, want) {
						t.Errorf("environment %q, want %q", d.Env, want)
					}
					checkRegisters(t, d)
					checkAux(t, p, d, "", prog)
				})
			}
		}

		m := p.markers(t)
		m.put(t, "lib/libmark.so")
		values := map[string]string{"LD_SLUL_LIBRARY_PATH=": filepath.Join(p.dir, "lib"), "LD_SLUL_TRACE=": "load,bind,time"}
		var read []string
		for _, row := range variables(t, "readNames") {
			if values[row[1:]] == "" {
				t.Fatalf("the loader reads %q: say here what to set it to", row)
			}
			read = append(read, row[1:]+values[row[1:]])
		}
		plain := p.needing(t, "plain", "", 0o755)
		secure := p.needing(t, "secure", "", setUID)
		for form, env := range forms(read) {
			t.Run("read/"+form, func(t *testing.T) {
				r := p.launch(t, launch.Spec{Path: plain, Args: []string{"plain"}, User: nobody, Env: env})
				if r.Exit != 5 || !bytes.Contains(r.Stderr, []byte("bind: ")) {
					t.Errorf("not secure: %s", describe(r))
				}
				m.present(t, "not secure")
				r = p.launch(t, launch.Spec{Path: secure, Args: []string{"secure"}, User: nobody, Env: env})
				refused(t, r, 127, "libraries not found: libmark.so", "looked in /usr/lib/slul/x86_64:/usr/lib/slul)")
				m.absent(t, "secure")
			})
		}
	})
}

// A message is a line of bounded length, whatever is called how.
func TestSEC01LongName(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		prog := p.needing(t, "prog", "", setUID)
		for _, name := range []string{strings.Repeat("x", 131071), strings.Repeat("/x", 65535), strings.Repeat("%s\n", 40000)} {
			r := p.launch(t, launch.Spec{Path: prog, Args: []string{name, name}, User: nobody, Env: []string{"A=" + name[:100_000]}})
			refused(t, r, 127, "slulrtld: ", "libmark.so")
			if len(r.Stderr) > 4096 {
				t.Errorf("a line of %d bytes", len(r.Stderr))
			}
		}
	})
}

// Nothing is written to a file that a variable names.
func TestSEC04NoFileIsMade(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		m := p.markers(t)
		out := filepath.Join(m.dir, "out")
		var env []string
		for _, name := range unsecure {
			env = append(env, name+"="+out)
		}
		env = append(env, "LD_SLUL_TRACE="+out, "LD_SLUL_OUTPUT="+out, "LD_SLUL_TRACE=load:"+out)
		for _, mode := range []os.FileMode{setUID, setGID} {
			d := p.run(t, launch.Spec{Path: p.setID(t, owner, owner, mode), Args: []string{"x"}, User: nobody, Env: env, Dir: m.dir})
			if len(d.Env) > 0 {
				t.Errorf("env %q", d.Env)
			}
			m.absent(t, "secure")
		}
		// not when it is not secure, either
		p.launch(t, launch.Spec{Path: p.setID(t, owner, owner, 0o755), Args: []string{"x"}, User: nobody, Env: env, Dir: m.dir})
		m.absent(t, "not secure")
	})
}

// The loader tells nothing about a privileged program.
func TestSEC06NoTrace(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		env := []string{"LD_SLUL_TRACE=load,bind,time", "LD_DEBUG=all", "LD_TRACE_LOADED_OBJECTS=1", "LD_SHOW_AUXV=1", "LD_VERBOSE=1"}
		prog := p.program(t, "prog", tiny.Print("hello\n", 3))
		for _, mode := range []os.FileMode{0o755, setUID} {
			if err := os.Chmod(prog, mode); err != nil {
				t.Fatal(err)
			}
			r := p.launch(t, launch.Spec{Path: prog, Args: []string{"prog", "--list"}, User: nobody, Env: env})
			if r.Exit != 3 || string(r.Stdout) != "hello\n" || mode == setUID && len(r.Stderr) > 0 {
				t.Errorf("mode %v: %s", mode, describe(r))
			}
		}
	})
}

// Entries that are none: the others are cleaned all the same.
func TestSEC10MalformedEnvironment(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		prog := p.setID(t, 0, 0, setUID)
		odd := []string{"", "=", "=x", "A", "\xff\xfe=\x80", "==", "\n", " LD_PRELOAD=x", "A=LD_PRELOAD=x", "=LD_PRELOAD=x"}
		var env []string
		for _, e := range odd {
			env = append(env, "LD_PRELOAD=x", e, "LD_SLUL_TRACE", "LD_LIBRARY_PATH=")
		}
		if d := p.run(t, launch.Spec{Path: prog, Args: []string{"x"}, User: nobody, Env: env}); !slices.Equal(d.Env, odd) {
			t.Errorf("env %q, want %q", d.Env, odd)
		}
		if d := p.run(t, launch.Spec{Path: prog, Args: []string{"x"}, User: nobody}); len(d.Env) > 0 {
			t.Errorf("env %q", d.Env)
		}
		if d := p.run(t, launch.Spec{Path: prog, Args: []string{"x"}, User: nobody, Env: []string{"LD_X"}}); len(d.Env) > 0 {
			t.Errorf("env %q", d.Env)
		}
	})
}

// Variables of any size cost no stack: it is 256 KB here, and the strings take half of it.
func TestSEC19LargeVariables(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		names := append(slices.Clone(unsecure), "PATH", "HOME")
		for _, mode := range []os.FileMode{0o755, setUID} {
			prog := p.program(t, "prog", tiny.Exit(3))
			if err := os.Chmod(prog, mode); err != nil {
				t.Fatal(err)
			}
			for i, name := range names {
				if mode == 0o755 && name == "LD_SLUL_TRACE" {
					continue // TestSetTrace
				}
				fill := []string{"x", ":", "/", "=", "$ORIGIN:"}[i%5]
				env := []string{name + "=" + strings.Repeat(fill, 100_000/len(fill))}
				r := p.launch(t, launch.Spec{Path: prog, Args: []string{"prog"}, User: nobody, Env: env,
					Limits: map[int]uint64{unix.RLIMIT_STACK: 256 << 10}})
				if r.Exit != 3 || len(r.Stderr) > 0 {
					t.Errorf("%s, mode %v: %s", name, mode, describe(r))
				}
			}
		}
	})
}

// Paths with as many colons as an argument can have, and a file more.
func TestSEC21Colons(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		m := p.markers(t)
		m.put(t, "lib/libmark.so")
		lib := filepath.Join(p.dir, "lib")
		const many = 130_000
		for name, path := range map[string]string{
			"leading": strings.Repeat(":", many) + lib, "trailing": lib + strings.Repeat(":", many),
			"between": "/x" + strings.Repeat(":", many/2) + lib + strings.Repeat(":", many/2),
		} {
			prog := p.needing(t, "prog", "", 0o755)
			r := p.launch(t, launch.Spec{Path: prog, Args: []string{prog}, Env: []string{"LD_SLUL_LIBRARY_PATH=" + path}})
			if r.Exit != 5 {
				t.Errorf("%s: %s", name, describe(r))
			}
			prog = p.needing(t, "prog", strings.Replace(path, ":", strings.Repeat(":", 1_000_000), 1), 0o755)
			if r = p.launch(t, launch.Spec{Path: prog, Args: []string{prog}}); r.Exit != 5 {
				t.Errorf("%s, in the file: %s", name, describe(r))
			}
		}
		m.left(t)
		prog := p.needing(t, "prog", strings.Repeat(":", 1_000_000), 0o755)
		m.put(t, "libmark.so")
		r := p.launch(t, launch.Spec{Path: prog, Args: []string{prog}, Dir: p.dir, Env: []string{"LD_SLUL_LIBRARY_PATH=" + strings.Repeat(":", many)}})
		refused(t, r, 127, "libraries not found: libmark.so")
		m.absent(t, "only colons")
	})
}

// No variable has a say in where things are mapped.
func TestSEC25Layout(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		prog := p.probe(t, "prog")
		env := []string{"LD_PREFER_MAP_32BIT_EXEC=1", "LD_USE_LOAD_BIAS=0", "LD_SLUL_MAP=32", "GLIBC_TUNABLES=glibc.cpu.prefer_map_32bit_exec=1"}
		seen := map[uint64]bool{}
		for range 4 {
			d := p.run(t, launch.Spec{Path: prog, Args: []string{"prog"}, Env: env})
			base, _ := d.Aux(atBase)
			if seen[d.Entry] = true; d.Entry>>32 == 0 || base>>32 == 0 {
				t.Errorf("entry %#x, loader %#x", d.Entry, base)
			}
		}
		if len(seen) == 1 {
			t.Error("always at the same place")
		}
	})
}

// Under whatever limit of memory, a privileged program has a clean environment, or does not run.
func TestSEC26Limits(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		prog := p.c(t, "prog", `
static int program(long argc, char **argv, char **envp, word *auxv) {
    for (; *envp; envp++) if (starts(*envp, "LD_") || starts(*envp, "MALLOC_")) return 66;
    return aux(auxv, 23) == 1 && SYS(GETEUID) == 0 ? 3 : 67;
}`, setUID)
		env := []string{"A=1", "LD_PRELOAD=x", "B=2", "LD_SLUL_LIBRARY_PATH=/tmp", "LD_AUDIT=", "LD_LIBRARY_PATH", "C=3", "MALLOC_CHECK_=1"}
		const step, most = 4096, 8 << 20
		for name, limit := range map[string]int{"RLIMIT_DATA": unix.RLIMIT_DATA, "RLIMIT_AS": unix.RLIMIT_AS, "RLIMIT_STACK": unix.RLIMIT_STACK} {
			t.Run(name, func(t *testing.T) {
				ends := p.rounds(t, most/step, nobody, limit, 0, step, env, prog, "prog")
				t.Logf("status and how often: %v", ends)
				for status, n := range ends {
					switch {
					case status == 3, status == 126, status == 127: // it ran clean, or was refused
					case status == 201: // the exec failed
					case status == 256+int(unix.SIGSEGV) && n*step <= 256<<10:
						// it failed half way in the kernel, which takes 132 KB for the stack, and what the loader has
					default:
						t.Errorf("status %d %d times", status, n)
					}
				}
				if ends[3] == 0 {
					t.Error("it never ran")
				}
			})
		}
	})
}

// Without arguments, and with an argument 0 that is empty.
func TestSEC28NoArguments(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		for _, args := range [][]string{nil, {""}} {
			prog := p.setID(t, 0, 0, setUID)
			d := p.run(t, launch.Spec{Path: prog, Args: args, User: nobody, Env: []string{"LD_X=/bin/sh", "A=1"}})
			if !slices.Equal(d.Args, []string{""}) || !slices.Equal(d.Env, []string{"A=1"}) || d.Comm != "prog" || d.ExecFn != prog {
				t.Errorf("args %q, env %q, comm %q, AT_EXECFN %q", d.Args, d.Env, d.Comm, d.ExecFn)
			}
		}
	})
}

// Whatever is in the variables that the loader reads, it is parsed, and not at all when secure.
func TestSEC29Parser(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		prog := p.program(t, "prog", tiny.Exit(3))
		values := []string{"LD_SLUL_TRACE=load", "=", ",", "loadx", "xload", "load=", strings.Repeat("load,", 25000)[:100_000] + "x",
			strings.Repeat("x", 131000), "\xff\xff", "nothing,nobody", "LOAD", " load", "lo"}
		for _, mode := range []os.FileMode{0o755, setUID} {
			if err := os.Chmod(prog, mode); err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				s := launch.Spec{Path: prog, Args: []string{"prog"}, User: nobody, Env: []string{"LD_SLUL_TRACE=" + v, "LD_SLUL_LIBRARY_PATH=" + v, "LD_SLUL_TRACE=" + v}}
				if r := p.launch(t, s); r.Exit != 3 || len(r.Stderr) > 0 && (mode == setUID || !strings.HasPrefix(v, "load,")) {
					t.Errorf("%.40q, mode %v: %s", v, mode, describe(r))
				}
			}
		}
	})
}

// A program that is not set-user-ID, started by one that is and has not given up its rights, is
// secure as well: its caller's caller chose the environment.
func TestSEC39Inherited(t *testing.T) {
	everyStart(t, func(t *testing.T, p place) {
		need.SetID(t, p.dir)
		m := p.markers(t)
		m.put(t, "lib/libmark.so")
		child := p.needing(t, "child", filepath.Join(p.dir, "lib"), 0o755)
		prog := p.probe(t, "probe")
		// it is a static program, which hands on all that it got
		parent := p.tool(t, "parent", `
static int program(long argc, char **argv, char **envp, word *auxv) { return -SYS(EXECVE, argv[1], argv + 1, envp); }`)
		if err := os.Chmod(parent, setUID); err != nil {
			t.Fatal(err)
		}
		env := []string{"LD_SLUL_LIBRARY_PATH=" + filepath.Join(p.dir, "lib"), "A=1", "LD_SLUL_TRACE=load"}
		refused(t, p.launch(t, launch.Spec{Path: parent, Args: []string{"parent", child}, User: nobody, Env: env}), 127, "libmark.so")
		m.absent(t, "inherited rights")
		d := p.run(t, launch.Spec{Path: parent, Args: []string{"parent", prog, "x"}, User: nobody, Env: env})
		if euid, _ := d.Aux(atEUID); euid != 0 || !slices.Equal(d.Env, []string{"A=1"}) || !slices.Equal(d.Args, []string{prog, "x"}) {
			t.Errorf("effective user id %d, env %q, args %q", euid, d.Env, d.Args)
		}
		// the loader by name runs nothing then, by whatever name
		for _, args := range [][]string{{p.rtld, prog}, {p.rtld, "--list", child}, {p.rtld, "--argv0", "x", prog}} {
			r := p.launch(t, launch.Spec{Path: parent, Args: append([]string{"parent"}, args...), User: nobody, Env: env})
			refused(t, r, 126, "not permitted in secure mode")
		}
	})
}

// Closed descriptors become /dev/null in the other modes, too.
func TestSEC38EveryWay(t *testing.T) {
	p := newPlace(t)
	need.SetID(t, p.dir)
	out, env := p.output(t)
	for _, way := range []string{"stub", "PT_INTERP", "binfmt_misc"} {
		for _, closed := range subsets() {
			t.Run(fmt.Sprintf("%s/closed %v", way, closed), func(t *testing.T) {
				if err := os.Truncate(out, 0); err != nil {
					t.Fatal(err)
				}
				prog := p.setID(t, 0, 0, setUID)
				s := launch.Spec{Path: prog, Args: []string{"prog"}, Env: []string{env}, User: nobody, Close: closed}
				switch way {
				case "PT_INTERP":
					p.write(t, "prog", tiny.Interp{Path: p.rtld, Table: true}.Bytes(probe.Code()), setUID)
				case "binfmt_misc":
					p.binfmt(t, &s, "POCF")
				}
				d := runTo(t, s, out)
				then := s
				then.Close = nil
				for _, fd := range closed {
					then.Open = append(then.Open, launch.File{FD: fd, Path: os.DevNull, Flags: unix.O_RDWR})
				}
				descriptors(t, d, then, true)
			})
		}
	}
}

// File capabilities reach a program whose PT_INTERP is the loader, and make it secure.
func TestSEC36Capabilities(t *testing.T) {
	p := newPlace(t)
	need.SetID(t, p.dir)
	prog := p.write(t, "prog", tiny.Interp{Path: p.rtld, Table: true, Note: true}.Bytes(probe.Code()), 0o755)
	if err := unix.Setxattr(prog, "security.capability", netRaw, 0); err != nil {
		need.That(t, false, fmt.Sprintf("file capabilities on %s: %v", p.dir, err))
	}
	d := run(t, launch.Spec{Path: prog, Args: []string{"prog"}, Env: []string{"LD_SLUL_TRACE=load", "A=1", "LD_SLUL_LIBRARY_PATH=."}, User: nobody})
	raw := binary.LittleEndian.Uint64(append(slices.Clone(netRaw[4:8]), 0, 0, 0, 0))
	if got, err := strconv.ParseUint(d.Status("CapEff"), 16, 64); err == nil && got != raw {
		t.Errorf("CapEff is %#x, want %#x", got, raw)
	}
	if secure, _ := d.Aux(atSecure); secure != 1 || !slices.Equal(d.Env, []string{"A=1"}) {
		t.Errorf("AT_SECURE %d, env %q", secure, d.Env)
	}
}
