package start

// A file that gets shorter while it is being loaded. The process is stopped at each of its system
// calls in turn, there the file is cut, and it goes on: that is every moment which the loader
// can tell from another.

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"slul/tests/probe"

	"golang.org/x/sys/unix"
)

// cutAt runs a program and cuts the file victim to size bytes at the n-th stop. It gives how it
// ended, where a SIGBUS met it, and whether the loader caught SIGBUS then; done is false when there
// were not so many stops.
func cutAt(t *testing.T, victim string, size int64, n int, path string, args ...string) (end unix.WaitStatus, out []byte, fault *probe.Mapping, guarded, done bool) {
	tr := startTraced(t, path, args...)
	if err := unix.PtraceSetOptions(tr.pid, unix.PTRACE_O_EXITKILL|unix.PTRACE_O_TRACEEXEC|unix.PTRACE_O_TRACESYSGOOD); err != nil {
		t.Fatal(err)
	}
	deliver, entering := 0, true
	for stops := 0; ; {
		if err := unix.PtraceSyscall(tr.pid, deliver); err != nil {
			t.Fatal(err)
		}
		deliver = 0
		ws := tr.wait(t)
		switch {
		case !ws.Stopped():
			return ws, tr.output(t), fault, guarded, done
		case ws.StopSignal() == unix.SIGTRAP|0x80:
			if r := tr.regs(t); entering && r.Orig_rax == unix.SYS_RT_SIGACTION && unix.Signal(r.Rdi) == unix.SIGBUS {
				guarded = !guarded
			}
			entering = !entering
			if stops == n {
				// a program that the kernel itself runs cannot be cut: ETXTBSY
				done = os.Truncate(victim, size) == nil
				if !done {
					tr.kill()
					return 0, nil, nil, false, true
				}
			}
			stops++
		case ws.StopSignal() == unix.SIGBUS && fault == nil:
			deliver = int(unix.SIGBUS)
			r := tr.regs(t)
			for _, m := range tr.maps(t) {
				if m.Lo <= r.Rip && r.Rip < m.Hi {
					fault = &m
				}
			}
		case ws.StopSignal() != unix.SIGTRAP:
			deliver = int(ws.StopSignal())
		}
	}
}

func TestShrinkingFiles(t *testing.T) {
	p := newPlace(t)
	lib := compile(t, preamble+`
static int five = 5, *pointer = &five, large[4000] = { 1, 2, 3 };
static char zeros[5000];
__attribute__((constructor)) static void construct(void) { zeros[4999] = 1; }
int number(void) { return *pointer + large[3999] + zeros[100]; }`, "-fPIC", "-shared", "-Wl,-soname,libmark.so")
	libPath := p.write(t, "lib/libmark.so", lib, 0o755)
	prog := p.c(t, "prog", `
int number(void);
static int (*const pointer)(void) = number;
static char zeros[5000], data[5000] = { 1 };
static int program(long argc, char **argv, char **envp, word *auxv) { return pointer() + zeros[4000] + data[4999]; }`,
		0o755, libPath, "-Wl,-rpath,$ORIGIN/lib")
	whole, err := os.ReadFile(prog)
	if err != nil {
		t.Fatal(err)
	}
	interp := p.write(t, "interp", compile(t, preamble+entry+`
int number(void);
static int program(long argc, char **argv, char **envp, word *auxv) { return number(); }`,
		"-fPIE", "-pie", libPath, "-Wl,-rpath,$ORIGIN/lib", "-Wl,--dynamic-linker="+p.rtld), 0o755)
	starts := []struct {
		name, path string
		args       []string
		victim     string
		file       []byte
	}{
		{"explicit, program", p.rtld, []string{prog}, prog, whole},
		{"explicit, library", p.rtld, []string{prog}, libPath, lib},
		{"stub, program", prog, nil, prog, whole},
		{"stub, library", prog, nil, libPath, lib},
		{"PT_INTERP, library", interp, nil, libPath, lib},
	}
	for _, s := range starts {
		for _, size := range []int64{0, 4096, 8192 + 100} {
			t.Run(fmt.Sprintf("%s to %d", s.name, size), func(t *testing.T) {
				ran, refusals, theirs, caught := 0, 0, 0, 0
				for n := 0; ; n++ {
					p.write(t, s.victim[len(p.dir)+1:], s.file, 0o755)
					end, out, fault, guarded, done := cutAt(t, s.victim, size, n, s.path, s.args...)
					if !done {
						if end.ExitStatus() != 5 {
							t.Errorf("not cut: %#x, %q", end, out)
						}
						break
					}
					if fault != nil && fault.Name == p.rtld {
						caught++
					}
					switch {
					case end.Exited() && end.ExitStatus() == 5 && len(out) == 0:
						ran++
					case end.Exited() && (end.ExitStatus() == 127 || end.ExitStatus() == 126) &&
						bytes.HasPrefix(out, []byte("slulrtld: ")) && strings.Count(string(out), "\n") == 1:
						refusals++
					case end == 0 && out == nil: // the kernel protects it
					case end.Signaled() && end.Signal() == unix.SIGBUS && fault != nil && fault.Name != p.rtld:
						theirs++ // the code or data of the program is gone
					default:
						t.Errorf("cut at stop %d: status %#x, %q, fault in %+v, guarded %v", n, end, out, fault, guarded)
					}
				}
				t.Logf("%d ran, %d were refused, %d lost their code; the loader caught %d", ran, refusals, theirs, caught)
				if ran+refusals == 0 {
					t.Error("this is not believable")
				}
			})
		}
	}
}
