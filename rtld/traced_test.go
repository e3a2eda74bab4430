package rtld_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"slul/rtld/elftest"
	"slul/rtld/image"
)

// Whose fault a signal is. A file may name other places of its code as constructors, resolvers or entry, and
// no loader can know. So the start is repeated with breakpoints at the two places where the loader enters code of a
// file: when all that it enters is what the good files name, the signal is a bug of the loader, since the
// programs of elftest fault on no data whatever.

// entry is a function that the good files have, with the code around it.
type entry struct {
	off     uint64 // in code
	code    []byte
	isStart bool // of the program, which nobody may call; the others do nothing but return
}

func entries(objects ...*elftest.Object) (list []entry) {
	for _, o := range objects {
		for _, label := range []string{"init", "fini", "construct", "construct1", "construct2", "destruct", "preinit", "resolve", "start"} {
			if at, ok := o.At[label]; ok {
				list = append(list, entry{at - elftest.CodeOff, o.Code, label == "start"})
			}
		}
	}
	return list
}

// placesInLoader are the offsets of functions in the image, from its ledger.
func placesInLoader(t testing.TB, names ...string) (at []uint64) {
	t.Helper()
	ledger, err := os.ReadFile("image/slulrtld-x86_64.map")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		for _, line := range strings.Split(string(ledger), "\n") {
			var off, size, frame, deep uint64
			var symbol string
			if n, _ := fmt.Sscanf(line, "%x %d %d %d %s", &off, &size, &frame, &deep, &symbol); n == 5 && symbol == "slul/rtld."+name+".abi0" {
				at = append(at, off)
			}
		}
	}
	if len(at) != len(names) {
		t.Fatalf("the ledger has %d of %q", len(at), names)
	}
	return at
}

// entersOther repeats a start and tells whether the loader entered code that is not one of known. how says what
// was seen.
func entersOther(t testing.TB, known []entry, args ...string) (other bool, how string) {
	t.Helper()
	runtime.LockOSThread() // ptrace is by thread
	defer runtime.UnlockOSThread()
	places := placesInLoader(t, "callC", "enter")
	loaderFile, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return true, " the kernel: " + err.Error()
	}
	pid := cmd.Process.Pid
	late := time.AfterFunc(2*patience, func() { syscall.Kill(pid, syscall.SIGKILL) })
	defer late.Stop()
	var ws syscall.WaitStatus
	wait := func() bool {
		if _, err := syscall.Wait4(pid, &ws, 0, nil); err != nil {
			t.Fatal(err)
		}
		return ws.Stopped()
	}
	if !wait() {
		return true, " ended by the kernel before its first instruction"
	}
	var regs syscall.PtraceRegs
	syscall.PtraceGetRegs(pid, &regs)
	base := regs.Rip - binary.LittleEndian.Uint64(loaderFile[24:])
	head := make([]byte, 64)
	if syscall.PtracePeekText(pid, uintptr(base), head); !bytes.Equal(head, loaderFile[:64]) {
		cmd.Process.Kill() // PT_INTERP names another one, or none
		wait()
		return true, " not started by the loader"
	}
	poke := func(at uint64, b byte) {
		if _, err := syscall.PtracePokeText(pid, uintptr(at), []byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	const int3 = 0xcc
	for _, off := range places {
		poke(base+off, int3)
	}
	word := func(at uint64) uint64 {
		var b [8]byte
		syscall.PtracePeekData(pid, uintptr(at), b[:])
		return binary.LittleEndian.Uint64(b[:])
	}
	signal := 0
	for {
		syscall.PtraceCont(pid, signal)
		if !wait() {
			return other, how + fmt.Sprintf(" ended: %#x", uint32(ws))
		}
		syscall.PtraceGetRegs(pid, &regs)
		signal = int(ws.StopSignal())
		hit := regs.Rip - 1 - base
		if ws.StopSignal() != syscall.SIGTRAP || hit != places[0] && hit != places[1] {
			how += fmt.Sprintf(" %v at %#x (loader %+#x);", ws.StopSignal(), regs.Rip, int64(regs.Rip-base))
			continue
		}
		signal = 0
		target := word(regs.Rsp + 8)
		if hit == places[1] {
			target = word(regs.Rsp + 16)
		}
		isKnown := false
		for _, e := range known {
			b := make([]byte, len(e.code))
			n, _ := syscall.PtracePeekData(pid, uintptr(target-e.off), b)
			isKnown = isKnown || n == len(b) && bytes.Equal(b, e.code) && e.isStart == (hit == places[1])
		}
		if !isKnown {
			other = true
			how += fmt.Sprintf(" enters %#x;", target)
		}
		regs.Rip--
		syscall.PtraceSetRegs(pid, &regs)
		poke(base+hit, loaderFile[hit])
		syscall.PtraceSingleStep(pid)
		if !wait() {
			return other, how + " ended while stepping"
		}
		poke(base+hit, int3)
	}
}

// The rule itself: a wrong constructor is the file's, a fault with the right ones the loader's.
func TestEntersOther(t *testing.T) {
	path, dir := loader(t), t.TempDir()
	known := entries(elftest.User(), elftest.Library(), elftest.Base())
	for name, want := range map[string]bool{"good": false, "wrong": true} {
		prog := writePair(t, dir, func(o *elftest.Object) {
			if want {
				o.Reloc("w.init").Addend++
			}
		}, nil)
		if got, how := entersOther(t, known, path, prog); got != want {
			t.Errorf("%s: %v,%s", name, got, how)
		}
	}
}
