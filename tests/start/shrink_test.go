package start

// A file that gets shorter, or other content, while it is being loaded. The process is stopped at each
// of its system calls in turn, there the file is changed, and it goes on: that is every moment which
// the loader can tell from another.

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"slul/tests/probe"

	"golang.org/x/sys/unix"
)

// changeAt runs a program and changes a file at the n-th stop. It gives how it ended, and where a fault
// met it first; done is false when there were not so many stops.
func changeAt(t *testing.T, n int, change func() error, path string, args ...string) (end unix.WaitStatus, out []byte, fault *probe.Mapping, done bool) {
	tr := startTraced(t, path, args...)
	if err := unix.PtraceSetOptions(tr.pid, unix.PTRACE_O_EXITKILL|unix.PTRACE_O_TRACEEXEC|unix.PTRACE_O_TRACESYSGOOD); err != nil {
		t.Fatal(err)
	}
	deliver := 0
	for stops := 0; ; {
		if err := unix.PtraceSyscall(tr.pid, deliver); err != nil {
			t.Fatal(err)
		}
		deliver = 0
		ws := tr.wait(t)
		switch {
		case !ws.Stopped():
			return ws, tr.output(t), fault, done
		case ws.StopSignal() == unix.SIGTRAP|0x80:
			if stops == n {
				// a program that the kernel itself runs cannot be cut: ETXTBSY
				if done = true; change() != nil {
					tr.kill()
					return 0, nil, nil, true
				}
			}
			stops++
		case ws.StopSignal() != unix.SIGTRAP:
			deliver = int(ws.StopSignal())
			if fault != nil {
				continue
			}
			fault = &probe.Mapping{Name: "nowhere"}
			r := tr.regs(t)
			for _, m := range tr.maps(t) {
				if m.Lo <= r.Rip && r.Rip < m.Hi {
					fault = &m
				}
			}
		}
	}
}

// changing are the programs that are started, each with a file that changes meanwhile.
type changing struct {
	name, path string
	args       []string
	victim     string
	file       []byte
}

