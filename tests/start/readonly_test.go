package start

// The run-time proof that a stub writes no memory: before its first instruction all
// that is writable in the process is made read-only, the stack as well, and it still
// reaches the second exec. Verify in stubgen is the other proof, from the bytes.

import (
	"bytes"
	"slices"
	"testing"

	. "slul/asm/amd64"
	"slul/elfimage"
	"slul/stubgen"
	"slul/tests/probe"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

// maxSteps is far more instructions than a stub has.
const maxSteps = 500

// runReadOnly makes everything read-only and steps until the process has executed
// another file, died, or met a signal. It gives the system calls on the way.
func runReadOnly(t *testing.T, tr *tracee) (end unix.WaitStatus, calls []uint64) {
	t.Helper()
	if len(tr.writable(t)) == 0 {
		t.Fatal("nothing is writable before the start: this proves nothing")
	}
	for _, m := range tr.writable(t) {
		if errno := tr.call(t, unix.SYS_MPROTECT, m.Lo, m.Hi-m.Lo, unix.PROT_READ); errno != 0 {
			t.Fatalf("mprotect %+v: −%d", m, -int64(errno))
		}
	}
	for range maxSteps {
		if w := tr.writable(t); len(w) > 0 {
			t.Fatalf("writable: %+v", w)
		}
		r := tr.regs(t)
		if bytes.Equal(tr.read(t, r.Rip, 2), syscallInstruction) {
			calls = append(calls, r.Rax)
		}
		ws := tr.step(t)
		if !ws.Stopped() || ws.StopSignal() != unix.SIGTRAP || ws.TrapCause() == unix.PTRACE_EVENT_EXEC {
			return ws, calls
		}
	}
	t.Fatalf("no exec after %d instructions", maxSteps)
	return 0, nil
}

func TestStubWritesNothing(t *testing.T) {
	kinds := []struct {
		name   string
		change func(*elfimage.Image)
	}{
		{"one segment", func(*elfimage.Image) {}},
		{"with bss", func(im *elfimage.Image) { im.BssSize = 100000 }},
		{"separate", func(im *elfimage.Image) { im.Separate, im.Rodata = true, []byte("constant") }},
		{"stripped", func(im *elfimage.Image) { im.Strip = true }},
	}
	loaders := []struct {
		name string
		make func(*testing.T) place
	}{
		{"probe as loader", func(t *testing.T) place { return placeWith(t, tiny.Static(probe.Code())) }},
		{"loader", func(t *testing.T) place { return newPlace(t) }},
	}
	for _, l := range loaders {
		for _, k := range kinds {
			t.Run(l.name+"/"+k.name, func(t *testing.T) {
				p := l.make(t)
				tr := startTraced(t, p.program(t, "prog", probe.Code(), k.change), "one", "two")
				ws, calls := runReadOnly(t, tr)
				if ws.TrapCause() != unix.PTRACE_EVENT_EXEC {
					tr.kill()
					t.Fatalf("it ended with %#x (signal %v) instead of an exec", ws, ws.StopSignal())
				}
				if want := []uint64{unix.SYS_OPEN, unix.SYS_OPEN, unix.SYS_LSEEK, unix.SYS_EXECVEAT}; !slices.Equal(calls, want) {
					t.Errorf("system calls %v, want %v", calls, want)
				}
				if ws := tr.finish(t); ws.ExitStatus() != probe.Status {
					t.Fatalf("the program ended with %#x", ws)
				}
				d, err := probe.Parse(tr.output(t))
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(d.Args[1:], []string{"one", "two"}) {
					t.Errorf("args %q", d.Args)
				}
			})
		}
	}
}

// With the loader missing, the stub's message needs no writable memory either.
func TestStubMessageWritesNothing(t *testing.T) {
	p := placeWith(t, nil)
	tr := startTraced(t, p.program(t, "prog", tiny.Exit(0)))
	ws, calls := runReadOnly(t, tr)
	if ws.ExitStatus() != 127 || !bytes.Equal(tr.output(t), []byte(stubgen.Message(p.rtld))) {
		t.Errorf("it ended with %#x and said %q", ws, tr.output(t))
	}
	want := []uint64{unix.SYS_OPEN, unix.SYS_OPEN, unix.SYS_LSEEK, unix.SYS_EXECVEAT, unix.SYS_WRITE, unix.SYS_WRITE, unix.SYS_EXIT_GROUP}
	if !slices.Equal(calls, want) {
		t.Errorf("system calls %v, want %v", calls, want)
	}
}

// The proof can fail: each of these writes once, and the write is seen.
func TestReadOnlySees(t *testing.T) {
	writes := []struct {
		name string
		code func(a *Asm)
	}{
		{"push", func(a *Asm) { a.Op(PUSH, RAX) }},
		{"call", func(a *Asm) { a.Op(CALL, Label("end")) }},
		{"store below rsp", func(a *Asm) { a.Op(MOVB, Mem{Base: RSP, Disp: -1}, Imm(0)) }},
		{"store to argc", func(a *Asm) { a.Op(INCL, Mem{Base: RSP}) }},
		{"stosb", func(a *Asm) { a.Op(MOVQ, RDI, RSP); a.Op(STOSB) }},
		{"store to its own file", func(a *Asm) { a.Op(INCL, Label("end")) }},
	}
	for _, w := range writes {
		t.Run(w.name, func(t *testing.T) {
			a := New()
			a.Label(tiny.Start)
			w.code(a)
			a.Label("end")
			a.Op(MOVL, RDI, Imm(0))
			tiny.Call(a, unix.SYS_EXIT_GROUP)
			p := placeWith(t, nil)
			tr := startTraced(t, p.write(t, "writer", tiny.Static(tiny.Must(a)), 0o755))
			ws, _ := runReadOnly(t, tr)
			tr.kill()
			if !ws.Stopped() || ws.StopSignal() != unix.SIGSEGV {
				t.Errorf("it ended with %#x, want a stop by SIGSEGV", ws)
			}
		})
	}
}