func (p place) changing(t *testing.T) []changing {
	t.Helper()
	lib := compile(t, preamble+`
static int five = 5, *pointer = &five, large[4000] = { 1, 2, 3 };
static char zeros[5000];
__attribute__((constructor)) static void construct(void) { zeros[4999] = 1; }
int number(void) { return *pointer + large[3999] + zeros[100]; }`, "-fPIC", "-shared", "-Wl,-soname,libmark.so")
	libPath := p.write(t, "lib/libmark.so", lib, 0o755)
	data := `
static volatile char zeros[5000], data[5000] = { 1 };
`
	prog := p.c(t, "prog", data+`
int number(void);
static int (*const pointer)(void) = number;
static int program(long argc, char **argv, char **envp, word *auxv) { return pointer() + zeros[4000] + data[4999]; }`,
		0o755, libPath, "-Wl,-rpath,$ORIGIN/lib")
	static := p.tool(t, "static", data+`
static int program(long argc, char **argv, char **envp, word *auxv) { return argc + zeros[4000] + data[0] + 3; }`)
	// without dynamic section and section headers, where the loader keeps least
	simple := compile(t, preamble+entry+data+`
static int program(long argc, char **argv, char **envp, word *auxv) { return argc + zeros[4000] + data[0] + 3; }`, "-static", "-no-pie")
	clear(simple[40:48]) // e_shoff
	clear(simple[60:64]) // e_shnum, e_shstrndx
	simplePath := p.write(t, "simple", simple, 0o755)
	interp := p.write(t, "interp", compile(t, preamble+entry+`
int number(void);
static int program(long argc, char **argv, char **envp, word *auxv) { return number(); }`,
		"-fPIE", "-pie", libPath, "-Wl,-rpath,$ORIGIN/lib", "-Wl,--dynamic-linker="+p.rtld), 0o755)
	list := []changing{
		{name: "explicit, program", path: p.rtld, args: []string{prog}, victim: prog},
		{name: "explicit, library", path: p.rtld, args: []string{prog}, victim: libPath},
		{name: "explicit, foreign", path: p.rtld, args: []string{static}, victim: static},
		{name: "explicit, simple", path: p.rtld, args: []string{simplePath}, victim: simplePath},
		{name: "stub, program", path: prog, victim: prog},
		{name: "stub, library", path: prog, victim: libPath},
		{name: "PT_INTERP, library", path: interp, victim: libPath},
	}
	for i := range list {
		var err error
		if list[i].file, err = os.ReadFile(list[i].victim); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// sweep changes the file at every stop, and hands each end to check.
func (p place) sweep(t *testing.T, s changing, change func() error, check func(n int, end unix.WaitStatus, out []byte, fault *probe.Mapping)) {
	t.Helper()
	for n := 0; ; n++ {
		p.write(t, s.victim[len(p.dir)+1:], s.file, 0o755)
		end, out, fault, done := changeAt(t, n, change, s.path, s.args...)
		switch {
		case !done:
			if end.ExitStatus() != 5 || n < 10 {
				t.Errorf("not changed after %d stops: %#x, %q", n, end, out)
			}
			return
		case end == 0 && out == nil: // the kernel protects it
		default:
			check(n, end, out, fault)
		}
	}
}

// isRefusal tells whether this is an end with one line about a file of the place.
func (p place) isRefusal(end unix.WaitStatus, out []byte) bool {
	return end.Exited() && (end.ExitStatus() == 127 || end.ExitStatus() == 126) &&
		bytes.HasPrefix(out, []byte("slulrtld: "+p.dir)) && strings.Count(string(out), "\n") == 1
}

func TestShrinkingFiles(t *testing.T) {
	p := newPlace(t)
	for _, s := range p.changing(t) {
		for _, size := range []int64{0, 8192 + 100} {
			t.Run(fmt.Sprintf("%s to %d", s.name, size), func(t *testing.T) {
				ran, refusals, theirs, caught := 0, 0, 0, 0
				change := func() error { return os.Truncate(s.victim, size) }
				p.sweep(t, s, change, func(n int, end unix.WaitStatus, out []byte, fault *probe.Mapping) {
					if fault != nil && fault.Name == p.rtld {
						caught++
					}
					switch {
					case end.Exited() && end.ExitStatus() == 5 && len(out) == 0:
						ran++
					case p.isRefusal(end, out):
						refusals++
					case end.Signaled() && end.Signal() == unix.SIGBUS && fault != nil && fault.Name != p.rtld:
						theirs++ // the code or data of the program is gone
					default:
						t.Errorf("cut at stop %d: status %#x, %q, fault in %+v", n, end, out, fault)
					}
				})
				t.Logf("%d ran, %d were refused, %d lost their code; the loader caught %d", ran, refusals, theirs, caught)
				if ran+theirs == 0 || refusals == 0 {
					t.Error("this is not believable")
				}
			})
		}
	}
}

// A file that is written over: the program that comes of it may do anything, but the loader refuses it or
// starts it, and has no fault of its own. As far as it is mapped already it is the program's to suffer.
func TestOverwrittenFiles(t *testing.T) {
	p := newPlace(t)
	for _, s := range p.changing(t) {
		for name, fill := range map[string]func(i int) byte{
			"zeros": func(int) byte { return 0 },
			"0x01":  func(int) byte { return 1 }, // no address that this makes is one, and no code goes far
		} {
			t.Run(s.name+" with "+name, func(t *testing.T) {
				other := make([]byte, len(s.file))
				for i := range other {
					other[i] = fill(i)
				}
				change := func() error {
					f, err := os.OpenFile(s.victim, os.O_WRONLY, 0)
					if err != nil {
						return err
					}
					defer f.Close()
					_, err = f.Write(other)
					return err
				}
				refusals, started := 0, 0
				p.sweep(t, s, change, func(n int, end unix.WaitStatus, out []byte, fault *probe.Mapping) {
					switch {
					case fault != nil && fault.Name == p.rtld:
						t.Errorf("changed at stop %d: status %#x, %q, fault in %+v", n, end, out, fault)
					case p.isRefusal(end, out):
						refusals++
					default:
						started++
					}
				})
				t.Logf("%d were refused, %d started", refusals, started)
				if refusals == 0 || started == 0 {
					t.Error("this is not believable")
				}
			})
		}
	}
}
